"""The best paths between two concepts: simple, by the product of their edges' beliefs.

Best-first search with a bound from both ends. First, from the goal, the best belief with which
each concept reaches it in at most ``r`` steps, for as many steps as half the length; then, from
the start, partial paths in the order of the best that they can still become (A*, with an
admissible bound, Hart, Nilsson, Raphael 1968). A path that is taken from the queue complete is
the next best one, so the search ends with the k-th. Edges are followed in both directions.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import count

from kgbuild.assertion import Assertion
from kgbuild.errors import UsageError
from kgbuild.graph.reading import StoredGraph
from kgbuild.graph.rows import concept_key
from kgbuild.reasoning.edges import Constraints, Edge, Neighbourhood

__all__ = ["MAX_LENGTH", "Path", "PathSearch", "best_paths"]

MAX_LENGTH = 6
MAX_STEPS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A path: the concepts on it, the assertion between each and the next, its belief."""

    concepts: tuple[str, ...]
    assertions: tuple[Assertion, ...]
    belief: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PathSearch:
    """What a search found. ``cut``: it ended at its limit of steps, better paths may be left.

    ``hubs`` are concepts that it met and did not pass, because of their many edges.
    """

    paths: tuple[Path, ...]
    hubs: tuple[str, ...]
    cut: bool


def best_paths(
    graph: StoredGraph,
    start: str,
    goal: str,
    *,
    limit: int = 10,
    length: int = 4,
    constraints: Constraints | None = None,
) -> PathSearch:
    """The ``limit`` best paths of at most ``length`` edges between two concepts.

    Ties are broken by the keys of the concepts, so the answer is the same in every run. Raises
    UsageError for equal ends or a length above ``MAX_LENGTH``, NotInGraphError for an end that
    the graph does not have.
    """
    if not 1 <= length <= MAX_LENGTH:
        raise UsageError(f"a path has 1 to {MAX_LENGTH} edges, not {length}")
    first, last = (concept_key(graph.concept(end).id) for end in (start, goal))
    if first == last:
        raise UsageError(f"a path from {start} to itself is none")
    near = Neighbourhood(graph, constraints or Constraints())
    found, cut = _search(near, first, last, limit, length)
    return PathSearch(
        paths=tuple(_path(graph, near, first, edges, belief) for belief, edges in found),
        hubs=tuple(sorted(map(near.curie, near.hubs - {first, last}))),
        cut=cut,
    )


def _search(
    near: Neighbourhood, first: int, last: int, limit: int, length: int
) -> tuple[list[tuple[float, tuple[Edge, ...]]], bool]:
    reach = _reach(near, last, first, length // 2)
    known = len(reach) - 1
    order = count()
    queue: list[tuple[float, int, float, tuple[Edge, ...]]] = [(-1.0, next(order), 1.0, ())]
    found: list[tuple[float, tuple[Edge, ...]]] = []
    for _ in range(MAX_STEPS):
        if not queue or len(found) == limit:
            return found, False
        _, _, belief, edges = heapq.heappop(queue)
        here = edges[-1].other if edges else first
        if here == last:
            found.append((belief, edges))
            continue
        left = length - len(edges) - 1
        visited = {first, *(edge.other for edge in edges)}
        for edge in near.of(here):
            there = edge.other
            if there in visited:
                continue
            # Beyond what is known from the goal, anything may still be certain.
            hope = 1.0 if there == last or left > known else reach[left].get(there, 0.0)
            if hope and (there == last or (left and near.passable(there))):
                further = belief * edge.belief
                heapq.heappush(queue, (-further * hope, next(order), further, (*edges, edge)))
    return found, True


def _reach(near: Neighbourhood, last: int, first: int, steps: int) -> list[dict[int, float]]:
    """For each number of steps up to ``steps``, how surely a concept reaches the goal in them."""
    reach: list[dict[int, float]] = [{last: 1.0}]
    for _ in range(steps):
        before, further = reach[-1], dict(reach[-1])
        for concept, belief in before.items():
            if concept != last and not (concept != first and near.passable(concept)):
                continue
            for edge in near.of(concept):
                if belief * edge.belief > further.get(edge.other, 0.0):
                    further[edge.other] = belief * edge.belief
        reach.append(further)
    return reach


def _path(
    graph: StoredGraph, near: Neighbourhood, first: int, edges: tuple[Edge, ...], belief: float
) -> Path:
    return Path(
        concepts=tuple(near.curie(one) for one in (first, *(edge.other for edge in edges))),
        assertions=tuple(graph.assertion(near.identity(edge.assertion)) for edge in edges),
        belief=round(belief, 12),
    )
