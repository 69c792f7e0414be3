"""Merge another graph into this one: union by identity, whatever the order.

Documents, texts, mentions, links, relations, evidence, reviews and failures come over. What is
in both is there once. Where one text was annotated differently in the two, the annotation whose
stages sort last is kept, so that merging A into B and B into A give the same graph; the next
``kgbuild ingest`` makes all of it anew in any case where the configuration differs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from kgbuild.assertion import Source
from kgbuild.components import Failure
from kgbuild.errors import GraphError
from kgbuild.graph.rows import AnnotationRows
from kgbuild.graph.schema import CURRENT
from kgbuild.graph.store import (
    EVIDENCE_COLUMNS,
    EVIDENCE_OF_VERSION,
    GraphStore,
    connect,
    database_path,
)

__all__ = ["Merged", "merge"]

_TOGETHER = 200
"""Texts of one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What came over: texts that were new, texts whose annotations came, reviews, failures."""

    texts: int
    annotated: int
    reviews: int
    failures: int


def merge(store: GraphStore, folder: Path) -> Merged:
    """Take over all that the graph in ``folder`` holds, in batches; may be begun again.

    Raises NotInGraphError where there is no graph, GraphError where it has another schema, is
    damaged, or is the same graph.
    """
    path = database_path(folder)
    if path.exists() and path.samefile(database_path(store.folder)):
        raise GraphError(f"{folder}: is this graph itself", hints=["name another graph"])
    with closing(connect(path)) as other:
        try:
            _check(other, path)
            other.execute("BEGIN")  # one moment of it, while others may write to it
            texts = _texts(store, other)
            with store.batch():
                _decisions(store, other)
            annotated = _annotations(store, other)
            with store.batch():
                reviews, failures = _reviews(store, other), _failures(store, other)
        except sqlite3.DatabaseError as error:
            raise GraphError(
                f"{path}: {error}", hints=["kgbuild doctor --kg says what is wrong with it"]
            ) from error
    return Merged(texts=texts, annotated=annotated, reviews=reviews, failures=failures)


def _check(other: sqlite3.Connection, path: Path) -> None:
    (schema,) = other.execute("PRAGMA user_version").fetchone()
    if schema != CURRENT:
        raise GraphError(
            f"{path}: has schema {schema}, this kgbuild merges {CURRENT}",
            hints=["kgbuild status --kg DIR brings an older graph up to date"],
        )


# --- texts and where they were read --------------------------------------------------------------


def _texts(store: GraphStore, other: sqlite3.Connection) -> int:
    """The texts that this graph does not hold, and the files that hold them."""
    new = 0
    versions = [version for (version,) in other.execute("SELECT id FROM versions ORDER BY id")]
    for batch in _batches(versions):
        with store.batch():
            fresh = [
                version
                for version in batch
                if not store.connection.execute(
                    "SELECT 1 FROM versions WHERE id = ?", (version,)
                ).fetchone()
            ]
            for version in fresh:
                _copy_text(store, other, version)
            _copy_files(store, other, batch)
            store.settle(fresh)
            new += len(fresh)
    return new


def _copy_text(store: GraphStore, other: sqlite3.Connection, version: int) -> None:
    insert = store.connection.executemany
    columns = "id, identity, curie, digest, rank, text, record, given"
    for table, wanted, key in (
        ("versions", columns, "id"),
        ("sections", "*", "version"),
        ("identifiers", "*", "version"),
    ):
        rows = other.execute(f"SELECT {wanted} FROM {table} WHERE {key} = ?", (version,)).fetchall()
        if rows:
            into = f"{table}({columns})" if table == "versions" else table
            insert(f"INSERT INTO {into} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    unread = other.execute(
        "SELECT version, reason, count FROM drops WHERE version = ? AND reason LIKE 'unread: %'",
        (version,),
    )
    insert("INSERT INTO drops VALUES (?, ?, ?)", unread.fetchall())


def _copy_files(store: GraphStore, other: sqlite3.Connection, versions: Sequence[int]) -> None:
    """The files of the other graph, under names that no file here has."""
    for version in versions:
        rows = other.execute(
            "SELECT f.path, f.digest, f.signature, f.reader, f.whole FROM file_versions v"
            " JOIN files f ON f.path = v.path WHERE v.version = ?",
            (version,),
        ).fetchall()
        for path, digest, signature, reader, whole in rows:
            name = _foreign(path, digest)
            store.connection.execute(
                "INSERT OR IGNORE INTO files VALUES (?, ?, ?, ?, 1, ?)",
                (name, digest, signature, reader, whole),
            )
            store.connection.execute(
                "INSERT OR IGNORE INTO file_versions SELECT path, ?, pass FROM files"
                " WHERE path = ?",
                (version, name),
            )


def _foreign(path: str, digest: str) -> str:
    """What a file of another graph is called here: the same from whichever graph it comes."""
    return path if path.startswith("merged:") else f"merged:{digest[:12]}:{path}"


def _decisions(store: GraphStore, other: sqlite3.Connection) -> None:
    """Withdrawals, and documents that are to stay out."""
    insert = store.connection.executemany
    withdrawn = other.execute(
        "SELECT w.path, w.curie, f.digest FROM withdrawals w JOIN files f ON f.path = w.path"
    ).fetchall()
    for path, curie, digest in withdrawn:
        store.keep_withdrawal(_foreign(path, digest), curie)
    excluded = other.execute("SELECT curie, reason, work FROM excluded").fetchall()
    insert(
        "INSERT INTO excluded(curie, reason, work) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET"
        " reason = max(reason, excluded.reason), work = max(work, excluded.work)",
        excluded,
    )
    for curie, *_ in excluded:
        store.settle_named(curie)


# --- what was said of them -----------------------------------------------------------------------


def _annotations(store: GraphStore, other: sqlite3.Connection) -> int:
    """The annotations of the texts that count here, where the other's are to be taken."""
    theirs = dict(other.execute("SELECT version, pipeline FROM annotated"))
    ours = store.connection.execute(
        "SELECT d.version, n.pipeline FROM documents d LEFT JOIN annotated n USING (version)"
    )
    wanted = sorted(
        version
        for version, pipeline in ours.fetchall()
        if version in theirs and (pipeline is None or theirs[version] > pipeline)
    )
    for batch in _batches(wanted):
        with store.batch():
            store.keep_annotations([_rows(store, other, version) for version in batch])
    return len(wanted)


def _rows(store: GraphStore, other: sqlite3.Connection, version: int) -> AnnotationRows:
    """All that the other graph's components said of one text."""

    def rows(sql: str) -> list[tuple[Any, ...]]:
        return other.execute(sql, (version,)).fetchall()

    numbers: dict[int, int] = {}

    def indexed(found: Iterable[tuple[Any, ...]], place: int) -> list[tuple[Any, ...]]:
        return [
            (*row[:place], numbers.setdefault(row[place], len(numbers)), *row[place + 1 :])
            for row in found
        ]

    mentions = indexed(rows("SELECT * FROM mentions WHERE version = ? ORDER BY n"), 6)
    links = indexed(rows("SELECT * FROM links WHERE version = ? ORDER BY mention, part, rank"), 9)
    relations = indexed(rows("SELECT * FROM relations WHERE version = ? ORDER BY n"), 12)
    theirs = f"FROM evidence WHERE {EVIDENCE_OF_VERSION}"
    evidence = indexed(rows(f"SELECT {EVIDENCE_COLUMNS} {theirs} ORDER BY id"), 13)
    assertions = rows(
        "SELECT id, identity, subject, predicate, object, negated, qualifiers FROM assertions"
        f" WHERE id IN (SELECT assertion {theirs}) ORDER BY id"
    )
    concepts = {row[4] for row in links if row[4] is not None}
    concepts |= {end for row in assertions for end in (row[2], row[4])}
    pipeline, sentences = other.execute(
        "SELECT pipeline, sentences FROM annotated WHERE version = ?", (version,)
    ).fetchone()
    return AnnotationRows(
        version=version,
        pipeline=pipeline,
        sentences=sentences,
        sources=[_source(other, number) for number in numbers],
        mentions=mentions,
        links=links,
        relations=relations,
        assertions=assertions,
        evidence=evidence,
        concepts=[_concept(store, other, concept) for concept in sorted(concepts)],
        names=rows(_NAMES),
        policy_reviews=rows("SELECT * FROM policy_reviews WHERE version = ?"),
        drops=rows("SELECT * FROM drops WHERE version = ? AND reason NOT LIKE 'unread: %'"),
        failures=[
            Failure(
                file=path, document=document, component=component, error=error,
                message=message, place=place,
            )
            for path, document, component, error, message, place in rows(
                "SELECT path, document, component, error, message, place FROM failures"
                " WHERE version = ? ORDER BY id"
            )
        ],
    )  # fmt: skip


_NAMES = (
    'SELECT l.concept, substr(v.text, m.start + 1, m."end" - m.start), m.category'
    " FROM links l JOIN mentions m ON m.version = l.version AND m.n = l.mention"
    " JOIN versions v ON v.id = l.version"
    " WHERE l.version = ? AND l.rank = 0 AND l.concept IS NOT NULL"
)


def _source(other: sqlite3.Connection, number: int) -> Source:
    component, distribution, version, fingerprint = other.execute(
        "SELECT component, distribution, version, fingerprint FROM sources WHERE id = ?", (number,)
    ).fetchone()
    return Source(
        component=component, distribution=distribution, version=version, fingerprint=fingerprint
    )


def _concept(store: GraphStore, other: sqlite3.Connection, number: int) -> tuple[Any, ...]:
    """A concept's row; where both graphs know it, the one that sorts last."""
    sql = (
        "SELECT id, curie, label, category, synonyms, exact_matches, known"
        " FROM concepts WHERE id = ?"
    )
    theirs: tuple[Any, ...] = other.execute(sql, (number,)).fetchone()
    ours: tuple[Any, ...] | None = store.connection.execute(sql, (number,)).fetchone()
    if ours is None or not ours[6]:
        return theirs
    return max(ours, theirs, key=lambda row: (row[6], row))


# --- reviews and failures ------------------------------------------------------------------------


def _reviews(store: GraphStore, other: sqlite3.Connection) -> int:
    """The reviews; where one reviewer says two things, a rejection stands."""
    taken = 0
    for assertion, reviewer, verdict, reason in other.execute("SELECT * FROM reviews"):
        ours = store.connection.execute(
            "SELECT verdict, reason FROM reviews WHERE assertion = ? AND reviewer = ?",
            (assertion, reviewer),
        ).fetchone()
        if ours is None or (verdict, reason) > tuple(ours):  # "rejected" sorts after "accepted"
            store.keep_review(assertion, reviewer, verdict, reason)
            taken += 1
    return taken


def _failures(store: GraphStore, other: sqlite3.Connection) -> int:
    """The files that could not be read there."""
    rows = other.execute(
        "SELECT path, document, component, error, message, place FROM failures"
        " WHERE version IS NULL ORDER BY id"
    )
    taken = 0
    for path, *facts in rows:
        digest = other.execute("SELECT digest FROM files WHERE path = ?", (path,)).fetchone()
        name = _foreign(path, digest[0] if digest else "")
        known = store.connection.execute(
            "SELECT 1 FROM failures WHERE path = ? AND version IS NULL AND document = ?"
            " AND component = ? AND error = ? AND message = ? AND place = ?",
            (name, *facts),
        ).fetchone()
        if not known:
            document, component, error, message, place = facts
            store.keep_failure(
                Failure(
                    file=name, document=document, component=component, error=error,
                    message=message, place=place,
                )
            )  # fmt: skip
            taken += 1
    return taken


def _batches(versions: Sequence[int]) -> Iterator[list[int]]:
    rest = iter(versions)
    while batch := list(islice(rest, _TOGETHER)):
        yield batch
