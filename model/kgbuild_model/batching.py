"""Windows of many texts into batches of like length.

What stands in which batch depends on the texts and the limits alone, never on arrival, workers or
restarts: the same texts give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from kgbuild_model.tokens import Window, Words

if TYPE_CHECKING:
    from random import Random

__all__ = ["Batch", "by_length", "collate", "drawn_batches", "interleaved", "joined", "pieces_of"]

_LONGEST = 510  # what published encoders read, less the marks of begin and end


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Windows side by side: what an encoder reads, and where the words are.

    ``ids``, ``mask``, ``shapes`` [batch, pieces]; ``first`` [batch, words], 0 where a row has no
    more words.
    """

    ids: Tensor
    mask: Tensor
    shapes: Tensor
    first: Tensor


def joined(parts: Sequence[Tensor]) -> Tensor:
    """Windows that were read apart, each [windows, pieces, d], as one, with zeros behind."""
    if len(parts) == 1:
        return parts[0]
    rows = [row for part in parts for row in part]
    padded: Tensor = pad_sequence(rows, batch_first=True)
    return padded


def interleaved(one: Sequence[Any], two: Sequence[Any]) -> list[Any]:
    """Both in their order, evenly mixed."""
    places = [
        ((i + 0.5) / len(part), number, i)
        for number, part in enumerate((one, two))
        for i in range(len(part))
    ]
    return [(one, two)[number][i] for _, number, i in sorted(places)]


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


def drawn_batches(
    sizes: Sequence[int], shares: Sequence[float], epochs: float, tokens: int, random: Random
) -> list[list[int]]:
    """Places of ``sizes`` in batches of like length, in random order, epoch after epoch.

    ``shares`` is how often each is drawn in an epoch, on average; a part of an epoch draws less.
    """
    batches: list[list[int]] = []
    left = epochs
    while left > 0:
        chosen: list[int] = []
        for place, share in enumerate(shares):
            whole, part = divmod(share * min(left, 1.0), 1)
            chosen += [place] * (int(whole) + (random.random() < part))
        # a little noise on the lengths, so that batches differ between epochs
        noisy = [sizes[place] * random.uniform(0.9, 1.1) for place in chosen]
        groups = list(by_length(noisy, tokens))
        random.shuffle(groups)
        batches += ([chosen[i] for i in group] for group in groups)
        left -= 1
    return batches


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
    return Batch(*(torch.from_numpy(array) for array in (ids, mask, shapes, first)))


def pieces_of(words: Words, window: Window) -> int:
    """How long a window is in a batch, with the marks of begin and end."""
    a, b = _bounds(words, window)
    return b - a + 2


def _bounds(words: Words, window: Window) -> tuple[int, int]:
    """The wordpieces of a window; a word that is too long by itself is cut."""
    a = int(words.first[window.start])
    b = int(words.first[window.end]) if window.end < len(words) else len(words.ids)
    return a, min(b, a + _LONGEST)
