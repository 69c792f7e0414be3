"""Best paths are what enumerating all paths gives; Swanson's discoveries are found again."""

from __future__ import annotations

import json
from itertools import pairwise

import networkx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgbuild.cli import main
from kgbuild.errors import UsageError
from kgbuild.graph.schema import key
from kgbuild.reasoning.derivation import reason
from kgbuild.reasoning.discovery import between, discover, known_since
from kgbuild.reasoning.edges import Constraints
from kgbuild.reasoning.paths import best_paths
from kgbuild.reasoning.rule_syntax import shipped_rules
from kgbuild.reasoning.strengths import beliefs
from kgbuild.testing.library import Library, Said

NAMES = st.sampled_from(["C1", "C2", "G1", "G2", "G3", "D1", "D2"])
EDGES = st.builds(
    Said,
    subject=NAMES,
    predicate=st.sampled_from(["affects", "causes"]),
    object=NAMES,
    score=st.integers(1, 99).map(lambda percent: percent / 100),
).filter(lambda said: said.subject != said.object)


def reasoned(library: Library) -> Library:
    with library.open() as graph:
        reason(graph, shipped_rules())
    return library


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(EDGES, min_size=1, max_size=14), st.integers(1, 5), st.integers(1, 5))
def test_the_best_paths_are_those_of_an_enumeration(tmp_path_factory, said, length, limit):
    """Law: the beliefs of the k best paths are the k greatest of all simple paths."""
    library = Library(tmp_path_factory.mktemp("paths") / "kg")
    library.add({"pubmed:1": [Said("C1", "affects", "G1"), Said("D1", "affects", "G1"), *said]})
    reasoned(library)
    with library.open() as graph:
        found = best_paths(graph, "mesh:C1", "mesh:D1", limit=limit, length=length)
        believed = beliefs(graph)
        best = networkx.Graph()
        for claim in graph.assertions():
            belief = believed[key(claim.id)]
            ends = (claim.subject, claim.object)
            best.add_edge(
                *ends, belief=max(belief, best.get_edge_data(*ends, {"belief": 0})["belief"])
            )
    every = []
    for path in networkx.all_simple_paths(best, "mesh:C1", "mesh:D1", cutoff=length):
        product = 1.0
        for one, other in pairwise(path):
            product *= best.edges[one, other]["belief"]
        every.append(product)
    assert [path.belief for path in found.paths] == pytest.approx(sorted(every)[::-1][:limit])
    for path in found.paths:
        assert len(set(path.concepts)) == len(path.concepts) == len(path.assertions) + 1
        for (one, other), claim in zip(pairwise(path.concepts), path.assertions, strict=True):
            assert {one, other} == {claim.subject, claim.object}


@pytest.fixture
def net(library: Library) -> Library:
    library.add(
        {
            "pubmed:1": [Said("C1", "affects", "G1"), Said("G1", "causes", "D1")],
            "pubmed:2": [Said("C1", "causes", "D2", score=0.5), Said("D1", "causes", "D2")],
        },
        date="2001",
    )
    library.add(
        {"pubmed:3": [Said("C1", "affects", "G2"), Said("G2", "causes", "D1", score=0.8)]},
        date="2010-05",
    )
    return reasoned(library)


def ways(library: Library, **constraints: object) -> list[tuple[str, ...]]:
    with library.open() as graph:
        found = best_paths(
            graph,
            "mesh:C1",
            "mesh:D1",
            constraints=Constraints(**constraints),  # type: ignore[arg-type]
        )
    return [tuple(c.removeprefix("mesh:") for c in path.concepts[1:-1]) for path in found.paths]


def test_constraints_leave_paths_out(net):
    assert ways(net) == [("G1",), ("G2",), ("D2",)]
    assert ways(net, predicates=["biolink:causes"]) == [("D2",)]
    assert ways(net, categories=["biolink:Gene"]) == [("G1",), ("G2",)]
    assert ways(net, without=["mesh:G1"]) == [("G2",), ("D2",)]
    assert ways(net, before="2005") == [("G1",), ("D2",)]
    assert ways(net, max_degree=1) == []


def test_hubs_that_were_not_passed_are_named(net):
    with net.open() as graph:
        found = best_paths(graph, "mesh:C1", "mesh:D1", constraints=Constraints(max_degree=1))
    assert found.hubs == ("mesh:D2", "mesh:G1", "mesh:G2")


def test_a_changed_graph_needs_new_beliefs(net):
    net.add({"pubmed:4": [Said("C2", "causes", "D1")]})
    with pytest.raises(UsageError, match="the graph has changed"):
        ways(net)


# Swanson 1986: fish oil, through the blood, to Raynaud's disease. Swanson 1988: magnesium and
# migraine. The sentences are written for this test; C: a chemical, D: a finding or a disease.
FISH_OIL, MAGNESIUM, WATER = "C1", "C2", "C3"
VISCOSITY, PLATELETS, SPASM, DEPRESSION = "D1", "D2", "D3", "D4"
RAYNAUD, MIGRAINE, TIREDNESS = "D5", "D6", "D7"
BEFORE = {
    "pubmed:1": [
        Said(FISH_OIL, "treats", VISCOSITY, words="Fish oil lowers the viscosity of blood."),
        Said(FISH_OIL, "treats", PLATELETS, words="Fish oil keeps platelets apart."),
    ],
    "pubmed:2": [
        Said(VISCOSITY, "contributes_to", RAYNAUD, words="Thick blood is seen in Raynaud."),
        Said(PLATELETS, "contributes_to", RAYNAUD, words="Platelets clump in Raynaud."),
    ],
    "pubmed:3": [
        Said(MAGNESIUM, "treats", SPASM, words="Magnesium relaxes vessels."),
        Said(MAGNESIUM, "treats", DEPRESSION, words="Magnesium stops spreading depression."),
        Said(WATER, "treats", TIREDNESS, words="Water helps against tiredness."),
        Said(FISH_OIL, "treats", TIREDNESS, words="Fish oil helps against tiredness."),
        Said(MAGNESIUM, "treats", TIREDNESS, words="Magnesium helps against tiredness."),
    ],
    "pubmed:4": [
        Said(SPASM, "contributes_to", MIGRAINE, words="Spasm comes before migraine."),
        Said(DEPRESSION, "contributes_to", MIGRAINE, words="Depression spreads in migraine."),
        Said(TIREDNESS, "contributes_to", MIGRAINE, words="Tiredness brings on migraine."),
    ],
}


@pytest.fixture
def swanson(library: Library) -> Library:
    library.add(BEFORE, date="1985")
    library.add(
        {"pubmed:9": [Said(FISH_OIL, "treats", RAYNAUD, words="Fish oil helped in Raynaud.")]},
        date="1989",
    )
    return reasoned(library)


@pytest.mark.parametrize(
    ("start", "expected", "through"),
    [(FISH_OIL, RAYNAUD, {VISCOSITY, PLATELETS}),
     (MAGNESIUM, MIGRAINE, {SPASM, DEPRESSION, TIREDNESS})],
    ids=["fish oil and Raynaud", "magnesium and migraine"],
)  # fmt: skip
def test_swansons_discoveries_come_first_in_what_was_known_then(swanson, start, expected, through):
    with swanson.open() as graph:
        found = discover(
            graph,
            f"mesh:{start}",
            category="biolink:DiseaseOrPhenotypicFeature",
            constraints=Constraints(before="1986"),
        )
    assert found[0].concept == f"mesh:{expected}"
    assert {way.concept.removeprefix("mesh:") for way in found[0].ways} == through


def test_what_is_published_by_now_is_no_discovery(swanson):
    with swanson.open() as graph:
        assert f"mesh:{RAYNAUD}" not in {one.concept for one in discover(graph, "mesh:C1")}
        assert known_since(graph, f"mesh:{FISH_OIL}", f"mesh:{RAYNAUD}") == "1989"
        assert known_since(graph, f"mesh:{MAGNESIUM}", f"mesh:{MIGRAINE}") == ""


def test_closed_discovery_lists_what_lies_between(swanson):
    with swanson.open() as graph:
        found = between(graph, f"mesh:{FISH_OIL}", f"mesh:{RAYNAUD}")
        sentences = [graph.assertion(way.second).evidence[0].text for way in found]
    assert [way.concept for way in found] == ["mesh:D1", "mesh:D2"] or [
        way.concept for way in found
    ] == ["mesh:D2", "mesh:D1"]
    assert set(sentences) == {"Thick blood is seen in Raynaud.", "Platelets clump in Raynaud."}


def test_the_verbs(net, capsys):
    folder = str(net.folder)
    assert main(["paths", "c1", "d1", "--explain", "--kg", folder]) == 0
    shown = capsys.readouterr().out
    assert "c1 —biolink:affects→ g1 —biolink:causes→ d1" in shown
    assert "pubmed:1, abstract: C1 affects G1." in shown
    assert main(["paths", "c1", "c1", "--kg", folder]) == 2
    assert main(["paths", "c1", "d1", "--json", "--kg", folder]) == 0
    capsys.readouterr()
    assert main(["discover", "c1", "--json", "--kg", folder]) == 0
    assert json.loads(capsys.readouterr().out)[0]["concept"] == "mesh:D1"
    assert main(["discover", "c1", "d1", "--kg", folder]) == 0
    assert "C1 affects G1." in capsys.readouterr().out
