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
from importlib import resources

from kgbuild.document import Span
from kgbuild.statements.hiding import MENTION
from kgbuild.statements.scope import Scope

__all__ = ["doubted", "features"]

_TOKEN = re.compile(rf"[a-z']+|{MENTION}+|[?;:,]|\d+")
_ENDING = re.compile(r"(?<=[a-z']{3})(?:ations|ation|ingly|edly|ings|ing|ed|es|s|ly|e|ive|ion)\Z")
_TURNS = ("noun", "compound", "title", "anew", "alone", "complement")
"""What is true of a scope as a whole."""


def doubted(around: Scope) -> list[Span] | None:
    """The word of ``around.text`` that speaks most against a plain statement; None where it is one.

    The list is empty where the sentence holds no word but the names.
    """
    weights, against, total = _weights(), dict[Span, float](), 0.0
    for feature, words in features(around).items():
        weight = weights.get(feature, 0.0)
        total += weight
        for word in words:
            against[word] = against.get(word, 0.0) + weight / len(words)
    if total <= 0:
        return None
    return sorted(against, key=lambda word: (-against[word], word))[:1]


def features(around: Scope) -> Mapping[str, Sequence[Span]]:
    """What is weighed, with the words that it is made of, where it stands first."""
    found: dict[str, Sequence[Span]] = {"all": ()}
    found |= {turn: () for turn in _TURNS if getattr(around, turn)}
    between = Span(around.clause.end, around.behind.start)
    for name, part in (("before", around.clause), ("between", between), ("behind", around.behind)):
        stems = _stems(around.text, part)
        for feature, words in (*_words(name, stems), *_phrases(stems)):
            found.setdefault(feature, words)
    rest = Span(0, around.clause.start), Span(around.behind.end, len(around.text))
    for part in rest:
        for feature, words in _words("far", _stems(around.text, part)):
            found.setdefault(feature, words)
    return found


_Stems = Sequence[tuple[str, Span]]
_Feature = tuple[str, Sequence[Span]]


def _words(name: str, stems: _Stems) -> Iterator[_Feature]:
    for stem, word in stems:
        yield f"{name} {stem}", () if stem == "@" else (word,)


def _phrases(stems: _Stems) -> Iterator[_Feature]:
    """Each word, each two and each three, wherever they stand in the clause."""
    for length in range(1, 4):
        for start in range(len(stems) - length + 1):
            phrase = stems[start : start + length]
            words = [word for stem, word in phrase if stem != "@"]
            yield f"* {' '.join(stem for stem, _ in phrase)}", words


def _stems(text: str, part: Span) -> _Stems:
    return [
        (_stem(token[0]), Span(*token.span()))
        for token in _TOKEN.finditer(text, part.start, part.end)
    ]


def _stem(token: str) -> str:
    """A word without its ending; "@" for a mention, "0" for a number."""
    if token[0] == MENTION:
        return "@"
    return "0" if token.isdecimal() else _ENDING.sub("", token)


@lru_cache(maxsize=1)
def _weights() -> Mapping[str, float]:
    file = resources.files("kgbuild.statements").joinpath("weights.tsv")
    lines = (line.split("\t") for line in file.read_text("utf-8").splitlines())
    return {feature: float(weight) for weight, *of in lines for feature in of}
