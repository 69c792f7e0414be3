"""The best valid row of tags, and how sure each span of it is.

Both treat the scores of the words as independent and the rules of ``TagSet.follows`` as hard:
the best path is Viterbi's (1967); a span's probability is its share among all valid rows, by the
forward-backward algorithm (Rabiner 1989, section III).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kgbuild_model.tags import TagSet

__all__ = ["best_tags", "span_probabilities"]

_NEVER = np.float32(-1e9)


def best_tags(
    scores: NDArray[np.float32], lengths: NDArray[np.int64], tags: TagSet
) -> list[NDArray[np.int64]]:
    """The best valid row for each text of a batch.

    ``scores`` [batch, words, tags] are log-probabilities, ``lengths`` [batch] how many words
    of each row count.
    """
    batch, longest, _ = scores.shape
    rules = np.where(tags.follows, np.float32(0), _NEVER)  # [before, after]
    best = scores[:, 0] + np.where(tags.may_start, np.float32(0), _NEVER)
    came_from = np.zeros((longest, batch, len(tags)), dtype=np.int64)
    for place in range(1, longest):
        paths = best[:, :, None] + rules  # [batch, before, after]
        came_from[place] = paths.argmax(axis=1)
        arrived = paths.max(axis=1) + scores[:, place]
        best = np.where((place < lengths)[:, None], arrived, best)
    best = best + np.where(tags.may_end, np.float32(0), _NEVER)
    return [_trace(came_from[:, i], int(best[i].argmax()), int(lengths[i])) for i in range(batch)]


def _trace(came_from: NDArray[np.int64], tag: int, length: int) -> NDArray[np.int64]:
    row = np.zeros(length, dtype=np.int64)
    for place in range(length - 1, -1, -1):
        row[place] = tag
        tag = int(came_from[place, tag])
    return row


def span_probabilities(
    scores: NDArray[np.float32], spans: list[tuple[int, int, int]], tags: TagSet
) -> list[float]:
    """The probability of each span ``(first word, last word, label)`` among all valid rows.

    ``scores`` [words, tags] are log-probabilities of one text.
    """
    if not spans:
        return []
    rules = np.where(tags.follows, 0.0, -np.inf)
    before, after = _forward(scores, rules, tags), _backward(scores, rules, tags)
    whole = np.logaddexp.reduce(before[-1] + np.where(tags.may_end, 0.0, -np.inf))
    return [float(np.exp(_inside(scores, span, before, after) - whole)) for span in spans]


def _forward(
    scores: NDArray[np.float32], rules: NDArray[np.float64], tags: TagSet
) -> NDArray[np.float64]:
    """[words, tags]: log-weight of all rows up to a word that end with the tag."""
    total = np.empty(scores.shape)
    total[0] = scores[0] + np.where(tags.may_start, 0.0, -np.inf)
    for place in range(1, len(scores)):
        total[place] = scores[place] + np.logaddexp.reduce(
            total[place - 1][:, None] + rules, axis=0
        )
    return total


def _backward(
    scores: NDArray[np.float32], rules: NDArray[np.float64], tags: TagSet
) -> NDArray[np.float64]:
    """[words, tags]: log-weight of all rows after a word that has the tag."""
    total = np.empty(scores.shape)
    total[-1] = np.where(tags.may_end, 0.0, -np.inf)
    for place in range(len(scores) - 2, -1, -1):
        total[place] = np.logaddexp.reduce(rules + scores[place + 1] + total[place + 1], axis=1)
    return total


def _inside(
    scores: NDArray[np.float32],
    span: tuple[int, int, int],
    before: NDArray[np.float64],
    after: NDArray[np.float64],
) -> float:
    first, last, label = span
    begin, within, end, single = range(4 * label + 1, 4 * label + 5)
    if first == last:
        return float(before[first, single] + after[first, single])
    return float(
        before[first, begin]
        + scores[first + 1 : last, within].sum()
        + scores[last, end]
        + after[last, end]
    )
