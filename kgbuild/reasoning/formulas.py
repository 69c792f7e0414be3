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

Where there are more proofs than were listed, or the expansion takes more than ``MAX_STEPS`` steps,
the answer is two bounds. Below: the exact probability of the strongest proofs alone.
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
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

__all__ = [
    "CERTAIN",
    "DIGITS",
    "MAX_STEPS",
    "NOTHING",
    "Claimed",
    "Proof",
    "bounds",
    "bounds_of_minimal",
    "minimal",
    "strongest",
]

MAX_STEPS = 20_000
DIGITS = 12

Proof = frozenset[Hashable]
"""What must hold for one proof: claims, and applications of rules."""


class Claimed(NamedTuple):
    """An assertion, by key, about a ``pair`` of concepts: those about one pair hang together."""

    pair: int
    assertion: int


NOTHING: Proof = frozenset()
CERTAIN: list[Proof] = [NOTHING]


class _TooLongError(Exception):
    """The expansion takes more steps than it may."""


def bounds(
    proofs: Sequence[Proof], probability: Mapping[Hashable, float], *, complete: bool = True
) -> tuple[float, float]:
    """A lower and an upper bound of the probability that one proof holds; equal where exact.

    ``complete`` says that these are all the proofs there are.
    """
    return bounds_of_minimal(minimal(proofs), probability, complete=complete)


def bounds_of_minimal(
    proofs: list[Proof], probability: Mapping[Hashable, float], *, complete: bool
) -> tuple[float, float]:
    """The same of proofs none of which contains another."""
    if complete and len(proofs) == 1 and len(proofs[0]) == 1:  # so are very many
        [[alone]] = proofs
        only = round(probability[alone], DIGITS)
        return only, only
    proofs, probability = _apart(proofs, probability)
    if complete and _share_nothing(proofs):
        missed = math.prod(sorted(1 - _strength(proof, probability) for proof in proofs))
        exact = round(1 - missed, DIGITS)
        return exact, exact
    some = proofs = strongest(proofs, probability)
    while True:
        try:
            lower = round(_Expansion(probability).of(frozenset(some)), DIGITS)
        except _TooLongError:
            some = some[: len(some) // 2]
        else:
            break
    if len(some) == len(proofs) and complete:
        return lower, lower
    if not complete:
        return lower, 1.0
    missed = math.prod(1 - _strength(proof, probability) for proof in proofs)
    return lower, max(lower, round(1 - missed, DIGITS))


def strongest(proofs: list[Proof], probability: Mapping[Hashable, float]) -> list[Proof]:
    """The proofs by their probability, the likeliest first; ties in a fixed order."""
    return sorted(
        proofs, key=lambda proof: (-_strength(proof, probability), sorted(map(repr, proof)))
    )


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
    chances = {one: probability[one] for proof in proofs for one in proof}
    steps: dict[Hashable, Proof] = {}
    for claims in crowded:
        passed, before = NOTHING, 1.0
        for claim in sorted(claims, key=lambda one: (-probability[one], one)):
            passed |= {("step", claim)}
            chances["step", claim] = probability[claim] / before if before else 0.0
            before = probability[claim]
            steps[claim] = passed
    return minimal(
        frozenset().union(*(steps.get(one, {one}) for one in proof)) for proof in proofs
    ), chances


def _strength(proof: Proof, probability: Mapping[Hashable, float]) -> float:
    return math.prod(sorted(probability[one] for one in proof))


def _share_nothing(proofs: list[Proof]) -> bool:
    return len(proofs) == 1 or sum(map(len, proofs)) == len(frozenset().union(*proofs))


def minimal(proofs: Iterable[Proof]) -> list[Proof]:
    """The proofs that contain no other proof."""
    kept: list[Proof] = []
    different = set(proofs)
    if len(different) < 2 or max(map(len, different)) == 1:
        return [NOTHING] if NOTHING in different else list(different)
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
        holds = frozenset(minimal(proof - {chosen} for proof in formula))
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
