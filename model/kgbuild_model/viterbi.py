"""The best valid row of tags, and how sure each span of it is.

Scores of words are independent, the rules of ``TagSet.follows`` are hard. The best row is Viterbi's
(1967); a span's probability is its share among all valid rows, by the forward-backward algorithm
(Rabiner 1989, section III). Most words are surely ``O``: rows are cut there, and the stretches
between are solved side by side.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kgbuild_model.tags import TagSet

__all__ = ["Solved", "best_spans"]

_SURE = np.log(0.9995)
_NEVER = np.float32(-1e9)


@dataclass(frozen=True, slots=True)
class Solved:
    """A span of words ``first`` to ``last``, the place of its label, and its probability."""

    first: int
    last: int
    label: int
    probability: float


def best_spans(scores: NDArray[np.float32], tags: TagSet) -> list[Solved]:
    """The spans of the best valid row of tags of one text, in order.

    ``scores`` [words, tags] are log-probabilities. A word whose ``O`` is more than 99.95% sure is
    ``O``.
    """
    unsure = scores[:, 0] < _SURE
    row = np.where(unsure, scores.argmax(axis=1), 0)  # the best there is, where it is valid
    stretches = _stretches(unsure)
    if wrong := [stretches[place] for place in _invalid(row, stretches, tags)]:
        solved = _viterbi(*_side_by_side(scores, wrong), tags)
        for (start, end), best in zip(wrong, solved, strict=True):
            row[start:end] = best
    found = [(start, end, tags.decode(row[start:end].tolist())) for start, end in stretches]
    found = [one for one in found if one[2]]
    if not found:
        return []
    share = _Shares(*_side_by_side(scores, [(start, end) for start, end, _ in found]), tags)
    return [
        Solved(start + first, start + last, label, share.of(place, first, last, label))
        for place, (start, _, spans) in enumerate(found)
        for first, last, label in spans
    ]


def _invalid(
    row: NDArray[np.int64], stretches: Sequence[tuple[int, int]], tags: TagSet
) -> list[int]:
    """The stretches, by their place, whose tags may not follow one another."""
    padded = np.concatenate(([0], row, [0]))
    wrong = np.flatnonzero(~tags.follows[padded[:-1], padded[1:]])
    starts = [start for start, _ in stretches]
    return sorted({bisect_right(starts, word) - 1 for word in wrong.tolist()})


def _side_by_side(
    scores: NDArray[np.float32], stretches: Sequence[tuple[int, int]]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The scores of stretches, [stretches, words, tags], with zeros behind, and their lengths."""
    lengths = np.array([end - start for start, end in stretches])
    batch = np.zeros((len(stretches), lengths.max(), scores.shape[1]), dtype=np.float32)
    for row, (start, end) in enumerate(stretches):
        batch[row, : end - start] = scores[start:end]
    return batch, lengths


def _stretches(unsure: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The runs of True, as ``(start, end)``."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], unsure.view(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _viterbi(
    scores: NDArray[np.float32], lengths: NDArray[np.int64], tags: TagSet
) -> list[NDArray[np.int64]]:
    """The best valid row of each stretch; ``scores`` [stretches, words, tags].

    What may follow which is two cases: a span goes on from its own begin or inside, and all else
    comes after what may end a row, whichever scores best.
    """
    count, longest, _ = scores.shape
    closed = np.flatnonzero(tags.may_end)
    begins, insides, ends = (slice(mark, None, 4) for mark in (1, 2, 3))
    best = scores[:, 0] + np.where(tags.may_start, np.float32(0), _NEVER)
    came_from = np.empty((longest, count, len(tags)), dtype=np.int64)
    stretches = np.arange(count)
    begin_tags = np.arange(1, len(tags), 4)
    for place in range(1, longest):
        before = closed[best[:, closed].argmax(axis=1)]
        came_from[place] = before[:, None]
        arrived = np.repeat(best[stretches, before][:, None], len(tags), axis=1)
        within = best[:, insides] > best[:, begins]
        arrived[:, insides] = arrived[:, ends] = np.maximum(best[:, insides], best[:, begins])
        came_from[place, :, insides] = came_from[place, :, ends] = begin_tags + within
        arrived += scores[:, place]
        best = np.where((place < lengths)[:, None], arrived, best)
    best = best + np.where(tags.may_end, np.float32(0), _NEVER)
    return [_trace(came_from[:, i], int(best[i].argmax()), int(lengths[i])) for i in range(count)]


def _trace(came_from: NDArray[np.int64], tag: int, length: int) -> NDArray[np.int64]:
    row = np.zeros(length, dtype=np.int64)
    for place in range(length - 1, -1, -1):
        row[place] = tag
        tag = int(came_from[place, tag])
    return row


class _Shares:
    """How much of the weight of all valid rows goes through a span.

    Both ways are gone at once: from a stretch's first word on, and from its last one back. Weights
    are kept small, at every step, by what ``_scale`` [words, ways, stretches] is the log of.
    """

    def __init__(
        self, scores: NDArray[np.float32], lengths: NDArray[np.int64], tags: TagSet
    ) -> None:
        count, longest, _ = scores.shape
        self._scores, self._lengths = scores, lengths
        back = (lengths[:, None] - 1 - np.arange(longest)).clip(min=0)
        own = np.exp(np.stack([scores, scores[np.arange(count)[:, None], back]]), dtype=np.float64)
        rules = np.stack([tags.follows, tags.follows.T]).astype(np.float64)  # [ways, from, to]
        ways = np.stack([tags.may_start, tags.may_end])[:, None]
        reached = np.broadcast_to(ways.astype(np.float64), (2, count, len(tags)))
        every, sums = [reached], [np.ones((2, count))]
        for place in range(longest - 1):
            weights = reached * own[:, :, place]
            sums.append(weights.sum(axis=-1))
            reached = (weights / sums[-1][..., None]) @ rules
            every.append(reached)
        self._reached = np.stack(every)  # [words, ways, stretches, tags]
        self._scale = np.log(sums).cumsum(axis=0)
        last = lengths - 1, 0, np.arange(count)
        ending = self._reached[last] * own[0, last[2], last[0]] * tags.may_end
        self._whole = np.log(ending.sum(axis=-1)) + self._scale[last]

    def of(self, row: int, first: int, last: int, label: int) -> float:
        begin, within, end, single = range(4 * label + 1, 4 * label + 5)
        opens, closes = (single, single) if first == last else (begin, end)
        own = self._scores[row, first : last + 1].astype(np.float64)
        weight = own[0, opens] + own[1:-1, within].sum() + (own[-1, closes] if last > first else 0)
        back = int(self._lengths[row]) - 1 - last
        scale = self._scale[first, 0, row] + self._scale[back, 1, row] - self._whole[row]
        reached = self._reached[first, 0, row, opens] * self._reached[back, 1, row, closes]
        return float(min(1.0, reached * np.exp(weight + scale)))
