"""How far the claims that a document's relations became may be believed, for its annotations.

A relation says what one place of one text says; its belief is that of the claim, from all texts.
The two are joined by the evidence: the same words, predicate and ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product

from kgbuild.annotation import Mention, Relation
from kgbuild.assertion import Assertion, Evidence
from kgbuild.components import Graph
from kgbuild.document import Span
from kgbuild.errors import NotInGraphError

__all__ = ["Believed"]

DIGITS = 6
_KNOWN = 100_000

_End = Span | str
_Key = tuple[str, bool, tuple[tuple[str, str], ...], tuple[Span, ...], frozenset[_End]]


class Believed:
    """The beliefs of a graph's claims, for the relations of one document after the other."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._belief = lru_cache(maxsize=_KNOWN)(self._belief_of)
        self._names = lru_cache(maxsize=_KNOWN)(self._names_of)
        self._document = ""
        self._claimed: dict[_Key, float] = {}

    def of(self, document: str, relation: Relation) -> float | None:
        """The belief in what the relation claims; None where it became no claim.

        The lowest, where it became several: an end may be a mention of several concepts.
        """
        if document != self._document:
            self._document, self._claimed = document, dict(self._read(document))
        ends = (relation.subject, relation.object)
        return self._claimed.get(
            (
                relation.predicate,
                relation.negated,
                tuple(sorted(relation.qualifiers)),
                relation.evidence,
                frozenset(end.span if isinstance(end, Mention) else end for end in ends),
            )
        )

    def _read(self, document: str) -> Iterator[tuple[_Key, float]]:
        """What the document claims, the highest belief first: so the lowest is kept."""
        told = [(self._belief(claim.id), claim) for claim in self._graph.said_in(document)]
        for belief, claim in sorted(told, key=lambda one: (-one[0], one[1].id)):
            for evidence in claim.evidence:
                for ends in self._ends(claim, evidence):
                    said = (claim.predicate, claim.negated, claim.qualifiers)
                    yield (*said, evidence.spans, frozenset(ends)), belief

    def _ends(self, claim: Assertion, evidence: Evidence) -> Iterable[tuple[_End, _End]]:
        """The ends as a relation may name them: a place, or a concept by any identifier."""
        subjects = [evidence.subject_span] if evidence.subject_span else self._names(claim.subject)
        objects = [evidence.object_span] if evidence.object_span else self._names(claim.object)
        return product(subjects, objects)

    def _belief_of(self, identity: str) -> float:
        return round(self._graph.belief(self._graph.assertion(identity)), DIGITS)

    def _names_of(self, concept: str) -> tuple[str, ...]:
        try:
            return (concept, *self._graph.concept(concept).exact_matches)
        except NotInGraphError:
            return (concept,)
