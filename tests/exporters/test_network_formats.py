"""KGX, GraphML and Cytoscape JSON: read back whole, and spelled as Biolink has it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import networkx as nx
import pytest

from kgbuild.exporters.kgx import SPECS as KGX
from kgbuild.exporters.network import SPECS as NETWORK
from kgbuild.testing.example_graph import example_graph
from kgbuild.testing.library import Library, Said
from kgbuild.vocabulary import ancestors, predicates, prefix_map

GRAPHML, CYTOSCAPE = NETWORK
TSV, JSONL = KGX


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture
def kgx(tmp_path: Path) -> Path:
    TSV.create(None).export(example_graph(), tmp_path / "tsv")
    JSONL.create(None).export(example_graph(), tmp_path / "jsonl")
    return tmp_path


def test_kgx_edges_name_nodes_that_are_there(kgx: Path) -> None:
    nodes = {row["id"] for row in _rows(kgx / "tsv" / "nodes.tsv")}
    edges = _rows(kgx / "tsv" / "edges.tsv")
    assert edges
    assert {edge[end] for edge in edges for end in ("subject", "object")} <= nodes


def test_kgx_uses_terms_of_the_biolink_model(kgx: Path) -> None:
    for edge in _rows(kgx / "tsv" / "edges.tsv"):
        assert edge["predicate"] in predicates()
        assert edge["supporting_text"]
        assert edge["negated"] in ("true", "false")
    for node in _rows(kgx / "tsv" / "nodes.tsv"):
        assert "biolink:Entity" in list(ancestors(node["category"])), node
        assert node["id"].partition(":")[0].lower() in {name.lower() for name in prefix_map()} | {
            "ncbigene", "mesh", "pmid"}  # fmt: skip


def test_kgx_in_two_forms_says_the_same(kgx: Path) -> None:
    lines = (kgx / "jsonl" / "edges.jsonl").read_text("utf-8").splitlines()
    edges = [json.loads(line) for line in lines]
    assert [edge["id"] for edge in edges] == [row["id"] for row in _rows(kgx / "tsv" / "edges.tsv")]


def test_kgx_has_the_conditions_that_the_sentences_of_an_edge_name(tmp_path: Path) -> None:
    library = Library(tmp_path)
    told = [
        Said("C1", "treats", "D1", conditions=(("dose", "10 mg"), ("species", "ncbitaxon:10090"))),
        Said(
            "C1",
            "treats",
            "D1",
            conditions=(("novelty", "No"), ("species", "ncbitaxon:9606")),
            words="It does.",
        ),
    ]
    library.add({f"pubmed:{n}": [said] for n, said in enumerate(told, 1)})
    with library.open() as graph:
        TSV.create(None).export(graph, tmp_path / "out")
    [edge] = _rows(tmp_path / "out" / "edges.tsv")
    assert edge["conditions"].split("|") == [
        "dose=10 mg", "species=ncbitaxon:10090", "species=ncbitaxon:9606",
    ]  # fmt: skip


def test_kgx_leaves_out_what_is_rejected_or_only_hedged(kgx: Path) -> None:
    written = {row["id"] for row in _rows(kgx / "tsv" / "edges.tsv")}
    for assertion in example_graph().assertions():
        stated = any(e.status.value == "stated" for e in assertion.evidence)
        identity = f"urn:kgbuild:assertion:{assertion.id}"
        assert (identity in written) == (stated and not assertion.rejected)


def _nodes() -> set[str]:
    """The concepts, and the ends of the assertions that are shown."""
    kept = [one for one in example_graph().assertions() if not one.rejected]
    ends = {end for one in kept for end in (one.subject, one.object)}
    return ends | {concept.id for concept in example_graph().concepts()}


def test_graphml_is_read_back_by_networkx(tmp_path: Path) -> None:
    GRAPHML.create(None).export(example_graph(), tmp_path / "g.graphml")
    view = nx.read_graphml(tmp_path / "g.graphml", force_multigraph=True)
    kept = [one for one in example_graph().assertions() if not one.rejected]
    assert set(view.nodes) == _nodes()
    assert view.number_of_edges() == len(kept)


def test_cytoscape_json_has_every_node_and_edge(tmp_path: Path) -> None:
    CYTOSCAPE.create(None).export(example_graph(), tmp_path / "g.cyjs")
    elements = json.loads((tmp_path / "g.cyjs").read_text("utf-8"))["elements"]
    kept = [one for one in example_graph().assertions() if not one.rejected]
    assert {node["data"]["id"] for node in elements["nodes"]} == _nodes()
    assert len(elements["edges"]) == len(kept)
