"""Write a terminology as one SQLite file, whole or not at all.

Concepts are numbered in the order of their CURIEs, so a CURIE is found by bisection and needs no
index. The names of a concept lie in its row, one a line, the label first, each after the digit of
its kind. A key points at ``concept << 8 | name``. ``same`` has the other identifiers of a concept;
those of them that are withdrawn are in ``withdrawn``.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from kgbuild import ConfigError
from kgbuild_linker.keys import hashed, keys
from kgbuild_linker.records import Entry, Group, Name, NameKind

__all__ = ["FORMAT", "MOST_NAMES", "fill", "replacing", "write"]

SourceRow = tuple[str, str, str, str, str]
"""Name, package, version, licence, sha256 of a vocabulary."""

Parents = Mapping[str, tuple[str, ...]]

FORMAT = 1
"""The version of the file's form; another is refused."""

MOST_NAMES = 255
"""The names that one concept can have."""

_SCHEMA = f"""
CREATE TABLE facts(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sources(name TEXT PRIMARY KEY, package TEXT NOT NULL, version TEXT NOT NULL,
    licence TEXT NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE concepts(id INTEGER PRIMARY KEY, curie TEXT NOT NULL, kind INTEGER NOT NULL,
    taxon INTEGER NOT NULL, weight INTEGER NOT NULL, parents TEXT NOT NULL, names TEXT NOT NULL);
CREATE TABLE keys(hash INTEGER NOT NULL, place INTEGER NOT NULL,
    PRIMARY KEY(hash, place)) WITHOUT ROWID;
CREATE TABLE same(curie TEXT PRIMARY KEY, concept INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE withdrawn(curie TEXT PRIMARY KEY) WITHOUT ROWID;
PRAGMA user_version = {FORMAT};
"""


def write(
    target: Path,
    entries: Iterable[Entry],
    sources: Iterable[SourceRow],
    facts: Mapping[str, str],
    hierarchy: Callable[[Parents], Parents] = lambda parents: parents,
) -> None:
    """Write ``entries`` to ``target``; what stood there stays until the new file is complete."""
    with replacing(target) as connection:
        ordered = sorted(entries, key=lambda entry: entry.curie)
        fill(connection, ordered, sources, facts, hierarchy)


@contextmanager
def replacing(target: Path) -> Iterator[sqlite3.Connection]:
    """A new file that takes the place of ``target`` when the block ends without an error."""
    partial = target.with_name(f"{target.name}.partial")
    with locked(partial):
        connection = sqlite3.connect(partial, isolation_level=None)
        try:
            connection.execute("PRAGMA page_size = 8192")
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.executescript(_SCHEMA)
            connection.execute("BEGIN")
            yield connection
            connection.execute("COMMIT")
            connection.execute("VACUUM")
            connection.close()
            _keep(partial, target)
        except BaseException:
            connection.close()
            partial.unlink(missing_ok=True)
            raise


@contextmanager
def locked(partial: Path) -> Iterator[None]:
    """Nobody else writes the file. Raises ConfigError where somebody does."""
    with partial.open("ab") as file:
        if not _alone(file, partial):
            raise ConfigError(
                f"{partial}: another process is writing it", hints=["wait until it has ended"]
            )
        file.truncate(0)  # what a process that was ended has left
        yield


def _alone(file: IO[bytes], partial: Path) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # While we waited, the file may have become the one in use: then it is not ours to empty.
        return os.path.samestat(os.fstat(file.fileno()), partial.stat())
    except (BlockingIOError, FileNotFoundError):
        return False


def _keep(partial: Path, target: Path) -> None:
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(target)


def fill(
    connection: sqlite3.Connection,
    entries: Iterable[Entry],
    sources: Iterable[SourceRow],
    facts: Mapping[str, str],
    hierarchy: Callable[[Parents], Parents] = lambda parents: parents,
) -> int:
    """Fill a new file, one entry in memory at a time; the number of names that it has.

    ``entries`` come in the order of their CURIEs; those that are kept are in the file attached as
    ``base``. ``hierarchy`` is given every concept's parents
    by CURIE, and says which of them are kept.
    """
    connection.execute("CREATE TEMP TABLE places(hash INTEGER, place INTEGER)")
    connection.execute("CREATE TEMP TABLE kept(old INTEGER PRIMARY KEY, new INTEGER)")
    connection.execute("CREATE TEMP TABLE others(curie TEXT, concept INTEGER, old INTEGER)")
    numbers: dict[str, int] = {}
    above: dict[str, tuple[str, ...]] = {}
    names = 0
    for number, entry in enumerate(entries):
        numbers[entry.curie] = number
        if entry.parents:
            above[entry.curie] = tuple(sorted(set(entry.parents) - {entry.curie}))
        names += _insert(connection, number, entry)
    _relate(connection, numbers, hierarchy(above))
    connection.executemany("INSERT INTO sources VALUES (?, ?, ?, ?, ?)", sources)
    connection.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())
    return names


def _insert(connection: sqlite3.Connection, number: int, entry: Entry) -> int:
    lines: list[str] = []
    if entry.kept:
        old, written = entry.kept
        lines = written.split("\n")
        connection.execute("INSERT INTO kept VALUES (?, ?)", (old, number))
    else:
        places: list[tuple[int, int]] = []
        for index, (name, found) in enumerate(_telling(entry)):
            lines.append(f"{int(name.kind)}{name.text}")
            places += [(key, number << 8 | index) for key in found]
        connection.executemany("INSERT INTO places VALUES (?, ?)", places)
    connection.execute(
        "INSERT INTO concepts VALUES (?, ?, ?, ?, ?, '', ?)",
        (
            number, entry.curie, int(entry.group), entry.taxon, round(entry.weight * 100),
            "\n".join(lines),
        ),
    )  # fmt: skip
    others = [(one, number, 0) for one in entry.same]
    others += [(one, number, 1) for one in entry.replaced]
    connection.executemany("INSERT INTO others VALUES (?, ?, ?)", others)
    return len(lines)


def _relate(connection: sqlite3.Connection, numbers: Mapping[str, int], above: Parents) -> None:
    """What needs the numbers of all concepts: parents, other identifiers, keys in their order."""
    connection.executemany(
        "UPDATE concepts SET parents = ? WHERE id = ?",
        (
            (
                " ".join(map(str, sorted(numbers[p] for p in parents if p in numbers))),
                numbers[child],
            )
            for child, parents in above.items()
        ),
    )
    others = connection.execute("SELECT curie, concept, old FROM others ORDER BY rowid").fetchall()
    others = [row for row in others if row[0] not in numbers]
    connection.executemany("INSERT OR IGNORE INTO same VALUES (?, ?)", [o[:2] for o in others])
    connection.executemany(
        "INSERT OR IGNORE INTO withdrawn VALUES (?)", [o[:1] for o in others if o[2]]
    )
    if connection.execute("SELECT 1 FROM kept").fetchone():
        connection.execute(
            "INSERT INTO places SELECT hash, new << 8 | (place & 255)"
            " FROM base.keys JOIN kept ON old = place >> 8"
        )
    connection.execute(
        "INSERT INTO keys SELECT DISTINCT hash, place FROM places ORDER BY hash, place"
    )
    connection.execute("DROP TABLE places")
    connection.execute("DROP TABLE others")
    connection.execute("DROP TABLE kept")


def _telling(entry: Entry) -> Iterator[tuple[Name, set[int]]]:
    """The label, then the names that have a key which no surer name of the concept has."""
    label = Name(" ".join(entry.label.split()), NameKind.LABEL)
    rest = sorted(set(entry.names) - {label}, key=lambda name: (name.kind, name.text))
    seen: set[int] = set()
    for name in (label, *rest)[:MOST_NAMES]:
        found = {hashed(key) for key in _keys(name.text, entry)} - seen
        if found or name is label:
            seen |= found
            yield name, found


def _keys(name: str, entry: Entry) -> tuple[str, ...]:
    """What a name is found by: words in any order only where texts turn them round.

    A concept without weight is of a kind that is not linked: it is known, and no name finds it.
    """
    if not entry.weight:
        return ()
    made = keys(name)
    if entry.group is Group.DISEASE:
        return made
    common = entry.group is Group.CHEMICAL and entry.weight == 1
    return (made.spelling, made.words) if common else (made.spelling,)
