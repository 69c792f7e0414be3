"""The confidences of all facts at once: what is equally sure for one reason is computed once.

Where the only way to a fact is by a rule that never fails, and needs one premise besides what is
given, the fact holds exactly where that premise does: it shares its lineage. Most of what follows
from an ontology is of that kind, or certain. Of the rest, most rests on assertions about different
pairs; only what is left takes the general formula.
"""

from __future__ import annotations

import math
import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from kgbuild.reasoning.formulas import DIGITS
from kgbuild.reasoning.limits import Limits
from kgbuild.reasoning.lineage import GIVEN, Leaves, Lineage, pair
from kgbuild.reasoning.supports import Support, Supports, Way

__all__ = ["weigh_all"]

_HELD = 1_000_000
"""So many ways to facts are held in memory; more are read again when they are needed."""


def weigh_all(
    connection: sqlite3.Connection,
    confidence: Mapping[int, float],
    supports: Supports,
    limits: Limits,
) -> Iterator[tuple[int, float, float]]:
    """The number, the confidence and the upper bound of each fact.

    Facts that one leaf states and no rule concludes are left out: they are as sure as their leaf.
    Raises LimitError where the time is up.
    """
    grounds = _AllGrounds(connection, confidence, supports, limits)
    lineage = Lineage(grounds, confidence)
    shared = grounds.share()
    wanted = set(shared.values())
    known: dict[int, tuple[float, float]] = {}
    for fact, ways in grounds.concluded():
        if grounds.root(fact) != fact:
            continue
        simple = grounds.disjoint(fact, ways)
        found = lineage.of(fact) if simple is None else (simple, simple)
        if fact in wanted:
            known[fact] = found
        yield (fact, *found)
    for fact in grounds.only_stated:
        known[fact] = lineage.of(fact)
        yield (fact, *known[fact])
    for fact, root in shared.items():
        yield (fact, *(known.get(root) or grounds.as_its_leaf(root)))


class _AllGrounds:
    """The grounds of all facts, read at once, in arrays by the facts' numbers.

    ``_alone`` has the assertion that a fact rests on (0: what is given), where it is one and no
    rule concludes the fact, else -1; ``_belief`` is how sure its first leaf is, ``_about`` the pair
    of concepts. ``only_stated`` are the facts with several leaves that no rule concludes.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        confidence: Mapping[int, float],
        supports: Supports,
        limits: Limits,
    ) -> None:
        self._confidence = confidence
        self._limits = limits
        (top,) = connection.execute("SELECT coalesce(max(id), 0) FROM facts").fetchone()
        self._first = array("q", [-1]) * (top + 1)
        self._belief: array[float] = array("d", [0.0]) * (top + 1)
        self._about: array[int] = array("q", [0]) * (top + 1)
        self._root = array("q", range(top + 1))
        self._several: dict[int, list[tuple[int, float]]] = {}
        self._shared: dict[int, int] = {}
        self._read_leaves(connection)
        self._alone = self._first[:]
        self.concluded: Callable[[], Iterable[tuple[int, Sequence[Way]]]] = supports.gathered
        self._supports_of: Callable[[int], Sequence[Support]]
        self._hold(supports)

    def _hold(self, supports: Supports) -> None:
        held: dict[int, list[Way]] = {}
        self._held = supports.gather() <= _HELD
        if self._held:
            held.update(supports.gathered())
            self.concluded = held.items
            self._supports_of = lambda fact: list(map(Support.of, held.get(fact, ())))
        else:
            self._supports_of = lru_cache(maxsize=50_000)(supports.of)
        only_stated = set(self._several)
        for fact in self._several:
            self._alone[fact] = -1
        for fact in held or supports.concluded():
            self._alone[fact] = -1
            only_stated.discard(fact)
        self.only_stated = sorted(only_stated)

    def _read_leaves(self, connection: sqlite3.Connection) -> None:
        first, beliefs = self._first, self._belief
        first[GIVEN], beliefs[GIVEN] = 0, 1.0
        for fact, assertion, belief, *terms in connection.execute(
            "SELECT l.fact, l.assertion, l.belief, f.a, f.b, f.c, f.d FROM leaves l"
            " CROSS JOIN facts f ON f.id = l.fact ORDER BY l.fact, l.assertion"
        ):
            if first[fact] < 0:
                first[fact], beliefs[fact] = assertion, belief
                self._about[fact] = pair(*terms)
                if not assertion:
                    self._root[fact] = GIVEN
            elif first[fact] == 0:
                self._shared[fact] = GIVEN
            else:
                told = self._several.setdefault(fact, [(first[fact], beliefs[fact])])
                told.append((assertion, belief))

    # --- what is the same ----------------------------------------------------------------------

    def share(self) -> dict[int, int]:
        """Find the facts that hold exactly where another does (or always): each with the other."""
        while self._share_more() and self._held:
            pass
        return {fact: self._root[fact] for fact in self._shared}

    def _share_more(self) -> bool:
        """Go over all facts once; whether that found more, so that others may follow."""
        root, before = self._root, len(self._shared)
        for fact, ways in self._limits.within(self.concluded(), "weighing conclusions"):
            if root[fact] == fact:
                root[fact] = self._same(fact, ways)
                if root[fact] != fact:
                    self._shared[fact] = root[fact]
        self._root = array("q", [root[one] for one in root])
        return len(self._shared) > before

    def _same(self, fact: int, ways: Iterable[Way]) -> int:
        """The fact that holds exactly where this one does, maybe itself; or GIVEN."""
        root, enough, simple = self._root, set[int](), True
        for _, rule, *premises in ways:
            needed = {root[premise] for premise in premises}
            needed.discard(GIVEN)
            if fact in needed:
                continue  # a circle, which holds nothing up
            if self._confidence[rule] < 1.0 or len(needed) > 1:
                simple = False
            elif not needed:
                return GIVEN
            enough |= needed
        stated = self._first[fact] >= 0
        if simple and not enough and stated and fact not in self._several:
            self._alone[fact] = self._first[fact]
        return enough.pop() if simple and not stated and len(enough) == 1 else fact

    # --- what is simple ------------------------------------------------------------------------

    def disjoint(self, fact: int, ways: Iterable[Way]) -> float | None:
        """The probability where no two proofs share a pair and all rest on assertions.

        None where that is not so: most conclusions are that simple, and this is much faster.
        """
        if self._alone[fact] >= 0:
            return self._belief[fact]
        stated = self.leaves(fact)
        if len(stated) > 1:
            return None
        seen = {self._about[fact]} if stated else set[int]()
        doubt = math.prod(1 - belief for _, belief in stated)
        alone, belief_of, about, root = self._alone, self._belief, self._about, self._root
        for _, rule, *premises in ways:
            p = self._confidence[rule]
            for premise in map(root.__getitem__, premises):
                assertion = alone[premise]
                if assertion < 0 or (assertion and about[premise] in seen):
                    return None
                if assertion:
                    seen.add(about[premise])
                p *= belief_of[premise]
            doubt *= 1 - p
        return round(1 - doubt, DIGITS)

    def as_its_leaf(self, fact: int) -> tuple[float, float]:
        """The confidence of a fact that one leaf states and no rule concludes, twice."""
        return self._belief[fact], self._belief[fact]

    # --- for the general formula ---------------------------------------------------------------

    def root(self, fact: int) -> int:
        """The fact that holds exactly where this one does, maybe itself; or GIVEN."""
        return self._root[fact]

    def leaves(self, fact: int) -> Leaves:
        """The assertions that state it."""
        if self._first[fact] < 0:
            return ()
        return self._several.get(fact) or ((self._first[fact], self._belief[fact]),)

    def pair(self, fact: int) -> int:
        """The pair of concepts that it is about."""
        return self._about[fact]

    def supports(self, fact: int) -> Sequence[Support]:
        """The ways in which rules conclude it."""
        return self._supports_of(fact)
