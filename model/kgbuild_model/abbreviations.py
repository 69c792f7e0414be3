"""Abbreviations and their long forms, by Schwartz and Hearst (2003).

"A simple algorithm for identifying abbreviation definitions in biomedical text", Pacific Symposium
on Biocomputing 8:451-462.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Abbreviation", "find_abbreviations"]

_BRACKET = re.compile(r"\(([^()\[\]]{2,80}?)\)")


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """A short form and the long form before it, with their places in the text."""

    short_start: int
    short_end: int
    long_start: int
    long_end: int


def find_abbreviations(text: str) -> Iterator[Abbreviation]:
    """Every "long form (SF)" of a text, in order.

    >>> text = "We studied heart failure (HF) in rats."
    >>> [(text[a.long_start:a.long_end], text[a.short_start:a.short_end])
    ...  for a in find_abbreviations(text)]
    [('heart failure', 'HF')]
    """
    for match in _BRACKET.finditer(text):
        short = re.split(r"[;,]", match[1])[0].strip()
        start = text.index(short, match.start(1)) if short else -1
        if start < 0 or not _may_be_short(short):
            continue
        long_start = _long_start(short, text, match.start())
        if long_start is not None:
            end = match.start()
            while end > long_start and text[end - 1].isspace():
                end -= 1
            yield Abbreviation(start, start + len(short), long_start, end)


def _may_be_short(short: str) -> bool:
    """Two to ten characters, at most two words, with a letter, not beginning with a mark."""
    return (
        2 <= len(short) <= 10
        and len(short.split()) <= 2
        and short[0].isalnum()
        and any(map(str.isalpha, short))
    )


def _long_start(short: str, text: str, end: int) -> int | None:
    """Where the long form before ``end`` begins, or None: the paper's findBestLongForm.

    The letters of the short form are matched from the right; its first letter must begin a word.
    """
    words = min(len(short) + 5, 2 * len(short))
    window = _words_before(text, end, words)
    place = end - 1
    for number in range(len(short) - 1, -1, -1):
        letter = short[number].lower()
        if not letter.isalnum():
            continue
        while place >= window and (
            text[place].lower() != letter
            or (number == 0 and place > 0 and text[place - 1].isalnum())
        ):
            place -= 1
        if place < window:
            return None
        place -= 1
    start = place + 1
    long = text[start:end].strip()
    if len(long) <= len(short) or short.lower() in long.lower().split() or "\n" in long:
        return None
    return start


def _words_before(text: str, end: int, words: int) -> int:
    """Where the last ``words`` words before ``end`` begin; a sentence is not crossed."""
    place = end
    for match in re.finditer(r"\S+", text[max(0, end - 300) : end][::-1]):
        if words == 0:
            break
        if match[0].startswith((".", ";")) and place < end - 1:
            break
        place = end - match.end()
        words -= 1
    return place
