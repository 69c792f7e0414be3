"""Windows of many texts into batches of like length.

What stands in which batch depends on the texts and the limits alone, never on arrival, workers or
restarts: the same texts give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from kgbuild_model.tokens import Window, Words

__all__ = ["Batch", "by_length", "collate", "pieces_of"]

_LONGEST = 510  # what published encoders read, less the marks of begin and end


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Windows side by side: what an encoder reads, and where the words are.

    ``ids``, ``mask``, ``shapes`` [batch, pieces]; ``first`` [batch, words], 0 where a row has no
    more words; ``lengths`` [batch], words of each row.
    """

    ids: Tensor
    mask: Tensor
    shapes: Tensor
    first: Tensor
    lengths: Tensor


def by_length(lengths: Sequence[float], tokens: int) -> Iterator[list[int]]:
    """Group places of ``lengths`` so that a group, padded to its longest, has at most ``tokens``.

    >>> list(by_length([5, 90, 6, 100], tokens=200))
    [[0, 2], [1, 3]]
    """
    group: list[int] = []
    for place in np.argsort(np.asarray(lengths), kind="stable"):
        if group and lengths[place] * (len(group) + 1) > tokens:
            yield group
            group = []
        group.append(int(place))
    if group:
        yield group


def collate(rows: Sequence[tuple[Words, Window]], marks: tuple[int, int], padding: int) -> Batch:
    """Put windows side by side, between the marks of begin and end, padded to the longest."""
    pieces = [_bounds(words, window) for words, window in rows]
    longest = max(b - a for a, b in pieces) + 2
    most_words = max(window.end - window.start for _, window in rows)
    ids = np.full((len(rows), longest), padding)
    shapes = np.full((len(rows), longest), 5)
    mask = np.zeros((len(rows), longest), dtype=bool)
    first = np.zeros((len(rows), most_words), dtype=np.int64)
    for row, ((words, window), (a, b)) in enumerate(zip(rows, pieces, strict=True)):
        ids[row, 0], ids[row, b - a + 1] = marks
        ids[row, 1 : b - a + 1] = words.ids[a:b]
        shapes[row, 1 : b - a + 1] = words.shapes[a:b]
        mask[row, : b - a + 2] = True
        count = window.end - window.start
        first[row, :count] = words.first[window.start : window.end] - a + 1
    lengths = np.array([window.end - window.start for _, window in rows])
    arrays = (ids, mask, shapes, first, lengths)
    return Batch(*(torch.from_numpy(array) for array in arrays))


def pieces_of(words: Words, window: Window) -> int:
    """How long a window is in a batch, with the marks of begin and end."""
    a, b = _bounds(words, window)
    return b - a + 2


def _bounds(words: Words, window: Window) -> tuple[int, int]:
    """The wordpieces of a window; a word that is too long by itself is cut."""
    a = int(words.first[window.start])
    b = int(words.first[window.end]) if window.end < len(words) else len(words.ids)
    return a, min(b, a + _LONGEST)
