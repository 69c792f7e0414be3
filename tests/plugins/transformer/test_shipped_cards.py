"""The model cards of the taggers that ship: made of their metrics, without texts of corpora."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("kgbuild_transformer")

from kgbuild_model.card import model_card
from kgbuild_model.weights import shipped_weights, weights_folder


@pytest.fixture(params=shipped_weights())
def folder(request: pytest.FixtureRequest) -> Path:
    found = weights_folder(request.param)
    assert found is not None
    return found


def test_a_card_is_made_of_the_metrics_beside_it(folder: Path) -> None:
    facts = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert (folder / "README.md").read_text(encoding="utf-8") == model_card(facts)


def test_a_card_shows_seen_and_unseen_names_curves_and_the_command(folder: Path) -> None:
    card = (folder / "README.md").read_text(encoding="utf-8")
    for part in ("| seen | of | unseen | of |", "Labels taken for others", "(curves.svg)"):
        assert part in card
    assert "`python benchmarks/tagger_card.py --write`" in card
    assert (folder / "curves.svg").read_text(encoding="utf-8").startswith("<svg")


def test_no_text_of_a_corpus_is_in_the_metrics(folder: Path) -> None:
    facts = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    shown = [facts.get("mistakes", {"surest": []}), facts["elsewhere"]["mistakes"]]
    assert [part["surest"] for part in shown] == [[], []]
