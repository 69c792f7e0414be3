"""What a graph was made from and by whom, counted: for whoever shows it as a whole.

Each question is a query or two, however large the graph; documents are cited many at a time.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from kgbuild.document import NoticeKind
from kgbuild.graph.reading import StoredGraph
from kgbuild.graph.rows import concept_key, decode_notices

__all__ = [
    "Cited",
    "Component",
    "RetractedClaim",
    "Texts",
    "Touching",
    "cited",
    "claims_of_retracted",
    "claims_touching",
    "components",
    "names_in_texts",
    "papers_of",
    "retracted_documents",
    "texts",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """How many documents there are by what was read of each, by identifier, by kind of file.

    A document that was read from two kinds of files counts for both.
    """

    fullness: Mapping[str, int]
    identifiers: Mapping[str, int]
    files: Mapping[str, int]


def texts(graph: StoredGraph) -> Texts:
    """What was read, the most frequent first."""
    files: Counter[str] = Counter()
    for path, count in graph.connection.execute(_FILES):
        files[_kind_of_file(path)] += count
    return Texts(
        fullness=dict(graph.connection.execute(_FULLNESS)),
        identifiers=dict(graph.connection.execute(_IDENTIFIERS)),
        files=_commonest(files),
    )


def _commonest(files: Mapping[str, int]) -> dict[str, int]:
    """The commonest kinds of files, and the others as one: names may end in anything."""
    ordered = sorted(files.items(), key=lambda pair: (-pair[1], pair[0]))
    rest = sum(count for _, count in ordered[_KINDS:])
    return dict(ordered[:_KINDS]) | ({"of other kinds": rest} if rest else {})


_KINDS = 12


_FILES = (
    "SELECT f.path, count(*) FROM documents d JOIN file_versions f ON f.version = d.version"
    " GROUP BY f.path"
)
_FULLNESS = (
    "SELECT CASE substr(v.rank, 1, 1) WHEN '2' THEN 'full text' WHEN '1' THEN 'abstract'"
    " ELSE 'title, or text without sections' END, count(*)"
    " FROM documents d JOIN versions v ON v.id = d.version GROUP BY 1 ORDER BY 2 DESC, 1"
)
_IDENTIFIERS = (
    "SELECT substr(curie, 1, instr(curie, ':') - 1), count(*) FROM documents"
    " GROUP BY 1 ORDER BY 2 DESC, 1"
)
_PACKED = frozenset({".gz", ".bz2", ".xz", ".zst", ".zip", ".tar", ".tgz"})


def _kind_of_file(path: str) -> str:
    """The end of a file's name that says what it is.

    >>> _kind_of_file("papers/a.b.xml.gz"), _kind_of_file("a.nbib"), _kind_of_file("README")
    ('.xml.gz', '.nbib', 'no suffix')
    """
    suffixes = [suffix.lower() for suffix in PurePath(path).suffixes]
    kept = suffixes[-2:] if suffixes and suffixes[-1] in _PACKED else suffixes[-1:]
    return "".join(kept) or "no suffix"


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """Who annotated: where it is from, the hash of its settings and tables, how much it said."""

    name: str
    distribution: str = ""
    version: str
    fingerprint: str
    mentions: int = 0
    links: int = 0
    evidence: int = 0


def components(graph: StoredGraph) -> list[Component]:
    """Who said something of the texts; then who went through them and said nothing of that kind.

    Segmenters are among those: of them, and of whoever found nothing, no distribution is kept.
    """
    said = {
        kind: dict(graph.connection.execute(f"SELECT source, count(*) FROM {rows} GROUP BY 1"))
        for kind, rows in _SAID.items()
    }
    spoke = [
        Component(
            name=name,
            distribution=distribution,
            version=version,
            fingerprint=fingerprint,
            **{kind: counts.get(source, 0) for kind, counts in said.items()},
        )
        for source, name, distribution, version, fingerprint in graph.connection.execute(
            "SELECT id, component, distribution, version, fingerprint FROM sources ORDER BY 2, 3, 4"
        )
        if any(source in counts for counts in said.values())
    ]
    known = set(map(_hashed, spoke))
    silent = [one for one in _stages(graph) if _hashed(one) not in known]
    return [*spoke, *silent]


_SAID = {"mentions": "mentions", "links": "links WHERE rank = 0", "evidence": "evidence"}


def _hashed(component: Component) -> tuple[str, str, str]:
    return component.name, component.version, component.fingerprint


def _stages(graph: StoredGraph) -> list[Component]:
    """The components that texts remember to have gone through, as ``kgbuild.plan`` names them."""
    stages = {
        stage
        for (pipeline,) in graph.connection.execute("SELECT DISTINCT pipeline FROM annotated")
        for stage in json.loads(pipeline)
    }
    found = []
    for stage in sorted(stages):
        name, _, rest = stage.partition("@")
        version, colon, fingerprint = rest.partition(":")
        if colon:
            found.append(Component(name=name, version=version, fingerprint=fingerprint))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A document as the source of a sentence. ``doubt`` is what its publisher said against it."""

    id: str
    title: str
    journal: str
    date: str
    doubt: str
    files: tuple[str, ...]


def cited(graph: StoredGraph, documents: Iterable[str]) -> dict[str, Cited]:
    """Documents by their identifiers; files are named of those that have none of the world's."""
    rows = graph.connection.execute(_CITED, (json.dumps(sorted(set(documents))),))
    return {
        curie: Cited(
            id=curie,
            title=" ".join(title.split()),
            journal=journal,
            date=date,
            doubt=_doubt(notices),
            files=tuple(json.loads(files)) if curie.startswith("kgbuild:") else (),
        )
        for curie, title, journal, date, notices, files in rows
    }


_CITED = """
SELECT d.curie,
    coalesce((SELECT substr(v.text, s.start + 1, s."end" - s.start) FROM sections s
        WHERE s.version = v.id AND s.kind = 'title' ORDER BY s.n LIMIT 1), ''),
    json_extract(v.record, '$[3]'), json_extract(v.record, '$[4]'), d.notices,
    (SELECT json_group_array(path) FROM
        (SELECT path FROM file_versions WHERE version = v.id ORDER BY path))
FROM documents d JOIN versions v ON v.id = d.version
WHERE d.curie IN (SELECT value FROM json_each(?))
"""


def _doubt(notices: str) -> str:
    said = {one.kind for one in decode_notices(json.loads(notices)) if one.incoming}
    return next((kind.value for kind in _DOUBTS if kind in said), "")


_DOUBTS = (NoticeKind.RETRACTION, NoticeKind.CONCERN)


def retracted_documents(graph: StoredGraph) -> list[str]:
    """The documents that were retracted, by identifier."""
    rows = graph.connection.execute("SELECT curie FROM documents WHERE retracted ORDER BY curie")
    return [curie for (curie,) in rows]


@dataclass(frozen=True, slots=True)
class RetractedClaim:
    """A claim that a retracted paper makes, by its key.

    ``others`` says whether a paper that is not retracted makes it, too.
    """

    key: int
    others: bool


def claims_of_retracted(graph: StoredGraph) -> list[RetractedClaim]:
    """What retracted papers say: what they alone say first, then what they say most."""
    rows = graph.connection.execute(
        "SELECT e.assertion, EXISTS (SELECT 1 FROM evidence o"
        "  JOIN documents p ON p.version = o.version"
        "  WHERE o.assertion = e.assertion AND NOT p.retracted) AS others"
        " FROM documents d JOIN evidence_ranges r ON r.version = d.version"
        " CROSS JOIN evidence e ON e.id BETWEEN r.first AND r.last AND e.version = r.version"
        " WHERE d.retracted GROUP BY e.assertion ORDER BY others, count(*) DESC, 1"
    )
    return [RetractedClaim(key, bool(others)) for key, others in rows]


@dataclass(frozen=True, slots=True)
class Touching:
    """A claim that a concept is an end of: its key, its predicate, and which end it is."""

    key: int
    predicate: str
    negated: bool
    subject: bool


def claims_touching(graph: StoredGraph, concept: str) -> list[Touching]:
    """All claims of a concept, denials too, by key."""
    rows = graph.connection.execute(
        "SELECT id, predicate, negated, subject = ?1 FROM assertions WHERE subject = ?1"
        " UNION SELECT id, predicate, negated, subject = ?1 FROM assertions WHERE object = ?1"
        " ORDER BY 1",
        (concept_key(concept),),
    )
    return [Touching(key, of, bool(negated), bool(subject)) for key, of, negated, subject in rows]


def names_in_texts(graph: StoredGraph, concept: str) -> list[tuple[str, int]]:
    """How texts call a concept, and how often, the commonest first."""
    return list(
        graph.connection.execute(
            "SELECT name, sum(count) FROM names WHERE concept = ? GROUP BY name ORDER BY 2 DESC, 1",
            (concept_key(concept),),
        )
    )


def papers_of(graph: StoredGraph, concept: str) -> int:
    """How many documents say anything of a concept."""
    (count,) = graph.connection.execute(
        "SELECT count(DISTINCT e.version) FROM evidence e WHERE e.assertion IN"
        " (SELECT id FROM assertions WHERE subject = ?1"
        "  UNION SELECT id FROM assertions WHERE object = ?1)",
        (concept_key(concept),),
    ).fetchone()
    return int(count)
