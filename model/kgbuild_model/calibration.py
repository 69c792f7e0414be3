"""Scores that mean what they say: of spans scored 0.8, eight of ten are right.

Isotonic regression by pooling adjacent violators (Ayer et al. 1955; Zadrozny and Elkan 2002), or,
where there is little to fit on, a logistic curve (Platt 1999; Niculescu-Mizil and Caruana 2005
compare the two). Either is kept as a few points between which scores are read off.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Calibration", "calibration_error_by_chance", "expected_calibration_error"]

_BINS = 10


@dataclass(frozen=True)
class Calibration:
    """A rising curve through ``points``, pairs of a raw score and what it is worth.

    >>> Calibration(((0.0, 0.0), (0.5, 0.2), (1.0, 1.0))).of(0.75)
    0.6
    """

    points: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 1.0))

    def of(self, score: float) -> float:
        """What a raw score in [0, 1] is worth, rounded to four places."""
        place = bisect_right(self.points, (score, 2.0))
        if place == 0:
            return self.points[0][1]
        if place == len(self.points):
            return self.points[-1][1]
        (x0, y0), (x1, y1) = self.points[place - 1], self.points[place]
        return round(y0 + (y1 - y0) * (score - x0) / (x1 - x0), 4)

    @classmethod
    def fitted(
        cls, scores: Sequence[float], right: Sequence[bool], points: int = 12
    ) -> Calibration:
        """The curve that fits what was right; ``points`` at most, at equal shares of the scores.

        Without scores there is nothing to fit, and they are taken at their word.
        """
        if not scores:
            return cls()
        order = np.argsort(scores, kind="stable")
        groups = np.array_split(order, min(points, max(1, len(order) // 25)))
        x = [float(np.mean(np.asarray(scores)[group])) for group in groups]
        shares = [float(np.mean(np.asarray(right)[group])) for group in groups]
        y = _pooled(shares, [len(group) for group in groups])
        curve = {0.0: 0.0} | dict(zip(x, y, strict=True)) | {1.0: max(y[-1], 0.0)}
        return cls(tuple(sorted((round(a, 5), round(b, 5)) for a, b in curve.items())))

    @classmethod
    def logistic(cls, scores: Sequence[float], right: Sequence[bool]) -> Calibration:
        """The logistic curve of the scores' log odds that fits what was right; two numbers fit it.

        They are held a little near to taking the scores at their word.
        """
        odds = _log_odds(np.asarray(scores, dtype=np.float64))
        known = np.stack([np.ones_like(odds), odds], axis=1)
        at_word = np.array([0.0, 1.0])
        found = at_word
        bend = known.T @ known / 4 + np.eye(2)  # the most that it can be: no step goes too far
        for _ in range(500):
            chance = 1 / (1 + np.exp(-known @ found))
            slope = known.T @ (chance - np.asarray(right, dtype=np.float64)) + found - at_word
            found = found - np.linalg.solve(bend, slope)
        x = np.linspace(0, 1, 41)
        y = 1 / (1 + np.exp(-(found[0] + max(found[1], 0.0) * _log_odds(x))))
        return cls(tuple(zip(x.round(3).tolist(), y.round(5).tolist(), strict=True)))


def _log_odds(chance: NDArray[np.float64]) -> NDArray[np.float64]:
    chance = chance.clip(1e-4, 1 - 1e-4)
    odds: NDArray[np.float64] = np.log(chance / (1 - chance))
    return odds


def _pooled(values: Sequence[float], sizes: Sequence[int]) -> list[float]:
    """Values that never fall: neighbours that do are given their mean."""
    blocks: list[tuple[float, float, int]] = []  # value, weight, how many groups
    for value, size in zip(values, sizes, strict=True):
        blocks.append((value, float(size), 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (v1, w1, n1), (v2, w2, n2) = blocks.pop(-2), blocks.pop(-1)
            blocks.append(((v1 * w1 + v2 * w2) / (w1 + w2), w1 + w2, n1 + n2))
    return [value for value, _, count in blocks for _ in range(count)]


def expected_calibration_error(scores: Sequence[float], right: Sequence[bool]) -> float:
    """The mean gap between score and share of right answers, over ten bins of equal width.

    Guo et al. (2017), section 2. Zero for an empty list. Few scores in a bin make a gap by
    chance: see :func:`calibration_error_by_chance`.
    """
    places = np.minimum((np.asarray(scores) * _BINS).astype(int), _BINS - 1)
    gap = 0.0
    for place in range(_BINS):
        inside = places == place
        if inside.any():
            share = np.mean(np.asarray(right, dtype=float)[inside])
            gap += inside.sum() * abs(float(np.mean(np.asarray(scores)[inside]) - share))
    return gap / max(len(scores), 1)


_DRAWS = 200


def calibration_error_by_chance(scores: Sequence[float]) -> float:
    """The calibration error that these scores would show on average if they were exactly right.

    Answers are drawn with the scores as their chances (Bröcker and Smith 2007). An error near to
    this says nothing against the scores.
    """
    known = np.asarray(scores, dtype=np.float64)
    random = np.random.default_rng(0)
    errors = [
        expected_calibration_error(scores, (random.random(len(known)) < known).tolist())
        for _ in range(_DRAWS)
    ]
    return float(np.mean(errors))
