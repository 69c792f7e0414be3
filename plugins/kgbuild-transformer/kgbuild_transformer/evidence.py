"""Which sentences show a relation, and how each of them says it.

A relation of a sentence is shown by that sentence. One of a document is shown by the sentences that
name both concepts, the most looked at first; where none does, by the two most looked at that name
one each. A sentence that names both beside a denial of something else shows nothing of them.
Where the model looked is a rationale, not a proof: ``benchmarks/relations.py`` measures
how far a score falls when these sentences are taken away.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from kgbuild import Cue, Meaning, Mention, Span, Status, Task, broad_category
from kgbuild.statements import Cues, Reading, conditions, hidden, lowered, novelty
from kgbuild_transformer.doubt import Doubt, pieces_of, reconsidered

if TYPE_CHECKING:
    from kgbuild_model.relation_pages import Page
    from kgbuild_model.relation_reading import ScoredRelation

__all__ = ["Evidence", "Showing"]

_MOST = 3
"""Sentences that show one relation of a document."""

_SHARE = 0.5
"""A sentence that is looked at less than this share of the first is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """A place that shows a relation: its sentences, its two mentions, and how it says it.

    ``likely`` is the chance that what it denies is denied of the two, where it denies.
    """

    sentences: tuple[Span, ...]
    first: Mention
    second: Mention
    negated: bool = False
    status: Status = Status.STATED
    cues: tuple[Cue, ...] = ()
    conditions: tuple[tuple[str, str], ...] = ()
    likely: float | None = None


class Evidence:
    """What one document shows; what is read of a sentence is read once, whoever asks.

    ``doubt`` reads what the encoder says of a sentence, where there is one for it.
    """

    def __init__(self, task: Task, cues: Cues, doubt: Doubt | None = None) -> None:
        self._task = task
        self._cues = cues
        self._doubt = doubt
        self.asides: set[tuple[Mention, Mention]] = set()
        """The pairs of a sentence that showed nothing, being named beside another's denial."""
        self.unshown = 0
        """How many relations no sentence shows."""
        self._starts = [sentence.start for sentence in task.document.sentences]
        self._by_sentence = cache(self._placed)
        self._pieces = cache(pieces_of)
        self._inside = cache(self._mentions_of)
        self._reading = cache(self._read_between)
        self._seen = cache(self._read_on_page)

    def showings(
        self, relation: ScoredRelation, first: tuple[Mention, ...], second: tuple[Mention, ...]
    ) -> Iterator[Showing]:
        """The places that show a relation between concepts with these mentions, best first."""
        sentences = self._task.document.sentences
        ones, twos = self._by_sentence(first), self._by_sentence(second)
        both = _naming_both(ones, twos)
        if relation.sentence is not None:
            both = [number for number in both if number == relation.sentence]
        looked = [] if len(both) == 1 else _looked(sentences, relation)
        for number in _most_looked(both, looked):
            pair = _nearest(ones[number], twos[number])
            one, two = _in_order(*pair)
            if self._reading(sentences[number], one, two).aside:
                self.asides.add((one, two))
            else:
                yield self._read(sentences[number], *pair, relation.page)
        if both:
            return
        if relation.sentence is None and (apart := _apart(ones, twos, looked)):
            a, b = apart
            yield self._read_apart((sentences[a], sentences[b]), ones[a][0], twos[b][0])
        else:
            self.unshown += 1

    def with_novelty(
        self,
        meaning: Meaning,
        kinds: tuple[str, str],
        first: tuple[Mention, ...],
        second: tuple[Mention, ...],
    ) -> Meaning:
        """The same, with whether it is a finding of the text, where sentences name both."""
        named = sorted(self._by_sentence(first)), sorted(self._by_sentence(second))
        if not all(named):
            return meaning
        told = novelty(meaning, kinds, *named, len(self._starts))
        return replace(meaning, conditions=(*meaning.conditions, ("novelty", told)))

    def _placed(self, mentions: tuple[Mention, ...]) -> Mapping[int, Sequence[Mention]]:
        """The mentions of a concept, by the number of their sentence."""
        found: dict[int, list[Mention]] = {}
        for mention in mentions:
            if (number := self._number(mention.span)) is not None:
                found.setdefault(number, []).append(mention)
        return found

    def _number(self, span: Span) -> int | None:
        """The number of the sentence that has a mention whole."""
        number = bisect_right(self._starts, span.start) - 1
        inside = number >= 0 and span.end <= self._task.document.sentences[number].end
        return number if inside else None

    def _mentions_of(self, sentence: Span) -> dict[Mention, Span]:
        """The mentions of a sentence, with their places in it."""
        return {
            mention: mention.span.shift(-sentence.start)
            for mention in self._task.annotations.mentions
            if mention.span in sentence
        }

    def _read_between(self, sentence: Span, one: Mention, two: Mention) -> Reading:
        """How a sentence says what it says of two mentions in it."""
        text, inside = sentence.of(self._task.document.text), self._inside(sentence)
        alike = broad_category(one.category) == broad_category(two.category)
        return self._cues.between(text, inside[one], inside[two], inside.values(), alike=alike)

    def _read_on_page(
        self, sentence: Span, one: Mention, two: Mention, page: Page | None
    ) -> Reading:
        """The same, with what the encoder says of the sentence."""
        reading = self._reading(sentence, one, two)
        if self._doubt is None or page is None:
            return reading
        others = dict(self._inside(sentence))
        ends = others.pop(one), others.pop(two)
        pieces = self._pieces(page).of(sentence)
        return reconsidered(reading, self._doubt, pieces, ends, [*others.values()])

    def _read(self, sentence: Span, first: Mention, second: Mention, page: Page | None) -> Showing:
        text = sentence.of(self._task.document.text)
        one, two = (mention.span.shift(-sentence.start) for mention in (first, second))
        reading = self._seen(sentence, *_in_order(first, second), page)
        places = {
            broad_category(mention.category): place
            for mention, place in ((first, one), (second, two))
        }
        return Showing(
            sentences=(sentence,),
            first=first,
            second=second,
            negated=reading.negated,
            status=reading.status,
            cues=_shifted(reading, sentence),
            conditions=conditions(
                hidden(lowered(text), sorted({one, two})), places.get("biolink:ChemicalEntity")
            ),
            likely=reading.likely,
        )

    def _read_apart(self, sentences: tuple[Span, Span], first: Mention, second: Mention) -> Showing:
        """Two sentences that show it together; not plainly, if one speaks not plainly of its end.

        How a sentence speaks of its end is read between that and the nearest names at its sides.
        """
        status = Status.STATED
        found: tuple[Cue, ...] = ()
        for sentence, mention in zip(sentences, (first, second), strict=True):
            inside = self._inside(sentence)
            for other in _beside(mention, inside):
                reading = self._reading(sentence, *_in_order(mention, other))
                if not reading.plain:
                    status, found = Status.SPECULATED, _shifted(reading, sentence)
        return Showing(
            sentences=tuple(sorted(sentences)),
            first=first,
            second=second,
            status=status,
            cues=found,
        )


def _naming_both(
    ones: Mapping[int, Sequence[Mention]], twos: Mapping[int, Sequence[Mention]]
) -> list[int]:
    """The sentences that name both by two mentions; "lung and skin disease" relates nothing."""
    return [n for n in sorted(ones.keys() & twos.keys()) if len({*ones[n], *twos[n]}) > 1]


def _apart(
    ones: Mapping[int, Sequence[Mention]],
    twos: Mapping[int, Sequence[Mention]],
    looked: Sequence[float],
) -> tuple[int, int] | None:
    """The two sentences most looked at that name one each; None where that is one sentence."""
    if not ones or not twos:
        return None
    one, two = (max(named, key=lambda n: (looked[n], -n)) for named in (ones, twos))
    return (one, two) if one != two else None


def _looked(sentences: Sequence[Span], relation: ScoredRelation) -> list[float]:
    """How much of the looking fell on each sentence; words before the first are of the first."""
    bounds = np.searchsorted(relation.starts, [sentence.start for sentence in sentences[1:]])
    seen = np.cumsum(relation.looks, dtype=np.float64)
    upto = np.append(0.0, seen)[[0, *bounds, len(seen)]]
    total: list[float] = np.diff(upto).tolist()
    return total


def _most_looked(numbers: Sequence[int], looked: Sequence[float]) -> Sequence[int]:
    """The most looked at of some sentences, first; of a single one it is not asked."""
    if len(numbers) == 1:
        return numbers
    order = sorted(numbers, key=lambda number: (-looked[number], number))
    least = _SHARE * looked[order[0]] if order else 0.0
    return [number for number in order[:_MOST] if looked[number] >= least]


def _nearest(ones: Sequence[Mention], twos: Sequence[Mention]) -> tuple[Mention, Mention]:
    pairs = [(one, two) for one in ones for two in twos if one != two]
    return min(pairs, key=lambda p: (abs(p[0].span.start - p[1].span.start), p[0].span, p[1].span))


def _in_order(one: Mention, other: Mention) -> tuple[Mention, Mention]:
    return (one, other) if one.span <= other.span else (other, one)


def _beside(mention: Mention, inside: Mapping[Mention, Span]) -> list[Mention]:
    """The nearest mentions before and behind one, of other names."""
    name = mention.text.lower()
    others = [one for one in inside if one.text.lower() != name]
    before = [one for one in others if one.span.start < mention.span.start]
    behind = [one for one in others if one.span.start > mention.span.start]
    return [
        *sorted(before, key=lambda one: one.span)[-1:],
        *sorted(behind, key=lambda one: one.span)[:1],
    ]


def _shifted(reading: Reading, sentence: Span) -> tuple[Cue, ...]:
    return tuple(Cue(kind=c.kind, span=c.span.shift(sentence.start)) for c in reading.cues)
