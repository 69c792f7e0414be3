"""A recipe that is wrong is refused with the file, the key, and what there is instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from kgbuild_model.errors import RecipeError
from kgbuild_model.tagger_training import TaggerRecipe

GOOD = """
encoder = "fast"
labels = ["biolink:Gene"]
epochs = 2
[optimisation]
rate = 1e-4
patience = 3
[[corpus]]
name = "own"
format = "iob"
files = ["a.tsv"]
labels = { GENE = "biolink:Gene" }
"""


def test_a_recipe_is_read(tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text(GOOD)
    recipe = TaggerRecipe.read(tmp_path / "r.toml")
    assert recipe.epochs == 2.0
    assert recipe.optimisation.patience == 3
    assert recipe.corpora[0].files == ("a.tsv",)


@pytest.mark.parametrize(
    ("right", "wrong", "said", "hint"),
    [
        ('encoder = "fast"', "", "encoder is lacking", "recipes to copy"),
        ('encoder = "fast"', "encoder = 1", "encoder is 1, not a string", ""),
        ("epochs = 2", "epoch = 2", "epoch is no key", "there are encoder, labels, corpus, epochs"),
        ("epochs = 2", 'epochs = "two"', "epochs is 'two', not a number", ""),
        (
            "rate = 1e-4",
            "rates = 1e-4",
            "optimisation rates is no key",
            "there are rate, head_rate",
        ),
        ('name = "own"', "", "corpus 1 name is lacking", ""),
        ('["a.tsv"]', '"a.tsv"', "corpus 1 files is 'a.tsv', not a list", ""),
        ('"iob"', '"brat"', "corpus own: no gold format is called 'brat'", "one of pubtator, iob"),
        ('GENE = "biolink:Gene"', 'GENE = "Gene"', "lacks: Gene", "labels are biolink:Gene"),
        ("epochs = 2", "tokens = true", "tokens is True, not a whole number", ""),
        ("epochs = 2", 'labels_ = ""\n', "labels_ is no key", ""),
        ('["biolink:Gene"]', "[1]", "labels 1 is 1, not a string", ""),
        ('{ GENE = "biolink:Gene" }', '"x"', "corpus 1 labels is 'x', not a table", ""),
        ("epochs = 2", "hold_out = false", "patience needs held-out texts", ""),
        ("epochs = 2", "epochs = ", "cannot be read", "a recipe is TOML"),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, right: str, wrong: str, said: str, hint: str
) -> None:
    assert GOOD.count(right) == 1
    (tmp_path / "r.toml").write_text(GOOD.replace(right, wrong))
    with pytest.raises(RecipeError) as refused:
        TaggerRecipe.read(tmp_path / "r.toml")
    assert str(tmp_path / "r.toml") in str(refused.value)
    assert said in str(refused.value)
    assert hint in refused.value.hint
