"""The graph as NetworkX has it: nodes are concepts, edges are assertions."""

from __future__ import annotations

import networkx as nx

from kgbuild.components import Graph
from kgbuild.graph.contested import contested

__all__ = ["as_networkx"]


def as_networkx(graph: Graph, *, negated: bool = False) -> nx.MultiDiGraph[str]:
    """Concepts by CURIE, assertions by id; rejected ones are left out, negated unless asked for.

    A node has ``label`` and ``category``. An edge's key is the assertion's id; it has
    ``predicate``, ``negated``, ``qualifiers`` (``name=value`` joined by ``;``), ``evidence``
    (how many), ``documents`` (how many), ``stated`` (whether a text states it outright),
    ``belief`` (in [0, 1]) and ``contested`` (whether another assertion contradicts it).
    All are plain strings, numbers and booleans, so every NetworkX writer takes them.
    """
    view: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for concept in graph.concepts():
        view.add_node(concept.id, label=concept.label, category=concept.category)
    disputed = contested(graph)
    for assertion in graph.assertions():
        if assertion.rejected or (assertion.negated and not negated):
            continue
        view.add_edge(
            assertion.subject,
            assertion.object,
            key=assertion.id,
            predicate=assertion.predicate,
            negated=assertion.negated,
            qualifiers=";".join(f"{name}={value}" for name, value in assertion.qualifiers),
            evidence=len(assertion.evidence),
            documents=len({evidence.document for evidence in assertion.evidence}),
            stated=any(e.status.value == "stated" for e in assertion.evidence),
            belief=graph.belief(assertion),
            contested=assertion.id in disputed,
        )
    return view
