"""OBO files, versions 1.2 and 1.4 (https://owlcollab.github.io/oboformat/doc/obo-syntax.html).

Of each ``[Term]``: id, name, synonyms of scope EXACT, is_a, alt_id, replaced_by, is_obsolete, and
equivalents: ``xref`` with ``source="…:equivalentTo"`` and ``property_value: exactMatch``. Other
xrefs are given as such. Synonyms of other scopes (BROAD, NARROW, RELATED) name something else and
are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgbuild.terms.report import TermReport
from kgbuild.terms.source import read_lines, refuse
from kgbuild.terms.term import Term, TermFile, TermSource

__all__ = ["read"]

_SYNONYM = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(EXACT|BROAD|NARROW|RELATED)?')
_ESCAPED = re.compile(r"\\(.)")
_EQUIVALENT = re.compile(r"source=\"[^\"]*:equivalent")
_EXACT_MATCH = re.compile(r"(?:skos:|\S*skos/core#)?exactMatch\s+(\S+)")

_HEADER_VALUE = re.compile(r"\S*?(title|license|versionInfo)\s+\"?([^\"]*?)\"?(?:\s+xsd:\w+)?$")

Clauses = dict[str, list[tuple[int, str]]]


def read(file: TermFile, report: TermReport) -> Iterator[Term | TermSource]:
    """What the header says, then a term for each ``[Term]`` stanza that has an identifier."""
    for line, clauses in _stanzas(file, report):
        if not line:
            yield _source(clauses)
            continue
        identifiers = clauses.get("id", [])
        if len(identifiers) != 1:
            why = "a stanza without an identifier" if not identifiers else "two identifiers"
            report.leave_out(str(file.path), line, "[Term]", why)
            continue
        yield _term(line, clauses, file, report)


def _stanzas(file: TermFile, report: TermReport) -> Iterator[tuple[int, Clauses]]:
    """Line and clauses of the header, whose line is 0, and of each [Term] stanza."""
    clauses: Clauses | None = {}
    start = 0
    found = False
    for number, raw in read_lines(file):
        line = raw.strip()
        if line.startswith("["):
            if clauses is not None:
                yield start, clauses
            clauses = {} if line == "[Term]" else None
            start = number
            found |= line == "[Term]"
        elif clauses is not None and line and not line.startswith("!"):
            tag, colon, value = line.partition(":")
            if colon:
                clauses.setdefault(tag, []).append((number, value.strip()))
            else:
                report.leave_out(str(file.path), number, line, "no tag")
    if clauses is not None and found:
        yield start, clauses
    if not found:
        raise refuse(file.path, "has no [Term]: it is not an OBO file", line=1)


def _term(line: int, clauses: Clauses, file: TermFile, report: TermReport) -> Term:
    return Term(
        line=line,
        id=_plain(clauses["id"][0][1]),
        label=_unescaped(_plain(clauses.get("name", [(0, "")])[0][1])),
        synonyms=tuple(_synonyms(clauses, file, report)),
        parents=tuple(_plain(value) for _, value in clauses.get("is_a", [])),
        exact_matches=tuple(_equivalents(clauses)),
        replaced=tuple(_plain(value) for _, value in clauses.get("alt_id", [])),
        obsolete=any(value.startswith("true") for _, value in clauses.get("is_obsolete", [])),
        successor=_plain(clauses.get("replaced_by", [(0, "")])[0][1]),
        xrefs=tuple(_references(clauses)),
    )


def _source(clauses: Clauses) -> TermSource:
    """What the header says: ``ontology``, ``data-version`` and ``dcterms:license``."""

    def first(tag: str) -> str:
        return clauses.get(tag, [(0, "")])[0][1]

    said: dict[str, str] = {}
    for _, value in clauses.get("property_value", []):
        if found := _HEADER_VALUE.match(value):
            said[found[1]] = found[2]
    name = said.get("title") or first("ontology").removesuffix(".obo").upper()
    version = first("data-version") or said.get("versionInfo", "")
    return TermSource(name, version.rpartition("releases/")[2], said.get("license", ""))


def _plain(value: str) -> str:
    """The value without its trailing ``{modifiers}`` and ``! comment``."""
    return value.partition(" !")[0].partition(" {")[0].strip()


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _synonyms(clauses: Clauses, file: TermFile, report: TermReport) -> Iterator[str]:
    for number, value in clauses.get("synonym", []):
        found = _SYNONYM.match(value)
        if found is None:
            report.leave_out(str(file.path), number, value, "a synonym without quotes")
        elif found[2] != "EXACT":
            report.leave_out(str(file.path), number, found[1], "not an exact synonym")
        else:
            yield _unescaped(found[1])


def _references(clauses: Clauses) -> Iterator[str]:
    for _, value in clauses.get("xref", []):
        if value and not _EQUIVALENT.search(value):
            yield value.split()[0]


def _equivalents(clauses: Clauses) -> Iterator[str]:
    for _, value in clauses.get("xref", []):
        if _EQUIVALENT.search(value):
            yield value.split()[0]
    for _, value in clauses.get("property_value", []):
        if found := _EXACT_MATCH.match(value):
            yield found[1]
