"""What the literature implies and no paper says: Swanson's A-B-C (1986).

A is tied to B in some papers, B to C in others, and A to C in none. *Open* discovery goes from
A and ranks the Cs, *closed* discovery takes A and C and ranks the Bs between them.

A C is ranked by the sum over its Bs of ``belief(AB) · belief(BC) / log2(1 + degree(B))``: a B
that is tied to everything says little (Adamic and Adar 2003, with beliefs). The probability
that at least one of the ways holds is given beside it; two ways share no edge, so it is exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from kgbuild.graph.reading import StoredGraph
from kgbuild.graph.rows import concept_key
from kgbuild.reasoning.edges import Constraints, Neighbourhood

__all__ = ["Between", "Discovery", "between", "discover", "known_since"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """A concept between two others: the assertions that tie it to them, and its weight."""

    concept: str
    label: str
    first: str
    second: str
    belief: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """A concept that A is tied to through others only.

    ``score`` ranks, ``belief`` is the probability that one of the ways holds, ``ways`` are the
    concepts between, the weightiest first.
    """

    concept: str
    label: str
    category: str
    score: float
    belief: float
    ways: tuple[Between, ...]


def discover(
    graph: StoredGraph,
    start: str,
    *,
    category: str = "",
    limit: int = 20,
    constraints: Constraints | None = None,
) -> list[Discovery]:
    """The concepts at two steps and not at one from ``start``, the best first.

    ``category`` is that of the concepts to find. ``constraints`` hold for the concepts between.
    What counts as known is what the graph says before ``constraints.before``, with any
    predicate. Raises NotInGraphError, UsageError.
    """
    constraints = constraints or Constraints()
    first = concept_key(graph.concept(start).id)
    near = Neighbourhood(graph, constraints)
    everything = Neighbourhood(graph, replace(constraints, predicates=()))
    known = {edge.other for edge in everything.of(first)} | {first}
    found: dict[int, list[tuple[float, int, int, int, float]]] = {}
    for edge in near.of(first):
        if not near.passable(edge.other):
            continue
        rarity = math.log2(1 + near.degree(edge.other))
        for onward in near.of(edge.other):
            if onward.other not in known:
                belief = edge.belief * onward.belief
                found.setdefault(onward.other, []).append(
                    (belief / rarity, edge.other, edge.assertion, onward.assertion, belief)
                )
    total = {one: round(math.fsum(way[0] for way in ways), 12) for one, ways in found.items()}
    scored = sorted(((score, one) for one, score in total.items()), key=lambda p: (-p[0], p[1]))
    chosen: list[Discovery] = []
    for score, number in scored:
        concept = graph.concept(near.curie(number))
        if category and concept.category != category:
            continue
        ways = tuple(_between(graph, near, way) for way in sorted(found[number], reverse=True))
        chosen.append(
            Discovery(
                concept=concept.id,
                label=concept.label,
                category=concept.category,
                score=score,
                belief=round(1 - math.prod(1 - way.belief for way in ways), 12),
                ways=ways,
            )
        )
        if len(chosen) == limit:
            break
    return chosen


def between(
    graph: StoredGraph, start: str, goal: str, *, constraints: Constraints | None = None
) -> list[Between]:
    """The concepts that are tied to both, the weightiest first."""
    first, last = (concept_key(graph.concept(end).id) for end in (start, goal))
    near = Neighbourhood(graph, constraints or Constraints())
    onward = {edge.other: edge for edge in near.of(last)}
    found = []
    for edge in near.of(first):
        other = onward.get(edge.other)
        if other is not None and edge.other not in (first, last) and near.passable(edge.other):
            belief = edge.belief * other.belief
            rarity = math.log2(1 + near.degree(edge.other))
            found.append((belief / rarity, edge.other, edge.assertion, other.assertion, belief))
    return [_between(graph, near, way) for way in sorted(found, reverse=True)]


def _between(
    graph: StoredGraph, near: Neighbourhood, way: tuple[float, int, int, int, float]
) -> Between:
    weight, concept, first, second, belief = way
    curie = near.curie(concept)
    return Between(
        concept=curie,
        label=graph.concept(curie).label,
        first=near.identity(first),
        second=near.identity(second),
        belief=round(belief, 12),
        weight=round(weight, 12),
    )


def known_since(graph: StoredGraph, start: str, goal: str) -> str:
    """The date of the first document that ties the two, or an empty text: for time slices."""
    ends = [concept_key(graph.concept(end).id) for end in (start, goal)]
    (date,) = graph.connection.execute(
        "SELECT min(nullif(json_extract(v.record, '$[4]'), '')) FROM main.assertions a"
        " JOIN main.evidence e ON e.assertion = a.id JOIN main.versions v ON v.id = e.version"
        " WHERE (a.subject, a.object) IN (VALUES (?1, ?2), (?2, ?1)) AND NOT a.negated",
        ends,
    ).fetchone()
    return str(date or "")
