"""OBO files, versions 1.2 and 1.4 (https://owlcollab.github.io/oboformat/doc/obo-syntax.html).

Of each ``[Term]``: id, name, synonyms of scope EXACT, is_a, alt_id, replaced_by, is_obsolete,
and equivalents: ``xref`` with ``source="…:equivalentTo"`` and ``property_value: exactMatch``.
Synonyms of other scopes (BROAD, NARROW, RELATED) name something else and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgbuild_lexicon.report import Report
from kgbuild_lexicon.settings import WordList
from kgbuild_lexicon.source import read_lines, refuse
from kgbuild_lexicon.term import Term

__all__ = ["read"]

_SYNONYM = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(EXACT|BROAD|NARROW|RELATED)?')
_ESCAPED = re.compile(r"\\(.)")
_EQUIVALENT = re.compile(r"source=\"[^\"]*:equivalent")
_EXACT_MATCH = re.compile(r"(?:skos:|\S*skos/core#)?exactMatch\s+(\S+)")

Clauses = dict[str, list[tuple[int, str]]]


def read(words: WordList, report: Report) -> Iterator[Term]:
    """A term for each ``[Term]`` stanza that has an identifier."""
    for line, clauses in _stanzas(words, report):
        identifiers = clauses.get("id", [])
        if len(identifiers) != 1:
            why = "a stanza without an identifier" if not identifiers else "two identifiers"
            report.leave_out(str(words.path), line, "[Term]", why)
            continue
        yield _term(line, clauses, words, report)


def _stanzas(words: WordList, report: Report) -> Iterator[tuple[int, Clauses]]:
    """Line and clauses of each [Term] stanza."""
    clauses: Clauses | None = None
    start = 0
    for number, raw in read_lines(words.path, words.encoding):
        line = raw.strip()
        if line.startswith("["):
            if clauses is not None:
                yield start, clauses
            clauses = {} if line == "[Term]" else None
            start = number if line == "[Term]" else start
        elif clauses is not None and line and not line.startswith("!"):
            tag, colon, value = line.partition(":")
            if colon:
                clauses.setdefault(tag, []).append((number, value.strip()))
            else:
                report.leave_out(str(words.path), number, line, "no tag")
    if clauses is not None:
        yield start, clauses
    if not start:
        raise refuse(words.path, "has no [Term]: it is not an OBO file", line=1)


def _term(line: int, clauses: Clauses, words: WordList, report: Report) -> Term:
    return Term(
        line=line,
        id=_plain(clauses["id"][0][1]),
        label=_unescaped(_plain(clauses.get("name", [(0, "")])[0][1])),
        synonyms=tuple(_synonyms(clauses, words, report)),
        parents=tuple(_plain(value) for _, value in clauses.get("is_a", [])),
        exact_matches=tuple(_equivalents(clauses, words)),
        replaced=tuple(_plain(value) for _, value in clauses.get("alt_id", [])),
        obsolete=any(value.startswith("true") for _, value in clauses.get("is_obsolete", [])),
        successor=_plain(clauses.get("replaced_by", [(0, "")])[0][1]),
    )


def _plain(value: str) -> str:
    """The value without its trailing ``{modifiers}`` and ``! comment``."""
    return value.partition(" !")[0].partition(" {")[0].strip()


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _synonyms(clauses: Clauses, words: WordList, report: Report) -> Iterator[str]:
    for number, value in clauses.get("synonym", []):
        found = _SYNONYM.match(value)
        if found is None:
            report.leave_out(str(words.path), number, value, "a synonym without quotes")
        elif found[2] != "EXACT":
            report.leave_out(str(words.path), number, found[1], "not an exact synonym")
        else:
            yield _unescaped(found[1])


def _equivalents(clauses: Clauses, words: WordList) -> Iterator[str]:
    for _, value in clauses.get("xref", []):
        if words.xrefs or _EQUIVALENT.search(value):
            yield value.split()[0] if value.split() else ""
    for _, value in clauses.get("property_value", []):
        if found := _EXACT_MATCH.match(value):
            yield found[1]
