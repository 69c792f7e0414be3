"""Tag texts: windows, the encoder, the best valid row of tags, spans with scores.

What is found in a text depends on the text alone, to the last bit, whatever stands beside it. On a
CPU each window goes through the encoder alone and is not padded to the length of others: a batch of
one abstract is within a few percent of the rate of large batches (``benchmarks/tagger.py`` measures
both), and padding costs more. Elsewhere the windows of a text go together. Several texts are read
side by side, each on a thread of its own, which tokenises it, too, while others are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np
import torch

from kgbuild_model.batching import Batch, collate, joined
from kgbuild_model.calibration import Calibration
from kgbuild_model.consistency import consistent
from kgbuild_model.lower_layers import LowerLayers
from kgbuild_model.side_by_side import each
from kgbuild_model.tagger import vectors_of
from kgbuild_model.tokens import Window, Words, tokenise, windows
from kgbuild_model.transformer import Encoder
from kgbuild_model.viterbi import best_spans

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Tokenizer
    from torch import Tensor

    _Part = tuple[Tensor, Tensor | None, Tensor]
    """What the encoder reads: wordpieces, which of them are there if not all, letter cases."""

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

    ``convention`` is the index of the convention to follow. ``pieces`` is how many wordpieces the
    encoder reads at once, ``overlap`` how many of them two windows share, ``windows_at_once`` how
    many windows of a long text are in memory together. ``autocast`` computes in bf16 while
    the weights stay in fp32, as in training. ``consistency`` is how sure the tagger must be of a
    name to tag it wherever the text has it (see :func:`~kgbuild_model.consistency.consistent`);
    None leaves each place to itself. ``kept`` is where the vectors of the lower layers go that
    relations read on from.
    """

    tagger: Tagger
    tokenizer: Tokenizer
    tags: TagSet
    convention: int = 0
    pieces: int = 510
    overlap: int = 128
    windows_at_once: int = 8
    autocast: bool = False
    calibration: Calibration = field(default_factory=Calibration)
    consistency: float | None = 0.9
    kept: LowerLayers = field(default_factory=LowerLayers)

    @property
    def device(self) -> torch.device:
        """Where the tagger computes."""
        return self.tagger.head.weight.device

    def tag(self, texts: Sequence[str]) -> list[list[ScoredSpan]]:
        """The spans of each text, in order of place; the texts may be of any length."""
        return each(self._tag, texts)

    def _tag(self, text: str) -> list[ScoredSpan]:
        """One text, on a thread of its own: it is tokenised while others are read."""
        [words] = tokenise(self.tokenizer, [text])
        spans = self.spans(words)
        if self.consistency is None:
            return spans
        return consistent(text, spans, sure=self.consistency)

    def spans(self, words: Words) -> list[ScoredSpan]:
        """The spans of one text cut into words."""
        return [
            ScoredSpan(
                int(words.starts[solved.first]),
                int(words.ends[solved.last]),
                self.tags.labels[solved.label],
                self.calibration.of(solved.probability),
            )
            for solved in best_spans(self.scores(words), self.tags)
        ]

    def scores(self, words: Words) -> NDArray[np.float32]:
        """Log-probabilities of the tags of every word, [words, tags]."""
        scores: NDArray[np.float32] = self.scores_of(words, (self.convention,))[0]
        return scores

    def scores_of(self, words: Words, conventions: Sequence[int]) -> NDArray[np.float32]:
        """The same under several conventions, [conventions, words, tags], in one reading."""
        answers = np.zeros((len(conventions), len(words), len(self.tags)), dtype=np.float32)
        for chosen in self._chosen(words):
            found = self._read(words, chosen, conventions)  # [conventions, windows, words, tags]
            for number, window in enumerate(chosen):
                kept = slice(window.keep_from - window.start, window.keep_to - window.start)
                answers[:, window.keep_from : window.keep_to] = found[:, number, kept]
        return answers

    def _chosen(self, words: Words) -> Iterator[Sequence[Window]]:
        """The windows of a text, as many at once as are in memory together."""
        cut = windows(words, self.pieces, self.overlap)
        for place in range(0, len(cut), self.windows_at_once):
            yield cut[place : place + self.windows_at_once]

    @torch.no_grad()
    def lower(self, words: Words, layers: int) -> Iterator[tuple[Sequence[Window], Tensor]]:
        """What the lowest ``layers`` layers read of a text's windows, [windows, pieces, width].

        The windows are padded to the longest. The encoder must be one of our own.
        """
        for chosen in self._chosen(words):
            hidden = self.kept.pop(words, chosen[0].start) if self.kept.layers == layers else None
            if hidden is None:
                batch = self.side_by_side([(words, window) for window in chosen])
                with torch.autocast(self.device.type, torch.bfloat16, enabled=self.autocast):
                    parts = [self._lower(part, layers)[0] for part in self._parts(batch)]
                hidden = joined(parts)
            yield chosen, hidden.to(self.device)

    def _parts(self, batch: Batch) -> Iterator[_Part]:
        """What goes through the encoder at once: on a CPU a window alone, without its padding."""
        if self.device.type == "cpu":
            for row, length in enumerate(batch.mask.sum(dim=1).tolist()):
                here = slice(row, row + 1), slice(length)
                yield batch.ids[here], None, batch.shapes[here]
        else:
            mask = None if bool(batch.mask.all()) else batch.mask.to(self.device)
            yield batch.ids.to(self.device), mask, batch.shapes.to(self.device)

    def _lower(self, part: _Part, layers: int) -> tuple[Tensor, Tensor | None]:
        """The lowest layers, and what the layers add to their scores."""
        encoder = cast("Encoder", self.tagger.encoder)
        ids, mask, shapes = part
        x = encoder.embedding(ids, self.tagger.shapes(shapes))
        bias = encoder.bias_of(ids, mask, x.dtype)
        return encoder.through(x, bias, last=layers), bias

    def _vectors(self, words: Words, chosen: Sequence[Window], batch: Batch) -> Tensor:
        """The vectors of the words of windows, [windows, words, width].

        Of a window that is read alone the last layer reads the first wordpiece of each word on.
        """
        encoder, layers, first = self.tagger.encoder, self.kept.layers, batch.first.to(self.device)
        if not isinstance(encoder, Encoder):
            read = [self.tagger.read(*part) for part in self._parts(batch)]
            return vectors_of(joined(read), first)
        lower = [self._lower(part, layers) for part in self._parts(batch)]
        if layers:
            self.kept.put(words, chosen[0].start, joined([x for x, _ in lower]))
        if self.device.type != "cpu":
            [(x, bias)] = lower
            return vectors_of(encoder.through(x, bias, first=layers), first)
        rows = [row[: one.end - one.start] for row, one in zip(first, chosen, strict=True)]
        return joined(
            [
                encoder.through(x, bias, first=layers, rows=row)
                for (x, bias), row in zip(lower, rows, strict=True)
            ]
        )

    def side_by_side(self, rows: Sequence[tuple[Words, Window]]) -> Batch:
        """Windows as the encoder reads them: between its marks, padded to the longest."""
        return collate(rows, self._marks, self.tagger.encoder.config.padding_id)

    @cached_property
    def _marks(self) -> tuple[int, int]:
        """The wordpieces of begin and end."""
        ids = self.tokenizer.encode("").ids
        return ids[0], ids[-1]

    @torch.no_grad()
    def _read(
        self, words: Words, chosen: Sequence[Window], conventions: Sequence[int]
    ) -> NDArray[np.float32]:
        batch = self.side_by_side([(words, window) for window in chosen])
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.autocast):
            vectors = self._vectors(words, chosen, batch)
        scores = self._scored(vectors, conventions)
        stacked: NDArray[np.float32] = scores.cpu().numpy()
        return stacked

    def _scored(self, vectors: Tensor, conventions: Sequence[int]) -> Tensor:
        """Log-probabilities under each convention, [conventions, windows, words, tags]."""
        rows = [torch.full((len(vectors),), c, device=self.device) for c in conventions]
        return torch.stack([self.tagger.score(vectors, row) for row in rows])
