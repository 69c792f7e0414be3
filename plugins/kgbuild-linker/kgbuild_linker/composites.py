"""Mentions that name several things: "breast and ovarian cancer", "aspirin/caffeine"."""

from __future__ import annotations

import re

__all__ = ["parts_of_name"]

_NUMBERED = re.compile(r"(.*[^\W\d_]s?[- ]?)(\d+[A-Za-z]?|[A-Z]|alpha|beta|gamma)")
_NUMBER = re.compile(r"-?(?:\d+[A-Za-z]?|[A-Z]|alpha|beta|gamma)")

_JOINT = re.compile(
    r"\s*(?:,\s*(?:and|or)\s+|\s+(?:and/or|and|or)\s+|,\s+(?!(?:type|class|group|stage)\b)|/)\s*"
)


def parts_of_name(name: str) -> list[list[str]]:
    """The ways to take a name apart, each a list of names; the likeliest first.

    What the last part has beyond one word may belong to all, and so may what the first part
    begins with.

    >>> parts_of_name("breast and ovarian cancer")[0]
    ['breast cancer', 'ovarian cancer']
    >>> parts_of_name("MMP-2/-9")[0], parts_of_name("FGF receptors 2 and 4")[0]
    (['MMP-2', 'MMP-9'], ['FGF receptor 2', 'FGF receptor 4'])
    >>> parts_of_name("renal cancer")
    []
    """
    parts = [part for part in _JOINT.split(name) if part]
    if len(parts) < 2:
        return []
    ways = []
    if (numbered := _NUMBERED.fullmatch(parts[0])) and all(map(_NUMBER.fullmatch, parts[1:])):
        stem = re.sub(r"s(?= ?$)", "", numbered[1])
        ways.append([f"{stem}{part.lstrip('-')}" for part in (numbered[2], *parts[1:])])
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
