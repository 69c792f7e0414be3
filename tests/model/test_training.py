"""The loop: early stopping, what a resumed run keeps, what is said of the progress."""

from __future__ import annotations

import itertools
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from kgbuild_model.checkpoint import save_tagger
from kgbuild_model.early_stopping import kept_line
from kgbuild_model.errors import RecipeError
from kgbuild_model.fine_tuning import Places, fine_tune
from kgbuild_model.tagger_training import Corpus, TaggerRecipe
from kgbuild_model.testing import small_run
from kgbuild_model.training import Optimisation, train
from torch import nn


class Valley:
    """One number that wanders downhill past 0.5, where the measured F1 is best."""

    def __init__(self, patience: int) -> None:
        self.model = nn.Linear(1, 1, bias=False)
        nn.init.ones_(self.model.weight)
        self.settings = Optimisation(head_rate=0.1, patience=patience, bf16=False, decay=0.1)
        self.seen: list[float] = []
        self.said: list[str] = []
        self.fails_at = -1
        self.save_after = 300.0

    def measure(self, _: nn.Module) -> dict[str, Any]:
        self.seen.append(self.model.weight.item())
        if len(self.seen) == self.fails_at:
            raise KeyboardInterrupt
        return {"own": {"f1": 1 - abs(self.seen[-1] - 0.5)}}

    def train(self, folder: Path, *, measured: bool = True) -> list[dict[str, Any]]:
        train(
            self.model, batches=20, batch_of=lambda n: n,
            loss_of=lambda _: self.model(torch.ones(1, 1)).sum(),
            settings=self.settings, folder=folder, save_every=4, measure_every=2,
            save_after=self.save_after,
            measure=self.measure if measured else None, tell=self.said.append,
        )  # fmt: skip
        return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def test_a_run_that_gets_no_better_ends_and_keeps_its_best_weights(tmp_path: Path) -> None:
    valley = Valley(patience=3)
    log = valley.train(tmp_path)
    best = min(valley.seen, key=lambda w: abs(w - 0.5))
    assert valley.model.weight.item() == best
    assert len(valley.seen) == valley.seen.index(best) + 1 + 3
    assert len(log) == 2 * len(valley.seen) < 20
    assert kept_line(log, 3)["step"] == 2 * valley.seen.index(best) + 1
    assert valley.said[-1] == "stopped: the last 3 measurements were no better than the best"
    again = Valley(patience=3)
    assert again.train(tmp_path) == log
    assert again.model.weight.item() == best
    assert not again.seen


def test_without_patience_the_last_weights_count(tmp_path: Path) -> None:
    valley = Valley(patience=0)
    log = valley.train(tmp_path)
    assert len(log) == 20
    assert valley.model.weight.item() == valley.seen[-1] < 0
    assert kept_line(log, 0) == log[-1]
    assert not (tmp_path / "best.safetensors").exists()


@pytest.mark.parametrize("fails_at", [1, 2, 4, 5])
def test_a_stopped_run_ends_where_one_that_was_not_stopped_does(
    tmp_path: Path, fails_at: int
) -> None:
    whole, stopped, resumed = Valley(3), Valley(3), Valley(3)
    log = whole.train(tmp_path / "whole")
    stopped.fails_at = fails_at
    with pytest.raises(KeyboardInterrupt):
        stopped.train(tmp_path / "halves")
    with (tmp_path / "halves/log.jsonl").open("a") as file:
        file.write('{"step": 3, "lo')  # as a full disk leaves it
    found = resumed.train(tmp_path / "halves")
    assert resumed.model.weight.item() == whole.model.weight.item()
    assert [{**line, "seconds": 0} for line in found] == [{**line, "seconds": 0} for line in log]


def test_the_last_measurement_is_not_lost_with_the_run(tmp_path: Path) -> None:
    stopped, resumed = Valley(0), Valley(0)
    stopped.fails_at = 10
    with pytest.raises(KeyboardInterrupt):
        stopped.train(tmp_path)
    assert "f1" in resumed.train(tmp_path)[-1]["measured"]["own"]
    assert resumed.said[0] == "goes on after step 16 of 20"


def test_of_a_slow_run_no_more_than_some_minutes_are_lost(tmp_path: Path) -> None:
    stopped, resumed = Valley(0), Valley(0)
    stopped.save_after = 0.0  # every step is as late as that
    stopped.fails_at = 4
    with pytest.raises(KeyboardInterrupt):
        stopped.train(tmp_path)
    resumed.train(tmp_path)
    assert resumed.said[0] == "goes on after step 7 of 20"


def test_progress_says_figures_and_time(tmp_path: Path) -> None:
    valley = Valley(0)
    valley.train(tmp_path)
    assert valley.said[0] == "step 1 of 20, loss 1.0000, about 1 min left"
    assert valley.said[1].startswith("step 2 of 20, loss 0.")
    assert ", F1 of own " in valley.said[1]
    assert "left" not in valley.said[-1]


def test_slow_steps_are_said_once_a_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count(step=11)
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    quick, slow = Valley(0), Valley(0)
    slow.train(tmp_path / "slow", measured=False)
    monkeypatch.undo()
    quick.train(tmp_path / "quick", measured=False)
    assert [said.split(",")[0] for said in quick.said] == ["step 1 of 20", "step 20 of 20"]
    assert 5 < len(slow.said) < 20


def test_a_stopped_run_does_not_go_on_with_another_recipe_or_other_gold(tmp_path: Path) -> None:
    save_tagger(tmp_path / "small", small_run(("Chemical",)), ("a", "b"))
    gold = tmp_path / "gold.jsonl"
    line = json.dumps({"id": "1", "text": "aspirin causes asthma", "spans": [[0, 7, "Chemical"]]})
    gold.write_text(line)
    corpus = Corpus(
        name="own", format="jsonl", files=("gold.jsonl",), labels={"Chemical": "Chemical"}
    )
    recipe = TaggerRecipe(encoder="small", labels=("Chemical",), corpora=(corpus,))
    places = Places(corpora=tmp_path, encoders=tmp_path)

    def stop(said: str) -> None:
        if said.startswith("step 1 "):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fine_tune(recipe, tmp_path / "mine", places, tell=stop)
    with pytest.raises(RecipeError, match=r"mine\.run is a run that was stopped"):
        fine_tune(replace(recipe, epochs=4), tmp_path / "mine", places)
    gold.write_text(line.replace("causes", "caused"))
    with pytest.raises(RecipeError, match="other texts") as refused:
        fine_tune(recipe, tmp_path / "mine", places)
    assert "name another folder" in refused.value.hint
    gold.write_text(line)
    fine_tune(recipe, tmp_path / "mine", places)
    assert (tmp_path / "mine/README.md").is_file()
