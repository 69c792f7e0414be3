"""What the graph itself says, as facts for rules: claims, denials, qualifiers, categories.

A claim is a fact where it may be shown as a plain edge: asserted, stated outright by some text,
and not rejected. The same holds of denials. A symmetric claim is a fact in both directions: the
store has it in one, whichever that is.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kgbuild.graph.reading import StoredGraph
from kgbuild.graph.rows import concept_key
from kgbuild.graph.schema import key
from kgbuild.graph.store import CHANGED_ASSERTIONS
from kgbuild.reasoning.joins import COLUMNS, head_of
from kgbuild.reasoning.owl_rules import Axiom
from kgbuild.reasoning.strengths import beliefs, denials
from kgbuild.vocabulary import ancestors, is_symmetric

__all__ = ["PLAIN", "StatedFacts"]

Row = tuple[int, int, int, int, int, int, int, float]
"""A relation, five terms, the key of the assertion that says so (0: the store), its belief."""

_TERMS = ", ".join(f"{column} INTEGER" for column in COLUMNS)
_TABLES = (
    f"CREATE TEMP TABLE stated(relation INTEGER, {_TERMS}, assertion INTEGER, belief REAL)",
    "CREATE TEMP TABLE changed(id INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE touched(id INTEGER PRIMARY KEY)",
)
_LIST = ", ".join(COLUMNS)
_SAME = f"facts.relation = stated.relation AND {head_of(COLUMNS, 'stated')}"
PLAIN = (
    "EXISTS (SELECT 1 FROM evidence e WHERE e.assertion = a.id AND e.status = 'stated'{then})"
    " AND a.identity NOT IN (SELECT assertion FROM reviews WHERE verdict = 'rejected')"
    " AND a.id NOT IN (SELECT assertion FROM policy_reviews WHERE verdict = 'rejected')"
)
"""Whether assertion ``a`` may be shown as a plain edge; ``{then}`` restricts the evidence."""


class StatedFacts:
    """Keeps facts and leaves as the graph has them, in the layer behind ``connection``.

    Leaves in the temporary table ``touched`` the facts that lost a leaf, in ``dirty`` those of
    which the leaves or their beliefs are others now, in ``fresh`` the new ones.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        graph: StoredGraph,
        relations: Mapping[str, int],
        categories: Sequence[str] | None,
        axioms: Iterable[Axiom] = (),
    ) -> None:
        self.connection = connection
        self.store = graph.connection
        self.graph = graph
        self.relations = relations
        self.categories = categories
        self.axioms = axioms
        self._keys: dict[str, int] = {}
        for table in _TABLES:
            connection.execute(table)

    def keep(self, known: int | None) -> None:
        """Bring the leaves up to date with what changed after a revision; None for all."""
        changed, twins = self._changed(known)
        believed = beliefs(self.graph, changed, twins=twins)
        if changed is not None:
            self._mark(changed)
            self.connection.execute(
                "DELETE FROM beliefs WHERE assertion IN (SELECT id FROM changed)"
            )
        self._fill(self._claims(changed, believed))
        if changed is None:
            self._keep_leaves()
        else:
            # The index by assertion leaves 0 out, so the condition must say so too.
            self._lose("l.assertion <> 0 AND l.assertion IN (SELECT id FROM changed)")
        if "category" in self.relations:
            self._fill(self._categories(known))
            self._lose(
                "l.assertion = 0 AND l.fact IN (SELECT f.id FROM changed c CROSS JOIN facts f"
                f" INDEXED BY facts_by_terms WHERE f.a = c.id"
                f" AND f.relation = {self.relations['category']})"
            )
        if known is None:
            self._keep_axioms()
        self.connection.execute("INSERT OR IGNORE INTO dirty SELECT id FROM touched")

    def _keep_axioms(self) -> None:
        """An ontology's facts. Other axioms are derived from anew, so they never change."""
        rows = [
            (self.relations[relation], self._key(subject), self._key(object_), file, line)
            for relation, subject, object_, file, line in self.axioms
        ]
        self._fill((r, s, o, 0, 0, 0, 0, 1.0) for r, s, o, *_ in rows)
        self._keep_leaves()
        self.connection.executemany(
            "INSERT OR IGNORE INTO axioms SELECT id, ?4, ?5 FROM facts"
            " WHERE relation = ?1 AND a = ?2 AND b = ?3 AND c = 0 AND d = 0 AND e = 0",
            rows,
        )

    def _mark(self, numbers: Sequence[int]) -> None:
        self.connection.execute("DELETE FROM changed")
        self.connection.executemany("INSERT INTO changed VALUES (?)", [(n,) for n in numbers])

    def _fill(self, rows: Iterator[Row]) -> None:
        self.connection.execute("DELETE FROM stated")
        self.connection.executemany("INSERT INTO stated VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        (top,) = self.connection.execute("SELECT coalesce(max(id), 0) FROM facts").fetchone()
        # As sure as the one leaf: what has more, or supports, is weighed when all is derived.
        self.connection.execute(
            f"INSERT OR IGNORE INTO facts(relation, {_LIST}, confidence, upper)"
            f" SELECT relation, {_LIST}, belief, belief FROM stated"
        )
        self.connection.execute("INSERT INTO fresh SELECT id FROM facts WHERE id > ?", (top,))

    def _lose(self, among: str) -> None:
        """Take away the leaves among some that are stated no more; then keep what is stated."""
        self.connection.execute(
            f"INSERT OR IGNORE INTO touched SELECT l.fact FROM leaves l WHERE {among}"
            f" AND NOT EXISTS (SELECT 1 FROM stated JOIN facts ON {_SAME}"
            " WHERE facts.id = l.fact AND stated.assertion = l.assertion)"
        )
        self.connection.execute(
            f"DELETE FROM leaves AS l WHERE {among} AND l.fact IN (SELECT id FROM touched)"
            f" AND NOT EXISTS (SELECT 1 FROM stated JOIN facts ON {_SAME}"
            " WHERE facts.id = l.fact AND stated.assertion = l.assertion)"
        )
        self.connection.execute(
            "INSERT OR IGNORE INTO dirty SELECT facts.id FROM stated"
            f" JOIN facts ON {_SAME} LEFT JOIN leaves l"
            " ON l.fact = facts.id AND l.assertion = stated.assertion"
            " WHERE l.belief IS NOT stated.belief"
        )
        self._keep_leaves()

    def _keep_leaves(self) -> None:
        self.connection.execute(
            "INSERT OR REPLACE INTO leaves SELECT facts.id, stated.assertion, stated.belief"
            f" FROM stated JOIN facts ON {_SAME}"
        )

    def _changed(self, known: int | None) -> tuple[list[int] | None, dict[int, int]]:
        """The keys of the assertions whose belief or existence may be another now; the denials.

        The layer remembers which claims are denied: when a denial goes, nothing else names the
        claim that it denied.
        """
        if known is None:
            twins = denials(self.store)
            self._keep_twins(twins)
            return None, twins
        changed = {number for (number,) in self.store.execute(CHANGED_ASSERTIONS, (known,))}
        gone = self.store.execute(
            "SELECT identity FROM gone WHERE kind = 'assertion' AND revision > ?", (known,)
        )
        changed |= {key(identity) for (identity,) in gone}
        changed |= set(self._twins_of(changed).values())
        self.connection.executemany(
            "DELETE FROM twins WHERE assertion = ?", [(one,) for one in changed]
        )
        self._keep_twins(denials(self.store, sorted(changed)))
        changed |= set(self._twins_of(changed).values())
        return sorted(changed), self._twins_of(changed)

    def _twins_of(self, assertions: Iterable[int]) -> dict[int, int]:
        """Of some claims and denials, the denials and claims."""
        found = {}
        for one in assertions:
            for (other,) in self.connection.execute(
                "SELECT denial FROM twins WHERE assertion = ?", (one,)
            ):
                found[one] = other
        return found

    def _keep_twins(self, twins: Mapping[int, int]) -> None:
        self.connection.executemany(
            "INSERT OR REPLACE INTO twins VALUES (?, ?)", sorted(twins.items())
        )

    # --- the rows ----------------------------------------------------------------------------

    def _claims(
        self, changed: Sequence[int] | None, believed: Mapping[int, float]
    ) -> Iterator[Row]:
        select = (
            "SELECT a.id, a.subject, a.predicate, a.object, a.negated, a.qualifiers"
            f" FROM assertions a WHERE {PLAIN.format(then='')}"
        )
        if changed is None:
            yield from self._facts(self.store.execute(select), believed)
            return
        for one in changed:
            yield from self._facts(self.store.execute(f"{select} AND a.id = ?", (one,)), believed)

    def _facts(self, rows: sqlite3.Cursor, believed: Mapping[int, float]) -> Iterator[Row]:
        plain, denied = self.relations, self.relations.get("denied")
        qualified = self.relations.get("qualified")
        edges: list[tuple[int, float]] = []
        for number, subject, predicate, object_, negated, qualifiers in rows:
            belief = believed.get(number, 0.0)
            directions = [(subject, object_)]
            if is_symmetric(predicate):
                directions.append((object_, subject))
            if negated:
                if denied:
                    said = self._key(predicate)
                    for one, other in directions:
                        yield (denied, one, said, other, 0, 0, number, belief)
                continue
            edges.append((number, belief))
            if predicate in plain:
                for one, other in directions:
                    yield (plain[predicate], one, other, 0, 0, 0, number, belief)
            if qualified and qualifiers:
                said = self._key(predicate)
                for name, value in json.loads(qualifiers):
                    yield (
                        qualified, subject, said, object_, self._key(name), self._key(value),
                        number, belief,
                    )  # fmt: skip
        self.connection.executemany("INSERT OR REPLACE INTO beliefs VALUES (?, ?)", edges)

    def _categories(self, known: int | None) -> Iterator[Row]:
        """The categories that rules ask for, of the concepts that changed."""
        relation = self.relations["category"]
        rows = self.store.execute(
            "SELECT id, category FROM concepts WHERE revision > ?", (known or -1,)
        ).fetchall()
        gone = self.store.execute(
            "SELECT identity FROM gone WHERE kind = 'concept' AND revision > ?", (known or -1,)
        )
        self._mark(sorted({n for n, _ in rows} | {concept_key(c) for (c,) in gone}))
        above: dict[str, list[int]] = {}
        for number, category in rows:
            if category not in above:
                classes = {category, *ancestors(category)}
                if self.categories is not None:
                    classes &= set(self.categories)
                above[category] = [self._key(one) for one in sorted(classes)]
            for one in above[category]:
                yield (relation, number, one, 0, 0, 0, 0, 1.0)

    def _key(self, text: str) -> int:
        """The key of a term, which is given a name in the layer."""
        if text not in self._keys:
            self._keys[text] = number = concept_key(text)
            self.connection.execute("INSERT OR IGNORE INTO terms VALUES (?, ?)", (number, text))
        return self._keys[text]
