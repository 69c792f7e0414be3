"""Whose cells a text speaks of: cell lines of mice and rats that are named often.

The genes of a text on RAW 264.7 cells are a mouse's, though it names no mouse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kgbuild_linker.shipped import shipped_rows

__all__ = ["species_of_cell_lines"]


def species_of_cell_lines(text: str) -> Iterator[tuple[int, int, int]]:
    """Where cell lines stand in a text, from start to end, and the species that each is of.

    >>> list(species_of_cell_lines("In RAW264.7 cells"))
    [(3, 11, 10090)]
    """
    for taxon, lines in _patterns():
        for found in lines.finditer(text):
            yield *found.span(), taxon


@cache
def _patterns() -> list[tuple[int, re.Pattern[str]]]:
    return [
        (int(taxon), _pattern(names.split("|"))) for taxon, names in shipped_rows("cell_lines.tsv")
    ]


def _pattern(names: list[str]) -> re.Pattern[str]:
    """Any of the names, the longest first, whole words."""
    spelled = [re.sub(r"\\?[- ]", "[- ]?", re.escape(name)) for name in names]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(spelled, key=len, reverse=True))})(?!\w)")
