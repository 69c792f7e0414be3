"""Walk a JSON file that holds documents, one document in memory at a time.

The standard library reads a JSON text whole or not at all, and no streaming parser is among
kgbuild's dependencies. What is needed is little: where a value ends. Brackets are counted
outside strings to find that; the standard library then parses the value. So one bad value
costs itself alone.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, NoReturn

from kgbuild.errors import InputError

__all__ = ["JsonRecord", "documents_in"]

_DEEPEST = 100
_DEEPEST_LIST = 8
_BROKEN_BYTE = re.compile("[\udc80-\udcff]")
_CHUNK = 1 << 18
_WHITE = re.compile(r"[ \t\r\n]*")
# Possessive, so that a text of ten megabytes leaves nothing to go back to.
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_TOKEN = re.compile(rf'{_STRING.pattern}|[\[\]{{}}]|"', re.DOTALL)
_SCALAR = re.compile(r'[^\s,\[\]{}:"]+')
_HOLDS_DOCUMENTS = frozenset({"documents", "PubTator3"})


@dataclass(frozen=True, slots=True)
class JsonRecord:
    """One document's JSON text, and where it starts."""

    text: str
    place: str

    @property
    def broken_bytes(self) -> int:
        """How many bytes were not UTF-8."""
        return len(_BROKEN_BYTE.findall(self.text))

    def value(self) -> Any:
        """The parsed value; a byte that is not UTF-8 is a lone surrogate in it.

        Raises InputError for bad JSON, NaN, or numbers beyond reason.
        """
        try:
            return json.loads(self.text, parse_constant=_no_constant)
        except ValueError as error:
            raise InputError(f"not valid JSON: {error}") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def documents_in(stream: IO[bytes], *, file: str) -> Iterator[JsonRecord]:
    """The documents in a stream of one or several JSON texts.

    Raises InputError, with the character, where the file breaks off or is no JSON.
    """
    walk = _Walk(stream, file)
    while walk.peek():
        yield from walk.value()


class _Walk:
    """A place in a JSON text; ``start`` counts the characters already dropped."""

    def __init__(self, stream: IO[bytes], file: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
        self._file = file
        self._text = ""
        self._at = 0
        self._start = 0
        self._ended = False

    def value(self, depth: int = 0) -> Iterator[JsonRecord]:
        """The documents in the value that starts here; its other members are passed over."""
        opening = self.peek()
        if opening == "{":
            yield from self._object()
        elif opening == "[" and depth < _DEEPEST_LIST:
            yield from self._list(depth)
        elif opening == "[":
            self._refuse(f"lists nested deeper than {_DEEPEST_LIST}")
        else:
            self._scalar()

    def _object(self) -> Iterator[JsonRecord]:
        first = self._start + self._at
        whole = [self._take("{")]
        document = False
        while self.peek() != "}":
            key = self._string()
            whole += [key, self._take(":")]
            if json.loads(key) in _HOLDS_DOCUMENTS and self.peek() == "[":
                yield from self._elements()
                whole.append("null")
            else:
                document = document or key == '"passages"'
                whole.append(self._span())
            if self.peek() != ",":
                break
            whole.append(self._take(","))
        whole.append(self._take("}"))
        if document:
            yield JsonRecord("".join(whole), f"character {first}")

    def _list(self, depth: int) -> Iterator[JsonRecord]:
        """A list of collections or of documents."""
        self._take("[")
        while self.peek() != "]":
            yield from self.value(depth + 1)
            if self.peek() != ",":
                break
            self._take(",")
        self._take("]")

    def _elements(self) -> Iterator[JsonRecord]:
        """A list of documents, each kept as it is written."""
        self._take("[")
        while self.peek() != "]":
            first = self._start + self._at
            yield JsonRecord(self._span(), f"character {first}")
            if self.peek() != ",":
                break
            self._take(",")
        self._take("]")

    def peek(self) -> str:
        """The next character that is not white space; empty at the end."""
        while True:
            self._at = _match_end(_WHITE, self._text, self._at)
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def _take(self, wanted: str) -> str:
        if self.peek() != wanted:
            self._refuse(f"expected {wanted!r}")
        self._at += 1
        return wanted

    def _string(self) -> str:
        if self.peek() != '"':
            self._refuse("expected a key in quotation marks")
        while not (found := _STRING.match(self._text, self._at)):
            if not self._more():
                self._refuse("a text has no end")
        self._at = found.end()
        return found[0]

    def _scalar(self) -> str:
        if self.peek() == '"':
            return self._string()
        while (found := _SCALAR.match(self._text, self._at)) and found.end() == len(self._text):
            if not self._more():
                break
        if not found:
            self._refuse("expected a value")
        self._at = found.end()
        return found[0]

    def _span(self) -> str:
        """The text of the value that starts here, and step over it."""
        if self.peek() not in ("{", "["):
            return self._scalar()
        depth, at = 0, self._at
        while True:
            found = _TOKEN.search(self._text, at)
            if found is None or found[0] == '"':
                at = found.start() if found else len(self._text)
                gone = self._at
                if not self._more():
                    self._refuse("the file breaks off inside a document")
                at -= gone - self._at
                continue
            at = found.end()
            depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(found[0], 0)
            if depth > _DEEPEST:
                self._refuse(f"nested deeper than {_DEEPEST}")
            if depth == 0:
                text = self._text[self._at : at]
                self._at = at
                return text

    def _more(self) -> bool:
        """Read on, dropping what was passed. The chunk grows with what has to be kept."""
        if self._ended:
            return False
        raw = self._stream.read(max(_CHUNK, len(self._text) - self._at))
        self._ended = not raw
        self._start += self._at
        self._text = self._text[self._at :] + self._decoder.decode(raw, final=self._ended)
        self._at = 0
        return True

    def _refuse(self, problem: str) -> NoReturn:
        if self._at >= len(self._text) and self._ended:
            problem = "the file breaks off"
        place = f"character {self._start + self._at}"
        raise InputError(f"not valid JSON: {problem}", file=self._file, place=place)


def _match_end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
