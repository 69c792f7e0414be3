"""The bytes and the lines of a word list, or a clear refusal that names file and line."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path

from kgbuild import ComponentUnavailableError

__all__ = ["read_bytes", "read_lines", "refuse"]

LIMIT = 1 << 30
"""The most bytes that a word list may have, decompressed."""


def refuse(path: Path, problem: str, *hints: str, line: int = 0) -> ComponentUnavailableError:
    """The error for a word list that cannot be used at all."""
    place = f"{path}, line {line}" if line else str(path)
    return ComponentUnavailableError(f"{place}: {problem}", plugin="lexicon", hints=hints)


def read_bytes(path: Path) -> bytes:
    """What the file holds, decompressed if it is gzip. Raises ComponentUnavailableError."""
    try:
        with path.expanduser().open("rb") as raw:
            if raw.peek(2)[:2] != b"\x1f\x8b":
                content = raw.read(LIMIT + 1)
            else:
                with gzip.open(raw) as unpacked:
                    content = unpacked.read(LIMIT + 1)
    except FileNotFoundError as error:
        hint = "a relative path starts at the folder of kgbuild.toml"
        raise refuse(path, "there is no such file", hint) from error
    except (OSError, EOFError, zlib.error) as error:
        raise refuse(path, f"cannot be read: {error}") from error
    if len(content) > LIMIT:
        raise refuse(path, f"is larger than {LIMIT >> 20} MiB", "split it into several lists")
    return content


def read_lines(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    """The file's lines and their numbers, from 1, without line ends, one in memory at a time.

    A byte order mark is accepted. Raises ComponentUnavailableError with the line at which the
    file stops being text.
    """
    content = read_bytes(path)
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif content[:3] == b"\xef\xbb\xbf":
        encoding = "utf-8-sig"
    number = 0
    try:
        with TextIOWrapper(BytesIO(content), encoding) as lines:
            for number, line in enumerate(lines, start=1):
                if "\0" in line:
                    hint = "say encoding = 'utf-16-le' for this file if it is a text of that kind"
                    raise refuse(path, "holds a NUL: it is not a text", hint, line=number)
                yield number, line.rstrip("\n")
    except LookupError as error:
        raise refuse(path, f"there is no encoding {encoding!r}", "e.g. utf-8, latin-1") from error
    except UnicodeError as error:
        line_number = _broken_line(content, encoding) or number + 1
        hint = "say encoding = 'latin-1' for this file, or convert it with iconv"
        raise refuse(path, f"is not {encoding}: {error}", hint, line=line_number) from error


def _broken_line(content: bytes, encoding: str) -> int:
    """The line that cannot be decoded; 0 where that is not known."""
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        return content.count(b"\n", 0, error.start) + 1
    except UnicodeError:
        return 0
    return 0
