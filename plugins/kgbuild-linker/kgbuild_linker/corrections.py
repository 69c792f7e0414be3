"""Corrections by a curator: this name, in this document or anywhere, is this concept, or none."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kgbuild import (
    Candidate,
    ComponentUnavailableError,
    Document,
    Link,
    Mention,
    VocabularyError,
    normalise,
)

__all__ = ["Corrections", "read_corrections"]

_COLUMNS = ("name", "document", "concept")


@dataclass(frozen=True, slots=True)
class Corrections:
    """Concepts by (name, document); an empty document means any, an empty concept means none."""

    concepts: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def link(self, document: Document, mention: Mention) -> Link | None:
        """The link that a curator gave, or None where nothing was said."""
        name = " ".join(mention.text.split())
        found = self.concepts.get((name, document.id)) or self.concepts.get((name, ""))
        if found is None:
            return None
        concept, reason = found
        candidates = (Candidate(concept=concept, reason=reason),) if concept else ()
        return Link(mention=mention, candidates=candidates, reason=reason)


def read_corrections(path: Path) -> Corrections:
    """Read a TSV with the columns name, document, concept; ``none`` is a concept for NIL.

    Cells may be quoted, as spreadsheets write them. Raises ComponentUnavailableError with the line
    that cannot be used: one that is incomplete, has an unknown prefix, or contradicts another.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return Corrections(_read(path, csv.reader(lines, "excel-tab")))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ComponentUnavailableError(f"{path}: {error}", plugin="linker") from error


def _read(path: Path, rows: Iterator[list[str]]) -> dict[tuple[str, str], tuple[str, str]]:
    if tuple(next(rows, ())) != _COLUMNS:
        raise _refused(path, 1, f"the first line names the columns: {', '.join(_COLUMNS)}")
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for number, row in enumerate(rows, 2):
        if not any(map(str.strip, row)):
            continue
        place, curie = _row(path, number, row)
        there, reason = found.setdefault(place, (curie, f"correction: {path.name}, line {number}"))
        if there != curie:
            line = reason.rpartition(" ")[2]
            raise _refused(path, number, f"{place[0]!r} is {there or 'none'} in line {line}")
    return found


def _row(path: Path, number: int, row: list[str]) -> tuple[tuple[str, str], str]:
    cells = [cell.strip() for cell in row]
    if len(cells) != len(_COLUMNS) or not cells[0] or not cells[2]:
        raise _refused(path, number, "needs a name, a document or nothing, and a concept")
    name, document, concept = cells
    try:
        curie = "" if concept == "none" else normalise(concept)
    except VocabularyError as error:
        raise _refused(path, number, str(error), error.hints) from error
    return (" ".join(name.split()), document), curie


def _refused(
    path: Path, line: int, problem: str, hints: Sequence[str] = ()
) -> ComponentUnavailableError:
    return ComponentUnavailableError(
        f"{path}, line {line}: {problem}", plugin="linker", hints=hints
    )
