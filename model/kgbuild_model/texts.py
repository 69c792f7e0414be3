"""Plain text to learn from: files and folders that nobody has labelled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from kgbuild_model.errors import GoldError

__all__ = ["letters", "read_texts"]

_SUFFIXES = (".txt", ".md", ".jsonl")


def letters(text: str) -> str:
    """A text as it is told again where spaces and marks are set otherwise: letters and digits."""
    return "".join(filter(str.isalnum, text.lower()))


def read_texts(path: Path) -> Iterator[str]:
    """The texts of a file or of all files under a folder, in the order of their names.

    A ``.txt`` or ``.md`` file is one text; a ``.jsonl`` file has one a line, as ``text``, or as
    ``title`` and ``abstract``, which are joined by a space. Raises GoldError with file and line.
    """
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.suffix in _SUFFIXES and file.is_file():
                yield from read_texts(file)
    elif path.suffix == ".jsonl":
        yield from _lines(path)
    else:
        try:
            yield path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise GoldError(f"{path} cannot be read: {error}") from error


def _lines(path: Path) -> Iterator[str]:
    # not splitlines: an abstract may hold U+2028, which is no end of a line of JSON
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not line:
            continue
        try:
            record = json.loads(line)
            yield record.get("text") or f"{record['title']} {record['abstract']}".strip()
        except (ValueError, KeyError, AttributeError) as error:
            raise GoldError(
                f"{path}:{number}: no text", hint="a line has text, or title and abstract"
            ) from error
