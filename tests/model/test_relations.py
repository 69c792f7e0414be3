"""Relations between concepts: gold files, pairs, and a model that learns them above a tagger."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from kgbuild_model.checkpoint import digest, load_relations, save_relations, save_tagger
from kgbuild_model.errors import CheckpointError, GoldError, RecipeError
from kgbuild_model.relation_examples import Concept, read_relations
from kgbuild_model.relation_reading import RelationRun, asked_of
from kgbuild_model.relation_training import RelationRecipe, train_relations
from kgbuild_model.relations import RelationConfig, RelationModel, RelationSet
from kgbuild_model.testing import small_run
from kgbuild_model.tokens import tokenise

LABELS = ("Chemical", "Disease")
CAUSES = RelationSet("cid", ("CID",), True, (("Chemical", "Disease"),))
LIKE = RelationSet("biored", ("Up", "Down"), False, (("Chemical", "Disease"),))
GOLD = """1|t|Aspirin causes asthma.
1|a|The asthma came with aspirin, not with lithium.
1\t0\t7\tAspirin\tChemical\tD1
1\t15\t21\tasthma\tDisease\tD2
1\t27\t33\tasthma\tDisease\tD2
1\t44\t51\taspirin\tChemical\tD1
1\t62\t69\tlithium\tChemical\tD3,D4
1\t27\t33\tasthma\tOdd\tX
1\tCID\tD1\tD2
1\tCID\tX\tD2

"""


def relation_run(*sets: RelationSet, trunk: int = 1, width: int = 32) -> RelationRun:
    run = small_run(LABELS)
    config = RelationConfig(trunk=trunk, labels=LABELS, sets=sets, width=width)
    torch.manual_seed(0)
    return RelationRun(run=run, model=RelationModel.above(run.tagger, config).eval())


def test_gold_has_concepts_with_all_their_mentions(tmp_path: Path) -> None:
    (tmp_path / "gold").write_text(GOLD, encoding="utf-8")
    [example] = read_relations(
        tmp_path / "gold", {"Chemical": "Chemical", "Disease": "Disease"}, "cid"
    )
    assert example.concepts["D1"].spans == ((0, 7), (44, 51))
    assert set(example.concepts) == {"D1", "D2", "D3", "D4"}
    assert dict(example.relations) == {("D1", "D2"): "CID"}
    (tmp_path / "gold").write_text("1|t|A\n1|a|B\n1\t0\n", encoding="utf-8")
    with pytest.raises(GoldError, match="gold:3"):
        read_relations(tmp_path / "gold", {}, "cid")


def test_pairs_are_those_that_the_corpus_has_relations_between() -> None:
    [words] = tokenise(small_run(LABELS).tokenizer, ["aspirin asthma fever"])
    concepts = {
        "C": Concept("Chemical", ((0, 7),)),
        "D": Concept("Disease", ((8, 14),)),
        "E": Concept("Disease", ((15, 20),)),
    }
    asked = asked_of(words, concepts, CAUSES, LABELS)
    assert asked is not None
    pairs = zip(asked.pairs.first.tolist(), asked.pairs.second.tolist(), strict=True)
    assert [(asked.concepts[a], asked.concepts[b]) for a, b in pairs] == [("C", "D"), ("C", "E")]
    assert asked_of(words, {"D": concepts["D"], "E": concepts["E"]}, CAUSES, LABELS) is None


@given(st.integers(0, 20), st.integers(1, 9))
def test_a_span_anywhere_has_a_wordpiece(start: int, length: int) -> None:
    """Law: a mention has at least one wordpiece, and none beyond the text."""
    [words] = tokenise(small_run(LABELS).tokenizer, ["aspirin, asthma (fever)"])
    concepts = {
        "C": Concept("Chemical", ((start, start + length),)),
        "D": Concept("Disease", ((0, 7),)),
    }
    asked = asked_of(words, concepts, CAUSES, LABELS)
    assert asked is not None
    spans = asked.pairs.spans
    assert bool((spans[:, 0] <= spans[:, 1]).all())
    assert int(spans.max()) < len(words.ids)


def test_the_order_of_a_pair_means_nothing_where_the_corpus_says_so() -> None:
    run = replace(relation_run(LIKE), thresholds={"biored": 0.0})
    text = "aspirin causes asthma"
    one = {"C": Concept("Chemical", ((0, 7),)), "D": Concept("Disease", ((15, 21),))}
    two = dict(reversed(one.items()))
    [found], [again] = run.relate(text, one, [LIKE]), run.relate(text, two, [LIKE])
    assert found.score == pytest.approx(again.score, abs=1e-6)
    assert found.type == again.type
    assert found.weights.sum() == pytest.approx(1.0, abs=1e-4)
    assert len(found.weights) == 3


def test_a_long_document_is_read_to_its_end() -> None:
    run = replace(relation_run(CAUSES), thresholds={"cid": 0.0})
    text = "aspirin " + "fever " * 1500 + "asthma"
    end = len(text)
    concepts = {
        "C": Concept("Chemical", ((0, 7),)),
        "D": Concept("Disease", ((end - 6, end),)),
    }
    [found] = run.relate(text, concepts, [CAUSES])
    assert len(found.weights) == 1502
    assert run.relate("", {}, [CAUSES]) == []


def gold_file(path: Path, documents: int = 40) -> None:
    blocks = []
    for number in range(documents):
        related = number % 2 == 0
        title = f"aspirin {'causes' if related else '(not)'} asthma."
        end = len(title) - 1
        lines = [
            f"{number}|t|{title}",
            f"{number}|a|Nothing else.",
            f"{number}\t0\t7\taspirin\tChemical\tD1",
            f"{number}\t{end - 6}\t{end}\tasthma\tDisease\tD2",
        ]
        if related:
            lines.append(f"{number}\tCID\tD1\tD2")
        blocks.append("\n".join(lines) + "\n\n")
    path.write_text("".join(blocks), encoding="utf-8")


def test_relations_are_learnt_kept_and_read_again(tmp_path: Path) -> None:
    tagger = small_run(LABELS)
    save_tagger(tmp_path / "tagger", tagger, ("a", "b"), precision="fp32")
    gold_file(tmp_path / "gold.pubtator")
    (tmp_path / "recipe.toml").write_text(
        'tagger = "tagger"\ntrunk = 1\nepochs = 12\n[optimisation]\nrate = 2e-3\n'
        "head_rate = 2e-3\nbf16 = false\naccumulate = 4\n[[corpus]]\n"
        'name = "cid"\ndirected = true\ntypes = ["CID"]\nfiles = []\n'
        'held_out_files = ["gold.pubtator"]\nheld_out_most = 10\n'
        'labels = { Chemical = "Chemical", Disease = "Disease" }\n',
        encoding="utf-8",
    )
    recipe = RelationRecipe.read(tmp_path / "recipe.toml")
    train_relations(recipe, tmp_path / "mine", corpora=tmp_path, taggers=tmp_path)
    assert json.loads((tmp_path / "mine/metrics.json").read_text())["held_out"]["cid"]["f1"] == 1.0
    run = load_relations(tmp_path / "mine", tmp_path / "tagger")
    concepts = {"D1": Concept("Chemical", ((0, 7),)), "D2": Concept("Disease", ((15, 21),))}
    [found] = run.relate("aspirin causes asthma.", concepts)
    assert (found.first, found.second, found.type) == ("D1", "D2", "CID")
    assert run.relate("aspirin (not) asthma.", concepts) == []
    with pytest.raises(RecipeError, match="there already"):
        train_relations(recipe, tmp_path / "mine", corpora=tmp_path, taggers=tmp_path)


def test_a_relation_model_is_refused_above_another_tagger(tmp_path: Path) -> None:
    run = relation_run(CAUSES)
    for name, conventions in (("one", ("a", "b")), ("two", ("c", "d"))):
        save_tagger(tmp_path / name, run.run, conventions, precision="fp32")
    save_relations(tmp_path / "relations", run, digest(tmp_path / "one"))
    load_relations(tmp_path / "relations", tmp_path / "one")
    with pytest.raises(CheckpointError, match="another tagger"):
        load_relations(tmp_path / "relations", tmp_path / "two")
    with pytest.raises(CheckpointError, match="no relations"):
        load_relations(tmp_path / "one", tmp_path / "one")


def test_a_recipe_of_relations_with_an_unknown_key_names_it(tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text('tagger = "t"\nwarm = 1\n[[corpus]]\n', encoding="utf-8")
    with pytest.raises(RecipeError, match=r"r\.toml"):
        RelationRecipe.read(tmp_path / "r.toml")
