"""Weigh what a model says of a pair by its page: how often its ends are named, and by its rivals.

A relation model scores each pair for itself, and is too sure of what it learnt by heart. A linear
model over few features, fitted on documents that it has not seen, corrects it (stacking: Wolpert
1992): what the words say (:mod:`~kgbuild_model.relation_wording`), of which kind the ends are, how
far apart, how often each is named, how many sentences name both, how many rivals each has, and how
sure the model is of those.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from kgbuild_model.relations import DISTANCES, Pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Weigher", "features_of", "standing_of"]

_LEAST = 1e-5  # a chance under this counts as this
_NONE = float(np.log(_LEAST))
_DECAY = 0.04
_SLACK = 0.003
_COUNTS = 10


@dataclass(frozen=True, eq=False)
class Weigher:
    """A linear model over what two readers say of one corpus' classes, and a pair's standing.

    ``trust`` and ``heed`` [kinds] are what the logs of the model's chances and of the words' count
    for, by the kind of the pair; ``weights`` [features, classes] is what its standing adds.
    """

    trust: Tensor
    heed: Tensor
    weights: Tensor

    def weighed(self, chances: Tensor, heard: Tensor, standing: Tensor) -> Tensor:
        """The chances of each pair's classes [pairs, classes], corrected."""
        return torch.softmax(self._logits(chances, heard, standing), dim=-1)

    def _logits(self, chances: Tensor, heard: Tensor, standing: Tensor) -> Tensor:
        kind = standing[:, : len(self.trust)]
        read, worded = (said.clamp(min=_LEAST).log() for said in (chances, heard))
        return (
            read * (kind @ self.trust).unsqueeze(-1)
            + worded * (kind @ self.heed).unsqueeze(-1)
            + standing @ self.weights
        )

    @classmethod
    def fitted(cls, chances: Tensor, heard: Tensor, standing: Tensor, gold: Tensor) -> Weigher:
        """The weigher under which ``gold`` [pairs] is likeliest; it stays near to changing nothing.

        What all kinds have in common is free. Features count in units of their deviation, so that
        all are held back alike.
        """
        kinds = standing.shape[1] - DISTANCES - _COUNTS
        units = standing[:, -_COUNTS:]
        mean, deviation = units.mean(0), units.std(0) + 1e-3
        known = torch.cat([standing[:, :-_COUNTS], (units - mean) / deviation], dim=1)
        common = torch.tensor([1.0, 0.0], requires_grad=True)
        own = torch.zeros(2, kinds, requires_grad=True)
        weights = torch.zeros(standing.shape[1], chances.shape[1], requires_grad=True)
        search = torch.optim.LBFGS([common, own, weights], max_iter=60)

        def step() -> float:
            search.zero_grad()
            trust, heed = common.unsqueeze(1) + own
            one = cls(trust, heed, weights)
            loss = functional.cross_entropy(one._logits(chances, heard, known), gold)
            held = _DECAY * (weights[-_COUNTS:] ** 2).sum()
            held = held + _SLACK * ((weights[:-_COUNTS] ** 2).sum() + (own**2).sum())
            total = loss + held
            total.backward()  # type: ignore[no-untyped-call]
            return float(total.detach())

        search.step(step)  # type: ignore[no-untyped-call]
        found = weights.detach().clone()
        found[-_COUNTS:] /= deviation.unsqueeze(-1)
        # every pair has one distance, so what is to be added to all can be added there
        found[kinds : kinds + DISTANCES] -= mean @ found[-_COUNTS:]
        trust, heed = (common.unsqueeze(1) + own).detach()
        return cls(trust, heed, found)


def features_of(labels: int) -> int:
    """How many features a pair's standing has."""
    return labels * labels + DISTANCES + _COUNTS


def standing_of(pairs: Pairs, rows: Tensor, chances: Tensor, labels: int) -> Tensor:
    """The features of the pairs ``rows`` with the classes' ``chances`` [rows, classes].

    [rows, kinds + distances + counts]: the kind of the pair and its distance as one-hot vectors,
    then counts of mentions, of sentences that name both, and of concepts of each end's label, as
    logarithms, and how sure the model is of rivals: pairs of the same kind that share an end, and
    any pairs of the kind.
    """
    label = pairs.label.numpy()
    named = np.bincount(pairs.concept.numpy(), minlength=len(label))
    first, second = _ordered(pairs.first[rows].numpy(), pairs.second[rows].numpy(), label, named)
    kind = label[first] * labels + label[second]
    shared = _shared_sentences(pairs)[first, second]
    alike = np.bincount(label, minlength=labels)
    counts = np.log1p(
        [
            *(named[first], named[second], shared, shared > 0),
            *(alike[label[first]], alike[label[second]], np.full(len(first), len(label))),
        ]
    )
    none = chances[:, 0].clamp(_LEAST, 1 - _LEAST)
    sure = ((1 - none) / none).log().numpy()
    rivals = _rivals(first, second, label, kind, sure)
    standing = np.zeros((len(kind), features_of(labels)), dtype=np.float32)
    row = np.arange(len(kind))
    standing[row, kind] = 1
    standing[row, labels * labels + pairs.distance[rows].numpy()] = 1
    standing[:, -_COUNTS:] = np.vstack([counts, rivals]).T
    return torch.from_numpy(standing)


def _ordered(
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    label: NDArray[np.int64],
    named: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The ends of each pair by label, and of one label the one that is named more often first."""
    places = np.lexsort((-named, label)).argsort(kind="stable")
    turned = places[first] > places[second]
    return np.where(turned, second, first), np.where(turned, first, second)


def _shared_sentences(pairs: Pairs) -> NDArray[np.int64]:
    """How many sentences name both of two concepts, [concepts, concepts]."""
    _, sentence = np.unique(pairs.sentence.numpy(), return_inverse=True)
    inside = np.zeros((len(pairs.label), sentence.max() + 1), dtype=np.int64)
    inside[pairs.concept.numpy(), sentence] = 1
    shared: NDArray[np.int64] = inside @ inside.T
    return shared


def _rivals(
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    label: NDArray[np.int64],
    kind: NDArray[np.int64],
    sure: NDArray[np.float32],
) -> NDArray[np.float64]:
    """How sure the model is of each pair's surest rivals, [3, pairs].

    The lesser and the greater of those that share one end, then the surest of the same kind.
    """
    scores = np.full((len(label), len(label)), _NONE)
    scores[first, second] = scores[second, first] = sure
    ends = ((first, second), (second, first))
    sharing = np.sort([_surest_other(scores, *pair, label) for pair in ends], axis=0)
    best, next_best = np.full(len(sure), _NONE), np.full(len(sure), _NONE)
    for one in np.unique(kind):
        found = np.sort(np.append(sure[kind == one], [_NONE, _NONE]))
        best[kind == one], next_best[kind == one] = found[-1], found[-2]
    return np.vstack([sharing, np.where(sure >= best, next_best, best)])


def _surest_other(
    scores: NDArray[np.float64],
    end: NDArray[np.int64],
    other: NDArray[np.int64],
    label: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Of each pair the best score that its ``end`` has with another one of the other's label."""
    others = np.where(label == label[other, None], scores[end], _NONE)  # [pairs, concepts]
    others[np.arange(len(end)), other] = _NONE
    best: NDArray[np.float64] = others.max(axis=1)
    return best
