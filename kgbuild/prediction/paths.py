"""Paths of given steps: where they lead, what they are worth, and which they are.

The worth of a path is the *degree-weighted path count* of Himmelstein and Baranzini (2015): for
each of its links the numbers of like links at both ends, to the power of -0.4, multiplied. A
path through what everything is tied to says little. Here the link's belief is a factor too.
No path passes a concept of more than ``HUB`` links.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kgbuild.prediction.links import Link, Links

__all__ = ["HUB", "Way", "reach", "walk"]

HUB = 500


class Way(NamedTuple):
    """A simple path from a start: the concepts on it, its links, and its worth."""

    concepts: tuple[int, ...]
    links: tuple[Link, ...]
    worth: float


def reach(links: Links, start: int, steps: tuple[int, ...]) -> dict[int, float]:
    """Where simple paths of these steps lead, and the summed worth of those that lead there."""
    found: dict[int, float] = {}
    _follow(links, steps, (start,), 1.0, found)
    return found


def _follow(
    links: Links,
    steps: tuple[int, ...],
    passed: tuple[int, ...],
    worth: float,
    found: dict[int, float],
) -> None:
    onward = links.worths(passed[-1], steps[0])
    if len(steps) == 1:
        for other, factor in onward.items():
            if other not in passed:
                found[other] = found.get(other, 0.0) + worth * factor
        return
    for other, factor in onward.items():
        if other not in passed and links.degree(other) <= HUB:
            _follow(links, steps[1:], (*passed, other), worth * factor, found)


def walk(links: Links, start: int, steps: tuple[int, ...]) -> Iterator[Way]:
    """The paths that :func:`reach` adds up, each by itself."""
    yield from _walk(links, steps, Way((start,), (), 1.0))


def _walk(links: Links, steps: tuple[int, ...], way: Way) -> Iterator[Way]:
    if not steps:
        yield way
        return
    here = way.concepts[-1]
    worths = links.worths(here, steps[0])
    for other, link in links.onward(here, steps[0]).items():
        if other not in way.concepts and (len(steps) == 1 or links.degree(other) <= HUB):
            further = Way((*way.concepts, other), (*way.links, link), way.worth * worths[other])
            yield from _walk(links, steps[1:], further)
