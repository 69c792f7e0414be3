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
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kgbuild.graph.gone import note_back, note_gone
from kgbuild.graph.inserting import insert_many
from kgbuild.graph.rows import compact, concept_key

__all__ = ["best_identifier", "forget", "settle"]

_ORDER = {"pubmed": 0, "pmc": 1, "doi": 2}
_NONE = "[]"
"""An empty list as it is kept: of most works there is nothing to encode or decode."""

_KIN = """
WITH RECURSIVE kin(version) AS (
    SELECT value FROM json_each(?)
    UNION SELECT j.version FROM kin k
    JOIN identifiers i ON i.version = k.version JOIN identifiers j ON j.curie = i.curie)
SELECT i.version, i.curie,
    EXISTS (SELECT 1 FROM withdrawals w WHERE w.curie = i.curie)
    OR EXISTS (SELECT 1 FROM excluded x WHERE x.curie = i.curie)
FROM kin k JOIN identifiers i ON i.version = k.version
"""
"""All versions that are one work with some, by their identifiers, and whether one is kept out."""

_NOTICES = 9
"""The place of the notices in a version's record."""

_TEXTS = f"""
SELECT id, rank, identity, json_extract(record, '$[{_NOTICES}]') FROM versions
WHERE id IN (SELECT value FROM json_each(?))
"""


@dataclass(slots=True, eq=False)
class _Work:
    """Texts that are one work, and all their identifiers."""

    versions: set[int] = field(default_factory=set)
    curies: set[str] = field(default_factory=set)
    kept_out: bool = False

    def absorb(self, other: _Work) -> None:
        self.versions |= other.versions
        self.curies |= other.curies
        self.kept_out |= other.kept_out


def best_identifier(curies: Iterable[str]) -> str:
    """The identifier that names a work.

    >>> best_identifier(["doi:10.1/x", "pubmed:7"])
    'pubmed:7'
    """
    return min(curies, key=lambda curie: (_ORDER.get(curie.partition(":")[0], 3), curie))


def settle(connection: sqlite3.Connection, touched: Collection[int], revision: int) -> list[int]:
    """Make the works of the touched versions anew; return the versions that no longer count.

    Those have lost their place to another text and must lose their annotations.
    """
    if not touched:
        return []
    works = _works(connection.execute(_KIN, (json.dumps([*touched]),)))
    versions = [version for work in works for version in work.versions]
    counted = forget(connection, versions, revision)
    texts = {row[0]: row for row in connection.execute(_TEXTS, (json.dumps(versions),))}
    documents = [
        _document([texts[version] for version in work.versions], work.curies, revision)
        for work in works
        if not work.kept_out
    ]
    insert_many(connection, "documents", documents, 7)
    note_back(connection, "document", (name for _, name, *_ in documents))
    counting = {version for _, _, version, *_ in documents}
    return [version for version in counted if version not in counting]


def _works(rows: Iterable[tuple[int, str, int]]) -> list[_Work]:
    """The works of versions and identifiers that belong together: what is joined by any."""
    work_of: dict[int | str, _Work] = {}
    for version, curie, kept_out in rows:
        work = work_of.get(version) or work_of.get(curie) or _Work()
        other = work_of.get(curie, work)
        if other is not work:
            work.absorb(other)
            work_of.update(dict.fromkeys((*other.versions, *other.curies), work))
        work.versions.add(version)
        work.curies.add(curie)
        work.kept_out |= bool(kept_out)
        work_of[version] = work_of[curie] = work
    return list(dict.fromkeys(work_of.values()))


def forget(connection: sqlite3.Connection, versions: Iterable[int], revision: int) -> list[int]:
    """Take the documents of these versions away, remembering that they are gone.

    Returns those of the versions that counted.
    """
    rows = connection.execute(
        "DELETE FROM documents WHERE version IN (SELECT value FROM json_each(?))"
        " RETURNING version, curie",
        (json.dumps([*versions]),),
    ).fetchall()
    note_gone(connection, "document", (curie for _, curie in rows), revision)
    return [version for version, _ in rows]


def _document(
    texts: Sequence[tuple[int, str, str, str]], curies: set[str], revision: int
) -> tuple[Any, ...]:
    """The row of a work: its key, its name, the text that counts, and what is known of it."""
    counting, *_ = max(texts, key=lambda text: text[1:3])
    name = best_identifier(curies)
    others = sorted(curies - {name})
    notices = _notices({told for *_, told in texts} - {_NONE})
    retracted = any(kind == "retraction" and incoming for kind, _, incoming in notices)
    return (
        concept_key(name),
        name,
        counting,
        compact(others) if others else _NONE,
        compact(notices) if notices else _NONE,
        int(retracted),
        revision,
    )


def _notices(told: Iterable[str]) -> list[tuple[Any, ...]]:
    """All notices of a work, sorted: a retraction said in one text of it is true of the work."""
    return sorted({tuple(notice) for packed in told for notice in json.loads(packed)})
