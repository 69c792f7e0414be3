"""The bytes and the text of a word list, or a clear refusal that names file and line."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from kgbuild import ComponentUnavailableError

__all__ = ["read_bytes", "read_text", "refuse"]

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
        hint = "a relative path starts at the folder in which kgbuild runs"
        raise refuse(path, "there is no such file", hint) from error
    except (OSError, EOFError, zlib.error) as error:
        raise refuse(path, f"cannot be read: {error}") from error
    if len(content) > LIMIT:
        raise refuse(path, f"is larger than {LIMIT >> 20} MiB", "split it into several lists")
    return content


def read_text(path: Path, encoding: str) -> str:
    """The file's text; a byte order mark is accepted. Raises ComponentUnavailableError."""
    content = read_bytes(path)
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif content[:3] == b"\xef\xbb\xbf":
        encoding = "utf-8-sig"
    try:
        text = content.decode(encoding)
    except LookupError as error:
        raise refuse(path, f"there is no encoding {encoding!r}", "e.g. utf-8, latin-1") from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        hint = "say encoding = 'latin-1' for this file, or convert it with iconv"
        raise refuse(path, f"is not {encoding}: {error.reason}", hint, line=line) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        hint = "say encoding = 'utf-16-le' for this file if it is a text of that kind"
        raise refuse(path, "holds a NUL: it is not a text", hint, line=line)
    return text
