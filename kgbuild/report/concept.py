"""What a graph holds of one concept, gathered for one page: its claims, for and against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kgbuild.assertion import Concept
from kgbuild.graph.overview import Touching, claims_touching, names_in_texts, papers_of
from kgbuild.graph.ranking import plain_claims
from kgbuild.graph.reading import StoredGraph
from kgbuild.reasoning.contradictions import contradictions
from kgbuild.reasoning.strengths import beliefs
from kgbuild.report.claims import Claim, Claims, plainly
from kgbuild.report.overview import (
    Disagreement,
    Picture,
    Some,
    as_disagreements,
    identities,
    picture,
    some,
)
from kgbuild.vocabulary import is_symmetric

__all__ = ["AboutConcept", "ByPredicate", "about_concept"]

_NAMES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ByPredicate:
    """The claims of a concept with one predicate; ``end`` says where the concept stands in them.

    ``end`` is "subject", "object", or "either" where both ends are alike.
    """

    said: str
    end: str
    claims: Some[Claim]
    denials: Some[Claim]


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutConcept:
    """All that the page of a concept shows."""

    concept: Concept
    names: Some[tuple[str, int]]
    mentions: int
    papers: int
    claims: int
    picture: Picture
    groups: Sequence[ByPredicate]
    contradictions: Some[Disagreement]


def about_concept(graph: StoredGraph, curie: str, limit: int) -> AboutConcept:
    """What the page of a concept shows; ``limit`` of each list. Raises NotInGraphError."""
    with graph.snapshot():
        return _gathered(graph, graph.concept(curie), limit)


def _gathered(graph: StoredGraph, concept: Concept, limit: int) -> AboutConcept:
    believed = beliefs(graph)
    plain = {claim: believed.get(claim, 0.0) for claim, _, _ in plain_claims(graph)}
    disagreements = contradictions(graph, about=concept.id)
    told = Claims(graph, believed, identities(disagreements))
    touching = claims_touching(graph, concept.id)
    names = names_in_texts(graph, concept.id)
    return AboutConcept(
        concept=concept,
        names=some(names, _NAMES),
        mentions=sum(count for _, count in names),
        papers=papers_of(graph, concept.id),
        claims=len(touching),
        picture=picture(graph, concept, plain),
        groups=_groups(touching, believed, told, limit),
        contradictions=Some(
            as_disagreements(graph, disagreements[:limit], believed), len(disagreements)
        ),
    )


def _groups(
    touching: Sequence[Touching], believed: Mapping[int, float], told: Claims, limit: int
) -> list[ByPredicate]:
    """The claims by predicate and end, what is said most first."""
    grouped: dict[tuple[str, str], list[Touching]] = defaultdict(list)
    for one in touching:
        end = "subject" if one.subject else "object"
        grouped[one.predicate, "either" if is_symmetric(one.predicate) else end].append(one)

    def best(group: Sequence[Touching], *, negated: bool) -> Some[Claim]:
        keys = [one.key for one in group if one.negated is negated]
        keys.sort(key=lambda one: (-believed.get(one, 0.0), one))
        return Some(told.with_keys(keys[:limit]), len(keys))

    return [
        ByPredicate(
            said=plainly(predicate),
            end=end,
            claims=best(group, negated=False),
            denials=best(group, negated=True),
        )
        for (predicate, end), group in sorted(
            grouped.items(), key=lambda pair: (-len(pair[1]), pair[0])
        )
    ]
