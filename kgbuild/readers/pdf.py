"""Read PDF with pdfium: the text as a person would read the pages.

See ``docs/decisions/0004-pdf-text.md`` for why pdfium. The title comes first, then the
abstract, then everything else in reading order; running heads, page numbers and references
are counted and left out. pdfium must not be used from two threads of one process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kgbuild.components import PaperFile, ReaderSpec, Reading
from kgbuild.document import Document, SectionKind, Unread
from kgbuild.errors import InputError, LimitError
from kgbuild.readers.composition import Composition, identifiers

if TYPE_CHECKING:  # most runs read no PDF and need neither pdfium nor what lays pages out
    import pypdfium2

    from kgbuild.readers.pdf_layout import Line
    from kgbuild.readers.pdf_passages import Passage

__all__ = ["SPEC", "PdfReader"]

# One work is not longer; a file with more pages is an archive or an attack.
_MOST_PAGES = 5_000

_DOI = re.compile(r"\b10\.[0-9]{4,9}/[^\s\"<>]+", re.IGNORECASE)
_PMID = re.compile(r"\bPMID:?\s*([1-9][0-9]{0,7})\b")
_PMCID = re.compile(r"\bPMC\s?([1-9][0-9]{3,8})\b")


class PdfReader:
    """One document for each file; the characters of one page are laid out at a time."""

    def read(self, file: PaperFile) -> Iterator[Reading]:
        """The document. A page that cannot be read is an Unread of it, with its number.

        Raises InputError where the file is no PDF, needs a password, or has no text;
        LimitError where it has more than 5,000 pages.
        """
        with file.open() as stream:
            raw = stream.read()
        pdf = _open(raw, file.name)
        try:
            pages, unread = _pages(pdf, file.name)
            named = pdf.get_metadata_dict().get("Title", "")
        finally:
            pdf.close()
        if not _is_whole(raw):
            problem = "the file does not end as a PDF does; pages may be missing"
            unread.append(Unread(what="end of file", problem=problem))
        yield _document(pages, named, unread)


def _open(raw: bytes, name: str) -> pypdfium2.PdfDocument:
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(raw)
        count = len(pdf)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise InputError(
                "the PDF is encrypted and needs a password",
                file=name,
                hints=["save a copy without a password and read that"],
            ) from error
        hints = [] if _is_whole(raw) else ["the file seems cut off; fetch it again"]
        raise InputError(f"not a readable PDF: {error}", file=name, hints=hints) from error
    if count > _MOST_PAGES:
        pdf.close()
        raise LimitError(f"{count} pages; at most {_MOST_PAGES} are read", file=name)
    if not count:
        pdf.close()
        raise InputError("the PDF has no pages", file=name)
    return pdf


def _is_whole(raw: bytes) -> bool:
    return b"%%EOF" in raw[-1024:]


def _pages(pdf: pypdfium2.PdfDocument, name: str) -> tuple[list[list[Line]], list[Unread]]:
    import pypdfium2

    pages: list[list[Line]] = []
    unread: list[Unread] = []
    for number in range(1, len(pdf) + 1):
        try:
            pages.append(_page(pdf, number))
        except pypdfium2.PdfiumError as error:
            unread.append(Unread(what="page", place=f"page {number}", problem=str(error)))
            continue
        if not pages[-1]:
            unread.append(Unread(what="page without text", place=f"page {number}"))
    if not any(pages):
        failed = sum(1 for u in unread if u.problem)
        raise InputError(
            f"no page can be read ({unread[0].problem})" if failed else "no text in the PDF",
            file=name,
            hints=[] if failed else ["if its pages are scans, run OCR first, e.g. ocrmypdf"],
        )
    return pages, unread


def _page(pdf: pypdfium2.PdfDocument, number: int) -> list[Line]:
    from kgbuild.readers.pdf_layout import lines_of

    page = pdf[number - 1]
    try:
        text = page.get_textpage()
        try:
            return lines_of(text.raw, number)
        finally:
            text.close()
    finally:
        page.close()


def _document(pages: Sequence[Sequence[Line]], named: str, unread: list[Unread]) -> Document:
    from kgbuild.readers.pdf_passages import find_running, passages_of, title_of

    found = find_running(pages)
    title, title_lines = title_of(found.pages[0] if found.pages else (), named)
    lines = [line for page in found.pages for line in page if line not in title_lines]
    passages = list(passages_of(lines))
    composed = _composed(title, passages)
    counts = {
        "running head or page number": found.removed,
        "reference": sum(passage.references for passage in passages),
        "abstract heading": sum(1 for passage in passages if _is_abstract_heading(passage)),
    }
    unread += [Unread(what=what, count=count) for what, count in counts.items() if count]
    return composed.document(_curies(pages, passages), unread=tuple(unread))


def _is_abstract_heading(passage: Passage) -> bool:
    heading = passage.kind is SectionKind.HEADING
    return heading and passage.text.strip(" .:").lower() == "abstract"


def _composed(title: str, passages: Sequence[Passage]) -> Composition:
    """Title, abstract, then the rest: what stands between them (authors) comes after."""
    text = Composition()
    text.add(SectionKind.TITLE, title)
    abstract = [p for p in passages if p.kind is SectionKind.ABSTRACT]
    others = [
        p for p in passages if p.kind is not SectionKind.ABSTRACT and not _is_abstract_heading(p)
    ]
    for passage in (*abstract, *others):
        path = () if passage.kind is SectionKind.ABSTRACT else passage.path
        text.add(passage.kind, passage.text, path=path)
    return text


def _curies(pages: Sequence[Sequence[Line]], passages: Sequence[Passage]) -> tuple[str, ...]:
    """The identifiers on the first page with text, heads and feet included."""
    first = next((page for page in pages if page), ())
    written = "\n".join(line.text for line in first)
    # A short paper has its references on page one; theirs are not its identifiers.
    written = re.split(r"\n(?:references|bibliography)\b", written, flags=re.IGNORECASE)[0]
    doi, pmid, pmcid = (pattern.search(written) for pattern in (_DOI, _PMID, _PMCID))
    return identifiers(
        pmid=pmid[1] if pmid else "",
        pmcid=f"PMC{pmcid[1]}" if pmcid else "",
        doi=doi[0].rstrip(".,;)]") if doi else "",
    )


def _accepts(name: str, head: bytes) -> bool:
    """``%PDF-`` at the beginning, or within its first 1,024 bytes as pdfium allows."""
    return b"%PDF-" in head[:1024]


SPEC = ReaderSpec(
    name="pdf",
    summary="PDF with a text layer: columns, broken words and running heads put right",
    create=lambda _: PdfReader(),
    suffixes=(".pdf",),
    accepts=_accepts,
)
