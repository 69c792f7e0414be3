"""The bytes and the lines of a vocabulary, streamed, or a refusal that names file and line."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import IO, cast

from kgbuild.errors import InputError
from kgbuild.terms.term import TermFile

__all__ = ["digest", "head", "opened", "read_lines", "refuse"]

LONGEST_LINE = 64 << 20
"""Bytes; a longer line is no line of a vocabulary, and would fill the memory."""

_BLOCK = 1 << 16


def refuse(path: Path, problem: str, *hints: str, line: int = 0) -> InputError:
    """The error for a vocabulary that cannot be used at all."""
    return InputError(
        problem, file=str(path), place=f"line {line}" if line else "", hints=list(hints)
    )


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The file's bytes, decompressed if it is gzip. Raises InputError, also while it is read."""
    try:
        with path.expanduser().open("rb") as raw:
            if raw.peek(2)[:2] == b"\x1f\x8b":
                with gzip.open(raw) as unpacked:
                    yield cast("IO[bytes]", unpacked)
            else:
                yield raw
    except FileNotFoundError as error:
        hint = "a relative path starts at the folder of kgbuild.toml"
        raise refuse(path, "there is no such file", hint) from error
    except (OSError, EOFError, zlib.error) as error:
        raise refuse(path, f"cannot be read: {error}") from error


def head(path: Path, length: int = 4096) -> bytes:
    """The first bytes, decompressed."""
    with opened(path) as stream:
        return stream.read(length)


def digest(path: Path) -> bytes:
    """sha256 of what the file holds, decompressed. Raises InputError."""
    with opened(path) as stream:
        return hashlib.file_digest(cast("BufferedReader", stream), "sha256").digest()


def read_lines(file: TermFile) -> Iterator[tuple[int, str]]:
    """The file's lines and their numbers, from 1, without line ends, few in memory at a time.

    A byte order mark is accepted. Raises InputError with the line at which the file stops being
    text.
    """
    with opened(file.path) as stream:
        encoding = _encoding(file, cast("BufferedReader", stream).peek(3))
        wide = "\n".encode(encoding) != b"\n"
        number = 1
        for text in (_wide_lines if wide else _blocks)(file, stream, encoding):
            if "\0" in text:
                hint = "say encoding = 'utf-16-le' for this file if it is a text of that kind"
                line = number + text[: text.index("\0")].count("\n")
                raise refuse(file.path, "holds a NUL: it is not a text", hint, line=line)
            lines = text.removesuffix("\n").split("\n")
            if "\r" in text:
                lines = [line.rstrip("\r") for line in lines]
            yield from enumerate(lines, number)
            number += len(lines)


def _encoding(file: TermFile, start: bytes) -> str:
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if start[:3] == b"\xef\xbb\xbf":
        return "utf-8-sig"
    try:
        return codecs.lookup(file.encoding).name
    except LookupError as error:
        problem = f"there is no encoding {file.encoding!r}"
        raise refuse(file.path, problem, "e.g. utf-8, latin-1") from error


def _blocks(file: TermFile, stream: IO[bytes], encoding: str) -> Iterator[str]:
    """Some whole lines at a time: decoded one by one they would take twice as long."""
    number = 1
    while block := stream.read(_BLOCK) + stream.readline(LONGEST_LINE):
        if len(block) >= LONGEST_LINE:
            problem = f"a line of more than {LONGEST_LINE >> 20} MiB"
            raise refuse(file.path, problem, line=number + block.count(b"\n"))
        try:
            yield block.decode(encoding)
        except UnicodeDecodeError as error:
            start = block.rfind(b"\n", 0, error.start) + 1
            error.object = block[start:]  # so that the error counts from the line's start
            error.start, error.end = error.start - start, error.end - start
            line = number + block.count(b"\n", 0, start)
            raise _not_text(file, encoding, error, line) from error
        number += block.count(b"\n")


def _wide_lines(file: TermFile, stream: IO[bytes], encoding: str) -> Iterator[str]:
    number = 0
    try:
        with TextIOWrapper(stream, encoding) as lines:
            for number, line in enumerate(lines, start=1):  # noqa: B007 - used in the error
                yield line
    except UnicodeError as error:
        raise _not_text(file, encoding, error, number + 1) from error


def _not_text(file: TermFile, encoding: str, error: UnicodeError, line: int) -> InputError:
    hint = "say encoding = 'latin-1' for this file, or convert it with iconv"
    return refuse(file.path, f"is not {encoding}: {error}", hint, line=line)
