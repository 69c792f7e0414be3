"""A plain list: one name a line, no identifiers. ``#`` starts a comment line.

The names are tagged with the list's category; they link to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild_lexicon.report import Report
from kgbuild_lexicon.settings import WordList
from kgbuild_lexicon.source import read_lines
from kgbuild_lexicon.term import Term

__all__ = ["read"]


def read(words: WordList, report: Report) -> Iterator[Term]:
    """A term for each line."""
    for number, line in read_lines(words.path, words.encoding):
        if line.strip() and not line.startswith("#"):
            yield Term(number, "", line)
