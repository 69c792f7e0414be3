"""The words around a pair weighed together, where no cue was found: a doubt that no list foresaw.

A logistic regression over the words, each with its place: before, between or behind the two
mentions, or farther off. Words that plain statements are made of ("caused", "led to") weigh
against those that they seldom hold. The weights stand in ``weights.tsv``, each with the features
that have it; ``benchmarks/statement_weights.py`` learns them from marked sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, pairwise

from kgbuild.document import Span
from kgbuild.statements.hiding import CONTRACTED, MENTION
from kgbuild.statements.scope import Scope
from kgbuild.statements.weights import read_weights

__all__ = ["against", "features", "stems", "telling"]

_TABLE = "weights.tsv"

_TOKEN = re.compile(rf"[a-z']+|{CONTRACTED}t|{MENTION}+|[?;:,]|\d+")
_ENDING = re.compile(r"(?<=[a-z']{3})(?:ations|ation|ingly|edly|ings|ing|ed|es|s|ly|e|ive|ion)\Z")
_TURNS = ("noun", "compound", "title", "anew", "alone", "complement")
"""What is true of a scope as a whole."""

_DULL = re.compile(
    r"an?|the|th(?:is|at|ese|ose)|its?|s?he|they|we|our|their|his|her|of|in|on|to|at|by|for|from|with"
    r"|as|and|n?or|but|than|into|upon|among|between|within|is|are|was|were|be|been|being|has|have|had"
    r"|do|does|did|which|who|whom|whose|when|where|while|after|before|during|all|both|each|some|such"
    r"|same|so|then|there|here|also|most|more|one|two|three"
)
"""Words that may speak against a plain statement, and tell no reader why."""


def against(around: Scope) -> float:
    """How much the words say against a plain statement: the log of the odds, above 0 a doubt."""
    weights = read_weights(_TABLE)
    return sum(weights[feature] for feature in weights.keys() & features(around)) / 10


def telling(around: Scope) -> list[Span]:
    """The word of ``around.text`` that speaks most against a plain statement, dull words last.

    The list is empty where the sentence holds no word but the names.
    """
    said = _against(around)
    words = [word for word in said if not _dull(word.of(around.text))]
    return sorted(words or said, key=lambda word: (-said[word], word))[:1]


def features(around: Scope) -> set[str]:
    """What is weighed: each word with its place, and each one to three words of the clause."""
    found = {"all", *(turn for turn in _TURNS if getattr(around, turn))}
    for name, part in _parts(around):
        words = stems(around.text, part)
        found.update([f"{name} {stem}" for stem in words])
        if name != "far":
            found.update([f"* {phrase}" for phrase in _phrases(words)])
    return found


def _parts(around: Scope) -> Sequence[tuple[str, Span]]:
    return (
        ("before", around.clause),
        ("between", Span(around.clause.end, around.behind.start)),
        ("behind", around.behind),
        ("far", Span(0, around.clause.start)),
        ("far", Span(around.behind.end, len(around.text))),
    )


def stems(text: str, place: Span) -> list[str]:
    """The words of a stretch without their endings; "@" for a mention, "0" for a number."""
    return [_stem(token) for token in _TOKEN.findall(text, place.start, place.end)]


def _phrases(words: Sequence[str]) -> Iterator[str]:
    """Each word, each two and each three, wherever they stand in the clause."""
    threes = zip(words, words[1:], words[2:], strict=False)
    return chain(words, map(" ".join, chain(pairwise(words), threes)))


def _against(around: Scope) -> Mapping[Span, float]:
    """How much each word speaks against a plain statement, by itself and in its phrases."""
    weights, against = read_weights(_TABLE), dict[Span, float]()
    for name, part in _parts(around):
        words = list(_TOKEN.finditer(around.text, part.start, part.end))
        for length in range(1, 2 if name == "far" else 4):
            for start in range(len(words) - length + 1):
                phrase = words[start : start + length]
                said = " ".join(_stem(word[0]) for word in phrase)
                weight = weights.get(f"* {said}", 0) if name != "far" else 0
                weight += weights.get(f"{name} {said}", 0)
                for word in phrase:
                    if word[0][0] != MENTION:
                        place = Span(*word.span())
                        against[place] = against.get(place, 0.0) + weight / length
    return against


def _dull(word: str) -> bool:
    return not word.isalpha() or _DULL.fullmatch(word) is not None


@lru_cache(maxsize=8192)
def _stem(token: str) -> str:
    """A word without its ending; "@" for a mention, "0" for a number."""
    if token[0] == MENTION:
        return "@"
    if token[0] == CONTRACTED:
        return "not"
    return "0" if token.isdecimal() else _ENDING.sub("", token)
