"""What only figures doubt: a p-value above 0.05, a ratio whose interval holds 1, equal shares."""

from __future__ import annotations

import re
from functools import lru_cache

from kgbuild.document import Span

__all__ = ["insignificant"]

_NUMBER = r"\d*[.·]\d+"
_INTERVAL = rf"(?P<low>{_NUMBER}) ?(?:-|–|to|,) ?(?P<high>\d+[.·]\d+)"
_FIGURE = re.compile(
    r"(?<![\w-])p(?:[- ]?values?)?(?: for \w+)? ?(?P<sign>[=<>≤≥]|of|was) ?"
    r"(?P<p>0?[.·]\d+|1(?:[.·]0+)?)(?! ?[x×*]? ?10)"
    rf"|(?:ratio|odds|risk|\b[oh]r|\brr)\b[^.;()]{{0,60}}?(?P<ratio>{_NUMBER})"
    rf"[,;]? [(\[]?(?:95 ?% ?)?(?:ci|confidence intervals?)? ?[:=,]? ?{_INTERVAL}"
    r"|(?P<words>\bn\.?s\.?(?=[);,. ])|\b(?:not|non-?) ?(?:statistically )?significant(?=[);,.]))"
)
_LEVEL = 0.05
_SHARES = re.compile(
    r"(?P<one>\d+(?:[.·]\d+)?) ?%[^.;%]{0,90}?\b(?:and|versus|vs\.?|compared (?:with|to)|against)"
    r" [^.;%]{0,60}?(?P<other>\d+(?:[.·]\d+)?) ?%[^.;,]{0,50}?"
    r"\b(?:placebo|controls?|comparators?|sham|vehicle|those|others?|rest|without|non-?users|untreated)\b"
)
_ALIKE = 0.95
"""Of two shares, one of them of a group to compare with, the smaller is so much of the larger."""

_ENDS = re.compile(
    r"; (?![^()]*\))|\b(?:but|whereas|while|although|though|however)\b|, (?:and|with|not) "
)
"""Behind these the figures are those of something else."""


def insignificant(sentence: str, second: Span) -> Span | None:
    """The first figure behind the second of two mentions, if it says no more than chance does.

    ``sentence`` is in lower case, and has not turned to something else before the figure.
    """
    figures = [figure for figure in _figures(sentence) if figure[0].end > second.end]
    if not figures:
        shares = _equal_shares(sentence)
        return shares if shares and shares.end > second.end else None
    place, by_chance = figures[0]
    bracket = sentence.find(")", place.end)
    beside = [sure for at, sure in figures if at.end <= bracket]
    turned = _ENDS.search(sentence, second.end)
    apart = turned is not None and turned.start() < place.start
    return place if by_chance and all(beside) and not apart else None


@lru_cache(maxsize=1024)  # the pairs of a sentence have its text in common
def _figures(sentence: str) -> tuple[tuple[Span, bool], ...]:
    """The figures that tell how sure a thing is, each with whether chance may have made them."""
    return tuple((_place(found), _by_chance(found)) for found in _FIGURE.finditer(sentence))


@lru_cache(maxsize=1024)
def _equal_shares(sentence: str) -> Span | None:
    """Two shares that are no different: "in 5% of those on A and in 5% of those on placebo"."""
    if "%" not in sentence or not (shares := _SHARES.search(sentence)):
        return None
    low, high = sorted(map(_value, shares.group("one", "other")))
    return Span(shares.start(), shares.end("other")) if low >= _ALIKE * high else None


def _place(figure: re.Match[str]) -> Span:
    return Span(figure.start("ratio" if figure["ratio"] else 0), figure.end())


def _by_chance(figure: re.Match[str]) -> bool:
    if figure["words"]:
        return True
    if figure["p"]:
        value = _value(figure["p"])
        return figure["sign"] not in "<≤" and value >= _LEVEL
    low, ratio, high = map(_value, figure.group("low", "ratio", "high"))
    return low <= ratio <= high and low < 1 <= high


def _value(number: str) -> float:
    return float(number.replace("·", "."))
