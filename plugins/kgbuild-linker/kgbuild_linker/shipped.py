"""The small tables of text that lie beside these modules."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources

__all__ = ["shipped_rows"]


def shipped_rows(file: str) -> Iterator[list[str]]:
    """The columns of each line of a table, which tabs part; comments and empty lines left out.

    >>> next(shipped_rows("cell_lines.tsv"))[0]
    '10090'
    """
    text = (resources.files("kgbuild_linker") / file).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")
