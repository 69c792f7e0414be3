"""Read documents for relations: the shared layers, the branch, pairs in, scored relations out.

A document is read in pages (:mod:`~kgbuild_model.relation_pages`), and a pair of concepts is asked
of each page that names both.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from kgbuild_model.batching import joined
from kgbuild_model.calibration import Calibration
from kgbuild_model.relation_pages import apart_in, marks_of, pages_of
from kgbuild_model.relation_phrases import phrases_of
from kgbuild_model.relation_weighing import standing_of
from kgbuild_model.relations import Pairs, distance_buckets
from kgbuild_model.tokens import tokenise, windows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kgbuild_model.relation_examples import Concept
    from kgbuild_model.relation_pages import Page
    from kgbuild_model.relation_weighing import Weigher
    from kgbuild_model.relation_wording import Wording
    from kgbuild_model.relations import RelationModel, RelationSet
    from kgbuild_model.tagging import TaggerRun
    from kgbuild_model.tokens import Words
    from kgbuild_model.transformer import Encoder

__all__ = [
    "Answers",
    "Asked",
    "RelationRun",
    "ScoredRelation",
    "agreed",
    "asked_by_kind",
    "asked_of",
]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The pairs of a page that the relations of some corpora may hold between.

    ``concepts`` are the names, ``sentences`` the numbers, of what ``pairs`` calls a concept: a
    concept in the whole page, where the number is None, or in one sentence. Where order means
    nothing to a corpus, its pairs are there in both orders. The pairs are sorted.
    """

    concepts: tuple[str, ...]
    sentences: tuple[int | None, ...]
    pairs: Pairs

    def named(self, rows: Tensor) -> Iterator[tuple[str, str]]:
        """The names of the ends of some pairs."""
        pairs = self.pairs.at(rows)
        for a, b in zip(pairs.first.tolist(), pairs.second.tolist(), strict=True):
            yield self.concepts[a], self.concepts[b]

    def rows(self, relations: RelationSet, labels: Sequence[str]) -> Tensor:
        """Which pairs one corpus asks; of each pair one order, where order means nothing to it."""
        pairs, label = self.pairs, self.pairs.label
        allowed = torch.from_numpy(_allowed((relations,), tuple(labels)))
        asked = allowed[label[pairs.first], label[pairs.second]]
        if not relations.directed:
            asked &= pairs.first < pairs.second
        return asked.nonzero().flatten()

    def turned(self, rows: Tensor) -> Tensor:
        """Where the same pairs stand in the other order."""
        pairs, count = self.pairs, len(self.concepts)
        places = pairs.first * count + pairs.second
        return torch.searchsorted(places, pairs.second[rows] * count + pairs.first[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What a model says of the pairs ``rows`` that one corpus asks.

    ``chances`` [rows, 1 + types] are the probabilities of none and of each type, ``looks`` [rows,
    pieces] where each pair looks.
    """

    relations: RelationSet
    rows: Tensor
    chances: Tensor
    looks: Tensor


@dataclass(frozen=True, slots=True)
class ScoredRelation:
    """A relation that the model found between two concepts, with its probability.

    ``corpus`` names the set of the type; ``sentence`` is the number of the sentence that it was
    asked of, if it was of one. ``looks`` [words] says how much each word of the page was looked
    at, they sum to 1; ``starts`` [words] is where in the text each begins. ``page`` is where it was
    read.
    """

    first: str
    second: str
    type: str
    score: float
    corpus: str
    sentence: int | None
    looks: NDArray[np.float32] = field(compare=False)
    starts: NDArray[np.int64] = field(compare=False)
    page: Page | None = field(default=None, compare=False, repr=False)


def asked_of(
    page: Page,
    concepts: Mapping[str, Concept],
    sets: Sequence[RelationSet],
    labels: Sequence[str],
    sentences: Sequence[tuple[int, int]] = (),
) -> Asked | None:
    """What is asked of a page; None where no pair of its concepts can have a relation.

    ``sets`` are asked all by sentence, or all of the whole page; ``sentences`` are their bounds
    in the text.
    """
    groups = [
        group
        for name, concept in concepts.items()
        if concept.label in labels
        for group in _groups(page, name, concept, sentences, split=sets[0].by_sentence)
    ]
    if not groups:
        return None
    label = np.array([labels.index(group.label) for group in groups])
    name = np.unique([group.name for group in groups], return_inverse=True)[1]
    number = np.array([-1 if group.sentence is None else group.sentence for group in groups])
    together = (number[:, None] == number) & (name[:, None] != name)
    firsts, seconds = np.nonzero(together & _allowed(tuple(sets), tuple(labels))[label][:, label])
    if not len(firsts):
        return None
    pairs = Pairs(
        spans=torch.tensor([span for group in groups for span in group.places]),
        concept=torch.tensor([c for c, group in enumerate(groups) for _ in group.places]),
        sentence=torch.tensor([number for group in groups for number in group.numbers]),
        label=torch.from_numpy(label),
        first=torch.from_numpy(firsts),
        second=torch.from_numpy(seconds),
        distance=torch.from_numpy(_distances(groups)[firsts, seconds]),
    )
    names = tuple(group.name for group in groups)
    return Asked(names, tuple(group.sentence for group in groups), pairs)


def asked_by_kind(
    page: Page,
    concepts: Mapping[str, Concept],
    sets: Sequence[RelationSet],
    labels: Sequence[str],
    sentences: Sequence[tuple[int, int]],
) -> Iterator[tuple[Sequence[RelationSet], Asked]]:
    """What sets of relations of documents ask of a page, then what those of sentences ask.

    A kind that asks nothing is left out.
    """
    for by_sentence in (False, True):
        kind = [one for one in sets if one.by_sentence is by_sentence]
        asked = asked_of(page, concepts, kind, labels, sentences) if kind else None
        if asked is not None:
            yield kind, asked


@lru_cache(maxsize=64)
def _allowed(sets: tuple[RelationSet, ...], labels: tuple[str, ...]) -> NDArray[np.bool_]:
    """Between which labels any of the sets has relations, [labels, labels]."""
    return np.array([[any(one.has(a, b) for one in sets) for b in labels] for a in labels])


def agreed(asked: Asked, said: Iterable[Answers]) -> list[Answers]:
    """The answers, with types of two sets that mean the same taken as one question.

    The set that names the other one answers for both, with the mean of the two chances; where the
    other would say its type, it says none.
    """
    answers = {one.relations.name: one for one in said}
    for name, one in tuple(answers.items()):
        for kind, other, there in one.relations.same:
            if other in answers:
                pair = _agreed(asked, answers[name], kind, answers[other], there)
                answers[name], answers[other] = pair
    return list(answers.values())


def _agreed(
    asked: Asked, one: Answers, kind: str, other: Answers, there: str
) -> tuple[Answers, Answers]:
    own, its = (1 + a.relations.types.index(k) for a, k in ((one, kind), (other, there)))
    places = {pair: place for place, pair in enumerate(_unordered(asked, other.rows))}
    met = [
        (p, places[pair]) for p, pair in enumerate(_unordered(asked, one.rows)) if pair in places
    ]
    if not met:
        return one, other
    here, its_rows = torch.tensor(met).T
    chances, others = one.chances.clone(), other.chances.clone()
    mean = (chances[here, own] + others[its_rows, its]) / 2
    chances[here, 0] += chances[here, own] - mean
    chances[here, own] = mean
    silent = its_rows[others[its_rows, 1:].argmax(dim=1) + 1 == its]
    others[silent] = functional.one_hot(torch.tensor(0), others.shape[1]).to(others.dtype)
    return replace(one, chances=chances), replace(other, chances=others)


def _unordered(asked: Asked, rows: Tensor) -> list[tuple[int, int]]:
    ends = zip(asked.pairs.first[rows].tolist(), asked.pairs.second[rows].tolist(), strict=True)
    return [(min(pair), max(pair)) for pair in ends]


@dataclass(frozen=True, slots=True)
class _Group:
    """A concept's mentions in a page, or in one ``sentence`` of it.

    ``places`` are their first and last wordpieces, ``numbers`` their sentences.
    """

    name: str
    label: str
    places: tuple[tuple[int, int], ...]
    numbers: tuple[int, ...]
    sentence: int | None


def _groups(
    page: Page,
    name: str,
    concept: Concept,
    sentences: Sequence[tuple[int, int]],
    *,
    split: bool,
) -> Iterator[_Group]:
    found: dict[int | None, list[tuple[tuple[int, int], int]]] = defaultdict(list)
    for span in concept.spans:
        # which sentence a span begins in
        number = bisect_right(sentences, (span[0], 1 << 62)) - 1
        for place in page.pieces([span]):
            found[number if split else None].append((place, number))
    for sentence, mentions in found.items():
        places, numbers = zip(*mentions, strict=True)
        yield _Group(name, concept.label, places, numbers, sentence)


def _distances(groups: Sequence[_Group]) -> NDArray[np.int64]:
    """Buckets of the wordpieces between the nearest mentions of two groups, [groups, groups]."""
    starts, ends = np.array([place for group in groups for place in group.places]).T
    away = np.maximum(starts[:, None], starts) - np.minimum(ends[:, None], ends)
    counts = [len(group.places) for group in groups]
    begins = np.cumsum([0, *counts[:-1]])
    least = np.minimum.reduceat(np.minimum.reduceat(away, begins, axis=0), begins, axis=1)
    return distance_buckets(least)


@dataclass(frozen=True, kw_only=True)
class RelationRun:
    """A relation model above its tagger, ready to read documents.

    ``thresholds`` is how sure the model must be of a relation of each corpus, once ``weighers``
    have corrected what it says, with what ``wordings`` say of the same pairs. A corpus that has a
    weigher has a wording.
    """

    run: TaggerRun
    model: RelationModel
    thresholds: Mapping[str, float] = field(default_factory=dict)
    calibrations: Mapping[str, Calibration] = field(default_factory=dict)
    wordings: Mapping[str, Wording] = field(default_factory=dict)
    weighers: Mapping[str, Weigher] = field(default_factory=dict)

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
        of sets. A relation that two pages show is the surer of the two.
        """
        words = self._words_of(text)
        bounds = sentences or [(0, len(text))]
        found: dict[tuple[str, str, str, str, int | None], ScoredRelation] = {}
        for page in self.pages(words):
            for one in self._on_page(page, concepts, bounds, sets or self.model.config.sets):
                key = (one.first, one.second, one.corpus, one.type, one.sentence)
                if key not in found or found[key].score < one.score:
                    found[key] = one
        return sorted(found.values(), key=lambda r: (-r.score, r.first, r.second, r.type))

    def apart(
        self, text: str, concepts: Mapping[str, Concept], sets: Sequence[RelationSet] = ()
    ) -> int:
        """How many pairs of concepts are not asked, as no page of a long text names both.

        Counted are pairs that some corpus whose relations are of documents would ask.
        """
        words = self._words_of(text)
        whole = tuple(one for one in sets or self.model.config.sets if not one.by_sentence)
        labels = tuple(self.model.config.labels)
        asked = {name: one for name, one in concepts.items() if one.label in labels}
        apart = apart_in(words, windows(words, self.run.pieces, self.run.overlap), asked)
        if not apart.any():
            return 0
        label = np.array([labels.index(one.label) for one in asked.values()])
        return int(np.triu(apart & _allowed(whole, labels)[label][:, label], k=1).sum())

    def _words_of(self, text: str) -> Words:
        return self.run.kept.words_of(text) or tokenise(self.run.tokenizer, [text])[0]

    def _on_page(
        self,
        page: Page,
        concepts: Mapping[str, Concept],
        bounds: Sequence[tuple[int, int]],
        sets: Sequence[RelationSet],
    ) -> Iterator[ScoredRelation]:
        labels = self.model.config.labels
        asked = list(asked_by_kind(page, concepts, sets, labels, bounds))
        if asked:
            hidden = self.hidden_of(page, marks_of(page, concepts, labels))
            scored = self._scores(page, hidden, [questions.pairs for _, questions in asked])
            for (kind, questions), scores in zip(asked, scored, strict=True):
                for answers in agreed(questions, self._answers(page, questions, kind, *scores)):
                    yield from self._found(page, questions, answers)

    def _found(self, page: Page, asked: Asked, answers: Answers) -> Iterator[ScoredRelation]:
        relations, chances = answers.relations, answers.chances
        best, which = chances[:, 1:].max(dim=1)
        curve = self.calibrations.get(relations.name, Calibration())
        sure = (1 - chances[:, 0] >= self.thresholds.get(relations.name, 0.5)).nonzero().flatten()
        rows = answers.rows[sure]
        numbers = asked.pairs.first[rows].tolist()
        starts = page.starts
        for place, (first, second), number in zip(
            sure.tolist(), asked.named(rows), numbers, strict=True
        ):
            yield ScoredRelation(
                first=first,
                second=second,
                type=relations.types[int(which[place])],
                score=curve.of(float(best[place])),
                corpus=relations.name,
                sentence=asked.sentences[number],
                looks=np.add.reduceat(answers.looks[place].numpy(), page.first[:-1]),
                starts=starts,
                page=page,
            )

    @torch.no_grad()
    def pages(self, words: Words, layers: int | None = None) -> list[Page]:
        """The pages of a document, read by ``layers``: those that tagger and relations share."""
        read = self.run.lower(words, self.model.config.trunk if layers is None else layers)
        return list(pages_of(words, read, self.run.pieces))

    def hidden_of(self, page: Page, marks: Tensor) -> Tensor:
        """The branch over a page: [pieces, d] in fp32, without the marks of begin and end."""
        encoder = cast("Encoder", self.run.tagger.encoder)  # RelationModel.above saw to it
        read = []
        with torch.autocast("cpu", torch.bfloat16, enabled=self.run.autocast):
            for row, length in enumerate(page.lengths()):
                here = slice(row, row + 1), slice(length)
                bias = encoder.bias_of(marks[here], None, page.hidden.dtype)
                read.append(self.model.read(page.hidden[here], marks[here], bias))
        x = joined(read)
        return page.joined(x).float()

    def answers(
        self, page: Page, hidden: Tensor, asked: Asked, sets: Sequence[RelationSet]
    ) -> Iterator[Answers]:
        """What each of the corpora that were asked says; all pairs are scored at once."""
        return self._answers(page, asked, sets, *self.scores(page, hidden, asked.pairs))

    def _answers(
        self, page: Page, asked: Asked, sets: Sequence[RelationSet], scores: Tensor, looks: Tensor
    ) -> Iterator[Answers]:
        """Where order means nothing, the two orders of a pair are averaged."""
        for relations in sets:
            rows = asked.rows(relations, self.model.config.labels)
            if len(rows):
                chances = torch.softmax(scores[:, self.model.classes_of(relations.name)], dim=-1)
                found = chances[rows]
                if not relations.directed:
                    found = (found + chances[asked.turned(rows)]) / 2
                if weigher := self.weighers.get(relations.name):
                    standing = standing_of(asked.pairs, rows, found, len(self.model.config.labels))
                    heard = self.heard(page, asked, rows, relations)
                    found = weigher.weighed(found, heard, standing)
                yield Answers(relations, rows, found, looks[rows])

    def heard(self, page: Page, asked: Asked, rows: Tensor, relations: RelationSet) -> Tensor:
        """What the words between and beside the names say of some pairs, [rows, classes]."""
        return self.wordings[relations.name].chances(phrases_of(page, asked, rows, relations))

    def _scores(
        self, page: Page, hidden: Tensor, parts: Sequence[Pairs]
    ) -> Iterator[tuple[Tensor, ...]]:
        """The :meth:`scores` of several questions, which have the page and its words in common."""
        counts = [len(pairs.first) for pairs in parts]
        scored = self.scores(page, hidden, Pairs.joined(parts))
        return zip(*(torch.split(part, counts) for part in scored), strict=True)

    def scores(self, page: Page, hidden: Tensor, pairs: Pairs) -> tuple[Tensor, Tensor]:
        """Scores of all classes [pairs, classes], and where each pair looks [pairs, pieces]."""
        lower = page.joined(page.hidden).float()
        scored: tuple[Tensor, Tensor] = self.model(hidden, lower, pairs)
        return scored
