"""The heavy questions, answered from the store by SQL: counts of evidence, two-hop joins.

Each has a twin in SPARQL that gives the same answer (``tests/graph/test_ranking.py``); SQL over
integer keys is many times faster (``benchmarks/sparql.py``). Only what may be shown as a plain
edge counts: asserted, with stated evidence, not rejected.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kgbuild.errors import UsageError
from kgbuild.graph.reading import StoredGraph
from kgbuild.graph.rows import decode_terms
from kgbuild.vocabulary import check_predicate, in_words

__all__ = ["RANKINGS", "Hops", "Ranked", "hops", "kinds_of_hops", "plain_claims", "ranked"]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A row of a ranking: what it is, how it is called, and how often."""

    identity: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Hops:
    """Two concepts that meet in others: ``ways`` are the concepts between, ``evidence`` theirs."""

    subject: str
    subject_label: str
    object: str
    object_label: str
    ways: int
    evidence: int


_PLAIN = (
    "SELECT a.id, a.identity, a.subject, a.predicate, a.qualifiers, a.object, count(*) AS evidence"
    " FROM assertions a JOIN evidence e ON e.assertion = a.id AND e.status = 'stated'"
    " WHERE NOT a.negated AND a.identity NOT IN"
    " (SELECT assertion FROM reviews WHERE verdict = 'rejected')"
    " AND a.id NOT IN (SELECT assertion FROM policy_reviews WHERE verdict = 'rejected')"
    " GROUP BY a.id"
)

RANKINGS = {
    "assertions": (
        "SELECT p.identity, s.label, p.predicate, p.qualifiers, o.label, p.evidence"
        f" FROM ({_PLAIN}) p JOIN concepts s ON s.id = p.subject"
        " JOIN concepts o ON o.id = p.object ORDER BY p.evidence DESC, p.identity LIMIT ?"
    ),
    "predicates": (
        "SELECT predicate, count(*) || iif(count(*) = 1, ' assertion', ' assertions'),"
        f" sum(evidence) FROM ({_PLAIN})"
        " GROUP BY predicate ORDER BY 3 DESC, 1 LIMIT ?"
    ),
    "concepts": (
        "SELECT c.curie, c.label, sum(n.count) FROM names n JOIN concepts c ON c.id = n.concept"
        " GROUP BY c.id ORDER BY 3 DESC, 1 LIMIT ?"
    ),
    "documents": (
        'SELECT d.curie, coalesce((SELECT substr(v.text, s.start + 1, s."end" - s.start)'
        "  FROM sections s WHERE s.version = v.id AND s.kind = 'title' LIMIT 1),"
        "  replace(substr(v.text, 1, 80), char(10), ' ') || iif(length(v.text) > 80, ' …', '')),"
        " count(*) FROM evidence e"
        " JOIN documents d ON d.version = e.version JOIN versions v ON v.id = e.version"
        " GROUP BY d.id ORDER BY 3 DESC, 1 LIMIT ?"
    ),
    "together": (
        "SELECT a.curie || ' ' || b.curie, a.label || ' — ' || b.label, count(*) FROM"
        " (SELECT DISTINCT version, concept FROM links WHERE rank = 0 AND concept IS NOT NULL) x"
        " JOIN (SELECT DISTINCT version, concept FROM links"
        "  WHERE rank = 0 AND concept IS NOT NULL) y"
        " ON x.version = y.version AND x.concept < y.concept"
        " JOIN concepts a ON a.id = x.concept JOIN concepts b ON b.id = y.concept"
        " GROUP BY x.concept, y.concept ORDER BY 3 DESC, 1 LIMIT ?"
    ),
}
"""What can be ranked: evidence of assertions, of predicates, mentions of concepts, evidence of
documents, documents that name two concepts together."""


def ranked(graph: StoredGraph, what: str, limit: int = 10) -> Iterator[Ranked]:
    """The first ``limit`` of a ranking of ``RANKINGS``. Raises UsageError for another name."""
    if what not in RANKINGS:
        raise UsageError(f"nothing is ranked as {what!r}", hints=[f"one of {', '.join(RANKINGS)}"])
    for identity, *called, count in graph.connection.execute(RANKINGS[what], (limit,)):
        label = _claim(*called) if what == "assertions" else called[0] or ""
        yield Ranked(identity, label, int(count))


def plain_claims(graph: StoredGraph) -> Iterator[tuple[int, int, int]]:
    """The claims that may be shown as plain edges: the keys of each and of its two ends."""
    yield from graph.connection.execute(f"SELECT id, subject, object FROM ({_PLAIN}) ORDER BY id")


def kinds_of_hops(graph: StoredGraph) -> list[tuple[str, str]]:
    """The pairs of predicates that meet in a concept, those with the most pairs of edges first."""
    rows = graph.connection.execute(
        f"WITH plain AS MATERIALIZED ({_PLAIN}),"
        " into_it AS (SELECT object, predicate, count(*) AS edges FROM plain GROUP BY 1, 2),"
        " out_of_it AS (SELECT subject, predicate, count(*) AS edges FROM plain GROUP BY 1, 2)"
        " SELECT i.predicate, o.predicate FROM into_it i JOIN out_of_it o ON o.subject = i.object"
        " GROUP BY 1, 2 ORDER BY sum(i.edges * o.edges) DESC, 1, 2"
    )
    return [(first, second) for first, second in rows]


def _claim(subject: str, predicate: str, qualifiers: str | None, object_: str) -> str:
    return f"{subject} — {in_words(predicate, decode_terms(qualifiers))} — {object_}"


def hops(graph: StoredGraph, first: str, second: str, limit: int = 10) -> Iterator[Hops]:
    """Pairs that meet over two edges, ``?a first ?b . ?b second ?c``, without an edge themselves.

    Most ways first; ties by evidence, then by identifier. This is the open form of Swanson's
    ABC question. Raises VocabularyError for a predicate that Biolink lacks.
    """
    rows = graph.connection.execute(
        f"WITH plain AS MATERIALIZED ({_PLAIN})"
        " SELECT s.curie, s.label, o.curie, o.label, h.ways, h.evidence FROM"
        " (SELECT x.subject, y.object, count(DISTINCT x.object) AS ways,"
        "  sum(x.evidence + y.evidence) AS evidence"
        "  FROM plain x JOIN plain y ON y.subject = x.object"
        "  WHERE x.predicate = ?1 AND y.predicate = ?2 AND x.subject <> y.object"
        "  AND NOT EXISTS (SELECT 1 FROM assertions d"
        "   WHERE d.subject = x.subject AND d.object = y.object)"
        "  GROUP BY x.subject, y.object) h"
        " JOIN concepts s ON s.id = h.subject JOIN concepts o ON o.id = h.object"
        " ORDER BY h.ways DESC, h.evidence DESC, s.curie, o.curie LIMIT ?3",
        (check_predicate(first), check_predicate(second), limit),
    )
    for row in rows:
        yield Hops(*row)
