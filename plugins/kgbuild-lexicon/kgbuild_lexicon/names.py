"""How names are compared with text: folding, symbols, plurals, variants of spelling.

Folding is one character for one, so that offsets in the folded text are offsets in the text.
It makes every word start with a capital: then the automaton cannot find ``er`` inside ``her``.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import cache
from itertools import chain

__all__ = [
    "STOP_WORDS",
    "Likeness",
    "fold",
    "ies_plural",
    "is_symbol",
    "likeness",
    "may_vary",
    "spellings",
    "variants",
]

STOP_WORDS = frozenset(
    """a about after again all also an and any are as at be because been before being below
    between both but by can could did do does doing down during each etc few for from further had
    has have having he her here hers him his how i if in into is it its just may me might more
    most must my no nor not now of off on once only or other our out over own per same she should
    so some such than that the their them then there these they this those through to too under
    until up upon very via was we were what when where whether which while who whom why will with
    within without would yes you your one two three four five six seven eight nine ten""".split()  # noqa: SIM905 - a hundred quotes hide the words
)
"""English words that are never taken as names, however they are written."""

_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212"
_SPACES = " \t\n\r\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000"
_APOSTROPHES = "\u2018\u2019\u02bc"

_WRITTEN = str.maketrans(
    {
        **dict.fromkeys(_DASHES, "-"),
        **dict.fromkeys(_SPACES, " "),
        **dict.fromkeys(_APOSTROPHES, "'"),
        "\u00b5": "\u03bc",
    }
)

_SPACED = bytes.maketrans(b"-\n\t\r", b"    ")

_GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "kappa": "κ",
    "lambda": "λ",
    "omega": "ω",
}
# Of ASCII alone: a long s is an s where capitals do not matter, and "ep\u017filon" no key of ours.
_GREEK_NAME = re.compile(rf"([- ]?)\b((?a:{'|'.join(_GREEK)}))\b", re.IGNORECASE)
_GREEK_HINT = re.compile("(?a:alpha|beta|gamma|delta|epsilon|kappa|lambda|omega)", re.IGNORECASE)
may_vary = re.compile(f"[yY]$|{'|'.join(map(str.title, _GREEK))}").search
"""Whether a name that folds so may have variants: most have none, and this is quick."""

_GREEK_LIMIT = 30  # beyond it names are systematic ones, written in one way

_WORD = re.compile("[a-zà-öø-ÿ]{4}")
_CONSONANT_Y = re.compile("[^aeiouAEIOU]y$")


@cache
def _stand_ins() -> tuple[re.Pattern[str], dict[str, str]]:
    """Characters beyond ASCII that are replaced before capitals are made, and by what.

    Among them are those whose other case is longer: ``"İ".lower()`` and ``"ß".title()`` have
    two characters. Such a letter gets a stand-in from the private use area, except that these
    two have a single-letter relative.
    """
    table = {chr(code): text.replace("-", " ") for code, text in _WRITTEN.items() if code > 127}
    letters = map(chr, chain(range(0x80, 0x2000), range(0xFB00, 0xFB18)))  # others have none longer
    longer = [c for c in letters if len(c.title()) != 1 or len(c.lower()) != 1]
    table |= {c: chr(0xE000 + number) for number, c in enumerate(longer)}
    table |= {"ß": "ẞ", "İ": "I", "ς": "σ"}
    return re.compile(f"[{''.join(map(re.escape, table))}]"), table


def fold(text: str) -> str:
    """The text with capitals only at the start of words, dashes and white space as spaces.

    The length stays the same, whatever the characters.

    >>> fold("TNF-alpha in İzmir"), len(fold("ﬁß"))
    ('Tnf Alpha In Izmir', 2)
    """
    if text.isascii():
        # The same as below, and three times as fast.
        return text.encode().translate(_SPACED).title().decode()
    spaced = text.replace("-", " ").replace("\n", " ").replace("\t", " ").replace("\r", " ")
    strange, table = _stand_ins()
    # A capital sigma becomes one of two small letters, by what follows it.
    return strange.sub(lambda found: table[found[0]], spaced).title().replace("ς", "σ")


def is_symbol(name: str) -> bool:
    """Whether capitals matter in a name: CAT, MS, p53, mTOR, IL-2, Met; but not aspirin.

    A symbol is one word without four small letters in a row that has a digit, a second
    capital, or three letters at most of which one is a capital. A word of six or more
    capitals and nothing else is a word.

    >>> [n for n in ("CAT", "p53", "Met", "cat", "5-fluorouracil", "ASPIRIN") if is_symbol(n)]
    ['CAT', 'p53', 'Met']
    """
    if " " in name or _WORD.search(name):
        return False
    if len(name) >= 6 and name.isalpha() and name.isupper():
        return False
    capitals = sum(map(str.isupper, name))
    return capitals > 1 or (capitals == 1 and len(name) <= 3) or any(map(str.isdigit, name))


def ies_plural(name: str) -> str | None:
    """``therapies`` for ``therapy``; None where the plural has no ``ies``.

    >>> ies_plural("gene therapy"), ies_plural("assay"), ies_plural("TTY")
    ('gene therapies', None, None)
    """
    if len(name) < 5 or not _CONSONANT_Y.search(name):
        return None
    return f"{name[:-1]}ies"


def spellings(name: str) -> tuple[str, ...]:
    """Other ways to write a name: Greek letters for their names, with or without a hyphen.

    >>> spellings("TNF-alpha"), spellings("aspirin")
    (('TNF-α', 'TNFα'), ())
    """
    if len(name) > _GREEK_LIMIT or not _GREEK_HINT.search(name):
        return ()
    kept = _GREEK_NAME.sub(lambda found: found[1] + _GREEK[found[2].lower()], name)
    joined = _GREEK_NAME.sub(lambda found: _GREEK[found[2].lower()], name)
    return tuple(dict.fromkeys(other for other in (kept, joined) if other != name))


def variants(name: str, *, plurals: bool) -> tuple[str, ...]:
    """Other ways to write a name that do not fold like it; without plurals in ``s`` and ``es``.

    >>> variants("gene therapy", plurals=True), variants("interferon beta", plurals=True)
    (('gene therapies',), ('interferon β', 'interferonβ'))
    """
    plural = ies_plural(name) if plurals and not is_symbol(name) else None
    return (plural, *spellings(name)) if plural else spellings(name)


def _written(text: str) -> str:
    """The text with one kind of dash, space, apostrophe and mu."""
    return text if text.isascii() and text.isprintable() else text.translate(_WRITTEN)


class Likeness(IntEnum):
    """How a text is like a name, the best first."""

    EXACT = 0
    CASE = 1
    SPELLING = 2
    PLURAL = 3


def likeness(name: str, surface: str, *, symbol: bool, any_capitals: bool) -> Likeness | None:
    """How a stretch of text is like a name that folds alike; None where it is another word.

    ``symbol`` names must be written as they are, but for dashes, white space and Greek
    letters. A word does not match fewer than six capitals, unless ``any_capitals``: those are
    an abbreviation or a gene's symbol.

    >>> likeness("rat", "Rat", symbol=False, any_capitals=False).name
    'CASE'
    >>> likeness("rat", "RAT", symbol=False, any_capitals=False) is None
    True
    """
    if surface == name:
        return Likeness.EXACT
    if surface[:1].isspace() or surface[-1:].isspace():  # the place of a dash at the name's edge
        return None
    written = _written(surface)
    if symbol:
        alike = _written(name), *spellings(name)
        return Likeness.SPELLING if written in alike else None
    if len(surface) < 6 and surface.isupper() and not (any_capitals or name.isupper()):
        return None
    if written.lower() == _written(name).lower():
        return Likeness.CASE
    folded = fold(surface)
    ways = [fold(way) for way in (name, *spellings(name))]
    if folded in ways:
        return Likeness.SPELLING
    plurals = {way + ending for way in ways for ending in ("s", "es")}
    return Likeness.PLURAL if folded in plurals | {fold(ies_plural(name) or name)} else None
