"""The recipes about belief, contradictions and conclusions, on papers made for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgbuild import Notice, NoticeKind
from kgbuild.query.cookbook import recipe
from kgbuild.query.engine import query
from kgbuild.reasoning.derivation import reason
from kgbuild.reasoning.rule_syntax import shipped_rules
from kgbuild.testing.library import Library, Said

DOWN = (("biolink:object_aspect_qualifier", "activity"),
        ("biolink:object_direction_qualifier", "decreased"))  # fmt: skip
PAPERS = {
    "pubmed:1": [
        Said("C1", "affects", "G1", qualifiers=DOWN),
        Said("G1", "causes", "D1"),
        Said("C2", "affects", "G1", qualifiers=DOWN, score=0.5),
    ],
    "pubmed:2": [
        Said("G1", "causes", "D1", words="D1 came of G1."),
        Said("G1", "contributes_to", "D1"),
        Said("C3", "treats", "D2", conditions=(("species", "mice"),)),
    ],
    "pubmed:3": [Said("C3", "treats", "D2", negated=True), Said("C2", "treats", "D1")],
    "pubmed:6": [
        Said("C5", "treats_or_applied_or_studied_to_treat", "D1", score=0.6),
        Said("C2", "treats_or_applied_or_studied_to_treat", "D1", score=0.5),
    ],
    "pubmed:7": [
        Said("C7", "contributes_to", "D1", score=0.5),
        Said("C6", "causes", "D1"),
        Said("C8", "causes", "D1", negated=True),
    ],
    "pubmed:4": [Said("D1", "subclass_of", "D3"), Said("D3", "subclass_of", "D4")],
}
RELATION = "urn:kgbuild:relation:"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    made = Library(tmp_path_factory.mktemp("recipes") / "kg")
    made.add(PAPERS)
    notice = Notice(kind=NoticeKind.RETRACTION, about="pubmed:9")
    made.add({"pubmed:5": [Said("C4", "treats", "D2")]}, notices=(notice,))
    with made.open() as graph:
        reason(graph, shipped_rules())
    return made


def rows(library: Library, name: str) -> list[dict[str, str]]:
    with library.open() as graph:
        found = query(graph, recipe(name)).rows()[1]
    return [
        {
            key: term["value"].removeprefix("https://w3id.org/biolink/vocab/")
            for key, term in row.items()
        }
        for row in found
    ]


def where(found: list[dict[str, str]], **wanted: str) -> list[dict[str, str]]:
    return [row for row in found if wanted.items() <= row.items()]


def test_beliefs_are_those_of_the_graph_the_surest_first(library):
    found = rows(library, "beliefs")
    believed = [float(row["belief"]) for row in found]
    assert believed == sorted(believed, reverse=True)
    with library.open() as graph:
        assert sorted(believed) == sorted(graph.belief(a) for a in graph.assertions())


def test_the_best_believed_inhibitor_comes_first(library):
    found = rows(library, "best-inhibitors")
    assert [(row["chemical"], row["gene"], row["aspect"]) for row in found] == [
        ("c1", "g1", "activity"), ("c2", "g1", "activity")]  # fmt: skip


def test_effects_on_genes_and_harms_come_best_believed_first_and_without_what_is_denied(library):
    found = rows(library, "chemicals-and-genes")
    assert [(row["chemical"], row["gene"], row["direction"]) for row in found] == [
        ("c1", "g1", "decreased"), ("c2", "g1", "decreased")]  # fmt: skip
    harms = rows(library, "adverse-effects")
    assert [(row["chemical"], row["disease"]) for row in harms] == [("c6", "d1"), ("c7", "d1")]
    with library.open() as graph:
        (surest,) = graph.assertions(subject="mesh:C6", predicate="biolink:causes")
        assert float(harms[0]["belief"]) == graph.belief(surest)


def test_a_drug_that_was_given_for_a_disease_counts_among_those_that_treat_it(library):
    found = where(rows(library, "drugs-that-treat"), disease="d1")
    assert [row["chemical"] for row in found] == ["c2", "c5"]
    with library.open() as graph:
        (treats,) = graph.assertions(subject="mesh:C2", predicate="biolink:treats")
        assert float(found[0]["belief"]) == graph.belief(treats)
    pairs = where(rows(library, "shared-treatment"), disease="d1")
    assert [(row["one"], row["other"]) for row in pairs] == [("c2", "c5")]


def test_conclusions_name_their_premises(library):
    found = rows(library, "inferred-with-premises")
    candidate = where(found, relation=f"{RELATION}candidate_treatment", subject="c1", object="d1")
    assert {(row["from"], row["premise"], row["to"]) for row in candidate} == {
        ("c1", f"{RELATION}lowers", "g1"), ("g1", f"{RELATION}promotes", "d1")}  # fmt: skip
    promoted = where(found, relation=f"{RELATION}promotes", subject="g1", object="d1")
    assert {row["rule"] for row in promoted} == {"direct-harm", "contribution"}


def test_conclusions_lead_to_sentences(library):
    found = rows(library, "inferred-with-sentences")
    candidate = where(found, relation=f"{RELATION}candidate_treatment", subject="c1", object="d1")
    assert {row["sentence"] for row in candidate} == {
        "C1 affects G1.", "G1 causes D1.", "D1 came of G1.", "G1 contributes_to D1."}  # fmt: skip


def test_each_rule_has_its_conclusions_counted(library):
    (found,) = where(rows(library, "conclusions-by-rule"), rule="kind-of-kind")
    assert found["conclusions"] == "1"
    assert 0 < float(found["surest"]) < 1


def test_a_hypothesis_is_listed_unless_a_text_speaks_of_the_pair(library):
    found = rows(library, "repurposing")
    assert {(row["chemical"], row["disease"]) for row in found} >= {("c1", "d1")}
    assert not where(found, chemical="c2", disease="d1")


def test_conclusions_with_several_ways_are_told(library):
    found = where(rows(library, "several-ways"), relation=f"{RELATION}promotes", object="d1")
    assert [(row["subject"], row["ways"]) for row in found] == [("g1", "2")]


def test_both_sides_of_a_contradiction_have_their_belief(library):
    (found,) = where(rows(library, "contested-beliefs"), subject="c3", object="d2")
    assert (found["one"], found["other"]) == ("treats", "treats")
    assert {found["oneNegated"], found["otherNegated"]} == {"true", "false"}
    assert float(found["oneBelief"]) == pytest.approx(float(found["otherBelief"]))
    assert found["circumstance"] == "species"
    assert {found["oneSays"], found["otherSays"]} == {"mice", "not said"}


def test_the_independence_of_evidence_is_counted(library):
    found = where(rows(library, "independence"), subject="g1", predicate="causes", object="d1")
    assert [(r["sentences"], r["documents"], r["components"]) for r in found] == [("2", "2", "1")]


def test_what_is_stated_and_yet_doubtful_says_why(library):
    found = {row["subject"]: row for row in where(rows(library, "doubtful"), object="d2")}
    assert (found["c3"]["contested"], found["c3"]["doubted"]) == ("true", "false")
    assert (found["c4"]["contested"], found["c4"]["doubted"]) == ("false", "true")


def test_layers_are_counted_apart(library):
    found = rows(library, "layers")
    inferred = where(found, layer="urn:kgbuild:graph:inferred", predicate="subclass_of")
    asserted = where(found, layer="urn:kgbuild:graph:asserted", predicate="subclass_of")
    assert [row["edges"] for row in (*asserted, *inferred)] == ["2", "1"]


def test_every_recipe_about_reasoning_is_tested_here():
    text = Path(__file__).read_text("utf-8")
    about = ("kgv:belief", "kgv:Inference", "kgv:derivation", "graph:inferred")
    from kgbuild.query.cookbook import recipes

    for name in recipes():
        if any(term in recipe(name) for term in about):
            assert f'"{name}"' in text, name
