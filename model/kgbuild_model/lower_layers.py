"""What an encoder's lower layers read of the last texts, kept for whoever reads on from there.

The tagger reads a text from bottom to top; relations branch off below the top and come later, when
mentions are linked. What the tagger's lower layers read is kept till then, up to a limit.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
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
        self._kept: OrderedDict[tuple[str, int], tuple[Words, Tensor]] = OrderedDict()
        self._count = 0
        self._lock = Lock()  # texts are read on several threads

    def put(self, words: Words, place: int, hidden: Tensor) -> None:
        """Keep the vectors [windows, pieces, d] of the windows of a text from word ``place``."""
        key = words.text, place
        with self._lock:
            self._take(key)
            self._kept[key] = words, hidden
            self._count += hidden.shape[0] * hidden.shape[1]
            while self._count > self._most:
                self._take(next(iter(self._kept)))

    def pop(self, words: Words, place: int) -> Tensor | None:
        """Take out the vectors from word ``place`` on, or None where they are not kept."""
        with self._lock:
            return self._take((words.text, place))

    def words_of(self, text: str) -> Words | None:
        """The words of a text whose first windows are kept, so that it is not cut again."""
        with self._lock:
            kept = self._kept.get((text, 0))
        return kept and kept[0]

    def _take(self, key: tuple[str, int]) -> Tensor | None:
        if key not in self._kept:
            return None
        _, hidden = self._kept.pop(key)
        self._count -= hidden.shape[0] * hidden.shape[1]
        return hidden
