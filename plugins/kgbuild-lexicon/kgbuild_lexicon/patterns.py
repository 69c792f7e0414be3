"""What the automaton looks for: folded names, long ones by their beginnings.

Most of an automaton of whole names would be the ends of long names. It would take four times as
long to make and twice the memory, for little: few names begin alike. So a name is cut after 16
characters, or, where more than eight begin alike, after 32, and so on. Where a beginning is
found in a text, the names that begin so are compared with the text. (Cut after 12, it is made in
half the time again, but two and a half times as many beginnings are found.)
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

__all__ = ["Patterns", "patterns"]

_LENGTH = 16
_MOST = 8


class Patterns(NamedTuple):
    """Of each beginning: its text, where its names end, and whether one of them is longer."""

    beginnings: list[str]
    ends: list[int]
    longer: bytearray


def patterns(names: list[str], length: int = _LENGTH, offset: int = 0) -> Patterns:
    """The beginnings of names that are sorted, the first of which has the number ``offset``.

    >>> beginnings, ends, longer = patterns(["Aspirin", "Aspirin", "Interleukin 2 Receptor"])
    >>> beginnings, ends, list(longer)
    (['Aspirin', 'Interleukin 2 Re'], [2, 3], [0, 1])
    """
    made = Patterns([], [], bytearray())
    begin = [name[:length] for name in names]
    ends = [place for place, (one, other) in enumerate(pairwise(begin), 1) if one != other]
    start = 0
    for end in (*ends, len(names)) if names else ():
        longer = len(names[end - 1]) > length
        if longer and end - start > _MOST:
            several = patterns(names[start:end], 2 * length, offset + start)
            made.beginnings.extend(several.beginnings)
            made.ends.extend(several.ends)
            made.longer.extend(several.longer)
        else:
            made.beginnings.append(begin[start])
            made.ends.append(offset + end)
            made.longer.append(longer)
        start = end
    return made
