"""Relations between the concepts of a document, read on top of a tagger.

The lower layers of the tagger's encoder read the document once; from there a branch of layers of
its own reads on for relations, so that the tagger stays as it is. A pair of concepts is scored from
its two concepts, each pooled over all of its mentions, and from the context that both look at
(Zhou et al. 2021, "ATLOP": log-sum-exp pooling, localized context, group bilinear). The context is
weighed by an attention that is learnt for it. A concept looks near its mentions unless it learns
otherwise: with few documents to learn from, an attention that begins anywhere finds no types.
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from kgbuild_model.errors import CheckpointError
from kgbuild_model.packed import PackedLinear, pack, packed
from kgbuild_model.transformer import (
    Attention,
    Encoder,
    EncoderLayer,
    TransformerConfig,
    through,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kgbuild_model.tagger import Tagger

__all__ = [
    "DISTANCES",
    "Pairs",
    "RelationConfig",
    "RelationModel",
    "RelationSet",
    "distance_buckets",
    "layers_moved",
]

DISTANCES = 10
"""Buckets of distances in wordpieces, by powers of two: between concepts, and to a mention."""

_GROUP = 32
_ROUND = 16
_AT_ONCE = 512  # pairs; their products take 25 MB at a width of 384


@dataclass(frozen=True, slots=True)
class RelationSet:
    """The relations that one corpus marks.

    ``types`` are scored against each other and against none. ``directed`` says whether the order
    of a pair means anything; ``pairs`` are the labels between which the corpus has relations.
    ``by_sentence``: a relation is one of a sentence, between what that sentence names; else it is
    one of the whole document. ``same`` are types that mean the same as one of another set: (type,
    set, type there).
    """

    name: str
    types: tuple[str, ...]
    directed: bool
    pairs: tuple[tuple[str, str], ...]
    by_sentence: bool = False
    same: tuple[tuple[str, str, str], ...] = ()

    def has(self, first: str, second: str) -> bool:
        """Whether the corpus has relations from one label to the other."""
        if self.directed:
            return (first, second) in self.pairs
        return (first, second) in self.pairs or (second, first) in self.pairs


@dataclass(frozen=True, kw_only=True)
class RelationConfig:
    """The shape of a relation model: how many layers it shares, its labels, its corpora."""

    trunk: int
    labels: tuple[str, ...]
    sets: tuple[RelationSet, ...]
    width: int
    heads: int = 4


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """What is scored in one document.

    ``spans`` [mentions, 2] are first and last wordpiece of each mention, in the row that the
    encoder read; ``concept`` [mentions] is whose mention it is, ``sentence`` [mentions] the number
    of the sentence that it begins in; ``label`` [concepts] is a concept's label; ``first``,
    ``second`` [pairs] are concepts; ``distance`` [pairs] is a bucket.
    """

    spans: Tensor
    concept: Tensor
    sentence: Tensor
    label: Tensor
    first: Tensor
    second: Tensor
    distance: Tensor

    def at(self, rows: Tensor) -> Pairs:
        """Some of the pairs."""
        return replace(
            self, first=self.first[rows], second=self.second[rows], distance=self.distance[rows]
        )

    @classmethod
    def joined(cls, parts: Sequence[Pairs]) -> Pairs:
        """Those of several questions about one document, one behind the other."""
        concepts = np.cumsum([0, *(len(part.label) for part in parts)]).tolist()
        moved = [
            replace(
                part,
                concept=part.concept + start,
                first=part.first + start,
                second=part.second + start,
            )
            for part, start in zip(parts, concepts, strict=False)
        ]
        names = [one.name for one in fields(cls)]
        return cls(**{name: torch.cat([getattr(part, name) for part in moved]) for name in names})


def distance_buckets(words: NDArray[np.int64]) -> NDArray[np.int64]:
    """The buckets of distances in words: how many bits the number has; 0 where mentions touch.

    >>> distance_buckets(np.array([-3, 0, 1, 2, 5, 1000])).tolist()
    [0, 0, 1, 2, 3, 9]
    """
    bits = np.frexp(np.maximum(words, 0).astype(np.float64))[1]
    return np.minimum(bits, DISTANCES - 1).astype(np.int64)


_LAYER = re.compile(r"(encoder\.layers\.)(\d+)(\..*)")


def layers_moved(tensors: Mapping[str, Tensor], by: int) -> dict[str, Tensor]:
    """The tensors of an encoder's layers, each called as ``by`` layers further up.

    A layer that would lie below the first is left out, as is what is of no layer.

    >>> list(layers_moved({"encoder.layers.4.up": torch.ones(1)}, -4))
    ['encoder.layers.0.up']
    """
    found = ((_LAYER.fullmatch(name), value) for name, value in tensors.items())
    return {
        f"{layer[1]}{int(layer[2]) + by}{layer[3]}": value
        for layer, value in found
        if layer and int(layer[2]) + by >= 0
    }


class RelationModel(nn.Module):
    """Scores relations between concepts; ``encoder`` is the branch above the shared layers."""

    def __init__(self, config: RelationConfig, layers: Sequence[nn.Module]) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.encoder = nn.ModuleDict({"layers": nn.ModuleList(layers)})
        self.marks = nn.Embedding(1 + len(config.labels), width)
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.near = nn.Parameter(torch.arange(DISTANCES) * -0.5 * torch.ones(config.heads, 1))
        self.labels = nn.Embedding(len(config.labels), width)
        self.distances = nn.Embedding(DISTANCES, width)
        self.first = nn.Linear(2 * width, width)
        self.second = nn.Linear(2 * width, width)
        self.dropout = nn.Dropout(0.1)
        classes = sum(1 + len(one.types) for one in config.sets)
        self.types: nn.Linear | PackedLinear = nn.Linear(width * _GROUP, classes)
        self.direct = nn.Linear(2 * width, classes)
        self.prior = nn.Parameter(torch.zeros(len(config.labels), len(config.labels), classes))
        for table in (self.labels, self.distances):
            nn.init.normal_(table.weight, std=0.02)
        for fresh in (self.marks, self.direct):
            nn.init.zeros_(fresh.weight)

    @classmethod
    def above(cls, tagger: Tagger, config: RelationConfig) -> RelationModel:
        """A new model whose branch begins as a copy of the tagger's upper layers.

        Raises CheckpointError where the tagger's encoder is of another family.
        """
        if not isinstance(tagger.encoder, Encoder):
            raise CheckpointError(
                "relations are read above our own encoders alone",
                hint="train the tagger from a BERT, MiniLM or MPNet folder",
            )
        layers = list(tagger.encoder.layers)[config.trunk :]
        return cls(config, [copy.deepcopy(layer) for layer in layers])

    @classmethod
    def untrained(cls, config: RelationConfig, shape: TransformerConfig) -> RelationModel:
        """A model with random weights, to be filled, above an encoder of this shape."""
        return cls(config, [EncoderLayer(shape) for _ in range(shape.layers - config.trunk)])

    def read_in(self, precision: torch.dtype) -> None:
        """Keep the branch's weights in ``precision`` and compute in it; scores stay in fp32.

        In fp32 it may be trained on, so that nothing is packed.
        """
        self.encoder.to(precision)
        pack(self.encoder)
        if precision == torch.bfloat16 and isinstance(self.types, nn.Linear):
            self.types = packed(self.types)

    def drop(self, share: float) -> None:
        """Let training drop this share of what the branch's layers give and attend to.

        A tagger is kept without dropout, and so are the layers that are copied from it.
        """
        for module in self.encoder.modules():
            if isinstance(module, Attention):
                module.dropout = share
            elif isinstance(module, nn.Dropout):
                module.p = share

    def classes_of(self, name: str) -> slice:
        """Where a corpus' scores stand: none first, then its types."""
        start = 0
        for one in self.config.sets:
            end = start + 1 + len(one.types)
            if one.name == name:
                return slice(start, end)
            start = end
        raise KeyError(name)

    def read(self, shared: Tensor, marks: Tensor, bias: Tensor | None) -> Tensor:
        """The branch over what the shared layers read: [b, n, d] -> [b, n, d].

        ``marks`` [b, n] says which label's mention each wordpiece is in: 0 for none.
        """
        shared = shared + functional.embedding(marks, self.marks.weight.to(shared.dtype))
        return through(self.encoder["layers"], shared, bias)  # type: ignore[arg-type]

    def context(self, hidden: Tensor, pairs: Pairs) -> tuple[Tensor, Tensor]:
        """Each concept's vector [concepts, d], and what each looks at [concepts, h, n].

        ``hidden`` [n, d] is one document in fp32.
        """
        count = len(pairs.label)
        mentions = _means(hidden, pairs.spans)
        # the log of the sum of the exponentials over a concept's mentions, without overflow
        top = mentions.new_full((count, mentions.shape[1]), -torch.inf)
        index = pairs.concept.unsqueeze(-1).expand_as(mentions)
        top = top.scatter_reduce(0, index, mentions, "amax").detach()
        total = mentions.new_zeros(count, mentions.shape[1])
        total = total.index_add(0, pairs.concept, (mentions - top[pairs.concept]).exp())
        concepts = top + total.log()
        heads = self.config.heads
        query = self.query(concepts).unflatten(-1, (heads, -1))  # [concepts, h, k]
        # A query goes through the key's matrix once; each word would cost more. The key's bias
        # adds the same to all of a row, which softmax does not see.
        key = self.key.weight.view(heads, -1, self.config.width)  # [h, k, d]
        sought = torch.einsum("chk,hkd->chd", query, key) / math.sqrt(query.shape[-1])
        # one product: PyTorch would make one of each concept, for the order that einsum leaves
        scores = (sought.flatten(0, 1) @ hidden.T).view(count, heads, -1)  # [concepts, h, n]
        buckets = torch.from_numpy(distance_buckets(np.arange(len(hidden) + 1)))
        away = self._distances(pairs, len(hidden))
        near = self.near[:, buckets.to(away.device)][:, away].transpose(0, 1)  # [concepts, h, n]
        return concepts, torch.softmax(scores + near, dim=-1)

    @staticmethod
    def _distances(pairs: Pairs, length: int) -> Tensor:
        """How far each wordpiece is from a concept's nearest mention, [concepts, n]."""
        place = torch.arange(length, device=pairs.spans.device)
        starts, ends = pairs.spans[:, :1], pairs.spans[:, 1:]
        away = torch.maximum(starts - place, place - ends).clamp(min=0)  # [mentions, n]
        least = away.new_full((len(pairs.label), length), length)
        index = pairs.concept.unsqueeze(-1).expand_as(away)
        return least.scatter_reduce(0, index, away, "amin")

    def forward(self, hidden: Tensor, lower: Tensor, pairs: Pairs) -> tuple[Tensor, Tensor]:
        """Scores of all classes [pairs, classes], and where each pair looks [pairs, n].

        ``hidden`` [n, d] is one window as :meth:`read` gave it, in fp32; ``lower`` [n, d] what it
        was read from, in which the words themselves are still near: what both ends look at there
        is scored directly, so that a word such as "inhibitor" is soon learnt.
        """
        concepts, looks = self.context(hidden, pairs)
        concepts = concepts + self.labels(pairs.label)
        ends = (pairs.first, pairs.second, pairs.distance)
        parts = zip(*(torch.split(end, _AT_ONCE) for end in ends), strict=True)
        both = hidden, lower
        answers = [self._score(both, concepts, looks, pairs.label, *part) for part in parts]
        scores, shared = zip(*answers, strict=True)
        return torch.cat(scores), torch.cat(shared)

    def _score(
        self,
        both: tuple[Tensor, Tensor],
        concepts: Tensor,
        looks: Tensor,
        label: Tensor,
        first: Tensor,
        second: Tensor,
        distance: Tensor,
    ) -> tuple[Tensor, Tensor]:
        one, two, which = _unordered(first, second)
        shared = (looks[one] * looks[two]).mean(1)  # [unordered pairs, n]
        shared = shared / shared.sum(-1, keepdim=True).clamp(min=1e-9)
        context, below = (shared @ hidden for hidden in both)  # [unordered pairs, d]
        parts = concepts, context, self.distances.weight
        one_end = self._side(self.first, parts, (first, which, distance))
        other_end = self._side(self.second, parts, (second, which, distance))
        if isinstance(self.types, PackedLinear):  # by which there should be few numbers of pairs
            extra = 0, 0, 0, 0, 0, -len(first) % _ROUND
            one_end, other_end = (functional.pad(end, extra) for end in (one_end, other_end))
        product = one_end.unsqueeze(-1) * other_end.unsqueeze(-2)  # [pairs, groups, 32, 32]
        scores = self.types(self.dropout(product.flatten(1)))[: len(first)]
        seen = torch.cat([context, below], dim=-1)
        scores = scores + self.direct(self.dropout(seen))[which]
        return scores + self.prior[label[first], label[second]], shared[which]

    def _side(
        self,
        layer: nn.Linear,
        parts: tuple[Tensor, Tensor, Tensor],
        rows: tuple[Tensor, Tensor, Tensor],
    ) -> Tensor:
        """One end of each pair, [pairs, groups, 32].

        It is seen with a concept, and a context and distance that are added; what several pairs
        have in common goes through the layer once.
        """
        of_concept, of_context = layer.weight.chunk(2, dim=1)
        weights = (of_concept, of_context, of_context)
        added = [
            functional.linear(self.dropout(part), weight)[row]
            for part, weight, row in zip(parts, weights, rows, strict=True)
        ]
        side = torch.tanh(added[0] + added[1] + added[2] + layer.bias)
        return cast("Tensor", side.unflatten(-1, (-1, _GROUP)))  # type: ignore[no-untyped-call]


def _unordered(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Both ends of each pair once, in whatever order, and which of these each pair is.

    >>> _unordered(torch.tensor([0, 1, 2]), torch.tensor([1, 0, 0]))
    (tensor([0, 0]), tensor([1, 2]), tensor([0, 0, 1]))
    """
    count = int(torch.maximum(first, second).max()) + 1
    places = torch.minimum(first, second) * count + torch.maximum(first, second)
    once, which = torch.unique(places, return_inverse=True)
    return once // count, once % count, which


def _means(hidden: Tensor, spans: Tensor) -> Tensor:
    """The mean of the vectors [n, d] of each span's wordpieces, [spans, d]."""
    lengths = spans[:, 1] + 1 - spans[:, 0]
    starts = lengths.cumsum(0) - lengths  # of each span's wordpieces among those of all
    of = torch.repeat_interleave(lengths)
    place = torch.arange(len(of), device=of.device) + (spans[:, 0] - starts)[of]
    return functional.embedding_bag(place, hidden, starts, mode="mean")
