"""Read RIS, as reference managers and databases export it.

Own code, since rispy holds the whole file and lets a record without its end swallow the next.

Format: "RIS Format Specifications" (Research Information Systems, 2001 and 2011), with the
habits of EndNote, Zotero, PubMed-like tools and Scopus: identifiers hide in AN, C2, ID, U1 and
links, and a value goes on over several lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from kgbuild.components import PaperFile, ReaderSpec, Reading
from kgbuild.document import Document, SectionKind, Unread
from kgbuild.errors import InputError
from kgbuild.readers.citation import (
    labelled,
    language_code,
    notices_of_types,
    one_line,
    written_date,
)
from kgbuild.readers.composition import Composition, identifiers
from kgbuild.readers.tagged import TaggedRecord, lines, set_aside

__all__ = ["SPEC", "RisReader"]

_FIELD = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*))?$")
_PMCID = re.compile(r"\bPMC\d+\b")
_PMID = re.compile(
    r"\bPMID:?\s*(\d+)|\b(\d+)\s*\[pmid\]|pubmed(?:\.ncbi\.nlm\.nih\.gov)?/(\d+)", re.IGNORECASE
)
_DOI = re.compile(r"\b10\.\d{4,9}/\S+")
_LINKS = ("UR", "LK", "L1", "L2", "L3")
_NUMBERS = ("AN", "C2", "ID", "U1", "U2")

_KNOWN = frozenset(
    re.findall(
        r"\w\w",
        "A1 A2 A3 A4 AB AD AN AU AV BT C1 C2 C3 C4 C5 C6 C7 C8 CA CN CP CT CY DA DB DI DO DP ED EP"
        " ET ID IS J1 J2 JA JF JO KW L1 L2 L3 L4 LA LB LK M1 M2 M3 N2 NV OP PB PP PY RI RP SE SN SP"
        " ST SV T1 T2 T3 TA TI TT TY U1 U2 U3 U4 U5 UR VL VO Y1 Y2",
    )
)
"""Tags that are read or hold no text of the paper; any other is counted as unread."""

_NOTES = {"N1": "note", "RN": "note"}

_TYPES = {
    "JOUR": "Journal Article",
    "BOOK": "Book",
    "CHAP": "Book Chapter",
    "CONF": "Conference Proceedings",
    "CPAPER": "Conference Paper",
    "THES": "Thesis",
    "RPRT": "Report",
}


class RisReader:
    """Reads RIS, setting a broken record aside alone."""

    def read(self, file: PaperFile) -> Iterator[Reading]:
        """The documents and broken records of the file, in its order.

        Raises InputError where the file is empty or has no record at all.
        """
        found = False
        for reading in _readings(file):
            found = True
            yield reading
        if not found:
            raise InputError("no RIS record in it", file=file.name)


def _readings(file: PaperFile) -> Iterator[Reading]:
    record: TaggedRecord | None = None
    number = outside = 0
    for line, text in lines(file):
        written = _FIELD.match(text)
        tag, value = (written[1], written[2] or "") if written else ("", "")
        if tag == "TY":
            if record:
                yield set_aside(record, "no ER line before the next record", _identity(record))
            number += 1
            record = TaggedRecord(number, line)
        if record is None:
            outside += bool(text.strip())
        elif tag == "ER":
            yield _reading(record)
            record = None
        elif tag:
            record.add(tag, value, line)
        elif text.strip():
            record.go_on(text, line)
    if record:
        yield set_aside(record, "no ER line at the end of the file", _identity(record))
    if outside and number:
        yield Unread(what="line outside of records", count=outside)


def _identity(record: TaggedRecord) -> str:
    return next(iter(_curies(record)), "")


def _reading(record: TaggedRecord) -> Reading:
    if record.problem:
        return set_aside(record, record.problem, _identity(record))
    return _document(record) or set_aside(record, "neither an identifier nor a title")


def _document(record: TaggedRecord) -> Document | None:
    curies = _curies(record)
    title = one_line(record.first("TI", "T1", "CT", "BT"))
    if not curies and not title:
        return None
    text = Composition()
    text.add(SectionKind.TITLE, title)
    for label, passage in labelled(one_line(record.first("AB", "N2"))):
        text.add(SectionKind.ABSTRACT, passage, path=(label,) if label else ())
    types = _publication_types(record)
    return text.document(
        curies,
        language=language_code(record.first("LA")),
        journal=one_line(record.first("JF", "T2", "JO", "J2", "JA", "J1")),
        date=_date(record),
        authors=tuple(one_line(name) for name in record.all("AU", "A1") if name.strip()),
        publication_types=types,
        subjects=tuple(dict.fromkeys(_keywords(record))),
        notices=notices_of_types(types, ()),
        unread=_unread(record),
    )


def _curies(record: TaggedRecord) -> tuple[str, ...]:
    links = record.all(*_LINKS)
    numbers = record.all(*_NUMBERS)
    return identifiers(
        pmid=_pmid(record),
        pmcid=_first_match(_PMCID, [*numbers, *links]),
        doi=_first_match(_DOI, [*record.all("DO", "DI", "M3"), *links]),
    )


def _first_match(pattern: re.Pattern[str], values: list[str]) -> str:
    found = (pattern.search(value) for value in values)
    return next((match.group() for match in found if match), "")


def _pmid(record: TaggedRecord) -> str:
    """The PMID where it is called one, or where a bare number can be nothing else.

    Scopus writes PMIDs in C2; a bare AN or ID is one if the database is PubMed or MEDLINE.
    """
    for value in record.all(*_NUMBERS, *_LINKS):
        if called := _PMID.search(value):
            return next(number for number in called.groups() if number)
    source = " ".join(record.all("DB", "DP")).lower()
    from_nlm = re.search(r"pubmed|medline|\bnlm\b", source)
    bare = [record.first("C2"), *(record.all("AN", "ID") if from_nlm else ())]
    return next((value.strip() for value in bare if value.strip().isdecimal()), "")


def _date(record: TaggedRecord) -> str:
    """The most exact of the dates given."""
    dates = [written_date(value) for value in record.all("DA", "PY", "Y1")]
    return max(dates, key=len, default="")


def _publication_types(record: TaggedRecord) -> tuple[str, ...]:
    kind = _TYPES.get(record.first("TY").strip(), "")
    said = [one_line(value) for value in record.all("M3") if not _DOI.search(value)]
    return tuple(dict.fromkeys(filter(None, (kind, *said))))


def _keywords(record: TaggedRecord) -> Iterator[tuple[str, str]]:
    # EndNote writes one keyword a line below one tag.
    for value in record.all("KW"):
        for keyword in value.split("\n"):
            if keyword.strip():
                yield "", keyword.strip()


def _unread(record: TaggedRecord) -> tuple[Unread, ...]:
    left = Counter(
        _NOTES.get(tag, f"field {tag}")
        for tag, value in record.fields
        if tag not in _KNOWN and value.strip()
    )
    return tuple(Unread(what=what, count=count) for what, count in left.items())


_BEGINNING = re.compile(r"(?m)^TY {1,2}- ?[A-Z]")


def _accepts(name: str, head: bytes) -> bool:
    # UTF-16 without its zeros is ASCII enough to find a tag in.
    text = head.replace(b"\0", b"").decode("utf-8", "replace").replace("\r", "\n")
    text = text.lstrip("\ufeff\ufffd")
    if name.lower().endswith((".ris", ".txt")):
        return bool(_BEGINNING.search(text))
    return bool(_BEGINNING.match(text.lstrip()))


def _create(settings: object) -> RisReader:
    return RisReader()


SPEC = ReaderSpec(
    name="ris",
    summary="RIS, as reference managers and databases export it.",
    create=_create,
    suffixes=(".ris",),
    accepts=_accepts,
)
