"""SSSOM mapping tables (https://mapping-commons.github.io/sssom/).

Rows that say "the same" (``skos:exactMatch``, ``owl:equivalentClass``, ``owl:sameAs``) become
mappings. Broader, narrower, close and related ones, and negated ones, never merge anything:
they are left out and counted.
"""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild_lexicon.formats.tsv import rows
from kgbuild_lexicon.report import Report
from kgbuild_lexicon.settings import WordList
from kgbuild_lexicon.term import Mapping

__all__ = ["read"]

_SAME = frozenset({"skos:exactMatch", "owl:equivalentClass", "owl:sameAs"})
_COLUMNS = ("subject_id", "predicate_id", "object_id")


def read(words: WordList, report: Report) -> Iterator[Mapping]:
    """A mapping for each row that says that two identifiers are the same."""
    for number, (subject, predicate, object_, modifier) in rows(
        words, report, _COLUMNS, (*_COLUMNS, "predicate_modifier")
    ):
        if modifier.strip():
            report.leave_out(str(words.path), number, subject, "a negated mapping")
        elif predicate.strip() not in _SAME:
            report.leave_out(str(words.path), number, subject, f"not an exact match: {predicate}")
        else:
            yield Mapping(number, subject, object_)
