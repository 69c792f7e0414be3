"""Which texts are one work, and which of them counts.

Two texts are one work when they share an identifier, directly or through others. The work is
named by the best of all its identifiers: PMID, then PMCID, then DOI, then the first in the
alphabet. Of its texts one counts: the fullest (full text, abstract, title alone), then the
last revised, then the longest, then the one with the greatest identity. A work that any file
withdraws, or that a person excluded, has no text that counts. None of this depends on the
order in which the files were read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from kgbuild.graph.rows import compact, concept_key

__all__ = ["best_identifier", "settle"]

_ORDER = {"pubmed": 0, "pmc": 1, "doi": 2}


def best_identifier(curies: Iterable[str]) -> str:
    """The identifier that names a work.

    >>> best_identifier(["doi:10.1/x", "pubmed:7"])
    'pubmed:7'
    """
    return min(curies, key=lambda curie: (_ORDER.get(curie.partition(":")[0], 3), curie))


def settle(connection: sqlite3.Connection, touched: Iterable[int], revision: int) -> list[int]:
    """Make the works of the touched versions anew; return the versions that no longer count.

    Those have lost their place to another text and must lose their annotations.
    """
    waiting = dict.fromkeys(touched)
    superseded: list[int] = []
    while waiting:
        version = next(iter(waiting))
        versions, curies = _component(connection, version)
        for member in (*versions, version):
            waiting.pop(member, None)
        if versions:
            superseded += _settle_one(connection, versions, curies, revision)
    return superseded


def _component(connection: sqlite3.Connection, start: int) -> tuple[set[int], set[str]]:
    """All versions that are one work with this one, and all their identifiers."""
    versions: set[int] = set()
    curies: set[str] = set()
    fresh = {start}
    while fresh:
        version = fresh.pop()
        rows = connection.execute(
            "SELECT curie FROM identifiers WHERE version = ?", (version,)
        ).fetchall()
        if not rows:
            continue
        versions.add(version)
        for (curie,) in rows:
            if curie not in curies:
                curies.add(curie)
                others = connection.execute(
                    "SELECT version FROM identifiers WHERE curie = ?", (curie,)
                )
                fresh |= {other for (other,) in others} - versions
    return versions, curies


def _settle_one(
    connection: sqlite3.Connection, versions: set[int], curies: set[str], revision: int
) -> list[int]:
    marks = ",".join("?" * len(versions))
    rows = connection.execute(
        "SELECT id, rank, identity, record, work FROM versions"
        f" WHERE id IN ({marks}) ORDER BY rank DESC, identity DESC",
        tuple(versions),
    ).fetchall()
    forget(connection, versions, revision)
    if _withdrawn(connection, curies):
        counting = None
    else:
        counting = rows[0][0]
        _write_document(connection, rows, curies, revision)
    demoted = [version for version, *_, work in rows if work is not None and version != counting]
    connection.executemany(
        "UPDATE versions SET work = NULL WHERE id = ?",
        [(version,) for version in demoted],
    )
    return demoted


def forget(connection: sqlite3.Connection, versions: Iterable[int], revision: int) -> None:
    """Take the documents of these versions away, remembering that they are gone."""
    for version in versions:
        rows = connection.execute("SELECT curie FROM documents WHERE version = ?", (version,))
        for (curie,) in rows.fetchall():
            connection.execute("INSERT OR REPLACE INTO gone VALUES ('document', ?, ?)",
                               (curie, revision))  # fmt: skip
        connection.execute("DELETE FROM documents WHERE version = ?", (version,))


def _withdrawn(connection: sqlite3.Connection, curies: Iterable[str]) -> bool:
    return any(
        connection.execute(
            "SELECT 1 FROM withdrawals WHERE curie = ?1"
            " UNION SELECT 1 FROM excluded WHERE curie = ?1",
            (curie,),
        ).fetchone()
        for curie in curies
    )


def _write_document(
    connection: sqlite3.Connection,
    rows: list[tuple[int, str, str, str, int | None]],
    curies: set[str],
    revision: int,
) -> None:
    counting = rows[0][0]
    name = best_identifier(curies)
    # A retraction said in one text of the work is true of the work.
    notices = sorted({tuple(notice) for *_, record, _ in rows for notice in json.loads(record)[9]})
    retracted = any(kind == "retraction" and incoming for kind, _, incoming in notices)
    connection.execute(
        "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            concept_key(name),
            name,
            counting,
            compact(sorted(curies - {name})),
            compact(notices),
            int(retracted),
            revision,
        ),
    )
    connection.execute("DELETE FROM gone WHERE kind = 'document' AND identity = ?", (name,))
    connection.execute("UPDATE versions SET work = ? WHERE id = ?", (concept_key(name), counting))
