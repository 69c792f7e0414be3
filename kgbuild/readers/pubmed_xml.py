"""Read PubMed XML: efetch sets, baseline and update files, book records, single articles.

The text is the title and the abstract. What NLM gives in other languages beside the English
(vernacular titles, other abstracts) is left out and counted. Inline markup is dropped and its
text kept; a line break in the source is one space.

A work's newer version has the later ``revised`` date: the latest of DateRevised and of the
VersionDate that NLM gives the versions of one PMID.

Format: https://dtd.nlm.nih.gov/ncbi/pubmed/doc/out/250101/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO

from lxml import etree

from kgbuild.components import PaperFile, ReaderSpec, Reading, Withdrawal
from kgbuild.document import Document, Notice, SectionKind, Unread
from kgbuild.errors import InputError
from kgbuild.readers import safe_xml
from kgbuild.readers.citation import (
    iso_date,
    notice_of,
    notices_of_types,
    one_line,
    text_language,
    title_and_unread,
    written_date,
)
from kgbuild.readers.composition import Composition, identifiers
from kgbuild.readers.pubmed_records import Piece, split

__all__ = ["SPEC", "PubmedXmlReader", "document_of"]

_PMID = re.compile(rb"<PMID[^>]*>\s*(\d+)")
_RECORDS = frozenset({"PubmedArticle", "PubmedBookArticle", "MedlineCitation"})
_UNDEFINED = frozenset(
    {etree.ErrorTypes.ERR_UNDECLARED_ENTITY, etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE}
)


class PubmedXmlReader:
    """Reads PubMed XML, setting a broken record aside alone."""

    def read(self, file: PaperFile) -> Iterator[Reading]:
        """The documents, withdrawals and broken records of the file, in its order.

        Raises InputError where the file is empty or is not PubMed XML at all.
        """
        with file.open() as stream:
            try:
                yield from _readings(stream, file.name)
            except InputError as error:
                error.file = error.file or file.name
                raise


def _readings(stream: IO[bytes], file: str) -> Iterator[Reading]:
    broken = -1
    for piece in split(stream):
        # What stands behind a broken record is most likely a part of it.
        if not piece.tag and piece.number == broken:
            continue
        try:
            record = _parse(piece, file)
        except InputError as error:
            broken = piece.number
            yield _set_aside(piece, error)
            continue
        if piece.tag in _RECORDS:
            yield document_of(record) or _set_aside(
                piece, InputError("neither an identifier nor text")
            )
        else:
            yield from _withdrawals(record)


def _parse(piece: Piece, file: str) -> etree._Element:
    """The record, parsed alone; a second time with what its file may have declared."""
    if piece.problem:
        raise InputError(piece.problem)
    try:
        return safe_xml.parse(piece.raw, file=file)
    except InputError as error:
        cause = error.__cause__
        if getattr(cause, "code", None) not in _UNDEFINED:
            raise
    # The document type names a place that is never opened; with one, a reference to an entity
    # that is not defined is kept as a reference. Nothing can be defined in it.
    tag = piece.tag.encode()
    start = b"<" + tag
    return safe_xml.parse(
        b'<!DOCTYPE %b SYSTEM "none">%b%b%b'
        % (tag, start, piece.namespaces, piece.raw.removeprefix(start)),
        file=file,
    )


def _set_aside(piece: Piece, error: InputError) -> Unread:
    cause = error.__cause__
    inside = (cause.lineno or 1) if isinstance(cause, etree.XMLSyntaxError) else 1
    pmid = _PMID.search(piece.raw)
    place = (
        f"record {piece.number}" if piece.tag else f"after record {piece.number}",
        f"PMID {pmid[1].decode()}" if pmid else "",
        f"line {piece.line + inside - 1}",
    )
    return Unread(what="record", problem=error.message, place=", ".join(filter(None, place)))


def _withdrawals(deletion: etree._Element) -> Iterator[Withdrawal]:
    for element in deletion.iter("PMID"):
        for curie in identifiers(pmid=_text(element)):
            yield Withdrawal(document=curie)


@dataclass(slots=True)
class _Citation:
    """What has been found of a record so far."""

    pmid: str = ""
    pmcid: str = ""
    doi: str = ""
    title: str = ""
    vernacular_title: str = ""
    book_title: str = ""
    journal: str = ""
    date: str = ""
    article_date: str = ""
    revised: str = ""
    licence: str = ""
    other_abstracts: int = 0
    contents: int = 0
    abstract: list[tuple[str, str]] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    subjects: list[tuple[str, str]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def document_of(record: etree._Element) -> Document | None:
    """The document of a PubmedArticle, PubmedBookArticle or MedlineCitation element.

    None where the record has neither an identifier nor text.
    """
    citation = _Citation()
    if record.tag == "MedlineCitation":
        _medline_citation(record, citation)
    else:
        _children(record, citation)
    return _document(citation)


def _document(citation: _Citation) -> Document | None:
    title, unread = title_and_unread(
        citation.title or citation.book_title,
        citation.vernacular_title,
        other_abstracts=citation.other_abstracts,
        pmid=citation.pmid,
    )
    if citation.contents:
        unread += (Unread(what="section heading of a book", count=citation.contents),)
    text = Composition()
    text.add(SectionKind.TITLE, title)
    for label, passage in citation.abstract:
        if label:
            text.add(SectionKind.ABSTRACT, f"{label}: {passage}", path=(label,))
        else:
            text.add(SectionKind.ABSTRACT, passage)
    curies = identifiers(pmid=citation.pmid, pmcid=citation.pmcid, doi=citation.doi)
    if not curies and not text.length:
        return None
    notices: tuple[Notice, ...] = tuple(citation.notices)
    return text.document(
        curies,
        language=text_language(citation.languages, title=title, abstract=bool(citation.abstract)),
        licence=citation.licence,
        journal=citation.journal or citation.book_title,
        date=citation.date or citation.article_date,
        revised=citation.revised,
        authors=tuple(citation.authors),
        publication_types=tuple(citation.types),
        subjects=tuple(dict.fromkeys(citation.subjects)),
        notices=notices_of_types(citation.types, notices),
        unread=unread,
    )


def _text(element: etree._Element) -> str:
    # Most elements hold text alone; then the general way round would cost three times as much.
    text = safe_xml.text_of(element) if len(element) else element.text
    return one_line(text) if text else ""


def _children(element: etree._Element, citation: _Citation) -> None:
    for child in element:
        read = _READ.get(child.tag)
        if read is not None:
            read(child, citation)


def _medline_citation(element: etree._Element, citation: _Citation) -> None:
    _children(element, citation)
    version_date = element.get("VersionDate")
    if version_date:
        citation.revised = max(citation.revised, written_date(version_date))


def _pmid(element: etree._Element, citation: _Citation) -> None:
    citation.pmid = citation.pmid or _text(element)


def _title(element: etree._Element, citation: _Citation) -> None:
    citation.title = _text(element)


def _vernacular_title(element: etree._Element, citation: _Citation) -> None:
    citation.vernacular_title = _text(element)


def _journal_title(element: etree._Element, citation: _Citation) -> None:
    citation.journal = _text(element)


def _book(element: etree._Element, citation: _Citation) -> None:
    for child in element:
        if child.tag == "BookTitle":
            citation.book_title = _text(child)
        elif child.tag == "PubDate":
            _published(child, citation)


def _abstract(element: etree._Element, citation: _Citation) -> None:
    for child in element:
        if child.tag == "AbstractText":
            passage = _text(child)
            if passage:
                label = (child.get("Label") or "").strip()
                citation.abstract.append(("" if label == "UNLABELLED" else label, passage))
        elif child.tag == "CopyrightInformation":
            citation.licence = _text(child)


def _other_abstract(element: etree._Element, citation: _Citation) -> None:
    citation.other_abstracts += 1


def _sections(element: etree._Element, citation: _Citation) -> None:
    citation.contents += sum(1 for _ in element.iter("SectionTitle"))


def _date(element: etree._Element) -> str:
    parts = {child.tag: child.text or "" for child in element}
    if "Year" in parts:
        return iso_date(parts["Year"].strip(), parts.get("Month", ""), parts.get("Day", ""))
    return written_date(parts.get("MedlineDate", ""))


def _published(element: etree._Element, citation: _Citation) -> None:
    citation.date = _date(element)


def _article_date(element: etree._Element, citation: _Citation) -> None:
    citation.article_date = citation.article_date or _date(element)


def _revised(element: etree._Element, citation: _Citation) -> None:
    citation.revised = _date(element)


def _authors(element: etree._Element, citation: _Citation) -> None:
    for author in element:
        # ValidYN="N" is a misspelt name; the right one stands beside it.
        if author.tag == "Author" and author.get("ValidYN") != "N" and (name := _name(author)):
            citation.authors.append(name)


def _name(author: etree._Element) -> str:
    last = given = initials = suffix = collective = ""
    for part in author:
        tag = part.tag
        if tag == "LastName":
            last = part.text or ""
        elif tag == "ForeName":
            given = part.text or ""
        elif tag == "Initials":
            initials = part.text or ""
        elif tag == "Suffix":
            suffix = part.text or ""
        elif tag == "CollectiveName":
            collective = _text(part)
    if collective or not last:
        return collective or given
    first = " ".join(filter(None, (given or initials, suffix))) if suffix else given or initials
    return f"{last}, {first}" if first else last


def _language(element: etree._Element, citation: _Citation) -> None:
    citation.languages.append(_text(element))


def _types(element: etree._Element, citation: _Citation) -> None:
    for child in element:
        _type(child, citation)


def _type(element: etree._Element, citation: _Citation) -> None:
    if name := _text(element):
        citation.types.append(name)


def _electronic_location(element: etree._Element, citation: _Citation) -> None:
    if element.get("EIdType") == "doi" and element.get("ValidYN") != "N":
        citation.doi = citation.doi or _text(element)


def _article_ids(element: etree._Element, citation: _Citation) -> None:
    for child in element:
        kind = child.get("IdType")
        if kind == "doi":
            citation.doi = citation.doi or _text(child)
        elif kind == "pmc":
            citation.pmcid = citation.pmcid or _text(child)
        elif kind == "pubmed":
            citation.pmid = citation.pmid or _text(child)


def _headings(element: etree._Element, citation: _Citation) -> None:
    """Each heading, and each of its qualifiers as ``Heading/qualifier`` with the Q number."""
    heading = ""
    subjects = citation.subjects
    for child in element.iter("DescriptorName", "QualifierName"):
        identity = child.get("UI")
        curie = f"mesh:{identity}" if identity else ""
        if child.tag == "DescriptorName":
            heading = child.text or ""
            subjects.append((curie, heading))
        else:
            subjects.append((curie, f"{heading}/{child.text or ''}"))


def _supplementary(element: etree._Element, citation: _Citation) -> None:
    for child in element.iter("NameOfSubstance", "SupplMeshName"):
        identity = child.get("UI")
        citation.subjects.append((f"mesh:{identity}" if identity else "", child.text or ""))


def _keywords(element: etree._Element, citation: _Citation) -> None:
    for child in element.iter("Keyword"):
        if label := _text(child):
            citation.subjects.append(("", label))


def _comments_corrections(element: etree._Element, citation: _Citation) -> None:
    for reference in element:
        kind = reference.get("RefType") or ""
        if kind != "Cites" and (notice := notice_of(kind, _other_end(reference))):
            citation.notices.append(notice)


def _other_end(reference: etree._Element) -> str:
    """The CURIE of the document referred to, or the reference in words."""
    pmid = reference.findtext("PMID") or ""
    return next(iter(identifiers(pmid=pmid)), one_line(reference.findtext("RefSource") or ""))


_READ: Mapping[object, Callable[[etree._Element, _Citation], None]] = {
    "MedlineCitation": _medline_citation,
    "BookDocument": _children,
    "PubmedData": _children,
    "PubmedBookData": _children,
    "Article": _children,
    "Journal": _children,
    "JournalIssue": _children,
    "Book": _book,
    "PMID": _pmid,
    "ArticleTitle": _title,
    "VernacularTitle": _vernacular_title,
    "Title": _journal_title,
    "Abstract": _abstract,
    "OtherAbstract": _other_abstract,
    "Sections": _sections,
    "PubDate": _published,
    "ArticleDate": _article_date,
    "DateRevised": _revised,
    "AuthorList": _authors,
    "Language": _language,
    "PublicationTypeList": _types,
    "PublicationType": _type,
    "ELocationID": _electronic_location,
    "ArticleIdList": _article_ids,
    "MeshHeadingList": _headings,
    "SupplMeshList": _supplementary,
    "ChemicalList": _supplementary,
    "KeywordList": _keywords,
    "CommentsCorrectionsList": _comments_corrections,
}


_ROOTS = re.compile(
    r"<(?:PubmedArticleSet|PubmedBookArticleSet|PubmedArticle|PubmedBookArticle"
    r"|MedlineCitationSet|MedlineCitation|DeleteCitation)[\s>]"
)


def _accepts(name: str, head: bytes) -> bool:
    if b"\0" in head[:64]:
        # UTF-16 without its zeros is ASCII enough to find a tag in.
        head = head.replace(b"\0", b"")
    text = head.decode("utf-8", "replace").removeprefix("\ufeff").lstrip("\ufffd")
    if not text.lstrip().startswith("<"):
        return False
    root = re.search(r"<[A-Za-z][\w.:-]*[\s>/]", re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL))
    return bool(root and _ROOTS.match(root.group()))


def _create(settings: object) -> PubmedXmlReader:
    return PubmedXmlReader()


SPEC = ReaderSpec(
    name="pubmed-xml",
    summary="PubMed and MEDLINE XML: efetch sets, baseline and update files, books.",
    create=_create,
    suffixes=(".xml",),
    accepts=_accepts,
)
