"""``kgbuild train`` on one's own gold: one command, then the folder tags."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("kgbuild_transformer")

import kgbuild_model.weights
from kgbuild_model.checkpoint import save_tagger
from kgbuild_model.relation_training import RelationRecipe
from kgbuild_model.testing import small_run

from kgbuild import relation_of
from kgbuild.cli import main

Writer = Callable[[list[str]], str]
SENTENCES = ("Aspirin causes asthma.", "The asthma came with aspirin.", "Aspirin; no asthma.")


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Tiny weights in the place of those that ship."""
    folder = tmp_path / "weights"
    folder.mkdir()
    labels = ("biolink:ChemicalEntity", "biolink:DiseaseOrPhenotypicFeature")
    save_tagger(folder / "fast", small_run(labels), ("biored", "bc5cdr"))
    monkeypatch.setattr(kgbuild_model.weights, "_PLACES", (folder,))
    return folder


def names(title: str) -> dict[str, tuple[int, int]]:
    """Where a title names a chemical, and something that no ontology knows."""
    start, odd = title.lower().index("aspirin"), title.index("asthma")
    return {"Chemical": (start, start + 7), "Oddity": (odd, odd + 6)}


def pubtator(titles: list[str]) -> str:
    blocks = []
    for number, title in enumerate(titles):
        lines = [f"{number}|t|{title}", f"{number}|a|Nothing else."]
        for label, (start, end) in names(title).items():
            lines.append(f"{number}\t{start}\t{end}\t{title[start:end]}\t{label}\t-1")
        blocks.append("\n".join(lines) + "\n\n")
    return "".join(blocks)


def bioc_json(titles: list[str]) -> str:
    documents = [
        {
            "id": str(number),
            "passages": [
                {
                    "offset": 0,
                    "text": title,
                    "annotations": [
                        {
                            "infons": {"type": label},
                            "text": title[start:end],
                            "locations": [{"offset": start, "length": end - start}],
                        }
                        for label, (start, end) in names(title).items()
                    ],
                }
            ],
        }
        for number, title in enumerate(titles)
    ]
    return json.dumps({"documents": documents})


def gold(folder: Path, name: str = "gold.PubTator", written: Writer = pubtator) -> Path:
    folder.mkdir()
    (folder / name).write_text(written([SENTENCES[number % 3] for number in range(30)]))
    return folder


@pytest.mark.parametrize(
    ("name", "written"), [("gold.PubTator", pubtator), ("gold.BioC.JSON", bioc_json)]
)
@pytest.mark.usefixtures("weights")
def test_gold_of_any_types_becomes_a_tagger_in_one_command(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    written: Writer,
) -> None:
    monkeypatch.chdir(tmp_path)
    corpus = gold(tmp_path / "corpus", name, written)
    assert main(["train", str(corpus), "-o", "mine"]) == 0
    said = capsys.readouterr()
    assert "30 spans labelled Oddity: biolink:NamedThing" in said.err
    metrics = json.loads((tmp_path / "mine/metrics.json").read_text())
    assert metrics["held_out"]["own"]["texts"] == 3
    assert metrics["held_out"]["own"]["f1"] > 0.5
    for file in ("README.md", "curves.svg", "recipe.json", "weights-1.safetensors"):
        assert (tmp_path / "mine" / file).stat().st_size > 100
    card = (tmp_path / "mine/README.md").read_text()
    assert "| own | 1 | your own |" in card
    assert "names that the training texts mark" in card
    assert sum(count for _, count in metrics["mistakes"]["recall"]["own"].values()) == 6
    settings = [
        "--set",
        "components.transformer.model=mine",
        "--set",
        'pipeline.extractors=["transformer"]',
    ]
    (tmp_path / "new.txt").write_text("Aspirin causes asthma.")
    assert main(["annotate", "new.txt", *settings]) == 0
    assert "\tAspirin\tChemicalEntity" in capsys.readouterr().out


@pytest.mark.usefixtures("weights")
def test_a_persons_mistakes_are_said_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    assert main(["train", "empty", "-o", "mine"]) == 2
    assert "holds no gold" in capsys.readouterr().err
    (tmp_path / "bad.pubtator").write_text("1|t|Aspirin.\n1|a|x\n1\t0\t7\tIbuprofen\tChemical\t-\n")
    assert main(["train", "bad.pubtator", "-o", "mine"]) == 2
    assert "bad.pubtator:3: 'Ibuprofen' is not in the text" in capsys.readouterr().err
    (tmp_path / "none.pubtator").write_text("")
    (tmp_path / "notes.md").write_text("Aspirin.")
    for name in ("none.pubtator", "notes.md"):
        assert main(["train", name, "-o", "mine"]) == 2
        assert "holds no gold" in capsys.readouterr().err
    (tmp_path / "latin.pubtator").write_bytes(b"1|t|Caf\xe9.\n1|a|x\n")
    assert main(["train", "latin.pubtator", "-o", "mine"]) == 2
    assert "latin.pubtator cannot be read" in capsys.readouterr().err
    (tmp_path / "latin.toml").write_bytes(b'encoder = "caf\xe9"')
    assert main(["train", "latin.toml", "-o", "mine"]) == 2
    assert "latin.toml cannot be read" in capsys.readouterr().err
    for name, said in (("notes.md", "holds no gold"), ("latin.toml", "a recipe stands alone")):
        assert main(["train", "bad.pubtator", name, "-o", "mine"]) == 2
        assert f"{name}: {said}" in capsys.readouterr().err.replace("\n", " ")
    (tmp_path / "recipe.toml").write_text("encoder = 1")
    assert main(["train", "recipe.toml", "-o", "mine"]) == 2
    assert "recipe.toml" in capsys.readouterr().err
    assert main(["train", "bad.pubtator", "-o", "empty"]) == 2
    assert "empty is there already" in capsys.readouterr().err
    assert not (tmp_path / "mine").exists()


@pytest.mark.usefixtures("weights")
def test_where_nothing_can_be_written_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    gold(tmp_path / "corpus")
    assert main(["train", "corpus", "-o", "corpus/gold.PubTator/mine"]) == 2
    said = capsys.readouterr().err
    assert "gold.PubTator" in said
    assert "must be where you may write" in said


@pytest.mark.usefixtures("weights")
def test_iob_without_a_name_in_what_is_held_out_is_learnt_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    plain, named = "It\tO\nrains\tO\n\n" * 61, "Aspirin\tB-Chemical\nhelps\tO\n\n"
    (tmp_path / "gold.conll").write_text(plain + named)
    assert main(["train", "gold.conll", "-o", "mine"]) == 0
    assert "1 spans labelled Chemical: biolink:ChemicalEntity" in capsys.readouterr().err
    config = json.loads((tmp_path / "mine/config.json").read_text())
    assert config["calibration"] == [[0.0, 0.0], [1.0, 1.0]]


def test_a_component_that_cannot_be_trained_says_which_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("kgbuild_lexicon")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.pubtator").write_text("")
    assert main(["train", "a.pubtator", "-o", "x", "--component", "lexicon"]) == 2
    said = capsys.readouterr().err
    assert "'lexicon' cannot be trained" in said
    assert "hint: these can: transformer" in said


RELATIONS = """
tagger = "fast"
trunk = 1
epochs = 12
[optimisation]
rate = 2e-3
head_rate = 2e-3
bf16 = false
accumulate = 4
[[corpus]]
name = "bc5cdr"
types = ["CID"]
directed = true
files = []
held_out_files = ["gold.PubTator"]
held_out_most = 10
labels = { Chemical = "biolink:ChemicalEntity", Disease = "biolink:DiseaseOrPhenotypicFeature" }
"""


def related(number: int) -> str:
    """A text that says that the one causes the other, or, every other time, that it does not."""
    verb = ("causes", "(not)")[number % 2]
    end = len(f"Aspirin {verb} asthma")
    lines = [
        f"{number}|t|Aspirin {verb} asthma.",
        f"{number}|a|",
        f"{number}\t0\t7\tAspirin\tChemical\tD001241",
        f"{number}\t{end - 6}\t{end}\tasthma\tDisease\tD001249",
        *[f"{number}\tCID\tD001241\tD001249"] * (number % 2 == 0),
    ]
    return "\n".join(lines) + "\n\n"


@pytest.mark.usefixtures("weights")
def test_a_recipe_of_relations_becomes_weights_in_one_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gold.PubTator").write_text("".join(map(related, range(40))))
    (tmp_path / "recipe.toml").write_text(RELATIONS)
    assert main(["train", "recipe.toml", "-o", "mine"]) == 0
    assert "30 documents to learn from, 10 held out" in capsys.readouterr().err
    for file in ("README.md", "curves.svg", "recipe.json", "weights-1.safetensors"):
        assert (tmp_path / "mine" / file).exists()


def test_recipes_of_relations_learn_types_that_the_table_of_relations_has() -> None:
    folder = Path(__file__).resolve().parents[3] / "model/recipes"
    for path in sorted(folder.glob("relations-*.toml")):
        for corpus in RelationRecipe.read(path).corpora:
            assert [kind for kind in corpus.types if relation_of(kind) is None] == []


def test_the_recipes_in_the_repository_can_be_read() -> None:
    from kgbuild_model.tagger_training import TaggerRecipe

    recipes = sorted((Path(__file__).resolve().parents[3] / "model/recipes").glob("tagger-*.toml"))
    assert recipes
    for path in recipes:
        recipe = TaggerRecipe.read(path)
        for corpus in recipe.corpora:
            assert set(corpus.labels.values()) <= set(recipe.labels)
        assert tomllib.loads(path.read_text())


def test_pretraining_on_a_folder_of_text_gives_an_encoder_to_train_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("kgbuild_lexicon")
    monkeypatch.chdir(tmp_path)
    texts = tmp_path / "texts"
    texts.mkdir()
    for number in range(6):
        (texts / f"{number}.txt").write_text(f"Aspirin eases pain {number}.", encoding="utf-8")
    recipe = (
        'objective = "mlm"\ntexts = ["texts"]\nvocabulary = 90\n'
        "[shape]\nlayers = 1\nwidth = 16\nheads = 2\nfeed_forward = 16\n"
    )
    (tmp_path / "recipe.toml").write_text(recipe, encoding="utf-8")
    assert main(["pretrain", "recipe.toml", "-o", "mine"]) == 0
    assert (tmp_path / "mine/model.safetensors").is_file()
    assert main(["pretrain", "recipe.toml", "-o", "mine"]) == 2
    assert main(["pretrain", "texts", "-o", "x", "--component", "lexicon"]) == 2
    assert "'lexicon' cannot be pretrained" in capsys.readouterr().err
