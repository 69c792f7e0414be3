"""The claims of a graph in bulk, each with its belief: for algorithms over the whole of it.

A claim is an assertion that may be shown as a plain edge: not negated, stated outright by some
text, not rejected. What rules derived or a model predicted is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kgbuild.graph.reading import StoredGraph
from kgbuild.reasoning.belief import against
from kgbuild.reasoning.stated import PLAIN
from kgbuild.reasoning.strengths import EARLIER, denials, strengths

__all__ = ["Claim", "claims"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim. ``key``, ``subject`` and ``object`` are the store's integer keys."""

    key: int
    subject: int
    predicate: str
    qualifiers: str
    object: int
    belief: float


def claims(graph: StoredGraph, *, before: str = "") -> Iterator[Claim]:
    """Every claim of the graph, in the order of its key.

    ``qualifiers`` is the store's text for them, empty where there are none. With ``before``, a
    year or an ISO date, the graph is seen as it was then: what later documents say neither
    makes a claim, nor strengthens, nor denies it.
    """
    worth = dict(strengths(graph.connection, before=before))
    twins = denials(graph.connection)
    then, date = (f" AND {EARLIER}", [before]) if before else ("", [])
    rows = graph.connection.cursor().execute(
        "SELECT a.id, a.subject, a.predicate, a.qualifiers, a.object FROM assertions a"
        f" WHERE NOT a.negated AND {PLAIN.format(then=then)} ORDER BY a.id",
        date,
    )
    for key, subject, predicate, qualifiers, object_ in rows:
        belief = against(worth.get(key, 0.0), worth.get(twins.get(key, 0), 0.0))
        yield Claim(key, subject, predicate, qualifiers or "", object_, belief)
