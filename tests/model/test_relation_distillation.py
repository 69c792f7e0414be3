"""A relation model learns from a teacher's chances, and may learn corrections alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from kgbuild_model.checkpoint import load_relations, save_tagger
from kgbuild_model.digest import weight_files
from kgbuild_model.errors import RecipeError
from kgbuild_model.relation_distillation import SoftLessons, teach_relations
from kgbuild_model.relation_examples import read_named
from kgbuild_model.relation_training import RelationRecipe, train_relations
from kgbuild_model.testing import small_run

LABELS = ("Chemical", "Disease")
NAMED = {"Chemical": "Chemical", "Disease": "Disease"}


def texts(path: Path, documents: int, *, marked: bool, first: int = 0) -> None:
    """Titles that say of every second chemical that it causes asthma; ``marked`` as gold."""
    blocks = []
    for number in range(first, first + documents):
        related = number % 2 == 0
        title = f"aspirin {'causes' if related else '(not)'} asthma in {number}."
        place = title.index("asthma")
        lines = [
            f"{number}|t|{title}",
            f"{number}|a|Nothing else.",
            f"{number}\t0\t7\taspirin\tChemical\tD1",
            f"{number}\t{place}\t{place + 6}\tasthma\tDisease\t{'D2' if marked else '-'}",
        ]
        if related and marked:
            lines.append(f"{number}\tCID\tD1\tD2")
        blocks.append("\n".join(lines) + "\n\n")
    path.write_text("".join(blocks), encoding="utf-8")


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tagger, a teacher above it, and texts that nobody has marked."""
    folder = tmp_path_factory.mktemp("taught")
    save_tagger(folder / "tagger", small_run(LABELS), ("a", "b"), precision="fp32")
    texts(folder / "gold.pubtator", 40, marked=True)
    texts(folder / "papers.pubtator", 12, marked=False, first=100)
    (folder / "teacher.toml").write_text(
        'tagger = "tagger"\ntrunk = 1\nepochs = 12\n[optimisation]\nrate = 2e-3\n'
        "head_rate = 2e-3\nbf16 = false\naccumulate = 4\n[[corpus]]\n"
        'name = "cid"\ndirected = true\ntypes = ["CID"]\nfiles = []\n'
        'held_out_files = ["gold.pubtator"]\nheld_out_most = 10\n'
        'labels = { Chemical = "Chemical", Disease = "Disease" }\n',
        encoding="utf-8",
    )
    recipe = RelationRecipe.read(folder / "teacher.toml")
    train_relations(recipe, folder / "teacher", corpora=folder, taggers=folder)
    return folder


def test_names_without_an_identifier_are_concepts_by_their_letters(tmp_path: Path) -> None:
    texts(tmp_path / "papers.pubtator", 1, marked=False)
    [text] = read_named(tmp_path / "papers.pubtator", NAMED)
    assert set(text.concepts) == {"D1", "Disease asthma"}
    assert (text.relations, text.corpus) == ({}, "")


def test_a_model_that_is_its_own_teacher_has_nothing_to_learn(taught: Path, tmp_path: Path) -> None:
    run = replace(load_relations(taught / "teacher", taught / "tagger"), weighers={})
    papers = read_named(taught / "papers.pubtator", NAMED)
    teach_relations(run, papers, tmp_path / "answers.safetensors")
    lessons = SoftLessons(run, papers, tmp_path / "answers.safetensors")
    assert sorted(lessons.plan(1.0, seed=0)) == list(range(12))
    for place in lessons.plan(1.0, seed=0):
        assert lessons.batch(place)
        assert lessons.loss(lessons.batch(place)).item() == pytest.approx(0, abs=1e-3)


def test_a_student_comes_nearer_to_its_teacher(taught: Path, tmp_path: Path) -> None:
    teacher = replace(load_relations(taught / "teacher", taught / "tagger"), weighers={})
    papers = read_named(taught / "papers.pubtator", NAMED)
    teach_relations(teacher, papers, tmp_path / "answers.safetensors")
    student = load_relations(taught / "teacher", taught / "tagger")
    torch.manual_seed(0)
    for value in student.model.parameters():
        torch.nn.init.normal_(value, std=0.02)
    lessons = SoftLessons(replace(student, weighers={}), papers, tmp_path / "answers.safetensors")
    optimiser = torch.optim.Adam(student.model.parameters(), lr=1e-3)

    def away() -> float:
        with torch.no_grad():
            return float(sum(lessons.loss(lessons.batch(place)) for place in range(12)))

    before = away()
    for place in lessons.plan(12.0, seed=0):
        optimiser.zero_grad()
        lessons.loss(lessons.batch(place)).backward()
        optimiser.step()
    assert away() < before / 2


def test_corrections_lie_beside_the_weights_that_they_correct(taught: Path) -> None:
    recipe = RelationRecipe.read(taught / "teacher.toml")
    later = replace(
        recipe,
        start="teacher",
        rank=4,
        epochs=1,
        teacher="teacher",
        teacher_tagger="tagger",
        distil_files=("papers.pubtator",),
        distil_labels=NAMED,
    )
    told: list[str] = []
    train_relations(later, taught / "later", corpora=taught, taggers=taught, tell=told.append)
    assert "12 times a text with the teacher's answers" not in told  # gold of documents, too
    assert "42 times a text with the teacher's answers" in told
    [first] = weight_files(taught / "teacher")
    begun, corrections = weight_files(taught / "later")
    assert first.read_bytes() == begun.read_bytes()
    assert corrections.stat().st_size < first.stat().st_size
    one, two = (load_relations(taught / n, taught / "tagger") for n in ("teacher", "later"))
    assert two.wordings["cid"].weights.equal(one.wordings["cid"].weights)
    name = "encoder.layers.0.feed_forward.up.weight"
    changed = one.model.state_dict()[name] - two.model.state_dict()[name]
    assert 0 < torch.linalg.matrix_rank(changed, rtol=1e-3) <= 4
    facts = json.loads((taught / "later" / "metrics.json").read_text())
    assert list(facts["distilled"]) == ["papers.pubtator"]
    assert "whose relations nobody has marked" in (taught / "later" / "README.md").read_text()


def test_a_branch_of_more_layers_begins_with_the_taggers_own_below(taught: Path) -> None:
    recipe = RelationRecipe.read(taught / "teacher.toml")
    still = replace(recipe.optimisation, rate=0, head_rate=0)
    deeper = replace(recipe, trunk=0, start="teacher", epochs=1, optimisation=still)
    train_relations(deeper, taught / "deeper", corpora=taught, taggers=taught)
    one, two = (load_relations(taught / n, taught / "tagger") for n in ("teacher", "deeper"))
    own = one.run.tagger.encoder.layers[0].state_dict()  # type: ignore[union-attr, operator, index]
    for name, value in two.model.encoder["layers"][0].state_dict().items():  # type: ignore[index]
        assert torch.allclose(value, own[name], atol=0.02), name
    for name, value in two.model.encoder["layers"][1].state_dict().items():  # type: ignore[index]
        begun = one.model.encoder["layers"][0].state_dict()  # type: ignore[index]
        assert torch.allclose(value, begun[name], atol=0.02), name


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"rank": 4}, "nothing to correct"),
        ({"teacher": "teacher"}, "stand together"),
        ({"rank": 30, "start": "teacher"}, "matrices of 32 rows"),
        ({"corrects_tagger": True}, "needs a rank"),
        ({"precision": "int2"}, "no precision 'int2'"),
    ],
)
def test_a_recipe_that_cannot_be_run_is_refused(
    given: dict[str, object], said: str, taught: Path
) -> None:
    recipe = RelationRecipe.read(taught / "teacher.toml")
    with pytest.raises(RecipeError, match=said):
        train_relations(
            replace(recipe, **given),  # type: ignore[arg-type]
            taught / "refused",
            corpora=taught,
            taggers=taught,
        )


def test_corrections_of_the_tagger_begin_near_what_was_learnt_and_take_less_room(
    taught: Path,
) -> None:
    recipe = RelationRecipe.read(taught / "teacher.toml")
    still = replace(recipe.optimisation, rate=0, head_rate=0)
    cut = replace(
        recipe, start="teacher", rank=2, corrects_tagger=True, epochs=1, optimisation=still
    )
    for rank in (2, 15):
        for precision in ("fp32", "int4"):
            train_relations(
                replace(cut, rank=rank, precision=precision),
                taught / f"{rank}-{precision}",
                corpora=taught,
                taggers=taught,
            )
    whole = load_relations(taught / "teacher", taught / "tagger").model.state_dict()

    def away(name: str) -> float:
        found = load_relations(taught / name, taught / "tagger").model.state_dict()
        return sum(float((found[key] - value).abs().sum()) for key, value in whole.items())

    assert away("15-fp32") < away("2-fp32") / 2
    assert away("15-fp32") < away("15-int4")
    sizes = [weight_files(taught / n)[0].stat().st_size for n in ("2-int4", "2-fp32", "15-fp32")]
    assert sizes == sorted(sizes)


def test_corrections_of_the_tagger_learn_where_nothing_was_learnt_before(taught: Path) -> None:
    recipe = RelationRecipe.read(taught / "teacher.toml")
    deeper = replace(recipe, trunk=0, start="teacher", rank=2, corrects_tagger=True, epochs=2)
    train_relations(deeper, taught / "deeper-cut", corpora=taught, taggers=taught)
    found = load_relations(taught / "deeper-cut", taught / "tagger")
    own = found.run.tagger.encoder.layers[0].feed_forward.up.weight  # type: ignore[union-attr, operator, index]
    learnt = found.model.state_dict()["encoder.layers.0.feed_forward.up.weight"] - own
    assert learnt.abs().max() > 1e-4


def test_corrections_of_corrections_of_the_tagger_are_read_again(taught: Path) -> None:
    recipe = RelationRecipe.read(taught / "teacher.toml")
    first = replace(recipe, start="teacher", rank=2, corrects_tagger=True, epochs=1)
    train_relations(first, taught / "cut", corpora=taught, taggers=taught)
    second = replace(recipe, start="cut", rank=4, epochs=1)
    train_relations(second, taught / "cut-later", corpora=taught, taggers=taught)
    assert len(weight_files(taught / "cut-later")) == 2
    load_relations(taught / "cut-later", taught / "tagger")
