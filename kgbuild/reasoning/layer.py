"""The derived layer: facts, what each rests on, and how sure it is, in a file beside the store.

``reasoning.sqlite`` holds nothing that cannot be made again from the graph and the rules. A
*fact* is a relation between terms. Its *leaves* are the assertions that state it (or the
store's own knowledge: a category), its *supports* the ways in which rules conclude it, which are
found again when they are asked for (:mod:`kgbuild.reasoning.supports`). A fact without leaves is
inferred. Nothing here is read when the graph's own beliefs are computed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kgbuild.errors import GraphError, NotInGraphError
from kgbuild.graph.closing import Closing
from kgbuild.graph.rows import concept_key
from kgbuild.reasoning.joins import COLUMNS
from kgbuild.reasoning.rule_syntax import parse_rule
from kgbuild.reasoning.rules import Rule
from kgbuild.reasoning.supports import Support, Supports

__all__ = ["Conclusion", "DerivedLayer", "Fact", "layer_path", "open_layer"]

SCHEMA_VERSION = 6
SCHEMA = f"""
CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE rules(id INTEGER PRIMARY KEY, name TEXT NOT NULL, text TEXT NOT NULL,
    file TEXT NOT NULL, line INTEGER NOT NULL);
CREATE TABLE relations(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    facts INTEGER NOT NULL DEFAULT 0);
CREATE TABLE terms(id INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE beliefs(assertion INTEGER PRIMARY KEY, belief REAL NOT NULL);
CREATE TABLE twins(assertion INTEGER PRIMARY KEY, denial INTEGER NOT NULL);
CREATE TABLE facts(id INTEGER PRIMARY KEY, relation INTEGER NOT NULL,
    {", ".join(f"{column} INTEGER NOT NULL DEFAULT 0" for column in COLUMNS)},
    confidence REAL, upper REAL);
CREATE UNIQUE INDEX facts_by_terms ON facts(relation, {", ".join(COLUMNS)});
CREATE INDEX facts_by_b ON facts(relation, b);
CREATE INDEX facts_by_c ON facts(relation, c) WHERE c <> 0;
CREATE TABLE leaves(fact INTEGER NOT NULL, assertion INTEGER NOT NULL, belief REAL NOT NULL,
    PRIMARY KEY(fact, assertion)) WITHOUT ROWID;
CREATE INDEX leaves_by_assertion ON leaves(assertion) WHERE assertion <> 0;
CREATE TABLE axioms(fact INTEGER PRIMARY KEY, file TEXT NOT NULL, line INTEGER NOT NULL);
CREATE TABLE unexplained(relation TEXT NOT NULL, subject TEXT NOT NULL, object TEXT NOT NULL,
    PRIMARY KEY(relation, subject, object)) WITHOUT ROWID;
PRAGMA user_version = {SCHEMA_VERSION};
"""
"""``beliefs`` holds those of the claims that may be shown as plain edges. ``leaves.assertion`` is
0 where the store itself says so (a category) or an ontology (then the fact is in ``axioms``).
``facts.confidence`` is exact where it is equal to ``upper``, else the two are bounds.
``relations.facts`` is how many there were when all was derived; joins begin where there are few.
``unexplained`` is what a reasoner concludes and no rule does: no fact, and a premise of nothing."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A relation between terms, as the layer holds it."""

    id: int
    relation: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What rules derived and no text states.

    ``confidence`` is the probability that at least one of its proofs holds; where computing
    it would take too long, it is a lower bound and ``upper`` an upper one.
    """

    relation: str
    arguments: tuple[str, ...]
    confidence: float
    upper: float
    hypothesis: bool
    rules: tuple[str, ...]

    @property
    def exact(self) -> bool:
        """Whether the confidence is the probability itself."""
        return self.confidence == self.upper


def layer_path(folder: Path | str) -> Path:
    """Where the layer of a graph's folder lies."""
    return Path(folder) / "reasoning.sqlite"


def open_layer(folder: Path | str) -> DerivedLayer:
    """Open what was derived, for reading. Raises NotInGraphError where nothing was."""
    path = layer_path(folder)
    if not path.is_file():
        raise NotInGraphError(
            f"{folder}: nothing has been derived here", hints=["kgbuild reason does it"]
        )
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error as error:
        raise GraphError(f"{path}: {error}", hints=["kgbuild reason --afresh"]) from error
    if version != SCHEMA_VERSION:
        connection.close()
        raise GraphError(
            f"{path}: was written by another kgbuild", hints=["kgbuild reason --afresh"]
        )
    return DerivedLayer(connection)


class DerivedLayer(Closing):
    """The layer, for reading. Use it as a context manager."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._rules: dict[int, Rule] | None = None
        self._supports: Supports | None = None
        self._relations = dict(connection.execute("SELECT id, name FROM relations"))

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    @property
    def revision(self) -> int:
        """The revision of the graph that this was derived from."""
        (value,) = self.connection.execute(
            "SELECT value FROM meta WHERE name = 'revision'"
        ).fetchone()
        return int(value)

    @property
    def digest(self) -> str:
        """A hash of the rules that were applied."""
        (value,) = self.connection.execute("SELECT value FROM meta WHERE name = 'rules'").fetchone()
        return str(value)

    def counts(self) -> dict[str, int]:
        """How many facts, and how many of them inferred."""
        counted = {
            "facts": "facts",
            "inferred": "facts f WHERE NOT EXISTS (SELECT 1 FROM leaves WHERE fact = f.id)",
        }
        return {
            name: int(self.connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0])
            for name, what in counted.items()
        }

    @property
    def rules(self) -> dict[int, Rule]:
        """The rules that were applied, by number."""
        if self._rules is None:
            rows = self.connection.execute("SELECT id, text, file, line FROM rules ORDER BY id")
            self._rules = {number: parse_rule(*written) for number, *written in rows}
        return self._rules

    def inferred(self) -> list[int]:
        """The numbers of the facts that rules conclude and no text states."""
        rows = self.connection.execute(
            "SELECT f.id FROM facts f WHERE NOT EXISTS (SELECT 1 FROM leaves WHERE fact = f.id)"
        )
        return [number for (number,) in rows]

    def fact(self, number: int) -> Fact:
        """The fact of that number."""
        relation, *terms = self.connection.execute(
            f"SELECT relation, {', '.join(COLUMNS)} FROM facts WHERE id = ?", (number,)
        ).fetchone()
        return Fact(number, self._relations[relation], self._texts(terms))

    def _texts(self, terms: Sequence[int]) -> tuple[str, ...]:
        return tuple(
            self.connection.execute("SELECT text FROM terms WHERE id = ?", (term,)).fetchone()[0]
            for term in terms
            if term
        )

    def find(self, relation: str, arguments: Sequence[str]) -> Fact | None:
        """The fact that says so, or None."""
        numbers = {name: number for number, name in self._relations.items()}
        if relation not in numbers:
            return None
        keys = [concept_key(argument) for argument in arguments]
        keys += [0] * (len(COLUMNS) - len(keys))
        row = self.connection.execute(
            "SELECT id FROM facts WHERE relation = ? AND "
            + " AND ".join(f"{column} = ?" for column in COLUMNS),
            (numbers[relation], *keys),
        ).fetchone()
        return Fact(row[0], relation, tuple(arguments)) if row else None

    def leaves(self, fact: int) -> list[tuple[int, float]]:
        """The assertions (by key; 0 is the store itself) that state it, and their beliefs."""
        rows = self.connection.execute(
            "SELECT assertion, belief FROM leaves WHERE fact = ? ORDER BY assertion", (fact,)
        )
        return list(rows)

    def axiom(self, fact: int) -> tuple[str, int] | None:
        """The file and the line of the ontology that states it, or None."""
        row = self.connection.execute(
            "SELECT file, line FROM axioms WHERE fact = ?", (fact,)
        ).fetchone()
        return (row[0], row[1]) if row else None

    def axioms(self) -> Iterator[tuple[Fact, str, int]]:
        """What ontologies state, with the files and lines."""
        for number, file, line in self.connection.execute("SELECT * FROM axioms").fetchall():
            yield self.fact(number), file, line

    def unexplained(self) -> list[tuple[str, str, str]]:
        """What a reasoner concludes and no rule can explain: relation, subject, object."""
        return list(self.connection.execute("SELECT * FROM unexplained ORDER BY 1, 2, 3"))

    def supports(self, fact: int) -> list[Support]:
        """The ways in which rules conclude it."""
        if self._supports is None:
            counts = dict(self.connection.execute("SELECT name, facts FROM relations"))
            numbers = {name: number for number, name in self._relations.items()}
            self._supports = Supports(self.connection, self.rules, numbers, counts)
        return self._supports.of(fact)

    def bounds(self, fact: int) -> tuple[float, float]:
        """The confidence of a fact and its upper bound: equal where the number is exact."""
        confidence, upper = self.connection.execute(
            "SELECT confidence, upper FROM facts WHERE id = ?", (fact,)
        ).fetchone()
        return confidence, upper

    def conclusions(self, relation: str | None = None) -> Iterator[Conclusion]:
        """What is inferred and not stated, the surest first; ties by relation and arguments."""
        rows = self.connection.execute(
            f"SELECT f.id, f.relation, {', '.join(f'f.{c}' for c in COLUMNS)}, f.confidence,"
            " f.upper FROM facts f JOIN relations r ON r.id = f.relation"
            f" {' '.join(f'LEFT JOIN terms t{c} ON t{c}.id = f.{c}' for c in COLUMNS)}"
            " WHERE (?1 IS NULL OR r.name = ?1)"
            " AND NOT EXISTS (SELECT 1 FROM leaves l WHERE l.fact = f.id)"
            f" ORDER BY f.confidence DESC, r.name, {', '.join(f't{c}.text' for c in COLUMNS)}",
            (relation,),
        )
        for fact, name, *terms, confidence, upper in rows:
            used = {support.rule for support in self.supports(fact)}
            rules = [self.rules[number] for number in sorted(used)]
            yield Conclusion(
                relation=self._relations[name],
                arguments=self._texts(terms),
                confidence=confidence,
                upper=upper,
                hypothesis=all(rule.hypothesis for rule in rules),
                rules=tuple(rule.name for rule in rules),
            )
