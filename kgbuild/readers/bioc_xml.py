"""Read BioC XML: one ``<document>`` after the other, each freed when it has been read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kgbuild.components import PaperFile, ReaderSpec, Reading
from kgbuild.document import Unread
from kgbuild.errors import InputError
from kgbuild.readers import safe_xml
from kgbuild.readers.bioc import (
    BioCAnnotation,
    BioCDocument,
    BioCPassage,
    BioCRelation,
    BioCSentence,
    Location,
    reading_of,
)

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["SPEC", "BioCXmlReader"]

_COLLECTION = re.compile(rb"<collection[\s>]")
_BIOC = re.compile(rb"BioC\.dtd|<(?:source|document|passage|key|date)[\s/>]")
_WHOLE_NUMBER = re.compile(r"\s*-?\d{1,18}\s*", re.ASCII)


class BioCXmlReader:
    """Reads document by document; a broken document costs that document alone."""

    def read(self, file: PaperFile) -> Iterator[Reading]:
        """Yield the documents. Raises InputError where the XML is not well formed."""
        with file.open() as stream:
            for element in safe_xml.iterate(stream, ["{*}document"], file=file.name):
                yield _reading(element)


def _reading(element: etree._Element) -> Reading:
    try:
        return reading_of(_document(element))
    except InputError as error:
        return Unread(what="record", problem=error.message, place=error.place)


def _document(element: etree._Element) -> BioCDocument:
    return BioCDocument(
        id=_text(element, "id") or "",
        infons=_infons(element),
        passages=tuple(_passage(passage) for passage in element.iterfind("{*}passage")),
        annotations=_annotations(element),
        relations=_relations(element),
        place=_place(element),
    )


def _passage(element: etree._Element) -> BioCPassage:
    annotations, relations = list(_annotations(element)), [(r, None) for r in _relations(element)]
    sentences: list[BioCSentence] = []
    held: list[tuple[BioCRelation, BioCSentence | None]] = [*relations]
    for part in element.iterfind("{*}sentence"):
        sentence = BioCSentence(offset=_offset(part), text=_text(part, "text") or "")
        sentences.append(sentence)
        annotations += _annotations(part)
        held += [(relation, sentence) for relation in _relations(part)]
    return BioCPassage(
        offset=_offset(element),
        infons=_infons(element),
        text=_text(element, "text"),
        sentences=tuple(sentences),
        annotations=tuple(annotations),
        relations=tuple(held),
        place=_place(element),
    )


def _annotations(element: etree._Element) -> tuple[BioCAnnotation, ...]:
    return tuple(
        BioCAnnotation(
            id=annotation.get("id", ""),
            infons=_infons(annotation),
            locations=_locations(annotation),
            text=_text(annotation, "text"),
            place=_place(annotation),
        )
        for annotation in element.iterfind("{*}annotation")
    )


def _locations(annotation: etree._Element) -> tuple[Location, ...] | None:
    locations = []
    for location in annotation.iterfind("{*}location"):
        offset, length = location.get("offset", ""), location.get("length", "")
        if not (_WHOLE_NUMBER.fullmatch(offset) and _WHOLE_NUMBER.fullmatch(length)):
            return None
        locations.append((int(offset), int(length)))
    return tuple(locations)


def _relations(element: etree._Element) -> tuple[BioCRelation, ...]:
    return tuple(
        BioCRelation(
            infons=_infons(relation),
            nodes=tuple(
                (node.get("refid", ""), node.get("role", ""))
                for node in relation.iterfind("{*}node")
            ),
            place=_place(relation),
        )
        for relation in element.iterfind("{*}relation")
    )


def _infons(element: etree._Element) -> dict[str, str]:
    return {infon.get("key", ""): safe_xml.text_of(infon) for infon in element.iterfind("{*}infon")}


def _offset(element: etree._Element) -> int:
    given = _text(element, "offset") or ""
    if not _WHOLE_NUMBER.fullmatch(given):
        raise InputError(f"the offset {given[:40]!r} is not a whole number", place=_place(element))
    return int(given)


def _text(element: etree._Element, tag: str) -> str | None:
    child = element.find(f"{{*}}{tag}")
    return None if child is None else safe_xml.text_of(child)


def _place(element: etree._Element) -> str:
    return f"line {element.sourceline}"


def _accepts(name: str, head: bytes) -> bool:
    root = _COLLECTION.search(head)
    return root is not None and b"MARC21" not in head and _BIOC.search(head) is not None


def _create(settings: Any) -> BioCXmlReader:
    return BioCXmlReader()


SPEC = ReaderSpec(
    name="bioc-xml",
    summary="BioC XML, with annotations and relations: PMC, PubTator, BioRED, DrugProt.",
    create=_create,
    suffixes=(".bioc.xml", ".BioC.XML", ".xml"),
    accepts=_accepts,
)
