"""SSSOM mapping tables (https://mapping-commons.github.io/sssom/).

Rows that say "the same" (``skos:exactMatch``, ``owl:equivalentClass``, ``owl:sameAs``) become
mappings; ``IAO:0100001`` (term replaced by) names the successor of a withdrawn identifier.
Broader, narrower, close and related ones, and negated ones, never merge anything: they are left
out and counted.
"""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild.terms.formats.tsv import rows
from kgbuild.terms.report import TermReport
from kgbuild.terms.source import read_lines
from kgbuild.terms.term import Term, TermFile, TermMapping, TermSource

__all__ = ["read"]

_SAME = frozenset({"skos:exactMatch", "owl:equivalentClass", "owl:sameAs"})
_REPLACED = frozenset({"IAO:0100001", "obo:IAO_0100001", "dcterms:isReplacedBy"})
_COLUMNS = ("subject_id", "predicate_id", "object_id")


def read(file: TermFile, report: TermReport) -> Iterator[Term | TermMapping | TermSource]:
    """What the comments say, then a mapping for each row that says two identifiers are the same."""
    yield _source(file)
    for number, (subject, predicate, object_, modifier) in rows(
        file, report, _COLUMNS, (*_COLUMNS, "predicate_modifier")
    ):
        if modifier.strip():
            report.leave_out(str(file.path), number, subject, "a negated mapping")
        elif predicate.strip() in _REPLACED:
            yield Term(number, subject, obsolete=True, successor=object_)
        elif predicate.strip() not in _SAME:
            report.leave_out(str(file.path), number, subject, f"not an exact match: {predicate}")
        else:
            yield TermMapping(number, subject, object_)


def _source(file: TermFile) -> TermSource:
    """The mapping set's title, version and licence, from the YAML in the first comment lines."""
    said: dict[str, str] = {}
    for _, line in read_lines(file):
        if not line.startswith("#"):
            break
        key, _, value = line.lstrip("# ").partition(":")
        said[key.strip()] = value.strip().strip("\"'")
    name = said.get("mapping_set_title") or said.get("mapping_set_id", "").rpartition("/")[2]
    return TermSource(name, said.get("mapping_set_version", ""), said.get("license", ""))
