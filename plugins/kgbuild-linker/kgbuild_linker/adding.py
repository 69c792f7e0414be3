"""``kgbuild terminology add`` and ``remove``: the user's own terminology, made anew each time.

It is the default with the vocabularies that were added. The one in use stays as it is until the
new one is complete.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from kgbuild import ConfigError, NewVocabulary, VocabularyReport
from kgbuild.terms import TermReport, acyclic
from kgbuild_linker.merging import merge
from kgbuild_linker.settings import DEFAULT, TerminologySettings
from kgbuild_linker.staging import added, copy_added, forget, prepare, read_vocabulary
from kgbuild_linker.writing import SourceRow, fill, replacing

__all__ = ["add", "remove"]

Tell = Callable[[str], None]

SHIPPED = DEFAULT / "terminology.sqlite"
"""The default terminology."""


def add(
    settings: TerminologySettings, wanted: NewVocabulary, tell: Tell, *, base: Path = SHIPPED
) -> VocabularyReport:
    """Add vocabularies to the user's own terminology. Raises ConfigError, InputError."""
    own = _own(settings)
    report = TermReport()
    with replacing(own) as connection:
        prepare(connection)
        copy_added(connection, own)
        names = read_vocabulary(connection, wanted, report, tell)
        return _make(connection, base, own, names, report, tell)


def remove(
    settings: TerminologySettings, name: str, tell: Tell, *, base: Path = SHIPPED
) -> VocabularyReport:
    """Take an added vocabulary out again. Raises ConfigError."""
    own = _own(settings)
    with replacing(own) as connection:
        prepare(connection)
        copy_added(connection, own)
        there = {one.name: one.id for one in added(connection)}
        if name not in there:
            raise ConfigError(
                f"no vocabulary {name!r} was added; there are: {', '.join(there) or 'none'}",
                place=str(own),
            )
        forget(connection, [there[name]])
        return _make(connection, base, own, [name], TermReport(), tell)


def _own(settings: TerminologySettings) -> Path:
    if settings.terminology is None:
        raise ConfigError(
            "is not set: it names the file of your own terminology",
            key="components.linker.terminology",
            hints=['in kgbuild.toml: [components.linker] terminology = "terminology.sqlite"'],
        )
    return settings.terminology


def _make(
    connection: sqlite3.Connection, base: Path, own: Path, names: list[str], report: TermReport,
    tell: Tell,
) -> VocabularyReport:  # fmt: skip
    tell("merging with the default")
    entries = merge(connection, base, report)
    tell("writing")
    report.names = fill(
        connection, entries, _sources(connection), {"name": own.stem},
        hierarchy=lambda parents: acyclic(parents, report),
    )  # fmt: skip
    (report.concepts,) = connection.execute("SELECT count(*) FROM concepts").fetchone()
    return VocabularyReport(
        vocabularies=tuple(names),
        concepts=report.concepts,
        names=report.names,
        left_out=dict(report.reasons),
        examples=tuple(map(str, report.omissions)),
    )


def _sources(connection: sqlite3.Connection) -> list[SourceRow]:
    rows: list[SourceRow] = connection.execute(
        "SELECT name, package, version, licence, sha256 FROM base.sources"
    ).fetchall()
    taken = {row[0] for row in rows}
    for one in added(connection):
        name = f"{one.name} (added)" if one.name in taken else one.name
        rows.append((name, one.files, one.version, one.licence, one.sha256))
    return rows
