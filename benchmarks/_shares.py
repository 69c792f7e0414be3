"""A share of what was counted, with the exact 95% interval of Clopper and Pearson (1934)."""

from __future__ import annotations

from math import exp, lgamma, log, log1p

_TAIL = 0.025


def share(some: int, whole: int) -> str:
    """``3 of 60 (5.0%, 1.0 to 13.9)``."""
    if not whole:
        return "0 of 0"
    low, high = interval(some, whole)
    return f"{some} of {whole} ({some / whole:.1%}, {100 * low:.1f} to {100 * high:.1f})"


def interval(some: int, whole: int) -> tuple[float, float]:
    """Between which chances fewer, and more, than were counted are no rarer than 2.5% each."""
    return 1 - _most(whole - some, whole), _most(some, whole)


def _most(some: int, whole: int) -> float:
    """The greatest chance at which so few are no rarer than that, by halving."""
    low, high = some / whole, 1.0
    while some < whole and high - low > 1e-9:
        middle = (low + high) / 2
        if _at_most(some, whole, middle) > _TAIL:
            low = middle
        else:
            high = middle
    return high


def _at_most(some: int, whole: int, chance: float) -> float:
    """The binomial probability of so many or fewer."""
    return sum(
        exp(
            lgamma(whole + 1) - lgamma(k + 1) - lgamma(whole - k + 1)
            + k * log(chance) + (whole - k) * log1p(-chance)
        )
        for k in range(some + 1)
    )  # fmt: skip
