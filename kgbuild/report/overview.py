"""What a graph holds, gathered for one page: each list bounded, with how much there is in all."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice
from typing import Any, Generic, TypeVar

from kgbuild.analysis.neighbourhood import surest
from kgbuild.analysis.neighbourhood_picture import as_svg
from kgbuild.assertion import Concept, Contradiction
from kgbuild.components import Failure
from kgbuild.graph.linking import LinkedKind
from kgbuild.graph.overview import (
    Cited,
    Component,
    Texts,
    cited,
    claims_of_retracted,
    components,
    papers_of,
    retracted_documents,
    texts,
)
from kgbuild.graph.ranking import plain_claims
from kgbuild.graph.reading import StoredGraph
from kgbuild.graph.rows import concept_key
from kgbuild.reasoning.contradictions import contradictions
from kgbuild.reasoning.edges import Constraints, Neighbourhood
from kgbuild.reasoning.strengths import beliefs
from kgbuild.report.claims import Claim, Claims, circumstance

__all__ = ["Connected", "Disagreement", "Overview", "Picture", "Run", "Some", "overview"]

PICTURES = 3
"""Concepts whose neighbourhood is drawn."""
WIDTHS = (8, 2)
"""Neighbours of a concept that are drawn, and of each of them those that are drawn beyond it."""
_RUNS = 5

Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True)
class Some(Generic[Shown]):
    """The first of a list, and how long it is in all."""

    shown: Sequence[Shown]
    total: int

    @property
    def left_out(self) -> int:
        """How many of the list are not shown."""
        return self.total - len(self.shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What lies around a concept, drawn: ``neighbours`` is how many it has in all."""

    concept: Concept
    svg: str
    neighbours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A concept with how many claims, neighbours and papers it has, and the surest claim."""

    concept: Concept
    claims: int
    neighbours: int
    papers: int
    surest: Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A contradiction with both sides' sentences; ``differences`` may explain it."""

    kind: str
    weight: float
    first: Claim
    second: Claim
    differences: tuple[tuple[str, str, str], ...]
    one_sentence: bool
    one_document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """An ingest: ``summary`` is None where it was ended before it could write one."""

    started: str
    finished: str
    paths: tuple[str, ...]
    summary: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All that the page of a graph shows."""

    counts: Mapping[str, int]
    texts: Texts
    waiting: int
    failures: Some[Failure]
    failed: Mapping[tuple[str, str], int]
    drops: Mapping[str, int]
    kept_out: Some[tuple[str, str]]
    kinds: Sequence[LinkedKind]
    claims: Some[Claim]
    concepts: Some[Connected]
    pictures: Sequence[Picture]
    contradictions: Some[Disagreement]
    retracted: Some[Cited]
    retracted_claims: Some[Claim]
    retracted_alone: int
    components: Sequence[Component]
    runs: Sequence[Run]


def overview(graph: StoredGraph, limit: int) -> Overview:
    """What the page of a graph shows; ``limit`` of each list."""
    with graph.snapshot():
        return _gathered(graph, limit)


def _gathered(graph: StoredGraph, limit: int) -> Overview:
    believed = beliefs(graph)
    edges = [edge for edge in plain_claims(graph) if believed.get(edge[0], 0.0) > 0]
    disagreements = contradictions(graph)
    told = Claims(graph, believed, identities(disagreements))
    first = nsmallest(limit, (edge[0] for edge in edges), key=lambda one: (-believed[one], one))
    concepts = _connected(graph, edges, believed, told, limit)
    plain = {claim: believed[claim] for claim, _, _ in edges}
    withdrawn = claims_of_retracted(graph)
    failed = Counter((one.component, one.error) for one in graph.failures())
    return Overview(
        counts=graph.counts(),
        texts=texts(graph),
        waiting=graph.waiting(),
        failures=Some(list(islice(graph.failures(), limit)), failed.total()),
        failed=dict(sorted(failed.items(), key=lambda pair: (-pair[1], pair[0]))),
        drops=graph.drops(),
        kept_out=some(graph.kept_out(), limit),
        kinds=graph.linked_kinds(),
        claims=Some(told.with_keys(first), len(edges)),
        concepts=concepts,
        pictures=[picture(graph, one.concept, plain) for one in concepts.shown[:PICTURES]],
        contradictions=Some(
            as_disagreements(graph, disagreements[:limit], believed), len(disagreements)
        ),
        retracted=_retracted(graph, limit),
        retracted_claims=Some(
            told.with_keys([one.key for one in withdrawn[:limit]]), len(withdrawn)
        ),
        retracted_alone=sum(not one.others for one in withdrawn),
        components=components(graph),
        runs=[_run(*run) for run in graph.last_runs(_RUNS)],
    )


def some(stream: Iterable[Shown], limit: int) -> Some[Shown]:
    """The first of a stream, and how many it has."""
    whole = list(stream)
    return Some(whole[:limit], len(whole))


def identities(found: Iterable[Contradiction]) -> frozenset[str]:
    """The identities of the assertions that contradict each other."""
    return frozenset(side.id for one in found for side in (one.first, one.second))


def as_disagreements(
    graph: StoredGraph, found: Sequence[Contradiction], believed: Mapping[int, float]
) -> list[Disagreement]:
    """Contradictions as they are shown."""
    told = Claims(graph, believed)
    firsts, seconds = told.of([one.first for one in found]), told.of([one.second for one in found])
    return [
        Disagreement(
            kind=one.kind,
            weight=one.weight,
            first=first,
            second=second,
            differences=tuple(
                (name, circumstance(graph, ours), circumstance(graph, theirs))
                for name, ours, theirs in one.differences
            ),
            one_sentence=one.one_sentence,
            one_document=one.one_document,
        )
        for one, first, second in zip(found, firsts, seconds, strict=True)
    ]


def picture(graph: StoredGraph, concept: Concept, plain: Mapping[int, float]) -> Picture:
    """What lies around a concept, drawn; ``plain`` has the beliefs of what may be an edge."""
    near = surest(graph, concept.id, WIDTHS, plain)
    every = Neighbourhood(graph, Constraints(), plain).of(concept_key(concept.id))
    return Picture(concept=concept, svg=as_svg(graph, concept.id, near), neighbours=len(every))


def _connected(
    graph: StoredGraph,
    edges: Sequence[tuple[int, int, int]],
    believed: Mapping[int, float],
    told: Claims,
    limit: int,
) -> Some[Connected]:
    """The concepts in most claims; ties by key."""
    claims: dict[int, list[int]] = defaultdict(list)
    for claim, subject, object_ in edges:
        for end in {subject, object_}:
            claims[end].append(claim)
    most = nsmallest(limit, claims, key=lambda one: (-len(claims[one]), one))
    around = Neighbourhood(graph, Constraints(), {edge[0]: believed[edge[0]] for edge in edges})
    best = [min(claims[one], key=lambda claim: (-believed[claim], claim)) for one in most]
    concepts = {concept_key(one.id): one for one in graph.concepts_with_keys(most)}
    return Some(
        [
            Connected(
                concept=concepts[one],
                claims=len(claims[one]),
                neighbours=len(around.of(one)),
                papers=papers_of(graph, concepts[one].id),
                surest=claim,
            )
            for one, claim in zip(most, told.with_keys(best), strict=True)
        ],
        len(claims),
    )


def _retracted(graph: StoredGraph, limit: int) -> Some[Cited]:
    whole = retracted_documents(graph)
    found = cited(graph, whole[:limit])
    return Some([found[curie] for curie in whole[:limit]], len(whole))


def _run(started: str, finished: str | None, paths: str, summary: str | None) -> Run:
    return Run(
        started=started,
        finished=finished or "",
        paths=tuple(json.loads(paths)),
        summary=json.loads(summary) if summary else None,
    )
