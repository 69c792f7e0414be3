"""How sure a conclusion is: the probability that at least one of its proofs holds.

Every assertion holds with its belief, every application of a rule with the rule's confidence.
What texts claim of one pair of concepts is read from the same sentences and hangs together: the
less sure claim holds only where the surer one does (so ``causes`` and ``contributes_to`` of one
pair are together as sure as the surer). All else is independent.

Proofs that share an assertion are *not* independent, and are not treated as if they were: the
proofs of a fact, minimal sets of assertions and rule applications, are a Boolean formula, of which
the probability is computed exactly by splitting it into independent parts and, where there are
none, on its most frequent variable (Shannon's expansion). This is ProbLog's semantics (De Raedt,
Kimmig, Toivonen 2007).

Where a fact has more than ``MAX_PROOFS`` proofs, or the expansion takes more than ``MAX_STEPS``
steps, the answer is two bounds. Below: the exact probability of the strongest proofs alone.
Above: ``1 - Π (1 - p)`` over all proofs (proofs that share what they need are positively
correlated, so the noisy-or is never too low), or 1 where not all proofs were listed.

    >>> one, other = Claimed(7, 1), Claimed(7, 2)  # two claims about one pair
    >>> bounds([frozenset({one}), frozenset({other})], {one: 0.8, other: 0.6})
    (0.8, 0.8)
    >>> shared = [frozenset("ab"), frozenset("ac")]
    >>> bounds(shared, {"a": 0.5, "b": 0.5, "c": 0.5})
    (0.375, 0.375)
"""

from __future__ import annotations

import math
import sqlite3
from array import array
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from kgbuild.reasoning.supports import Support, Supports

__all__ = ["MAX_PROOFS", "MAX_STEPS", "Claimed", "Lineage", "bounds"]

MAX_PROOFS = 64
MAX_STEPS = 20_000
_MAX_DEPTH = 40
_KEPT = 50_000
_HELD = 1_000_000
_DIGITS = 12

Leaves = Sequence[tuple[int, float]]
"""Assertions, by key (0: given by the store or an ontology), and their beliefs."""

Proof = frozenset[Hashable]
"""What must hold for one proof: claims, and applications of rules."""


class Claimed(NamedTuple):
    """An assertion, by key, about a ``pair`` of concepts: those about one pair hang together."""

    pair: int
    assertion: int


_NOTHING: Proof = frozenset()
_CERTAIN: list[Proof] = [_NOTHING]


class _TooLongError(Exception):
    """The expansion takes more steps than it may."""


def bounds(
    proofs: Sequence[Proof], probability: Mapping[Hashable, float], *, complete: bool = True
) -> tuple[float, float]:
    """A lower and an upper bound of the probability that one proof holds; equal where exact.

    ``complete`` says that these are all the proofs there are.
    """
    return _bounds(_minimal(proofs), probability, complete=complete)


def _bounds(
    minimal: list[Proof], probability: Mapping[Hashable, float], *, complete: bool
) -> tuple[float, float]:
    if complete and len(minimal) == 1 and len(minimal[0]) == 1:  # so are very many
        [[alone]] = minimal
        only = round(probability[alone], _DIGITS)
        return only, only
    minimal, probability = _apart(minimal, probability)
    if complete and _share_nothing(minimal):
        missed = math.prod(sorted(1 - _strength(proof, probability) for proof in minimal))
        exact = round(1 - missed, _DIGITS)
        return exact, exact
    minimal = sorted(
        minimal, key=lambda proof: (-_strength(proof, probability), sorted(map(repr, proof)))
    )
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


def _apart(
    proofs: list[Proof], probability: Mapping[Hashable, float]
) -> tuple[list[Proof], Mapping[Hashable, float]]:
    """The same proofs over things that are independent of each other.

    Claims about one pair become steps, the surest first: a claim holds where its step and all
    before it do, and a step with the share of the belief that is left of the step before.
    """
    about: dict[int, set[Claimed]] = {}
    for one in frozenset().union(*proofs):
        if isinstance(one, Claimed):
            about.setdefault(one.pair, set()).add(one)
    crowded = [claims for claims in about.values() if len(claims) > 1]
    if not crowded:
        return proofs, probability
    chances, steps = dict(probability), dict[Hashable, Proof]()
    for claims in crowded:
        passed, before = _NOTHING, 1.0
        for claim in sorted(claims, key=lambda one: (-probability[one], one)):
            passed |= {("step", claim)}
            chances["step", claim] = probability[claim] / before if before else 0.0
            before = probability[claim]
            steps[claim] = passed
    return _minimal(
        frozenset().union(*(steps.get(one, {one}) for one in proof)) for proof in proofs
    ), chances


def _strength(proof: Proof, probability: Mapping[Hashable, float]) -> float:
    return math.prod(sorted(probability[one] for one in proof))


def _share_nothing(proofs: list[Proof]) -> bool:
    return len(proofs) == 1 or sum(map(len, proofs)) == len(frozenset().union(*proofs))


def _minimal(proofs: Iterable[Proof]) -> list[Proof]:
    """The proofs that contain no other proof."""
    kept: list[Proof] = []
    different = set(proofs)
    if len(different) < 2 or max(map(len, different)) == 1:
        return [_NOTHING] if _NOTHING in different else list(different)
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

    ``confidence`` gives that of each rule, by number.
    """

    def __init__(
        self, connection: sqlite3.Connection, confidence: Mapping[int, float], supports: Supports
    ) -> None:
        self._connection = connection
        self._confidence = confidence
        self._supports = supports
        self._supports_of: Callable[[int], Sequence[Support]] = supports.of
        self._leaves_of: Callable[[int], Leaves] = self._read_leaves
        self._pair_of: Callable[[int], int] = self._read_pair
        self.probability: dict[Hashable, float] = {}
        self._proved: dict[int, tuple[list[Proof], bool]] = {}

    def weighed(self, facts: Iterable[int]) -> Iterator[tuple[int, float, float]]:
        """The number, the confidence and the upper bound of each fact."""
        for fact in facts:
            yield (fact, *self.of(fact))

    def weighed_all(self) -> Iterator[tuple[int, float, float]]:
        """The same of all facts but those that one leaf states and no rule concludes.

        Those are as sure as their leaf. What is needed of all facts is read at once.
        """
        ways = self._supports.gather()
        leaves = AllLeaves(self._connection, self._supports.concluded())
        self._leaves_of, self._pair_of = leaves.of, leaves.pair.__getitem__
        concluded: Iterable[tuple[int, Sequence[Support]]] = self._supports.gathered()
        if ways <= _HELD:
            held = dict(concluded)
            self._supports_of = lambda fact: held.get(fact, ())
            concluded = held.items()
        else:
            self._supports_of = lru_cache(maxsize=50_000)(self._supports.of)
        for fact, supports in concluded:
            simple = self._disjoint(leaves, fact, supports)
            yield (fact, *((simple, simple) if simple is not None else self.of(fact)))
        yield from self.weighed(leaves.only_stated())

    def of(self, fact: int) -> tuple[float, float]:
        """The confidence of one fact, and its upper bound."""
        proofs, complete = self.proofs(fact)
        found = _bounds(proofs, self.probability, complete=complete)
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
        for assertion, belief in self._leaves_of(fact):
            if not assertion:
                return self._certain(fact)
            claim = Claimed(self._pair_of(fact), assertion)
            self.probability[claim] = belief
            found.append(frozenset({claim}))
        for rule, premises in self._supports_of(fact) if complete else ():
            if fact in premises:
                continue
            ways: list[list[Proof]] = []
            for premise in premises:
                if premise in self._proved:
                    proofs, all_of_them = self._proved[premise]
                elif premise in below:
                    cut = min(cut, below.index(premise))
                    break
                else:
                    proofs, all_of_them, at = self._prove(premise, (*below, fact))
                    cut = min(cut, at)
                complete = complete and all_of_them
                if proofs is not _CERTAIN:
                    ways.append(proofs)
            else:
                if math.prod(map(len, ways)) > 100 * MAX_PROOFS:
                    ways = [self._strongest(way)[:4] for way in ways]
                    complete = False
                applied = self._applied(fact, rule, premises)
                if not applied and not ways:
                    return self._certain(fact)
                if not applied and len(ways) == 1:
                    found += ways[0]
                else:
                    found += [applied.union(*way) for way in product(*ways)]
        found = _minimal(found)
        if len(found) > MAX_PROOFS:
            found, complete = self._strongest(found)[:MAX_PROOFS], False
        if depth >= _MAX_DEPTH:
            cut = 0
        if cut >= depth:
            self._proved[fact] = (found, complete)
        return found, complete, cut

    def _certain(self, fact: int) -> tuple[list[Proof], bool, int]:
        self._proved[fact] = (_CERTAIN, True)
        return _CERTAIN, True, _MAX_DEPTH

    def _applied(self, fact: int, rule: int, premises: tuple[int, ...]) -> Proof:
        """The application of a rule as a thing that may fail; nothing where it cannot."""
        if self._confidence[rule] == 1.0:
            return _NOTHING
        application = (fact, rule, premises)
        self.probability[application] = self._confidence[rule]
        return frozenset({application})

    def _strongest(self, proofs: list[Proof]) -> list[Proof]:
        return sorted(
            proofs,
            key=lambda proof: (-_strength(proof, self.probability), sorted(map(repr, proof))),
        )

    def _disjoint(self, leaves: AllLeaves, fact: int, supports: Sequence[Support]) -> float | None:
        """The probability where no two proofs share a pair and all rest on assertions.

        None where that is not so: most conclusions are that simple, and this is much faster.
        """
        stated = leaves.of(fact)
        if len(stated) > 1:
            return None
        seen = {leaves.pair[fact]} if stated else set[int]()
        doubt = math.prod(1 - belief for _, belief in stated)
        alone, belief_of, pair = leaves.alone, leaves.belief, leaves.pair
        for rule, premises in supports:
            p = self._confidence[rule]
            for premise in premises:
                assertion = alone[premise]
                if assertion < 0 or (assertion and pair[premise] in seen):
                    return None
                if assertion:
                    seen.add(pair[premise])
                p *= belief_of[premise]
            doubt *= 1 - p
        return round(1 - doubt, _DIGITS)

    def _read_leaves(self, fact: int) -> Leaves:
        return tuple(
            self._connection.execute("SELECT assertion, belief FROM leaves WHERE fact = ?", (fact,))
        )

    def _read_pair(self, fact: int) -> int:
        terms = self._connection.execute("SELECT a, b, c, d FROM facts WHERE id = ?", (fact,))
        return _pair(*terms.fetchone())


def _pair(a: int, b: int, c: int, d: int) -> int:
    """The pair of concepts that a fact is about, in either order; denials have one of their own.

    A fact that texts state is relation(a, b), denied(a, b, c) or qualified(a, b, c, d, e).
    """
    if not c:
        return a ^ b
    return a ^ c if d else ~(a ^ c)


class AllLeaves:
    """The leaves of all facts, in arrays by the facts' numbers.

    ``alone`` has the assertion that a fact rests on (0: what is given), where it is one and no
    rule concludes the fact, else -1; ``belief`` is how sure its first leaf is, ``pair`` what pair
    of concepts it is about.
    """

    def __init__(self, connection: sqlite3.Connection, concluded: Iterable[int]) -> None:
        (top,) = connection.execute("SELECT coalesce(max(id), 0) FROM facts").fetchone()
        self._first = array("q", [-1]) * (top + 1)
        self.belief = array("d", [0.0]) * (top + 1)
        self.pair = array("q", [0]) * (top + 1)
        self._several: dict[int, list[tuple[int, float]]] = {}
        first, beliefs = self._first, self.belief
        for fact, assertion, belief, *terms in connection.execute(
            "SELECT l.fact, l.assertion, l.belief, f.a, f.b, f.c, f.d FROM leaves l"
            " CROSS JOIN facts f ON f.id = l.fact ORDER BY l.fact, l.assertion"
        ):
            if first[fact] < 0:
                first[fact], beliefs[fact] = assertion, belief
                self.pair[fact] = _pair(*terms)
            else:
                told = self._several.setdefault(fact, [(first[fact], beliefs[fact])])
                told.append((assertion, belief))
        self.alone = self._first[:]
        self._concluded = set[int]()
        for fact in self._several:
            self.alone[fact] = -1
        for fact in concluded:
            self.alone[fact] = -1
            if fact in self._several:
                self._concluded.add(fact)

    def of(self, fact: int) -> Leaves:
        """The assertions that state a fact, and their beliefs."""
        if self._first[fact] < 0:
            return ()
        return self._several.get(fact) or ((self._first[fact], self.belief[fact]),)

    def only_stated(self) -> Iterator[int]:
        """The facts with several leaves that no rule concludes."""
        return (fact for fact in self._several if fact not in self._concluded)
