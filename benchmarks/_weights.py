"""How weights of features are learnt, and written for ``kgbuild.statements.weights`` to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

STEPS = 80
RATE = 0.08


def learn(
    features: Sequence[Sequence[str]],
    positive: Sequence[bool],
    counts: Sequence[float],
    *,
    shrink: float,
) -> dict[str, float]:
    """The weight of each feature that more than one example has, by logistic regression.

    By gradient descent (Adam: Kingma and Ba 2015). An example counts for its ``counts``; weights
    are shrunk by ``shrink`` times their squares.
    """
    often = Counter(feature for row in features for feature in row)
    number = {f: n for n, f in enumerate(sorted(f for f, count in often.items() if count > 1))}
    rows = [[number[f] for f in row if f in number] for row in features]
    sizes = np.array([len(row) for row in rows])
    columns = np.concatenate([np.array(row) for row in rows])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    gold, counting = np.array(positive, float), np.array(counts)
    weights, mean, square = (np.zeros(len(number)) for _ in range(3))
    for step in range(1, STEPS + 1):
        read = 1 / (1 + np.exp(-np.add.reduceat(weights[columns], starts)))
        each = np.repeat(counting * (read - gold), sizes)
        gradient = np.bincount(columns, each, len(number)) + 2 * shrink * weights
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        upward = mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        weights -= RATE * upward
    return dict(zip(number, weights.tolist(), strict=True))


def write(weights: Mapping[str, float], file: Path) -> None:
    """A line for each weight, rounded to one decimal, with the features that have it."""
    alike: dict[float, list[str]] = {}
    for feature, weight in sorted(weights.items()):
        alike.setdefault(round(weight, 1), []).append(feature)
    lines = ("\t".join([f"{weight}", *alike[weight]]) + "\n" for weight in sorted(alike))
    file.write_text("".join(lines), "utf-8")
