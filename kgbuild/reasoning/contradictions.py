"""Where texts disagree: a claim and its denial, or two claims that cannot both hold.

Claims are compared in all their forms: a symmetric predicate in both directions, and every
predicate as its inverse. Two claims about one pair contradict each other when one denies the
other or something wider (what is not affected is not decreased), when their predicates are
opposites (``OPPOSITES``), or when they are ``affects`` in opposite directions on one aspect.

The first explanation offered is a difference of circumstances: a species, a dose or a route
that one side names and the other does not share. Another is that one sentence is read both ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

from kgbuild.assertion import Assertion, Contradiction
from kgbuild.graph.reading import StoredGraph
from kgbuild.graph.rows import concept_key, decode_terms
from kgbuild.graph.schema import key
from kgbuild.reasoning.strengths import beliefs, strengths
from kgbuild.vocabulary import ancestors, inverse, is_symmetric

__all__ = ["OPPOSITES", "contradicting", "contradictions", "forms"]

_TREATS = (
    "biolink:treats",
    "biolink:treats_or_applied_or_studied_to_treat",
    "biolink:ameliorates_condition",
    "biolink:preventative_for_condition",
)
_HARMS = (
    "biolink:causes",
    "biolink:contributes_to",
    "biolink:exacerbates_condition",
    "biolink:has_adverse_event",
    "biolink:has_side_effect",
    "biolink:predisposes_to_condition",
    "biolink:contraindicated_in",
)
_PAIRS = (
    ("biolink:positively_correlated_with", "biolink:negatively_correlated_with"),
    ("biolink:associated_with_resistance_to", "biolink:associated_with_sensitivity_to"),
    (
        "biolink:associated_with_increased_likelihood_of",
        "biolink:associated_with_decreased_likelihood_of",
    ),
)
OPPOSITES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        **{good: frozenset(_HARMS) for good in _TREATS},
        **{bad: frozenset(_TREATS) for bad in _HARMS},
        **{one: frozenset({other}) for pair in _PAIRS for one, other in (pair, pair[::-1])},
    }
)
"""Predicates that cannot both hold of one pair under the same circumstances.

``treats_or_applied_or_studied_to_treat`` could, where a drug was tried and did harm; but it is what
components say that do not tell a success from a trial, so it is worth a look.
"""

_TELLING = frozenset({"dose", "route", "species"})
"""Circumstances that explain most: named before others."""

_DIRECTIONS = ("biolink:object_direction_qualifier", "biolink:subject_direction_qualifier")
_UP = frozenset({"increased", "upregulated"})
_DOWN = frozenset({"decreased", "downregulated"})


def contradictions(graph: StoredGraph, *, about: str = "") -> list[Contradiction]:
    """All contradictions of a graph, or of one concept, the weightiest first; ties by identity.

    Those that one sentence makes stand last: they are mostly a matter of reading.
    """
    if about:
        claims = _claims_by_pair(graph, "a.subject = ?1 OR a.object = ?1", concept_key(about))
    else:
        claims = _claims_by_pair(graph, _TOLD_TWICE)
    pairs = sorted(_pairs(claims))
    keys = {key(identity) for _, pair in pairs for identity in pair}
    worth, believed = dict(strengths(graph.connection, keys)), beliefs(graph, keys)
    found = [_judged(graph, kind, pair, worth, believed) for kind, pair in pairs]
    return sorted(found, key=lambda c: (c.one_sentence, -c.weight, c.first.id, c.second.id))


Form = tuple[str, str, str]


def forms(subject: str, predicate: str, object_: str) -> frozenset[Form]:
    """A claim in every form that says the same.

    >>> sorted(forms("mesh:D1", "biolink:treats", "mesh:D2"))
    [('mesh:D1', 'biolink:treats', 'mesh:D2'), ('mesh:D2', 'biolink:treated_by', 'mesh:D1')]
    """
    found = {(subject, predicate, object_)}
    if is_symmetric(predicate):
        found.add((object_, predicate, subject))
    if (other := inverse(predicate)) is not None:
        found.add((object_, other, subject))
    return frozenset(found)


@dataclass(frozen=True, slots=True, order=True)
class _Claim:
    """A claim as it is compared, with the identity of the assertion."""

    identity: str
    subject: str
    predicate: str
    object: str
    negated: bool
    qualifiers: tuple[tuple[str, str], ...]

    @property
    def forms(self) -> frozenset[Form]:
        return forms(self.subject, self.predicate, self.object)

    @property
    def wider(self) -> Iterator[Form]:
        """What is so wherever the claim is, in every form."""
        for predicate in (self.predicate, *ancestors(self.predicate)):
            yield from forms(self.subject, predicate, self.object)


def contradicting(graph: StoredGraph, assertion: Assertion) -> list[Assertion]:
    """The assertions that contradict one, by identity."""
    ends = sorted(map(concept_key, (assertion.subject, assertion.object)))
    among = "a.subject IN (?1, ?2) AND a.object IN (?1, ?2)"
    pairs = [pair for _, pair in _pairs(_claims_by_pair(graph, among, *ends))]
    found = {one for pair in pairs if assertion.id in pair for one in pair} - {assertion.id}
    return [graph.assertion(identity) for identity in sorted(found)]


def _pairs(
    claimed: Mapping[tuple[str, str], list[_Claim]],
) -> Iterator[tuple[str, tuple[str, str]]]:
    """The kind and the two identities of each contradiction, each once."""
    for claims in claimed.values():
        for one, other in combinations(sorted(claims), 2):
            if kind := _disagreement(one, other):
                yield kind, (one.identity, other.identity)


_TOLD_TWICE = (
    "EXISTS (SELECT 1 FROM assertions b WHERE b.subject = a.subject"
    " AND b.object = a.object AND b.id <> a.id)"
    " OR EXISTS (SELECT 1 FROM assertions b WHERE b.subject = a.object"
    " AND b.object = a.subject AND b.id <> a.id)"
)


def _claims_by_pair(
    graph: StoredGraph, among: str, *values: int
) -> dict[tuple[str, str], list[_Claim]]:
    """The claims about each pair of concepts, among some of all."""
    rows = graph.connection.execute(
        "SELECT a.identity, s.curie, a.predicate, o.curie, a.negated, a.qualifiers"
        " FROM assertions a JOIN concepts s ON s.id = a.subject"
        " JOIN concepts o ON o.id = a.object"
        f" WHERE {among}",
        values,
    )
    found: dict[tuple[str, str], list[_Claim]] = {}
    for identity, subject, predicate, object_, negated, qualifiers in rows:
        terms = decode_terms(qualifiers)
        claim = _Claim(identity, subject, predicate, object_, bool(negated), terms)
        found.setdefault((min(subject, object_), max(subject, object_)), []).append(claim)
    return found


def _disagreement(one: _Claim, other: _Claim) -> str | None:
    if one.negated != other.negated:
        claim, denial = (other, one) if one.negated else (one, other)
        return "denied" if _denies(denial, claim) else None
    if one.negated:
        return None
    if not one.forms.isdisjoint(other.forms):
        return "direction" if _opposite_directions(one, other) else None
    opposite = {(s, p, o) for s, told, o in one.forms for p in OPPOSITES.get(told, ())}
    return None if opposite.isdisjoint(other.forms) else "opposite"


def _denies(denial: _Claim, claim: _Claim) -> bool:
    """Whether what is denied follows from the claim."""
    covered = set(denial.qualifiers) <= set(claim.qualifiers)
    return covered and not denial.forms.isdisjoint(claim.wider)


def _opposite_directions(one: _Claim, other: _Claim) -> bool:
    ours, theirs = dict(one.qualifiers), dict(other.qualifiers)
    opposed = False
    for name in _DIRECTIONS:
        directions = {ours.pop(name, ""), theirs.pop(name, "")}
        opposed |= bool(directions & _UP and directions & _DOWN)
    # What is not a direction must be the same: another aspect is another claim. The
    # mechanism follows from the direction (agonism, antagonism), so it is left out.
    for sides in (ours, theirs):
        sides.pop("biolink:causal_mechanism_qualifier", None)
    return opposed and ours == theirs


def _judged(
    graph: StoredGraph,
    kind: str,
    pair: tuple[str, str],
    worth: Mapping[int, float],
    believed: Mapping[int, float],
) -> Contradiction:
    order = sorted(pair, key=lambda identity: (-worth.get(key(identity), 0.0), identity))
    first, second = (graph.assertion(identity) for identity in order)
    return Contradiction(
        kind=kind,
        weight=round(worth.get(key(first.id), 0.0) * worth.get(key(second.id), 0.0), 12),
        first=first,
        second=second,
        first_belief=believed.get(key(first.id), 0.0),
        second_belief=believed.get(key(second.id), 0.0),
        differences=tuple(_differences(first, second)),
    )


def _differences(first: Assertion, second: Assertion) -> Iterator[tuple[str, str, str]]:
    """Circumstances that one side names and the other does not share at all."""
    ours, theirs = _circumstances(first), _circumstances(second)
    for name in sorted(ours.keys() | theirs.keys(), key=lambda name: (name not in _TELLING, name)):
        mine, yours = ours.get(name, set()), theirs.get(name, set())
        if mine.isdisjoint(yours):
            yield name, ", ".join(sorted(mine)), ", ".join(sorted(yours))


def _circumstances(assertion: Assertion) -> dict[str, set[str]]:
    told: dict[str, set[str]] = {}
    conditions: Iterable[tuple[str, str]] = (
        condition for evidence in assertion.evidence for condition in evidence.conditions
    )
    for name, value in conditions:
        # A corpus' own name of a relation, and whether it was known, are no circumstances.
        if name not in ("relation", "novelty"):
            told.setdefault(name, set()).add(value)
    return told
