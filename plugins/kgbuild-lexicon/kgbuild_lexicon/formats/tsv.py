"""A table with tabs: columns ``id``, ``name``, ``synonyms`` (by ``|``) and ``category``.

The first line that is not a ``#`` comment is the header; it must name ``id`` and ``name``, the
order is free, and other columns are left alone. There is no quoting.
"""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild_lexicon.report import Report
from kgbuild_lexicon.settings import WordList
from kgbuild_lexicon.source import read_lines, refuse
from kgbuild_lexicon.term import Term

__all__ = ["read", "rows"]


def rows(
    words: WordList, report: Report, required: tuple[str, ...], columns: tuple[str, ...]
) -> Iterator[tuple[int, list[str]]]:
    """Line number and the cells of ``columns`` of each row; "" for a column that is not there.

    Rows with more or fewer cells than the header are left out. Raises
    ComponentUnavailableError where the header lacks a required column.
    """
    numbered = (
        (number, line)
        for number, line in read_lines(words.path, words.encoding)
        if line and not line.startswith("#")
    )
    number, first = next(numbered, (1, ""))
    header = [cell.strip() for cell in first.split("\t")]
    if missing := [name for name in required if name not in header]:
        hint = f"the first line must name the columns {', '.join(required)}, parted by tabs"
        raise refuse(words.path, f"no column {' or '.join(missing)}", hint, line=number)
    width = len(header)
    places = [header.index(name) if name in header else width for name in columns]
    for number, line in numbered:
        cells = line.split("\t")
        if len(cells) == width:
            cells.append("")
            yield number, [cells[place] for place in places]
        elif line.strip():
            why = f"wrong number of cells: {len(cells)} where the header has {width}"
            report.leave_out(str(words.path), number, line, why)


def read(words: WordList, report: Report) -> Iterator[Term]:
    """A term for each row."""
    for number, (identifier, name, synonyms, category) in rows(
        words, report, ("id", "name"), ("id", "name", "synonyms", "category")
    ):
        if not identifier.strip():
            report.leave_out(str(words.path), number, name, "no identifier")
            continue
        others = tuple(synonyms.split("|")) if synonyms else ()
        yield Term(number, identifier, name, others, category.strip())
