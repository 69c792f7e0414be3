"""Nanopublications keep the rules of the guidelines.

https://nanopub.net/guidelines/working_draft/: a head graph that names three others, all four
different; every quad in one of them; the provenance speaks of the assertion graph, the
publication information of the nanopublication.
"""

from __future__ import annotations

from collections import defaultdict

import pytest

from kgbuild import Review, Verdict
from kgbuild.testing.example_graph import example_graph
from kgbuild.testing.memory_graph import MemoryGraph

pytestmark = [
    pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
]

NP = "http://www.nanopub.org/nschema#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@pytest.fixture
def graphs(export, parse, tmp_path):
    """The quads of an export of the example, by graph."""
    found = defaultdict(set)
    for quad in parse(export("nanopub", example_graph(), tmp_path, licence="CC0-1.0"), "nanopub"):
        found[quad.graph].add(quad)
    return found


def nanopublications(graphs):
    """Each nanopublication with its head, and the graphs that the head names."""
    for head, quads in graphs.items():
        for quad in quads:
            if quad.predicate == RDF_TYPE and quad.object == f"{NP}Nanopublication":
                parts = {q.predicate.removeprefix(NP): q.object for q in quads if q != quad}
                yield quad.subject, head, parts


def test_there_is_one_for_each_assertion_that_nobody_rejected(graphs):
    kept = [assertion for assertion in example_graph().assertions() if not assertion.rejected]
    assert len(list(nanopublications(graphs))) == len(kept) == 5


def test_the_head_names_three_different_graphs_that_exist(graphs):
    for nanopub, head, parts in nanopublications(graphs):
        assert sorted(parts) == ["hasAssertion", "hasProvenance", "hasPublicationInfo"]
        assert len({nanopub, head, *parts.values()}) == 5
        assert all(graphs[part] for part in parts.values())
        assert len(graphs[head]) == 4


def test_every_quad_is_in_a_graph_of_one_nanopublication(graphs):
    claimed = [g for _, head, parts in nanopublications(graphs) for g in (head, *parts.values())]
    assert len(claimed) == len(set(claimed))
    assert set(claimed) == set(graphs)


def test_the_provenance_speaks_of_the_assertion_graph(graphs):
    for _, _, parts in nanopublications(graphs):
        subjects = {quad.subject for quad in graphs[parts["hasProvenance"]]}
        assert parts["hasAssertion"] in subjects


def test_the_publication_information_speaks_of_the_nanopublication(graphs):
    for nanopub, _, parts in nanopublications(graphs):
        about = {q.predicate for q in graphs[parts["hasPublicationInfo"]] if q.subject == nanopub}
        assert "http://purl.org/dc/terms/rights" in about


def test_a_rejected_assertion_is_not_published(export, tmp_path):
    rejected = [assertion for assertion in example_graph().assertions() if assertion.rejected]
    assert rejected[0].reviews == (
        Review(verdict=Verdict.REJECTED, reviewer="ben", reason="the wrong way"),
    )
    path = export("nanopub", MemoryGraph(assertions=rejected), tmp_path)
    assert "Nanopublication" not in path.read_text("utf-8")
