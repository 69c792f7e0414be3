"""The words between the names of a pair and beside them, as features for a linear model.

A feature is a word, or two that follow one another, with its place: between the nearest mentions
of a sentence that names both, before them or behind. Each is there a second time with the kinds of
the names and which of them comes first. Features are hashed into buckets (Weinberger et al. 2009).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
import torch
from torch import Tensor

from kgbuild_model.relations import distance_buckets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kgbuild_model.relation_pages import Page
    from kgbuild_model.relation_reading import Asked
    from kgbuild_model.relations import Pairs, RelationSet

    Ints = NDArray[np.int64]
    Hashes = NDArray[np.uint64]

__all__ = ["BUCKETS", "Phrases", "phrases_of"]

BUCKETS = 1 << 15

_BETWEEN = 40  # words; what is further from the first name says little
_BESIDE = 3
_LABELS = 16  # more than there are
_TIMES = 3


@dataclass(frozen=True, slots=True, eq=False)
class Phrases:
    """The features of ``pairs`` pairs: ``bucket`` [n] of each, ``row`` [n] the pair it is of.

    A pair has each feature once; they are sorted by pair.
    """

    bucket: Tensor
    row: Tensor
    pairs: int

    @classmethod
    def joined(cls, parts: Sequence[Phrases]) -> Phrases:
        """Those of several pages, one behind the other."""
        starts = np.cumsum([0, *(part.pairs for part in parts)]).tolist()
        rows = [part.row + start for part, start in zip(parts, starts, strict=False)]
        return cls(torch.cat([part.bucket for part in parts]), torch.cat(rows), starts[-1])


def phrases_of(page: Page, asked: Asked, rows: Tensor, relations: RelationSet) -> Phrases:
    """The features of the pairs ``rows`` that a set of relations asks of a page."""
    pairs = asked.pairs.at(rows)
    line = _Line.of(page, pairs)
    met = _meetings(line, pairs, relations)
    found = [_kinds(pairs, met, relations), *_features(line, met, relations)]
    every = [row * BUCKETS + (hashed % BUCKETS).astype(np.int64) for row, hashed in found]
    places = np.sort(np.concatenate(every))
    once = torch.from_numpy(places[np.append(True, places[1:] != places[:-1])])
    return Phrases(once % BUCKETS, once // BUCKETS, len(rows))


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """A page as keys of its words [words], a name being one word: that of its kind.

    ``begin`` and ``end`` [mentions] are the words at which each mention begins and ends.
    """

    words: Hashes
    begin: Ints
    end: Ints

    @classmethod
    def of(cls, page: Page, pairs: Pairs) -> _Line:
        label = pairs.label[pairs.concept].numpy()
        inside = np.searchsorted(page.first, pairs.spans.numpy(), side="right") - 1
        mark = np.zeros(page.end - page.start, dtype=np.int64)
        for (begin, end), kind in zip(inside.tolist(), label.tolist(), strict=True):
            mark[begin : end + 1] = np.maximum(mark[begin : end + 1], 1 + kind)
        alone = np.append(True, (mark[1:] == 0) | (mark[1:] != mark[:-1]))
        place = np.cumsum(alone) - 1
        words = np.where(mark > 0, mark, _keys(page))[alone].astype(np.uint64)
        return cls(words, place[inside[:, 0]], place[inside[:, 1]])


@dataclass(frozen=True, slots=True, eq=False)
class _Meetings:
    """Where sentences name both ends of a pair, by their nearest mentions.

    ``row`` [n] is the pair; ``kind`` [n] the kinds of its ends, and which comes first; then the
    words at which the one to the left begins and ends, and the one to the right.
    """

    row: Ints
    kind: Ints
    left: tuple[Ints, Ints]
    right: tuple[Ints, Ints]


def _meetings(line: _Line, pairs: Pairs, relations: RelationSet) -> _Meetings:
    row, one, two = _nearest(line, pairs)
    label = pairs.label[pairs.concept].numpy()
    leads = line.begin[one] < line.begin[two]
    first, second, forward = label[one], label[two], leads
    if not relations.directed:  # the lesser label is first; of equal ones neither
        turned = first > second
        first, second = np.where(turned, (second, first), (first, second))
        forward = (leads != turned) & (first != second)
    left, right = np.where(leads, (one, two), (two, one))
    return _Meetings(
        row=row,
        kind=(first * _LABELS + second) * 2 + forward,
        left=(line.begin[left], line.end[left]),
        right=(line.begin[right], line.end[right]),
    )


def _nearest(line: _Line, pairs: Pairs) -> tuple[Ints, Ints, Ints]:
    """For each pair and sentence that names both ends: the pair, and their nearest mentions."""
    concept, sentence = pairs.concept.numpy(), pairs.sentence.numpy()
    asked = (pairs.first * len(pairs.label) + pairs.second).numpy()
    one, two = np.nonzero(sentence[:, None] == sentence)
    met = concept[one] * len(pairs.label) + concept[two]
    order = np.argsort(asked)
    place = np.searchsorted(asked, met, sorter=order).clip(max=len(asked) - 1)
    row = order[place]
    away = np.maximum(line.begin[one], line.begin[two]) - np.minimum(line.end[one], line.end[two])
    chosen = np.lexsort((away, sentence[one], row))
    chosen = chosen[(asked[row] == met)[chosen]]
    together = np.stack([row, sentence[one]])[:, chosen]
    nearest = chosen[np.append(True, (together[:, 1:] != together[:, :-1]).any(0))[: len(chosen)]]
    return row[nearest], one[nearest], two[nearest]


def _kinds(pairs: Pairs, met: _Meetings, relations: RelationSet) -> tuple[Ints, Hashes]:
    """One feature for each pair: the kinds of its ends, and how many sentences name both.

    It means what it means in one corpus, as does how far apart the ends are.
    """
    ends = np.sort([pairs.label[pairs.first].numpy(), pairs.label[pairs.second].numpy()], axis=0)
    times = np.bincount(met.row, minlength=len(pairs.first)).clip(max=_TIMES)
    return np.arange(len(pairs.first)), _hashed("kinds", _origin(relations), *ends, times)


def _origin(relations: RelationSet) -> int:
    """The number of the corpus whose question it is, for what means something else elsewhere."""
    return crc32(relations.name.encode())


def _features(line: _Line, met: _Meetings, relations: RelationSet) -> Iterator[tuple[Ints, Hashes]]:
    """The features of meetings, each with the pair that it is of."""
    words = line.words
    apart = met.right[0] - met.left[1] - 1
    yield met.row, _hashed("apart", _origin(relations), met.kind, distance_buckets(apart))
    place, of = _stretches(met.left[1] + 1, apart.clip(0, _BETWEEN))
    yield from _told("between", met, of, words[place])
    pair = np.flatnonzero(of[1:] == of[:-1])
    yield from _told("between", met, of[pair], words[place[pair]], words[place[pair + 1]])
    away = np.arange(1, _BESIDE + 1)
    for side, edge, step in (("before", met.left[0], -1), ("behind", met.right[1], 1)):
        place = edge[:, None] + step * away
        inside = (place >= 0) & (place < len(words))
        yield from _told(side, met, np.nonzero(inside)[0], words[place[inside]])


def _told(where: str, met: _Meetings, of: Ints, *words: Hashes) -> Iterator[tuple[Ints, Hashes]]:
    """Words of the meetings ``of``: as they are, and with the kinds of the ends."""
    count = len(words)
    yield met.row[of], _hashed(f"{where} {count}", *words)
    yield met.row[of], _hashed(f"{where} {count} kind", met.kind[of], *words)


def _stretches(start: Ints, length: Ints) -> tuple[Ints, Ints]:
    """The places of stretches of words, one behind the other, and which stretch each is of."""
    of = np.repeat(np.arange(len(start)), length)
    return start[of] + np.arange(len(of)) - np.repeat(np.cumsum(length) - length, length), of


def _hashed(tag: str, *parts: Ints | Hashes | int) -> Hashes:
    """Well-mixed 64 bits for each row of ``parts``, as SplitMix64 does it (Steele et al. 2014)."""
    mixed = np.full(1, crc32(tag.encode()), dtype=np.uint64)
    for part in parts:
        mixed = (mixed ^ np.asarray(part).astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = mixed ^ (mixed >> np.uint64(27))
    return mixed


@lru_cache(maxsize=8)  # several corpora ask of a page
def _keys(page: Page) -> Hashes:
    words = page.words
    here = slice(page.start, page.end)
    bounds = zip(words.starts[here].tolist(), words.ends[here].tolist(), strict=True)
    return np.array([_key(words.text[start:end]) for start, end in bounds], dtype=np.uint64)


_ENDINGS = (
    *("ations", "ation", "ingly", "ings", "ing", "ions", "ion", "edly", "ed", "ies", "es", "s"),
    *("ly", "ment", "ive"),
)
_STEM = 4  # letters at least


@lru_cache(1 << 16)
def _key(word: str) -> int:
    """A word's number: that of its stem, so that "inhibits" and "inhibition" are one."""
    word = word.lower()
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) >= _STEM + len(ending):
            word = word.removesuffix(ending)
            break
    return 256 + crc32(word.encode())
