"""Sentences in which the two mentions that are asked for are marked, and how they are read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from kgbuild import Span

HERE = Path(__file__).parent
_MARK = re.compile(r"[\[<]([CDGVLS]):([^\]>]+)[\]>]")


@dataclass(frozen=True)
class Marked:
    """A sentence; the two mentions asked for; the others; the marks' letters in their order."""

    expected: str
    text: str
    pair: tuple[Span, Span]
    others: tuple[Span, ...]
    kinds: tuple[tuple[Span, str], ...]


def read_marked(line: str) -> Marked:
    """A line such as ``negated | [C:Tea] did not cause [D:gout].``"""
    expected, _, sentence = line.partition(" | ")
    text, at, pair, kinds = "", 0, [], []
    for mark in _MARK.finditer(sentence):
        text += sentence[at : mark.start()]
        span = Span(len(text), len(text) + len(mark[2]))
        text, at = text + mark[2], mark.end()
        kinds.append((span, mark[1]))
        if mark[0].startswith("["):
            pair.append(span)
    first, second = pair
    others = tuple(span for span, _ in kinds if span not in pair)
    text += sentence[at:]
    return Marked(expected, text, (first, second), others, tuple(kinds))


def marked(name: str) -> list[Marked]:
    """The sentences of ``development`` or ``held_out``."""
    lines = (HERE / f"{name}.txt").read_text("utf-8").splitlines()
    return [read_marked(line) for line in lines if " | " in line and not line.startswith("#")]
