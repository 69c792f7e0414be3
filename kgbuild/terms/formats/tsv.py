"""A table with tabs.

Its columns are ``id`` and ``name``, and if wanted ``category``, ``synonyms``, ``parents``,
``exact_matches``, ``replaces``; the last four hold several, parted by ``|``. The first line that
is not a ``#`` comment is the header; the order is free, and other columns are left alone. There
is no quoting.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

from kgbuild.terms.report import TermReport
from kgbuild.terms.source import read_lines, refuse
from kgbuild.terms.term import Term, TermFile

__all__ = ["read", "rows"]

_COLUMNS = ("id", "name", "category", "synonyms", "parents", "exact_matches", "replaces")


def rows(
    file: TermFile, report: TermReport, required: tuple[str, ...], columns: tuple[str, ...]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line number and the cells of ``columns`` of each row; "" for a column that is not there.

    Rows with more or fewer cells than the header are left out. Raises
    InputError where the header lacks a required column.
    """
    numbered = (
        (number, line) for number, line in read_lines(file) if line and not line.startswith("#")
    )
    number, first = next(numbered, (1, ""))
    header = [cell.strip() for cell in first.split("\t")]
    if missing := [name for name in required if name not in header]:
        hint = f"the first line must name the columns {', '.join(required)}, parted by tabs"
        raise refuse(file.path, f"no column {' or '.join(missing)}", hint, line=number)
    width = len(header)
    wanted = itemgetter(*(header.index(name) if name in header else width for name in columns))
    for number, line in numbered:
        cells = line.split("\t")
        if len(cells) == width:
            cells.append("")
            yield number, wanted(cells)
        elif line.strip():
            why = f"wrong number of cells: {len(cells)} where the header has {width}"
            report.leave_out(str(file.path), number, line, why)


def read(file: TermFile, report: TermReport) -> Iterator[Term]:
    """A term for each row."""
    for number, cells in rows(file, report, ("id", "name"), _COLUMNS):
        identifier, name, category, *several = cells
        if not identifier.strip():
            report.leave_out(str(file.path), number, name, "no identifier")
            continue
        synonyms, parents, matches, replaced = [
            tuple(cell.split("|")) if cell else () for cell in several
        ]
        yield Term(number, identifier, name, synonyms, category.strip(), parents, matches, replaced)
