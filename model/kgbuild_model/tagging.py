"""Tag texts: windows, batches, the encoder, the best valid row of tags, spans with scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from kgbuild_model.batching import by_length, collate
from kgbuild_model.tokens import Window, Words, tokenise, windows
from kgbuild_model.viterbi import best_tags, span_probabilities

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from kgbuild_model.tagger import Tagger
    from kgbuild_model.tags import TagSet

__all__ = ["ScoredSpan", "TaggerRun"]


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """A span that the tagger found: ``text[start:end]``, its label, and its probability."""

    start: int
    end: int
    label: str
    score: float


@dataclass(frozen=True, kw_only=True)
class TaggerRun:
    """A tagger with its tokenizer, ready to read texts.

    ``convention`` is the index of the convention to follow. ``pieces`` is how many wordpieces
    the encoder reads at once, ``overlap`` how many of them two windows share, ``tokens`` how many a
    batch has at most, padding included.
    """

    tagger: Tagger
    tokenizer: Tokenizer
    tags: TagSet
    convention: int = 0
    pieces: int = 510
    overlap: int = 128
    tokens: int = 8192
    bf16: bool = True

    def tag(self, texts: Sequence[str]) -> list[list[ScoredSpan]]:
        """The spans of each text, in order of place; the texts may be of any length."""
        read = tokenise(self.tokenizer, texts)
        scores = self.scores(read)
        return [self._spans(words, rows) for words, rows in zip(read, scores, strict=True)]

    def scores(self, read: Sequence[Words]) -> list[NDArray[np.float32]]:
        """Log-probabilities of the tags of every word: one array [words, tags] for each text."""
        rows = [
            (i, w)
            for i, words in enumerate(read)
            for w in windows(words, self.pieces, self.overlap)
        ]
        answers = [np.zeros((len(words), len(self.tags)), dtype=np.float32) for words in read]
        sizes = [_pieces(read[i], window) for i, window in rows]
        for group in by_length(sizes, self.tokens):
            chosen = [rows[place] for place in group]
            found = self._score([(read[i], window) for i, window in chosen])
            for (i, window), values in zip(chosen, found, strict=True):
                kept = slice(window.keep_from - window.start, window.keep_to - window.start)
                answers[i][window.keep_from : window.keep_to] = values[kept]
        return answers

    @torch.no_grad()
    def _score(self, rows: list[tuple[Words, Window]]) -> NDArray[np.float32]:
        empty = self.tokenizer.encode("").ids
        batch = collate(rows, (empty[0], empty[-1]), self.tagger.encoder.config.padding_id)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            hidden = self.tagger.read(batch.ids, batch.mask, batch.shapes)
        convention = torch.full((len(rows),), self.convention)
        scores: NDArray[np.float32] = self.tagger.score(hidden, batch.first, convention).numpy()
        return scores

    def _spans(self, words: Words, scores: NDArray[np.float32]) -> list[ScoredSpan]:
        if not len(words):
            return []
        row = best_tags(scores[None], np.array([len(words)]), self.tags)[0]
        found = self.tags.decode(row.tolist())
        sure = span_probabilities(scores, found, self.tags)
        return [
            ScoredSpan(int(words.starts[a]), int(words.ends[b]), self.tags.labels[label], score)
            for (a, b, label), score in zip(found, sure, strict=True)
        ]


def _pieces(words: Words, window: Window) -> int:
    last = words.first[window.end] if window.end < len(words) else len(words.ids)
    return int(last - words.first[window.start]) + 2
