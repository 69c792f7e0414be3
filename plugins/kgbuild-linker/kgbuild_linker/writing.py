"""Write a terminology as one SQLite file, whole or not at all.

Concepts are numbered in the order of their CURIEs, so a CURIE is found by bisection and needs no
index. The names of a concept lie in its row, one a line, the label first, each after the digit of
its kind. A key points at ``concept << 8 | name``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from kgbuild_linker.keys import hashed, keys
from kgbuild_linker.records import Entry, Group, Name, NameKind

__all__ = ["FORMAT", "MOST_NAMES", "write"]

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
PRAGMA user_version = {FORMAT};
"""


def write(
    target: Path,
    entries: Iterable[Entry],
    sources: Iterable[tuple[str, str, str, str, str]],
    facts: Mapping[str, str],
) -> None:
    """Write ``entries`` to ``target``; what stood there stays until the new file is complete."""
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    connection = sqlite3.connect(partial, isolation_level=None)
    try:
        connection.execute("PRAGMA page_size = 8192")
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(_SCHEMA)
        connection.execute("BEGIN")
        _fill(connection, sorted(entries, key=lambda entry: entry.curie))
        connection.executemany("INSERT INTO sources VALUES (?, ?, ?, ?, ?)", sources)
        connection.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())
        connection.execute("COMMIT")
        connection.execute("VACUUM")
        connection.close()
        partial.replace(target)
    except BaseException:
        connection.close()
        partial.unlink(missing_ok=True)
        raise


def _fill(connection: sqlite3.Connection, entries: list[Entry]) -> None:
    numbers = {entry.curie: number for number, entry in enumerate(entries)}
    places: list[tuple[int, int]] = []
    for number, entry in enumerate(entries):
        lines = []
        for index, (name, found) in enumerate(_telling(entry)):
            lines.append(f"{int(name.kind)}{name.text}")
            places += [(key, number << 8 | index) for key in found]
        above = {numbers[parent] for parent in entry.parents if parent in numbers} - {number}
        connection.execute(
            "INSERT INTO concepts VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                number, entry.curie, int(entry.group), entry.taxon, round(entry.weight * 100),
                " ".join(map(str, sorted(above))), "\n".join(lines),
            ),
        )  # fmt: skip
        connection.executemany(
            "INSERT OR IGNORE INTO same VALUES (?, ?)",
            [(other, number) for other in (*entry.same, *entry.replaced) if other not in numbers],
        )
    connection.executemany("INSERT INTO keys VALUES (?, ?)", sorted(places))


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
    """What a name is found by: words in any order only where texts turn them round."""
    made = keys(name)
    if entry.group is Group.DISEASE:
        return made
    common = entry.group is Group.CHEMICAL and entry.weight == 1
    return (made.spelling, made.words) if common else (made.spelling,)
