"""A small tagger learns from a large one's probabilities, over texts that nobody has labelled.

Hinton et al. (2015). The teacher answers under each convention; the student learns the whole
distribution of every word. Both cut texts into the same words, so answers fit word by word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import save_file
from torch import Tensor

from kgbuild_model.batching import Batch, drawn_batches, pieces_of
from kgbuild_model.tagger import vectors_of
from kgbuild_model.tokens import Window, Words, tokenise, windows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kgbuild_model.tagging import TaggerRun

__all__ = ["SoftBatch", "SoftSet", "soft_loss", "teach"]


def teach(
    teacher: TaggerRun,
    texts: Sequence[str],
    conventions: Sequence[int],
    file: Path,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Write the teacher's answers to ``texts``: fp16 probabilities [conventions, words, tags].

    ``file`` is a safetensors file with one tensor a text, named by its place. It is not there
    until it is whole.
    """
    answers: dict[str, NDArray[np.float16]] = {}
    for place, words in enumerate(tokenise(teacher.tokenizer, texts)):
        scores = teacher.scores_of(words, conventions)
        answers[str(place)] = np.exp(scores).astype(np.float16)
        if place % 200 == 199:
            tell(f"{place + 1} of {len(texts)} texts read by the teacher")
    partial = file.with_suffix(".partial")
    save_file(answers, partial)
    partial.replace(file)


@dataclass(frozen=True, slots=True, eq=False)
class SoftBatch:
    """Windows with the teacher's probabilities [conventions, batch, words, tags].

    They are 0 where there is no word.
    """

    batch: Batch
    taught: Tensor


class SoftSet:
    """Texts with a teacher's answers, cut into windows, and their batches.

    A window is read once, and scored under each of ``conventions``: the student's, in the order of
    the teacher's answers. Texts that student and teacher cut into different words are left out;
    ``left_out`` counts them.
    """

    def __init__(
        self,
        student: TaggerRun,
        texts: Sequence[str],
        file: Path,
        conventions: Sequence[int],
        *,
        pieces: int,
    ) -> None:
        self._student = student
        self._conventions = conventions
        self._rows: list[tuple[Words, Window, NDArray[np.float16]]] = []
        self.left_out = 0
        with safe_open(file, "np") as answers:
            for place, words in enumerate(tokenise(student.tokenizer, texts)):
                taught = answers.get_tensor(str(place))
                if taught.shape[1] != len(words):
                    self.left_out += 1
                    continue
                for window in windows(words, pieces, 0):
                    self._rows.append((words, window, taught[:, window.start : window.end]))
        self._sizes = [pieces_of(words, window) for words, window, _ in self._rows]

    def __len__(self) -> int:
        return len(self._rows)

    def plan(self, share: float, tokens: int, seed: int) -> list[list[int]]:
        """Batches of the rows; each is drawn ``share`` times, on average."""
        shares = [share] * len(self._rows)
        return drawn_batches(self._sizes, shares, 1, tokens, Random(seed))

    def batch(self, places: Sequence[int]) -> SoftBatch:
        """The windows at ``places`` side by side."""
        rows = [self._rows[place] for place in places]
        batch = self._student.side_by_side([(words, window) for words, window, _ in rows])
        shape = len(self._conventions), *batch.first.shape, len(self._student.tags)
        taught = torch.zeros(shape)
        for row, (*_, values) in enumerate(rows):
            taught[:, row, : values.shape[1]] = torch.from_numpy(values).float()
        return SoftBatch(batch, taught)

    def loss(self, soft: SoftBatch) -> Tensor:
        """The cross-entropy between teacher and student, a mean over words and conventions."""
        batch, tagger = soft.batch, self._student.tagger
        hidden = tagger.read(batch.ids, batch.mask, batch.shapes)
        with torch.autocast("cpu", enabled=False):
            rows = [torch.full((len(batch.first),), place) for place in self._conventions]
            words = vectors_of(hidden, batch.first)
            scores = torch.stack([tagger.score(words, row) for row in rows])
            return soft_loss(scores, soft.taught)


def soft_loss(scores: Tensor, taught: Tensor) -> Tensor:
    """Cross-entropy of log-probabilities ``scores`` to ``taught``, both […, words, tags].

    It is zero at its least: the teacher's own entropy is taken off.
    """
    present = taught.sum(-1) > 0
    entropy = -(taught * taught.clamp(min=1e-8).log()).sum(-1)
    crossed = -(taught * scores).sum(-1)
    return ((crossed - entropy) * present).sum() / present.sum().clamp(min=1)
