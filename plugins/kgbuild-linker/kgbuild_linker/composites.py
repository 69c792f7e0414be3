"""Mentions that name several things: "breast and ovarian cancer", "aspirin/caffeine"."""

from __future__ import annotations

import re

__all__ = ["parts_of_name"]

_JOINT = re.compile(r"\s*(?:,\s*(?:and|or)\s+|\s+(?:and/or|and|or)\s+|,\s+|/)\s*")


def parts_of_name(name: str) -> list[list[str]]:
    """The ways to take a name apart, each a list of names; the likeliest first.

    What the last part has beyond one word may belong to all, and so may what the first part
    begins with.

    >>> parts_of_name("breast and ovarian cancer")[0]
    ['breast cancer', 'ovarian cancer']
    >>> parts_of_name("renal cancer")
    []
    """
    parts = [part for part in _JOINT.split(name) if part]
    if len(parts) < 2:
        return []
    ways = []
    last = parts[-1].split()
    for shared in range(1, len(last)):
        tail = " ".join(last[shared:])
        ways.append([*(f"{part} {tail}" for part in parts[:-1]), parts[-1]])
    ways.append(parts)
    first = parts[0].split()
    for shared in range(len(first) - 1, 0, -1):
        head = " ".join(first[:shared])
        ways.append([parts[0], *(f"{head} {part}" for part in parts[1:])])
    return ways
