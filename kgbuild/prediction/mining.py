"""Rules learnt from the graph: links of which kind are there where a path of which kinds is.

A rule says: where steps of these kinds lead from one concept to another, there may be a link of
that kind. Rules of two and three steps are sought beside known links (AMIE's closed rules,
Galárraga et al. 2013). A rule's confidence is the share of the pairs that its path joins which
have the link, among starts that have such links at all: the assumption that what is known of
one is known in full ("partial completeness").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from kgbuild.prediction.links import Link, Links
from kgbuild.prediction.paths import HUB, reach

__all__ = ["PathRule", "mine"]

_LINKS = 300
_STARTS = 150
_RULES = 40
_SUPPORT = 3
_DOUBT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRule:
    """A path of ``steps`` tells of a link of a ``kind``.

    ``support`` is beside how many of the known links looked at there is such a path.
    """

    kind: int
    steps: tuple[int, ...]
    support: int
    confidence: float


def mine(links: Links, kind: int) -> list[PathRule]:
    """The rules for links of one kind, the most confident first; ties by their steps.

    At most 300 known links, 150 starts and 40 rules are looked at; keys are hashes, so the
    first of them are a sample. Concepts with more than 500 links are not passed.
    """
    counted: Counter[tuple[int, ...]] = Counter()
    for link in islice(sorted(links.of_kind(kind), key=lambda one: one.claim), _LINKS):
        counted.update(set(_beside(links, link)))
    often = sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))[:_RULES]
    starts = links.starts(kind)[:_STARTS]
    found = [
        PathRule(kind=kind, steps=steps, support=support,
                 confidence=_confidence(links, kind, steps, starts))
        for steps, support in often
        if support >= _SUPPORT
    ]  # fmt: skip
    useful = [rule for rule in found if rule.confidence > 0]
    return sorted(useful, key=lambda rule: (-rule.confidence, rule.steps))


def _beside(links: Links, known: Link) -> Iterator[tuple[int, ...]]:
    """The steps of each path of two or three links that joins the ends of a known link."""
    start, end = known.subject, known.object
    last = {
        other: [links.back(step) for step, ends in links.steps(end).items() if other in ends]
        for onward in links.steps(end).values()
        for other in onward
        if other != start
    }
    for first, onward in links.steps(start).items():
        for one in onward:
            if one == end or links.degree(one) > HUB:
                continue
            for step in last.get(one, ()):
                yield first, step
            for second, further in links.steps(one).items():
                for other in last.keys() & further.keys():
                    if other != one and links.degree(other) <= HUB:
                        for step in last[other]:
                            yield first, second, step


def _confidence(links: Links, kind: int, steps: tuple[int, ...], starts: Iterable[int]) -> float:
    joined = right = 0
    for start in starts:
        ends = reach(links, start, steps).keys()
        joined += len(ends)
        right += len(ends & links.onward(start, 2 * kind).keys())
    # Some doubt is added, so that a rule that was seen twice is not certain.
    return right / (joined + _DOUBT)
