"""Parse XML from strangers: no entity is expanded, no file or address is opened.

lxml's own defaults read local files from ``iterparse`` as late as 6.0.2 (CVE-2026-41066), so
every option is said here, and the version is checked by the dependency (lxml >= 6.1). Depth is
limited to 256 and one text node to 10 MB by libxml2, since ``huge_tree`` stays off.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from html.entities import html5
from typing import IO, Any

from lxml import etree

from kgbuild.errors import InputError

__all__ = ["character_of", "iterate", "parse", "text_of"]

_OPTIONS: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
_PARSER = etree.XMLParser(**_OPTIONS)
"""Made once: MEDLINE has a parse for every record, and to make a parser takes 5% of one."""


def parse(raw: bytes, *, file: str) -> etree._Element:
    """The root element of one XML text. Raises InputError with the line."""
    try:
        return etree.fromstring(raw, _PARSER)
    except etree.XMLSyntaxError as error:
        raise _input_error(error, file) from error


def iterate(stream: IO[bytes], tags: Collection[str], *, file: str) -> Iterator[etree._Element]:
    """The elements with one of the tags (``{*}`` for any namespace), each freed after use.

    Raises InputError with the line where the rest cannot be parsed.
    """
    context = etree.iterparse(stream, events=("end",), tag=list(tags), **_OPTIONS)
    try:
        for _, element in context:
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise _input_error(error, file) from error


def _input_error(error: etree.XMLSyntaxError, file: str) -> InputError:
    line = f"line {error.lineno}" if error.lineno else ""
    return InputError(f"not well-formed XML: {error.msg}", file=file, place=line)


def text_of(element: etree._Element, *, without: Collection[str] = ()) -> str:
    """The text of an element and of what is in it, without its tail.

    Elements whose local name is in ``without`` are left out, their tails kept. A character
    entity that the DTD would define (``&alpha;``) becomes its character; any other is kept as
    it is written, never expanded.
    """
    parts: list[str] = []
    _collect(element, without, parts)
    return "".join(parts)


def character_of(entity: etree._Element) -> str:
    """The character that an entity reference names (``&alpha;``), else the reference itself."""
    written = entity.text or ""
    return html5.get(written.removeprefix("&"), written)


def _collect(element: etree._Element, without: Collection[str], parts: list[str]) -> None:
    parts.append(element.text or "")
    for child in element:
        if child.tag is etree.Entity:
            parts.append(character_of(child))
        elif isinstance(child.tag, str) and etree.QName(child).localname not in without:
            _collect(child, without, parts)
        parts.append(child.tail or "")
