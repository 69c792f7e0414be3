"""A plain list: one name a line, no identifiers. ``#`` starts a comment line.

The names are tagged with the list's category; they link to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild.terms.report import TermReport
from kgbuild.terms.source import read_lines
from kgbuild.terms.term import Term, TermFile

__all__ = ["read"]


def read(file: TermFile, report: TermReport) -> Iterator[Term]:
    """A term for each line."""
    for number, line in read_lines(file):
        if line.strip() and not line.startswith("#"):
            yield Term(number, "", line)
