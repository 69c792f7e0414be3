"""The graph as algorithms want it: one edge between two concepts, as sure as the best claim."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from kgbuild.graph.reading import StoredGraph
from kgbuild.reasoning.claims import Claim, claims
from kgbuild.vocabulary import check_category, check_predicate

if TYPE_CHECKING:
    import networkx

__all__ = ["network", "ties"]


def ties(graph: StoredGraph, predicates: Collection[str] = ()) -> Iterator[Claim]:
    """The claims with one of the predicates, or all, that tie a concept to another.

    Raises VocabularyError for a predicate that Biolink lacks.
    """
    wanted = {check_predicate(predicate) for predicate in predicates}
    for claim in claims(graph):
        if claim.subject != claim.object and (not wanted or claim.predicate in wanted):
            yield claim


def network(
    graph: StoredGraph, *, predicates: Collection[str] = (), categories: Collection[str] = ()
) -> networkx.Graph[str]:
    """An undirected network of the concepts that stand in claims.

    A node is a CURIE with ``label`` and ``category``. An edge has the ``belief`` of the best
    claim that joins its ends; denied and hedged claims make none. ``predicates`` and
    ``categories`` (of both ends) are all where empty. Raises VocabularyError.
    """
    import networkx as nx

    within = {check_category(category) for category in categories}
    found: networkx.Graph[str] = nx.Graph()
    concepts = {
        number: (curie, label, category)
        for number, curie, label, category in graph.connection.execute(
            "SELECT id, curie, label, category FROM concepts"
        )
        if not within or category in within
    }
    for claim in ties(graph, predicates):
        if claim.subject not in concepts or claim.object not in concepts:
            continue
        ends = [concepts[claim.subject], concepts[claim.object]]
        for curie, label, category in ends:
            found.add_node(curie, label=label, category=category)
        (one, _, _), (other, _, _) = ends
        known = found.get_edge_data(one, other, {"belief": 0.0})["belief"]
        found.add_edge(one, other, belief=max(claim.belief, known))
    return found
