"""Read a graph: documents, concepts and assertions, streamed in the order of their identities.

A :class:`StoredGraph` holds one record at a time. What it streams is the graph as it was when the
first row was asked for, also while an ingest goes on; several questions see one moment of it
within :meth:`StoredGraph.snapshot`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgbuild.annotation import AnnotatedDocument, Annotations, Status
from kgbuild.assertion import (
    Assertion,
    Concept,
    Contradiction,
    Evidence,
    Inference,
    Prediction,
    Review,
    Source,
    Verdict,
    assertion_id,
)
from kgbuild.components import Failure
from kgbuild.document import Document, Span
from kgbuild.errors import NotInGraphError, VocabularyError
from kgbuild.graph.closing import Closing
from kgbuild.graph.inserting import batched
from kgbuild.graph.linking import LinkedKind, linked_kinds
from kgbuild.graph.rows import (
    concept_key,
    decode_details,
    decode_notices,
    decode_terms,
)
from kgbuild.graph.schema import CURRENT, check_version, key
from kgbuild.graph.store import (
    DOCUMENT_COLUMNS,
    DOCUMENT_TABLES,
    GraphStore,
    connect,
    database_path,
    read_documents,
    read_layers,
)
from kgbuild.vocabulary import normalise

if TYPE_CHECKING:
    import networkx
    import rdflib

__all__ = ["StoredGraph", "load"]


def load(folder: Path | str = "kg") -> StoredGraph:
    """Open the graph in a folder for reading.

    A graph of an older kgbuild is brought up to date first. Raises NotInGraphError where there
    is none, GraphVersionError where it is newer than this kgbuild, GraphError where it cannot
    be read.
    """
    return StoredGraph(folder)


class StoredGraph(Closing):
    """The reading side of a graph: the :class:`kgbuild.components.Graph` of a folder.

    Use it as a context manager, or call :meth:`close`.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        path = database_path(self.folder)
        self.connection = connect(path)
        if (schema := self._schema()) < CURRENT:
            self._bring_up_to_date()
        elif schema > CURRENT:
            self.close()
            check_version(schema, str(path))
        self._sources: dict[int, Source] = {}
        self._noticed: tuple[int, Mapping[str, float]] = (-1, {})

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.folder)!r})"

    def _schema(self) -> int:
        (schema,) = self._row("PRAGMA user_version") or (0,)
        return int(schema)

    def _bring_up_to_date(self) -> None:
        """Let a writer migrate the file. Raises GraphError where that cannot be, with why."""
        self.close()
        GraphStore.create(self.folder).close()
        self.connection = connect(database_path(self.folder))

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def _row(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self.connection.execute(sql, values).fetchone()
        return row

    def _stream(self, sql: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        # A cursor of its own, so that two streams can be read in turn.
        # Not "yield from": that would close the cursor of a graph that is closed already, when
        # a stream is let go of after an error.
        for row in self.connection.cursor().execute(sql, values):  # noqa: UP028
            yield row

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """See one moment of the graph, however many questions are asked meanwhile."""
        if self.connection.in_transaction:
            yield
            return
        self.connection.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.execute("ROLLBACK")

    @property
    def revision(self) -> int:
        """A number that grows with every change of the graph."""
        (revision,) = self._row("SELECT value FROM meta WHERE name = 'revision'") or (0,)
        return int(revision)

    # --- documents ---------------------------------------------------------------------------

    def documents(self) -> Iterator[Document]:
        """The documents, one for each work, sentences included."""
        for rows in batched(self._stream(f"{_DOCUMENT} ORDER BY d.curie")):
            yield from read_documents(self.connection, rows)

    def document(self, curie: str) -> Document:
        """One document, by any of its identifiers. Raises NotInGraphError."""
        return self._document(self._document_row(curie))

    def annotated(self, curie: str) -> AnnotatedDocument:
        """One document with its mentions, links and relations. Raises NotInGraphError."""
        row = self._document_row(curie)
        annotations = Annotations()
        for _, layer in read_layers(self.connection, row[1], row[2]):
            annotations += layer
        return AnnotatedDocument(document=self._document(row), annotations=annotations)

    def files(self, curie: str) -> list[str]:
        """The files that a document's text was read from, sorted. Raises NotInGraphError."""
        version = self._document_row(curie)[1]
        rows = self._stream(
            "SELECT path FROM file_versions WHERE version = ? ORDER BY path", version
        )
        return [path for (path,) in rows]

    def _document_row(self, curie: str) -> tuple[Any, ...]:
        row = self._row(f"{_DOCUMENT} WHERE d.curie = ?", curie) or self._row(
            f"{_DOCUMENT} JOIN identifiers i ON i.version = v.id WHERE i.curie = ?",
            _normalised(curie),
        )
        if row is None:
            raise NotInGraphError(
                f"the graph has no document {curie!r}",
                hints=["identifiers look like pubmed:354896, pmc:PMC123 or doi:10.1/x"],
            )
        return row

    def _document(self, row: tuple[Any, ...]) -> Document:
        [document] = read_documents(self.connection, [row])
        return document

    # --- concepts ----------------------------------------------------------------------------

    def concepts(self) -> Iterator[Concept]:
        """The concepts that a text names or an assertion has, by CURIE."""
        for row in self._stream(f"{_CONCEPT} ORDER BY curie"):
            yield _concept(row)

    def concept(self, curie: str) -> Concept:
        """One concept. Raises NotInGraphError."""
        row = self._row(f"{_CONCEPT} WHERE curie = ?", _normalised(curie))
        if row is None:
            raise NotInGraphError(
                f"the graph has no concept {curie!r}",
                hints=["kgbuild show LABEL finds a concept by its name"],
            )
        return _concept(row)

    def concepts_with_keys(self, keys: Iterable[int]) -> Iterator[Concept]:
        """Some concepts in one go, by the keys that :mod:`kgbuild.graph.rows` makes; by CURIE."""
        among = "WHERE id IN (SELECT value FROM json_each(?))"
        rows = self._stream(f"{_CONCEPT} {among} ORDER BY curie", json.dumps(sorted(set(keys))))
        for row in rows:
            yield _concept(row)

    def named(self, name: str) -> list[Concept]:
        """The concepts that are called so, in any case: by label, synonym or in a text."""
        rows = self._stream(
            f"{_CONCEPT} WHERE lower(label) = lower(?1) OR id IN"
            " (SELECT concept FROM names WHERE name = ?1 COLLATE NOCASE)"
            " OR EXISTS (SELECT 1 FROM json_each(synonyms) WHERE lower(value) = lower(?1))"
            " ORDER BY curie",
            name,
        )
        return [_concept(row) for row in rows]

    def names_like(self, name: str) -> list[str]:
        """Labels that begin as a name does: where a misspelt one may be looked for."""
        rows = self._stream(
            "SELECT DISTINCT label FROM concepts WHERE substr(label, 1, 2) = ? COLLATE NOCASE",
            name[:2],
        )
        return [label for (label,) in rows]

    # --- assertions --------------------------------------------------------------------------

    def assertions(
        self,
        *,
        subject: str | None = None,
        predicate: str | None = None,
        object: str | None = None,  # noqa: A002 - the field's word
    ) -> Iterator[Assertion]:
        """The assertions, each with all its evidence and reviews, by identity."""
        wanted = {
            "a.subject": concept_key(_normalised(subject)) if subject else None,
            "a.predicate": predicate,
            "a.object": concept_key(_normalised(object)) if object else None,
        }
        given = {column: value for column, value in wanted.items() if value is not None}
        where = " AND ".join(f"{column} = ?" for column in given)
        yield from self._assertions(f"WHERE {where}" if where else "", *given.values())

    def said_in(self, curie: str) -> Iterator[Assertion]:
        """What one document says: assertions, each with the evidence of that document alone.

        Raises NotInGraphError.
        """
        version = self._document_row(curie)[1]
        yield from self._grouped(f"{_SAID} WHERE r.version = ? ORDER BY a.id", version)

    def assertion(self, identity: str) -> Assertion:
        """One assertion, by its id or an unambiguous beginning of it. Raises NotInGraphError."""
        start = identity.removeprefix("kgbuild:assertion:").lower()
        found = []
        if start and all(character in "0123456789abcdef" for character in start):
            low, high = key(start[:16].ljust(16, "0")), key(start[:16].ljust(16, "f"))
            found = [
                assertion
                for assertion in self._assertions("WHERE a.id BETWEEN ? AND ?", low, high)
                if assertion.id.startswith(start)
            ]
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(assertion.id[:12] for assertion in found[:5])
            raise NotInGraphError(
                f"{identity!r} begins {len(found)} assertions: {names}",
                hints=["give more of the identifier"],
            )
        raise NotInGraphError(
            f"the graph has no assertion {identity!r}",
            hints=["kgbuild show CONCEPT lists assertions with their identifiers"],
        )

    def assertions_with_keys(self, keys: Iterable[int]) -> Iterator[Assertion]:
        """Some assertions in one go, by the keys that :func:`~kgbuild.graph.schema.key` makes."""
        among = "WHERE a.id IN (SELECT value FROM json_each(?))"
        yield from self._assertions(among, json.dumps(sorted(set(keys))))

    def assertions_alike(self, number: int) -> Iterator[Assertion]:
        """The assertions with the subject, predicate and object of the one with this key."""
        yield from self._assertions(
            "WHERE a.id IN (SELECT b.id FROM assertions a JOIN assertions b ON"
            " b.subject = a.subject AND b.object = a.object AND b.predicate = a.predicate"
            " WHERE a.id = ?)",
            number,
        )

    def _assertions(self, where: str, *values: Any) -> Iterator[Assertion]:
        yield from self._grouped(f"{_ASSERTION} {where} ORDER BY a.id", *values)

    def _grouped(self, sql: str, *values: Any) -> Iterator[Assertion]:
        rows = self._stream(sql, *values)
        reviewed = None
        for _, group in groupby(rows, key=itemgetter(0)):
            if reviewed is None:  # most graphs have no reviews, and so need not look for each
                (reviewed,) = self._row(_REVIEWED) or (0,)
            yield self._assertion(list(group), reviewed=bool(reviewed))

    def _assertion(self, rows: list[tuple[Any, ...]], *, reviewed: bool) -> Assertion:
        number, identity, subject, predicate, object_, negated, qualifiers = rows[0][:7]
        evidence = [self._evidence(row[7:]) for row in rows if row[7] is not None]
        return Assertion(
            subject=subject,
            predicate=predicate,
            object=object_,
            negated=bool(negated),
            qualifiers=decode_terms(qualifiers),
            evidence=tuple(sorted(evidence, key=lambda e: e.id)),
            reviews=tuple(self._reviews(number, identity)) if reviewed else (),
        )

    def _evidence(self, row: tuple[Any, ...]) -> Evidence:
        (document, digest, section, start, end, text, s_start, s_end, o_start, o_end,
         source, status, score, link_score, details, version) = row  # fmt: skip
        more, cues, conditions = decode_details(details)
        spans = (Span(start, end), *more)
        if more:
            (whole,) = self._row("SELECT text FROM versions WHERE id = ?", version) or ("",)
            text = " … ".join(span.of(whole) for span in spans)
        return Evidence(
            document=document,
            version=digest,
            section=section,
            spans=spans,
            text=text,
            subject_span=None if s_start is None else Span(s_start, s_end),
            object_span=None if o_start is None else Span(o_start, o_end),
            source=self._source(source),
            status=Status(status),
            cues=cues,
            conditions=conditions,
            score=score,
            link_score=link_score,
        )

    def _reviews(self, number: int, identity: str) -> Iterator[Review]:
        rows = self.connection.execute(
            "SELECT verdict, reviewer, reason FROM reviews WHERE assertion = ?1 UNION"
            " SELECT verdict, reviewer, reason FROM policy_reviews WHERE assertion = ?2"
            " ORDER BY 2, 1, 3",
            (identity, number),
        )
        for verdict, reviewer, reason in rows:
            yield Review(verdict=Verdict(verdict), reviewer=reviewer, reason=reason)

    def _source(self, number: int) -> Source:
        if number not in self._sources:
            self._sources = {
                n: Source(component=c, distribution=d, version=v, fingerprint=f)
                for n, c, d, v, f in self._stream("SELECT * FROM sources")
            }
        return self._sources[number]

    def sources(self) -> Iterator[Source]:
        """Every source that some evidence names, by component and version."""
        rows = self._stream(
            "SELECT component, distribution, version, fingerprint FROM sources"
            " WHERE id IN (SELECT DISTINCT source FROM evidence) ORDER BY 1, 2, 3, 4"
        )
        for c, d, v, f in rows:
            yield Source(component=c, distribution=d, version=v, fingerprint=f)

    # --- what follows: kgbuild.reasoning -----------------------------------------------------

    def belief(self, assertion: Assertion) -> float:
        """How far an assertion of this graph may be believed: kgbuild.reasoning.belief."""
        from kgbuild.reasoning.belief import belief

        return belief(assertion, self._denial(assertion), standings=self._standings())

    def _standings(self) -> Mapping[str, float]:
        """How far a document counts of which its publisher said something; read once a revision."""
        from kgbuild.reasoning.belief import standing

        if self._noticed[0] != (revision := self.revision):
            rows = self._stream("SELECT curie, notices FROM documents WHERE notices <> '[]'")
            told = {curie: standing(decode_notices(json.loads(said))) for curie, said in rows}
            self._noticed = revision, {curie: worth for curie, worth in told.items() if worth < 1}
        return self._noticed[1]

    def contradictions(self) -> list[Contradiction]:
        """The pairs of assertions that disagree, the weightiest first."""
        from kgbuild.reasoning.contradictions import contradictions

        return contradictions(self)

    def inferences(self) -> Iterator[Inference]:
        """What ``kgbuild reason`` concluded, if that is of the graph as it is now; by identity."""
        from kgbuild.reasoning.inferences import inferences

        return inferences(self)

    def predictions(self) -> Iterator[Prediction]:
        """What ``kgbuild predict`` suggested, if that is of the graph as it is now."""
        from kgbuild.prediction.layer import predictions

        return predictions(self)

    def _denial(self, assertion: Assertion) -> Assertion | None:
        a = assertion
        twin = key(assertion_id(a.subject, a.predicate, a.object, not a.negated, a.qualifiers))
        if self._row("SELECT 1 FROM assertions WHERE id = ?", twin) is None:
            return None  # most claims, and this is much faster
        return next(self._assertions("WHERE a.id = ?", twin), None)

    # --- counts, failures --------------------------------------------------------------------

    def counts(self) -> Mapping[str, int]:
        """How much of everything there is: documents, mentions, assertions, failures …."""
        return {name: int((self._row(sql) or (0,))[0]) for name, sql in _COUNTS.items()}

    def waiting(self) -> int:
        """How many texts that count no pipeline has seen: a run was ended before it got there."""
        return int((self._row(_WAITING) or (0,))[0])

    def drops(self) -> Mapping[str, int]:
        """What was left out of the graph, by reason."""
        rows = self._stream(
            "SELECT reason, sum(count) FROM drops WHERE version IN (SELECT version FROM documents)"
            " GROUP BY reason ORDER BY reason"
        )
        return dict(rows)

    def linked_kinds(self) -> list[LinkedKind]:
        """How many mentions of each Biolink class are linked, and why the others are NIL."""
        return linked_kinds(self.connection)

    def failures(self) -> Iterator[Failure]:
        """What failed and was not done again since, by file and component."""
        rows = self._stream(
            f"SELECT {_FILE_OF_FAILURE} AS file, component, error, message, document, place"
            " FROM failures f ORDER BY file, document, component, place, message"
        )
        for file, component, error, message, document, place in rows:
            yield Failure(
                file=file,
                component=component,
                error=error,
                message=message,
                document=document,
                place=place,
            )

    def kept_out(self) -> Iterator[tuple[str, str]]:
        """The identifiers of documents that are kept out, each with the reason."""
        yield from self._stream("SELECT curie, reason FROM excluded ORDER BY curie")

    def last_runs(self, limit: int = 5) -> list[tuple[str, str | None, str, str | None]]:
        """The last runs: started, finished, command, summary; newest first."""
        rows = self._stream(
            "SELECT started, finished, command, summary FROM runs ORDER BY id DESC LIMIT ?", limit
        )
        return list(rows)

    # --- views -------------------------------------------------------------------------------

    def networkx(self, *, negated: bool = False) -> networkx.MultiDiGraph[str]:
        """The graph as NetworkX has it; see :mod:`kgbuild.graph.networkx_view`."""
        from kgbuild.graph.networkx_view import as_networkx

        return as_networkx(self, negated=negated)

    def rdf(self) -> rdflib.Dataset:
        """The graph as rdflib has it; see :mod:`kgbuild.graph.rdf_view`."""
        from kgbuild.graph.rdf_view import as_rdflib

        return as_rdflib(self)


_DOCUMENT = f"SELECT {DOCUMENT_COLUMNS} FROM {DOCUMENT_TABLES}"
_FILE_OF_FAILURE = (
    "coalesce(nullif(f.path, ''), (SELECT min(path) FROM file_versions"
    " WHERE version = f.version), '')"
)
"""That of a component has its text alone; a text is known by the file that it was read from."""
_CONCEPT = "SELECT curie, label, category, synonyms, exact_matches FROM concepts"
_ASSERTION_COLUMNS = (
    "SELECT a.id, a.identity, s.curie, a.predicate, o.curie, a.negated, a.qualifiers,"
    ' d.curie, v.digest, e.section, e.start, e."end",'
    ' substr(v.text, e.start + 1, e."end" - e.start), e.subject_start, e.subject_end,'
    " e.object_start, e.object_end, e.source, e.status, e.score, e.link_score,"
    " e.details, e.version"
)
_ASSERTION = (
    f"{_ASSERTION_COLUMNS} FROM assertions a"
    " JOIN concepts s ON s.id = a.subject JOIN concepts o ON o.id = a.object"
    " LEFT JOIN evidence e ON e.assertion = a.id LEFT JOIN versions v ON v.id = e.version"
    " LEFT JOIN documents d ON d.version = v.id"
)
_SAID = (
    # The evidence of a text lies together, so it is where to begin.
    f"{_ASSERTION_COLUMNS} FROM evidence_ranges r"
    " CROSS JOIN evidence e ON e.id BETWEEN r.first AND r.last AND e.version = r.version"
    " CROSS JOIN assertions a ON a.id = e.assertion JOIN concepts s ON s.id = a.subject"
    " JOIN concepts o ON o.id = a.object JOIN versions v ON v.id = e.version"
    " JOIN documents d ON d.version = v.id"
)
_REVIEWED = "SELECT EXISTS (SELECT 1 FROM reviews) OR EXISTS (SELECT 1 FROM policy_reviews)"
_WAITING = (
    "SELECT count(*) FROM documents d"
    " WHERE NOT EXISTS (SELECT 1 FROM annotated WHERE version = d.version)"
)
_COUNTS = {
    "files": "SELECT count(*) FROM files",
    "documents": "SELECT count(*) FROM documents",
    "retracted": "SELECT count(*) FROM documents WHERE retracted",
    "other versions": "SELECT count(DISTINCT version) - (SELECT count(*) FROM documents)"
    " FROM identifiers",
    "mentions": "SELECT count(*) FROM mentions",
    "linked": "SELECT count(*) FROM links WHERE rank = 0 AND part = 0 AND concept IS NOT NULL",
    "relations": "SELECT count(*) FROM relations",
    "concepts": "SELECT count(*) FROM concepts",
    "assertions": "SELECT count(*) FROM assertions",
    "evidence": "SELECT count(*) FROM evidence",
    "failures": "SELECT count(*) FROM failures",
}


def _concept(row: tuple[Any, ...]) -> Concept:
    curie, label, category, synonyms, matches = row
    return Concept(
        id=curie,
        label=label,
        category=category,
        synonyms=tuple(json.loads(synonyms)),
        exact_matches=tuple(json.loads(matches)),
    )


def _normalised(curie: str) -> str:
    try:
        return normalise(curie)
    except VocabularyError:
        return curie
