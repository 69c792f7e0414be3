"""JSON lines: one document a line.

Known fields: ``pmid``, ``pmcid``, ``doi``, ``title``, ``abstract``, ``text`` (what follows the
abstract), ``year`` or ``date``, ``mesh`` and ``keywords`` (lists of labels), ``journal``,
``language``, ``licence``, ``authors``. A broken line is set aside alone; any other field is
counted as unread.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kgbuild.components import PaperFile, ReaderSpec, Reading
from kgbuild.document import SectionKind, Unread
from kgbuild.readers.composition import Composition, identifiers

__all__ = ["SPEC", "JsonLinesReader"]

_LONGEST = 64 * 1024 * 1024
_NAMES = ("pmid", "pmcid", "doi")
_FACTS = ("journal", "language", "licence")
_KNOWN = {*_NAMES, *_FACTS, "title", "abstract", "text", "year", "date", "mesh", "keywords",
          "authors"}  # fmt: skip


class JsonLinesReader:
    """Reads one document from each line, holding one line at a time."""

    def read(self, file: PaperFile) -> Iterator[Reading]:
        """Yield a document, or what is wrong, for each line that is not blank."""
        with file.open() as stream:
            number = 0
            while raw := stream.readline(_LONGEST + 1):
                number += 1
                if raw.strip():
                    yield self._reading(raw, f"line {number}")

    def _reading(self, raw: bytes, place: str) -> Reading:
        if len(raw) > _LONGEST:
            return Unread(what="record", place=place, problem=f"longer than {_LONGEST:,} bytes")
        try:
            fields = json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse)
            return self._document(fields)
        except (ValueError, TypeError, RecursionError) as error:
            return Unread(what="record", place=place, problem=str(error))

    def _document(self, fields: Any) -> Reading:
        if not isinstance(fields, dict):
            raise TypeError(f"expected an object, got {type(fields).__name__}")
        text = Composition()
        text.add(SectionKind.TITLE, _string(fields, "title"))
        text.add(SectionKind.ABSTRACT, _string(fields, "abstract"))
        text.add(SectionKind.OTHER, _string(fields, "text"))
        if not text.length:
            raise ValueError("no title, abstract or text")
        names = {name: _string(fields, name) for name in _NAMES}
        subjects = (*_strings(fields, "mesh"), *_strings(fields, "keywords"))
        return text.document(
            identifiers(**names),
            **{name: _string(fields, name) for name in _FACTS},
            date=_string(fields, "date") or _string(fields, "year"),
            authors=_strings(fields, "authors"),
            subjects=tuple(("", label) for label in subjects),
            unread=tuple(Unread(what=f"field {n}") for n in sorted(set(fields) - _KNOWN)),
        )


def _string(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"{name}: expected a string, got {type(value).__name__}")
    return str(value)


def _strings(fields: dict[str, Any], name: str) -> tuple[str, ...]:
    values = fields.get(name) or []
    values = [values] if isinstance(values, str) else values
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError(f"{name}: expected a list of strings")
    return tuple(values)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _accepts(name: str, head: bytes) -> bool:
    return name.lower().endswith((".jsonl", ".ndjson"))


def _create(settings: Any) -> JsonLinesReader:
    return JsonLinesReader()


SPEC = ReaderSpec(
    name="jsonl",
    summary="JSON lines: pmid, title, abstract, one document a line.",
    create=_create,
    suffixes=(".jsonl", ".ndjson"),
    accepts=_accepts,
)
