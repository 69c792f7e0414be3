"""Predictions: better than popularity where there is a law, explained, and never evidence."""

from __future__ import annotations

import json
import shutil

import pytest

from kgbuild.cli import main
from kgbuild.errors import UsageError
from kgbuild.graph.schema import key
from kgbuild.prediction.evaluation import evaluate, split
from kgbuild.prediction.general import BROAD, named_general
from kgbuild.prediction.layer import predictions, predictions_path, remove, stamp
from kgbuild.prediction.links import links_of, pair
from kgbuild.prediction.paths import HUB
from kgbuild.prediction.predicting import predict
from kgbuild.reasoning.derivation import reason
from kgbuild.reasoning.layer import open_layer
from kgbuild.reasoning.rule_syntax import shipped_rules
from kgbuild.reasoning.strengths import beliefs
from kgbuild.testing.library import Library, Said
from kgbuild.testing.world import World, papers_of
from kgbuild.vocabulary import normalise

TREATS = "ChemicalEntity treats DiseaseOrPhenotypicFeature"


@pytest.fixture
def library(shelf, tmp_path):
    """A copy of the world's graph, to be written to."""
    shutil.copytree(shelf.folder, tmp_path / "kg")
    return Library(tmp_path / "kg")


@pytest.mark.parametrize("before", ["2014", ""], ids=["by date", "by lot"])
def test_a_law_is_learnt_that_popularity_does_not_know(graph, before):
    [treats] = [one for one in evaluate(graph, before=before) if one.kind == TREATS]
    assert treats.ranking.mrr > 1.5 * treats.degree.mrr
    assert treats.ranking.hits_10 > treats.degree.hits_10
    assert treats.brier <= treats.base_brier
    assert treats.ece < 0.05


def test_where_there_is_no_law_none_is_learnt(tmp_path):
    library = Library(tmp_path / "kg")
    lawless = World(chemicals=60, genes=60, diseases=30, pathways=10, seed=3, law=False)
    for year, papers in papers_of(lawless):
        library.add(papers, date=year)
    with library.open() as graph:
        [treats] = [one for one in evaluate(graph) if one.kind == TREATS]
    assert treats.ranking.mrr < 1.5 * treats.degree.mrr


def test_later_papers_leave_no_trace_in_what_is_learnt_from(graph, world, tmp_path):
    """Law: what is known before a date is what a graph of the papers before it knows."""
    early = Library(tmp_path / "early")
    for year, papers in papers_of(world):
        if year < "2010":
            early.add(papers, date=year)
    with early.open() as before:
        expected = links_of(before)
    known, hidden = split(graph, before="2010")

    def said(links):
        return {(links.kinds[kind], *rest) for kind, *rest in links.links}

    assert said(known) == said(expected)
    assert hidden.links
    assert not {pair(link) for link in known.links} & {pair(link) for link in hidden.links}


def test_suggestions_are_truer_than_chance_and_of_unspoken_pairs(world, library):
    with library.open() as opened:
        predict(opened, predicates=["biolink:treats"], limit=100)
        found = list(predictions(opened))
        spoken = {frozenset((a.subject, a.object)) for a in opened.assertions()}
    assert len(found) == 100
    assert not {frozenset((one.subject, one.object)) for one in found} & spoken
    true = [(one.subject[5:], "treats", one.object[5:]) in world.truth for one in found]
    treatments = sum(predicate == "treats" for _, predicate, _ in world.truth)
    assert sum(true) / len(true) > 1.5 * treatments / (world.chemicals * world.diseases)
    order = [(one.probability, one.score) for one in found]
    assert order == sorted(order, reverse=True)


def test_what_is_broader_than_what_texts_say_is_not_suggested(library):
    """A disease above some others: what is linked to one of them is not suggested for it too."""
    kinds = {f"mesh:D{n}" for n in range(2, 2 + BROAD - 1)}

    def above(curie):
        return {"mesh:D1"} if curie in kinds else set()

    with library.open() as opened:
        predict(opened, predicates=["biolink:treats"], limit=500)
        assert any(one.object == "mesh:D1" for one in predictions(opened))
        predict(opened, predicates=["biolink:treats"], limit=500, above=above)
        found = list(predictions(opened))
        spoken = {a.subject for a in opened.assertions() if a.object in kinds}
        spoken |= {a.object for a in opened.assertions() if a.subject in kinds}
    assert found
    assert not [one for one in found if one.object == "mesh:D1" and one.subject in spoken]


@pytest.mark.parametrize("why", ["named", "broad", "crowded"])
def test_what_is_too_general_is_neither_suggested_nor_a_reason(library, why):
    """Death is tied to the world as one of its diseases is, and would be suggested as that is."""
    death = "D003643" if why == "named" else "D000"
    with library.open() as opened:
        of_d1 = [a for a in opened.assertions(object="mesh:D1")]
    library.add({
        f"pubmed:8{n}": [Said(a.subject[5:], a.predicate[8:], death, qualifiers=a.qualifiers)]
        for n, a in enumerate(of_d1)
    })  # fmt: skip
    more = HUB if why == "crowded" else 1
    library.add({"pubmed:7": [Said(f"G00{n}", "related_to", death) for n in range(more)]})

    def above(curie):
        return {f"mesh:{death}"} if why == "broad" and curie in kinds else set()

    kinds = {f"mesh:D{n}" for n in range(1, BROAD + 1)}
    with library.open() as opened:
        predict(opened, limit=2000, above=above)
        found = list(predictions(opened))
        steps = {a for one in found for reason in one.reasons for a in reason.assertions}
        ends = {end for a in map(opened.assertion, steps) for end in (a.subject, a.object)}
    ends |= {end for one in found for end in (one.subject, one.object)}
    assert "mesh:D1" in ends
    assert f"mesh:{death}" not in ends


def test_what_is_named_as_too_general_is_spelt_as_graphs_spell_it():
    assert {"mesh:D003643", "mesh:D004194", "ncbitaxon:9606"} <= named_general()
    assert all(normalise(one) == one for one in named_general())


def test_a_pair_is_suggested_once_and_nothing_is_merely_related(library):
    library.add({
        f"pubmed:9{n}": [Said(f"C{n}", "related_to", f"C{n + 1}"),
                         Said(f"C{n}", "related_to", f"C{n + 2}")]
        for n in range(1, 60)
    })  # fmt: skip
    with library.open() as opened:
        predict(opened)
        found = list(predictions(opened))
        ends = [frozenset((one.subject, one.object)) for one in found]
        assert len(set(ends)) == len(ends)
        assert "biolink:related_to" not in {one.predicate for one in found}
        predict(opened, predicates=["biolink:related_to"])
        assert {one.predicate for one in predictions(opened)} == {"biolink:related_to"}


def test_each_prediction_leads_down_to_sentences(library):
    with library.open() as opened:
        predict(opened, limit=50)
        for one in predictions(opened):
            assert one.reasons
            for path in one.reasons:
                here = one.subject
                for claim in map(opened.assertion, path.assertions):
                    assert here in (claim.subject, claim.object)
                    here = claim.object if here == claim.subject else claim.subject
                    assert claim.evidence[0].text
                assert here == one.object


def test_what_is_predicted_is_never_evidence(library):
    """Law: neither the store, nor a belief, nor a conclusion changes when links are predicted."""

    def state():
        with library.open() as opened:
            reason(opened, shipped_rules(), afresh=True)
            with open_layer(opened.folder) as layer:
                concluded = list(layer.conclusions())
            return opened.revision, beliefs(opened), concluded, list(opened.connection.iterdump())

    before = state()
    with library.open() as opened:
        assert predict(opened).kept
        predicted = list(predictions(opened))
        known = {key(one.id) for one in opened.assertions()}
    assert state() == before
    assert not known & {key(one.id) for one in predicted}


def test_the_same_graph_and_seed_give_the_same_predictions(library):
    with library.open() as opened:
        predict(opened, limit=60)
        first = list(predictions(opened))
        assert not predict(opened, limit=60).fresh
        assert remove(opened.folder)
        assert predict(opened, limit=60).fresh
        assert list(predictions(opened)) == first


@pytest.mark.parametrize("negated", [False, True], ids=["stated", "denied"])
def test_a_changed_graph_has_no_predictions_until_they_are_made_anew(library, negated):
    """What a text has stated or denied by then is suggested no more."""
    with library.open() as opened:
        predict(opened, limit=30)
        [first, *_] = predictions(opened)
    said = Said(first.subject[5:], first.predicate[8:], first.object[5:], negated=negated,
                qualifiers=first.qualifiers)  # fmt: skip
    library.add({"pubmed:99999": [said]})
    with library.open() as opened:
        assert stamp(opened) == ""
        assert list(predictions(opened)) == []
        assert predict(opened, limit=30).fresh
        assert first.id not in {one.id for one in predictions(opened)}


def test_a_damaged_layer_is_made_anew(library):
    predictions_path(library.folder).write_text("not a database")
    with library.open() as opened:
        assert list(predictions(opened)) == []
        assert predict(opened, limit=5).kept == 5
        assert len(list(predictions(opened))) == 5


def test_too_few_links_are_named(tmp_path, capsys):
    small = Library(tmp_path / "kg")
    small.add({"pubmed:1": [Said("C1", "treats", "D1")]})
    assert main(["predict", "--kg", str(small.folder)]) == 0
    assert f"too few links to learn from: {TREATS}" in capsys.readouterr().err
    with small.open() as opened, pytest.raises(UsageError, match="too few links"):
        evaluate(opened)


def test_the_verb_lists_explains_evaluates_and_clears(library, capsys):
    kg = ["--kg", str(library.folder)]
    assert main(["predict", "-n", "3", "--explain", *kg]) == 0
    said = capsys.readouterr().out
    assert said.count(" — ") == 6
    assert "pubmed:" in said
    assert main(["predict", "-n", "3", "--json", *kg]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 3
    subject = rows[0]["subject"]
    assert main(["predict", subject, "--json", *kg]) == 0
    for one in json.loads(capsys.readouterr().out):
        assert subject in (one["subject"], one["object"])
    assert main(["predict", "--evaluate", "--before", "2014", *kg]) == 0
    assert "degree alone" in capsys.readouterr().out
    assert main(["predict", "--before", "2014", *kg]) == 2
    assert main(["predict", "--clear", *kg]) == 0
    assert not predictions_path(library.folder).exists()
