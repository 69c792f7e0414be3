"""Concepts by the names that people use: a name's concept, a concept's label."""

from __future__ import annotations

from kgbuild.errors import NotInGraphError, UsageError, nearest
from kgbuild.graph.reading import StoredGraph

__all__ = ["called", "concept_of"]


def called(graph: StoredGraph, curie: str) -> str:
    """A concept's label; its identifier where it has none."""
    return graph.concept(curie).label or curie


def concept_of(graph: StoredGraph, given: str) -> str:
    """The CURIE of the one concept that is meant by a CURIE or a name.

    Raises NotInGraphError where there is none, UsageError where there are several.
    """
    try:
        return graph.concept(given).id
    except NotInGraphError:
        named = graph.named(given)
    if not named:
        raise NotInGraphError(
            f"the graph has no concept {given!r}",
            hints=nearest(given, graph.names_like(given)) or ["kgbuild top concepts lists some"],
        )
    if len(named) > 1:
        several = ", ".join(f"{concept.id} ({concept.label})" for concept in named[:5])
        raise UsageError(f"{given!r} may be {several}", hints=["give one of the identifiers"])
    return named[0].id
