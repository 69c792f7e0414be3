"""The tagger: an encoder, the letter case of words, and one layer that scores tags.

Corpora differ in what a span takes in ("breast cancer" or "familial breast cancer"). Each corpus'
convention has a layer of its own, added to the one that all share, so one pass of the encoder
serves every convention.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from kgbuild_model.packed import pack
from kgbuild_model.tokens import SHAPES

if TYPE_CHECKING:
    from kgbuild_model.published import AnyEncoder

__all__ = ["Tagger", "partial_label_loss", "vectors_of"]


class Tagger(nn.Module):
    """Scores the tags of words.

    ``encoder`` reads wordpieces; ``tags`` is the number of tags, ``conventions`` the number of
    annotation conventions. New layers for case and convention begin at zero: they change nothing
    until they have learnt something.
    """

    def __init__(
        self, encoder: AnyEncoder, *, tags: int, conventions: int, dropout: float = 0.1
    ) -> None:
        super().__init__()
        width = encoder.config.width
        self.encoder = encoder
        self.shapes = nn.Embedding(len(SHAPES), width)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, tags)
        self.convention_weight = nn.Parameter(torch.zeros(conventions, tags, width))
        self.convention_bias = nn.Parameter(torch.zeros(conventions, tags))
        nn.init.zeros_(self.shapes.weight)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def read(self, ids: Tensor, mask: Tensor | None, shapes: Tensor) -> Tensor:
        """Encode wordpieces: three times [batch, pieces] into [batch, pieces, width].

        Without a mask nothing is padding.
        """
        hidden: Tensor = self.encoder(ids, mask, self.shapes(shapes))
        return hidden

    def read_in(self, precision: torch.dtype) -> None:
        """Keep the encoder's weights in ``precision`` and compute in it; scores stay in fp32."""
        self.encoder.to(precision)
        self.shapes.to(precision)
        pack(self.encoder)

    def score(self, words: Tensor, convention: Tensor) -> Tensor:
        """Log-probabilities of the tags of each word, in fp32.

        ``words`` [batch, words, width] are vectors of :func:`vectors_of`; ``convention`` [batch].
        Gives [batch, words, tags].
        """
        words = self.dropout(words.float())
        weight = self.head.weight + self.convention_weight[convention]  # [batch, tags, width]
        bias = self.head.bias + self.convention_bias[convention]  # [batch, tags]
        # in this order, the few tags first, the product takes two thirds of the time
        product = (weight @ words.transpose(1, 2)).transpose(1, 2)
        return torch.log_softmax(product + bias.unsqueeze(1), dim=-1)


def vectors_of(hidden: Tensor, first: Tensor) -> Tensor:
    """The vector of each word, [batch, words, width].

    ``hidden`` [batch, pieces, width]; ``first`` [batch, words] is each word's first wordpiece.
    """
    rows = first + hidden.shape[1] * torch.arange(len(first), device=first.device)[:, None]
    return hidden.flatten(0, 1).index_select(0, rows.flatten()).view(*first.shape, -1)


def partial_label_loss(scores: Tensor, targets: Tensor, open_tags: Tensor) -> Tensor:
    """Minus the log-probability of the tags that the gold text allows, a mean over words.

    ``scores`` [batch, words, tags] are log-probabilities; ``targets`` [batch, words], -100 where
    there is no word; ``open_tags`` [batch, tags] are the tags that the example's corpus does not
    mark. A word with gold tag ``O`` may be ``O`` or any open tag: the sum of their probabilities
    counts (partial labels, Jin and Ghahramani 2002).
    """
    present = targets >= 0
    gold = targets.clamp(min=0)
    allowed = nn.functional.one_hot(gold, scores.shape[-1]).bool()
    allowed |= (gold == 0).unsqueeze(-1) & open_tags.unsqueeze(1)
    likelihood = scores.masked_fill(~allowed, -1e9).logsumexp(-1)
    return -(likelihood * present).sum() / present.sum().clamp(min=1)
