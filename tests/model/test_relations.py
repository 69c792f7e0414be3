"""Relations between concepts: gold files, pairs, and a model that learns them above a tagger."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from kgbuild_model.checkpoint import digest, load_relations, save_relations, save_tagger
from kgbuild_model.errors import CheckpointError, GoldError, RecipeError
from kgbuild_model.lower_layers import LowerLayers
from kgbuild_model.packed import PackedLinear, packed
from kgbuild_model.relation_examples import Concept, read_relations
from kgbuild_model.relation_lessons import RelationCorpus
from kgbuild_model.relation_reading import Answers, RelationRun, agreed, asked_of
from kgbuild_model.relation_training import RelationRecipe, train_relations
from kgbuild_model.relations import RelationConfig, RelationModel, RelationSet
from kgbuild_model.testing import small_run
from kgbuild_model.tokens import tokenise
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable

    from kgbuild_model.relation_pages import Page
    from kgbuild_model.relations import Pairs
    from torch import Tensor

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


def page_of(text: str) -> Page:
    run = relation_run(CAUSES)
    [page] = run.pages(tokenise(run.run.tokenizer, [text])[0])
    return page


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
    page = page_of("aspirin asthma fever")
    concepts = {
        "C": Concept("Chemical", ((0, 7),)),
        "D": Concept("Disease", ((8, 14),)),
        "E": Concept("Disease", ((15, 20),)),
    }
    asked = asked_of(page, concepts, [CAUSES], LABELS)
    assert asked is not None
    assert list(asked.named(asked.rows(CAUSES, LABELS))) == [("C", "D"), ("C", "E")]
    assert asked_of(page, {"D": concepts["D"], "E": concepts["E"]}, [CAUSES], LABELS) is None


@given(st.integers(0, 20), st.integers(1, 9))
def test_a_span_anywhere_has_a_wordpiece(start: int, length: int) -> None:
    """Law: a mention has at least one wordpiece, and none beyond the text."""
    page = page_of("aspirin, asthma (fever)")
    concepts = {
        "C": Concept("Chemical", ((start, start + length),)),
        "D": Concept("Disease", ((0, 7),)),
    }
    asked = asked_of(page, concepts, [CAUSES], LABELS)
    assert asked is not None
    spans = asked.pairs.spans
    assert bool((spans[:, 0] <= spans[:, 1]).all())
    assert int(spans.max()) < len(page.words.ids)


def one_by_one(model: RelationModel, hidden: Tensor, lower: Tensor, pairs: Pairs) -> list[Tensor]:
    """The scores of each pair as the model defines them, nothing shared between pairs."""
    concepts, looks = model.context(hidden, pairs)
    concepts = concepts + model.labels(pairs.label)
    found = []
    for first, second, distance in zip(pairs.first, pairs.second, pairs.distance, strict=True):
        shared = (looks[first] * looks[second]).mean(0)
        seen = (shared / shared.sum()) @ torch.cat([hidden, lower], dim=-1)
        context = seen[: len(hidden[0])] + model.distances(distance)
        one = torch.tanh(model.first(torch.cat([concepts[first], context]))).view(-1, 32)
        two = torch.tanh(model.second(torch.cat([concepts[second], context]))).view(-1, 32)
        product = (one.unsqueeze(-1) * two.unsqueeze(-2)).flatten()
        prior = model.prior[pairs.label[first], pairs.label[second]]
        found.append(model.types(product) + model.direct(seen) + prior)
    return found


@pytest.mark.parametrize("made", [nn.Identity(), packed], ids=["plain", "packed"])
def test_pairs_scored_at_once_have_the_scores_of_each_by_itself(
    made: Callable[[nn.Linear], nn.Linear],
) -> None:
    run = relation_run(CAUSES, LIKE, width=64)
    [page] = run.pages(tokenise(run.run.tokenizer, ["aspirin asthma fever aspirin lithium"])[0])
    concepts = {
        "C": Concept("Chemical", ((0, 7), (21, 28))),
        "D": Concept("Disease", ((8, 14),)),
        "E": Concept("Disease", ((15, 20),)),
        "F": Concept("Chemical", ((29, 36),)),
    }
    asked = asked_of(page, concepts, [CAUSES, LIKE], LABELS)
    assert asked is not None
    hidden, lower = (torch.randn(int(page.first[-1]), 64) for _ in range(2))
    torch.nn.init.normal_(run.model.direct.weight)
    torch.nn.init.normal_(run.model.distances.weight)
    with torch.no_grad():
        alone = one_by_one(run.model, hidden, lower, asked.pairs)
        run.model.types = made(cast("nn.Linear", run.model.types))
        scores, looks = run.model(hidden, lower, asked.pairs)
    assert len(scores) == 8
    torch.testing.assert_close(scores, torch.stack(alone), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(looks.sum(-1), torch.ones(8))


def test_a_packed_layer_is_given_few_numbers_of_pairs() -> None:
    """For each number of rows oneDNN makes a kernel, and keeps it."""
    run = relation_run(CAUSES, LIKE)
    run.model.types = types = packed(nn.Linear(run.model.config.width * 32, 5))
    if not isinstance(types, PackedLinear):
        pytest.skip("no packed layers here")
    seen: list[int] = []
    types.register_forward_hook(lambda _, given, __: seen.append(len(given[0])))
    for drugs in range(1, 9):
        names = " ".join(f"aspirin{'x' * n}" for n in range(drugs))
        bounds = [(m.start(), m.end()) for m in re.finditer(r"\w+", names)]
        concepts = {f"C{a}": Concept("Chemical", ((a, b),)) for a, b in bounds}
        concepts["D"] = Concept("Disease", ((len(names) + 1, len(names) + 7),))
        run.relate(f"{names} asthma", concepts)
    assert len(seen) >= 8
    assert {rows % 16 for rows in seen} == {0}


def test_the_order_of_a_pair_means_nothing_where_the_corpus_says_so() -> None:
    run = replace(relation_run(LIKE), thresholds={"biored": 0.0})
    text = "aspirin causes asthma"
    one = {"C": Concept("Chemical", ((0, 7),)), "D": Concept("Disease", ((15, 21),))}
    two = dict(reversed(one.items()))
    [found], [again] = run.relate(text, one), run.relate(text, two)
    assert found.score == pytest.approx(again.score, abs=1e-6)
    assert found.type == again.type
    assert found.looks.sum() == pytest.approx(1.0, abs=1e-4)
    assert len(found.looks) == 3


def test_a_long_document_is_read_to_its_end() -> None:
    """Each window is asked; concepts that no window names together are not."""
    run = replace(relation_run(CAUSES), thresholds={"cid": 0.0})
    text = "aspirin " + "fever " * 1500 + "aspirin asthma"
    end = len(text)
    far, near = (0, 7), (end - 14, end - 7)
    disease = Concept("Disease", ((end - 6, end),))
    assert run.relate(text, {"C": Concept("Chemical", (far,)), "D": disease}) == []
    [found] = run.relate(text, {"C": Concept("Chemical", (far, near)), "D": disease})
    assert found.starts[-1] == end - 6
    assert len(found.looks) == len(found.starts) < 512
    assert run.relate("", {}) == []
    assert run.apart(text, {"C": Concept("Chemical", (far,)), "D": disease}) == 1
    assert run.apart(text, {"C": Concept("Chemical", (far, near)), "D": disease}) == 0
    assert (
        run.apart(text, {"C": Concept("Chemical", (far,)), "D": Concept("Chemical", (near,))}) == 0
    )
    assert run.apart(text[-14:], {"C": Concept("Chemical", ((0, 7),))}) == 0


def test_an_abstract_of_several_windows_is_one_page() -> None:
    """Mentions that no window names together are asked; each word is looked at once."""
    run = replace(relation_run(CAUSES), thresholds={"cid": 0.0})
    text = "aspirin " + "fever " * 250 + "asthma"
    [words] = tokenise(run.run.tokenizer, [text])
    [page] = run.pages(words)
    assert len(page.windows) > 1
    assert len(page.joined(page.hidden)) == page.first[-1] == len(words.ids)
    concepts = {
        "C": Concept("Chemical", ((0, 7),)),
        "D": Concept("Disease", ((len(text) - 6, len(text)),)),
    }
    [found] = run.relate(text, concepts)
    assert len(found.looks) == len(found.starts) == 252
    assert found.looks.sum() == pytest.approx(1.0, abs=1e-4)


@given(st.integers(1, 250))
def test_what_stands_at_a_wordpiece_comes_back_from_its_windows(length: int) -> None:
    """Law: joined undoes spread, wherever the windows overlap."""
    page = page_of("fever " * length)
    marks = torch.arange(int(page.first[-1]))
    assert len(marks) == 5 * length
    assert page.joined(page.spread(marks).unsqueeze(-1)).squeeze(-1).tolist() == marks.tolist()


def test_what_the_tagger_has_read_is_not_read_again_and_changes_nothing() -> None:
    text = "aspirin causes asthma"
    concepts = {"C": Concept("Chemical", ((0, 7),)), "D": Concept("Disease", ((15, 21),))}
    run = replace(relation_run(CAUSES), thresholds={"cid": 0.0})
    alone = run.relate(text, concepts)
    tagger = replace(run.run, kept=LowerLayers(run.model.config.trunk))
    tags = tagger.tag([text])
    assert tags == run.run.tag([text])
    words = tagger.kept.words_of(text)
    assert words is not None
    read = tagger.kept.pop(words, 0)
    assert read is not None
    assert tagger.kept.words_of(text) is None
    tagger.kept.put(words, 0, read)
    assert replace(run, run=tagger).relate(text, concepts) == alone
    assert tagger.kept.pop(words, 0) is None


def test_what_is_kept_of_texts_has_a_limit() -> None:
    kept = LowerLayers(1, most=10)
    texts = tokenise(small_run(LABELS).tokenizer, ["aspirin", "asthma"])
    for words in texts:
        kept.put(words, 0, torch.zeros(1, 6, 4))
    assert kept.pop(texts[0], 0) is None
    assert kept.pop(texts[1], 0) is not None


def test_a_relation_of_a_sentence_is_asked_of_each_sentence() -> None:
    by_sentence = replace(CAUSES, by_sentence=True)
    text = "aspirin asthma. aspirin fever asthma."
    concepts = {
        "C": Concept("Chemical", ((0, 7), (16, 23))),
        "D": Concept("Disease", ((8, 14), (30, 36))),
        "E": Concept("Disease", ((24, 29),)),
    }
    asked = asked_of(page_of(text), concepts, [by_sentence], LABELS, [(0, 15), (16, 37)])
    assert asked is not None
    named = asked.named(asked.rows(by_sentence, LABELS))
    pairs = zip(asked.pairs.first.tolist(), named, strict=True)
    assert sorted((asked.sentences[a], *names) for a, names in pairs) == [
        (0, "C", "D"), (1, "C", "D"), (1, "C", "E"),
    ]  # fmt: skip


def test_corpora_asked_at_once_answer_as_each_asked_alone() -> None:
    """What is asked of sentences and of the whole text is scored together."""
    whole, by_sentence = LIKE, replace(CAUSES, by_sentence=True)
    run = relation_run(whole, by_sentence)
    run = replace(run, thresholds={"cid": 0.0, "biored": 0.0})
    torch.nn.init.normal_(run.model.prior)
    concepts = {
        "C": Concept("Chemical", ((0, 7), (16, 23))),
        "D": Concept("Disease", ((8, 14), (30, 36))),
        "E": Concept("Disease", ((24, 29),)),
    }
    asked = "aspirin asthma. aspirin fever asthma.", concepts, [(0, 15), (16, 37)]
    together = {(r.first, r.second, r.corpus, r.sentence): r for r in run.relate(*asked)}
    alone = [r for one in (whole, by_sentence) for r in run.relate(*asked, [one])]
    assert len(together) == len(alone) == 5
    for one in alone:
        found = together[one.first, one.second, one.corpus, one.sentence]
        assert found.type == one.type
        assert found.score == pytest.approx(one.score, abs=1e-4)
        assert found.looks == pytest.approx(one.looks, abs=1e-5)


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
    assert set(run.weighers) == set(run.thresholds) == set(run.calibrations) == {"cid"}
    assert set(run.wordings) == {"cid"}
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
    with pytest.raises(RecipeError, match=r"r\.toml: warm is no key"):
        RelationRecipe.read(tmp_path / "r.toml")


BIOC = """<collection><document><id>7</id><passage><offset>0</offset>
<text>Aspirin blocks COX. It helps.</text>
<sentence><offset>0</offset><text>Aspirin blocks COX.</text>
<annotation id="T1"><infon key="type">CHEMICAL</infon><location offset="0" length="7"/></annotation>
<annotation id="T2"><infon key="type">GENE-Y</infon><location offset="15" length="3"/></annotation>
<relation><infon key="type">INHIBITOR</infon><node refid="T1" role="head"/>
<node refid="T2" role="tail"/></relation></sentence>
<sentence><offset>20</offset><text>It helps.</text></sentence></passage></document></collection>"""


def test_gold_of_sentences_is_read_from_bioc_and_from_roles(tmp_path: Path) -> None:
    (tmp_path / "gold.xml").write_text(BIOC, encoding="utf-8")
    labels = {"CHEMICAL": "Chemical", "GENE-Y": "Gene"}
    [example] = read_relations(tmp_path / "gold.xml", labels, "drugprot", "bioc")
    assert example.relations == {("T1", "T2"): "INHIBITOR"}
    assert example.sentences == ((0, 19), (20, 29))
    assert example.text[slice(*example.concepts["T2"].spans[0])] == "COX"
    roles = "<TREAT_PREV> aspirin </TREAT_PREV> for <DIS_PREV> stroke </DIS_PREV> .||PREVENT\n"
    (tmp_path / "roles.txt").write_text(roles, encoding="latin-1")
    labels = {"TREAT": "Chemical", "DIS": "Disease"}
    [example] = read_relations(tmp_path / "roles.txt", labels, "biotext", "roles")
    [(first, second)] = example.relations
    assert example.relations[first, second] == "PREVENT"
    assert example.text[slice(*example.concepts[first].spans[0])] == "aspirin"
    assert example.text[slice(*example.concepts[second].spans[0])] == "stroke"
    (tmp_path / "roles.txt").write_text("no bars\n", encoding="latin-1")
    with pytest.raises(GoldError, match="roles.txt:1"):
        read_relations(tmp_path / "roles.txt", labels, "biotext", "roles")
    with pytest.raises(GoldError, match="no form"):
        read_relations(tmp_path / "roles.txt", labels, "biotext", "odd")


def test_training_goes_on_from_weights_of_the_same_shape(tmp_path: Path) -> None:
    save_tagger(tmp_path / "tagger", small_run(LABELS), ("a", "b"), precision="fp32")
    gold_file(tmp_path / "gold.pubtator", documents=4)
    corpus = (
        'name = "cid"\ndirected = true\ntypes = ["CID"]\nfiles = ["gold.pubtator"]\n'
        'labels = { Chemical = "Chemical", Disease = "Disease" }\n'
    )
    (tmp_path / "one.toml").write_text(
        f'tagger = "tagger"\ntrunk = 1\nepochs = 1\n[[corpus]]\n{corpus}'
    )
    one = RelationRecipe.read(tmp_path / "one.toml")
    train_relations(one, tmp_path / "first", corpora=tmp_path, taggers=tmp_path)
    still = replace(one, start="first", optimisation=replace(one.optimisation, rate=0, head_rate=0))
    train_relations(still, tmp_path / "second", corpora=tmp_path, taggers=tmp_path)
    first, second = (load_relations(tmp_path / n, tmp_path / "tagger") for n in ("first", "second"))
    for name, value in first.model.state_dict().items():
        assert torch.allclose(value, second.model.state_dict()[name], atol=0.02), name
    other = replace(still, corpora=(replace(one.corpora[0], types=("CID", "Other")),))
    with pytest.raises(RecipeError, match="other corpora or types"):
        train_relations(other, tmp_path / "third", corpora=tmp_path, taggers=tmp_path)
    with pytest.raises(RecipeError, match="share 1 layers"):
        train_relations(
            replace(still, trunk=2), tmp_path / "third", corpora=tmp_path, taggers=tmp_path
        )


def answers_for(relations: RelationSet, chances: list[list[float]]) -> Answers:
    rows = torch.arange(len(chances))
    return Answers(relations, rows, torch.tensor(chances), torch.zeros(0))


def test_two_sets_that_mean_the_same_answer_once() -> None:
    run = relation_run(CAUSES)
    concepts = {
        "D1": Concept("Chemical", ((0, 7),)),
        "D2": Concept("Disease", ((15, 21),)),
        "D3": Concept("Disease", ((26, 32),)),
    }
    text = "aspirin causes asthma and ulcers."
    [page] = run.pages(tokenise(run.run.tokenizer, [text])[0])
    asked = asked_of(page, concepts, [CAUSES, LIKE], LABELS)
    assert asked is not None
    naming = replace(CAUSES, same=(("CID", "biored", "Up"),))
    assert list(asked.named(torch.arange(2))) == [("D1", "D2"), ("D1", "D3")]
    cid = answers_for(naming, [[0.8, 0.2], [0.9, 0.1]])
    biored = answers_for(LIKE, [[0.3, 0.6, 0.1], [0.3, 0.1, 0.6]])
    one, other = agreed(asked, [cid, biored])
    assert torch.allclose(one.chances, torch.tensor([[0.6, 0.4], [0.9, 0.1]]))
    assert other.chances[0].tolist() == [1, 0, 0]  # its Up is CID's to say
    assert torch.equal(other.chances[1], biored.chances[1])
    assert agreed(asked, [cid]) == [cid]


def test_a_stopped_run_goes_on_with_the_same_recipe_alone(tmp_path: Path) -> None:
    save_tagger(tmp_path / "tagger", small_run(LABELS), ("a", "b"), precision="fp32")
    gold_file(tmp_path / "gold.pubtator")
    corpus = RelationCorpus(
        name="cid",
        files=("gold.pubtator",),
        labels={"Chemical": "Chemical", "Disease": "Disease"},
        types=("CID",),
        directed=True,
    )
    recipe = RelationRecipe(tagger="tagger", corpora=(corpus,), trunk=1, epochs=1)
    train_relations(recipe, tmp_path / "mine", corpora=tmp_path, taggers=tmp_path)
    (tmp_path / "mine").rename(tmp_path / "first")
    other = replace(recipe, epochs=2)
    with pytest.raises(RecipeError, match="of another recipe"):
        train_relations(other, tmp_path / "mine", corpora=tmp_path, taggers=tmp_path)
