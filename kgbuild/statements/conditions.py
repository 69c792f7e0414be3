"""Under which conditions a sentence says a thing: species, population, setting, dose, route, time.

The words are in ``conditions.toml``. What is not said, or said of two, is left out: a condition
that is wrong does more harm than one that is missing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from kgbuild.document import Span
from kgbuild.statements.lookup import Listed, Lookup

__all__ = ["conditions"]

_NUMBER = r"\d+(?:[.,]\d+)*"
_AMOUNT = (
    rf"{_NUMBER}(?: ?(?:-|–|to) ?{_NUMBER})? ?"
    r"(?:(?:k|m|c|µ|μ|u|n|p|mc|micro)?g|micrograms?|milligrams?|grams?|(?:m|µ|μ|u|n|p|micro)?mol"
    r"|(?:m|µ|μ|u|n|p|micro)m|(?:m|µ|μ|u|micro)?l|i?u|units|mci|%)"
    r"(?: ?/ ?(?:kg|m2|m²|ml|l|dl|day|d|h|hour|min|week)|[ -](?:per )?(?:kg|day)"
    r"| (?:daily|(?:once|twice|thrice|(?:two|three|four) times) (?:daily|a day|weekly)"
    r"|weekly|monthly|b\.i\.d\.|t\.i\.d\.)){0,3}(?![\w/])"
)
_MOLAR = re.compile(r"(?<=[ \d])([mµμunp]|micro)m\Z")
"""Lost in lower case: 10 µM is an amount, 10 µm a length."""

_UNITS = re.compile(r"(?<=[ \d])iu\b")

_DOSE_BEHIND = re.compile(
    r"[ ,]*(?:given |administered |taken )?"
    r"(?:\(|\[|at |at an? (?:\w+ )?(?:dose|dosage|concentration) of |in doses of |, )?"
    rf"(?P<dose>{_AMOUNT})"
)
_SHARE = re.compile(r"[\d.,–-]+ ?%\Z")
_PREPARED = re.compile(r" (?:solution|cream|gel|ointment|drops|lotion|spray|w/v|in )")
"""Behind a share: "lidocaine 2% gel"; without it, it is what became of some ("aspirin 64%")."""

_DOSE_BEFORE = re.compile(rf"(?<![\w.,/])(?P<dose>{_AMOUNT}) (?:of )?\Z")
_HOW_LONG = r" ?(?:s|sec|min|minutes?|h|hrs?|hours?|d|days?|wk|weeks?|months?|times|doses)\b"
_SEVERAL = re.compile(rf"(?:,| and| or) {_NUMBER}(?![\d.,])(?!{_HOW_LONG})")
_SEVERAL_BEFORE = re.compile(rf"{_NUMBER}(?: ?[^\s\d,]+)?(?:,| and| or|, and|, or) \Z")
_ONE_TO_TWENTY = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fourteen|fifteen|twenty"
)
_TIME = re.compile(
    r"\b(?<!aged )(?<!age )(?<!patients )(?<!men )(?<!adults )(?<!people )(?<!subjects )(?<!those )"
    r"(?:for|after|within|over|during|at) (?:the (?:first|next|following) )?"
    rf"(?P<time>(?:{_NUMBER}|{_ONE_TO_TWENTY})(?: ?(?:-|–|to) ?{_NUMBER})?[ -]?"
    r"(?:min|minutes?|h|hrs?|hours?|days?|weeks?|wk|months?|years?|yrs?))\b"
    r"(?![- ]?old|[- ]intervals?| of age| ago| earlier| before)"
)
_DENIED = re.compile(r"\b(?:not|except|than|nor|neither) (?:in|on|for) (?:the |other )?\Z")
"""In front of a condition under which it does not hold: "but not in mice"."""

_NOT_THE_SPECIES = (
    r"(?<!\w)(?<!anti-)(?<!\w-)(?:{words})(?![-\w])"
    r"(?! (?:(?:\w+ )?(?:antibod|anti-|igg|serum|immunoglobulin)|extract|two-hybrid))"
)
"""A rabbit antibody, bovine serum, yeast extract: not what was studied."""

_PEOPLE = (
    r"(?:patients?|population|wom[ae]n|m[ae]n|subjects|children|individuals|cohort|famil(?:y|ies))"
)
_BY_ITSELF = "".join(
    (
        "(?:",
        "|".join(
            f"(?<={end})"
            for end in ("ancestry", "descent", "origin", "ns", "ics", "jews", "han chinese")
        ),
        ")",
    )
)
"""Names of people that need no "patients" behind them: "Caucasians", "of European descent"."""


def conditions(sentence: str, chemical: Span | None = None) -> tuple[tuple[str, str], ...]:
    """What the sentence says of the conditions, sorted by name.

    ``sentence`` is in lower case; names that could be mistaken may be hidden in it, but for those
    of species. ``chemical`` is the place of the one whose dose is asked for. A condition is given
    only where the sentence names one and no other: two species leave open which is meant.

    >>> conditions("aspirin (10 mg/kg, i.p.) reduced fever in rats.", Span(0, 7))
    (('dose', '10 mg/kg'), ('route', 'intraperitoneal'), ('species', 'ncbitaxon:10116'))
    """
    found = _values(sentence)
    found["time"] = {moment["time"] for moment in _TIME.finditer(sentence)}
    said = [(name, values.pop()) for name, values in found.items() if len(values) == 1]
    if chemical is not None and (dose := _dose(sentence, chemical)):
        said.append(("dose", dose))
    # Two tables tell of people: by age and sex, and by ancestry.
    return tuple(sorted(("population" if n == "ancestry" else n, v) for n, v in said))


@cache
def _lists() -> tuple[Lookup, Mapping[Listed, tuple[str, str]]]:
    """The words of each value of each table."""
    file = resources.files("kgbuild.statements").joinpath("conditions.toml")
    tables, lookup = tomllib.loads(file.read_text("utf-8")), Lookup()
    return lookup, {
        lookup.listed(_pattern(table, "|".join(words))): (table, value)
        for table, values in tables.items()
        for value, words in values.items()
    }


def _pattern(table: str, words: str) -> str:
    if table == "species":
        return _NOT_THE_SPECIES.format(words=words)
    if table == "ancestry":
        place = rf"(?:{_BY_ITSELF}|(?= {_PEOPLE}\b| (?:descent|ancestry|origin)\b))"
        return rf"(?<!\w)(?:{words})\b{place}"
    return rf"(?<!\w)(?:{words})(?!\w)"


def _values(sentence: str) -> dict[str, set[str]]:
    """The values of each table that a sentence names."""
    lookup, names = _lists()
    found: dict[str, set[str]] = {}
    for one in lookup.within(sentence):
        named = one.each(sentence, Span(0, len(sentence)))
        if any(not _DENIED.search(sentence, 0, place.start) for place in named):
            table, value = names[one]
            found.setdefault(table, set()).add(value)
    return found


def _dose(sentence: str, chemical: Span) -> str | None:
    """The amount that stands behind the chemical, or in front of it; None where there are more."""
    if behind := _DOSE_BEHIND.match(sentence, chemical.end):
        of_some = _SHARE.match(behind["dose"]) and not _PREPARED.match(sentence, behind.end())
        several = _SEVERAL.match(sentence, behind.end())
        return None if several or of_some else _spelled(behind["dose"])
    before = _DOSE_BEFORE.search(sentence, max(0, chemical.start - 60), chemical.start)
    if before is None or _SEVERAL_BEFORE.search(sentence, 0, before.start()):
        return None
    return _spelled(before["dose"])


def _spelled(dose: str) -> str:
    """The dose with the capitals of its units."""
    return _UNITS.sub("IU", _MOLAR.sub(r"\1M", dose))
