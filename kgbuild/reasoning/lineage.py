"""How sure a conclusion is: the probability that at least one of its proofs holds.

Every assertion holds with its belief, every application of a rule with the rule's confidence,
all independently of each other. Proofs that share an assertion are *not* independent, and are
not treated as if they were: the proofs of a fact, minimal sets of assertions and rule
applications, are a Boolean formula, of which the probability is computed exactly by splitting
it into independent parts and, where there are none, on its most frequent variable (Shannon's
expansion). This is ProbLog's semantics (De Raedt, Kimmig, Toivonen 2007).

Where a fact has more than ``MAX_PROOFS`` proofs, or the expansion takes more than ``MAX_STEPS``
steps, the answer is two bounds. Below: the exact probability of the strongest proofs alone.
Above: ``1 - Π (1 - p)`` over all proofs (proofs that share what they need are positively
correlated, so the noisy-or is never too low), or 1 where not all proofs were listed.

    >>> shared = [frozenset("ab"), frozenset("ac")]
    >>> bounds(shared, {"a": 0.5, "b": 0.5, "c": 0.5})
    (0.375, 0.375)
"""

from __future__ import annotations

import math
import sqlite3
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby, product

from kgbuild.reasoning.rules import MAX_PREMISES

__all__ = ["MAX_PROOFS", "MAX_STEPS", "Lineage", "bounds"]

MAX_PROOFS = 64
MAX_STEPS = 20_000
_MAX_DEPTH = 40
_KEPT = 50_000
_HELD = 1_000_000
_DIGITS = 12
_PREMISES = ", ".join(f"p{n}" for n in range(MAX_PREMISES))

_Supports = list[tuple[int, tuple[int, ...]]]
"""The ways to a fact: the rule, and the facts that are its premises."""

Proof = frozenset[Hashable]
"""What must hold for one proof: keys of assertions, and applications of rules."""


_CERTAIN: list[Proof] = [frozenset()]


class _TooLongError(Exception):
    """The expansion takes more steps than it may."""


def bounds(
    proofs: Sequence[Proof], probability: Mapping[Hashable, float], *, complete: bool = True
) -> tuple[float, float]:
    """A lower and an upper bound of the probability that one proof holds; equal where exact.

    ``complete`` says that these are all the proofs there are.
    """
    minimal = _minimal(proofs)
    if len(minimal) == 1 and complete:
        only = round(_strength(minimal[0], probability), _DIGITS)
        return only, only
    minimal.sort(key=lambda proof: (-_strength(proof, probability), sorted(map(repr, proof))))
    some = minimal
    while True:
        try:
            lower = round(_Expansion(probability).of(frozenset(some)), _DIGITS)
        except _TooLongError:
            some = some[: len(some) // 2]
        else:
            break
    if len(some) == len(minimal) and complete:
        return lower, lower
    if not complete:
        return lower, 1.0
    missed = math.prod(1 - _strength(proof, probability) for proof in minimal)
    return lower, max(lower, round(1 - missed, _DIGITS))


def _strength(proof: Proof, probability: Mapping[Hashable, float]) -> float:
    return math.prod(sorted(probability[one] for one in proof))


def _minimal(proofs: Iterable[Proof]) -> list[Proof]:
    """The proofs that contain no other proof."""
    kept: list[Proof] = []
    different = set(proofs)
    if len(different) < 2:
        return list(different)
    for proof in sorted(different, key=len):
        if not any(other <= proof for other in kept):
            kept.append(proof)
    return kept


class _Expansion:
    """The probability of a formula in disjunctive form, all of it positive."""

    def __init__(self, probability: Mapping[Hashable, float]) -> None:
        self._probability = probability
        self._known: dict[frozenset[Proof], float] = {}
        self._steps = 0

    def of(self, formula: frozenset[Proof]) -> float:
        """The probability; raises _TooLongError."""
        if not formula:
            return 0.0
        if frozenset() in formula:
            return 1.0
        if len(formula) == 1:
            (proof,) = formula
            return _strength(proof, self._probability)
        if formula not in self._known:
            self._steps += 1
            if self._steps > MAX_STEPS:
                raise _TooLongError
            self._known[formula] = self._split(formula)
        return self._known[formula]

    def _split(self, formula: frozenset[Proof]) -> float:
        parts = _independent(formula)
        if len(parts) > 1:
            return 1 - math.prod(1 - self.of(part) for part in parts)
        count = Counter(one for proof in formula for one in proof)
        # The most frequent; ties by name, so that the sum is rounded alike in every run.
        chosen = min(count, key=lambda one: (-count[one], repr(one)))
        holds = frozenset(_minimal(proof - {chosen} for proof in formula))
        fails = frozenset(proof for proof in formula if chosen not in proof)
        p = self._probability[chosen]
        return p * self.of(holds) + (1 - p) * self.of(fails)


def _independent(formula: Iterable[Proof]) -> list[frozenset[Proof]]:
    """Proofs that share something, directly or through others, in one part."""
    parts: list[tuple[set[Hashable], set[Proof]]] = []
    for proof in sorted(formula, key=lambda proof: sorted(map(repr, proof))):
        needs, together = set(proof), {proof}
        apart = []
        for other_needs, others in parts:
            if needs.isdisjoint(other_needs):
                apart.append((other_needs, others))
            else:
                needs |= other_needs
                together |= others
        parts = [*apart, (needs, together)]
    return [frozenset(together) for _, together in parts]


class Lineage:
    """The proofs of facts in a layer, and their probabilities.

    ``confidence`` gives that of each rule, by number. With ``everything``, what is needed of
    all facts is read at once.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        confidence: Mapping[int, float],
        *,
        everything: bool = False,
    ) -> None:
        self._connection = connection
        self._confidence = confidence
        self._everything = everything
        self._leaves: dict[int, tuple[tuple[int, float], ...]] = {}
        self._derived: set[int] = set()
        if everything:
            rows = connection.execute("SELECT fact, assertion, belief FROM leaves")
            for fact, group in groupby(rows, key=lambda row: row[0]):
                self._leaves[fact] = tuple((a, belief) for _, a, belief in group)
            self._derived = {
                fact for (fact,) in connection.execute("SELECT DISTINCT fact FROM supports")
            }
        self._supports_of: Callable[[int], _Supports] = lru_cache(maxsize=50_000)(
            self._read_supports
        )
        self._held: dict[int, _Supports] | None = None
        if everything:
            (count,) = connection.execute("SELECT count(*) FROM supports").fetchone()
            if count <= _HELD:
                self._held = held = dict(self._all_supports())
                self._supports_of = lambda fact: held.get(fact, [])
        self.probability: dict[Hashable, float] = {}
        self._proved: dict[int, tuple[list[Proof], bool]] = {}

    def weighed(self, facts: Iterable[int] | None) -> Iterator[tuple[int, float, float]]:
        """The number, the confidence and the upper bound of each fact (None: of all)."""
        if facts is not None:
            for fact in facts:
                yield (fact, *self.of(fact))
            return
        for fact, leaves in self._leaves.items():
            if fact not in self._derived:
                p = self._any(belief for _, belief in leaves)
                yield fact, p, p
        for fact, supports in self._all_supports() if self._held is None else self._held.items():
            simple = self._disjoint(fact, supports)
            yield (fact, *((simple, simple) if simple is not None else self.of(fact)))

    def of(self, fact: int) -> tuple[float, float]:
        """The confidence of one fact, and its upper bound."""
        proofs, complete = self.proofs(fact)
        found = bounds(proofs, self.probability, complete=complete)
        if len(self._proved) > _KEPT:
            self._proved.clear()
            self.probability.clear()
        return found

    def proofs(self, fact: int) -> tuple[list[Proof], bool]:
        """The minimal proofs of a fact, and whether these are all."""
        proofs, complete, _ = self._prove(fact, ())
        return proofs, complete

    def _prove(self, fact: int, below: tuple[int, ...]) -> tuple[list[Proof], bool, bool]:
        """Proofs, whether they are all, and whether none was cut because it went in a circle."""
        if fact in self._proved:
            return (*self._proved[fact], True)
        found: list[Proof] = []
        complete, whole = len(below) < _MAX_DEPTH, True
        for assertion, belief in self._leaves_of(fact):
            if not assertion:
                self._proved[fact] = (_CERTAIN, True)
                return _CERTAIN, True, True
            self.probability[assertion] = belief
            found.append(frozenset({assertion}))
        for rule, premises in self._supports_of(fact) if complete else ():
            if fact in premises or not set(premises).isdisjoint(below):
                whole = False
                continue
            ways = []
            for premise in premises:
                if premise in self._proved:
                    proofs, all_of_them = self._proved[premise]
                    complete = complete and all_of_them
                    ways.append(proofs)
                    continue
                proofs, all_of_them, uncut = self._prove(premise, (*below, fact))
                complete, whole = complete and all_of_them, whole and uncut
                ways.append(proofs)
            applied = self._applied(fact, rule, premises)
            if math.prod(map(len, ways)) > 100 * MAX_PROOFS:
                ways = [self._strongest(way)[:4] for way in ways]
                complete = False
            found += [applied.union(*way) for way in product(*ways)]
        found = _minimal(found)
        if len(found) > MAX_PROOFS:
            found, complete = self._strongest(found)[:MAX_PROOFS], False
        # Where nothing is below, what was cut in a circle would have held the fact by itself.
        if whole or not below:
            self._proved[fact] = (found, complete)
        return found, complete, whole

    def _applied(self, fact: int, rule: int, premises: tuple[int, ...]) -> Proof:
        """The application of a rule as a thing that may fail; nothing where it cannot."""
        if self._confidence[rule] == 1.0:
            return frozenset()
        application = (fact, rule, premises)
        self.probability[application] = self._confidence[rule]
        return frozenset({application})

    def _strongest(self, proofs: list[Proof]) -> list[Proof]:
        return sorted(
            proofs,
            key=lambda proof: (-_strength(proof, self.probability), sorted(map(repr, proof))),
        )

    def _disjoint(self, fact: int, supports: Sequence[tuple[int, tuple[int, ...]]]) -> float | None:
        """The probability where no two proofs share anything and all rest on assertions.

        None where that is not so: most conclusions are that simple, and this is much faster.
        """
        seen: set[int] = set()
        doubt = 1.0
        for assertion, belief in self._leaves.get(fact, ()):
            seen.add(assertion)
            doubt *= 1 - belief
        for rule, premises in supports:
            p = self._confidence[rule]
            for premise in premises:
                if premise in self._derived:
                    return None
                leaves = self._leaves.get(premise, ())
                if len(leaves) != 1:
                    return None
                ((assertion, belief),) = leaves
                if assertion:
                    if assertion in seen:
                        return None
                    seen.add(assertion)
                p *= belief
            doubt *= 1 - p
        return round(1 - doubt, _DIGITS)

    def _any(self, beliefs: Iterable[float]) -> float:
        return round(1 - math.prod(1 - belief for belief in beliefs), _DIGITS)

    # --- reading the layer ------------------------------------------------------------------

    def _leaves_of(self, fact: int) -> tuple[tuple[int, float], ...]:
        if self._everything:
            return self._leaves.get(fact, ())
        return tuple(
            self._connection.execute("SELECT assertion, belief FROM leaves WHERE fact = ?", (fact,))
        )

    def _read_supports(self, fact: int) -> _Supports:
        if self._everything and fact not in self._derived:
            return []
        rows = self._connection.execute(
            f"SELECT rule, {_PREMISES} FROM supports WHERE fact = ?", (fact,)
        )
        return [(rule, tuple(filter(None, premises))) for rule, *premises in rows]

    def _all_supports(self) -> Iterator[tuple[int, _Supports]]:
        rows = self._connection.cursor().execute(
            f"SELECT fact, rule, {_PREMISES} FROM supports ORDER BY fact"
        )
        for fact, group in groupby(rows, key=lambda row: row[0]):
            yield fact, [(rule, tuple(filter(None, rest))) for _, rule, *rest in group]
