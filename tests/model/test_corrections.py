"""Corrections of low rank: what they leave alone, what they add, and the file that keeps them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from kgbuild_model.checkpoint import digest, load_tagger, save_tagger, unpacked
from kgbuild_model.corrections import correct
from kgbuild_model.errors import CheckpointError, RecipeError
from kgbuild_model.fine_tuning import Places, fine_tune
from kgbuild_model.tagger_training import Corpus, TaggerRecipe
from kgbuild_model.testing import small_run
from kgbuild_model.training import Optimisation
from safetensors.torch import load_file, save_file

LABELS = ("biolink:ChemicalEntity", "biolink:DiseaseOrPhenotypicFeature")
MARKED = {"Chemical": LABELS[0], "Disease": LABELS[1]}
TEXTS = ("Aspirin causes asthma.", "The asthma came with aspirin.", "Aspirin; no asthma.")


def _gold(folder: Path) -> Places:
    """A corpus, texts without labels, and a tagger of three layers to begin from."""
    blocks = []
    for number in range(12):
        title = TEXTS[number % 3]
        drug, ill = title.lower().index("aspirin"), title.index("asthma")
        blocks.append(
            f"{number}|t|{title}\n{number}|a|Nothing {number}.\n"
            f"{number}\t{drug}\t{drug + 7}\t{title[drug : drug + 7]}\tChemical\t-\n"
            f"{number}\t{ill}\t{ill + 6}\tasthma\tDisease\t-\n"
        )
    (folder / "train.txt").write_text("\n".join(blocks[2:]) + "\n")
    (folder / "dev.txt").write_text("\n".join(blocks[:2]) + "\n")
    told_again = [
        "Aspirin  causes asthma . Nothing 0 .",
        "THE asthma came with aspirin. Nothing 3.",
    ]
    lines = [json.dumps({"text": text}) for text in told_again]
    (folder / "texts.jsonl").write_text("\n".join(lines))
    save_tagger(folder / "base", small_run(LABELS, conventions=1, layers=3), ("own",))
    return Places(corpora=folder, encoders=folder)


def _recipe(**given: object) -> TaggerRecipe:
    corpus = Corpus(
        name="own", format="pubtator", files=("train.txt",), held_out_files=("dev.txt",),
        labels=MARKED,
    )  # fmt: skip
    begun = TaggerRecipe(
        encoder="base", labels=LABELS, corpora=(corpus,), epochs=30, tokens=256, rank=2,
        upper_layers=2, optimisation=Optimisation(rate=1e-2, head_rate=1e-2, bf16=False),
    )  # fmt: skip
    return replace(begun, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corrections")
    fine_tune(_recipe(), folder / "made", _gold(folder))
    return folder


def test_corrections_learn_and_lie_in_a_small_file_beside_the_weights_they_correct(
    made: Path,
) -> None:
    base, now = made / "base", made / "made"
    first, second = "weights-1.safetensors", "weights-2.safetensors"
    assert (now / first).read_bytes() == (base / first).read_bytes()
    assert (now / second).stat().st_size < (now / first).stat().st_size
    assert digest(now) != digest(base)
    scores = json.loads((now / "metrics.json").read_text())["held_out"]["own"]
    assert scores["f1"] == 1.0
    text = "Aspirin causes asthma. Nothing 0."
    found = [(text[s.start : s.end], s.label) for s in load_tagger(now).tag([text])[0]]
    assert found == [("Aspirin", LABELS[0]), ("asthma", LABELS[1])]


def test_lower_layers_stay_to_the_last_bit_and_upper_ones_change(made: Path) -> None:
    before, after = unpacked(made / "base"), unpacked(made / "made")
    assert before.keys() == after.keys()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    kept = ("encoder.embedding", "encoder.layers.0.", "shapes")
    assert changed == {name for name in before if not name.startswith(kept)}


def test_a_matrix_is_corrected_by_the_product_of_two(made: Path) -> None:
    before, after = unpacked(made / "base"), unpacked(made / "made")
    file = load_file(made / "made" / "weights-2.safetensors")
    name = "encoder.layers.2.feed_forward.up.weight"
    up, down = (
        file[f"{name}.rank.{part}"].float() * file[f"{name}.rank.{part}.scale"]
        for part in ("up", "down")
    )
    assert (up.shape, down.shape) == ((64, 2), (2, 32))
    assert torch.equal(after[name], before[name] + up @ down)


def test_what_was_corrected_can_be_corrected_again(made: Path) -> None:
    places = Places(corpora=made, encoders=made)
    fine_tune(_recipe(encoder="made", epochs=1), made / "again", places)
    files = [path.name for path in sorted((made / "again").glob("weights-*"))]
    assert files == [f"weights-{number}.safetensors" for number in (1, 2, 3)]
    name = "encoder.layers.1.attention.qkv.weight"
    first, second, third = (unpacked(made / folder)[name] for folder in ("base", "made", "again"))
    assert torch.linalg.matrix_rank(second - first, rtol=1e-4) == 2
    assert torch.linalg.matrix_rank(third - second, rtol=1e-4) == 2


def test_no_text_of_the_corpora_is_taught_however_its_spaces_are_set(tmp_path: Path) -> None:
    places, said = _gold(tmp_path), []  # type: ignore[var-annotated]
    recipe = _recipe(
        epochs=1, teacher="base", distil_texts=("texts.jsonl",), distil_conventions=("own",)
    )
    fine_tune(recipe, tmp_path / "made", places, tell=said.append)
    assert "1 of 2 texts are gold: the teacher skips them" in said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"rank": 0}, "rank is 0 and upper_layers is 2"),
        ({"upper_layers": 0}, "rank is 2 and upper_layers is 0"),
        ({"rank": 16}, "rank is 16, and matrices of 32 rows are corrected"),
        ({"rank": -1}, "rank is -1"),
        ({"upper_layers": 4}, "upper_layers is 4, and the encoder has 3"),
        ({"encoder": "nothing"}, "rank corrects a tagger, and .*nothing is none"),
    ],
)
def test_a_rank_or_layers_that_cannot_be_are_refused(
    made: Path, given: dict[str, object], said: str
) -> None:
    with pytest.raises(RecipeError, match=said):
        fine_tune(_recipe(**given), made / "refused", Places(corpora=made, encoders=made))


def test_corrections_of_what_is_not_there_are_refused_with_a_hint(tmp_path: Path) -> None:
    save_tagger(tmp_path / "made", small_run(LABELS), ("one", "two"))
    lone = {"nothing.rank.up": torch.ones(2, 1), "nothing.rank.down": torch.ones(1, 2)}
    save_file(lone, tmp_path / "made" / "weights-2.safetensors")
    with pytest.raises(CheckpointError, match="corrects weights, and 'nothing' is not there"):
        load_tagger(tmp_path / "made")


def test_a_correction_begins_at_zero() -> None:
    run = small_run(LABELS)
    before = run.tag(["Aspirin causes asthma."])
    correct(run.tagger, rank=3, layers=1)
    assert run.tag(["Aspirin causes asthma."]) == before
