"""The pages that relations are read of: an abstract whole, a long paper window by window.

The encoder reads windows of some 500 wordpieces. An abstract may need two or three, which overlap:
the branch reads each, and what they gave is joined to one page, so that a pair of concepts is
asked once and sees all of the text. A longer text has a page for each of its windows: the memory
that a paper needs does not grow with its length, and concepts that no window names together are
not asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from kgbuild_model.tokens import Window, Words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kgbuild_model.relation_examples import Concept

__all__ = ["Page", "apart_in", "marks_of", "pages_of"]

_TOGETHER = 3
"""A text of so many windows is one page: some 1,250 wordpieces, more than any abstract has."""


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A text or a window of it, as the shared layers read it.

    ``first`` [words + 1] is the wordpiece at which each of its words begins, counted from the
    page's first, and where the last ends. ``hidden`` [windows, pieces + 2, d] has the marks of
    begin and end around the wordpieces of each window, and padding behind.
    """

    words: Words
    windows: tuple[Window, ...]
    first: NDArray[np.int64]
    hidden: Tensor
    _known: dict[tuple[int, int], tuple[int, int] | None] = field(default_factory=dict, repr=False)

    @property
    def start(self) -> int:
        """Its first word."""
        return self.windows[0].start

    @property
    def end(self) -> int:
        """The word behind its last."""
        return self.windows[-1].end

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where in the text each of its words begins."""
        return self.words.starts[self.start : self.end]

    def pieces(self, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """First and last wordpiece of each span of the text that this page has whole."""
        for span in spans:  # a span is asked for by each question about the page
            if span not in self._known:
                self._known[span] = self._place(*span)
            if place := self._known[span]:
                yield place

    def _place(self, start: int, end: int) -> tuple[int, int] | None:
        words = self.words
        first = int(words.ends.searchsorted(start, side="right"))
        first = min(first, len(words) - 1)  # a span at the end that is only white space
        last = max(first, int(words.starts.searchsorted(end, side="left")) - 1)
        if self.start <= first and last < self.end:
            return self._piece(first), self._piece(last + 1) - 1
        return None

    def _piece(self, word: int) -> int:
        return int(self.first[word - self.start])

    def lengths(self) -> list[int]:
        """How many places of each window are no padding, with the marks of begin and end."""
        return [self._piece(one.end) - self._piece(one.start) + 2 for one in self.windows]

    def spread(self, marks: Tensor) -> Tensor:
        """What stands at each wordpiece of the page, [pieces], in its windows, [windows, n]."""
        spread = marks.new_zeros(self.hidden.shape[:2])
        for row, window in enumerate(self.windows):
            inside = marks[self._piece(window.start) : self._piece(window.end)]
            spread[row, 1 : 1 + len(inside)] = inside
        return spread

    def joined(self, hidden: Tensor) -> Tensor:
        """The windows' vectors [windows, n, d] as those of the page's wordpieces, [pieces, d].

        Of words that two windows read, each has those that are further from its edge.
        """
        parts = []
        for row, window in enumerate(self.windows):
            start = self.start if row == 0 else window.keep_from
            end = self.end if row == len(self.windows) - 1 else window.keep_to
            begin = 1 - self._piece(window.start)
            parts.append(hidden[row, begin + self._piece(start) : begin + self._piece(end)])
        return parts[0] if len(parts) == 1 else torch.cat(parts)


def pages_of(
    words: Words, read: Iterable[tuple[Sequence[Window], Tensor]], most: int
) -> Iterator[Page]:
    """A text's pages, from groups of its windows with what was read in them.

    ``most`` is how many wordpieces a window holds: of a longer word the encoder reads so many.
    """
    sizes = np.minimum(np.diff(np.append(words.first, len(words.ids))), most)
    for chosen, hidden in read:
        whole = len(chosen) <= _TOGETHER and chosen[0].start == 0 and chosen[-1].end == len(words)
        for rows in [slice(None)] if whole else [slice(n, n + 1) for n in range(len(chosen))]:
            windows = tuple(chosen[rows])
            inside = sizes[windows[0].start : windows[-1].end]
            first = np.concatenate([[0], np.cumsum(inside)]).astype(np.int64)
            longest = max(int(sizes[w.start : w.end].sum()) for w in windows)
            yield Page(words, windows, first, hidden[rows, : longest + 2])


def apart_in(
    words: Words, cut: Sequence[Window], concepts: Mapping[str, Concept]
) -> NDArray[np.bool_]:
    """Which concepts no page of a text names together, [concepts, concepts].

    ``cut`` are the text's windows, of which a long text has a page each.
    """
    if len(cut) <= _TOGETHER:
        return np.zeros((len(concepts), len(concepts)), dtype=np.bool_)
    starts, ends = np.array([(one.start, one.end) for one in cut]).T
    named = np.zeros((len(concepts), len(cut)), dtype=np.int64)
    for row, concept in enumerate(concepts.values()):
        first, last = np.array(concept.spans).T
        first = words.ends.searchsorted(first, side="right")
        last = np.maximum(first, words.starts.searchsorted(last, side="left") - 1)
        inside = (starts <= first[:, None]) & (last[:, None] < ends)
        named[row] = inside.any(axis=0)
    apart: NDArray[np.bool_] = named @ named.T == 0
    return apart


def marks_of(page: Page, concepts: Mapping[str, Concept], labels: Sequence[str]) -> Tensor:
    """Which label's mention each wordpiece is in, [windows, n]: 0 for none, else 1 + index."""
    marks = torch.zeros(int(page.first[-1]), dtype=torch.long)
    for concept in concepts.values():
        if concept.label in labels:
            for first, last in page.pieces(concept.spans):
                marks[first : last + 1] = 1 + labels.index(concept.label)
    return page.spread(marks)
