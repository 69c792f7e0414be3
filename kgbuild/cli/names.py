"""Concepts and papers as people write them: a name's concept, a concept's label, a bare PMID."""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild.errors import NotInGraphError, UsageError, nearest
from kgbuild.graph.reading import StoredGraph
from kgbuild.readers.written_identifiers import written_identifiers

__all__ = ["called", "concept_of", "of_a_paper"]


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


def of_a_paper(thing: str) -> Iterator[str]:
    """What a PMID, PMCID or DOI that stands alone, or in a link, may be.

    >>> list(of_a_paper("354896")), list(of_a_paper("https://doi.org/10.1000/X1"))
    (['pubmed:354896', 'pmc:PMC354896'], ['doi:10.1000/x1'])
    """
    for found, _ in (
        written_identifiers(pmid=thing),
        written_identifiers(pmcid=thing),
        written_identifiers(doi=thing),
    ):
        yield from found
