"""Put a document's text together from its passages, counting offsets in one place.

The joined text, the same in every reader:

- title and abstract are joined by one space;
- the parts of a structured abstract are ``LABEL: text``, joined by one space;
- every other passage starts on a new line.

What cannot be kept is replaced one character for one (a lone surrogate or a NUL becomes
U+FFFD), so the map from the text as given to the text as kept is the identity.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any

from kgbuild.document import Document, Section, SectionKind, Span
from kgbuild.vocabulary import normalise, own_curie, valid

__all__ = ["Composition", "identifiers", "kind_of_heading", "without_unstorable"]

_UNSTORABLE = re.compile("[\ud800-\udfff\x00]")

_HEADINGS = (
    (re.compile(r"abbreviation"), SectionKind.ABBREVIATIONS),
    (re.compile(r"acknowledg|funding|conflict|competing|contribution"), SectionKind.BACK),
    (re.compile(r"introduction|background|objective|\baims?\b|purpose"), SectionKind.INTRODUCTION),
    (re.compile(r"case (report|presentation|description|series)"), SectionKind.CASE),
    (re.compile(r"method|material|patients|subjects|procedure|design"), SectionKind.METHODS),
    (re.compile(r"result|finding"), SectionKind.RESULTS),
    (re.compile(r"discussion"), SectionKind.DISCUSSION),
    (re.compile(r"conclu|summary"), SectionKind.CONCLUSIONS),
    (re.compile(r"support|supplement|appendix"), SectionKind.SUPPLEMENT),
)


def kind_of_heading(heading: str) -> SectionKind:
    """What a section is for, by its heading; OTHER where the heading does not say.

    >>> kind_of_heading("Materials and Methods").value, kind_of_heading("Apoptosis").value
    ('methods', 'other')
    """
    lowered = heading.lower()
    return next((kind for pattern, kind in _HEADINGS if pattern.search(lowered)), SectionKind.OTHER)


def without_unstorable(text: str) -> str:
    """The text with lone surrogates and NULs replaced, one character for one."""
    if text.isascii() and "\x00" not in text:  # a hundred times faster, and most text is
        return text
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def identifiers(
    *, pmid: str = "", pmcid: str = "", doi: str = "", others: Iterable[str] = ()
) -> tuple[str, ...]:
    """The CURIEs of a work, the preferred one first: PMID, PMCID, DOI, then the others.

    Identifiers that are not well formed are left out.

    >>> identifiers(doi="10.1000/X1", pmid="12")
    ('pubmed:12', 'doi:10.1000/x1')
    """
    given = (
        f"pubmed:{pmid.strip()}" if pmid else "",
        f"pmc:{pmcid.strip()}" if pmcid else "",
        f"doi:{doi.strip()}" if doi else "",
        *others,
    )
    curies = [normalise(curie) for curie in given if curie and valid(curie)]
    return tuple(dict.fromkeys(curies))


def _named_by_text(text: str) -> str:
    return own_curie("document", hashlib.sha256(text.encode()).hexdigest()[:32])


class Composition:
    """A document in the making: add passages in order, then ask for the document.

    >>> text = Composition()
    >>> _ = text.add(SectionKind.TITLE, "Aspirin.")
    >>> text.add(SectionKind.ABSTRACT, "It relieves headache.")
    Span(start=9, end=30)
    >>> text.document(identifiers(pmid="1")).text
    'Aspirin. It relieves headache.'
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._sections: list[Section] = []
        self._length = 0

    @property
    def length(self) -> int:
        """How many characters there are so far."""
        return self._length

    def add(
        self,
        kind: SectionKind,
        text: str,
        *,
        path: tuple[str, ...] = (),
        separator: str | None = None,
    ) -> Span:
        """Append a passage and return where it lies. An empty passage adds nothing.

        ``separator`` overrides what stands before it (a format that gives offsets of its own
        pads with what it needs).
        """
        if not text:
            return Span(self._length, self._length)
        kept = without_unstorable(text)
        before = self._separator(kind) if separator is None else separator
        self._parts += [before, kept]
        span = Span(self._length + len(before), self._length + len(before) + len(kept))
        self._length = span.end
        self._sections.append(Section(kind=kind, span=span, path=path))
        return span

    def _separator(self, kind: SectionKind) -> str:
        if not self._parts:
            return ""
        return " " if kind is SectionKind.ABSTRACT else "\n"

    def document(self, curies: tuple[str, ...] = (), **facts: Any) -> Document:
        """The document; ``curies`` name it, best first, and ``facts`` are Document's fields.

        A document without a public identifier is named by its text.
        """
        text = "".join(self._parts)
        identity, *others = curies or (_named_by_text(text),)
        return Document(
            id=identity,
            text=text,
            sections=tuple(self._sections),
            exact_matches=tuple(others),
            **facts,
        )
