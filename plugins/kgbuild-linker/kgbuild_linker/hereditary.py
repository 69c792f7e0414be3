"""Breast and ovarian cancer: two diseases, or the inherited one that brings both.

The name is the same; the words beside it tell. Families, predisposition and the gene speak of the
inherited one; "or" and what is called sporadic speak of two. Chosen on the train halves of
NCBI-disease and BioRED (74 of 85 such names right, where what annotators chose for the name alone
gave 56).
"""

from __future__ import annotations

import re

from kgbuild import Span

__all__ = ["told_by_families"]

_INHERITED = ("hereditary breast and ovarian cancer syndrome",)
_TWO = ("breast cancer", "ovarian cancer")

_ORGAN = "(?:breast|ovar(?:y|ian))"
_CANCER = "(?:cancer|carcinoma|tumou?r|malignanc|neoplasm)(?:s|y|ies)?"
_NAME = re.compile(
    rf"(?P<kind>(?:[\w-]+ )?){_ORGAN}(?: {_CANCER})?(?P<joint>-|/| (?:and|or|and/or|to) )"
    rf"(?P<last>{_ORGAN})[ -]{_CANCER}",
    re.IGNORECASE,
)
_IS_INHERITED = re.compile("(?:hereditary|inherited|familial) ", re.IGNORECASE)
_IS_TWO = re.compile("(?:sporadic|primary|unselected) ", re.IGNORECASE)
_FAMILY = r"(?:famil(?:y|ies)|kindreds?|pedigrees?|probands?)"
_LEANING = r"(?:susceptib|predispos)\w+"
_BEHIND = re.compile(rf"[ -](?:{_FAMILY}|{_LEANING}|genes?|loc(?:us|i))\b", re.IGNORECASE)
_BEFORE = re.compile(
    rf"\b(?:{_FAMILY} with (?:[\w-]+ ){{0,2}}|{_LEANING}(?: \w+){{0,2}} (?:to|of) (?:[\w-]+ )?)\Z",
    re.IGNORECASE,
)
_REACH = 60


def told_by_families(text: str, span: Span) -> tuple[str, ...]:
    """The names of what a mention of breast and ovarian cancer means; empty for any other.

    >>> carriers = "BRCA1 predisposes women to breast and ovarian cancer."
    >>> told_by_families(carriers, Span(27, 52))
    ('hereditary breast and ovarian cancer syndrome',)
    >>> told_by_families("We screened for breast or ovarian cancer.", Span(16, 40))
    ('breast cancer', 'ovarian cancer')
    """
    name = _NAME.fullmatch(" ".join(span.of(text).split()))
    if name is None or (name["kind"] and not _kind_tells(name["kind"])):
        return ()
    before, behind = text[max(0, span.start - _REACH) : span.start], text[span.end :][:_REACH]
    return _INHERITED if _is_inherited(name, before, behind) else _TWO


def _kind_tells(kind: str) -> bool:
    return any(one.fullmatch(kind) for one in (_IS_INHERITED, _IS_TWO))


def _is_inherited(name: re.Match[str], before: str, behind: str) -> bool:
    if name["kind"]:
        return _IS_INHERITED.fullmatch(name["kind"]) is not None
    if "or" in name["joint"]:
        return False
    beside = _BEHIND.match(behind) or _BEFORE.search(before)
    return name["joint"] in "-/" or beside is not None
