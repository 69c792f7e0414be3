"""What an encoder's lower layers read of the last texts, kept for whoever reads on from there.

The tagger reads a text from bottom to top; relations branch off below the top and come later, when
mentions are linked. What the tagger's lower layers read is kept till then, up to a limit.
"""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from kgbuild_model.tokens import Words

__all__ = ["LowerLayers"]


class LowerLayers:
    """Keeps the output of the lowest ``layers`` layers; 0 keeps nothing.

    ``most`` is how many wordpieces' vectors are kept; the oldest go first. What is no longer there
    is computed anew, to the same bits.
    """

    def __init__(self, layers: int = 0, most: int = 100_000) -> None:
        self.layers = layers
        self._most = most
        self._kept: OrderedDict[tuple[bytes, int], Tensor] = OrderedDict()
        self._count = 0

    def put(self, words: Words, place: int, hidden: Tensor) -> None:
        """Keep the vectors [windows, pieces, d] of the windows of a text from word ``place``."""
        self.pop(words, place)
        self._kept[_key(words, place)] = hidden
        self._count += hidden.shape[0] * hidden.shape[1]
        while self._count > self._most:
            _, oldest = self._kept.popitem(last=False)
            self._count -= oldest.shape[0] * oldest.shape[1]

    def pop(self, words: Words, place: int) -> Tensor | None:
        """Take out the vectors from word ``place`` on, or None where they are not kept."""
        hidden = self._kept.pop(_key(words, place), None)
        if hidden is not None:
            self._count -= hidden.shape[0] * hidden.shape[1]
        return hidden


def _key(words: Words, place: int) -> tuple[bytes, int]:
    return blake2b(words.ids.tobytes() + words.shapes.tobytes()).digest(), place
