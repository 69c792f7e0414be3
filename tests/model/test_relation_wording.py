"""The words between the names of a pair: what counts as one, and what is learnt from them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from kgbuild_model.relation_examples import Concept, RelationExample, sentences_of
from kgbuild_model.relation_lessons import RelationCorpus
from kgbuild_model.relation_phrases import Phrases, phrases_of
from kgbuild_model.relation_reading import RelationRun, asked_of
from kgbuild_model.relation_training import RelationRecipe, wordings_of
from kgbuild_model.relations import RelationConfig, RelationModel, RelationSet
from kgbuild_model.testing import small_run
from kgbuild_model.tokens import tokenise

LABELS = ("Chemical", "Disease")
PAIRS = (("Chemical", "Disease"),)
ACTS = RelationSet("acts", ("CAUSES", "TREATS"), True, PAIRS)
LIKE = replace(ACTS, name="like", directed=False, pairs=(*PAIRS, ("Disease", "Disease")))
NAMES = {"aspirin": "Chemical", "lithium": "Chemical", "asthma": "Disease", "fever": "Disease"}
VERBS = {"causes": "CAUSES", "induced": "CAUSES", "treats": "TREATS", "relieves": "TREATS"}


def run_of(*sets: RelationSet) -> RelationRun:
    run = small_run(LABELS)
    config = RelationConfig(trunk=1, labels=LABELS, sets=sets, width=32)
    return RelationRun(run=run, model=RelationModel.above(run.tagger, config))


RUN = run_of(ACTS)


def concepts_of(text: str) -> dict[str, Concept]:
    """The names of a text, each a concept with one mention."""
    return {
        name: Concept(label, ((text.index(name), text.index(name) + len(name)),))
        for name, label in NAMES.items()
        if name in text
    }


def phrases(text: str, relations: RelationSet = ACTS) -> Phrases:
    [page] = RUN.pages(tokenise(RUN.run.tokenizer, [text])[0])
    asked = asked_of(page, concepts_of(text), [relations], LABELS, sentences_of(text))
    assert asked is not None
    return phrases_of(page, asked, asked.rows(relations, LABELS), relations)


def same(one: Phrases, two: Phrases) -> bool:
    return torch.equal(one.bucket, two.bucket) and torch.equal(one.row, two.row)


@given(st.sampled_from(["{} causes {}.", "Of {}, {} was seen.", "In {} and after {}: none."]))
def test_the_names_say_nothing_but_their_kind(form: str) -> None:
    assert same(phrases(form.format("aspirin", "asthma")), phrases(form.format("lithium", "fever")))
    assert not same(
        phrases(form.format("aspirin", "asthma")), phrases(form.format("asthma", "aspirin"))
    )


def test_a_word_is_known_by_its_stem() -> None:
    assert same(phrases("aspirin inhibits asthma"), phrases("aspirin inhibition asthma"))
    assert not same(phrases("aspirin inhibits asthma"), phrases("aspirin induces asthma"))


def test_words_of_other_sentences_say_nothing() -> None:
    one = phrases("We saw aspirin causes asthma here now too. It was cold.")
    assert same(one, phrases("We saw aspirin causes asthma here now too. It was warm."))


def test_a_pair_that_no_sentence_names_has_its_kind_alone() -> None:
    assert len(phrases("We saw aspirin. It was asthma.").bucket) == 1


def test_where_order_means_nothing_the_names_of_one_kind_can_be_turned() -> None:
    text = "asthma causes fever in all."
    run = run_of(LIKE)
    [page] = run.pages(tokenise(run.run.tokenizer, [text])[0])
    names = concepts_of(text)
    found = []
    for order in (names, dict(reversed(names.items()))):
        asked = asked_of(page, order, [LIKE], LABELS, sentences_of(text))
        assert asked is not None
        found.append(phrases_of(page, asked, asked.rows(LIKE, LABELS), LIKE))
        pairs = asked.pairs
        turned = replace(asked, pairs=replace(pairs, first=pairs.second, second=pairs.first))
        found.append(phrases_of(page, turned, turned.rows(LIKE, LABELS), LIKE))
    assert all(same(found[0], one) for one in found)


@given(st.lists(st.integers(0, 3), min_size=1, unique=True))
def test_what_is_said_of_a_pair_does_not_depend_on_the_others(rows: list[int]) -> None:
    """Law: phrases of some rows are those rows of all phrases."""
    text = "aspirin causes asthma and lithium may relieve fever."
    [page] = RUN.pages(tokenise(RUN.run.tokenizer, [text])[0])
    asked = asked_of(page, concepts_of(text), [ACTS], LABELS, sentences_of(text))
    assert asked is not None
    every = asked.rows(ACTS, LABELS)
    whole = phrases_of(page, asked, every, ACTS)
    some = phrases_of(page, asked, every[rows], ACTS)
    for place, row in enumerate(rows):
        assert torch.equal(some.bucket[some.row == place], whole.bucket[whole.row == row])


def lessons(corpus: str, verbs: dict[str, str]) -> list[RelationExample]:
    found = []
    for chemical in ("aspirin", "lithium"):
        for disease in ("asthma", "fever"):
            for verb, kind in {**verbs, "met": ""}.items():
                text = f"{chemical} {verb} {disease}."
                relations = {(chemical, disease): kind} if kind else {}
                found += [RelationExample(text, text, concepts_of(text), relations, corpus)] * 3
    return found


def corpus(name: str, **more: object) -> RelationCorpus:
    types = ("CAUSES", "TREATS")
    return RelationCorpus(name=name, files=(), labels={}, types=types, directed=True, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("verb", "kind"), VERBS.items())
def test_a_wording_learns_what_words_say(verb: str, kind: str) -> None:
    recipe = RelationRecipe(tagger="", corpora=(corpus("acts"),))
    wording = wordings_of(recipe, lessons("acts", VERBS), RUN)["acts"]
    chances = wording.chances(phrases(f"lithium {verb} asthma."))
    assert chances.argmax() == 1 + ACTS.types.index(kind)
    assert wording.chances(phrases("lithium met asthma.")).argmax() == 0


def test_what_another_corpus_says_is_borrowed_under_its_name_here() -> None:
    other = replace(ACTS, name="other")
    run = run_of(ACTS, other)
    known = {"causes": "CAUSES", "treats": "TREATS"}
    learning = lessons("acts", known) + lessons("other", {"relieves": "CAUSES"})
    alone = RelationRecipe(tagger="", corpora=(corpus("acts"), corpus("other")))
    borrowing = replace(
        alone, corpora=(corpus("acts", borrowed={"other": {"CAUSES": "TREATS"}}), corpus("other"))
    )
    chances = [
        wordings_of(recipe, learning, run)["acts"].chances(phrases("aspirin relieves fever."))
        for recipe in (alone, borrowing)
    ]
    assert chances[1][0, 2] > chances[0][0, 2] + 0.2
    assert chances[1].argmax() == 2


def test_a_corpus_that_says_little_of_what_is_no_relation_has_no_wording() -> None:
    recipe = RelationRecipe(tagger="", corpora=(corpus("acts", denied={"x": ("",)}),))
    assert wordings_of(recipe, lessons("acts", VERBS), RUN) == {}
