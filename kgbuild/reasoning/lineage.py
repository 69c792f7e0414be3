"""The lineage of facts: all minimal proofs, each a set of assertions and rule applications.

How sure a fact is, is the probability of its lineage (:mod:`kgbuild.reasoning.formulas`). A fact
with more than ``MAX_PROOFS`` proofs keeps the strongest, and its probability is two bounds.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Protocol

from kgbuild.reasoning.formulas import (
    CERTAIN,
    NOTHING,
    Claimed,
    Proof,
    bounds_of_minimal,
    minimal,
    strongest,
)
from kgbuild.reasoning.supports import Support, Supports

__all__ = ["GIVEN", "MAX_PROOFS", "Grounds", "GroundsBelow", "Leaves", "Lineage", "pair"]

MAX_PROOFS = 64
_MAX_DEPTH = 40
_KEPT = 50_000

GIVEN = 0
"""Where a number of a fact is asked for: any that is certain. No fact has it for its own."""

Leaves = Sequence[tuple[int, float]]
"""Assertions, by key (0: given by the store or an ontology), and their beliefs."""


class Grounds(Protocol):
    """What facts rest on."""

    def root(self, fact: int) -> int:
        """A fact that holds exactly where this one does, maybe itself; or ``GIVEN``."""

    def leaves(self, fact: int) -> Leaves:
        """The assertions that state it."""

    def pair(self, fact: int) -> int:
        """The pair of concepts that it is about."""

    def supports(self, fact: int) -> Sequence[Support]:
        """The ways in which rules conclude it."""


class GroundsBelow:
    """The grounds of some facts and of all that they rest on, read at once."""

    def __init__(
        self, connection: sqlite3.Connection, supports: Supports, facts: Iterable[int]
    ) -> None:
        self._supports: dict[int, list[Support]] = {}
        self._leaves: dict[int, list[tuple[int, float]]] = {}
        connection.execute("CREATE TEMP TABLE below(id INTEGER PRIMARY KEY)")
        connection.execute("CREATE TEMP TABLE asked(id INTEGER PRIMARY KEY)")
        self._reach(connection, supports, set(facts))
        for fact, assertion, belief in connection.execute(
            "SELECT l.fact, l.assertion, l.belief FROM below CROSS JOIN leaves l"
            " ON l.fact = below.id ORDER BY l.fact, l.assertion"
        ):
            self._leaves.setdefault(fact, []).append((assertion, belief))
        self._pairs = {
            fact: pair(*terms)
            for fact, *terms in connection.execute(
                "SELECT f.id, f.a, f.b, f.c, f.d FROM below CROSS JOIN facts f ON f.id = below.id"
            )
        }
        connection.execute("DROP TABLE below")
        connection.execute("DROP TABLE asked")

    def _reach(self, connection: sqlite3.Connection, supports: Supports, waiting: set[int]) -> None:
        """Ask for the ways to facts, then to what those rest on, until nothing is new."""
        reached: set[int] = set()
        while waiting:
            connection.execute("DELETE FROM asked")
            connection.executemany("INSERT INTO asked VALUES (?)", [(one,) for one in waiting])
            connection.execute("INSERT INTO below SELECT id FROM asked")
            ways = supports.to("asked")
            reached |= waiting
            self._supports |= ways
            waiting = {p for some in ways.values() for way in some for p in way.premises} - reached

    def root(self, fact: int) -> int:
        """The fact itself."""
        return fact

    def leaves(self, fact: int) -> Leaves:
        """The assertions that state it."""
        return self._leaves.get(fact, ())

    def pair(self, fact: int) -> int:
        """The pair of concepts that it is about."""
        return self._pairs[fact]

    def supports(self, fact: int) -> Sequence[Support]:
        """The ways in which rules conclude it."""
        return self._supports.get(fact, ())


def pair(a: int, b: int, c: int, d: int) -> int:
    """The pair of concepts that a fact is about, in either order; denials have one of their own.

    A fact that texts state is relation(a, b), denied(a, b, c) or qualified(a, b, c, d, e).
    """
    if not c:
        return a ^ b
    return a ^ c if d else ~(a ^ c)


class Lineage:
    """The proofs of facts and their probabilities. ``confidence`` is each rule's, by number."""

    def __init__(self, grounds: Grounds, confidence: Mapping[int, float]) -> None:
        self._grounds = grounds
        self._confidence = confidence
        self.probability: dict[Hashable, float] = {}
        self._proved: dict[int, tuple[list[Proof], bool]] = {}

    def weighed(self, facts: Iterable[int]) -> Iterator[tuple[int, float, float]]:
        """The number, the confidence and the upper bound of each fact."""
        for fact in facts:
            yield (fact, *self.of(fact))

    def of(self, fact: int) -> tuple[float, float]:
        """The confidence of one fact, and its upper bound."""
        proofs, complete = self.proofs(fact)
        found = bounds_of_minimal(proofs, self.probability, complete=complete)
        if len(self._proved) > _KEPT:
            self._proved.clear()
            self.probability.clear()
        return found

    def proofs(self, fact: int) -> tuple[list[Proof], bool]:
        """The minimal proofs of a fact, and whether these are all."""
        if fact in self._proved:
            return self._proved[fact]
        proofs, complete, _ = self._prove(fact, ())
        return proofs, complete

    def _prove(self, fact: int, below: tuple[int, ...]) -> tuple[list[Proof], bool, int]:
        """Proofs, whether they are all, and the least depth at which one was cut.

        A way that rests on what it is to prove goes in a circle and is cut, at the depth of what
        it came back to. Proofs that were cut no lower than at the fact itself are its proofs
        wherever it stands, and are kept.
        """
        depth = cut = len(below)
        found: list[Proof] = []
        complete = depth < _MAX_DEPTH
        for assertion, belief in self._grounds.leaves(fact):
            if not assertion:
                return self._certain(fact)
            claim = Claimed(self._grounds.pair(fact), assertion)
            self.probability[claim] = belief
            found.append(frozenset({claim}))
        for rule, premises in self._grounds.supports(fact) if complete else ():
            needed = set(map(self._grounds.root, premises)) - {GIVEN}
            if fact in needed:
                continue
            ways: list[list[Proof]] = []
            for premise in needed:
                if premise in self._proved:
                    proofs, all_of_them = self._proved[premise]
                elif premise in below:
                    cut = min(cut, below.index(premise))
                    break
                else:
                    proofs, all_of_them, at = self._prove(premise, (*below, fact))
                    cut = min(cut, at)
                complete = complete and all_of_them
                if proofs is not CERTAIN:
                    ways.append(proofs)
            else:
                if math.prod(map(len, ways)) > 100 * MAX_PROOFS:
                    ways = [strongest(way, self.probability)[:4] for way in ways]
                    complete = False
                applied = self._applied(fact, rule, premises)
                if not applied and not ways:
                    return self._certain(fact)
                if not applied and len(ways) == 1:
                    found += ways[0]
                else:
                    found += [applied.union(*way) for way in product(*ways)]
        found = minimal(found)
        if len(found) > MAX_PROOFS:
            found, complete = strongest(found, self.probability)[:MAX_PROOFS], False
        if depth >= _MAX_DEPTH:
            cut = 0
        if cut >= depth:
            self._proved[fact] = (found, complete)
        return found, complete, cut

    def _certain(self, fact: int) -> tuple[list[Proof], bool, int]:
        self._proved[fact] = (CERTAIN, True)
        return CERTAIN, True, _MAX_DEPTH

    def _applied(self, fact: int, rule: int, premises: tuple[int, ...]) -> Proof:
        """The application of a rule as a thing that may fail; nothing where it cannot."""
        if self._confidence[rule] == 1.0:
            return NOTHING
        application = (fact, rule, premises)
        self.probability[application] = self._confidence[rule]
        return frozenset({application})
