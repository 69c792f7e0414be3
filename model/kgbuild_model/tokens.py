"""Text into wordpieces that know their place, and long texts into windows.

The tagger decides once a word, at the word's first wordpiece. A word is what the tokenizer's
pre-tokenizer cuts: runs without white space, and each punctuation mark by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

__all__ = ["SHAPES", "Window", "Words", "shape_of", "tokenise", "windows"]

SHAPES = ("lower", "title", "upper", "mixed", "digits", "mark", "letter")
"""The letter case of a word, which an uncased vocabulary loses and gene symbols need."""

_BREAKS = dict.fromkeys(map(ord, "\x0b\x0c\x1c\x1d\x1e\x1f\x85"), " ")
"""White space that BERT's normaliser takes out: the words beside a page break became one."""


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """A text as wordpieces, and its words over them.

    ``ids`` [pieces] are the wordpieces, without the marks of begin and end; ``shapes``
    [pieces] index ``SHAPES``; ``first`` [words] is each word's first wordpiece; ``starts`` and
    ``ends`` [words] are its bounds in ``text``, in code points.
    """

    ids: NDArray[np.int64]
    shapes: NDArray[np.int64]
    first: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    text: str

    def __len__(self) -> int:
        return len(self.first)


@lru_cache(1 << 16)
def shape_of(word: str) -> int:
    """The letter case of a word, as an index of ``SHAPES``.

    >>> [SHAPES[shape_of(w)] for w in ("aspirin", "Aspirin", "CYP2D6", "pERK", "12", "(", "K")]
    ['lower', 'title', 'upper', 'mixed', 'digits', 'mark', 'letter']
    """
    if word.islower():
        return 0
    if word.isupper():
        return 2 if len(word) > 1 else 6
    if word.istitle():
        return 1
    if word.isdigit():
        return 4
    return 3 if any(map(str.isupper, word)) else 5


def tokenise(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Words]:
    """Cut texts into wordpieces and words; nothing is truncated.

    The tokenizer works without Python's lock: a thread that calls it keeps no other one waiting.
    """
    known = [_of_known_words(tokenizer, text) for text in texts]
    others = [text for text, words in zip(texts, known, strict=True) if words is None]
    spaced = [text.translate(_BREAKS) for text in others]
    rest = map(_words, others, tokenizer.encode_batch(spaced, add_special_tokens=False))
    return [next(rest) if words is None else words for words in known]


_PLAIN = re.compile(r"[\t\n\r -~]*")
_WORD = re.compile(r"[A-Za-z0-9]+|[!-/:-@\[-`{-~]")
_REMEMBERED = 100
"""Letters of a word that is remembered, at most; BERT knows no longer ones."""


def _of_known_words(tokenizer: Tokenizer, text: str) -> Words | None:
    """A text of ASCII as BERT's tokenizers cut it, in a fifth of the time; None for another.

    They cut such a text at white space and punctuation, and each word into the same wordpieces
    wherever it stands: these are remembered.
    """
    marks = _marks_of(tokenizer)
    if marks is None or not _PLAIN.fullmatch(text) or any(map(text.lower().__contains__, marks)):
        return None
    spans = [word.span() for word in _WORD.finditer(text)]
    if not spans:
        return None
    starts, ends = np.array(spans, dtype=np.int64).T.copy()
    if (ends - starts).max() > _REMEMBERED:
        return None
    pieces, shapes = zip(*(_made_of(tokenizer, text[a:b]) for a, b in spans), strict=True)
    ids = np.fromiter(chain.from_iterable(pieces), dtype=np.int64)
    counts = np.fromiter(map(len, pieces), np.int64, len(pieces))
    return Words(ids, np.array(shapes).repeat(counts), counts.cumsum() - counts, starts, ends, text)


@lru_cache(maxsize=8)
def _marks_of(tokenizer: Tokenizer) -> tuple[str, ...] | None:
    """The marks that a tokenizer finds in any text, in lower case; None if it is not BERT's."""
    kinds = type(tokenizer.pre_tokenizer).__name__, type(tokenizer.normalizer).__name__
    if kinds != ("BertPreTokenizer", "BertNormalizer"):
        return None
    return tuple(one.content.lower() for one in tokenizer.get_added_tokens_decoder().values())


@lru_cache(1 << 16)
def _made_of(tokenizer: Tokenizer, word: str) -> tuple[tuple[int, ...], int]:
    """The wordpieces of a word, and its letter case."""
    return tuple(tokenizer.encode(word, add_special_tokens=False).ids), shape_of(word)


def _words(text: str, encoding: object) -> Words:
    ids = np.array(encoding.ids, dtype=np.int64)  # type: ignore[attr-defined]
    if not len(ids):
        return Words(ids, ids, ids, ids, ids, text)
    word_of = np.array(encoding.word_ids, dtype=np.int64)  # type: ignore[attr-defined]
    places = chain.from_iterable(encoding.offsets)  # type: ignore[attr-defined]
    offsets = np.fromiter(places, np.int64, 2 * len(ids)).reshape(-1, 2)
    new = np.concatenate(([True], word_of[1:] != word_of[:-1]))
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(ids)) - 1
    starts, ends = offsets[first, 0], offsets[last, 1]
    found = [text[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    # some vocabularies count the space before a word as the word's
    spaced = [word[:1].isspace() for word in found]
    shapes = np.array([shape_of(word[space:]) for word, space in zip(found, spaced, strict=True)])
    return Words(ids, shapes[np.cumsum(new) - 1], first, starts + spaced, ends, text)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a text's words that the encoder reads at once.

    Words ``start`` to ``end`` are read; ``keep_from`` to ``keep_to`` are answered: the windows
    overlap in reading, so that every answered word has text on both sides, and never in answers.
    """

    start: int
    end: int
    keep_from: int
    keep_to: int


def windows(words: Words, pieces: int, overlap: int) -> list[Window]:
    """Cover all words by windows of at most ``pieces`` wordpieces, ``overlap`` of them shared.

    A text that fits has one window. A word of more than ``pieces`` wordpieces is read alone, up to
    what fits. The windows depend on the text alone.

    >>> import numpy as np
    >>> n = np.arange(10)
    >>> words = Words(n, n, n, n, n + 1, "0123456789")
    >>> windows(words, pieces=6, overlap=2)  # doctest: +NORMALIZE_WHITESPACE
    [Window(start=0, end=6, keep_from=0, keep_to=5),
     Window(start=4, end=10, keep_from=5, keep_to=10)]
    """
    count = len(words)
    bounds = np.append(words.first, len(words.ids))
    spans: list[tuple[int, int]] = []
    start = 0
    while start < count:
        end = int(np.searchsorted(bounds, bounds[start] + pieces, side="right")) - 1
        end = max(end, start + 1)
        if not spans or end > spans[-1][1]:  # a long word behind may keep it from going further
            spans.append((start, end))
        if end >= count:
            break
        back = int(np.searchsorted(bounds, bounds[end] - overlap, side="left"))
        start = max(back, start + 1) if back < end else end
    middles = [(a_end + b_start + 1) // 2 for (_, a_end), (b_start, _) in pairwise(spans)]
    cuts = [0, *middles, count]
    return [Window(a, b, cuts[i], cuts[i + 1]) for i, (a, b) in enumerate(spans)]
