"""Which assertions others contradict, for whoever marks them."""

from __future__ import annotations

from kgbuild.components import Graph

__all__ = ["contested"]


def contested(graph: Graph) -> frozenset[str]:
    """The ids of the assertions that another assertion of the graph contradicts."""
    found = graph.contradictions()
    return frozenset(side.id for one in found for side in (one.first, one.second))
