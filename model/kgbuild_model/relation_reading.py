"""Read documents for relations: the shared layers, the branch, pairs in, scored relations out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import Tensor

from kgbuild_model.calibration import Calibration
from kgbuild_model.relations import Pairs, distance_bucket
from kgbuild_model.tokens import Window, Words, tokenise, windows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kgbuild_model.relation_examples import Concept
    from kgbuild_model.relations import RelationModel, RelationSet
    from kgbuild_model.tagging import TaggerRun
    from kgbuild_model.transformer import Encoder

__all__ = ["Asked", "RelationRun", "ScoredRelation", "Shared", "asked_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """What the shared layers read of a document: its windows side by side."""

    words: Words
    cut: Sequence[Window]
    ids: Tensor
    mask: Tensor
    hidden: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The pairs of a document that a corpus' relations may hold between, by concept."""

    concepts: tuple[str, ...]
    pairs: Pairs


@dataclass(frozen=True, slots=True)
class ScoredRelation:
    """A relation that the model found between two concepts, with its probability.

    ``weights`` [words] says how much each word of the text was looked at, they sum to 1;
    ``starts`` [words] is where in the text each begins. ``corpus`` names the set of the type.
    """

    first: str
    second: str
    type: str
    score: float
    corpus: str
    weights: NDArray[np.float32] = field(compare=False)
    starts: NDArray[np.int64] = field(compare=False)


def asked_of(
    words: Words, concepts: Mapping[str, Concept], relations: RelationSet, labels: Sequence[str]
) -> Asked | None:
    """What is asked of a document; None where no pair of its concepts can have a relation."""
    names = tuple(name for name, concept in concepts.items() if concept.label in labels)
    places = [_pieces(words, concepts[name].spans) for name in names]
    firsts: list[int] = []
    seconds: list[int] = []
    for a, one in enumerate(names):
        others = range(len(names)) if relations.directed else range(a + 1, len(names))
        for b in others:
            if a != b and relations.has(concepts[one].label, concepts[names[b]].label):
                firsts.append(a)
                seconds.append(b)
    if not firsts:
        return None
    distances = [
        distance_bucket(_distance(places[a], places[b]))
        for a, b in zip(firsts, seconds, strict=True)
    ]
    return Asked(
        names,
        Pairs(
            spans=torch.tensor([span for spans in places for span in spans]),
            concept=torch.tensor([n for n, spans in enumerate(places) for _ in spans]),
            label=torch.tensor([labels.index(concepts[name].label) for name in names]),
            first=torch.tensor(firsts),
            second=torch.tensor(seconds),
            distance=torch.tensor(distances),
        ),
    )


def _pieces(words: Words, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """First and last wordpiece of each span; every span has at least one."""
    bounds = np.append(words.first, len(words.ids))
    found = []
    for start, end in spans:
        first = int(np.searchsorted(words.ends, start, side="right"))
        last = int(np.searchsorted(words.starts, end, side="left")) - 1
        first = min(first, len(words) - 1)
        last = max(first, last)
        found.append((int(bounds[first]), int(bounds[last + 1]) - 1))
    return found


def _distance(one: Sequence[tuple[int, int]], two: Sequence[tuple[int, int]]) -> int:
    return min(max(0, max(a[0], b[0]) - min(a[1], b[1])) for a in one for b in two)


@dataclass(frozen=True, kw_only=True)
class RelationRun:
    """A relation model above its tagger, ready to read documents.

    ``thresholds`` is how sure the model must be of a relation of each corpus.
    """

    run: TaggerRun
    model: RelationModel
    thresholds: Mapping[str, float] = field(default_factory=dict)
    calibrations: Mapping[str, Calibration] = field(default_factory=dict)

    def relate(
        self, text: str, concepts: Mapping[str, Concept], sets: Sequence[RelationSet] = ()
    ) -> list[ScoredRelation]:
        """The relations of some corpora, or all, between a text's concepts, surest first.

        The text is read once, whatever the number of sets.
        """
        [words] = tokenise(self.run.tokenizer, [text])
        labels = self.model.config.labels
        wanted = [
            (one, asked)
            for one in sets or self.model.config.sets
            if len(words) and (asked := asked_of(words, concepts, one, labels)) is not None
        ]
        if not wanted:
            return []
        with torch.no_grad():
            hidden = self.hidden_of(self.share(words))
            found = [
                relation
                for relations, asked in wanted
                for relation in self._found(words, hidden, asked, relations)
            ]
        return sorted(found, key=lambda one: (-one.score, one.first, one.second, one.type))

    def _found(
        self, words: Words, hidden: Tensor, asked: Asked, relations: RelationSet
    ) -> list[ScoredRelation]:
        chances, looks = self.chances(hidden, asked, relations)
        best, which = chances[:, 1:].max(dim=1)
        sure = self.thresholds.get(relations.name, 0.5)
        curve = self.calibrations.get(relations.name, Calibration())
        return [
            ScoredRelation(
                asked.concepts[int(asked.pairs.first[place])],
                asked.concepts[int(asked.pairs.second[place])],
                relations.types[int(which[place])],
                curve.of(float(best[place])),
                relations.name,
                np.add.reduceat(looks[place].numpy(), words.first),
                words.starts,
            )
            for place in torch.nonzero(1 - chances[:, 0] >= sure).flatten().tolist()
        ]

    @property
    def _encoder(self) -> Encoder:
        return cast("Encoder", self.run.tagger.encoder)  # RelationModel.above saw to it

    @torch.no_grad()
    def share(self, words: Words) -> Shared:
        """Read a document by the layers that tagger and relations share."""
        cut = windows(words, self.run.pieces, self.run.overlap)
        batch = self.run.side_by_side([(words, window) for window in cut])
        encoder = self._encoder
        with torch.autocast("cpu", torch.bfloat16, enabled=self.run.autocast):
            x = encoder.embedding(batch.ids, self.run.tagger.shapes(batch.shapes))
            bias = encoder.bias_of(batch.ids, batch.mask, x.dtype)
            for layer in list(encoder.layers)[: self.model.config.trunk]:
                x = layer(x, bias)
        return Shared(words, cut, batch.ids, batch.mask, x)

    def hidden_of(self, shared: Shared) -> Tensor:
        """The branch over a document: [pieces, d] in fp32, without marks and overlaps."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.run.autocast):
            bias = self._encoder.bias_of(shared.ids, shared.mask, shared.hidden.dtype)
            x = self.model.read(shared.hidden, bias).float()
        bounds = np.append(shared.words.first, len(shared.words.ids))
        kept = []
        for row, window in enumerate(shared.cut):
            begin = int(bounds[window.start])
            kept.append(
                x[
                    row,
                    1 + int(bounds[window.keep_from]) - begin : 1
                    + int(bounds[window.keep_to])
                    - begin,
                ]
            )
        return torch.cat(kept)

    def chances(
        self, hidden: Tensor, asked: Asked, relations: RelationSet
    ) -> tuple[Tensor, Tensor]:
        """Probabilities of none and of each type [pairs, 1 + types], and looks [pairs, pieces].

        Where order means nothing, both orders are asked and averaged.
        """
        scores, looks = self.scores(hidden, asked.pairs, relations)
        chances = torch.softmax(scores, dim=-1)
        if not relations.directed:
            swapped, _ = self.scores(hidden, swap(asked.pairs), relations)
            chances = (chances + torch.softmax(swapped, dim=-1)) / 2
        return chances, looks

    def scores(self, hidden: Tensor, pairs: Pairs, relations: RelationSet) -> tuple[Tensor, Tensor]:
        """Scores of a corpus' classes [pairs, 1 + types], and where each pair looks."""
        scores, looks = self.model(hidden, pairs)
        return scores[:, self.model.classes_of(relations.name)], looks


def swap(pairs: Pairs) -> Pairs:
    """The same pairs in the other order."""
    return Pairs(pairs.spans, pairs.concept, pairs.label, pairs.second, pairs.first, pairs.distance)
