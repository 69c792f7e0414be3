"""Read BioC JSON: one document at a time, out of whichever wrapper it comes in.

The wrappers in use: a collection with ``documents`` (BioC's own), a list of collections (PMC),
``{"PubTator3": [...]}`` (PubTator 3), one document alone, and one document a line. A document
that is not sound JSON is set aside as long as its brackets are balanced.
"""

from __future__ import annotations

import re
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
        return reading_of(_document(record.value(), record.place))
    except InputError as error:
        place = ", ".join(part for part in (record.place, error.place) if part)
        return Unread(what="record", problem=error.message, place=place)


def _document(given: Any, place: str) -> BioCDocument:
    given = _object(given, "document", "")
    infons = _infons(given)
    for key in ("journal", "date"):  # PubTator 3 writes them beside the infons.
        if isinstance(given.get(key), str):
            infons.setdefault(key, given[key])
    return BioCDocument(
        id=_string(given.get("id", ""), "id", ""),
        infons=infons,
        passages=tuple(
            _passage(passage, f"passage {n}")
            for n, passage in enumerate(_list(given, "passages", ""), start=1)
        ),
        annotations=_annotations(given, ""),
        relations=_relations(given, ""),
        place=place,
    )


def _passage(given: Any, place: str) -> BioCPassage:
    given = _object(given, "passage", place)
    annotations = [*_annotations(given, place)]
    held: list[tuple[BioCRelation, BioCSentence | None]]
    held = [(relation, None) for relation in _relations(given, place)]
    sentences: list[BioCSentence] = []
    for n, part in enumerate(_list(given, "sentences", place), start=1):
        where = f"{place}, sentence {n}"
        part = _object(part, "sentence", where)
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
    for n, annotation in enumerate(_list(given, "annotations", place), start=1):
        where = ", ".join(part for part in (place, f"annotation {n}") if part)
        annotation = _object(annotation, "annotation", where)
        text = annotation.get("text")
        found.append(
            BioCAnnotation(
                id=str(annotation.get("id", "")),
                infons=_infons(annotation),
                locations=_locations(annotation),
                text=text if isinstance(text, str) else None,
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
    for n, relation in enumerate(_list(given, "relations", place), start=1):
        where = ", ".join(part for part in (place, f"relation {n}") if part)
        relation = _object(relation, "relation", where)
        nodes = [_object(node, "node", where) for node in _list(relation, "nodes", where)]
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
    for key, value in infons.items():
        if isinstance(value, dict):
            value = value.get("identifier")
        if isinstance(value, str | int | float):
            flat[key] = str(value)
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


def _object(value: Any, what: str, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        _refuse(what, "an object", place)
    return value


def _list(given: Mapping[str, Any], key: str, place: str) -> list[Any]:
    value = given.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        _refuse(key, "a list", place)
    return value


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
