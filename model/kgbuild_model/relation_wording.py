"""Read pairs from the words between their names and beside them, by a linear model.

The encoder has seen some hundred documents with relations, from which it learns that two concepts
are related sooner than how. A word such as "inhibits" between two names says how, and is learnt
from as many texts by itself: alone, this model finds as many relations of BioRED with their type
as the encoder, and the two err on different ones (docs/decisions/0013-relations.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional

from kgbuild_model.relation_phrases import BUCKETS, Phrases

__all__ = ["Wording"]

_HELD = 1e-4
_SEEN = 5


@dataclass(frozen=True, eq=False)
class Wording:
    """What each feature says for each class of a corpus: ``weights`` [classes, buckets]."""

    weights: Tensor

    def chances(self, phrases: Phrases) -> Tensor:
        """The chances of each pair's classes, [pairs, classes]."""
        return _logits(self._rows, phrases).softmax(dim=-1)

    @cached_property
    def _rows(self) -> Tensor:
        """A row in memory for each feature, as they are summed: [buckets, classes]."""
        return self.weights.T.contiguous()

    @classmethod
    def fitted(cls, phrases: Phrases, gold: Tensor, worth: Tensor, classes: int) -> Wording:
        """The weights under which ``gold`` [pairs] is likeliest; a pair counts for its ``worth``.

        Features that fewer than five pairs have are left out, and all are held near 0.
        """
        often = torch.bincount(phrases.bucket, minlength=BUCKETS) >= _SEEN
        kept = often[phrases.bucket]
        known = Phrases(phrases.bucket[kept], phrases.row[kept], phrases.pairs)
        weights = torch.zeros(BUCKETS, classes, requires_grad=True)
        search = torch.optim.LBFGS([weights], max_iter=60, history_size=8)

        def step() -> float:
            search.zero_grad()
            losses = functional.cross_entropy(_logits(weights, known), gold, reduction="none")
            total = (losses * worth).sum() / worth.sum() + _HELD * (weights**2).sum()
            total.backward()  # type: ignore[no-untyped-call]
            return float(total.detach())

        search.step(step)  # type: ignore[no-untyped-call]
        return cls(weights.detach().T.contiguous())


def _logits(weights: Tensor, phrases: Phrases) -> Tensor:
    """The sums of the weights [buckets, classes] of each pair's features, [pairs, classes]."""
    starts = torch.searchsorted(phrases.row, torch.arange(phrases.pairs))
    return functional.embedding_bag(phrases.bucket, weights, starts, mode="sum")
