"""The store of record: one SQLite file in the graph's folder, written in whole batches.

One process writes at a time (a lock in the folder says who); any number read. A batch of whole
documents is one transaction with ``synchronous=FULL``, so what is acknowledged survives a
power cut, and what is not leaves no trace.

    with GraphStore.create("kg") as store:
        with store.batch():
            store.begin_file("a.xml", digest, signature, reader)
            store.keep_versions("a.xml", [(document, annotations)])

Reading is in :mod:`kgbuild.graph.reading`.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, chain, starmap
from operator import itemgetter
from pathlib import Path
from typing import IO, Any, Self

from kgbuild.annotation import Annotations
from kgbuild.assertion import Source
from kgbuild.components import Failure
from kgbuild.document import Document
from kgbuild.errors import GraphError, GraphLockedError, NotInGraphError
from kgbuild.faults import reach
from kgbuild.graph.closing import Closing
from kgbuild.graph.gone import note_back, note_gone
from kgbuild.graph.inserting import insert_many, insert_new
from kgbuild.graph.rows import (
    AnnotationRows,
    Layer,
    Row,
    compact,
    decode_document,
    decode_given,
    decode_layers,
    encode_version,
)
from kgbuild.graph.schema import key, migrate
from kgbuild.graph.works import best_identifier, forget, settle

__all__ = [
    "CHANGED_ASSERTIONS",
    "DOCUMENT_COLUMNS",
    "DOCUMENT_TABLES",
    "EVIDENCE_COLUMNS",
    "EVIDENCE_OF_VERSION",
    "FileState",
    "GraphStore",
    "Pending",
    "connect",
    "database_path",
    "read_documents",
    "read_layers",
]

_DATABASE = "graph.sqlite"
_PAGE = 16_384
"""Bytes. Rows that come in the order of a hash touch fewer pages than with SQLite's 4,096."""
_CACHE = 65_536
"""Kilobytes of pages that a writer holds."""
_READ_CACHE = 4 * _CACHE
"""The same of a reader: who reads all claims in order looks everywhere for their sentences."""
_LOG = 64 * 1024**2
"""Bytes of the write-ahead log after which it is written back."""
_CONCEPTS = 32_768
"""Concepts after which a writer forgets which it has written: some 20 MB."""


def database_path(folder: Path | str) -> Path:
    """Where the store's file lies in a graph's folder."""
    return Path(folder) / _DATABASE


def connect(path: Path, *, write: bool = False) -> sqlite3.Connection:
    """Open the store's file; read-only unless ``write``. Raises GraphError."""
    if not write and not path.is_file():
        raise NotInGraphError(
            f"{path.parent}: there is no graph here",
            hints=["kgbuild ingest PATH makes one", "--kg DIR says where it is"],
        )
    mode = "rwc" if write else "ro"
    connection = None
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            timeout=10,
            check_same_thread=False,
        )
        connection.execute(f"PRAGMA cache_size = -{_CACHE if write else _READ_CACHE}")
        connection.execute("PRAGMA temp_store = MEMORY")
        if write:
            connection.execute(f"PRAGMA page_size = {_PAGE}")  # of a new file; others keep theirs
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            (page,) = connection.execute("PRAGMA page_size").fetchone()
            connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG // page}")
            migrate(connection, str(path))
        else:
            connection.execute("PRAGMA user_version").fetchone()
    except BaseException as error:
        if connection is not None:
            connection.close()  # else a migration that failed would hold its lock
        if not isinstance(error, sqlite3.Error):
            raise
        raise GraphError(
            f"{path}: {error}", hints=["kgbuild doctor says what is wrong and what to do"]
        ) from error
    return connection


@dataclass(frozen=True, slots=True)
class FileState:
    """What is known of a file that was read before."""

    digest: str
    signature: str
    reader: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Pending:
    """A version that the current pipeline has not seen: what it is, and what is known of it."""

    version: int
    pipeline: tuple[str, ...]
    document: Document
    given: Annotations
    layers: tuple[Layer, ...]
    drops: tuple[tuple[str, int], ...] = ()
    """What was left out of it before, by reason."""


class GraphStore(Closing):
    """The writing side of a graph. Use it as a context manager; it holds the folder's lock."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, lock: IO[str]) -> None:
        self.folder = folder
        self.connection = connection
        self._lock = lock
        self._sources: dict[Source, int] = {}
        self._concepts: dict[int, Row] = {}
        self._revision = 0

    @classmethod
    def create(cls, folder: Path | str) -> Self:
        """Open the graph in the folder for writing, making it where there is none.

        Raises GraphLockedError where another process writes to it, GraphError where the folder
        cannot be used.
        """
        folder = Path(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = (folder / "lock").open("a+", encoding="utf-8")
        except FileExistsError as error:
            raise GraphError(f"{folder}: is a file, and a graph is a folder") from error
        except OSError as error:
            raise GraphError(f"{folder}: {error.strerror}") from error
        _take(lock, folder)
        try:
            return cls(folder, connect(database_path(folder), write=True), lock)
        except BaseException:
            lock.close()
            raise

    def close(self) -> None:
        """Close the file and let the lock go."""
        self.connection.close()
        self._lock.close()

    # --- batches -----------------------------------------------------------------------------

    @contextmanager
    def batch(self) -> Iterator[None]:
        """One transaction: all of it is kept, or none."""
        reach("store.begin")
        try:
            with self._writing():
                self.connection.execute("BEGIN IMMEDIATE")
                self._revision = self._next_revision()
                yield
                reach("store.before-commit")
                self.connection.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        reach("store.after-commit")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """What SQLite cannot write is said with the graph's folder."""
        try:
            yield
        except sqlite3.Error as error:
            hints = ["free some space and run the same command again; nothing was lost"]
            raise GraphError(f"{self.folder}: {error}", hints=hints) from error

    def _roll_back(self) -> None:
        self._sources.clear()
        self._concepts.clear()
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def _next_revision(self) -> int:
        (revision,) = self.connection.execute(
            "UPDATE meta SET value = value + 1 WHERE name = 'revision' RETURNING value"
        ).fetchone()
        return int(revision)

    def _insert(self, into: str, rows: Iterable[Row], width: int, conflict: str = "") -> None:
        insert_many(self.connection, into, rows, width, conflict)

    # --- files and versions ------------------------------------------------------------------

    def file_state(self, path: str) -> FileState | None:
        """What is known of the file, or None where it was never read."""
        row = self.connection.execute(
            "SELECT digest, signature, reader, whole FROM files WHERE path = ?", (path,)
        ).fetchone()
        return FileState(row[0], row[1], row[2], bool(row[3])) if row else None

    def has_read_from(self, path: str) -> bool:
        """Whether the store holds a text of the file, or that it withdraws one."""
        (held,) = self.connection.execute(
            "SELECT EXISTS(SELECT 1 FROM file_versions WHERE path = ?1)"
            " OR EXISTS(SELECT 1 FROM withdrawals WHERE path = ?1)",
            (path,),
        ).fetchone()
        return bool(held)

    def file_of(self, version: int) -> str:
        """A file that a version was read from; empty where there is none."""
        (path,) = self.connection.execute(
            "SELECT min(path) FROM file_versions WHERE version = ?", (version,)
        ).fetchone()
        return path or ""

    def known_paths(self) -> list[str]:
        """The files that were read, or could not be, in the order of their names."""
        rows = self.connection.execute(
            "SELECT path FROM files UNION SELECT path FROM failures WHERE version IS NULL"
            " ORDER BY path"
        )
        return [path for (path,) in rows]

    def begin_file(self, path: str, digest: str, signature: str, reader: str) -> None:
        """Note that the file is about to be read; what it failed at before is forgotten."""
        self.connection.execute(
            "INSERT INTO files VALUES (?, ?, ?, ?, 1, 0) ON CONFLICT(path) DO UPDATE SET"
            " digest = excluded.digest, signature = excluded.signature,"
            " reader = excluded.reader, pass = pass + 1, whole = 0",
            (path, digest, signature, reader),
        )
        self.connection.execute("DELETE FROM failures WHERE path = ? AND version IS NULL", (path,))
        self.connection.execute("DELETE FROM withdrawals WHERE path = ?", (path,))

    def keep_signature(self, path: str, signature: str) -> None:
        """Note that a file with a new signature still has the content that was read."""
        self.connection.execute("UPDATE files SET signature = ? WHERE path = ?", (signature, path))

    def keep_versions(self, path: str, readings: Sequence[tuple[Document, Annotations]]) -> int:
        """Keep documents read from the file; return how many texts were new to the store."""
        encoded = {rows.id: rows for rows in starmap(encode_version, readings)}
        # In the order of their keys: rows that lie together in the file are written together.
        fresh = [encoded[version] for version in sorted(encoded.keys() - self._known(encoded))]
        self._insert(f"versions({_VERSION_COLUMNS})", (rows.version for rows in fresh), 8)
        self._insert("sections", (row for rows in fresh for row in rows.sections), 6)
        self._insert("identifiers", (row for rows in fresh for row in rows.identifiers), 2)
        self._insert("drops", (row for rows in fresh for row in rows.drops), 3)
        self.connection.execute(
            "INSERT INTO file_versions SELECT f.path, v.value, f.pass"
            " FROM files f, json_each(?2) v WHERE f.path = ?1"
            " ON CONFLICT DO UPDATE SET pass = excluded.pass",
            (path, json.dumps([*encoded])),
        )
        self.settle([rows.id for rows in fresh])
        return len(fresh)

    def _known(self, versions: Iterable[int]) -> set[int]:
        """Those of the versions that the store holds."""
        rows = self.connection.execute(
            "SELECT id FROM versions WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps([*versions]),),
        )
        return {version for (version,) in rows}

    def keep_withdrawal(self, path: str, curie: str) -> None:
        """Keep what a file says: this document is no longer published."""
        self.connection.execute("INSERT OR IGNORE INTO withdrawals VALUES (?, ?)", (path, curie))
        self.settle_named(curie)

    def end_file(self, path: str) -> int:
        """Note that the file was read to its end; return how many texts it no longer holds."""
        rows = self.connection.execute(
            "SELECT version FROM file_versions WHERE path = ?1"
            " AND pass < (SELECT pass FROM files WHERE path = ?1)",
            (path,),
        ).fetchall()
        lost = [version for (version,) in rows]
        self.connection.executemany(
            "DELETE FROM file_versions WHERE path = ? AND version = ?",
            [(path, version) for version in lost],
        )
        self.connection.execute("UPDATE files SET whole = 1 WHERE path = ?", (path,))
        self._drop_unsupported(lost)
        return len(lost)

    def forget_file(self, path: str) -> int:
        """Forget a file; what only it held goes. Return how many texts went."""
        rows = self.connection.execute(
            "DELETE FROM file_versions WHERE path = ? RETURNING version", (path,)
        ).fetchall()
        withdrawn = self.connection.execute(
            "DELETE FROM withdrawals WHERE path = ? RETURNING curie", (path,)
        ).fetchall()
        self.connection.execute("DELETE FROM files WHERE path = ?", (path,))
        self.connection.execute("DELETE FROM failures WHERE path = ? AND version IS NULL", (path,))
        gone = self._drop_unsupported([version for (version,) in rows])
        for (curie,) in withdrawn:
            self.settle_named(curie)
        return gone

    def remove(self, curie: str, *, exclude: str | None = None) -> int:
        """Take a document out with all that came from it; return how many texts went.

        The files that held it are marked as not wholly read, so that naming one again brings
        it back; with ``exclude`` (a reason) it stays out. No byte of it remains in the store.
        Raises NotInGraphError.
        """
        versions = self._versions_named(curie)
        if not versions:
            raise NotInGraphError(
                f"the graph has no document {curie!r}",
                hints=["identifiers look like pubmed:354896, pmc:PMC123 or doi:10.1/x"],
            )
        self.connection.execute("PRAGMA secure_delete = ON")
        with self.batch():
            if exclude is not None:
                curies = self._identifiers(versions)
                work = best_identifier(curies)
                self.connection.executemany(
                    "INSERT OR REPLACE INTO excluded(curie, reason, work) VALUES (?, ?, ?)",
                    [(one, exclude, work) for one in curies],
                )
            for version in versions:
                self.connection.execute(
                    "UPDATE files SET whole = 0, signature = '' WHERE path IN"
                    " (SELECT path FROM file_versions WHERE version = ?)",
                    (version,),
                )
                self.connection.execute("DELETE FROM file_versions WHERE version = ?", (version,))
            self.connection.executemany(
                "DELETE FROM failures WHERE document = ?",
                [(one,) for one in self._identifiers(versions)],
            )
            self._drop_unsupported(versions)
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return len(versions)

    def readmit(self, curie: str) -> list[str]:
        """Let a document in again that was kept out; return its identifiers.

        A text of it that has been read meanwhile counts at once; others come with the next
        ingest of their files. Raises NotInGraphError for one that is not kept out.
        """
        row = self.connection.execute(
            "SELECT work FROM excluded WHERE curie = ?", (curie,)
        ).fetchone()
        if row is None:
            raise NotInGraphError(
                f"{curie} is not kept out", hints=["kgbuild readmit lists what is"]
            )
        kin = self._identifiers(self._versions_named(curie))
        with self.batch():
            self.connection.executemany(
                "DELETE FROM excluded WHERE curie = ?", [(one,) for one in kin]
            )
            freed = self.connection.execute(
                "DELETE FROM excluded WHERE curie = ? OR work = ? AND work <> '' RETURNING curie",
                (curie, row[0]),
            ).fetchall()
            freed_curies = sorted({*kin, *(one for (one,) in freed)})
            for one in freed_curies:
                self.settle_named(one)
        return freed_curies

    def _identifiers(self, versions: Iterable[int]) -> list[str]:
        """All identifiers of these versions, sorted."""
        found: set[str] = set()
        for version in versions:
            rows = self.connection.execute(
                "SELECT curie FROM identifiers WHERE version = ?", (version,)
            )
            found |= {curie for (curie,) in rows}
        return sorted(found)

    def _versions_named(self, curie: str) -> list[int]:
        """The versions of the work that has this identifier."""
        rows = self.connection.execute(
            "SELECT DISTINCT v.version FROM identifiers i"
            " JOIN identifiers j ON j.version = i.version JOIN identifiers v ON v.curie = j.curie"
            " WHERE i.curie = ?",
            (curie,),
        )
        return [version for (version,) in rows]

    def settle_named(self, curie: str) -> None:
        """Decide anew which text of this document counts, if any."""
        self.settle(self._versions_named(curie))

    def settle(self, versions: Collection[int]) -> None:
        """Decide anew which texts count, for the works that these versions are of."""
        superseded = settle(self.connection, versions, self._revision)
        self._drop_annotations(superseded)

    def _drop_unsupported(self, versions: Iterable[int]) -> int:
        """Drop those of the versions that no file holds any more."""
        lost = [
            version
            for version in dict.fromkeys(versions)
            if not self.connection.execute(
                "SELECT 1 FROM file_versions WHERE version = ?", (version,)
            ).fetchone()
        ]
        if not lost:
            return 0
        kin: list[int] = []
        for version in lost:
            kin += self._kin(version)
        self._drop_annotations(lost)
        forget(self.connection, lost, self._revision)
        for table, column in (
            ("sections", "version"), ("identifiers", "version"),
            ("failures", "version"), ("drops", "version"), ("versions", "id"),
        ):  # fmt: skip
            self.connection.executemany(
                f"DELETE FROM {table} WHERE {column} = ?", [(version,) for version in lost]
            )
        gone = set(lost)
        self.settle([version for version in kin if version not in gone])
        return len(lost)

    def _kin(self, version: int) -> list[int]:
        rows = self.connection.execute(
            "SELECT DISTINCT j.version FROM identifiers i JOIN identifiers j ON j.curie = i.curie"
            " WHERE i.version = ?",
            (version,),
        )
        return [other for (other,) in rows]

    # --- annotations -------------------------------------------------------------------------

    def pending(self, pipeline: Sequence[str], *, limit: int, after: int = 0) -> list[Pending]:
        """The next versions that count and that this pipeline has not seen, in key order."""
        rows = self.connection.execute(
            f"SELECT {DOCUMENT_COLUMNS}, a.pipeline, v.given"
            f" FROM {DOCUMENT_TABLES}"
            " WHERE d.version > ? AND a.pipeline IS NOT ? ORDER BY d.version LIMIT ?",
            (after, compact(list(pipeline)), limit),
        ).fetchall()
        documents = read_documents(self.connection, [row[:-2] for row in rows])
        return [
            self._pending(row[1], document, *row[-2:])
            for row, document in zip(rows, documents, strict=True)
        ]

    def count_pending(self, pipeline: Sequence[str]) -> int:
        """How many versions this pipeline has not seen."""
        (count,) = self.connection.execute(
            "SELECT count(*) FROM documents d LEFT JOIN annotated a USING (version)"
            " WHERE a.pipeline IS NOT ?",
            (compact(list(pipeline)),),
        ).fetchone()
        return int(count)

    def _pending(
        self, version: int, document: Document, pipeline: str | None, given: str | None
    ) -> Pending:
        text = document.text
        return Pending(
            version=version,
            pipeline=tuple(json.loads(pipeline)) if pipeline else (),
            document=document,
            given=decode_given(text, given),
            layers=tuple(read_layers(self.connection, version, text)) if pipeline else (),
            drops=tuple(self._dropped(version)) if pipeline else (),
        )

    def _dropped(self, version: int) -> Iterator[tuple[str, int]]:
        yield from self.connection.execute(
            "SELECT reason, count FROM drops WHERE version = ? ORDER BY reason", (version,)
        )

    def keep_annotations(self, batch: Sequence[AnnotationRows]) -> None:
        """Keep what the pipeline made of some versions, in place of what it made before."""
        self._drop_annotations(self._annotated([rows.version for rows in batch]))
        maps = [[(self._source_id(source),) for source in rows.sources] for rows in batch]
        # Python's sqlite3 is slow to bind None: what is not there is an empty text.
        self._insert(
            "mentions",
            (
                row[:6] + sources[row[6]] + (row[7] or "",)
                for rows, sources in zip(batch, maps, strict=True)
                for row in rows.mentions
            ),
            8,
        )
        self._insert(
            "links",
            (
                row[:8] + (row[8] or "",) + sources[row[9]]
                for rows, sources in zip(batch, maps, strict=True)
                for row in rows.links
            ),
            10,
            "ON CONFLICT DO NOTHING",
        )
        self._insert(
            "relations",
            (
                row[:9] + (row[9] or "", row[10] or "", row[11] or "") + sources[row[12]]
                for rows, sources in zip(batch, maps, strict=True)
                for row in rows.relations
            ),
            13,
        )
        self._keep_concepts(batch)
        self._keep_assertions(batch, maps)
        self.connection.executemany(
            "INSERT OR REPLACE INTO drops VALUES (?, ?, ?)",
            [row for rows in batch for row in rows.drops],
        )
        for rows in batch:
            for failure in rows.failures:
                self.keep_failure(failure, rows.version)
        self._insert(
            "annotated", ((rows.version, rows.pipeline, rows.sentences) for rows in batch), 3
        )

    def _source_id(self, source: Source) -> int:
        if (known := self._sources.get(source)) is not None:
            return known
        facts = (source.component, source.distribution, source.version, source.fingerprint)
        self.connection.execute(
            "INSERT OR IGNORE INTO sources(component, distribution, version, fingerprint)"
            " VALUES (?, ?, ?, ?)",
            facts,
        )
        (number,) = self.connection.execute(
            "SELECT id FROM sources WHERE component = ? AND distribution = ? AND version = ?"
            " AND fingerprint = ?",
            facts,
        ).fetchone()
        self._sources[source] = int(number)
        return int(number)

    def _keep_concepts(self, batch: Sequence[AnnotationRows]) -> None:
        names = Counter(chain.from_iterable(rows.names for rows in batch))
        concepts = {row[0]: row for rows in batch for row in rows.concepts}
        self.connection.executemany(
            "INSERT INTO names VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET count = count + excluded.count",
            [(*name, count) for name, count in names.items()],
        )
        changed = [row for key, row in concepts.items() if self._concepts.get(key) != row]
        rows = [(*row, self._revision) for row in sorted(changed)]
        for some in insert_new(self.connection, "concepts", rows, 8):
            self._update_concepts(some)
        note_back(self.connection, "concept", (row[1] for row in changed))
        self._remember(changed)
        self._name_unknown(concept for concept, row in concepts.items() if not row[-1])

    def _update_concepts(self, concepts: Sequence[Row]) -> None:
        """Write a concept again where something about it has changed: so views hear of it once."""
        self.connection.executemany(
            "UPDATE concepts SET label = ?3, category = ?4, synonyms = ?5, exact_matches = ?6,"
            " known = ?7, revision = ?8 WHERE id = ?1"
            " AND (?7 AND (label, category, synonyms, exact_matches, known) IS NOT"
            " (?3, ?4, ?5, ?6, ?7) OR known AND NOT ?7)",
            concepts,
        )

    def _remember(self, concepts: Iterable[Row]) -> None:
        """Note which rows of concepts the store has: most come again with each batch."""
        if len(self._concepts) > _CONCEPTS:
            self._concepts.clear()
        self._concepts.update((row[0], row) for row in concepts)

    def _name_unknown(self, concepts: Iterable[int]) -> None:
        """Name the concepts that no terminology knows as the texts name them most often."""
        self.connection.executemany(
            "UPDATE concepts SET (label, category, revision) ="
            " (SELECT n.name, n.category, ?2 FROM names n WHERE n.concept = ?1"
            "  ORDER BY n.count DESC, n.name, n.category LIMIT 1)"
            " WHERE id = ?1 AND NOT known AND EXISTS (SELECT 1 FROM names WHERE concept = ?1)"
            " AND (label, category) IS NOT"
            " (SELECT n.name, n.category FROM names n WHERE n.concept = ?1"
            "  ORDER BY n.count DESC, n.name, n.category LIMIT 1)",
            [(concept, self._revision) for concept in concepts],
        )

    def _keep_assertions(
        self, batch: Sequence[AnnotationRows], maps: Sequence[Sequence[tuple[int]]]
    ) -> None:
        unique = {row[0]: row for rows in batch for row in rows.assertions}
        # In the order of their keys: rows that lie together in the file are written together.
        # The identities have that order too, and Python sorts text faster than great numbers.
        ordered = sorted(unique.values(), key=itemgetter(1))
        for some in insert_new(self.connection, "assertions", ordered, 7):
            self._check_identities(some)
        note_back(self.connection, "assertion", (row[1] for row in ordered))
        self._keep_evidence(batch, maps)
        self.connection.executemany(
            "INSERT OR REPLACE INTO policy_reviews VALUES (?, ?, ?, ?, ?)",
            [row for rows in batch for row in rows.policy_reviews],
        )

    def _check_identities(self, assertions: Sequence[Row]) -> None:
        """See that the store has these, and not others of the same keys. Raises GraphError."""
        other = self.connection.execute(
            f"WITH told(id, identity) AS (VALUES {', '.join(['(?, ?)'] * len(assertions))})"
            " SELECT t.identity, a.identity FROM told t CROSS JOIN assertions a"
            " ON a.id = t.id AND a.identity <> t.identity",
            [value for row in assertions for value in row[:2]],
        ).fetchone()
        if other:
            raise GraphError(f"{self.folder}: the assertions {' and '.join(other)} have one key")

    def _keep_evidence(
        self, batch: Sequence[AnnotationRows], maps: Sequence[Sequence[tuple[int]]]
    ) -> None:
        """Write the evidence of each version in one piece, and where that begins and ends."""
        (last,) = self.connection.execute("SELECT coalesce(max(id), 0) FROM evidence").fetchone()
        insert_many(
            self.connection,
            f"evidence({EVIDENCE_COLUMNS})",  # SQLite counts on from the greatest id
            (
                row[:-1] + sources[row[-1]]
                for rows, sources in zip(batch, maps, strict=True)
                for row in rows.evidence
            ),
            14,
        )
        ends = accumulate((len(rows.evidence) for rows in batch), initial=last)
        self.connection.executemany(
            "INSERT INTO evidence_ranges VALUES (?, ?, ?, ?)",
            [
                (rows.version, before + 1, before + len(rows.evidence), self._revision)
                for rows, before in zip(batch, ends, strict=False)
                if rows.evidence
            ],
        )

    def _drop_evidence(self, version: int) -> set[int]:
        """Take away the evidence of a version; return the assertions that it was for."""
        rows = self.connection.execute(
            f"DELETE FROM evidence WHERE {EVIDENCE_OF_VERSION} RETURNING assertion", (version,)
        ).fetchall()
        self.connection.execute("DELETE FROM evidence_ranges WHERE version = ?", (version,))
        return {assertion for (assertion,) in rows}

    def _annotated(self, versions: Sequence[int]) -> list[int]:
        """Those of the versions of which something is known."""
        rows = self.connection.execute(
            "SELECT version FROM annotated WHERE version IN (SELECT value FROM json_each(?))",
            (json.dumps(versions),),
        )
        return [version for (version,) in rows]

    def _drop_annotations(self, versions: Iterable[int]) -> None:
        """Take away all that components said of some versions, and what followed from it."""
        for version in versions:
            self._drop_names(version)
            assertions = self._drop_evidence(version)
            for table in (
                "mentions", "links", "relations", "policy_reviews", "failures", "annotated",
            ):  # fmt: skip
                self.connection.execute(f"DELETE FROM {table} WHERE version = ?", (version,))
            self.connection.execute(
                "DELETE FROM drops WHERE version = ? AND reason NOT LIKE 'unread: %'", (version,)
            )
            self._retire(assertions)

    def _drop_names(self, version: int) -> None:
        rows = self.connection.execute(
            'SELECT l.concept, substr(v.text, m.start + 1, m."end" - m.start), m.category,'
            " count(*) FROM links l JOIN mentions m ON m.version = l.version AND m.n = l.mention"
            " JOIN versions v ON v.id = l.version"
            " WHERE l.version = ? AND l.rank = 0 AND l.concept IS NOT NULL GROUP BY 1, 2, 3",
            (version,),
        ).fetchall()
        self.connection.executemany(
            "UPDATE names SET count = count - ?4"
            " WHERE concept = ?1 AND name = ?2 AND category = ?3",
            rows,
        )
        concepts = {concept for concept, *_ in rows}
        self.connection.executemany(
            "DELETE FROM names WHERE concept = ? AND count <= 0",
            [(concept,) for concept in concepts],
        )
        self._retire_concepts(concepts)
        self._name_unknown(concepts)

    def _retire(self, assertions: Iterable[int]) -> None:
        """Drop assertions that have lost their last evidence; mark the others as changed."""
        ends: set[int] = set()
        gone: list[str] = []
        for assertion in assertions:
            row = self.connection.execute(
                "DELETE FROM assertions WHERE id = ?1"
                " AND NOT EXISTS (SELECT 1 FROM evidence WHERE assertion = ?1)"
                " RETURNING identity, subject, object",
                (assertion,),
            ).fetchone()
            if row is None:
                self._touch(assertion)
            else:
                self.connection.execute("DELETE FROM touched WHERE assertion = ?", (assertion,))
                gone.append(row[0])
                ends |= {row[1], row[2]}
        note_gone(self.connection, "assertion", gone, self._revision)
        self._retire_concepts(ends)

    def _touch(self, assertion: int) -> None:
        """Note that something about an assertion has changed, other than new evidence."""
        self.connection.execute(
            "INSERT OR REPLACE INTO touched VALUES (?, ?)", (assertion, self._revision)
        )

    def _retire_concepts(self, concepts: Iterable[int]) -> None:
        """Drop concepts that no text names and no assertion has."""
        gone: list[str] = []
        for concept in concepts:
            row = self.connection.execute(
                "DELETE FROM concepts WHERE id = ?1"
                " AND NOT EXISTS (SELECT 1 FROM names WHERE concept = ?1)"
                " AND NOT EXISTS (SELECT 1 FROM assertions WHERE subject = ?1)"
                " AND NOT EXISTS (SELECT 1 FROM assertions WHERE object = ?1)"
                " RETURNING curie",
                (concept,),
            ).fetchone()
            if row is not None:
                self._concepts.pop(concept, None)
                gone.append(row[0])
        note_gone(self.connection, "concept", gone, self._revision)

    # --- failures, reviews, runs -------------------------------------------------------------

    def keep_failure(self, failure: Failure, version: int | None = None) -> None:
        """Keep a failure: of a file, or of a component on a version."""
        self.connection.execute(
            "INSERT INTO failures(path, version, document, component, error, message, place)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (failure.file, version, failure.document, failure.component, failure.error,
             failure.message, failure.place),
        )  # fmt: skip

    def keep_file_failure(self, failure: Failure) -> None:
        """Keep that a file could not be read at all: once, and until it can be read."""
        self.connection.execute(
            "DELETE FROM failures WHERE path = ? AND version IS NULL", (failure.file,)
        )
        self.connection.execute(
            "UPDATE files SET whole = 0, signature = '' WHERE path = ?", (failure.file,)
        )
        self.keep_failure(failure)

    def retry_failures(self) -> int:
        """Mark what failed to be done again; return how many failures that is."""
        (count,) = self.connection.execute("SELECT count(*) FROM failures").fetchone()
        self.connection.execute(
            "UPDATE files SET whole = 0, signature = '' WHERE path IN"
            " (SELECT path FROM failures WHERE version IS NULL)"
        )
        # An empty list of stages: nothing of it can be used again.
        self.connection.execute(
            "UPDATE annotated SET pipeline = '[]' WHERE version IN (SELECT version FROM failures)"
        )
        return int(count)

    def keep_review(self, assertion: str, reviewer: str, verdict: str, reason: str) -> None:
        """Keep a person's opinion on an assertion; it outlives the assertion itself."""
        self.connection.execute(
            "INSERT OR REPLACE INTO reviews VALUES (?, ?, ?, ?)",
            (assertion, reviewer, verdict, reason),
        )
        known = self.connection.execute(
            "SELECT 1 FROM assertions WHERE id = ? AND identity = ?", (key(assertion), assertion)
        )
        if known.fetchone():
            self._touch(key(assertion))

    def begin_run(self, started: str, command: str, configuration: str) -> int:
        """Note that a run has begun; return its number."""
        with self._writing():
            row = self.connection.execute(
                "INSERT INTO runs(started, command, configuration) VALUES (?, ?, ?) RETURNING id",
                (started, command, configuration),
            ).fetchone()
        return int(row[0])

    def end_run(self, run: int, finished: str, summary: str) -> None:
        """Note that a run has ended, and what it did."""
        with self._writing():
            self.connection.execute(
                "UPDATE runs SET finished = ?, summary = ? WHERE id = ?", (finished, summary, run)
            )


EVIDENCE_COLUMNS = (
    'assertion, version, start, "end", subject_start, subject_end, object_start, object_end,'
    " section, status, score, link_score, details, source"
)
"""The columns of a row of evidence, in the order in which :class:`AnnotationRows` has them."""

CHANGED_ASSERTIONS = (
    "SELECT assertion FROM touched WHERE revision > ?1"
    " UNION SELECT e.assertion FROM evidence_ranges r JOIN evidence e"
    " ON e.id BETWEEN r.first AND r.last WHERE r.revision > ?1"
    # An evidence names its document and is weighed by what is known of it.
    " UNION SELECT e.assertion FROM documents d JOIN evidence_ranges r ON r.version = d.version"
    " JOIN evidence e ON e.id BETWEEN r.first AND r.last WHERE d.revision > ?1"
)
"""The keys of the assertions that are there and changed after a revision, the only parameter."""

EVIDENCE_OF_VERSION = (
    "id BETWEEN (SELECT first FROM evidence_ranges WHERE version = ?1)"
    " AND (SELECT last FROM evidence_ranges WHERE version = ?1)"
)
"""The condition on ``evidence`` for the rows of one version, the only parameter."""

_VERSION_COLUMNS = "id, identity, curie, digest, rank, text, record, given"

DOCUMENT_COLUMNS = "d.curie, v.id, v.text, v.record, a.sentences, d.exact_matches, d.notices"
DOCUMENT_TABLES = (
    "documents d JOIN versions v ON v.id = d.version LEFT JOIN annotated a ON a.version = d.version"
)
"""What :func:`read_documents` needs, and where it is."""


def read_documents(
    connection: sqlite3.Connection, rows: Sequence[Sequence[Any]]
) -> Iterator[Document]:
    """The documents of rows of ``DOCUMENT_COLUMNS``, each with its sections, in their order."""
    sections: dict[int, list[Row]] = {row[1]: [] for row in rows}
    for version, *section in connection.execute(
        'SELECT version, kind, start, "end", path FROM sections'
        " WHERE version IN (SELECT value FROM json_each(?)) ORDER BY version, n",
        (json.dumps([*sections]),),
    ):
        sections[version].append(section)
    for curie, version, text, record, sentences, matches, notices in rows:
        yield decode_document(curie, text, record, sections[version], sentences, matches, notices)


def read_layers(connection: sqlite3.Connection, version: int, text: str) -> list[Layer]:
    """What each component said of a version."""
    sources = {
        number: Source(component=c, distribution=d, version=v, fingerprint=f)
        for number, c, d, v, f in connection.execute("SELECT * FROM sources")
    }
    return decode_layers(
        text,
        sources,
        connection.execute(
            'SELECT start, "end", category, score, source, parts FROM mentions'
            " WHERE version = ? ORDER BY n",
            (version,),
        ),
        connection.execute(
            "SELECT mention, part, rank, score, reason, label, curie, source FROM links"
            " WHERE version = ? ORDER BY mention, part, rank",
            (version,),
        ),
        connection.execute(
            "SELECT subject, predicate, object, negated, status, score, spans, cues, qualifiers,"
            " conditions, source FROM relations WHERE version = ? ORDER BY n",
            (version,),
        ),
    )


def _take(lock: IO[str], folder: Path) -> None:
    """Take the folder's lock and write who holds it; the system frees it when we end."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        holder = lock.read().strip() or "another process"
        lock.close()
        raise GraphLockedError(
            f"{folder}: being written to by {holder}",
            hints=["wait until it has finished, or use another folder with --kg"],
        ) from error
    lock.truncate(0)
    lock.write(f"process {os.getpid()}")
    lock.flush()
