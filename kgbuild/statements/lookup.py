"""Long lists of words sought in a text, each tried only where one of its beginnings stands.

A regular expression of a hundred alternatives holds every word of a text against all of them, and
finds nothing nearly everywhere. The first letters of each word are looked up instead, once for all
lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import cast

from kgbuild.document import Span
from kgbuild.statements.hiding import CONTRACTED, MENTION

__all__ = ["Listed", "Lookup", "openings"]

_LETTERS = 4
"""So many letters of a beginning are looked up."""

_START = re.compile(rf"^|(?<=: )|(?<!\w)[^{MENTION}]")
"""Where a list is tried: at an edge of the text, and where a word may begin."""


class Lookup:
    """What lists have in common: where in a text each of them may have something."""

    def __init__(self) -> None:
        self._anywhere: list[Listed] = []
        self._begun: dict[str, list[Listed]] = {}
        self._beginning = lru_cache(maxsize=1 << 14)(self._which_begin)
        self.places = lru_cache(maxsize=256)(self._places_in)
        """The places of a text where each list may have something."""

    def listed(self, pattern: str) -> Listed:
        """A list: a pattern that begins where no letter stands before, and not in a mention."""
        begun = openings(pattern)
        if "" in begun:
            one = Listed(re.compile(pattern), None)
            self._anywhere.append(one)
            return one
        one = Listed(re.compile(pattern), self)
        for letters in begun:
            self._begun.setdefault(letters, []).append(one)
        return one

    def within(self, text: str) -> Iterable[Listed]:
        """The lists that a text may have something of."""
        return (*self._anywhere, *self.places(text))

    def _places_in(self, text: str) -> Mapping[Listed, Sequence[int]]:
        places: dict[Listed, list[int]] = {}
        for start in _START.finditer(text):
            place = start.start()
            letters = text[place : place + _LETTERS] if start[0] else "^"
            for one in self._beginning(letters):
                places.setdefault(one, []).append(place)
        return places

    def _which_begin(self, letters: str) -> Iterable[Listed]:
        """The lists that may have something where these letters stand."""
        begun = [self._begun.get(letters[:n], ()) for n in range(1, len(letters) + 1)]
        return dict.fromkeys(chain.from_iterable(begun))


class Listed:
    """A pattern that is tried where its first letters stand; without a ``lookup`` anywhere."""

    def __init__(self, pattern: re.Pattern[str], lookup: Lookup | None) -> None:
        self._pattern = pattern
        self._lookup = lookup

    def first(self, text: str, stretch: Span) -> Span | None:
        """The first that it finds in a stretch of a text."""
        nowhere = self._lookup is not None and self not in self._lookup.places(text)
        return None if nowhere else next(self.each(text, stretch), None)

    def each(self, text: str, stretch: Span) -> Iterator[Span]:
        """All that it finds in a stretch of a text, one behind the other."""
        start, end = stretch.start, stretch.end
        if self._lookup is None:
            for found in self._pattern.finditer(text, start, end):
                yield Span(*found.span())
            return
        for place in self._lookup.places(text).get(self, ()):
            if start <= place < end and (here := self._pattern.match(text, place, end)):
                yield Span(*here.span())
                start = here.end()


_PART = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?(?::|<?[=!])|.", re.DOTALL)
_ONE = re.compile(
    r"(?P<edge>\^|\(\?<=[^()|\\]*: \))|\(\?(?P<group>:|<?[=!])"
    rf"|\[(?P<any>[^\]\\^{MENTION}-]+)\]|\\(?P<mark>[^\w\s])|(?P<letter>[\w ,;:&'{CONTRACTED}-])"
)
_TIMES = re.compile(r"(?:(?P<none>[?*]|\{0?,\d*\}|\{0\})|\+|\{\d+(?:,\d*)?\}|)[?+]?")


def openings(pattern: str, letters: int = _LETTERS) -> set[str]:
    """What a regular expression may begin with, up to so many letters; "" where that is not plain.

    What stands at an edge, where the text begins or behind ": ", has "^" instead.

    >>> sorted(openings("(?:an?|few) [a-z]+"))
    ['a ', 'an ', 'few ']
    """
    one = _ONE.match(pattern) if letters else None
    if one is None or one["edge"]:
        return {"^" if one and letters == _LETTERS else ""}
    heads, behind = [*(one["any"] or one["mark"] or one["letter"] or "")], pattern[one.end() :]
    if one["group"]:
        heads, behind = _alternatives(behind)
    times = cast("re.Match[str]", _TIMES.match(behind))
    rest = behind[times.end() :]
    if one["group"] not in {None, ":"}:  # it only looks
        return openings(rest, letters)
    then = rest if times[0] in {"", "?"} else "."
    found = openings(rest, letters) if times["none"] else set()
    for head in heads:
        if one["group"]:
            found |= openings(head + then, letters)
        else:
            found |= {head + more for more in openings(then, letters - 1)}
    return found


def _alternatives(pattern: str) -> tuple[list[str], str]:
    """The alternatives of a group that has just been opened, and what stands behind it."""
    found, start, depth = [], 0, 0
    for part in _PART.finditer(pattern):
        if not depth and part[0] in {"|", ")"}:
            found.append(pattern[start : part.start()])
            start = part.end()
            if part[0] == ")":
                return found, pattern[start:]
        depth += part[0].startswith("(") - (part[0] == ")")
    return [*found, pattern[start:]], ""
