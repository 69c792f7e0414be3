"""Read PubTator: ``|t|`` and ``|a|`` lines, then one tab-separated line per annotation.

The text is title, one space, abstract, exactly as given; offsets count code points in it. The
dialects of BC5CDR, BioRED, NCBI Disease and PubTator 3 are told apart by nothing but what they
write, so no setting is needed. Format: https://www.ncbi.nlm.nih.gov/research/pubtator3/tutorial

A seventh column (BC5CDR's individual mentions of a composite) repeats words of the fourth and
is not needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from kgbuild.components import PaperFile, ReaderSpec, Reading
from kgbuild.document import SectionKind, Span, Unread
from kgbuild.readers.composition import Composition
from kgbuild.readers.gathering import Gathering, UnreadTally, as_reading
from kgbuild.readers.given_names import work_identifiers

__all__ = ["SPEC", "PubTatorReader"]

_TEXT_LINE = re.compile(r"(\S{1,256}?)\|([ta])\|(.*)", re.DOTALL)
_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*[^\s|]{1,256}\|t\|")
_WHOLE_NUMBER = re.compile(r"-?\d{1,18}", re.ASCII)


@dataclass
class _Block:
    """The lines of one document."""

    name: str
    line: int
    texts: dict[str, str] = field(default_factory=dict)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    unread: UnreadTally = field(default_factory=UnreadTally)


class PubTatorReader:
    """Reads one document after the other; a broken line costs that line alone."""

    def read(self, file: PaperFile) -> Iterator[Reading]:
        """Yield the documents; lines that belong to none are yielded as Unread."""
        with file.open() as stream:
            for block in _blocks(stream):
                yield block if isinstance(block, Unread) else _reading(block)


def _blocks(stream: IO[bytes]) -> Iterator[_Block | Unread]:
    block: _Block | None = None
    for number, raw in enumerate(stream, start=1):
        line, decoded = _decoded(raw, first=number == 1)
        if not line.strip():
            if block:
                yield block
            block = None
            continue
        if found := _TEXT_LINE.fullmatch(line):
            name, which, text = found.groups()
            if block and (block.name != name or which == "t"):
                yield block
                block = None
            block = block or _Block(name, number)
            if which in block.texts:
                block.unread.add("line", problem="a second abstract", place=f"line {number}")
            block.texts.setdefault(which, text)
        elif block:
            block.rows.append((number, line.split("\t")))
        else:
            yield Unread(what="line", problem="it belongs to no document", place=f"line {number}")
        if block and not decoded:
            block.unread.add_broken_bytes(f"line {number}")
    if block:
        yield block


def _decoded(raw: bytes, *, first: bool) -> tuple[str, bool]:
    """The line without its end, and whether it was UTF-8."""
    raw = raw.removesuffix(b"\n").removesuffix(b"\r")
    if first:
        raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        return raw.decode(), True
    except UnicodeDecodeError:
        return raw.decode(errors="replace"), False


def _reading(block: _Block) -> Reading:
    composition = Composition()
    composition.add(SectionKind.TITLE, block.texts.get("t", ""))
    composition.add(SectionKind.ABSTRACT, block.texts.get("a", ""), separator=" ")
    if not composition.length:
        return Unread(
            what="record",
            problem=f"document {block.name!r} has no text",
            place=f"line {block.line}",
        )
    curies = work_identifiers(block.name)
    if not curies:
        block.unread.add(f"document name {block.name!r}", place=f"line {block.line}")
    draft = composition.document(curies)
    gathering = Gathering(draft.text, draft.sections, block.unread)
    relations = [row for row in block.rows if not _add_annotation(gathering, block, *row)]
    for number, columns in relations:
        _add_relation(gathering, block, number, columns)
    document = composition.document(curies, unread=block.unread.notes())
    return as_reading(document, gathering.annotations())


def _add_annotation(gathering: Gathering, block: _Block, number: int, columns: list[str]) -> bool:
    """Add the annotation if the line is one; False where it is something else."""
    offsets = columns[1:3]
    if len(columns) < 5 or not all(_WHOLE_NUMBER.fullmatch(column) for column in offsets):
        return False
    place = f"line {number}"
    if columns[0] != block.name:
        block.unread.add("annotation", problem=f"it names {columns[0]!r}", place=place)
        return True
    gathering.add_mention(
        [Span(int(offsets[0]), int(offsets[1]))],
        columns[4].strip(),
        text=columns[3],
        given=columns[5].strip() if len(columns) > 5 else None,
        place=place,
    )
    return True


def _add_relation(gathering: Gathering, block: _Block, number: int, columns: list[str]) -> None:
    place = f"line {number}"
    if len(columns) not in (4, 5) or _WHOLE_NUMBER.fullmatch(columns[1]):
        block.unread.add("line", problem="neither text nor annotation nor relation", place=place)
    elif columns[0] != block.name:
        block.unread.add("relation", problem=f"it names {columns[0]!r}", place=place)
    else:
        novelty = columns[4].strip() if len(columns) == 5 else ""
        gathering.add_relation(columns[1], columns[2:4], novelty=novelty, place=place)


def _accepts(name: str, head: bytes) -> bool:
    return _HEAD.match(head) is not None


def _create(settings: Any) -> PubTatorReader:
    return PubTatorReader()


SPEC = ReaderSpec(
    name="pubtator",
    summary="PubTator, with annotations and relations: BC5CDR, BioRED, NCBI Disease, PubTator 3.",
    create=_create,
    suffixes=(".pubtator", ".PubTator", ".PubTator.txt"),
    accepts=_accepts,
)
