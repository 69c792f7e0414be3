"""Each rule that kgbuild ships, with examples for and against it."""

from __future__ import annotations

import pytest

from kgbuild.reasoning.derivation import reason
from kgbuild.reasoning.layer import open_layer
from kgbuild.reasoning.rule_syntax import parse_rule, shipped_rules, write_rule
from kgbuild.testing.library import Said

DOWN = (("biolink:object_direction_qualifier", "decreased"),)
UP = (("biolink:object_direction_qualifier", "increased"),)
LOWERS = Said("C1", "affects", "G1", qualifiers=DOWN)
GENE_DISEASE = ("biolink:gene_associated_with_condition", "G1", "D1")
PROMOTES = ("promotes", "G1", "D1")

# What texts say, what must follow, and with what else in the texts it must not.
EXAMPLES: dict[str, tuple[list[Said], tuple[str, str, str], list[Said]]] = {
    "direct-harm": ([Said("C1", "causes", "D1")], ("promotes", "C1", "D1"),
                    [Said("C1", "causes", "G1")]),
    "contribution": ([Said("C1", "contributes_to", "D1")], ("promotes", "C1", "D1"),
                     [Said("C1", "contributes_to", "D1", negated=True)]),
    "predisposition": ([Said("V1", "predisposes_to_condition", "D1")], ("promotes", "V1", "D1"),
                       [Said("V1", "associated_with", "D1")]),
    "side-effect": ([Said("C1", "has_side_effect", "D1")], ("promotes", "C1", "D1"),
                    [Said("C1", "has_side_effect", "D1", negated=True)]),
    "adverse-event": ([Said("C1", "has_adverse_event", "D1")], ("promotes", "C1", "D1"),
                      [Said("C1", "treats", "D1")]),
    "rises-with-disease": ([Said("G1", "positively_correlated_with", "D1")], PROMOTES,
                           [Said("C1", "positively_correlated_with", "D1")]),
    "lowering": ([LOWERS], ("lowers", "C1", "G1"),
                 [Said("C1", "affects", "G1", qualifiers=UP)]),
    "falls-with-chemical": ([Said("C1", "negatively_correlated_with", "G1")],
                            ("lowers", "C1", "G1"),
                            [Said("G2", "negatively_correlated_with", "G1")]),
    "gene-and-condition": ([Said("G1", "associated_with", "D1")], GENE_DISEASE,
                           [Said("C1", "associated_with", "D1")]),
    "gene-through-variant": (
        [Said("V1", "is_sequence_variant_of", "G1"), Said("V1", "causes", "D1")], GENE_DISEASE,
        [Said("V1", "is_sequence_variant_of", "G1"), Said("V1", "associated_with", "D1")]),
    "condition-above": (
        [Said("G1", "gene_associated_with_condition", "D2"), Said("D2", "subclass_of", "D1")],
        GENE_DISEASE,
        [Said("G1", "gene_associated_with_condition", "D1"), Said("D2", "subclass_of", "D1")]),
    "harm-above": ([Said("C1", "causes", "D2"), Said("D2", "subclass_of", "D1")],
                   ("promotes", "C1", "D1"),
                   [Said("C1", "treats", "D2"), Said("D2", "subclass_of", "D1")]),
    "kind-of-kind": ([Said("D1", "subclass_of", "D2"), Said("D2", "subclass_of", "D3")],
                     ("biolink:subclass_of", "D1", "D3"),
                     [Said("D1", "subclass_of", "D2"), Said("D3", "subclass_of", "D2")]),
    "part-of-part": ([Said("G1", "part_of", "G2"), Said("G2", "part_of", "G3")],
                     ("biolink:part_of", "G1", "G3"),
                     [Said("G1", "part_of", "G2"), Said("G2", "located_in", "G3")]),
    "located-in-whole": ([Said("G1", "located_in", "G2"), Said("G2", "part_of", "G3")],
                         ("biolink:located_in", "G1", "G3"),
                         [Said("G1", "located_in", "G2"), Said("G3", "part_of", "G2")]),
    "repurposing-through-gene": (
        [LOWERS, Said("G1", "causes", "D1")], ("candidate_treatment", "C1", "D1"),
        [LOWERS, Said("G1", "causes", "D1"), Said("C1", "causes", "D1")]),
    "interaction-through-enzyme": (
        [LOWERS, Said("C2", "is_substrate_of", "G1")], ("candidate_interaction", "C2", "C1"),
        [LOWERS, Said("C1", "is_substrate_of", "G1")]),
}  # fmt: skip


def concluded_by(library, rule: str) -> set[tuple[str, ...]]:
    """What the rule itself concluded."""
    with library.open() as graph:
        reason(graph, shipped_rules())
    with open_layer(library.folder) as layer:
        (number,) = (n for n, applied in layer.rules.items() if applied.name == rule)
        facts = [layer.fact(n) for (n,) in layer.connection.execute("SELECT id FROM facts")]
        return {
            (fact.relation, *(a.removeprefix("mesh:") for a in fact.arguments))
            for fact in facts
            if any(support.rule == number for support in layer.supports(fact.id))
        }


def test_every_shipped_rule_has_examples():
    assert {rule.name for rule in shipped_rules()} == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_concludes_what_it_should_and_no_more(library, tmp_path, name):
    told, expected, against = EXAMPLES[name]
    library.add({"pubmed:1": told})
    assert concluded_by(library, name) == {expected}
    library.remove("pubmed:1")
    library.add({"pubmed:2": against})
    assert expected not in concluded_by(library, name)


@pytest.mark.parametrize(
    ("rule", "said", "expected"),
    [
        ("rises-with-disease", Said("D1", "positively_correlated_with", "G1"), PROMOTES),
        ("gene-and-condition", Said("D1", "associated_with", "G1"), GENE_DISEASE),
        ("falls-with-chemical", Said("G1", "negatively_correlated_with", "C1"),
         ("lowers", "C1", "G1")),
    ],
)  # fmt: skip
def test_a_symmetric_claim_counts_whichever_end_comes_first(library, rule, said, expected):
    library.add({"pubmed:1": [said]})
    assert concluded_by(library, rule) == {expected}


@pytest.mark.parametrize("ends", [("C1", "C2"), ("C2", "C1")])
def test_a_known_interaction_is_no_hypothesis_whichever_drug_comes_first(library, ends):
    known = Said(ends[0], "pharmacologically_interacts_with", ends[1])
    library.add({"pubmed:1": [LOWERS, Said("C2", "is_substrate_of", "G1"), known]})
    assert concluded_by(library, "interaction-through-enzyme") == set()


@pytest.mark.parametrize(
    "said",
    [
        "treats", "treats_or_applied_or_studied_to_treat", "preventative_for_condition", "causes",
        "has_adverse_event", "not treats", "not treats_or_applied_or_studied_to_treat",
    ],
)  # fmt: skip
def test_what_a_text_says_of_a_pair_is_no_hypothesis_any_more(library, said):
    predicate = said.removeprefix("not ")
    about = Said("C1", predicate, "D1", negated=predicate != said)
    library.add({"pubmed:1": [LOWERS, Said("G1", "causes", "D1"), about]})
    assert concluded_by(library, "repurposing-through-gene") == set()


def test_hypotheses_are_premises_of_nothing():
    rules = shipped_rules()
    hypotheses = {rule.head.relation for rule in rules if rule.hypothesis}
    assert hypotheses
    for rule in rules:
        assert rule.display
        assert rule.hypothesis == (rule.head.relation in hypotheses)
        assert not hypotheses & {atom.relation for atom in (*rule.body, *rule.absent)}


@pytest.mark.parametrize("rule", shipped_rules(), ids=lambda rule: rule.name)
def test_a_rule_is_read_back_as_it_is_written(rule):
    """Law: the canonical text says the same rule."""
    again = parse_rule(write_rule(rule), rule.file, rule.line)
    assert write_rule(again) == write_rule(rule)
    assert (again.head, again.body, again.absent, again.comparisons) == (
        rule.head, rule.body, rule.absent, rule.comparisons)  # fmt: skip
    assert (again.confidence, again.hypothesis, again.display) == (
        rule.confidence, rule.hypothesis, rule.display)  # fmt: skip
