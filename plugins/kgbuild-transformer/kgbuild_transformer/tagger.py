"""The tagger as kgbuild's component."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from kgbuild_model.checkpoint import load_tagger, read_config
from kgbuild_model.digest import check_folder
from kgbuild_model.errors import CheckpointError
from kgbuild_model.lower_layers import LowerLayers

from kgbuild import (
    Annotations,
    ComponentUnavailableError,
    ConfigError,
    Document,
    Mention,
    Task,
)
from kgbuild_transformer.fingerprints import computes_in_bf16, tagger_folder
from kgbuild_transformer.settings import ComputeSettings, TaggerSettings

if TYPE_CHECKING:
    from kgbuild_model.tagging import ScoredSpan, TaggerRun

__all__ = [
    "TransformerTagger",
    "lower_layers",
    "precision_of",
    "tagger_run",
    "threads",
]


_DENIALS = frozenset({"no", "nil", "nor", "not"})
"""Small words that the tagger now and then takes for nitric oxide and the like, and never are."""


class TransformerTagger:
    """Extractor: the mentions that a transformer finds, with calibrated scores.

    Raises ComponentUnavailableError where the weights or the device are missing, ConfigError
    where the checkpoint lacks the convention or a category.
    """

    def __init__(self, settings: TaggerSettings) -> None:
        self._settings = settings
        self._run = _load(settings)
        unknown = set(settings.categories) - set(self._run.tags.labels)
        if unknown:
            raise ConfigError(
                f"the checkpoint {settings.model} has no label {', '.join(sorted(unknown))}",
                key="categories",
                hints=[f"it has {', '.join(self._run.tags.labels)}"],
            )
        self._kept = set(settings.categories or self._run.tags.labels)

    def extract(self, batch: Sequence[Task]) -> Iterator[Annotations]:
        """The mentions of each document, in the order of the text."""
        texts = [task.document.text for task in batch]
        with threads(self._settings.threads):
            found = self._run.tag(texts)
        for task, spans in zip(batch, found, strict=True):
            yield Annotations(mentions=tuple(self._mentions(task.document, spans)))

    def _mentions(self, document: Document, spans: Sequence[ScoredSpan]) -> Iterator[Mention]:
        for span in spans:
            section = document.section_at(span.start)
            crosses = section is not None and span.end > section.span.end
            wanted = span.label in self._kept and span.score >= self._settings.min_score
            denies = document.text[span.start : span.end] in _DENIALS
            if wanted and not crosses and not denies:
                yield Mention.at(document, span.start, span.end, span.label, span.score)


def tagger_run(folder: Path, precision: torch.dtype) -> TaggerRun:
    """The tagger of a folder, on the processor; read once while the folder's files are the same.

    The tagger and the relations above it share it. Raises CheckpointError.
    """
    check_folder(folder)
    files = ((path.name, path.stat()) for path in sorted(folder.iterdir()))
    seen = tuple((name, file.st_mtime_ns, file.st_size) for name, file in files)
    return _tagger_run(folder, seen, precision)


@lru_cache(maxsize=1)
def _tagger_run(folder: Path, seen: object, precision: torch.dtype) -> TaggerRun:
    return load_tagger(folder, precision=precision)


@cache
def lower_layers(folder: Path, precision: torch.dtype) -> LowerLayers:
    """Where the tagger of a folder leaves what relations read on from, in this process.

    What was read in one precision is nothing to read on from in another.
    """
    return LowerLayers()


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let PyTorch use ``count`` threads within; 0 changes nothing."""
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _load(settings: TaggerSettings) -> TaggerRun:
    folder = tagger_folder(settings.model)
    device = _device(settings.device)
    precision = precision_of(settings)
    try:
        names = read_config(folder)["conventions"]
        if settings.convention and settings.convention not in names:
            raise ConfigError(
                f"the checkpoint {settings.model} has no convention {settings.convention!r}",
                key="convention",
                hints=[f"it has {', '.join(names)}"],
            )
        # Where the tagger is moved elsewhere, it is not shared.
        read = tagger_run if device.type == "cpu" else load_tagger
        run = replace(
            read(folder, precision=precision),
            convention=names.index(settings.convention) if settings.convention else 0,
        )
    except CheckpointError as error:
        raise ComponentUnavailableError(
            str(error), plugin="transformer", hints=[error.hint]
        ) from error
    run.tagger.to(device)
    if device.type == "cpu":  # relations compute there: what another device read has other bits
        run = replace(run, kept=lower_layers(folder, precision))
    return run if settings.consistent else replace(run, consistency=None)


def _device(name: str) -> torch.device:
    try:
        device = torch.device(name)
        torch.empty(0, device=device).cpu()
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ComponentUnavailableError(
            f"PyTorch has no device {name!r} here: {str(error).splitlines()[0]}",
            plugin="transformer",
            hints=['device = "cpu" is always there'],
        ) from error
    return device


def precision_of(settings: ComputeSettings) -> torch.dtype:
    """What to compute in: bf16 pays only where the processor has instructions for it."""
    return torch.bfloat16 if computes_in_bf16(settings) else torch.float32
