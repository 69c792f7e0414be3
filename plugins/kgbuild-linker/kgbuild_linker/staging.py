"""The vocabularies that a user added, as they were read: the part of a terminology that is kept.

They lie in the terminology's own file, so that it can be made anew whenever one of them is
replaced or removed, or the default is newer, without the files that they came from.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

from kgbuild import ConfigError, NewVocabulary, category_of
from kgbuild.terms import (
    Identifiers,
    Term,
    TermEntry,
    TermFile,
    TermFormat,
    TermMapping,
    TermReport,
    TermSource,
    digest,
    read_terms,
)
from kgbuild_linker.preferring import ORDER

__all__ = ["Added", "Tie", "added", "copy_added", "forget", "prepare", "read_vocabulary"]

LONGEST = 200
"""Longer names are left out: nobody writes them."""

_EVERY = 50_000
_SCHEMA = """
CREATE TABLE added(id INTEGER PRIMARY KEY, name TEXT NOT NULL, files TEXT NOT NULL,
    version TEXT NOT NULL, licence TEXT NOT NULL, sha256 TEXT NOT NULL, replaces INTEGER NOT NULL);
CREATE TABLE terms(vocabulary INTEGER NOT NULL, curie TEXT NOT NULL, label TEXT NOT NULL,
    names TEXT NOT NULL, parents TEXT NOT NULL, category TEXT NOT NULL, taxon INTEGER NOT NULL);
CREATE TABLE ties(vocabulary INTEGER NOT NULL, kind INTEGER NOT NULL, subject TEXT NOT NULL,
    object TEXT NOT NULL);
"""
_LETTER = re.compile(r"[^\W\d_]")
_LINKED_TO = frozenset(prefix for order in ORDER.values() for prefix in order)


class Tie(IntEnum):
    """What a vocabulary says of two identifiers."""

    SAME = 0
    REFERENCE = 1
    SUCCESSOR = 2


class Added(NamedTuple):
    """A vocabulary that was added."""

    id: int
    name: str
    files: str
    version: str
    licence: str
    sha256: str
    replaces: int


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables."""
    for statement in _SCHEMA.split(";"):
        connection.execute(statement)


def added(connection: sqlite3.Connection) -> list[Added]:
    """The vocabularies that were added, in their order."""
    return [Added(*row) for row in connection.execute("SELECT * FROM added ORDER BY id")]


def copy_added(connection: sqlite3.Connection, own: Path) -> None:
    """Take over what was added to ``own`` before. Raises ConfigError if it is no terminology."""
    if not own.is_file():
        return
    try:
        connection.execute("ATTACH ? AS own", (str(own),))
        for table in ("added", "terms", "ties"):
            connection.execute(f"INSERT INTO {table} SELECT * FROM own.{table} ORDER BY rowid")
    except sqlite3.DatabaseError as error:
        raise ConfigError(
            f"was not made by kgbuild terminology add: {error}",
            place=str(own),
            key="components.linker.terminology",
            hints=["name a file that does not exist yet"],
        ) from error


def forget(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Take vocabularies out."""
    for number in ids:
        connection.execute("DELETE FROM added WHERE id = ?", (number,))
        for table in ("terms", "ties"):
            connection.execute(f"DELETE FROM {table} WHERE vocabulary = ?", (number,))


def read_vocabulary(
    connection: sqlite3.Connection,
    wanted: NewVocabulary,
    report: TermReport,
    tell: Callable[[str], None],
) -> list[str]:
    """Read files into the tables; the names of the vocabularies that they are.

    Files that call themselves the same are one vocabulary, and take the place of one that was
    added under that name before. Raises InputError.
    """
    before = {one.name: one.id for one in added(connection)}
    (number,) = connection.execute("SELECT ifnull(max(id), 0) FROM added").fetchone()
    rows: dict[str, Added] = {}
    for path in wanted.files:
        number += 1
        staged = _Staged(connection, report, path, wanted.category)
        source = staged.take(_entries(path, wanted, report), number, tell)
        name = wanted.name or source.name or path.name.partition(".")[0]
        if name in rows:
            _renumber(connection, number, rows[name].id)
        rows[name] = _row(rows.get(name), number, name, path, wanted, source)
    forget(connection, [number for name, number in before.items() if name in rows])
    connection.executemany("INSERT INTO added VALUES (?, ?, ?, ?, ?, ?, ?)", rows.values())
    return list(rows)


def _entries(path: Path, wanted: NewVocabulary, report: TermReport) -> Iterator[TermEntry]:
    file = TermFile(
        path=path, format=TermFormat(wanted.format), encoding=wanted.encoding,
        languages=wanted.languages,
    )  # fmt: skip
    return read_terms(file, report)


def _renumber(connection: sqlite3.Connection, old: int, new: int) -> None:
    for table in ("terms", "ties"):
        connection.execute(f"UPDATE {table} SET vocabulary = ? WHERE vocabulary = ?", (new, old))


def _row(
    known: Added | None, number: int, name: str, path: Path, wanted: NewVocabulary,
    source: TermSource,
) -> Added:  # fmt: skip
    before = known or Added(number, name, "", "", "", "", int(wanted.replace))
    return before._replace(
        files=f"{before.files} {path.name}".strip(),
        version=wanted.version or source.version or before.version or "of unknown version",
        licence=wanted.licence or source.licence or before.licence or "licence not stated",
        sha256=digest(path).hex(),
    )


class _Staged:
    """Terms of one file on their way into the tables."""

    def __init__(
        self, connection: sqlite3.Connection, report: TermReport, path: Path, category: str
    ) -> None:
        self._connection = connection
        self._report = report
        self._path = path
        self._category = category
        self._identifiers = Identifiers(report)

    def take(
        self, entries: Iterable[TermEntry], number: int, tell: Callable[[str], None]
    ) -> TermSource:
        """Take all; what the file says of itself."""
        source = TermSource()
        count = 0
        for entry in entries:
            if isinstance(entry, TermSource):
                source = entry
                continue
            count += 1
            if count % _EVERY == 0:
                tell(f"{self._path.name}: {count:,} records read")
            if isinstance(entry, TermMapping):
                self._tie(number, Tie.SAME, entry.line, entry.subject, (entry.object,))
            else:
                self._term(number, entry)
        return source

    def _term(self, number: int, term: Term) -> None:
        curie = self._curie(term.id, term.line) if term.id else None
        if curie is None:
            if not term.id:
                self._leave_out(term.line, term.label, "no identifier")
            return
        if term.obsolete:
            successor = self._curie(term.successor, term.line) if term.successor else None
            why = f"obsolete: replaced by {successor}" if successor else "obsolete"
            self._leave_out(term.line, curie, why)
            self._write_tie(number, Tie.SUCCESSOR, curie, successor or "")
            return
        label = self._name(term.label, term.line) if term.label else ""
        names = dict.fromkeys(self._name(name, term.line) for name in term.synonyms)
        parents = self._identifiers.curies(term.parents, self._path, term.line)
        category = self._kind(term)
        self._connection.execute(
            "INSERT INTO terms VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                number, curie, label, "\n".join(name for name in names if name),
                " ".join(parents), category, term.taxon,
            ),
        )  # fmt: skip
        self._tie(number, Tie.SAME, term.line, curie, term.exact_matches)
        self._tie(number, Tie.REFERENCE, term.line, curie, term.xrefs)
        for old in self._identifiers.curies(term.replaced, self._path, term.line):
            self._write_tie(number, Tie.SUCCESSOR, old, curie)

    def _kind(self, term: Term) -> str:
        """The Biolink class that is said of it, or of the whole file; else empty."""
        if not term.category:
            return self._category
        found = category_of(term.category) or category_of(f"biolink:{term.category}")
        if found is None:
            self._leave_out(term.line, term.id, f"unknown category: {term.category}")
        return found or self._category

    def _tie(self, number: int, kind: Tie, line: int, subject: str, objects: Iterable[str]) -> None:
        ours = self._curie(subject, line)
        for one in objects:
            if kind is Tie.REFERENCE and "://" in one:
                continue  # a page, not a record
            other = self._curie(one, line)
            if ours is None or other is None or ours == other:
                continue
            if kind is Tie.REFERENCE and other.partition(":")[0] not in _LINKED_TO:
                continue  # papers, web pages and catalogues are no concepts
            self._write_tie(number, kind, ours, other)

    def _write_tie(self, number: int, kind: Tie, subject: str, object_: str) -> None:
        self._connection.execute(
            "INSERT INTO ties VALUES (?, ?, ?, ?)", (number, int(kind), subject, object_)
        )

    def _name(self, name: str, line: int) -> str:
        """The name with single spaces; empty, with a line in the report, where it is none."""
        clean = " ".join(name[: LONGEST * 8].split())
        why = ""
        if len(clean) > LONGEST:
            why = f"longer than {LONGEST} characters"
        elif not _LETTER.search(clean):
            why = "no letters"
        elif not clean.isprintable():
            why = "control characters"
        if why:
            self._leave_out(line, clean, why)
        return "" if why else clean

    def _curie(self, identifier: str, line: int) -> str | None:
        return self._identifiers.curie(identifier, self._path, line)

    def _leave_out(self, line: int, what: str, why: str) -> None:
        self._report.leave_out(str(self._path), line, what, why)
