"""The optimisation loop: AdamW, warm-up and decay, layer-wise rates, clipping, EMA, resuming.

A run is a function of its settings: batches and dropout are drawn from the seed and the step's
number, so a run that was stopped and resumed gives the bytes of one that was not.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from kgbuild_model.early_stopping import Best
from kgbuild_model.errors import RecipeError

__all__ = ["Optimisation", "Source", "claim", "rate_at", "train"]

BatchT = TypeVar("BatchT")
_SILENT = 60.0  # seconds after which a person wonders whether it still runs


class Source(Protocol):
    """What batches are drawn from: each has a place in it, and a loss."""

    def batch(self, place: Any, /) -> Any:
        """The batch at a place."""

    def loss(self, batch: Any, /) -> Tensor:
        """That of a batch."""


@dataclass(frozen=True, kw_only=True)
class Optimisation:
    """How a model is optimised.

    The rate warms up over the share ``warmup`` of the steps, stays, and falls to zero over the
    last share ``decay``. ``layer_decay`` is what the rate of an encoder's layer is multiplied by
    for each layer above it. ``ema`` is the share of the old average kept at each step; 0 keeps
    none. ``accumulate`` is how many batches make a step. ``bf16`` computes the forward pass in
    bf16; weights and moments stay in fp32. ``patience`` is how many measurements in a row may be no
    better than the best one before the run ends; the best weights are then those that count. 0 goes
    on to the end, whose weights count.
    """

    rate: float = 1e-4
    head_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup: float = 0.1
    decay: float = 0.9
    layer_decay: float = 1.0
    clip: float = 1.0
    accumulate: int = 1
    ema: float = 0.0
    seed: int = 0
    bf16: bool = True
    patience: int = 0


def rate_at(step: int, steps: int, settings: Optimisation) -> float:
    """The factor on the rates at a step: warm-up, plateau, linear fall to zero.

    >>> [round(rate_at(s, 10, Optimisation(warmup=0.2, decay=0.5)), 1) for s in range(10)]
    [0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 0.8, 0.6, 0.4, 0.2]
    """
    rising = (step + 1) / max(settings.warmup * steps, 1)
    falling = (steps - step) / max(settings.decay * steps, 1)
    return min(rising, falling, 1.0)


def claim(folder: Path, of: Mapping[str, Any]) -> None:
    """Note in a run's folder what the run is of: its recipe, and the digests of what it reads.

    Raises RecipeError where a stopped run of another recipe, or of other texts, lies there.
    """
    path = folder / "run.json"
    text = json.dumps(of, indent=1)
    if path.exists() and path.read_text(encoding="utf-8") != text:
        raise RecipeError(
            f"{folder} is a run that was stopped, of another recipe or of other texts",
            hint=f"remove {folder} to begin anew, or name another folder",
        )
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def train(
    model: nn.Module,
    *,
    batches: int,
    batch_of: Callable[[int], BatchT],
    loss_of: Callable[[BatchT], Tensor],
    settings: Optimisation,
    folder: Path,
    save_every: int = 200,
    save_after: float = 300.0,
    measure_every: int = 0,
    measure: Callable[[nn.Module], Mapping[str, Any]] | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Optimise ``model`` in place over ``batches`` batches, resuming if ``folder`` has a state.

    ``batch_of`` gives a batch by its number, ``loss_of`` its loss. ``folder`` gets
    ``state.safetensors`` (weights and moments) every ``save_every`` steps, and whenever
    ``save_after`` seconds have gone by since; and ``log.jsonl``: one line a step. Every
    ``measure_every`` steps, and at the end, what ``measure`` gives is written to the log: F1 by
    corpus, or an accuracy. ``tell`` hears of the progress.
    """
    folder.mkdir(parents=True, exist_ok=True)
    optimiser = torch.optim.AdamW(
        _groups(model, settings), lr=settings.rate, betas=(0.9, 0.98), fused=True
    )
    average = (
        {name: value.detach().clone() for name, value in model.named_parameters()}
        if settings.ema
        else {}
    )
    steps = math.ceil(batches / settings.accumulate)
    done = _restore(model, optimiser, average, folder)
    bases = [group["lr"] for group in optimiser.param_groups]
    best = Best(folder / "best.safetensors", settings.patience, _resumed_log(folder, done))
    clock = _Clock(done, steps)
    saved = time.monotonic()
    if done:
        tell(f"goes on after step {done:,} of {steps:,}")
    with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
        for step in range(done, steps):
            if best.over:
                break
            factor = rate_at(step, steps, settings)
            for group, base in zip(optimiser.param_groups, bases, strict=True):
                group["lr"] = base * factor
            first = step * settings.accumulate
            numbers = range(first, min(first + settings.accumulate, batches))
            torch.manual_seed(settings.seed * 1_000_003 + step)
            line: dict[str, Any] = {"step": step}
            line |= _step(model, optimiser, settings, numbers, lambda n: loss_of(batch_of(n)))
            _follow(average, model, settings.ema)
            last = step + 1 == steps
            if measure and (last or (measure_every and (step + 1) % measure_every == 0)):
                model.eval()
                with _Averaged(model, average):
                    line["measured"] = measure(model)
                    best.hear(line["measured"], model)
            print(json.dumps(line), file=log, flush=True)
            # after the log: what a state says is done is in the log, measurements included
            long_ago = time.monotonic() - saved >= save_after
            if last or best.over or long_ago or (step + 1) % save_every == 0:
                _save(model, optimiser, average, step + 1, folder)
                saved = time.monotonic()
            due = (step + 1) % 50 == 0 or clock.silent > _SILENT
            if step == done or last or "measured" in line or due:
                tell(clock.said(line))
    if best.over:
        tell(f"stopped: the last {settings.patience} measurements were no better than the best")
    for name, value in model.named_parameters():
        if average:
            value.data.copy_(average[name])
    best.bring_back(model)
    model.eval()


def _step(
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    settings: Optimisation,
    numbers: Sequence[int],
    loss_of: Callable[[int], Tensor],
) -> dict[str, float]:
    """One step over the batches of these numbers; gives what the log says of it."""
    began = time.monotonic()
    model.train()
    optimiser.zero_grad(set_to_none=True)
    total = 0.0
    for number in numbers:
        with torch.autocast("cpu", torch.bfloat16, enabled=settings.bf16):
            loss = loss_of(number) / len(numbers)
        loss.backward()  # type: ignore[no-untyped-call]
        total += loss.item()
    norm = nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
    optimiser.step()
    seconds = round(time.monotonic() - began, 3)
    return {"loss": round(total, 5), "norm": round(float(norm), 3), "seconds": seconds}


class _Clock:
    """What is said of a step: where the run is, and how long the rest will take at this pace."""

    def __init__(self, done: int, steps: int) -> None:
        self._done, self._steps = done, steps
        self._began = self._spoke = time.monotonic()

    @property
    def silent(self) -> float:
        """Seconds since it last said something."""
        return time.monotonic() - self._spoke

    def said(self, line: Mapping[str, Any]) -> str:
        step = line["step"] + 1
        self._spoke = time.monotonic()
        said = f"step {step:,} of {self._steps:,}, loss {line['loss']:.4f}"
        if "measured" in line:
            said += "".join(f", {part}" for part in _figures(line["measured"]))
        if step < self._steps:
            pace = (self._spoke - self._began) / (step - self._done)
            said += f", about {math.ceil(pace * (self._steps - step) / 60)} min left"
        return said


def _figures(measured: Mapping[str, Any]) -> Iterator[str]:
    for name, row in measured.items():
        if isinstance(row, Mapping):
            yield f"F1 of {name} {100 * float(row['f1']):.1f}"
    if "accuracy" in measured:
        yield f"accuracy {100 * float(measured['accuracy']):.1f}"


def _resumed_log(folder: Path, done: int) -> list[dict[str, Any]]:
    """The log's lines of the steps that the state has; later ones, which come again, are cut off.

    So is a line that was not written to its end.
    """
    path = folder / "log.jsonl"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    whole = text[: text.rfind("\n") + 1].splitlines()
    lines = [line for line in map(json.loads, whole) if line["step"] < done]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return lines


def _groups(model: nn.Module, settings: Optimisation) -> list[dict[str, object]]:
    """Parameters with their rates: heads, the encoder's layers by depth, no decay on vectors."""
    layers = max((_depth(name) for name, _ in model.named_parameters()), default=0)
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, value in model.named_parameters():
        if not value.requires_grad:
            continue
        rate = settings.head_rate
        if name.startswith(("encoder.", "decoder.")):
            rate = settings.rate * settings.layer_decay ** (layers - _depth(name))
        decay = settings.weight_decay if value.ndim > 1 else 0.0
        groups.setdefault((rate, decay), []).append(value)
    return [{"params": p, "lr": rate, "weight_decay": decay} for (rate, decay), p in groups.items()]


def _depth(name: str) -> int:
    """The layer that a parameter of the encoder is of: embeddings 0, the first layer 1."""
    found = re.match(r"(?:encoder|decoder)\..*?\blayers?\.(\d+)\.", name)
    return int(found[1]) + 1 if found else 0


def _follow(average: dict[str, Tensor], model: nn.Module, keep: float) -> None:
    with torch.no_grad():
        for name, value in model.named_parameters() if average else ():
            average[name].lerp_(value, 1 - keep)


class _Averaged:
    """Within it the model has the averaged weights."""

    def __init__(self, model: nn.Module, average: dict[str, Tensor]) -> None:
        self.model, self.average = model, average

    def __enter__(self) -> None:
        self._swap()

    def __exit__(self, *_: object) -> None:
        self._swap()

    def _swap(self) -> None:
        with torch.no_grad():
            for name, value in self.model.named_parameters() if self.average else ():
                kept = value.detach().clone()
                value.copy_(self.average[name])
                self.average[name] = kept


def _save(
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    average: dict[str, Tensor],
    step: int,
    folder: Path,
) -> None:
    tensors: dict[str, Tensor] = {
        f"model.{name}": value for name, value in model.named_parameters()
    }
    tensors |= {f"ema.{name}": value for name, value in average.items()}
    for number, parameter in enumerate(_in_order(optimiser)):
        for name, value in optimiser.state.get(parameter, {}).items():
            tensors[f"moment.{number}.{name}"] = value
    partial = folder / "state.partial"
    save_file(
        {k: v.detach().contiguous() for k, v in tensors.items()}, partial, {"step": str(step)}
    )
    partial.replace(folder / "state.safetensors")


def _restore(
    model: nn.Module, optimiser: torch.optim.Optimizer, average: dict[str, Tensor], folder: Path
) -> int:
    path = folder / "state.safetensors"
    if not path.exists():
        return 0
    with safe_open(path, "pt") as state, torch.no_grad():
        for name, value in model.named_parameters():
            value.copy_(state.get_tensor(f"model.{name}"))
        for name in average:
            average[name] = state.get_tensor(f"ema.{name}")
        names = set(state.keys())
        for number, parameter in enumerate(_in_order(optimiser)):
            found = {n.rsplit(".", 1)[1]: n for n in names if n.startswith(f"moment.{number}.")}
            if found:
                optimiser.state[parameter] = {k: state.get_tensor(n) for k, n in found.items()}
        return int(state.metadata()["step"])


def _in_order(optimiser: torch.optim.Optimizer) -> Iterator[nn.Parameter]:
    for group in optimiser.param_groups:
        yield from group["params"]
