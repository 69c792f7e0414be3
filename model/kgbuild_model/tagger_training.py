"""Fine-tune a tagger on several corpora at once, each of which marks only some labels.

A recipe (TOML) names the encoder, the labels, the corpora with their conventions, what is held
out, and the optimisation. Texts that are held out in one corpus are held out of all of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from torch import Tensor

from kgbuild_model.batching import Batch, drawn_batches, pieces_of
from kgbuild_model.errors import RecipeError
from kgbuild_model.examples import FORMATS, Example, read_examples, relabelled
from kgbuild_model.gold_split import learnt_and_held_out
from kgbuild_model.held_out import strictly_scored
from kgbuild_model.recipes import read_recipe
from kgbuild_model.tagger import partial_label_loss, vectors_of
from kgbuild_model.tagging import TaggerRun
from kgbuild_model.tokens import Window, Words, tokenise, windows
from kgbuild_model.training import Optimisation

__all__ = ["Corpus", "TaggerRecipe", "TrainingSet", "gold_examples", "measure_tagger"]


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """Files of one convention: which labels they mark, and how much of them an epoch sees.

    ``labels`` maps the file's labels to the tagger's. ``share`` is how often an example is seen in
    an epoch, on average. Of ``held_out_files`` at most ``held_out_most`` texts are kept from
    training (all for 0). ``terms`` are those under which the corpus may be used.
    """

    name: str
    format: str
    files: tuple[str, ...]
    labels: Mapping[str, str]
    share: float = 1.0
    held_out_files: tuple[str, ...] = ()
    held_out_most: int = 0
    terms: str = "not stated"

    def __post_init__(self) -> None:
        """Refuse a form that cannot be read."""
        if self.format not in FORMATS:
            raise RecipeError(
                f"corpus {self.name}: no gold format is called {self.format!r}",
                hint=f"one of {', '.join(FORMATS)}",
            )


@dataclass(frozen=True, kw_only=True)
class TaggerRecipe:
    """All that a training run depends on.

    ``encoder`` names a folder: a published encoder, or a checkpoint to go on from. ``tokens`` is
    the size of a batch, padding included. With ``hold_out`` false the held-out texts are learnt
    too: for weights that ship after they were measured. ``teacher`` names the checkpoint to
    distil from, over ``distil_texts`` and under ``distil_conventions``; ``distil_share`` is how
    often each text is seen, ``distil_most`` how many texts are read (0 for all).
    With ``rank`` only corrections of that rank of the ``upper_layers`` are learnt, besides the
    heads, and the checkpoint has them in a file of their own.
    ``calibration`` and ``measured`` are given where nothing is held out: the figures of the weights
    that the run goes on from, on texts that were held out from them.
    """

    encoder: str
    labels: tuple[str, ...]
    corpora: tuple[Corpus, ...]
    epochs: float = 3
    tokens: int = 2048
    pieces: int = 510
    dropout: float = 0.1
    hold_out: bool = True
    teacher: str = ""
    distil_texts: tuple[str, ...] = ()
    distil_conventions: tuple[str, ...] = ()
    distil_share: float = 1.0
    distil_most: int = 0
    rank: int = 0
    upper_layers: int = 0
    calibration: tuple[tuple[float, float], ...] = ()
    calibration_error: float = 0.0
    measured: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    optimisation: Optimisation = field(default_factory=Optimisation)

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        for corpus in self.corpora:
            if unknown := sorted(set(corpus.labels.values()) - set(self.labels)):
                raise RecipeError(
                    f"corpus {corpus.name} has labels that the tagger lacks: {', '.join(unknown)}",
                    hint=f"labels are {', '.join(self.labels)}",
                )
        if (self.rank == 0) != (self.upper_layers == 0):
            raise RecipeError(
                f"rank is {self.rank} and upper_layers is {self.upper_layers}",
                hint="corrections need both; leave both out to train all weights",
            )
        if self.optimisation.patience and not self.hold_out:
            raise RecipeError(
                "patience needs held-out texts, and hold_out is false", hint="leave out one of them"
            )

    def to_json(self) -> str:
        """The recipe as JSON, for the checkpoint."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False)

    @classmethod
    def read(cls, path: Path) -> TaggerRecipe:
        """Read a recipe; raises RecipeError with the file and the key where one is wrong."""
        return read_recipe(path, cls, {"corpus": "corpora"})


def gold_examples(recipe: TaggerRecipe, root: Path) -> tuple[list[Example], list[Example]]:
    """The examples to train on and those held out, by the recipe."""

    def read(corpus: Corpus, files: Sequence[str]) -> list[Example]:
        marked = frozenset(corpus.labels.values())
        return [
            replace(example, marked=marked, convention=corpus.name)
            for file in files
            for example in relabelled(read_examples(root / file, corpus.format), corpus.labels)
        ]

    return learnt_and_held_out(recipe.corpora, read, hold_out=recipe.hold_out)


class TrainingSet:
    """Examples cut into windows with their tags, and the batches of every step of a run."""

    def __init__(self, recipe: TaggerRecipe, examples: Sequence[Example], run: TaggerRun) -> None:
        self.recipe = recipe
        self.run = run
        self.conventions = [corpus.name for corpus in recipe.corpora]
        shares = {corpus.name: corpus.share for corpus in recipe.corpora}
        self.rows: list[tuple[Example, Words, Window, np.ndarray]] = []
        self.shares: list[float] = []
        for example, words in zip(
            examples, tokenise(run.tokenizer, [e.text for e in examples]), strict=True
        ):
            tags = run.tags.encode(example.spans, words)
            for window in windows(words, recipe.pieces, 0):
                self.rows.append((example, words, window, tags[window.start : window.end]))
                self.shares.append(shares[example.convention])
        self.sizes = [pieces_of(words, window) for _, words, window, _ in self.rows]
        random = Random(recipe.optimisation.seed)
        self.plan = drawn_batches(self.sizes, self.shares, recipe.epochs, recipe.tokens, random)

    def __len__(self) -> int:
        return len(self.plan)

    def batch(self, step: int) -> tuple[Batch, Tensor, Tensor, Tensor]:
        """A step's batch, tags [batch, words], open tags [batch, tags], conventions [batch]."""
        chosen = [self.rows[place] for place in self.plan[step]]
        batch = self.run.side_by_side([(w, window) for _, w, window, _ in chosen])
        targets = torch.full(batch.first.shape, -100)
        for row, (*_, tags) in enumerate(chosen):
            targets[row, : len(tags)] = torch.from_numpy(tags)
        unmarked = [set(self.run.tags.labels) - e.marked for e, *_ in chosen]
        open_tags = torch.from_numpy(np.stack([self.run.tags.of_labels(u) for u in unmarked]))
        convention = torch.tensor([self.conventions.index(e.convention) for e, *_ in chosen])
        return batch, targets, open_tags, convention

    def loss(self, prepared: tuple[Batch, Tensor, Tensor, Tensor]) -> Tensor:
        """The partial-label loss of a batch."""
        batch, targets, open_tags, convention = prepared
        hidden = self.run.tagger.read(batch.ids, batch.mask, batch.shapes)
        with torch.autocast("cpu", enabled=False):
            scores = self.run.tagger.score(vectors_of(hidden, batch.first), convention)
            return partial_label_loss(scores, targets, open_tags)


def measure_tagger(
    run: TaggerRun, recipe: TaggerRecipe, held: Sequence[Example]
) -> dict[str, object]:
    """Strict F1 on held-out texts, for each corpus: together with its interval, and by label."""
    report: dict[str, object] = {}
    for place, corpus in enumerate(recipe.corpora):
        texts = [example for example in held if example.convention == corpus.name]
        if not texts:
            continue
        found = replace(run, convention=place).tag([example.text for example in texts])
        answers = list(zip(texts, found, strict=True))
        report[corpus.name] = strictly_scored(answers, set(corpus.labels.values()))
    return report
