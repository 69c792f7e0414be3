"""Read documents for relations: the shared layers, the branch, pairs in, scored relations out.

A document is read in the tagger's windows, and a pair of concepts is asked of each window that
names both: an abstract has one window, a long paper many. So the memory that a paper needs does
not grow with the square of its length; concepts that no window names together are not asked.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import Tensor

from kgbuild_model.calibration import Calibration
from kgbuild_model.relations import Pairs, distance_bucket
from kgbuild_model.tokens import Window, Words, tokenise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kgbuild_model.relation_examples import Concept
    from kgbuild_model.relations import RelationModel, RelationSet
    from kgbuild_model.tagging import TaggerRun
    from kgbuild_model.transformer import Encoder

__all__ = ["Asked", "Page", "RelationRun", "ScoredRelation", "asked_of", "marks_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A window of a document, as the shared layers read it.

    ``first`` [words + 1] is the wordpiece at which each of its words begins, counted from the
    window's first, and where the last ends; ``hidden`` [1, pieces + 2, d] has the marks of begin
    and end around the wordpieces.
    """

    words: Words
    window: Window
    first: NDArray[np.int64]
    hidden: Tensor

    def pieces(self, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """First and last wordpiece of each span of the text that this window reads whole."""
        words, window = self.words, self.window
        for start, end in spans:
            first = int(np.searchsorted(words.ends, start, side="right"))
            first = min(first, len(words) - 1)  # a span at the end that is only white space
            last = max(first, int(np.searchsorted(words.starts, end, side="left")) - 1)
            if window.start <= first and last < window.end:
                yield (
                    int(self.first[first - window.start]),
                    int(self.first[last + 1 - window.start]) - 1,
                )


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The pairs of a window that a corpus' relations may hold between.

    ``concepts`` are the names, ``sentences`` the numbers, of what ``pairs`` calls a concept: a
    concept in the whole window, where the number is None, or in one sentence.
    """

    concepts: tuple[str, ...]
    sentences: tuple[int | None, ...]
    pairs: Pairs

    def named(self) -> Iterator[tuple[str, str]]:
        """The names of each pair's ends."""
        for a, b in zip(self.pairs.first.tolist(), self.pairs.second.tolist(), strict=True):
            yield self.concepts[a], self.concepts[b]


@dataclass(frozen=True, slots=True)
class ScoredRelation:
    """A relation that the model found between two concepts, with its probability.

    ``corpus`` names the set of the type; ``sentence`` is the number of the sentence that it was
    asked of, if it was of one. ``looks`` [words] says how much each word of the window was looked
    at, they sum to 1; ``starts`` [words] is where in the text each begins.
    """

    first: str
    second: str
    type: str
    score: float
    corpus: str
    sentence: int | None
    looks: NDArray[np.float32] = field(compare=False)
    starts: NDArray[np.int64] = field(compare=False)


def asked_of(
    page: Page,
    concepts: Mapping[str, Concept],
    relations: RelationSet,
    labels: Sequence[str],
    sentences: Sequence[tuple[int, int]] = (),
) -> Asked | None:
    """What is asked of a window; None where no pair of its concepts can have a relation.

    ``sentences`` are their bounds in the text, for relations that are asked by sentence.
    """
    groups = [
        group
        for name, concept in concepts.items()
        if concept.label in labels
        for group in _groups(page, name, concept, sentences if relations.by_sentence else None)
    ]
    firsts, seconds = _pairs(groups, relations)
    if not firsts:
        return None
    distances = [
        distance_bucket(_distance(groups[a].places, groups[b].places))
        for a, b in zip(firsts, seconds, strict=True)
    ]
    pairs = Pairs(
        spans=torch.tensor([span for group in groups for span in group.places]),
        concept=torch.tensor([c for c, group in enumerate(groups) for _ in group.places]),
        label=torch.tensor([labels.index(group.label) for group in groups]),
        first=torch.tensor(firsts),
        second=torch.tensor(seconds),
        distance=torch.tensor(distances),
    )
    names = tuple(group.name for group in groups)
    return Asked(names, tuple(group.sentence for group in groups), pairs)


@dataclass(frozen=True, slots=True)
class _Group:
    """A concept's mentions in a window, or in one sentence of it, as wordpieces."""

    name: str
    label: str
    places: tuple[tuple[int, int], ...]
    sentence: int | None = None


def _groups(
    page: Page, name: str, concept: Concept, sentences: Sequence[tuple[int, int]] | None
) -> Iterator[_Group]:
    spans: dict[int | None, list[tuple[int, int]]] = defaultdict(list)
    for span in concept.spans:
        # which sentence a span begins in
        number = None if sentences is None else bisect_right(sentences, (span[0], 1 << 62)) - 1
        spans[number].append(span)
    for number, inside in spans.items():
        if places := tuple(page.pieces(inside)):
            yield _Group(name, concept.label, places, number)


def _pairs(groups: Sequence[_Group], relations: RelationSet) -> tuple[list[int], list[int]]:
    firsts: list[int] = []
    seconds: list[int] = []
    for a, one in enumerate(groups):
        for b in range(0 if relations.directed else a + 1, len(groups)):
            other = groups[b]
            together = one.sentence == other.sentence and one.name != other.name
            if together and relations.has(one.label, other.label):
                firsts.append(a)
                seconds.append(b)
    return firsts, seconds


def _distance(one: Sequence[tuple[int, int]], two: Sequence[tuple[int, int]]) -> int:
    return min(max(0, max(a[0], b[0]) - min(a[1], b[1])) for a in one for b in two)


def marks_of(page: Page, concepts: Mapping[str, Concept], labels: Sequence[str]) -> Tensor:
    """Which label's mention each wordpiece is in, [1, pieces + 2]: 0 for none, else 1 + index."""
    marks = torch.zeros(page.hidden.shape[:2], dtype=torch.long)
    for concept in concepts.values():
        if concept.label in labels:
            for first, last in page.pieces(concept.spans):
                marks[0, 1 + first : 2 + last] = 1 + labels.index(concept.label)
    return marks


@dataclass(frozen=True, kw_only=True)
class RelationRun:
    """A relation model above its tagger, ready to read documents.

    ``thresholds`` is how sure the model must be of a relation of each corpus.
    """

    run: TaggerRun
    model: RelationModel
    thresholds: Mapping[str, float] = field(default_factory=dict)
    calibrations: Mapping[str, Calibration] = field(default_factory=dict)

    @torch.no_grad()
    def relate(
        self,
        text: str,
        concepts: Mapping[str, Concept],
        sentences: Sequence[tuple[int, int]] = (),
        sets: Sequence[RelationSet] = (),
    ) -> list[ScoredRelation]:
        """The relations of some corpora, or all, between a text's concepts, surest first.

        ``sentences`` are their bounds in the text, in order; without them relations that are
        asked by sentence are asked of the text as one. The text is read once, whatever the number
        of sets. A relation that two windows show is the surer of the two.
        """
        [words] = tokenise(self.run.tokenizer, [text])
        bounds = sentences or [(0, len(text))]
        found: dict[tuple[str, str, str, str, int | None], ScoredRelation] = {}
        for page in self.pages(words):
            for one in self._on_page(page, concepts, bounds, sets or self.model.config.sets):
                key = (one.first, one.second, one.corpus, one.type, one.sentence)
                if key not in found or found[key].score < one.score:
                    found[key] = one
        return sorted(found.values(), key=lambda r: (-r.score, r.first, r.second, r.type))

    def _on_page(
        self,
        page: Page,
        concepts: Mapping[str, Concept],
        bounds: Sequence[tuple[int, int]],
        sets: Sequence[RelationSet],
    ) -> Iterator[ScoredRelation]:
        labels = self.model.config.labels
        asked = [(one, asked_of(page, concepts, one, labels, bounds)) for one in sets]
        if any(questions for _, questions in asked):
            hidden = self.hidden_of(page, marks_of(page, concepts, labels))
            for relations, questions in asked:
                if questions is not None:
                    yield from self._found(page, hidden, questions, relations)

    def _found(
        self, page: Page, hidden: Tensor, asked: Asked, relations: RelationSet
    ) -> Iterator[ScoredRelation]:
        chances, looks = self.chances(page, hidden, asked.pairs, relations)
        best, which = chances[:, 1:].max(dim=1)
        sure = self.thresholds.get(relations.name, 0.5)
        curve = self.calibrations.get(relations.name, Calibration())
        window = page.window
        starts = page.words.starts[window.start : window.start + len(page.first) - 1]
        names = list(asked.named())
        for place in torch.nonzero(1 - chances[:, 0] >= sure).flatten().tolist():
            first, second = names[place]
            yield ScoredRelation(
                first=first,
                second=second,
                type=relations.types[int(which[place])],
                score=curve.of(float(best[place])),
                corpus=relations.name,
                sentence=asked.sentences[int(asked.pairs.first[place])],
                looks=np.add.reduceat(looks[place].numpy(), page.first[:-1]),
                starts=starts,
            )

    @torch.no_grad()
    def pages(self, words: Words) -> list[Page]:
        """The windows of a document, read by the layers that tagger and relations share."""
        bounds = np.append(words.first, len(words.ids))
        pages = []
        for chosen, hidden in self.run.lower(words, self.model.config.trunk):
            for row, window in enumerate(chosen):
                first = bounds[window.start : window.end + 1] - bounds[window.start]
                first = np.minimum(first, self.run.pieces)  # a word longer than the window
                length = int(first[-1]) + 2
                pages.append(Page(words, window, first, hidden[row : row + 1, :length]))
        return pages

    def hidden_of(self, page: Page, marks: Tensor) -> Tensor:
        """The branch over a window: [pieces, d] in fp32, without the marks of begin and end."""
        encoder = cast("Encoder", self.run.tagger.encoder)  # RelationModel.above saw to it
        with torch.autocast("cpu", torch.bfloat16, enabled=self.run.autocast):
            bias = encoder.bias_of(marks, None, page.hidden.dtype)
            x: Tensor = self.model.read(page.hidden, marks, bias).float()
        return x[0, 1:-1]

    def chances(
        self, page: Page, hidden: Tensor, pairs: Pairs, relations: RelationSet
    ) -> tuple[Tensor, Tensor]:
        """Probabilities of none and of each type [pairs, 1 + types], and looks [pairs, pieces].

        Where order means nothing, both orders are asked and averaged.
        """
        if relations.directed:
            scores, looks = self.scores(page, hidden, pairs, relations)
            return torch.softmax(scores, dim=-1), looks
        count = len(pairs.first)
        scores, looks = self.scores(page, hidden, _both_orders(pairs), relations)
        chances = torch.softmax(scores, dim=-1)
        return (chances[:count] + chances[count:]) / 2, looks[:count]

    def scores(
        self, page: Page, hidden: Tensor, pairs: Pairs, relations: RelationSet
    ) -> tuple[Tensor, Tensor]:
        """Scores of a corpus' classes [pairs, 1 + types], and where each pair looks."""
        scores, looks = self.model(hidden, page.hidden[0, 1:-1].float(), pairs)
        return scores[:, self.model.classes_of(relations.name)], looks


def swap(pairs: Pairs) -> Pairs:
    """The same pairs in the other order."""
    return Pairs(pairs.spans, pairs.concept, pairs.label, pairs.second, pairs.first, pairs.distance)


def _both_orders(pairs: Pairs) -> Pairs:
    return replace(
        pairs,
        first=torch.cat([pairs.first, pairs.second]),
        second=torch.cat([pairs.second, pairs.first]),
        distance=pairs.distance.repeat(2),
    )
