"""The best valid row of tags, and how sure each span of it is.

Scores of words are independent, the rules of ``TagSet.follows`` are hard. The best row is Viterbi's
(1967); a span's probability is its share among all valid rows, by the forward-backward algorithm
(Rabiner 1989, section III). Most words are surely ``O``: rows are cut there, and the stretches
between are solved side by side.
"""

from __future__ import annotations

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
    stretches = _stretches(scores[:, 0] < _SURE)
    if not stretches:
        return []
    longest = max(end - start for start, end in stretches)
    batch = np.zeros((len(stretches), longest, len(tags)), dtype=np.float32)
    for row, (start, end) in enumerate(stretches):
        batch[row, : end - start] = scores[start:end]
    lengths = np.array([end - start for start, end in stretches])
    rows = _viterbi(batch, lengths, tags)
    share = _Shares(batch, lengths, tags)
    return [
        Solved(start + first, start + last, label, share.of(row, first, last, label))
        for row, (start, _) in enumerate(stretches)
        for first, last, label in tags.decode(rows[row].tolist())
    ]


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
    """How much of the weight of all valid rows goes through a span."""

    def __init__(
        self, scores: NDArray[np.float32], lengths: NDArray[np.int64], tags: TagSet
    ) -> None:
        self.scores = scores
        rules = np.exp(np.where(tags.follows, 0.0, -np.inf))  # [before, after]
        starts, ends = np.log(tags.may_start + 1e-300), np.log(tags.may_end + 1e-300)
        count, longest, width = scores.shape
        self.before = np.empty((count, longest, width))
        self.after = np.empty((count, longest, width))
        self.before[:, 0] = scores[:, 0] + starts
        for place in range(1, longest):
            self.before[:, place] = scores[:, place] + _through(self.before[:, place - 1], rules)
        self.after[:, -1] = ends
        for place in range(longest - 2, -1, -1):
            onward = _through(scores[:, place + 1] + self.after[:, place + 1], rules.T)
            last = (place >= lengths - 1)[:, None]
            self.after[:, place] = np.where(last, ends, onward)
        last_words = self.before[np.arange(count), lengths - 1]
        self.whole = _sum(last_words + ends)

    def of(self, row: int, first: int, last: int, label: int) -> float:
        begin, within, end, single = range(4 * label + 1, 4 * label + 5)
        before, after, scores = self.before[row], self.after[row], self.scores[row]
        if first == last:
            weight = before[first, single] + after[first, single]
        else:
            inside = scores[first + 1 : last, within].sum() + scores[last, end]
            weight = before[first, begin] + inside + after[last, end]
        return float(min(1.0, np.exp(weight - self.whole[row])))


def _through(weights: NDArray[np.float64], rules: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-weights [stretches, tags] carried over one step: log-sum-exp as a matrix product."""
    top = weights.max(axis=1, keepdims=True)
    carried: NDArray[np.float64] = top + np.log(np.exp(weights - top) @ rules + 1e-300)
    return carried


def _sum(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    top = weights.max(axis=1)
    total: NDArray[np.float64] = top + np.log(np.exp(weights - top[:, None]).sum(axis=1))
    return total
