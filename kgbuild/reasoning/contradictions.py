"""Where texts disagree: a claim and its denial, or two claims that cannot both hold.

What contradicts what is told by :mod:`kgbuild.reasoning.comparing`.

The first explanation offered is a difference of circumstances: a species, a dose or a route
that one side names and the other does not share. Another is that one sentence is read both ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from kgbuild.assertion import Assertion, Contradiction
from kgbuild.data.relation_names import NAME_CONDITION
from kgbuild.graph.reading import StoredGraph
from kgbuild.graph.rows import concept_key, decode_terms
from kgbuild.graph.schema import key
from kgbuild.reasoning.choosing import READ_AS
from kgbuild.reasoning.comparing import Claim, disagreement
from kgbuild.reasoning.strengths import beliefs, strengths

__all__ = ["NO_CIRCUMSTANCES", "contradicting", "contradictions"]

_TELLING = frozenset({"dose", "route", "species"})
"""Circumstances that explain most: named before others."""

NO_CIRCUMSTANCES = frozenset({NAME_CONDITION, "novelty", READ_AS})
"""A corpus' own name of a relation, whether it was known, and what it was read as."""


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


def contradicting(graph: StoredGraph, assertion: Assertion) -> list[Assertion]:
    """The assertions that contradict one, by identity."""
    ends = sorted(map(concept_key, (assertion.subject, assertion.object)))
    among = "a.subject IN (?1, ?2) AND a.object IN (?1, ?2)"
    pairs = [pair for _, pair in _pairs(_claims_by_pair(graph, among, *ends))]
    found = {one for pair in pairs if assertion.id in pair for one in pair} - {assertion.id}
    return [graph.assertion(identity) for identity in sorted(found)]


def _pairs(
    claimed: Mapping[tuple[str, str], list[tuple[str, Claim]]],
) -> Iterator[tuple[str, tuple[str, str]]]:
    """The kind and the two identities of each contradiction, each once."""
    for claims in claimed.values():
        for (first, one), (second, other) in combinations(sorted(claims), 2):
            if kind := disagreement(one, other):
                yield kind, (first, second)


_TOLD_TWICE = (
    "EXISTS (SELECT 1 FROM assertions b WHERE b.subject = a.subject"
    " AND b.object = a.object AND b.id <> a.id)"
    " OR EXISTS (SELECT 1 FROM assertions b WHERE b.subject = a.object"
    " AND b.object = a.subject AND b.id <> a.id)"
)


def _claims_by_pair(
    graph: StoredGraph, among: str, *values: int
) -> dict[tuple[str, str], list[tuple[str, Claim]]]:
    """The claims about each pair of concepts, among some of all, each with its identity."""
    rows = graph.connection.execute(
        "SELECT a.identity, s.curie, a.predicate, o.curie, a.negated, a.qualifiers"
        " FROM assertions a JOIN concepts s ON s.id = a.subject"
        " JOIN concepts o ON o.id = a.object"
        f" WHERE {among}",
        values,
    )
    found: dict[tuple[str, str], list[tuple[str, Claim]]] = {}
    for identity, subject, predicate, object_, negated, qualifiers in rows:
        claim = Claim(subject, predicate, object_, bool(negated), decode_terms(qualifiers))
        pair = (min(subject, object_), max(subject, object_))
        found.setdefault(pair, []).append((identity, claim))
    return found


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
        if name not in NO_CIRCUMSTANCES:
            told.setdefault(name, set()).add(value)
    return told
