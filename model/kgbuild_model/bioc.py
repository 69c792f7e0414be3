"""BioC gold (Comeau et al. 2013), as XML or as JSON: documents of passages at their offsets.

XML is turned into what BioC JSON has, and read on from there. The JSON comes as a collection
(``documents``), a list of collections, ``{"PubTator3": [...]}``, one document, or one a line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from kgbuild_model.errors import GoldError

__all__ = ["Annotation", "Document", "json_documents", "xml_documents"]


@dataclass(frozen=True, slots=True)
class Annotation:
    """A typed stretch ``start`` to ``end`` of a document, and the text that it should have."""

    id: str
    type: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document's text, its passages where their offsets put them, and what is marked in it.

    A discontinuous annotation has no place in a row of tags and is left out.
    """

    id: str
    text: str
    annotations: tuple[Annotation, ...]


def xml_documents(path: Path) -> Iterator[Document]:
    """The documents of a BioC XML file, one at a time; raises GoldError."""
    try:
        for _, element in ElementTree.iterparse(path):  # noqa: S314 - gold files are one's own
            if element.tag == "document":
                yield _document(path, _as_json(element))
                element.clear()
    except ElementTree.ParseError as error:
        raise GoldError(f"{path} is not sound XML: {error}") from error


def json_documents(path: Path) -> Iterator[Document]:
    """The documents of a BioC JSON file; raises GoldError, also where it holds none."""
    empty = True
    for value in _values(path):
        for given in _unwrapped(value):
            yield _document(path, given)
            empty = False
    if empty:
        raise GoldError(f"{path} holds no BioC document", hint="one has an id and passages")


def _as_json(element: ElementTree.Element) -> dict[str, Any]:
    """A part of a BioC XML document as the object that BioC JSON has for it."""
    given: dict[str, Any] = {
        "id": element.get("id") or element.findtext("id"),
        "text": element.findtext("text"),
        "offset": element.findtext("offset") or 0,
        "infons": {infon.get("key"): infon.text for infon in element.findall("infon")},
        "locations": [dict(location.attrib) for location in element.findall("location")],
    }
    for part in ("passage", "sentence", "annotation"):
        given[part + "s"] = [_as_json(inner) for inner in element.findall(part)]
    return given


def _values(path: Path) -> Iterator[Any]:
    """The JSON values of a file, one after the other."""
    text = path.read_text(encoding="utf-8-sig").strip()
    decoder, place = json.JSONDecoder(), 0
    while place < len(text):
        try:
            value, place = decoder.raw_decode(text, place)
        except json.JSONDecodeError as error:
            raise GoldError(f"{path}:{error.lineno}: not sound JSON: {error.msg}") from error
        yield value
        place += len(text[place:]) - len(text[place:].lstrip())


def _unwrapped(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for one in value:
            yield from _unwrapped(one)
    elif isinstance(value, dict) and "passages" in value:
        yield value
    elif isinstance(value, dict):
        for key in ("documents", "PubTator3"):
            yield from _unwrapped(value.get(key, []))


def _document(path: Path, given: Mapping[str, Any]) -> Document:
    text = ""
    try:
        annotations = [*_annotations(given)]
        for passage in given["passages"]:
            sentences = passage.get("sentences") or []
            # some writers give an empty text where the sentences hold it
            for part in [passage] if passage.get("text") else sentences:
                offset = int(part.get("offset") or 0)
                text = text.ljust(offset)[:offset] + (part.get("text") or "")
            for part in [passage, *sentences]:
                annotations += _annotations(part)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise GoldError(f"{path}: document {given.get('id')} is not BioC ({error!r})") from error
    return Document(str(given.get("id") or ""), text, tuple(annotations))


def _annotations(part: Mapping[str, Any]) -> Iterator[Annotation]:
    for annotation in part.get("annotations") or []:
        name, locations = annotation.get("id"), annotation["locations"]
        if len(locations) != 1:
            continue
        start, length = (int(locations[0][key]) for key in ("offset", "length"))
        label = annotation["infons"].get("type")
        if start < 0 or length < 0 or not label:
            raise ValueError(f"annotation {name} lacks a place or a type")
        yield Annotation(str(name), label, start, start + length, annotation.get("text") or "")
