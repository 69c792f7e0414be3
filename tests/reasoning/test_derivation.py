"""What rules derive, and that it stays true while papers come and go."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgbuild.annotation import Status
from kgbuild.errors import InputError, LimitError
from kgbuild.graph.store import GraphStore
from kgbuild.reasoning.derivation import reason
from kgbuild.reasoning.layer import layer_path, open_layer
from kgbuild.reasoning.limits import Limits
from kgbuild.reasoning.rule_syntax import parse_rules
from kgbuild.testing.library import Library, Said

TWO_HOPS = """
#[name("candidate")] #[confidence(0.5)] #[hypothesis]
candidate(?c, ?d) :-
    biolink:affects(?c, ?g), biolink:gene_associated_with_condition(?g, ?d),
    ~biolink:treats(?c, ?d), ~denied(?c, biolink:treats, ?d) .
"""
CLOSURE = """
#[name("step")] reaches(?a, ?b) :- biolink:affects(?a, ?b) .
#[name("far")] reaches(?a, ?c) :- reaches(?a, ?b), biolink:affects(?b, ?c) .
#[name("apart")] apart(?a, ?b) :-
    category(?a, biolink:ChemicalEntity), category(?b, biolink:Gene), ~reaches(?a, ?b) .
"""


def derive(library: Library, text: str, **how: object) -> dict[tuple[str, ...], float]:
    with library.open() as graph:
        reason(graph, parse_rules(text, "test.rls"), **how)  # type: ignore[arg-type]
    with open_layer(library.folder) as layer:
        return {(c.relation, *c.arguments): c.confidence for c in layer.conclusions()}


def everything(library: Library) -> set[tuple[object, ...]]:
    """All that the layer says, without the numbers of its rows."""
    with open_layer(library.folder) as layer:
        ids = [n for (n,) in layer.connection.execute("SELECT id FROM facts")]

        def name(number: int) -> tuple[str, ...]:
            fact = layer.fact(number)
            return (fact.relation, *fact.arguments)

        return {
            (
                name(n),
                tuple(layer.leaves(n)),
                frozenset((s.rule, tuple(map(name, s.premises))) for s in layer.supports(n)),
                tuple(round(bound, 9) for bound in layer.bounds(n)),
            )
            for n in ids
        }


def test_a_conclusion_carries_the_product_of_what_it_rests_on(library):
    library.add(
        {"pubmed:1": [Said("C1", "affects", "G1"),
                      Said("G1", "gene_associated_with_condition", "D1")]}
    )  # fmt: skip
    believed = 0.95 * 0.9
    assert derive(library, TWO_HOPS) == {
        ("candidate", "mesh:C1", "mesh:D1"): pytest.approx(believed**2 * 0.5)
    }


def test_shared_premises_are_not_counted_twice(library):
    """Two three-hop proofs that share an edge: a noisy-or over the paths is too high."""
    rules = """
    chain(?a, ?d) :- biolink:affects(?a, ?b), biolink:causes(?b, ?c), biolink:treats(?c, ?d) .
    """
    library.add(
        {
            "pubmed:1": [
                Said("C1", "affects", "G1"),
                Said("G1", "causes", "G2"),
                Said("G1", "causes", "G3"),
                Said("G2", "treats", "D1"),
                Said("G3", "treats", "D1"),
            ]
        }
    )
    p = 0.95 * 0.9
    (confidence,) = derive(library, rules).values()
    assert confidence == pytest.approx(p * (1 - (1 - p * p) ** 2))
    assert confidence < 1 - (1 - p**3) ** 2


def test_one_sentence_read_in_two_ways_counts_once(library):
    """What texts claim of one pair is as sure as the surest of it, whichever rules use it."""
    rules = """
    harm(?x, ?d) :- biolink:causes(?x, ?d) .
    harm(?x, ?d) :- biolink:contributes_to(?x, ?d) .
    both(?x, ?d) :- biolink:causes(?x, ?d), biolink:contributes_to(?x, ?d) .
    """
    words = "C1 is the cause of D1."
    library.add({
        "pubmed:1": [Said("C1", "causes", "D1", score=0.8, words=words),
                     Said("C1", "contributes_to", "D1", score=0.9, words=words)],
    })  # fmt: skip
    assert derive(library, rules) == {
        ("harm", "mesh:C1", "mesh:D1"): pytest.approx(0.95 * 0.9),
        ("both", "mesh:C1", "mesh:D1"): pytest.approx(0.95 * 0.8),
    }


@pytest.mark.parametrize(
    "blocking",
    [Said("C1", "treats", "D1"), Said("C1", "treats", "D1", negated=True)],
    ids=["known already", "denied"],
)
def test_what_is_known_or_denied_is_no_candidate(library, blocking):
    library.add(
        {"pubmed:1": [Said("C1", "affects", "G1"),
                      Said("G1", "gene_associated_with_condition", "D1")]}
    )  # fmt: skip
    assert derive(library, TWO_HOPS)
    library.add({"pubmed:2": [blocking]})
    assert not derive(library, TWO_HOPS)
    library.remove("pubmed:2")
    assert derive(library, TWO_HOPS)


def test_hedged_and_rejected_claims_are_no_premises(library):
    library.add(
        {
            "pubmed:1": [Said("C1", "affects", "G1", status=Status.HYPOTHESIS)],
            "pubmed:2": [Said("C2", "affects", "G1")],
            "pubmed:3": [Said("G1", "gene_associated_with_condition", "D1")],
        }
    )
    assert list(derive(library, TWO_HOPS)) == [("candidate", "mesh:C2", "mesh:D1")]
    with library.open() as graph:
        (claim,) = graph.assertions(subject="mesh:C2")
    with GraphStore.create(library.folder) as store, store.batch():
        store.keep_review(claim.id, "ada", "rejected", "wrong gene")
    assert not derive(library, TWO_HOPS)


def test_a_cycle_does_not_hold_itself_up(library):
    library.add(
        {"pubmed:1": [Said("G1", "affects", "G2")],
         "pubmed:2": [Said("G2", "affects", "G3"), Said("G3", "affects", "G2")]}
    )  # fmt: skip
    assert ("reaches", "mesh:G1", "mesh:G3") in derive(library, CLOSURE)
    library.remove("pubmed:2")
    assert [key for key in derive(library, CLOSURE) if key[0] == "reaches"] == [
        ("reaches", "mesh:G1", "mesh:G2")
    ]


ENDS = st.sampled_from(["C1", "C2", "G1", "G2", "D1"])
SAID = st.builds(
    Said,
    subject=ENDS,
    predicate=st.sampled_from(["affects", "treats", "gene_associated_with_condition"]),
    object=ENDS,
    negated=st.sampled_from([False, False, False, True]),
    status=st.sampled_from([Status.STATED, Status.STATED, Status.HYPOTHESIS]),
    score=st.sampled_from([0.5, 0.9]),
)
PAPERS = st.lists(SAID, min_size=1, max_size=4)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(1, 4), st.none() | PAPERS), min_size=2, max_size=7))
def test_an_update_equals_a_rebuild(tmp_path_factory, steps):
    """Law: after any history of papers, what was kept up is what is derived anew."""
    library = Library(tmp_path_factory.mktemp("law") / "kg")
    library.add({"pubmed:9": [Said("C1", "affects", "G1")]})
    rules = TWO_HOPS + CLOSURE
    derive(library, rules)
    held: set[int] = set()
    for number, paper in steps:
        if number in held:
            library.remove(f"pubmed:{number}")
            held.discard(number)
        if paper is not None:
            library.add({f"pubmed:{number}": paper})
            held.add(number)
        derive(library, rules)
    kept_up = everything(library)
    derive(library, rules, afresh=True)
    assert kept_up == everything(library)


def test_other_rules_derive_anew(library):
    library.add({"pubmed:1": [Said("C1", "affects", "G1")]})
    derive(library, CLOSURE)
    derive(library, TWO_HOPS)
    with library.open() as graph:
        again = reason(graph, parse_rules(TWO_HOPS))
        other = reason(graph, parse_rules(CLOSURE))
    assert not again.afresh
    assert other.afresh


def test_a_limit_leaves_the_layer_as_it_was(library):
    library.add({"pubmed:1": [Said("G1", "affects", "G2"), Said("G2", "affects", "G3")]})
    before = derive(library, CLOSURE)
    with pytest.raises(LimitError, match=r"stopped after .*'far'.*nothing of it was kept"):
        derive(library, CLOSURE, afresh=True, limits=Limits(conclusions=2))
    with open_layer(library.folder) as layer:
        assert {(c.relation, *c.arguments) for c in layer.conclusions()} == set(before)
    assert sorted(p.name for p in Path(library.folder).glob("reasoning*")) == ["reasoning.sqlite"]


def test_a_damaged_layer_is_made_anew(library):
    library.add({"pubmed:1": [Said("G1", "affects", "G2")]})
    before = derive(library, CLOSURE)
    layer_path(library.folder).write_bytes(b"nothing" * 1000)
    assert derive(library, CLOSURE) == before


def test_the_graph_itself_is_not_touched(library):
    library.add({"pubmed:1": [Said("G1", "affects", "G2")]})
    path = library.folder / "graph.sqlite"
    before = sqlite3.connect(path).serialize()
    derive(library, CLOSURE)
    assert sqlite3.connect(path).serialize() == before


WRONG = {
    "unsafe": ('p(?x, ?y) :- biolink:treats(?x, ?z) .', r"line 1: rule .*\?y stands in the concl"),
    "unsafe absence": (
        'p(?x) :- biolink:treats(?x, ?z), ~biolink:causes(?x, ?y) .', r"\?y stands in ~biolink"),
    "unstratified": (
        "p(?x) :- biolink:treats(?x, ?z), ~q(?x) .\nq(?x) :- biolink:treats(?x, ?z), ~p(?x) .",
        r"depends on its own absence"),
    "a cycle without a beginning": (
        "p(?x, ?y) :- biolink:treats(?x, ?y) .\nq(?x) :- r(?x) .\nr(?x) :- q(?x) .",
        r"line 2: rule 'q in line 2': can never apply: r rests on a cycle of rules alone"),
    "unknown predicate": ("p(?x) :- biolink:treatss(?x, ?z) .", r"unknown predicate"),
    "unknown relation": ("p(?x) :- qq(?x, ?z) .", r"nothing gives or concludes 'qq'"),
    "arity": ("p(?x) :- biolink:treats(?x) .", r"biolink:treats has 1 arguments here, and takes 2"),
    "too many arguments": (
        f"p({', '.join(f'?x{n}' for n in range(10_000))}) :- biolink:treats(?x0, ?x1) .",
        r"in the conclusion but in no premise"),
    "too many related": (
        f"p({', '.join(['?x'] * 10_000)}) :- biolink:treats(?x, ?y) .",
        r"p has 10000 arguments, at most 5 can be related"),
    "a cycle through absence": (
        "p(?x) :- biolink:treats(?x, ?z), ~r(?x) .\nq(?x) :- p(?x) .\nr(?x) :- q(?x) .",
        r"line 1: rule .*depends on its own absence"),
    "too wide": (
        "p(?x) :- " + ", ".join(f"biolink:treats(?x, ?y{n})" for n in range(10_000)) + " .",
        r"has 10000 premises, at most 6"),
    "a fact": ("biolink:treats(a, b) .", r"line 1: biolink:treats is not followed by :-"),
    "made-up values": ("p(?x, !y) :- biolink:treats(?x, ?z) .", r"'!y' is not supported"),
    "arithmetic": ("p(?x) :- biolink:treats(?x, ?y), ?x < ?y .", r"< is not supported"),
    "confidence": ("#[confidence(2)] p(?x) :- biolink:treats(?x, ?y) .", r"at most 1, not 2"),
    "two names": (
        '#[name("a")] p(?x) :- biolink:treats(?x, ?y) .\n'
        '#[name("a")] p(?x) :- biolink:causes(?x, ?y) .', r"line 2: rule 'a': the name is taken"),
    "syntax": ("p(?x) :- biolink:treats(?x ?y) .", r"line 1: expected \)"),
    "prefix": ("p(?x) :- nothing:treats(?x, ?y) .", r"unknown prefix"),
    "unfinished": ("p(?x) :- biolink:treats(?x, ?y)", r"expected ., found 'the end of the file'"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_rules_that_cannot_be_applied_are_named_with_file_and_line(case):
    text, message = WRONG[case]
    with pytest.raises(InputError, match=message) as raised:
        parse_rules(text, "mine.rls")
    assert str(raised.value).startswith("mine.rls, line ")


WORDS = st.sampled_from(
    ["p", "q", "biolink:treats", "(", ")", ",", ".", ":-", "?x", "?y", "~", "!=", "=", "#[", "]",
     "name", "confidence", '"a"', "0.5", "@prefix", "a:", "<http://x>", "%", "\n", "!z", "<", "é"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=25))
def test_any_text_is_rules_or_a_mistake_with_a_line(words):
    """Law: no text makes the parser fail in any other way."""
    wrong = None
    try:
        parse_rules(" ".join(words), "mine.rls")
    except InputError as error:
        wrong = error
    assert wrong is None or str(wrong).startswith("mine.rls, line ")
