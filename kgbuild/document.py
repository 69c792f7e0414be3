"""The document: text, where its sections lie, and where it comes from.

A :class:`Document` is frozen. Components return what they add; nobody edits it.
Offsets are 0-based and half-open, and count Unicode code points of ``Document.text``:
``text[span.end]`` is the first character *not* in the span.

This room knows nothing of mentions, files or graphs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from kgbuild.quick_init import quick_init

__all__ = ["Document", "Notice", "NoticeKind", "Section", "SectionKind", "Span", "Unread"]


@quick_init
@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a document's text: ``text[start:end]``.

    >>> Span(0, 7).of("Aspirin relieves headache.")
    'Aspirin'
    """

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters that the span covers."""
        return text[self.start : self.end]

    def __contains__(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Whether the two spans share a character."""
        return self.start < other.end and other.start < self.end

    def shift(self, by: int) -> Span:
        """The same stretch, ``by`` characters later."""
        return Span(self.start + by, self.end + by)


class SectionKind(StrEnum):
    """What a section is for: a closed list, so that queries and beliefs can rely on it."""

    TITLE = "title"
    ABSTRACT = "abstract"
    INTRODUCTION = "introduction"
    METHODS = "methods"
    RESULTS = "results"
    DISCUSSION = "discussion"
    CONCLUSIONS = "conclusions"
    CASE = "case"
    SUPPLEMENT = "supplement"
    HEADING = "heading"
    FIGURE = "figure"
    TABLE = "table"
    ABBREVIATIONS = "abbreviations"
    BACK = "back"
    OTHER = "other"


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A passage of one kind. ``path`` holds the headings above it, outermost first.

    ``kind`` FIGURE and TABLE are captions (and, for tables, the cells); BACK is what follows
    the body: acknowledgements, funding, conflicts of interest. References are never text.
    """

    kind: SectionKind
    span: Span
    path: tuple[str, ...] = ()


class NoticeKind(StrEnum):
    """What a publisher has said about a document since it appeared."""

    RETRACTION = "retraction"
    CONCERN = "expression of concern"
    CORRECTION = "correction"
    UPDATE = "update"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice in or about a document.

    ``about`` is the CURIE of the document at the other end (or free text where the source
    gives none). ``incoming`` is True when this document is the one retracted, doubted or
    corrected, and False when this document *is* the notice.
    """

    kind: NoticeKind
    about: str
    incoming: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Something in a file that did not become text, so that nothing vanishes silently.

    ``what`` is a short name ("formula", "reference list", "record"); ``count`` how many;
    ``place`` where; ``problem`` is set when it is a failure and not a choice.
    """

    what: str
    count: int = 1
    place: str = ""
    problem: str = ""


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One text of one work.

    ``id`` is the CURIE of the work: its PMID, else PMCID, else DOI (``pubmed:354896``), else
    a name made from its content. ``exact_matches`` are its other identifiers. ``date`` and
    ``revised`` are ISO dates, as exact as the source gives them (``2004``, ``2004-03``).
    ``language`` is a BCP 47 code (``en``) or empty where the source does not say.
    ``subjects`` are (CURIE, label) pairs of indexing terms such as MeSH headings; the CURIE
    is empty where the source gives a label only.

    >>> d = Document(id="pubmed:1", text="Aspirin. It relieves headache.")
    >>> d.id, len(d.digest)
    ('pubmed:1', 64)
    """

    id: str
    text: str
    sections: tuple[Section, ...] = ()
    sentences: tuple[Span, ...] = ()
    exact_matches: tuple[str, ...] = ()
    language: str = ""
    licence: str = ""
    journal: str = ""
    date: str = ""
    revised: str = ""
    authors: tuple[str, ...] = ()
    publication_types: tuple[str, ...] = ()
    subjects: tuple[tuple[str, str], ...] = ()
    notices: tuple[Notice, ...] = ()
    unread: tuple[Unread, ...] = ()

    @property
    def digest(self) -> str:
        """sha256 of the text, in hexadecimal: the name of this version of the work."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def title(self) -> str:
        """The text of the title section; empty where there is none."""
        for section in self.sections:
            if section.kind is SectionKind.TITLE:
                return section.span.of(self.text)
        return ""

    @property
    def retracted(self) -> bool:
        """Whether a notice says that this document was retracted."""
        return any(n.incoming and n.kind is NoticeKind.RETRACTION for n in self.notices)

    def section_at(self, offset: int) -> Section | None:
        """The innermost section that holds the offset, or None."""
        holding = [s for s in self.sections if s.span.start <= offset < s.span.end]
        return min(holding, key=lambda s: s.span.end - s.span.start, default=None)

    def sentences_over(self, span: Span) -> Iterator[Span]:
        """The sentences that share a character with the span, in order."""
        return (sentence for sentence in self.sentences if sentence.overlaps(span))

    def with_sentences(self, sentences: tuple[Span, ...]) -> Document:
        """The same document with its sentences known."""
        return replace(self, sentences=sentences)
