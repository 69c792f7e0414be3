"""Centrality, communities and neighbourhoods of graphs whose answer is known."""

from __future__ import annotations

from itertools import combinations

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networkx.algorithms.link_analysis.pagerank_alg import _pagerank_python

from kgbuild.analysis.centrality import central, pagerank
from kgbuild.analysis.community import communities
from kgbuild.analysis.neighbourhood import near, surest
from kgbuild.analysis.networks import network
from kgbuild.errors import UsageError, VocabularyError
from kgbuild.reasoning.derivation import reason
from kgbuild.reasoning.edges import Constraints
from kgbuild.reasoning.rule_syntax import shipped_rules
from kgbuild.reasoning.strengths import beliefs
from kgbuild.testing.library import Said


@pytest.fixture
def star(library):
    library.add(
        {
            "pubmed:1": [Said("C1", "affects", f"G{n}") for n in range(1, 6)],
            "pubmed:2": [Said("G5", "causes", "D1"), Said("C1", "treats", "D2", negated=True),
                         Said("C1", "causes", "G1", score=0.95)],
        }
    )  # fmt: skip
    return library


def test_an_edge_is_as_sure_as_its_best_claim_and_denials_make_none(star):
    with star.open() as graph:
        net = network(graph)
        claims = {(a.predicate, a.object): a for a in graph.assertions(subject="mesh:C1")}
        assert len(claims) == 7
    assert "mesh:D2" not in net
    assert net.edges["mesh:C1", "mesh:G1"]["belief"] > net.edges["mesh:C1", "mesh:G2"]["belief"]
    assert net.nodes["mesh:G1"] == {"label": "g1", "category": "biolink:Gene"}


def test_a_network_can_be_of_some_predicates_and_categories(star):
    with star.open() as graph:
        caused = {"mesh:G5", "mesh:D1", "mesh:C1", "mesh:G1"}
        assert set(network(graph, predicates=["biolink:causes"])) == caused
        assert set(network(graph, categories=["biolink:Gene"])) == set()
        with pytest.raises(VocabularyError):
            network(graph, predicates=["biolink:beats"])


@pytest.mark.parametrize("measure", ["degree", "pagerank", "betweenness"])
def test_the_middle_of_a_star_is_its_centre(star, measure):
    with star.open() as graph:
        found = central(network(graph), measure)
    assert found[0].concept == "mesh:C1"
    assert found[0].neighbours == 5


def test_an_unknown_measure_is_named_with_those_there_are(star):
    with star.open() as graph, pytest.raises(UsageError, match="there is degree, pagerank"):
        central(network(graph), "page-rank")


NETS = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 99)), max_size=25
)  # fmt: skip


@given(NETS)
def test_pagerank_is_networkxs(ties):
    """Law: the ranks are those of NetworkX, and add up to 1."""
    net = networkx.Graph()
    for one, other, percent in ties:
        if one != other:
            net.add_edge(str(one), str(other), belief=percent / 100)
    ranks = pagerank(net)
    assert sum(ranks.values()) == pytest.approx(1.0 if len(net) else 0.0)
    theirs = _pagerank_python(net, weight="belief", tol=1e-10, max_iter=1000)
    assert ranks == pytest.approx(theirs, abs=1e-6)


def cliques():
    net = networkx.Graph()
    for letter, category in [("a", "biolink:Gene"), ("b", "biolink:Disease")]:
        for n in range(4):
            net.add_node(f"{letter}{n}", label=f"{letter.upper()}{n}", category=category)
        for one, other in combinations(range(4), 2):
            net.add_edge(f"{letter}{one}", f"{letter}{other}", belief=0.9)
    net.add_edge("a0", "b0", belief=0.2)
    return net


def test_two_cliques_are_two_communities_named_after_their_own():
    first, second = communities(cliques())
    assert set(first.members) == {"a0", "a1", "a2", "a3"}
    assert set(second.members) == {"b0", "b1", "b2", "b3"}
    assert (first.label, first.category) == ("A0; A1; A2", "biolink:Gene")
    assert 0.9 < first.inside < 1


@given(st.permutations(sorted(cliques().edges(data="belief"))), NETS)
def test_communities_do_not_depend_on_the_order_of_edges(edges, noise):
    """Law: the same graph and seed give the same communities."""
    one, other = cliques(), networkx.Graph()
    extra = [(f"a{a % 4}", f"b{b % 4}", p / 500) for a, b, p in noise]
    one.add_weighted_edges_from(extra, "belief")
    other.add_weighted_edges_from(reversed([*edges, *extra]), "belief")
    other.add_nodes_from(one.nodes(data=True))
    other.add_weighted_edges_from(one.edges(data="belief"), "belief")
    assert communities(one) == communities(other)


def test_a_neighbourhood_grows_ring_by_ring(star):
    with star.open() as graph:
        reason(graph, shipped_rules())
        first = near(graph, "mesh:C1")
        second = near(graph, "mesh:C1", steps=2)
        assert near(graph, "mesh:C1", steps=2, constraints=Constraints(max_degree=1)) == first
        with pytest.raises(UsageError, match="1 to 4 steps"):
            near(graph, "mesh:C1", steps=5)
    assert {one.concept for one in first} == {f"mesh:G{n}" for n in range(1, 6)}
    assert second[: len(first)] == first
    [last] = second[len(first) :]
    assert (last.concept, last.steps, len(last.assertions)) == ("mesh:D1", 2, 2)
    assert last.belief == pytest.approx(0.9 * 0.95 * 0.9 * 0.95)


def test_what_is_drawn_is_the_surest_and_no_neighbour_seems_further_away(library):
    library.add(
        {
            "pubmed:1": [
                Said("C1", "causes", "D1", score=0.9),
                Said("C1", "causes", "D2", score=0.5),
            ],
            "pubmed:2": [Said("C1", "causes", "D3", score=0.7), Said("C2", "causes", "D1")],
            "pubmed:3": [Said("D1", "associated_with", "D2"), Said("D2", "causes", "D4")],
        }
    )
    with library.open() as graph:
        believed = beliefs(graph)
        first = surest(graph, "mesh:C1", (2, 1), believed)
        assert [(one.concept, one.steps) for one in first] == [
            ("mesh:D1", 1), ("mesh:D3", 1), ("mesh:C2", 2)
        ]  # fmt: skip
        reason(graph, shipped_rules())
        every = surest(graph, "mesh:C1", (9,), believed)
        assert every == near(graph, "mesh:C1")
