"""Which concepts are too general for a link to them to be worth suggesting.

The rule. A concept is too general where one of these holds:

1. ``kgbuild/data/general_concepts.tsv`` names it: an outcome, a state, a group or an everyday
   substance that nearly anything can be tied to (death, disease, recurrence, water, humans).
2. By the terminologies it stands above ``BROAD`` or more other concepts of the graph.
3. It is tied to more than ``HUB`` other concepts.

Such a concept is the end of no suggestion, no step of a path, and no example to learn from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from functools import cache
from importlib import resources

from kgbuild.graph.reading import StoredGraph
from kgbuild.prediction.links import Links
from kgbuild.prediction.paths import HUB

__all__ = ["BROAD", "Above", "named_general", "without_general"]

BROAD = 10

Above = Callable[[str], Collection[str]]
"""The concepts above a concept, at any distance."""


def without_general(graph: StoredGraph, links: Links, above: Above | None = None) -> Links:
    """The links between concepts that are not too general.

    Without ``above`` the second part of the rule excludes nothing.
    """
    curies = dict(graph.connection.execute("SELECT id, curie FROM concepts"))
    concepts = {end for link in links.links for end in (link.subject, link.object)}
    general = named_general() | _broad([curies[one] for one in concepts], above)
    left_out = {one for one in concepts if curies[one] in general or links.neighbours(one) > HUB}
    return links.apart_from(left_out)


@cache
def named_general() -> frozenset[str]:
    """The concepts that are named as too general, by CURIE."""
    file = resources.files("kgbuild.data").joinpath("general_concepts.tsv")
    lines = file.read_text("utf-8").splitlines()
    return frozenset(line.partition("\t")[0] for line in lines if not line.startswith("#"))


def _broad(concepts: Collection[str], above: Above | None) -> frozenset[str]:
    if above is None:
        return frozenset()
    below = Counter(higher for one in concepts for higher in above(one))
    return frozenset(one for one, count in below.items() if count >= BROAD)
