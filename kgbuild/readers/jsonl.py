"""JSON lines: one document a line, bare or annotated. UTF-8, as the format demands.

A bare document is an object with some of: ``id`` (a PMID, PMCID or CURIE), ``pmid``, ``pmcid``,
``doi``; ``title``, ``abstract``, ``text`` (what follows the abstract); ``date`` or ``year``;
``mesh`` and ``keywords`` (lists of labels); ``journal``, ``language``, ``licence``,
``authors``, ``publication_types``. Any other field is counted as unread.

An annotated document says ``"format": "kgbuild-annotated-1"``; its shape, which ``kgbuild
annotate --format jsonl`` writes, is in :mod:`kgbuild.readers.annotated_json`.

A broken line is set aside alone: no JSON, NaN, a key given twice, a number of 5,000 digits,
nesting too deep, a lone surrogate, bytes that are not UTF-8, no text.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import IO, Any, NoReturn

from kgbuild.components import PaperFile, ReaderSpec, Reading
from kgbuild.document import SectionKind, Unread
from kgbuild.errors import InputError
from kgbuild.readers.annotated_json import FORMAT, annotated_document
from kgbuild.readers.citation import language_code, written_date
from kgbuild.readers.composition import Composition
from kgbuild.readers.given_names import work_identifiers
from kgbuild.readers.written_identifiers import written_identifiers

__all__ = ["SPEC", "JsonLinesReader"]

LONGEST_LINE = 64 * 1024 * 1024

_WRONG_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_TEXTS = (
    ("title", SectionKind.TITLE),
    ("abstract", SectionKind.ABSTRACT),
    ("text", SectionKind.OTHER),
)
_KNOWN = frozenset(
    {"id", "pmid", "pmcid", "doi", "title", "abstract", "text", "date", "year", "mesh",
     "keywords", "journal", "language", "licence", "license", "authors", "publication_types"}
)  # fmt: skip
# The keys by which the BioC reader knows its own, which may be lines too.
_BIOC = re.compile(rb'"(?:documents|passages|PubTator3)"\s*:')

Fields = dict[str, Any]


class JsonLinesReader:
    """Reads one document from each line, holding one line at a time."""

    def read(self, file: PaperFile) -> Iterator[Reading]:
        """Yield a document, or what is wrong, for each line that is not blank."""
        with file.open() as stream:
            for number, raw in enumerate(_lines(stream), 1):
                if number == 1 and raw.startswith(_WRONG_MARKS):
                    raise InputError("is UTF-16 or UTF-32; JSON lines are UTF-8", file=file.name)
                if raw.strip():
                    yield _reading(raw, f"line {number}")


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """The lines; of one that is too long, its beginning, longer than the longest."""
    while raw := stream.readline(LONGEST_LINE + 1):
        yield raw
        while len(raw) > LONGEST_LINE and not raw.endswith(b"\n"):
            raw = stream.readline(LONGEST_LINE + 1)


def _reading(raw: bytes, place: str) -> Reading:
    if len(raw) > LONGEST_LINE:
        return Unread(what="record", place=place, problem=f"longer than {LONGEST_LINE:,} bytes")
    try:
        fields = _parsed(raw)
        if fields.get("format") == FORMAT:
            return annotated_document(fields, place=place)
        return _bare_document(fields)
    except RecursionError:
        return Unread(what="record", place=place, problem="is nested too deeply")
    except ValueError as error:
        return Unread(what="record", place=place, problem=str(error))


def _parsed(raw: bytes) -> Fields:
    """The object on a line. Raises ValueError."""
    fields = _DECODER.decode(raw.removeprefix(codecs.BOM_UTF8).decode())
    if not isinstance(fields, dict):
        raise ValueError(f"expected an object, got {type(fields).__name__}")
    if _SURROGATE.search(raw):
        _refuse_halves(json.dumps(fields, ensure_ascii=False))
    return fields


def _refuse_halves(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        half = f"\\u{ord(text[error.start]):04x}"
        raise ValueError(f"{half} is half of a character, without its other half") from None


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _without_doubles(pairs: list[tuple[str, Any]]) -> Fields:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {double[:60]!r} is given twice")
    return fields


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_without_doubles)
"""Made once: ``json.loads`` would make one for each line."""


def _bare_document(fields: Fields) -> Reading:
    text = Composition()
    for name, kind in _TEXTS:
        if passage := _string(fields, name):
            text.add(kind, passage)
    if not text.length:
        raise ValueError("has no title, abstract or text")
    name = _string(fields, "id")
    named = work_identifiers(name)
    curies, unread = written_identifiers(
        pmid=_string(fields, "pmid"),
        pmcid=_string(fields, "pmcid"),
        doi=_string(fields, "doi"),
        others=named,
    )
    left_over = [f"field {field}" for field in sorted(fields.keys() - _KNOWN)]
    if name and not named:
        left_over.append("identifier that is not public")
    given_date = _string(fields, "date") or _string(fields, "year")
    date = written_date(given_date)
    if given_date and not date:
        left_over.append("date")
    return text.document(
        curies,
        date=date,
        journal=_string(fields, "journal"),
        language=language_code(_string(fields, "language")),
        licence=_string(fields, "licence") or _string(fields, "license"),
        authors=_strings(fields, "authors"),
        publication_types=_strings(fields, "publication_types"),
        subjects=tuple(
            ("", label) for label in (*_strings(fields, "mesh"), *_strings(fields, "keywords"))
        ),
        unread=(*unread, *(Unread(what=what) for what in left_over)),
    )


def _string(fields: Fields, name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"{name}: expected a string, got {type(value).__name__}")
    return str(value)


def _strings(fields: Fields, name: str) -> tuple[str, ...]:
    values = fields.get(name)
    if not values:
        return ()
    values = [values] if isinstance(values, str) else values
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f"{name}: expected a list of strings")
    return tuple(values)


def _accepts(name: str, head: bytes) -> bool:
    return name.lower().endswith((".jsonl", ".ndjson")) and not _BIOC.search(head)


def _create(settings: Any) -> JsonLinesReader:
    return JsonLinesReader()


SPEC = ReaderSpec(
    name="jsonl",
    summary="JSON lines: pmid, title, abstract, one document a line; kgbuild's own annotations.",
    create=_create,
    suffixes=(".jsonl", ".ndjson"),
    accepts=_accepts,
)
