"""A run ends when measuring says that it gets no better, and its best weights are kept.

Prechelt (1998), "Early stopping - but when?". The texts that choose the weights are those that they
are measured on, so the figures of a run that was stopped flatter a little.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

__all__ = ["Best", "kept_line", "worth_of"]


def worth_of(measured: Mapping[str, Any]) -> float:
    """What a measurement is worth: the mean F1 of its corpora, or its accuracy.

    >>> worth_of({"one": {"f1": 0.5}, "two": {"f1": 0.75}}), worth_of({"accuracy": 0.25})
    (0.625, 0.25)
    """
    scores = [float(row["f1"]) for row in measured.values() if isinstance(row, Mapping)]
    return sum(scores) / len(scores) if scores else float(measured["accuracy"])


def kept_line(log: Iterable[Mapping[str, Any]], patience: int) -> Mapping[str, Any]:
    """The line of a run's log whose weights were kept: the best measured, or the last."""
    lines = list(log)
    measured = [line for line in lines if line.get("measured")]
    if patience and measured:
        return max(measured, key=lambda line: worth_of(line["measured"]))
    return lines[-1]


class Best:
    """The best weights of a run so far, in ``file``, and whether it has gone on for long enough.

    It has when ``patience`` measurements in a row were no better than the best; a patience of 0
    never ends a run and keeps nothing. ``log`` are the lines of the run until now.
    """

    def __init__(self, file: Path, patience: int, log: Iterable[Mapping[str, Any]] = ()) -> None:
        self._file = file
        self._patience = patience
        self._worths = [worth_of(line["measured"]) for line in log if line.get("measured")]

    @property
    def over(self) -> bool:
        """Whether the run should end."""
        if not self._patience or not self._worths:
            return False
        return len(self._worths) - 1 - self._worths.index(max(self._worths)) >= self._patience

    def hear(self, measured: Mapping[str, Any], model: nn.Module) -> None:
        """Note a measurement, and keep the weights if none was better."""
        if not self._patience or not measured:
            return
        worth = worth_of(measured)
        if worth > max(self._worths, default=-1.0):
            partial = self._file.with_suffix(".partial")
            tensors = {name: value.detach() for name, value in model.named_parameters()}
            save_file({name: value.contiguous() for name, value in tensors.items()}, partial)
            partial.replace(self._file)
        self._worths.append(worth)

    def bring_back(self, model: nn.Module) -> None:
        """Give the model the best weights, if any were kept."""
        if not self._patience or not self._worths:
            return
        with safe_open(self._file, "pt") as kept, torch.no_grad():
            for name, value in model.named_parameters():
                value.copy_(kept.get_tensor(name))
