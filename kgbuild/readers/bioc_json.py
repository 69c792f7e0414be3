"""Read BioC JSON: one document at a time, out of whichever wrapper it comes in.

The wrappers in use: a collection with ``documents`` (BioC's own), a list of collections (PMC),
``{"PubTator3": [...]}`` (PubTator 3), one document alone, and one document a line. A document
that is not sound JSON is set aside as long as its brackets are balanced.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from kgbuild.components import PaperFile, ReaderSpec, Reading
from kgbuild.document import Unread
from kgbuild.errors import InputError
from kgbuild.readers.bioc import (
    BioCAnnotation,
    BioCDocument,
    BioCPassage,
    BioCRelation,
    BioCSentence,
    Location,
    reading_of,
)
from kgbuild.readers.composition import without_unstorable
from kgbuild.readers.json_values import JsonRecord, documents_in

__all__ = ["SPEC", "BioCJsonReader"]

_LARGEST = 10**18
_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*[{\[]")
_KEYS = re.compile(rb'"(?:documents|passages|PubTator3)"\s*:')


class BioCJsonReader:
    """Reads document by document; a broken document costs that document alone."""

    def read(self, file: PaperFile) -> Iterator[Reading]:
        """Yield the documents. Raises InputError where the JSON breaks off or has no sense."""
        with file.open() as stream:
            for record in documents_in(stream, file=file.name):
                yield _reading(record)


def _reading(record: JsonRecord) -> Reading:
    try:
        return reading_of(_document(record.value(), record))
    except InputError as error:
        place = ", ".join(part for part in (record.place, error.place) if part)
        return Unread(what="record", problem=error.message, place=place)


def _document(given: Any, record: JsonRecord) -> BioCDocument:
    if not isinstance(given, dict):
        _refuse("document", "an object", "")
    infons = _infons(given)
    for key in ("journal", "date"):  # PubTator 3 writes them beside the infons.
        if isinstance(given.get(key), str):
            infons.setdefault(key, without_unstorable(given[key]))
    return BioCDocument(
        id=_string(given.get("id", ""), "id", ""),
        infons=infons,
        passages=tuple(
            _passage(passage, where) for where, passage in _objects(given, "passage", "")
        ),
        annotations=_annotations(given, ""),
        relations=_relations(given, ""),
        place=record.place,
        broken_bytes=record.broken_bytes,
    )


def _passage(given: Mapping[str, Any], place: str) -> BioCPassage:
    annotations = [*_annotations(given, place)]
    held: list[tuple[BioCRelation, BioCSentence | None]]
    held = [(relation, None) for relation in _relations(given, place)]
    sentences: list[BioCSentence] = []
    for where, part in _objects(given, "sentence", place):
        sentence = BioCSentence(
            offset=_offset(part, where), text=_string(part.get("text") or "", "text", where)
        )
        sentences.append(sentence)
        annotations += _annotations(part, where)
        held += [(relation, sentence) for relation in _relations(part, where)]
    text = given.get("text")
    return BioCPassage(
        offset=_offset(given, place),
        infons=_infons(given),
        # Some writers give an empty text where the sentences hold it.
        text=None if sentences and not text else _string(text or "", "text", place),
        sentences=tuple(sentences),
        annotations=tuple(annotations),
        relations=tuple(held),
        place=place,
    )


def _annotations(given: Mapping[str, Any], place: str) -> tuple[BioCAnnotation, ...]:
    found = []
    for where, annotation in _objects(given, "annotation", place):
        text = annotation.get("text")
        found.append(
            BioCAnnotation(
                id=str(annotation.get("id", "")),
                infons=_infons(annotation),
                locations=_locations(annotation),
                text=None if text is None else str(text),
                place=where,
            )
        )
    return tuple(found)


def _locations(annotation: Mapping[str, Any]) -> tuple[Location, ...] | None:
    given = annotation.get("locations")
    if given is None:
        return ()
    if not isinstance(given, list):
        return None
    locations = []
    for location in given:
        if not isinstance(location, dict):
            return None
        offset, length = _whole(location.get("offset")), _whole(location.get("length"))
        if offset is None or length is None:
            return None
        locations.append((offset, length))
    return tuple(locations)


def _relations(given: Mapping[str, Any], place: str) -> tuple[BioCRelation, ...]:
    found = []
    for where, relation in _objects(given, "relation", place):
        nodes = [node for _, node in _objects(relation, "node", where)]
        found.append(
            BioCRelation(
                infons=_infons(relation),
                nodes=tuple((str(n.get("refid", "")), str(n.get("role", ""))) for n in nodes),
                place=where,
            )
        )
    return tuple(found)


def _infons(given: Mapping[str, Any]) -> dict[str, str]:
    """The infons as text. PubTator 3's ``role1`` is an object; its identifier is what it means."""
    infons = given.get("infons") or {}
    if not isinstance(infons, dict):
        return {}
    flat: dict[str, str] = {}
    for key, given_value in infons.items():
        role = isinstance(given_value, dict)
        value = given_value.get("identifier") if role else given_value
        if isinstance(value, str | int | float):
            flat[key] = without_unstorable(str(value))
        elif value is None and key == "identifier":
            flat[key] = ""
    return flat


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal() and len(value) < 19:
        value = int(value)
    good = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST
    return value if good else None


def _offset(given: Mapping[str, Any], place: str) -> int:
    offset = _whole(given.get("offset"))
    if offset is None:
        _refuse("offset", "a whole number", place)
    return offset


def _objects(
    given: Mapping[str, Any], what: str, place: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects in the list ``given[what + "s"]``, each with its place."""
    values = given.get(f"{what}s")
    if not isinstance(values, list | types.NoneType):
        _refuse(f"{what}s", "a list", place)
    for number, value in enumerate(values or (), start=1):
        where = ", ".join(part for part in (place, f"{what} {number}") if part)
        if not isinstance(value, dict):
            _refuse(what, "an object", where)
        yield where, value


def _string(value: Any, what: str, place: str) -> str:
    if isinstance(value, int) and what == "id":
        return str(value)
    if not isinstance(value, str):
        _refuse(what, "a text", place)
    return value


def _refuse(what: str, wanted: str, place: str) -> NoReturn:
    raise InputError(f"the {what} is not {wanted}", place=place)


def _accepts(name: str, head: bytes) -> bool:
    return _START.match(head) is not None and _KEYS.search(head) is not None


def _create(settings: Any) -> BioCJsonReader:
    return BioCJsonReader()


SPEC = ReaderSpec(
    name="bioc-json",
    summary="BioC JSON, with annotations and relations: PMC, PubTator 3, BioRED.",
    create=_create,
    suffixes=(".bioc.json", ".BioC.JSON", ".json"),
    accepts=_accepts,
)
