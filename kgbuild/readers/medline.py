"""Read MEDLINE text, which PubMed also calls nbib.

Format: "MEDLINE/PubMed Data Element (Field) Descriptions", https://www.nlm.nih.gov/bsd/mms/medlineelements.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgbuild.components import PaperFile, ReaderSpec, Reading
from kgbuild.document import Document, SectionKind
from kgbuild.errors import InputError
from kgbuild.readers.citation import (
    iso_date,
    labelled,
    notice_of,
    notices_of_types,
    one_line,
    text_language,
    title_and_unread,
    written_date,
)
from kgbuild.readers.composition import Composition, identifiers
from kgbuild.readers.tagged import TaggedRecord, lines, set_aside

__all__ = ["SPEC", "MedlineReader"]

_FIELD = re.compile(r"([A-Z][A-Z0-9]{1,3}) *(?<=^.{4})- ?(.*)")
_DOI = re.compile(r"(\S+)\s*\[doi\]")
_SUBSTANCE = re.compile(r"\((.+)\)\s*$")
_ABOUT = re.compile(r"PMID:\s*(\d+)")


class MedlineReader:
    """Reads MEDLINE text, setting a broken record aside alone."""

    def read(self, file: PaperFile) -> Iterator[Reading]:
        """The documents and broken records of the file, in its order.

        Raises InputError where the file is empty or has no record at all.
        """
        found = False
        for record in _records(file):
            found = True
            yield _reading(record)
        if not found:
            raise InputError("no MEDLINE record in it", file=file.name)


def _records(file: PaperFile) -> Iterator[TaggedRecord]:
    """A record starts at ``PMID-``, or at the first field after an empty line."""
    record: TaggedRecord | None = None
    number, blank = 0, True
    for line, text in lines(file):
        written = _FIELD.match(text)
        if written and (blank or written[1] == "PMID" or record is None):
            if record:
                yield record
            number += 1
            record = TaggedRecord(number, line)
        if record and written:
            record.add(written[1], written[2], line)
        elif record and text.startswith(" ") and text.strip():
            record.go_on(text, line)
        elif record and text.strip():
            record.problem = record.problem or f"line {line} is no field and goes on with none"
        blank = not text.strip()
    if record:
        yield record


def _reading(record: TaggedRecord) -> Reading:
    pmid = record.first("PMID").strip()
    identity = f"PMID {pmid}" if pmid.isdecimal() else ""
    if record.problem:
        return set_aside(record, record.problem, identity)
    return _document(record, pmid) or set_aside(record, "neither an identifier nor a title")


def _document(record: TaggedRecord, pmid: str) -> Document | None:
    dois = [found[1] for value in record.all("LID", "AID") if (found := _DOI.search(value))]
    curies = identifiers(pmid=pmid, pmcid=record.first("PMC"), doi=next(iter(dois), ""))
    title, unread = title_and_unread(
        one_line(record.first("TI", "BTI")),
        one_line(record.first("TT")),
        other_abstracts=len(record.all("OAB")),
        pmid=pmid,
    )
    if not curies and not title:
        return None
    abstract = labelled(one_line(record.first("AB")))
    text = Composition()
    text.add(SectionKind.TITLE, title)
    for label, passage in abstract:
        text.add(SectionKind.ABSTRACT, passage, path=(label,) if label else ())
    types = tuple(one_line(name) for name in record.all("PT"))
    revised = record.first("LR").strip()
    return text.document(
        curies,
        language=text_language(record.all("LA"), title=title, abstract=bool(abstract)),
        licence=one_line(record.first("CI")),
        journal=one_line(record.first("JT", "TA", "BTI")),
        date=written_date(record.first("DP")) or _digits_date(record.first("DEP")),
        revised=_digits_date(revised),
        authors=_authors(record),
        publication_types=types,
        subjects=tuple(dict.fromkeys(_subjects(record))),
        notices=notices_of_types(
            types,
            filter(None, (notice_of(tag, _other_end(value)) for tag, value in record.fields)),
        ),
        unread=unread,
    )


def _digits_date(written: str) -> str:
    return iso_date(written[:4], written[4:6], written[6:8])


def _authors(record: TaggedRecord) -> tuple[str, ...]:
    """The full names (FAU) where there are any, with the collective ones in their place."""
    names = "FAU" if record.all("FAU") else "AU"
    return tuple(one_line(name) for name in record.all(names, "CN"))


def _subjects(record: TaggedRecord) -> Iterator[tuple[str, str]]:
    for value in record.all("MH"):
        heading, *qualifiers = one_line(value).replace("*", "").split("/")
        yield "", heading
        for qualifier in qualifiers:
            yield "", f"{heading}/{qualifier}"
    for value in record.all("NM"):
        yield "", one_line(value)
    for value in record.all("RN"):
        if substance := _SUBSTANCE.search(one_line(value)):
            yield "", substance[1]
    for value in record.all("OT"):
        yield "", one_line(value).removeprefix("*")


def _other_end(value: str) -> str:
    """The CURIE of the document referred to, or the reference in words."""
    reference = one_line(value)
    pmid = _ABOUT.search(reference)
    return next(iter(identifiers(pmid=pmid[1] if pmid else "")), reference)


_BEGINNING = re.compile(r"(?m)^PMID- \S")


def _accepts(name: str, head: bytes) -> bool:
    # UTF-16 without its zeros is ASCII enough to find a tag in.
    text = head.replace(b"\0", b"").decode("utf-8", "replace").replace("\r", "\n")
    text = text.lstrip("\ufeff\ufffd")
    if name.lower().endswith((".nbib", ".txt", ".medline")):
        return bool(_BEGINNING.search(text))
    return bool(_BEGINNING.match(text.lstrip()))


def _create(settings: object) -> MedlineReader:
    return MedlineReader()


SPEC = ReaderSpec(
    name="medline",
    summary="MEDLINE text, which PubMed exports as nbib.",
    create=_create,
    suffixes=(".nbib", ".medline", ".txt"),
    accepts=_accepts,
)
