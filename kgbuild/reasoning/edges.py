"""The graph as paths see it: who is next to whom, how surely, under stated constraints."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from kgbuild.errors import UsageError
from kgbuild.graph.reading import StoredGraph
from kgbuild.graph.rows import concept_key
from kgbuild.reasoning.layer import layer_path, open_layer
from kgbuild.reasoning.strengths import strengths

__all__ = ["Constraints", "Edge", "Neighbourhood"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """Which edges and concepts a path may use.

    ``predicates`` and ``categories`` (of the concepts between the ends) are all where empty.
    Concepts with more than ``max_degree`` edges, and those in ``without``, may only be ends.
    ``before``, a year or an ISO date, leaves only what was published earlier.
    """

    predicates: Collection[str] = ()
    categories: Collection[str] = ()
    without: Collection[str] = ()
    max_degree: int = 2_000
    before: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge as seen from one end: the concept at the other, by key, and the assertion."""

    other: int
    assertion: int
    belief: float


class Neighbourhood:
    """The neighbours of concepts, read when they are asked for, and kept.

    ``beliefs`` has those of the claims that are edges, by key; without, they are those that
    ``kgbuild reason`` keeps: raises UsageError where these are not of the graph as it is now.
    ``hubs`` collects the concepts that were not passed for their degree.
    """

    def __init__(
        self,
        graph: StoredGraph,
        constraints: Constraints,
        beliefs: Mapping[int, float] | None = None,
    ) -> None:
        self._connection = graph.connection
        self._beliefs = beliefs
        if beliefs is None:
            self._attach_layer(graph)
        self.constraints = constraints
        self._without = {concept_key(curie) for curie in constraints.without}
        self._edges: dict[int, list[Edge]] = {}
        self._passable: dict[int, bool] = {}
        self.hubs: set[int] = set()

    def _attach_layer(self, graph: StoredGraph) -> None:
        with open_layer(graph.folder) as layer:
            if layer.revision != graph.revision:
                raise UsageError(
                    "the graph has changed since beliefs were computed", hints=["kgbuild reason"]
                )
        attached = {name for _, name, _ in self._connection.execute("PRAGMA database_list")}
        if "derived" not in attached:
            path = f"{layer_path(graph.folder).absolute().as_uri()}?mode=ro"
            self._connection.execute("ATTACH ? AS derived", (path,))

    def of(self, concept: int) -> list[Edge]:
        """The best edge to each neighbour, the surest first; ties by key."""
        if concept not in self._edges:
            best: dict[int, Edge] = {}
            for other, assertion, belief in self._rows(concept):
                known = best.get(other)
                if known is None or (belief, -assertion) > (known.belief, -known.assertion):
                    best[other] = Edge(other, assertion, belief)
            best.pop(concept, None)
            self._edges[concept] = sorted(
                best.values(), key=lambda edge: (-edge.belief, edge.other)
            )
        return self._edges[concept]

    def _rows(self, concept: int) -> list[tuple[int, int, float]]:
        predicates = sorted(self.constraints.predicates)
        marks = ",".join("?" * len(predicates))
        among = f" AND a.predicate IN ({marks})" if predicates else ""
        kept = self._beliefs is None
        belief = "b.belief" if kept else "NULL"
        layer = " JOIN derived.beliefs b ON b.assertion = a.id" if kept else ""
        rows = [
            row
            for here, there in (("subject", "object"), ("object", "subject"))
            for row in self._connection.execute(
                f"SELECT a.{there}, a.id, {belief} FROM main.assertions a{layer}"
                f" WHERE a.{here} = ? AND NOT a.negated{among}",
                (concept, *predicates),
            )
        ]
        if self._beliefs is not None:
            rows = [(there, one, self._beliefs.get(one, 0.0)) for there, one, _ in rows]
        if not self.constraints.before:
            return [row for row in rows if row[2] > 0]
        keys = [assertion for _, assertion, _ in rows]
        worth = dict(strengths(self._connection, keys, before=self.constraints.before))
        return [(there, one, worth[one]) for there, one, _ in rows if worth.get(one, 0.0) > 0]

    def passable(self, concept: int) -> bool:
        """Whether a path may go through the concept."""
        if concept not in self._passable:
            self._passable[concept] = self._may_pass(concept)
        return self._passable[concept]

    def _may_pass(self, concept: int) -> bool:
        if concept in self._without:
            return False
        if self.constraints.categories:
            (category,) = self._connection.execute(
                "SELECT category FROM main.concepts WHERE id = ?", (concept,)
            ).fetchone()
            if category not in self.constraints.categories:
                return False
        if self.degree(concept) > self.constraints.max_degree:
            self.hubs.add(concept)
            return False
        return True

    def degree(self, concept: int) -> int:
        """In how many assertions the concept stands, counted up to one more than is allowed."""
        enough = self.constraints.max_degree + 1
        (count,) = self._connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM main.assertions WHERE subject = ?1 UNION ALL"
            " SELECT 1 FROM main.assertions WHERE object = ?1 LIMIT ?2)",
            (concept, enough),
        ).fetchone()
        return int(count)

    def curie(self, concept: int) -> str:
        """The CURIE of a concept's key."""
        (curie,) = self._connection.execute(
            "SELECT curie FROM main.concepts WHERE id = ?", (concept,)
        ).fetchone()
        return str(curie)

    def identity(self, assertion: int) -> str:
        """The identity of an assertion's key."""
        (identity,) = self._connection.execute(
            "SELECT identity FROM main.assertions WHERE id = ?", (assertion,)
        ).fetchone()
        return str(identity)
