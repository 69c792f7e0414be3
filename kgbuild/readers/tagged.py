"""Records of tagged lines, as MEDLINE and RIS have them.

A field is a tag and a value on one line; a line without a tag goes on with the value before.
Records are told apart by their first tag, so a broken one is lost alone.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from kgbuild.components import PaperFile
from kgbuild.document import Unread
from kgbuild.errors import InputError

__all__ = ["TaggedRecord", "lines", "set_aside"]

_UNDECODED = re.compile("[\udc80-\udcff]")


@dataclass(slots=True)
class TaggedRecord:
    r"""One record: its fields in order, where it starts, and what is wrong with it, if anything.

    ``number`` counts from 1. The lines of a value that goes on are kept apart by ``\n``.
    """

    number: int
    line: int
    fields: list[tuple[str, str]] = field(default_factory=list)
    problem: str = ""

    def add(self, tag: str, value: str, line: int) -> None:
        """Append a field. Bytes that are no UTF-8 are the record's problem."""
        self.fields.append((tag, value))
        self._check(value, line)

    def go_on(self, value: str, line: int) -> None:
        """Append a line to the last field."""
        tag, begun = self.fields[-1]
        self.fields[-1] = (tag, f"{begun}\n{value}")
        self._check(value, line)

    def _check(self, value: str, line: int) -> None:
        if not self.problem and (wrong := _UNDECODED.search(value)):
            byte = ord(wrong.group()) - 0xDC00
            self.problem = f"not UTF-8: byte 0x{byte:02X} in line {line}"

    def all(self, *tags: str) -> list[str]:
        """The values of the tags, in the order of the record."""
        return [value for tag, value in self.fields if tag in tags]

    def first(self, *tags: str) -> str:
        """The value of the first of the tags that has one: the order of the tags counts."""
        given = dict(reversed([(tag, value) for tag, value in self.fields if value.strip()]))
        return next((given[tag] for tag in tags if tag in given), "")


def lines(file: PaperFile) -> Iterator[tuple[int, str]]:
    """The lines of a text file with their numbers, from 1, without line ends (CR, LF, CRLF).

    UTF-8, or UTF-16 with a byte order mark. A byte that is no UTF-8 becomes a lone surrogate
    (PEP 383). Raises InputError where the file is empty.
    """
    with file.open() as stream:
        head = stream.read(3)
    encoding, errors = _encoding(head)
    if not head:
        raise InputError("the file is empty", file=file.name)
    with file.open() as stream, io.TextIOWrapper(stream, encoding, errors) as text:
        for number, line in enumerate(text, start=1):
            yield number, line.rstrip("\n")


def _encoding(head: bytes) -> tuple[str, Literal["replace", "surrogateescape"]]:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", "replace"
    return "utf-8-sig", "surrogateescape"


def set_aside(record: TaggedRecord, problem: str, identity: str = "") -> Unread:
    """The broken record, as the reader yields it."""
    place = ", ".join(filter(None, (f"record {record.number}", identity, f"line {record.line}")))
    return Unread(what="record", problem=problem, place=place)
