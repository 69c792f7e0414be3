"""What lies around a concept, ring by ring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kgbuild.errors import UsageError
from kgbuild.graph.reading import StoredGraph
from kgbuild.graph.rows import concept_key
from kgbuild.reasoning.edges import Constraints, Neighbourhood

__all__ = ["MAX_STEPS", "Near", "near", "surest"]

MAX_STEPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A concept near another: how many steps away, and how surely one gets there.

    ``belief`` is that of the best way in so many steps; ``assertions`` are the claims on it.
    """

    concept: str
    label: str
    category: str
    steps: int
    belief: float
    assertions: tuple[str, ...]


def near(
    graph: StoredGraph, start: str, *, steps: int = 1, constraints: Constraints | None = None
) -> list[Near]:
    """The concepts within ``steps`` edges of one, the nearest first, then the surest.

    Concepts that ``constraints`` forbid to pass are found, and nothing behind them. Needs the
    beliefs that ``kgbuild reason`` keeps. Raises UsageError, NotInGraphError.
    """
    if not 1 <= steps <= MAX_STEPS:
        raise UsageError(f"a neighbourhood has 1 to {MAX_STEPS} steps, not {steps}")
    around = Neighbourhood(graph, constraints or Constraints())
    first = concept_key(graph.concept(start).id)
    ring: dict[int, tuple[float, tuple[int, ...]]] = {first: (1.0, ())}
    seen, found = {first}, []
    for step in range(1, steps + 1):
        further: dict[int, tuple[float, tuple[int, ...]]] = {}
        for concept, (belief, way) in sorted(ring.items()):
            if concept != first and not around.passable(concept):
                continue
            for edge in around.of(concept):
                reached = belief * edge.belief
                if edge.other not in seen and reached > further.get(edge.other, (0.0, ()))[0]:
                    further[edge.other] = reached, (*way, edge.assertion)
        found += [_near(graph, around, one, step, *way) for one, way in further.items()]
        seen |= further.keys()
        ring = further
    return sorted(found, key=lambda one: (one.steps, -one.belief, one.concept))


def surest(
    graph: StoredGraph, start: str, widths: Sequence[int], beliefs: Mapping[int, float]
) -> list[Near]:
    """So much of a neighbourhood as can be looked at: of each concept the surest few beyond it.

    ``widths`` says how many at each step, ``beliefs`` has those of the claims that are edges. What
    is next to the first concept is not shown as if it were further away. Raises NotInGraphError.
    """
    around = Neighbourhood(graph, Constraints(), beliefs)
    first = concept_key(graph.concept(start).id)
    seen = {first, *(edge.other for edge in around.of(first))}
    ring: list[tuple[int, float, tuple[int, ...]]] = [(first, 1.0, ())]
    found = []
    for step, wide in enumerate(widths, 1):
        further = []
        for concept, belief, way in ring:
            fresh = [one for one in around.of(concept) if concept == first or one.other not in seen]
            for edge in fresh[:wide]:
                seen.add(edge.other)
                further.append((edge.other, belief * edge.belief, (*way, edge.assertion)))
        found += [_near(graph, around, one, step, sure, way) for one, sure, way in further]
        ring = further
    return found


def _near(
    graph: StoredGraph,
    around: Neighbourhood,
    number: int,
    steps: int,
    belief: float,
    way: tuple[int, ...],
) -> Near:
    concept = graph.concept(around.curie(number))
    return Near(
        concept=concept.id,
        label=concept.label,
        category=concept.category,
        steps=steps,
        belief=round(belief, 12),
        assertions=tuple(around.identity(one) for one in way),
    )
