"""Abbreviations and what they stand for in a document: Schwartz and Hearst (2003).

A. S. Schwartz, M. A. Hearst: A simple algorithm for identifying abbreviation definitions in
biomedical text. Pacific Symposium on Biocomputing 8, 451-462.
"""

from __future__ import annotations

import re

__all__ = ["long_forms", "may_be_short", "stands_for"]

_WORD = re.compile(r"[^\W_]+")
_FEW = 3
_BRACKETED = re.compile(r"\(([^()]{2,60})\)")


def long_forms(text: str) -> dict[str, str]:
    """What each abbreviation that the text explains stands for; the first explanation counts.

    Of a hyphenated one the last part may be explained.

    >>> long_forms("Acute kidney injury (AKI) is common; the MS (multiple sclerosis) is not.")
    {'AKI': 'Acute kidney injury', 'MS': 'multiple sclerosis'}
    >>> long_forms("hypertension by dexamethasone, and acute liver failure (ATT-ALF)")
    {'ALF': 'acute liver failure'}
    """
    found: dict[str, str] = {}
    parts: dict[str, str] = {}
    for bracket in _BRACKETED.finditer(text):
        inside = re.split(r"[;,] ", bracket[1])[0].strip()
        before = text[max(0, bracket.start() - 200) : bracket.start()].rstrip()
        before = re.split(r"[.;:] |\n|\) ", before)[-1]
        words = before.split()
        if may_be_short(inside):
            short, long = inside, _before(inside, words)
            last = inside.rpartition("-")[2]
            if last != inside and (of_part := _before(last, words)):
                parts.setdefault(last, of_part)
        elif words and may_be_short(words[-1].lstrip("(")):
            short = words[-1].lstrip("(")
            long = _match(short, inside)
        else:
            continue
        if long:
            found.setdefault(short, long)
    return {**parts, **found}


def _before(short: str, words: list[str]) -> str:
    """The long form of an abbreviation at the end of the words before it; empty for none."""
    reach = min(len(short) + 5, len(short) * 2)
    return _match(short, " ".join(words[-reach:])) if may_be_short(short) else ""


def stands_for(short: str, name: str) -> bool:
    """Whether a name that the text does not put beside an abbreviation may be its long form.

    >>> stands_for("PB", "phenobarbital"), stands_for("CIP", "cocaine-induced paranoia")
    (True, True)
    >>> stands_for("LD", "phenobarbital"), stands_for("MS", "MDS")
    (False, False)
    """
    letters = short.removesuffix("s")
    return (
        len(letters) > 1
        and letters.isalpha()
        and letters.isupper()
        and name[:1].upper() == letters[0]
        and len(name) > len(short) + _FEW
        and not name.isupper()
        and _match(letters, name) == name
    )


def may_be_short(text: str) -> bool:
    """Whether a text is written as an abbreviation is."""
    return (
        2 <= len(text) <= 12
        and len(text.split()) <= 2
        and text[0].isalnum()
        and any(map(str.isupper, text))
    )


def _match(short: str, long: str) -> str:
    """The end of ``long`` whose words begin with the letters of ``short``.

    Where there is none, the shortest end that has those letters in order.
    """
    return _by_initials(short, long) or _by_letters(short, long)


def _by_initials(short: str, long: str) -> str:
    capitals = short[:-1] if short.endswith("s") and short[:-1].isupper() else short
    letters = [letter for letter in capitals.lower() if letter.isalnum()]
    words = list(_WORD.finditer(long))[-len(letters) :]
    if len(letters) < _FEW or [word[0][0].lower() for word in words] != letters:
        return ""
    found = long[words[0].start() :]
    return "" if short in found.split() else found


def _by_letters(short: str, long: str) -> str:
    place = len(long) - 1
    for index in range(len(short) - 1, -1, -1):
        letter = short[index].lower()
        if not letter.isalnum():
            continue
        while place >= 0 and (
            long[place].lower() != letter
            or (index == 0 and place > 0 and long[place - 1].isalnum())
        ):
            place -= 1
        if place < 0:
            return ""
        place -= 1
    start = long.rfind(" ", 0, place + 2) + 1
    found = long[start:]
    return "" if len(found) <= len(short) or short in found.split() else found
