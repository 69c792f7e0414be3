"""What is predicted is a named graph of its own, written when it is asked for and only then."""

from __future__ import annotations

import pytest

from kgbuild.assertion import Prediction, Reason
from kgbuild.cli import main
from kgbuild.graph.rdf_model import RdfModel
from kgbuild.graph.rdf_view import quads_of
from kgbuild.prediction.layer import keep
from kgbuild.query.engine import query
from kgbuild.testing.example_graph import example_graph
from kgbuild.testing.library import Library, Said
from kgbuild.testing.memory_graph import MemoryGraph

pytestmark = pytest.mark.filterwarnings(
    "ignore:Dataset.default_context:DeprecationWarning", "ignore:ConjunctiveGraph"
)

PREDICTED = "urn:kgbuild:graph:predicted"
ASK = "ASK { ?prediction a kgv:Prediction ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o }"


def example() -> tuple[MemoryGraph, Prediction]:
    graph = example_graph()
    first, *_ = graph.assertions()
    prediction = Prediction(
        subject="mesh:D017706",
        predicate="biolink:affects",
        object="mesh:D003371",
        qualifiers=(("biolink:object_direction_qualifier", "decreased"),),
        probability=0.25,
        score=0.1,
        reasons=(Reason(rule="A —affects→ B (0.50)", weight=0.1, assertions=(first.id,)),),
    )
    return (
        MemoryGraph(
            documents=graph.documents(),
            concepts=graph.concepts(),
            assertions=graph.assertions(),
            contradictions=graph.contradictions(),
            inferences=graph.inferences(),
            predictions=[prediction],
        ),
        prediction,
    )


def quads(graph, *, predicted):
    return set(quads_of(RdfModel(predicted=predicted).statements(graph)))


def test_predictions_are_left_out_unless_asked_for():
    graph, _ = example()
    plain, more = quads(graph, predicted=False), quads(graph, predicted=True)
    assert plain == quads(example_graph(), predicted=False)
    assert PREDICTED not in {quad.graph for quad in plain}
    assert {quad.graph for quad in more - plain} - {"urn:kgbuild:graph:dataset"} == {PREDICTED}


def test_a_prediction_is_no_plain_triple_and_leads_to_assertions():
    graph, prediction = example()
    told = {quad for quad in quads(graph, predicted=True) if quad.graph == PREDICTED}
    own = f"urn:kgbuild:predicted:{prediction.id}"
    assert {str(quad.subject) for quad in told} == {own, f"{own}:path-1"}
    assertions = {str(quad.object) for quad in told if quad.predicate.endswith("pathOver")}
    assert assertions == {f"urn:kgbuild:assertion:{prediction.reasons[0].assertions[0]}"}


@pytest.mark.parametrize("name", ["turtle", "n-triples", "json-ld", "rdf-xml", "trig", "n-quads"])
def test_every_syntax_can_write_them(name, export, parse, tmp_path):
    graph, _ = example()
    read = {quad[:3] for quad in parse(export(name, graph, tmp_path, predicted=True), name)}
    told = {quad[:3] for quad in quads(graph, predicted=True) if quad.graph == PREDICTED}
    assert told <= read


def test_a_query_sees_them_when_it_is_told_to(tmp_path, capsys):
    library = Library(tmp_path / "kg")
    library.add({"pubmed:1": [Said("C1", "affects", "G1"), Said("G1", "causes", "D1")]})
    with library.open() as graph:
        ids = tuple(assertion.id for assertion in graph.assertions())
        keep(graph, "a test", [
            Prediction(subject="mesh:C1", predicate="biolink:treats", object="mesh:D1",
                       probability=0.5, score=1.0,
                       reasons=(Reason(rule="", weight=1.0, assertions=ids),))
        ])  # fmt: skip
        assert b"false" in query(graph, ASK).content
        assert b"true" in query(graph, ASK, predicted=True).content
        assert b"false" in query(graph, "ASK { ?s biolink:treats ?o }", predicted=True).content
        assert b"false" in query(graph, ASK).content
    library.add({"pubmed:2": [Said("C2", "affects", "G1")]})
    assert main(["query", ASK, "--predicted", "--format", "json", "--kg", str(library.folder)]) == 0
    said = capsys.readouterr()
    assert "false" in said.out
    assert "nothing is predicted of the graph as it is" in said.err
