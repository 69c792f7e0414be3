"""From scores to probabilities: a rising step function, fitted to what was hidden and found.

Isotonic regression by pooling adjacent violators (Ayer et al. 1955; Zadrozny and Elkan 2002 for
probabilities), over bins of scores that lie together, so that no step rests on a few cases.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Calibration", "calibrated"]

_BIN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Steps: from each of the ``scores`` on, the probability beside it holds."""

    scores: tuple[float, ...]
    probabilities: tuple[float, ...]

    def probability(self, score: float) -> float:
        """The probability for a score; never falls as the score rises."""
        return self.probabilities[max(bisect_right(self.scores, score) - 1, 0)]


def calibrated(outcomes: Sequence[tuple[float, bool]]) -> Calibration:
    """Fit to cases: the score of each, and whether it was true. There must be one at least.

    >>> fitted = calibrated([(0.1, False)] * 30 + [(0.9, True)] * 15 + [(0.9, False)] * 15)
    >>> fitted.probability(0.0), fitted.probability(0.95)
    (0.0, 0.5)
    """
    blocks: list[list[float]] = []  # lowest score, cases, true cases
    for lowest, cases, true in _bins(sorted(outcomes)):
        blocks.append([lowest, cases, true])
        while len(blocks) > 1 and blocks[-2][2] * blocks[-1][1] >= blocks[-1][2] * blocks[-2][1]:
            _, more_cases, more_true = blocks.pop()
            blocks[-1][1] += more_cases
            blocks[-1][2] += more_true
    return Calibration(
        scores=tuple(lowest for lowest, _, _ in blocks),
        probabilities=tuple(true / cases for _, cases, true in blocks),
    )


def _bins(outcomes: Sequence[tuple[float, bool]]) -> list[tuple[float, int, int]]:
    """Bins of at least ``_BIN`` cases where there are so many; equal scores are never parted."""
    edges = [0]
    for n in range(1, len(outcomes)):
        if n - edges[-1] >= _BIN and outcomes[n][0] != outcomes[n - 1][0]:
            edges.append(n)
    if len(edges) > 1 and len(outcomes) - edges[-1] < _BIN:
        edges.pop()
    parts = [outcomes[start:end] for start, end in pairwise([*edges, len(outcomes)])]
    return [(some[0][0], len(some), sum(true for _, true in some)) for some in parts]
