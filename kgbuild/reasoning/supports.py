"""The ways in which rules conclude a fact, found again from the facts themselves.

Where all is derived, the ways to a fact are the instances of rules that conclude it, and the
rules' own joins find them with the fact's terms bound. So nothing is recorded while deriving.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from kgbuild.graph.rows import concept_key
from kgbuild.reasoning.joins import COLUMNS, Finds, join
from kgbuild.reasoning.rules import MAX_PREMISES, Atom, Rule, Variable

__all__ = ["Support", "Supports", "Way", "relations_in"]

_PREMISES = ", ".join(f"p{n}" for n in range(MAX_PREMISES))


class Support(NamedTuple):
    """One way to a conclusion: the rule (by number), and the facts that are its premises."""

    rule: int
    premises: tuple[int, ...]

    @classmethod
    def of(cls, way: Way) -> Support:
        """The same without the conclusion."""
        return cls(way[1], tuple(filter(None, way[2:])))


Way = tuple[int, ...]
"""A conclusion, the rule, and the premises, then maybe zeros."""


def relations_in(connection: sqlite3.Connection, table: str) -> set[int]:
    """The numbers of the relations of the facts whose numbers a table has."""
    rows = connection.execute(
        f"SELECT DISTINCT f.relation FROM {table} t CROSS JOIN facts f ON f.id = t.id"
    )
    return {relation for (relation,) in rows}


class Supports:
    """Asks for the ways to facts.

    ``relations`` has the number of each relation, ``counts`` how many facts it has, as far as
    known. With ``alive``, facts of the table ``dead`` are left out.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        rules: Mapping[int, Rule],
        relations: Mapping[str, int],
        counts: Mapping[str, int],
        *,
        alive: bool = False,
    ) -> None:
        self._connection = connection
        self._rules = rules
        self._relations = relations
        self._counts = counts
        self._alive = alive
        self._by_relation: dict[int, list[tuple[int, Atom, str]]] = {}

    def of(self, fact: int) -> list[Support]:
        """The ways to one fact, in order."""
        relation, *terms = self._connection.execute(
            f"SELECT relation, {', '.join(COLUMNS)} FROM facts WHERE id = ?", (fact,)
        ).fetchone()
        found: list[Support] = []
        for number, head, select in self._asking(relation):
            if _fits(head, terms):
                found += [
                    Support(number, tuple(filter(None, premises)))
                    for premises in self._connection.execute(select, terms[: len(head.terms)])
                    # Not the fact itself among its own premises: that would say nothing.
                    if fact not in premises
                ]
        return sorted(found)

    def _asking(self, relation: int) -> list[tuple[int, Atom, str]]:
        """The rules that conclude the relation: number, conclusion, what finds the premises."""
        if relation not in self._by_relation:
            self._by_relation[relation] = [
                (number, rule.head, self._select(rule, Finds.PREMISES))
                for number, rule in self._rules.items()
                if self._relations[rule.head.relation] == relation
            ]
        return self._by_relation[relation]

    def _select(self, rule: Rule, finds: Finds, table: str = "") -> str:
        return join(
            rule, concept_key, self._relations.__getitem__, self._counts,
            finds=finds, delta=table, alive=self._alive,
        )  # fmt: skip

    def to(self, table: str) -> dict[int, list[Support]]:
        """The ways to the facts whose numbers a table has, in order: a few queries for all."""
        found: dict[int, list[Support]] = {}
        asked = relations_in(self._connection, table)
        for number, rule in self._rules.items():
            if self._relations[rule.head.relation] in asked:
                for fact, *premises in self._connection.execute(
                    self._select(rule, Finds.WAYS_TO, table)
                ):
                    found.setdefault(fact, []).append(
                        Support(number, tuple(filter(None, premises)))
                    )
        return {fact: sorted(ways) for fact, ways in found.items()}

    def gather(self) -> int:
        """Put all ways to all facts into the temporary table ``ways``; how many there are."""
        self._connection.execute(
            "CREATE TEMP TABLE ways(fact INTEGER, rule INTEGER, "
            + ", ".join(f"p{n} INTEGER" for n in range(MAX_PREMISES))
            + ")"
        )
        return sum(
            self._connection.execute(
                f"INSERT INTO ways(fact, {_PREMISES}, rule)"
                f" SELECT *, {number} FROM ({self._select(rule, Finds.WAYS)})"
            ).rowcount
            for number, rule in self._rules.items()
        )

    def concluded(self) -> Iterator[int]:
        """Of what was gathered, the facts, each as often as there are ways to it."""
        return (fact for (fact,) in self._connection.cursor().execute("SELECT fact FROM ways"))

    def gathered(self) -> Iterator[tuple[int, list[Way]]]:
        """Each fact that rules conclude with the ways to it, by number."""
        most = max((len(rule.body) for rule in self._rules.values()), default=0)
        columns = ", ".join(["fact", "rule", *(f"p{n}" for n in range(most))])
        rows = self._connection.cursor().execute(f"SELECT {columns} FROM ways ORDER BY fact")
        for fact, ways in groupby(rows, key=itemgetter(0)):
            yield fact, list(ways)


def _fits(head: Atom, terms: Iterable[int]) -> bool:
    """Whether the constants of a conclusion are these terms."""
    return all(
        isinstance(term, Variable) or concept_key(term) == number
        for term, number in zip(head.terms, terms, strict=False)
    )
