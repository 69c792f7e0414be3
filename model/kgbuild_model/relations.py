"""Relations between the concepts of a document, read on top of a tagger.

The lower layers of the tagger's encoder read the document once; from there a branch of layers of
its own reads on for relations, so that the tagger stays as it is. A pair of concepts is scored from
its two concepts, each pooled over all of its mentions, and from the context that both look at
(Zhou et al. 2021, "ATLOP": log-sum-exp pooling, localized context, group bilinear). The context is
weighed by an attention that is learnt for it.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn

from kgbuild_model.errors import CheckpointError
from kgbuild_model.transformer import Encoder, EncoderLayer, TransformerConfig

if TYPE_CHECKING:
    from kgbuild_model.tagger import Tagger

__all__ = [
    "DISTANCES",
    "Pairs",
    "RelationConfig",
    "RelationModel",
    "RelationSet",
    "distance_bucket",
]

DISTANCES = 10
"""Buckets of the least distance between two concepts' mentions, in words: powers of two."""

_GROUP = 32


@dataclass(frozen=True, slots=True)
class RelationSet:
    """The relations that one corpus marks.

    ``types`` are scored against each other and against none. ``directed`` says whether the order
    of a pair means anything; ``pairs`` are the labels between which the corpus has relations.
    """

    name: str
    types: tuple[str, ...]
    directed: bool
    pairs: tuple[tuple[str, str], ...]

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
    encoder read; ``concept`` [mentions] is whose mention it is, ``label`` [concepts] its label;
    ``first``, ``second`` [pairs] are concepts; ``distance`` [pairs] is a bucket.
    """

    spans: Tensor
    concept: Tensor
    label: Tensor
    first: Tensor
    second: Tensor
    distance: Tensor


def distance_bucket(words: int) -> int:
    """The bucket of a distance in words.

    >>> [distance_bucket(n) for n in (0, 1, 2, 5, 1000)]
    [0, 1, 2, 3, 9]
    """
    return min(DISTANCES - 1, int(words).bit_length())


class RelationModel(nn.Module):
    """Scores relations between concepts; ``encoder`` is the branch above the shared layers."""

    def __init__(self, config: RelationConfig, layers: Sequence[nn.Module]) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.encoder = nn.ModuleDict({"layers": nn.ModuleList(layers)})
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.labels = nn.Embedding(len(config.labels), width)
        self.distances = nn.Embedding(DISTANCES, width)
        self.first = nn.Linear(2 * width, width)
        self.second = nn.Linear(2 * width, width)
        self.dropout = nn.Dropout(0.1)
        classes = sum(1 + len(one.types) for one in config.sets)
        self.types = nn.Linear(width * _GROUP, classes)
        self.prior = nn.Parameter(torch.zeros(len(config.labels), len(config.labels), classes))
        for table in (self.labels, self.distances):
            nn.init.normal_(table.weight, std=0.02)

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

    def classes_of(self, name: str) -> slice:
        """Where a corpus' scores stand: none first, then its types."""
        start = 0
        for one in self.config.sets:
            end = start + 1 + len(one.types)
            if one.name == name:
                return slice(start, end)
            start = end
        raise KeyError(name)

    def read(self, shared: Tensor, bias: Tensor | None) -> Tensor:
        """The branch over what the shared layers read: [b, n, d] -> [b, n, d]."""
        for layer in self.encoder["layers"]:  # type: ignore[attr-defined]
            shared = layer(shared, bias)
        return shared

    def context(self, hidden: Tensor, pairs: Pairs) -> tuple[Tensor, Tensor]:
        """Each concept's vector [concepts, d], and what each looks at [concepts, h, n].

        ``hidden`` [n, d] is one document in fp32.
        """
        count = len(pairs.label)
        cumulated = torch.cat([hidden.new_zeros(1, hidden.shape[1]), hidden.cumsum(0)])
        starts, ends = pairs.spans[:, 0], pairs.spans[:, 1] + 1
        mentions = (cumulated[ends] - cumulated[starts]) / (ends - starts).unsqueeze(-1)
        # the log of the sum of the exponentials over a concept's mentions, without overflow
        top = mentions.new_full((count, mentions.shape[1]), -torch.inf)
        index = pairs.concept.unsqueeze(-1).expand_as(mentions)
        top = top.scatter_reduce(0, index, mentions, "amax").detach()
        total = mentions.new_zeros(count, mentions.shape[1])
        total = total.index_add(0, pairs.concept, (mentions - top[pairs.concept]).exp())
        concepts = top + total.log()
        heads = self.config.heads
        query = self.query(concepts).unflatten(-1, (heads, -1))  # [concepts, h, k]
        key = self.key(hidden).unflatten(-1, (heads, -1))  # [n, h, k]
        scores = torch.einsum("chk,nhk->chn", query, key) / math.sqrt(query.shape[-1])
        return concepts, torch.softmax(scores, dim=-1)

    def forward(self, hidden: Tensor, pairs: Pairs) -> tuple[Tensor, Tensor]:
        """Scores of all classes [pairs, classes], and where each pair looks [pairs, n].

        ``hidden`` [n, d] is one document as :meth:`read` gave it, in fp32.
        """
        concepts, looks = self.context(hidden, pairs)
        shared = (looks[pairs.first] * looks[pairs.second]).mean(1)  # [pairs, n]
        shared = shared / shared.sum(-1, keepdim=True).clamp(min=1e-9)
        context = shared @ hidden + self.distances(pairs.distance)
        concepts = concepts + self.labels(pairs.label)
        first = self._side(self.first, concepts[pairs.first], context)
        second = self._side(self.second, concepts[pairs.second], context)
        product = first.unsqueeze(-1) * second.unsqueeze(-2)  # [pairs, groups, 32, 32]
        scores = self.types(self.dropout(product.flatten(1)))
        prior = self.prior[pairs.label[pairs.first], pairs.label[pairs.second]]
        return scores + prior, shared

    def _side(self, layer: nn.Linear, concept: Tensor, context: Tensor) -> Tensor:
        both = torch.tanh(layer(self.dropout(torch.cat([concept, context], dim=-1))))
        return cast("Tensor", both.unflatten(-1, (-1, _GROUP)))  # type: ignore[no-untyped-call]
