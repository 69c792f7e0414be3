"""What a sentence says by the way, between commas or in brackets, and what is left without it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache

from kgbuild.document import Span
from kgbuild.statements.hiding import MENTION

__all__ = ["kept", "moved"]

_BRACKETS = re.compile(r" ?\([^()]*\)| ?\[[^\[\]]*\]")
_ASIDE = re.compile(
    r", (?![^,]*(?:doubt|possib|probab|perhaps|likel|suspect|theory|success|avail|benefit|effect"
    r"|vain|opinion|in the (?:view|hands|eyes|judg)))"
    r"(?:(?:which|who|whose|where|when|while|although|though|albeit|unlike|like|except|despite"
    r"|contrary to|rather than|instead of|including|such as|and not|but not|or|not|at|in|on|for"
    r"|absent|present|lacking|found|seen|known|rare|common|with|without|after|before|during|from|as|given|both|either|an?|the|even"
    r"|and (?:if so|at|in|by|to what|how|under|when))\b"
    r"(?:[^,;:]|(?<=\d),(?=\d)){1,120}"
    r"|however|therefore|moreover|furthermore|thus|indeed|alone|too|itself|in turn|then),"
)
_MEANS = re.compile(
    r", (?:possibly|probably|perhaps|presumably|likely|in part|partly) "
    r"(?:by|through|via|because of|owing to|as a result of) [^,;:]{1,80},"
)
"""How a thing comes about may be doubted, and the thing not."""

_CONTRAST = re.compile(
    r",? (?:(?:but|and|though) not|rather than|instead of) (?:(?:the|that|of|in|with|by|to|for) )*"
    rf"{MENTION}+(?:(?:,| and| or|, or)? {MENTION}+){{0,5}}"
)
"""Set against a name, and left out, the sentence says of that name what it said before."""


def kept(sentence: str, first: Span, second: Span) -> Sequence[int]:
    """The places of the characters that stand in no aside; the two mentions always do."""
    places, gone = range(len(sentence)), set[int]()
    for aside in _asides(sentence):
        if all(aside.end <= m.start or aside.start >= m.end for m in (first, second)):
            gone.update(range(aside.start, aside.end))
    return sorted(set(places) - gone) if gone else places


@lru_cache(maxsize=1024)  # the pairs of a sentence have its text in common
def _asides(sentence: str) -> tuple[Span, ...]:
    patterns = (_BRACKETS, _MEANS, _ASIDE, _CONTRAST)
    return tuple(Span(*found.span()) for one in patterns for found in one.finditer(sentence))


def moved(span: Span, places: Sequence[int]) -> Span:
    """A span of the sentence as one of the text of these places."""
    return Span(bisect_left(places, span.start), bisect_left(places, span.end))
