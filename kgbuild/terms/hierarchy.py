"""What is above what, with cycles taken out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kgbuild.terms.report import TermReport

__all__ = ["acyclic", "merged"]

Parents = Mapping[str, tuple[str, ...]]


def acyclic(parents: Parents, report: TermReport) -> dict[str, tuple[str, ...]]:
    """The hierarchy without the edges that lie on a cycle; each cycle is reported.

    All edges inside a cycle go, not one of them: which one was wrong is not known, and the
    result must not depend on the order of the file.

    >>> acyclic({"a": ("b",), "b": ("a", "c")}, TermReport())
    {'b': ('c',)}
    """
    knot = _knot_of(parents)
    kept = {}
    for child, above in parents.items():
        others = tuple(p for p in above if child not in knot or knot.get(p) != knot[child])
        if others:
            kept[child] = others
    members: dict[int, list[str]] = {}
    for concept in sorted(knot):
        members.setdefault(knot[concept], []).append(concept)
    for names in members.values():
        report.leave_out("", 0, ", ".join(names), "a cycle of is-a")
    return kept


def _knot_of(parents: Parents) -> dict[str, int]:
    """The number of the knot (a strongly connected component) that a concept is tied in."""
    left = _unresolved(parents)
    if not left:
        return {}
    import networkx

    edges = ((child, above) for child in left for above in parents[child] if above in left)
    graph = networkx.DiGraph(edges)
    knots = (
        knot
        for knot in networkx.strongly_connected_components(graph)
        if len(knot) > 1 or any(graph.has_edge(only, only) for only in knot)
    )
    return {concept: number for number, knot in enumerate(knots) for concept in knot}


def _unresolved(parents: Parents) -> set[str]:
    """What remains when concepts without parents are taken away again and again."""
    waiting = {child: len(above) for child, above in parents.items()}
    below: dict[str, list[str]] = {}
    for child, above in parents.items():
        for parent in above:
            below.setdefault(parent, []).append(child)
    ready = [parent for parent in below if parent not in waiting]
    while ready:
        for child in below.get(ready.pop(), ()):
            waiting[child] -= 1
            if not waiting[child]:
                del waiting[child]
                ready.append(child)
    return set(waiting)


def merged(edges: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """The parents of each child, sorted, from (child, parent) pairs in any order."""
    above: dict[str, set[str]] = {}
    for child, parent in edges:
        above.setdefault(child, set()).add(parent)
    return {child: tuple(sorted(above[child])) for child in sorted(above)}
