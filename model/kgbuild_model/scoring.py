"""Strict scores of spans: a span is right if its text, bounds and label are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Score", "bootstrap", "strict_scores"]

_DRAWS = 1000
"""Of the bootstrap."""

Spans = Iterable[tuple[int, int, str]]


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of right, spurious and missed spans.

    >>> round(Score(right=8, spurious=2, missed=2).f1, 3)
    0.8
    """

    right: int = 0
    spurious: int = 0
    missed: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.right + other.right, self.spurious + other.spurious, self.missed + other.missed
        )

    @property
    def precision(self) -> float:
        """The share of what was found that is right; 0 if nothing was found."""
        return self.right / max(self.right + self.spurious, 1)

    @property
    def recall(self) -> float:
        """The share of the gold spans that was found; 0 if there are none."""
        return self.right / max(self.right + self.missed, 1)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.right / max(2 * self.right + self.spurious + self.missed, 1)


def strict_scores(gold: Spans, found: Spans, labels: Iterable[str]) -> Mapping[str, Score]:
    """One text's score for each of ``labels``; spans are ``(start, end, label)``."""
    gold, found = set(gold), set(found)
    scores = {}
    for label in labels:
        wanted = {span for span in gold if span[2] == label}
        given = {span for span in found if span[2] == label}
        scores[label] = Score(len(wanted & given), len(given - wanted), len(wanted - given))
    return scores


def bootstrap(scores: Sequence[Score]) -> tuple[float, float]:
    """The 95% interval of F1 when texts are drawn again with replacement (Efron 1979)."""
    counts = np.array([(s.right, s.spurious, s.missed) for s in scores])
    draws = np.random.default_rng(0).integers(0, len(counts), (_DRAWS, len(counts)))
    right, spurious, missed = counts[draws].sum(axis=1).T
    f1 = 2 * right / np.maximum(2 * right + spurious + missed, 1)
    low, high = np.quantile(f1, [0.025, 0.975])
    return float(low), float(high)
