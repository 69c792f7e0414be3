"""Findings that papers tell in other words than a vocabulary does: "elevated intraocular pressure".

``phrases.tsv`` has the vocabulary's name and the phrases, written for this project from what
clinicians call things. A phrase is told by what its words mean, in any order.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from kgbuild_linker.keys import LITTLE, meanings, tokens
from kgbuild_linker.shipped import shipped_rows

__all__ = ["said_otherwise"]

_CLASSES = ("LESS", "MORE", "LACK")
_HOW = frozenset(
    """severe mild moderate marked significant significantly transient progressive persistent
    slight profound symptomatic asymptomatic substantial dose dependent reversible irreversible
    occasional unexpected sudden rapid rapidly further subsequent clinical clinically""".split()  # noqa: SIM905
)
"""How a finding is, which does not make it another one."""
_OF_LACK = frozenset(
    """gene protein enzyme activity genetic inherited hereditary congenital familial complete
    partial total combined autosomal recessive active normal""".split()  # noqa: SIM905
)
"""Words that say nothing more of what is lacking."""


def said_otherwise(name: str) -> str:
    """The name that vocabularies have for what a phrase tells; empty where none is known.

    >>> said_otherwise("severe reduction in renal function"), said_otherwise("hives")
    ('Renal Insufficiency', 'Urticaria')
    """
    return _phrases().get(_key(name, _classes()), "")


def _key(phrase: str, classes: dict[str, str]) -> frozenset[str]:
    told = [word for word in tokens(phrase) if word not in LITTLE and word not in _HOW]
    key = frozenset(classes.get(word, "") or meaning
                    for word in told for meaning in meanings(word))  # fmt: skip
    return key - _OF_LACK if "LACK" in key else key


@cache
def _classes() -> dict[str, str]:
    """Word to the class that stands for it."""
    return {
        word: name
        for name, words in _lines()
        if name in _CLASSES
        for one in words
        for word in tokens(one)
    }


@cache
def _phrases() -> dict[frozenset[str], str]:
    written = {name.lower(): name for name in _CLASSES}
    classes = {**_classes(), **written}
    return {
        _key(phrase, classes): name
        for name, phrases in _lines()
        if name not in _CLASSES
        for phrase in phrases
    }


def _lines() -> Iterator[tuple[str, list[str]]]:
    for name, phrases in shipped_rows("phrases.tsv"):
        yield name, phrases.split("|")
