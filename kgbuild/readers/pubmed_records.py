"""Cut a PubMed XML file into its records, so that a broken record is lost alone.

The bytes are cut at the end tags of records and each record is parsed by itself. What stands
around the records (declaration, document type, root tags) is looked at for its encoding and
namespaces only: a document type is never parsed, so no entity of it can be expanded.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import IO, NamedTuple, Protocol

from kgbuild.errors import InputError

__all__ = ["Piece", "split"]

_CHUNK = 1 << 18
_LONGEST = 1 << 24  # bytes of one record; a real one has at most a few hundred thousand

_OPENING = re.compile(
    rb"<(?:(PubmedArticle|PubmedBookArticle|MedlineCitation|DeleteCitation|DeleteDocument)"
    rb"(?=[\s/>])|(!--)|(!DOCTYPE))"
)
_DOCTYPE = re.compile(rb"<!DOCTYPE(?:\"[^\"]*\"|'[^']*'|[^\[>\"'])*(?:\[.*?\]\s*)?>", re.DOTALL)
_AFTER_NAME = frozenset((b">", b" ", b"\n", b"\r", b"\t", b"/", b""))
_AROUND = re.compile(rb"<[^<>]*>|\xef\xbb\xbf")
_ROOT = re.compile(rb"<(/?)\w*Set([^<>]*)>")
_NAMESPACE = re.compile(rb"\sxmlns:[\w.-]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*')")
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)[\"']")
_AS_IT_IS = {"utf-8", "ascii"}
_BYTE_ORDERS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)


class Piece(NamedTuple):
    """One record as UTF-8 bytes, or a ``problem`` where a record should be.

    ``number`` counts the records of the file from 1; ``line`` is where the record starts. A
    piece with no ``tag`` is what stands behind the record of its number and is none itself.
    ``namespaces`` are the declarations of the root, as they are written.
    """

    tag: str
    number: int
    line: int
    raw: bytes
    namespaces: bytes = b""
    problem: str = ""


class _Bytes(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Recoded:
    """A stream in another encoding, read as UTF-8.

    What cannot be decoded becomes U+0001, which XML forbids: so the record it stands in is
    found to be broken, and no other.
    """

    def __init__(self, stream: _Bytes, head: bytes, encoding: str) -> None:
        self._stream = stream
        self._head = head
        self._decoder = codecs.getincrementaldecoder(encoding)("kgbuild-forbidden")

    def read(self, size: int) -> bytes:
        """At least one byte, unless the stream has ended."""
        while True:
            raw, self._head = self._head or self._stream.read(size), b""
            text = self._decoder.decode(raw, final=not raw)
            if text or not raw:
                return text.encode("utf-8", "surrogatepass")


def _forbidden(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return "\x01", error.end


codecs.register_error("kgbuild-forbidden", _forbidden)


class _Prefixed:
    """A stream whose first bytes have been read already."""

    def __init__(self, stream: _Bytes, head: bytes) -> None:
        self._stream = stream
        self._head = head

    def read(self, size: int) -> bytes:
        """At least one byte, unless the stream has ended."""
        head, self._head = self._head, b""
        return head or self._stream.read(size)


def _encoding(head: bytes) -> str:
    """The encoding by byte order mark or declaration, as Python names it."""
    for start, name in _BYTE_ORDERS:
        if head.startswith(start):
            return name
    declared = _DECLARED.match(head.removeprefix(codecs.BOM_UTF8))
    if not declared:
        return "utf-8"
    name = declared.group(1).decode("ascii")
    try:
        known = codecs.lookup(name).name
    except LookupError as error:
        raise InputError(f"unknown encoding {name!r}", place="line 1") from error
    # A declaration of two bytes a character that can be read as ASCII is not true.
    return "utf-8" if known.startswith(("utf-16", "utf-32")) else known


class _AsItComes:
    """A stream that gives what it has before it fails, as a cut-off gzip file does."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.read = getattr(stream, "read1", stream.read)


def _as_utf8(stream: IO[bytes]) -> _Bytes:
    source = _AsItComes(stream)
    head = source.read(4096)
    encoding = _encoding(head)
    if encoding in _AS_IT_IS:
        return _Prefixed(source, head)
    return _Recoded(source, head, encoding)


def split(stream: IO[bytes]) -> Iterator[Piece]:
    """The records of a file in order, each by itself, at most one held in memory.

    A record ends at the last end tag before the next record, or where that starts if there is
    none; no more than 16 MB are searched for it. Raises InputError where the file is empty, its
    encoding is unknown, or it holds neither a record nor the root of a set.
    """
    return _Cutter(_as_utf8(stream)).pieces()


class _Cutter:
    """The window of the file that is being looked at, and where in the file it lies."""

    def __init__(self, source: _Bytes) -> None:
        self._source = source
        self._window = b""
        self._at = 0
        self._line = 1
        self._number = 0
        self._empty = True
        self._opened = False
        self._closed = True
        self._namespaces = b""
        self._sound = True
        self._stray: Piece | None = None

    def pieces(self) -> Iterator[Piece]:
        """The records, and the problems between them, in order."""
        while found := self._find_opening():
            if self._stray or found.start() > self._at:
                yield from self._between(found.start())
            if found.group(1):
                yield self._record(found.group(1))
            elif problem := self._pass_over(found.group(0)):
                yield problem
        yield from self._between(len(self._window))
        yield from self._ending()

    def _more(self) -> bool:
        """Read on, letting go of what is done with. False where the file has ended."""
        held = self._window[self._at :]
        chunk = self._source.read(max(_CHUNK, len(held)))
        self._window, self._at = held + chunk, 0
        self._empty = self._empty and not chunk.removeprefix(codecs.BOM_UTF8).strip()
        return bool(chunk)

    def _move(self, to: int) -> None:
        self._line += self._window.count(b"\n", self._at, to)
        self._at = to

    def _problem(self, problem: str) -> Piece:
        return Piece("", self._number, self._line, b"", problem=problem)

    def _find_opening(self) -> re.Match[bytes] | None:
        """The next opening. A window without one is passed over, but for its last tag."""
        while not (found := _OPENING.search(self._window, self._at)):
            last = self._window.rfind(b"<", self._at)
            near = last >= 0 and len(self._window) - last < _CHUNK
            self._look_around(last if near else len(self._window))
            if not self._more():
                return None
        return found

    def _between(self, end: int) -> Iterator[Piece]:
        """Go to ``end``; yield a problem if there was text on the way."""
        self._look_around(end)
        if self._stray and self._opened:
            yield self._stray
        self._stray = None

    def _look_around(self, end: int) -> None:
        """Go to ``end``, seeing root elements and text where no text should be."""
        raw = self._window[self._at : end]
        if not raw.strip():
            self._move(end)
            return
        for root in _ROOT.finditer(raw):
            self._closed = bool(root.group(1))
            if not self._closed:
                self._opened = True
                self._namespaces = b"".join(_NAMESPACE.findall(root.group(2)))
        words = _AROUND.sub(lambda tag: b"\n" * tag.group().count(b"\n"), raw)
        if not self._stray and (words.strip() or b"</PubmedArticle>" in raw):
            line = self._line + words.count(b"\n", 0, len(words) - len(words.lstrip()))
            self._stray = Piece("", self._number, line, b"", problem="text outside of any record")
        self._move(end)

    def _pass_over(self, opening: bytes) -> Piece | None:
        """Leave a comment or document type behind."""
        while self._sound:
            if opening == b"<!--":
                end = self._window.find(b"-->", self._at) + 3
            else:
                doctype = _DOCTYPE.match(self._window, self._at)
                end = doctype.end() if doctype else 0
            if end > self._at:
                self._move(end)
                return None
            # What it hides may be records, so go on right behind its beginning. To look for the
            # end of every further one could take the square of the file's size.
            self._sound = len(self._window) - self._at <= _LONGEST and self._more()
            if not self._sound:
                problem = self._problem(f"{opening.decode()} has no end")
                self._move(self._at + len(opening))
                return problem
        self._move(self._at + len(opening))
        return None

    def _record(self, tag: bytes) -> Piece:
        self._number += 1
        self._opened = True
        line = self._line
        end, problem = self._end_of_record(tag)
        raw = self._window[self._at : end]
        self._move(end)
        return Piece(tag.decode(), self._number, line, raw, self._namespaces, problem)

    def _end_of_record(self, tag: bytes) -> tuple[int, str]:
        """Where the record ends in the window, and what is wrong with its end.

        It is the last end tag before the next record: one in the middle may stand in a CDATA
        section, or be what is wrong with the record.
        """
        closing = b"</" + tag + b">"
        following = self._next_start(b"<" + tag)
        end = self._window.rfind(closing, self._at, following)
        if end >= 0:
            return end + len(closing), ""
        return following, f"no end tag </{tag.decode()}>"

    def _next_start(self, starting: bytes) -> int:
        """Where the next record of the kind starts, reading on as far as a record may be long."""
        searched = 1  # counted from the start of the record: reading on moves the window
        while True:
            found = self._window.find(starting, self._at + searched)
            if found < 0:
                searched = max(1, len(self._window) - self._at - len(starting))
                if searched > _LONGEST or not self._more():
                    return len(self._window)
            elif self._window[found + len(starting) : found + len(starting) + 1] in _AFTER_NAME:
                return found
            else:
                searched = found + 1 - self._at

    def _ending(self) -> Iterator[Piece]:
        if self._empty:
            raise InputError("the file is empty")
        if not self._opened:
            raise InputError(
                "no PubMed record in it",
                hints=["PubMed XML has PubmedArticle elements, in a PubmedArticleSet"],
            )
        if not self._closed:
            yield self._problem("the file ends before its root element: records may be missing")
