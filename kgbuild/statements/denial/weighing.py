"""How likely a denial is one of the pair: the words around it weighed together.

A logistic regression over the words, each with its place: in front of, between and behind the two
and the denial. Denials of something else come in more turns of phrase than rules foresee. The
weights stand in ``denial.tsv``, for denials of something else, in hundredths of the log of the
odds; ``benchmarks/denials.py`` learns them from denials of real abstracts that were judged by eye.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

from kgbuild.document import Span
from kgbuild.statements.doubt import stems
from kgbuild.statements.scope import Scope
from kgbuild.statements.weights import read_weights

__all__ = ["features", "likelihood"]

_TABLE = "denial.tsv"
_FAR = 200
"""Words farther off, in characters, are not weighed."""
_LENGTHS = 1, 2, 4, 8, 16
_UNIT = 100
_DIGITS = 4


def likelihood(around: Scope, denials: Sequence[Span]) -> float:
    """The chance that what is denied is what the two have to do with each other."""
    weights = read_weights(_TABLE)
    against = sum(weights[one] for one in weights.keys() & features(around, denials))
    return round(1 / (1 + math.exp(against / _UNIT)), _DIGITS)


def features(around: Scope, denials: Sequence[Span]) -> set[str]:
    """What is weighed: the words of each denial and of the stretches around it and the two."""
    return {"all", *chain.from_iterable(_features(around, denial) for denial in denials)}


def _features(around: Scope, denial: Span) -> Iterator[str]:
    first, second, text = around.first, around.second, around.text
    place = "bt" if denial.start >= first.end else "bf"
    place = "bh" if denial.start >= second.end else place
    yield place
    yield f"{place} {' '.join(stems(text, denial))}"
    one, two, three = sorted((first, second, denial))
    parts = (
        Span(max(0, one.start - _FAR), one.start),
        Span(one.end, max(one.end, two.start)),
        Span(two.end, max(two.end, three.start)),
        Span(three.end, min(len(text), three.end + _FAR)),
    )
    for number, part in enumerate(parts):
        yield from _said(f"{place}{number}", stems(text, part))


def _said(place: str, words: Sequence[str]) -> Iterator[str]:
    """The words of a stretch with its place and without, its ends, and how long it is."""
    for phrase in chain(words, map(" ".join, pairwise(words))):
        yield f"{place} {phrase}"
        yield f"* {phrase}"
    if words:
        yield f"{place} ^ {words[0]}"
        yield f"{place} $ {words[-1]}"
    yield from (f"{place} >{least}" for least in _LENGTHS if len(words) > least)
    yield from (f"{place} {mark}{min(3, words.count(mark))}" for mark in "@,")
