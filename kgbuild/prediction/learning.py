"""What is learnt about one kind of link: rules, and what their scores are worth.

The scores are calibrated by hiding known links, a fifth at a time and all links of a pair of
concepts together, and asking for them. So a probability of 0.3 says: of suggestions with such
a score, three in ten were links that had been hidden. What no paper has reported yet counts as
wrong there; the probability that a suggestion is true is rather higher.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from kgbuild.prediction.calibration import Calibration, calibrated
from kgbuild.prediction.links import Links, pair
from kgbuild.prediction.mining import PathRule, mine
from kgbuild.prediction.scoring import scores

__all__ = ["FOLDS", "LEAST", "Learnt", "folds", "learn", "outcomes"]

FOLDS = 5
LEAST = 20
"""How many known links there must be of a kind, to learn about it."""

_STARTS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """The rules for a kind of link, and the calibration of their scores."""

    kind: int
    rules: tuple[PathRule, ...]
    calibration: Calibration


def folds(links: Links, seed: int) -> list[set[tuple[int, int]]]:
    """The pairs that have links, dealt into ``FOLDS`` parts."""
    pairs = sorted({pair(link) for link in links.links})
    random.Random(seed).shuffle(pairs)
    return [set(pairs[n::FOLDS]) for n in range(FOLDS)]


def learn(links: Links, kind: int, *, seed: int = 0) -> Learnt | None:
    """The rules for a kind and their calibration; None where there is too little to learn from."""
    if len(list(links.of_kind(kind))) < LEAST:
        return None
    rules = mine(links, kind)
    cases = list(_cases(links, kind, seed)) if rules else []
    if not any(true for _, true in cases):
        return None
    return Learnt(kind=kind, rules=tuple(rules), calibration=calibrated(cases))


def _cases(links: Links, kind: int, seed: int) -> Iterator[tuple[float, bool]]:
    parts = folds(links, seed)
    for n, pairs in enumerate(parts):
        known = links.within(set().union(*parts[:n], *parts[n + 1 :]))
        hidden = links.within(pairs)
        asked = known.of_category(links.kinds[kind].subject)[n::FOLDS][:_STARTS]
        rules = mine(known, kind)
        for start in asked:
            yield from outcomes(known, rules, hidden, kind, start)


def outcomes(
    known: Links, rules: list[PathRule], hidden: Links, kind: int, start: int
) -> Iterator[tuple[float, bool]]:
    """The score of each suggestion from a start that is not known, and whether it was hidden."""
    there = known.onward(start, 2 * kind)
    found = hidden.onward(start, 2 * kind)
    for end, score in scores(known, rules, start).items():
        if end not in there:
            yield score, end in found
