"""What the encoder says against a plain statement of a pair, beside what cues and words say.

The tagger's lower layers have read the sentence already. Over their states, a few heads each look
at some wordpieces (by what these are, and by where they stand to the pair) and say how far what
they see is said plainly; together they are a small two-layer reader. Its weights stand in
``doubt.tsv``, for one tagger alone; ``benchmarks/statement_states.py`` learns them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from kgbuild import Cue, Span, Status
from kgbuild.statements import Reading

if TYPE_CHECKING:
    from kgbuild_model.relation_pages import Page
    from numpy.typing import NDArray

    Numbers = NDArray[np.float32]
    Places = NDArray[np.int64]

__all__ = [
    "PLACES",
    "STRETCH",
    "Doubt",
    "Pieces",
    "pieces_of",
    "places_of",
    "read_doubt",
    "reconsidered",
]

PLACES = 8
"""Far and near before the first of two mentions, between, near and far behind the second; in the
first, in the second, in others."""

_NEAR = 12
STRETCH = 3.0
"""The most that a head says, before ``out`` weighs it; the weights were learnt with it."""


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The wordpieces of a page: where in the text each begins and ends, and its states [n, d]."""

    starts: Places
    ends: Places
    states: Numbers

    def of(self, sentence: Span) -> Pieces:
        """Those of a sentence, placed in it."""
        first, last = np.searchsorted(self.starts, (sentence.start, sentence.end))
        here = slice(first, last)
        return Pieces(
            self.starts[here] - sentence.start, self.ends[here] - sentence.start, self.states[here]
        )


@dataclass(frozen=True, slots=True, eq=False)
class Doubt:
    """The weights: ``sought`` and ``said`` [heads, d], by place [places, heads], and their sum.

    ``tagger`` is the digest of the weights whose lowest ``layers`` layers they are for.
    """

    tagger: str
    layers: int
    sought: Numbers
    said: Numbers
    sought_at: Numbers
    said_at: Numbers
    out: Numbers
    bias: float

    def of(self, states: Numbers, places: Places) -> tuple[float, Numbers]:
        """How much speaks against a plain statement, and how much of it each wordpiece says."""
        looks = states @ self.sought.T + self.sought_at[places]
        looks = np.exp(looks - looks.max(0))
        shares = looks / looks.sum(0) * (states @ self.said.T + self.said_at[places])
        against = STRETCH * np.tanh(shares.sum(0)) @ self.out + self.bias
        return float(against), shares @ self.out


def places_of(pieces: Pieces, first: Span, second: Span, others: Sequence[Span]) -> Places:
    """Where each wordpiece of a sentence stands to two mentions in order, and to others."""
    starts, ends = pieces.starts, pieces.ends
    before, behind = starts.searchsorted((first.start, second.end)).tolist()
    places = np.full(len(starts), 2)
    places[:before], places[behind:] = 1, 3
    places[: max(0, before - _NEAR)], places[behind + _NEAR :] = 0, 4
    named = [*others, first, second]
    begins = ends.searchsorted([span.start for span in named], side="right").tolist()
    closes = starts.searchsorted([span.end for span in named]).tolist()
    numbers = [*[7] * len(others), 5, 6]
    for begin, close, number in zip(begins, closes, numbers, strict=True):
        places[begin:close] = number
    return places


@cache
def read_doubt() -> Doubt:
    """The weights that come with this plugin."""
    file = resources.files("kgbuild_transformer").joinpath("doubt.tsv")
    (tagger, layers), *lines = (line.split("\t") for line in file.read_text("utf-8").splitlines())
    rows: dict[str, list[list[float]]] = {}
    for name, *numbers in lines:
        rows.setdefault(name, []).append([float(number) for number in numbers])
    table = {name: np.array(found, np.float32) for name, found in rows.items()}
    return Doubt(
        tagger=tagger,
        layers=int(layers),
        sought=table["sought"],
        said=table["said"],
        sought_at=table["sought_at"],
        said_at=table["said_at"],
        out=table["out"][0],
        bias=float(table["bias"][0, 0]),
    )


def pieces_of(page: Page) -> Pieces:
    """The wordpieces of a page with what the shared layers read."""
    counts = np.diff(page.first)
    ends = page.words.ends[page.start : page.end]
    states = page.joined(page.hidden).float().numpy()
    return Pieces(np.repeat(page.starts, counts), np.repeat(ends, counts), states)


def reconsidered(
    reading: Reading, doubt: Doubt, pieces: Pieces, ends: tuple[Span, Span], others: Sequence[Span]
) -> Reading:
    """The reading of a pair of a sentence, where no cue was found, with what the states say.

    ``reading.doubt`` is what the words say against a plain statement; the sum decides.
    """
    if reading.doubt is None or not len(pieces.starts):
        return reading
    places = places_of(pieces, *ends, others)
    against, shares = doubt.of(pieces.states, places)
    if reading.doubt + against <= 0:
        return Reading(negated=False, status=Status.STATED, cues=(), doubt=reading.doubt)
    if not reading.plain:
        return reading
    most = int(np.where(places < 5, shares, -np.inf).argmax())
    word = Span(int(pieces.starts[most]), int(pieces.ends[most]))
    kind = Status.SPECULATED
    return Reading(False, kind, (Cue(kind=kind.value, span=word),), doubt=reading.doubt)
