"""What counts as a contradiction, and what does not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild.annotation import Status
from kgbuild.cli import main
from kgbuild.graph.schema import key
from kgbuild.reasoning.belief import belief
from kgbuild.reasoning.comparing import OPPOSITES, forms
from kgbuild.reasoning.contradictions import contradicting, contradictions
from kgbuild.reasoning.strengths import beliefs
from kgbuild.testing.library import Library, Said
from kgbuild.vocabulary import inverse, predicates

UP = (("biolink:object_aspect_qualifier", "activity"),
      ("biolink:object_direction_qualifier", "increased"))  # fmt: skip
DOWN = (("biolink:object_aspect_qualifier", "activity"),
        ("biolink:object_direction_qualifier", "decreased"))  # fmt: skip
OTHER_ASPECT = (("biolink:object_aspect_qualifier", "expression"),
                ("biolink:object_direction_qualifier", "decreased"))  # fmt: skip


def kinds(library: Library, *said: Said) -> list[str]:
    library.add({f"pubmed:{n}": [one] for n, one in enumerate(said, 1)})
    with library.open() as graph:
        return [found.kind for found in contradictions(graph)]


CASES = {
    "a denial": (Said("C1", "treats", "D1"), Said("C1", "treats", "D1", negated=True), "denied"),
    "an inverse denial": (
        Said("C1", "treats", "D1"), Said("D1", "treated_by", "C1", negated=True), "denied"),
    "a symmetric denial": (
        Said("G1", "interacts_with", "G2"),
        Said("G2", "interacts_with", "G1", negated=True), "denied"),
    "opposite predicates": (Said("C1", "treats", "D1"), Said("C1", "causes", "D1"), "opposite"),
    "an inverse opposite": (Said("C1", "treats", "D1"), Said("D1", "caused_by", "C1"), "opposite"),
    "what is used as a drug does harm": (
        Said("C1", "treats_or_applied_or_studied_to_treat", "D1"),
        Said("C1", "causes", "D1"), "opposite"),
    "opposites, of which one inverse is first in the alphabet": (
        Said("C1", "treats", "D1"), Said("C1", "contributes_to", "D1"), "opposite"),
    "an adverse event": (
        Said("C1", "treats", "D1"), Said("C1", "has_adverse_event", "D1"), "opposite"),
    "a denial of something wider": (
        Said("C1", "causes", "D1"), Said("C1", "contributes_to", "D1", negated=True), "denied"),
    "a denial of something wider, seen from the other end": (
        Said("D1", "caused_by", "C1"), Said("C1", "contributes_to", "D1", negated=True), "denied"),
    "a denial of any effect": (
        Said("C1", "affects", "G1", qualifiers=DOWN),
        Said("C1", "affects", "G1", negated=True), "denied"),
    "a denial of something narrower": (
        Said("C1", "contributes_to", "D1"), Said("C1", "causes", "D1", negated=True), None),
    "a denial of one direction": (
        Said("C1", "affects", "G1"),
        Said("C1", "affects", "G1", qualifiers=DOWN, negated=True), None),
    "correlations": (
        Said("G1", "positively_correlated_with", "D1"),
        Said("D1", "negatively_correlated_with", "G1"), "opposite"),
    "likelihoods": (
        Said("C1", "associated_with_increased_likelihood_of", "D1"),
        Said("C1", "associated_with_decreased_likelihood_of", "D1"), "opposite"),
    "directions": (
        Said("C1", "affects", "G1", qualifiers=UP),
        Said("C1", "affects", "G1", qualifiers=DOWN), "direction"),
    "another aspect": (
        Said("C1", "affects", "G1", qualifiers=UP),
        Said("C1", "affects", "G1", qualifiers=OTHER_ASPECT), None),
    "another object": (Said("C1", "treats", "D1"), Said("C1", "causes", "D2"), None),
    "the other way round": (
        Said("G1", "affects", "G2"), Said("G2", "affects", "G1", negated=True), None),
    "two denials": (
        Said("C1", "treats", "D1", negated=True), Said("C1", "causes", "D1", negated=True), None),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_contradictions_are_those_and_only_those(library, case):
    one, other, kind = CASES[case]
    assert kinds(library, one, other) == ([kind] if kind else [])


def test_opposites_are_biolinks_predicates_and_go_both_ways():
    for one, others in OPPOSITES.items():
        assert one in predicates()
        assert all(one in OPPOSITES[other] for other in others)


@given(st.sampled_from(sorted(predicates())))
def test_a_claim_and_its_inverse_have_the_same_forms(predicate):
    other = inverse(predicate)
    if other and inverse(other) == predicate:
        assert forms("a", predicate, "b") == forms("b", other, "a")


def test_circumstances_that_differ_are_offered_first(library):
    library.add(
        {
            "pubmed:1": [Said("C1", "treats", "D1", conditions=(("species", "mouse"),))],
            "pubmed:2": [
                Said("C1", "treats", "D1", negated=True, conditions=(("species", "human"),))
            ],
        }
    )
    with library.open() as graph:
        (found,) = contradictions(graph)
    assert [name for name, *_ in found.differences] == ["species"]
    assert set(found.differences[0][1:]) == {"mouse", "human"}


def test_the_weightiest_comes_first(library):
    library.add(
        {
            "pubmed:1": [Said("C1", "treats", "D1"), Said("C2", "treats", "D2")],
            "pubmed:2": [
                Said("C1", "causes", "D1", status=Status.HYPOTHESIS),
                Said("C2", "causes", "D2"),
            ],
        }
    )
    with library.open() as graph:
        weights = [(one.weight, one.first.subject) for one in contradictions(graph)]
    assert weights == sorted(weights, reverse=True)
    assert weights[0][1] == "mesh:C2"


def test_beliefs_from_rows_are_those_from_records(library):
    library.add(
        {
            "pubmed:1": [Said("C1", "treats", "D1"), Said("C1", "treats", "D2", score=0.4)],
            "pubmed:2": [
                Said("C1", "treats", "D1", words="Relief of D1 by C1.", score=0.7),
                Said("C1", "treats", "D1", negated=True, status=Status.SPECULATED),
            ],
            "pubmed:3": [Said("C1", "treats", "D1")],
        }
    )
    with library.open() as graph:
        from_rows = beliefs(graph)
        claims = list(graph.assertions())
    twins = {(a.subject, a.predicate, a.object, a.negated): a for a in claims}
    for one in claims:
        denial = twins.get((one.subject, one.predicate, one.object, not one.negated))
        assert from_rows[key(one.id)] == belief(one, denial)
    assert len(from_rows) == len(claims) == 3


def test_the_verb_shows_both_sides(library, capsys):
    library.add({"pubmed:1": [Said("C1", "treats", "D1"), Said("C1", "causes", "D1")]})
    assert main(["contradictions", "--kg", str(library.folder)]) == 0
    shown = capsys.readouterr().out
    assert "C1 treats D1." in shown
    assert "C1 causes D1." in shown
    assert "read both ways" not in shown
    assert main(["contradictions", "--json", "--kg", str(library.folder)]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["kind"], found["one_sentence"]) == ("opposite", False)


def test_one_sentence_that_is_read_both_ways_is_said(library, capsys):
    words = "C1 is no cure of D1 but its cause."
    library.add(
        {
            "pubmed:1": [Said("C1", verb, "D1", words=words) for verb in ("treats", "causes")],
            "pubmed:2": [Said("C2", "treats", "D2", score=0.5), Said("C2", "causes", "D2")],
        }
    )
    assert main(["contradictions", "--kg", str(library.folder)]) == 0
    shown = capsys.readouterr().out
    assert shown.index("C2 causes D2.") < shown.index("one sentence is read both ways")


def test_show_marks_what_is_contested(library, capsys):
    library.add({"pubmed:1": [Said("C1", "treats", "D1"), Said("C1", "treats", "D2")]})
    library.add({"pubmed:2": [Said("D1", "treated_by", "C1", negated=True)]})
    assert main(["show", "mesh:C1", "--kg", str(library.folder)]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "belief" in line]
    assert {("— d1" in line or "d1 —" in line, "contested" in line) for line in lines} == {
        (True, True), (False, False)}  # fmt: skip
    with library.open() as graph:
        (claim,) = graph.assertions(predicate="biolink:treats", object="mesh:D1")
    assert main(["show", claim.id, "--kg", str(library.folder)]) == 0
    shown = capsys.readouterr().out
    assert "against" in shown
    assert main(["show", claim.id, "--json", "--kg", str(library.folder)]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    with library.open() as graph:
        assert told["belief"] == graph.belief(claim)
    assert len(told["contradicted_by"]) == 1
    assert "d1 — not biolink:treated_by — c1" in shown


def test_show_lists_the_surest_edges_of_a_concept_first(library, capsys):
    library.add({"pubmed:1": [Said("C1", "treats", f"D{n}", score=n / 10) for n in (3, 9, 1, 5)]})
    library.add({"pubmed:2": [Said("D7", "treated_by", "C1", score=0.7)]})
    assert main(["show", "mesh:C1", "--kg", str(library.folder)]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "belief" in line]
    believed = [float(line.partition("belief ")[2][:4]) for line in lines]
    assert believed == sorted(believed, reverse=True)
    assert len(set(believed)) == 5


def test_one_claims_contradictions_are_those_of_the_graph(library):
    library.add({f"pubmed:{n}": list(case[:2]) for n, case in enumerate(CASES.values(), 1)})
    with library.open() as graph:
        found = contradictions(graph)
        expected = {(one.first.id, one.second.id) for one in found}
        expected |= {(other, one) for one, other in expected}
        asked = {
            (claim.id, other.id)
            for claim in graph.assertions()
            for other in contradicting(graph, claim)
        }
    assert asked == expected


@pytest.mark.parametrize(
    ("ours", "theirs", "first"),
    [
        ({"dose": "75 mg"}, {"dose": "4 g", "population": "children"}, "dose: 75 mg against 4 g"),
        ({"route": "oral"}, {"route": "intravenous"}, "route: oral against intravenous"),
        ({"species": "mesh:D9"}, {"setting": "in vitro"}, "species: d9 (mesh:D9) against not said"),
    ],
)
def test_what_may_explain_it_is_said_before_both_sides(library, capsys, ours, theirs, first):
    conditions = [tuple(sorted(named.items())) for named in (ours, theirs)]
    library.add(
        {
            "pubmed:1": [
                Said("C1", "treats", "D1", conditions=conditions[0]),
                Said("D9", "subclass_of", "D1"),
            ],
            "pubmed:2": [
                Said("C1", "treats", "D1", negated=True, score=0.8, conditions=conditions[1])
            ],
        }
    )
    assert main(["contradictions", "--kg", str(library.folder)]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith("denied")
    assert shown[1].strip() == first
    assert "C1 treats D1." in "".join(shown[2:])


def test_circumstances_that_both_sides_share_explain_nothing(library):
    mice, rats = (("species", "mice"),), (("species", "rats"),)
    library.add(
        {
            "pubmed:1": [
                Said("C1", "treats", "D1", conditions=mice),
                Said("C1", "treats", "D1", words="In rats C1 treats D1.", conditions=rats),
            ],
            "pubmed:2": [Said("C1", "treats", "D1", negated=True, conditions=rats)],
        }
    )
    with library.open() as graph:
        (found,) = contradictions(graph)
    assert found.differences == ()


def test_where_one_document_alone_says_both_that_is_said(library, capsys):
    library.add({"pubmed:1": [Said("C1", "treats", "D1"), Said("C1", "causes", "D1")]})
    assert main(["contradictions", "--kg", str(library.folder)]) == 0
    assert "pubmed:1 alone says both" in capsys.readouterr().out
    library.add({"pubmed:2": [Said("C1", "causes", "D1", words="D1 came of C1.")]})
    assert main(["contradictions", "--kg", str(library.folder)]) == 0
    assert "alone says both" not in capsys.readouterr().out


def test_those_of_a_concept_are_those_of_all_that_it_is_an_end_of(library: Library) -> None:
    said = [
        Said("C1", "treats", "D1"), Said("C1", "causes", "D1"), Said("D1", "treated_by", "C2"),
        Said("C2", "treats", "D1", negated=True), Said("G1", "interacts_with", "G2"),
        Said("G2", "interacts_with", "G1", negated=True),
    ]  # fmt: skip
    library.add({f"pubmed:{n}": [one] for n, one in enumerate(said, 1)})
    with library.open() as graph:
        every = contradictions(graph)
        for concept in ("mesh:D1", "mesh:C1", "mesh:C2", "ncbigene:1", "mesh:G1"):
            assert contradictions(graph, about=concept) == [
                one for one in every if concept in (one.first.subject, one.first.object)
            ]
    assert len(every) == 3
