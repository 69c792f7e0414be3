"""One name, one label in one text, and what the tagger missed of names that it is sure of.

A name that is tagged surely somewhere in a text is tagged wherever it stands alone in it, and so is
the abbreviation that the text gives for it (Schwartz and Hearst 2003). A name that is tagged under
two labels gets the one with the larger sum of scores.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kgbuild_model.abbreviations import find_abbreviations

if TYPE_CHECKING:
    from kgbuild_model.tagging import ScoredSpan

__all__ = ["consistent"]


@dataclass(frozen=True, slots=True)
class _Name:
    """What a text says of a name: the span to copy, its label, its mean score."""

    like: ScoredSpan
    label: str
    score: float


def consistent(text: str, spans: Sequence[ScoredSpan], *, sure: float) -> list[ScoredSpan]:
    """The spans with one label a name, and with the places added that were missed.

    ``sure`` is the mean score that a name needs to be looked for elsewhere; an added span gets
    that mean as its score. The spans must not overlap; neither do those that are given back.
    """
    names = _names(text, spans)
    kept = [replace(span, label=names[text[span.start : span.end]].label) for span in spans]
    for pair in find_abbreviations(text):
        long = names.get(text[pair.long_start : pair.long_end])
        if long is not None:
            names.setdefault(text[pair.short_start : pair.short_end], long)
    taken = bytearray(len(text))
    for span in spans:
        taken[span.start : span.end] = b"\1" * (span.end - span.start)
    for name in sorted(names, key=lambda one: (-len(one), one)):  # the longest first
        if names[name].score >= sure and len(name) > 1:
            kept += _elsewhere(text, name, names[name], taken)
    return sorted(kept, key=lambda span: (span.start, span.end))


def _names(text: str, spans: Sequence[ScoredSpan]) -> dict[str, _Name]:
    """The names that were tagged, each with the label that has the larger sum of scores."""
    votes: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    tagged: dict[str, list[ScoredSpan]] = defaultdict(list)
    for span in spans:
        name = text[span.start : span.end]
        votes[name][span.label] += span.score
        tagged[name].append(span)
    return {
        name: _Name(
            like=found[0],
            label=max(sorted(votes[name]), key=votes[name].__getitem__),
            score=round(sum(span.score for span in found) / len(found), 4),
        )
        for name, found in tagged.items()
    }


def _elsewhere(text: str, name: str, known: _Name, taken: bytearray) -> list[ScoredSpan]:
    """The places where a name stands alone and nothing is tagged yet; they are then taken."""
    found = []
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        if not any(taken[start:end]) and _stands_alone(text, start, end):
            taken[start:end] = b"\1" * (end - start)
            found.append(
                replace(known.like, start=start, end=end, label=known.label, score=known.score)
            )
        start = text.find(name, start + 1)
    return found


def _stands_alone(text: str, start: int, end: int) -> bool:
    """No letter, digit or underscore touches the place."""
    around = text[start - 1 : start] if start else ""
    around += text[end : end + 1]
    return not any(letter.isalnum() or letter == "_" for letter in around)
