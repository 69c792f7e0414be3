"""Masked words, the next sentence, the next wordpiece: from plain text to a folder."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from kgbuild_model.checkpoint import load_decoder
from kgbuild_model.errors import CheckpointError, GoldError, RecipeError
from kgbuild_model.generation import search
from kgbuild_model.pretraining import (
    Pretraining,
    PretrainRecipe,
    learn_tokenizer,
    masked,
    pretrain,
)
from kgbuild_model.published import load_encoder, save_encoder
from kgbuild_model.testing import small_run
from kgbuild_model.texts import read_texts
from kgbuild_model.training import Optimisation
from kgbuild_model.transformer import Encoder, TransformerConfig

SHAPE = {"layers": 1, "width": 32, "heads": 4, "feed_forward": 64, "positions": 64}
LINES = [
    "Aspirin inhibits platelets. Fever falls within hours.",
    "Lithium causes tremor. The tremor stops when lithium is withdrawn.",
    "Metformin lowers glucose. Glucose rises in diabetes.",
]


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number:02}.txt").write_text(LINES[number % 3], encoding="utf-8")
    return tmp_path


def recipe_of(objective: str, **more: Any) -> PretrainRecipe:
    optimisation = Optimisation(rate=3e-3, head_rate=3e-3, bf16=False, accumulate=2)
    begun: dict[str, Any] = {
        "shape": SHAPE,
        "vocabulary": 120,
        "tokens": 200,
        "held_out": 0.1,
        "optimisation": optimisation,
    }
    return PretrainRecipe(objective=objective, **{"texts": ("texts",)} | begun | more)


@given(st.integers(1, 5), st.integers(1, 12), st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_all_wordpieces_of_a_word_share_its_fate(rows: int, most: int, seed: int) -> None:
    """Law: a word is asked for whole or not at all; marks never; every row is asked something."""
    torch.manual_seed(seed)
    words = torch.arange(most).repeat_interleave(2).repeat(rows, 1)
    words = torch.cat([torch.full((rows, 1), -1), words, torch.full((rows, 1), -1)], dim=1)
    ids = torch.randint(5, 40, words.shape)
    hidden, targets = masked(ids, words, 0.15, mask_id=4)
    asked = targets >= 0
    assert not asked[words < 0].any()
    assert asked.any(dim=1).all()
    assert torch.equal(asked[:, 1:-1:2], asked[:, 2:-1:2])
    assert torch.equal(targets[asked], ids[asked])
    assert torch.equal(hidden[~asked], ids[~asked])


def test_about_a_share_of_the_words_is_asked_for_and_mostly_hidden() -> None:
    torch.manual_seed(1)
    words = torch.arange(200).repeat(20, 1)
    ids = torch.randint(5, 40, words.shape)
    hidden, targets = masked(ids, words, 0.15, mask_id=4)
    share = (targets >= 0).float().mean().item()
    assert 0.13 < share < 0.18
    assert 0.72 < (hidden[targets >= 0] == 4).float().mean().item() < 0.88


@pytest.mark.parametrize("objective", ["mlm", "mlm+nsp"])
def test_an_encoder_learns_and_its_folder_is_a_published_one(texts: Path, objective: str) -> None:
    transformers = pytest.importorskip("transformers")
    pretrain(recipe_of(objective, epochs=30), texts / "mine", texts)
    log = [json.loads(line) for line in (texts / "mine.run/log.jsonl").read_text().splitlines()]
    early = sum(line["loss"] for line in log[:8])
    assert sum(line["loss"] for line in log[-8:]) < 0.9 * early
    encoder, tokenizer = load_encoder(texts / "mine")
    theirs = transformers.AutoModel.from_pretrained(texts / "mine").eval()
    ids = torch.tensor([tokenizer.encode("lithium causes tremor").ids])
    with torch.no_grad():
        expected = theirs(input_ids=ids).last_hidden_state
        torch.testing.assert_close(encoder(ids), expected, rtol=0, atol=1e-4)
    assert json.loads((texts / "mine/metrics.json").read_text())["held_out"]["accuracy"] >= 0


def test_a_decoder_learns_the_next_wordpiece_and_can_go_on_learning(texts: Path) -> None:
    pretrain(recipe_of("clm", epochs=60), texts / "mine", texts)
    decoder, tokenizer = load_decoder(texts / "mine")
    begin, end = tokenizer.encode("").ids
    prompt = [begin, *tokenizer.encode("lithium causes", add_special_tokens=False).ids]
    [found] = search(decoder, prompt, end=end, most=40)
    assert tokenizer.decode(list(found.ids)).startswith("tremor")
    more = recipe_of("clm", begin="mine", shape={}, epochs=1)
    pretrain(more, texts / "further", texts)
    assert load_decoder(texts / "further")[0].config == decoder.config


def test_a_run_that_goes_on_gives_the_bytes_of_one_that_was_not_stopped(texts: Path) -> None:
    class StopError(Exception):
        pass

    def stop(line: str) -> None:
        if line.startswith("step 250"):
            raise StopError

    optimisation = Optimisation(rate=3e-3, head_rate=3e-3, bf16=False)
    recipe = recipe_of("mlm", epochs=90, tokens=60, optimisation=optimisation)
    pretrain(recipe, texts / "whole", texts)
    with pytest.raises(StopError):
        pretrain(recipe, texts / "halves", texts, tell=stop)
    assert not (texts / "halves").exists()
    with pytest.raises(RecipeError, match="of another recipe or of other texts"):
        pretrain(replace(recipe, masked=0.2), texts / "halves", texts)
    pretrain(recipe, texts / "halves", texts)
    one, two = (texts / name / "model.safetensors" for name in ("whole", "halves"))
    assert one.read_bytes() == two.read_bytes()


def test_the_same_texts_give_the_same_wordpieces(texts: Path) -> None:
    read = list(read_texts(texts / "texts"))
    learnt = [learn_tokenizer(read, 120) for _ in range(4)]
    assert len({one.to_str() for one in learnt}) == 1
    [tokenizer, *_] = learnt
    assert tokenizer.get_vocab_size() <= 120
    assert tokenizer.encode("[MASK]").tokens == ["[CLS]", "[MASK]", "[SEP]"]
    assert (
        tokenizer.decode(tokenizer.encode("lithium causes tremor").ids) == "lithium causes tremor"
    )


def test_half_of_the_pairs_follow_each_other(texts: Path) -> None:
    lesson = Pretraining(recipe_of("mlm+nsp"), texts, texts / "run")
    torch.manual_seed(0)
    asked = [lesson.batch(0) for _ in range(30)]
    follows = torch.cat([batch.follows for batch in asked]).float()
    assert 0.35 < follows.mean().item() < 0.65
    assert all(int(batch.types.max()) == 1 for batch in asked)
    assert all(bool((batch.targets >= 0).any(dim=1).all()) for batch in asked)  # of each a word


def test_recipes_that_cannot_be_run_are_refused(tmp_path: Path, texts: Path) -> None:
    file = tmp_path / "recipe.toml"
    for text, said in (
        ('objective = "guess"\ntexts = ["texts"]', "guess"),
        ('objective = "mlm"\ntexts = ["texts"]', "neither"),
        ('objective = "mlm"\ntexts = ["texts"]\nwarmth = 3', "warmth"),
        ("objective = ", "recipe.toml"),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(RecipeError, match=said):
            PretrainRecipe.read(file)
    (tmp_path / "none").mkdir()
    with pytest.raises(RecipeError, match="no text"):
        Pretraining(
            PretrainRecipe(objective="mlm", texts=("none",), shape=SHAPE),
            tmp_path,
            tmp_path / "run",
        )
    with pytest.raises(RecipeError, match="shape"):
        Pretraining(recipe_of("mlm", shape={"depth": 3}), texts, tmp_path / "run")


def test_texts_are_read_from_folders_files_and_lines(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("two", encoding="utf-8")
    (tmp_path / "a.jsonl").write_text(
        '{"text": "one"}\n\n{"title": "T.", "abstract": "A\u2028b"}\n', encoding="utf-8"
    )
    (tmp_path / "c.pdf").write_bytes(b"%PDF")
    assert list(read_texts(tmp_path)) == ["one", "T. A\u2028b", "two"]
    (tmp_path / "a.jsonl").write_text('{"text": "one"}\n{"name": 3}\n', encoding="utf-8")
    with pytest.raises(GoldError, match=r"a\.jsonl:2"):
        list(read_texts(tmp_path))
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(GoldError, match=r"b\.txt"):
        list(read_texts(tmp_path / "b.txt"))


def test_a_shape_that_no_family_has_is_not_written(tmp_path: Path) -> None:
    run = small_run(("A",))
    config = TransformerConfig(layers=1, width=8, heads=2, feed_forward=8, vocabulary=9, norm="pre")
    with pytest.raises(CheckpointError, match="published family"):
        save_encoder(tmp_path / "x", Encoder(config), run.tokenizer)
    assert not (tmp_path / "x").exists()
