"""Spans into rows of BIOES tags and back, and which tag may follow which.

Tags: ``O``, and for each label begin, inside, end and single (Ratinov and Roth 2009).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from kgbuild_model.examples import LabelledSpan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kgbuild_model.tokens import Words

__all__ = ["TagSet"]

_BEGIN, _INSIDE, _END, _SINGLE = range(4)


@dataclass(frozen=True)
class TagSet:
    """The tags of some labels: tag 0 is ``O``; label *i* has tags ``4i + 1`` to ``4i + 4``.

    >>> TagSet(("Chemical",)).names
    ('O', 'B-Chemical', 'I-Chemical', 'E-Chemical', 'S-Chemical')
    """

    labels: tuple[str, ...]

    def __len__(self) -> int:
        return 1 + 4 * len(self.labels)

    @property
    def names(self) -> tuple[str, ...]:
        """The tags by name, in order."""
        return ("O", *(f"{mark}-{label}" for label in self.labels for mark in "BIES"))

    @cached_property
    def follows(self) -> NDArray[np.bool_]:
        """[tags, tags]: whether the second may stand right after the first."""
        inside = np.array([self._is_open(tag) for tag in range(len(self))])
        starts = np.array([self._may_start(tag) for tag in range(len(self))])
        allowed: NDArray[np.bool_] = ~inside[:, None] & starts[None, :]
        for label in range(len(self.labels)):
            begin, within, end, _ = range(4 * label + 1, 4 * label + 5)
            for first in (begin, within):
                allowed[first, [within, end]] = True
        return allowed

    @cached_property
    def may_start(self) -> NDArray[np.bool_]:
        """[tags]: whether a row may begin with the tag."""
        return np.array([self._may_start(tag) for tag in range(len(self))])

    @cached_property
    def may_end(self) -> NDArray[np.bool_]:
        """[tags]: whether a row may end with the tag."""
        return np.array([not self._is_open(tag) for tag in range(len(self))])

    def of_labels(self, labels: Iterable[str]) -> NDArray[np.bool_]:
        """[tags]: whether the tag is one of these labels'; ``O`` is not."""
        chosen = set(labels)
        return np.array([False, *(name in chosen for name in self.labels for _ in range(4))])

    def encode(self, spans: Sequence[LabelledSpan], words: Words) -> NDArray[np.int64]:
        """[words]: the tags of gold spans.

        A span takes in every word that it touches. Of spans that share a word, the longer one
        counts: a row of tags holds no nested spans.
        """
        tags = np.zeros(len(words), dtype=np.int64)
        for span in sorted(spans, key=lambda s: (s.start - s.end, s.start)):
            first = int(np.searchsorted(words.ends, span.start, side="right"))
            last = int(np.searchsorted(words.starts, span.end, side="left")) - 1
            if first <= last and span.label in self.labels and not tags[first : last + 1].any():
                self._write(tags, first, last, self.labels.index(span.label))
        return tags

    def decode(self, tags: Sequence[int]) -> list[tuple[int, int, int]]:
        """The ``(first word, last word, label index)`` of a valid row of tags."""
        found = []
        start = 0
        for place, tag in enumerate(tags):
            if tag == 0:
                continue
            label, mark = divmod(int(tag) - 1, 4)
            if mark in (_BEGIN, _SINGLE):
                start = place
            if mark in (_END, _SINGLE):
                found.append((start, place, label))
        return found

    def _write(self, tags: NDArray[np.int64], first: int, last: int, label: int) -> None:
        tag = 4 * label + 1
        if first == last:
            tags[first] = tag + _SINGLE
            return
        tags[first + 1 : last] = tag + _INSIDE
        tags[first], tags[last] = tag + _BEGIN, tag + _END

    @staticmethod
    def _is_open(tag: int) -> bool:
        return tag > 0 and (tag - 1) % 4 in (_BEGIN, _INSIDE)

    @staticmethod
    def _may_start(tag: int) -> bool:
        return tag == 0 or (tag - 1) % 4 in (_BEGIN, _SINGLE)
