"""What is weighed is seen wherever a graph is looked at: exports, SPARQL, kgbuild show."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from kgbuild import Notice, NoticeKind
from kgbuild.cli import main
from kgbuild.graph.schema import key
from kgbuild.reasoning.derivation import reason
from kgbuild.reasoning.rule_syntax import shipped_rules
from kgbuild.reasoning.strengths import beliefs
from kgbuild.testing.library import Library, Said

DOWN = (("biolink:object_direction_qualifier", "decreased"),)


@pytest.fixture
def contested(library: Library) -> Library:
    """A claim, its denial in mice, and another that nobody denies."""
    library.add(
        {
            "pubmed:1": [Said("C1", "treats", "D1"), Said("C1", "treats", "D2", score=0.7)],
            "pubmed:2": [
                Said("C1", "treats", "D1", negated=True, conditions=(("species", "mice"),))
            ],
        }
    )
    return library


def exported(library: Library, name: str) -> Path:
    target = library.folder.parent / f"out.{name}"
    assert main(["export", str(target), "--kg", str(library.folder)]) == 0
    return target


def rows(library: Library, query: str) -> list[dict[str, str]]:
    from kgbuild.query.engine import query as ask

    with library.open() as graph:
        found = ask(graph, query).rows()[1]
    return [{name: term["value"] for name, term in row.items()} for row in found]


def table(path: Path, **form: Any) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, **form))


def read_kgx(path: Path) -> dict[str, tuple[float, bool]]:
    edges = table(path / "edges.tsv", delimiter="\t", quoting=csv.QUOTE_NONE)
    return {
        row["id"].rpartition(":")[2]: (
            float(row["has_confidence_score"]),
            row["contested"] == "true",
        )
        for row in edges
    }


def read_neo4j(path: Path) -> dict[str, tuple[float, bool]]:
    return {
        row["id"]: (float(row["belief:double"]), row["contested:boolean"] == "true")
        for row in table(path / "assertions.csv")
    }


def read_graphml(path: Path) -> dict[str, tuple[float, bool]]:
    import networkx as nx

    view = nx.read_graphml(path, force_multigraph=True)
    return {key: (e["belief"], e["contested"]) for *_, key, e in view.edges(keys=True, data=True)}


def read_cytoscape(path: Path) -> dict[str, tuple[float, bool]]:
    edges = [edge["data"] for edge in json.loads(path.read_text("utf-8"))["elements"]["edges"]]
    return {edge["key"]: (edge["belief"], edge["contested"]) for edge in edges}


def read_parquet(path: Path) -> dict[str, tuple[float, bool]]:
    pq = pytest.importorskip("pyarrow.parquet")
    edges = pq.read_table(path / "assertions.parquet").to_pylist()
    return {edge["id"]: (edge["belief"], edge["contested"]) for edge in edges}


def read_rdf(path: Path) -> dict[str, tuple[float, bool]]:
    import rdflib

    graph, terms = rdflib.Graph(), rdflib.Namespace("urn:kgbuild:vocab:")
    graph.parse(path, format="turtle")
    return {
        str(node).rpartition(":")[2]: (float(value), (node, terms.contradicts, None) in graph)
        for node, value in graph.subject_objects(terms.belief)
    }


READERS = {
    "kgx": read_kgx,
    "neo4j": read_neo4j,
    "graphml": read_graphml,
    "cyjs": read_cytoscape,
    "parquet": read_parquet,
    "ttl": read_rdf,
}


@pytest.mark.parametrize("name", READERS)
def test_an_export_says_how_far_each_edge_may_be_believed(contested, name):
    written = READERS[name](exported(contested, name))
    with contested.open() as graph:
        expected = {a.id: (graph.belief(a), a.object == "mesh:D1") for a in graph.assertions()}
    assert written.keys() == expected.keys()
    for identity, (believed, disputed) in expected.items():
        assert written[identity][0] == pytest.approx(believed, abs=1e-6)
        assert written[identity][1] == disputed


def test_one_belief_and_the_beliefs_of_all_are_the_same(contested):
    with contested.open() as graph:
        by_rows = beliefs(graph)
        for assertion in graph.assertions():
            assert graph.belief(assertion) == by_rows[key(assertion.id)]


def test_sparql_sees_both_sides_of_a_contradiction(contested):
    (found,) = rows(
        contested,
        """SELECT ?kind ?one ?other ?name ?first ?second WHERE {
             ?c a kgv:Contradiction ; kgv:contradictionKind ?kind ;
                kgv:firstSide/kgv:belief ?one ; kgv:secondSide/kgv:belief ?other ;
                kgv:difference ?d .
             ?d kgv:name ?name ; kgv:firstValue ?first ; kgv:secondValue ?second }""",
    )
    assert found["kind"] == "urn:kgbuild:vocab:denied"
    assert float(found["one"]) == pytest.approx(float(found["other"]))
    assert found["name"] == "species"
    assert {found["first"], found["second"]} == {"mice", "not said"}


def chained(library: Library) -> None:
    library.add(
        {
            "pubmed:1": [Said("C1", "affects", "G1", qualifiers=DOWN)],
            "pubmed:2": [Said("G1", "causes", "D1")],
            "pubmed:3": [Said("D1", "subclass_of", "D2"), Said("D2", "subclass_of", "D3")],
        }
    )
    with library.open() as graph:
        reason(graph, shipped_rules())


INFERRED = """SELECT ?p ?hypothesis ?belief WHERE { GRAPH <urn:kgbuild:graph:inferred> {
  ?i a kgv:Inference ; rdf:predicate ?p ; kgv:isHypothesis ?hypothesis ; kgv:belief ?belief } }"""


def test_sparql_sees_what_rules_conclude_in_a_graph_of_its_own(library):
    chained(library)
    found = {row["p"].rpartition("/")[2] for row in rows(library, INFERRED)}
    assert {"subclass_of", "urn:kgbuild:relation:candidate_treatment"} <= found
    plain = "SELECT ?g WHERE { GRAPH ?g { mesh:D1 biolink:subclass_of mesh:D3 } }"
    assert [row["g"] for row in rows(library, plain)] == ["urn:kgbuild:graph:inferred"]
    hypothesis = "SELECT ?p WHERE { mesh:C1 ?p mesh:D1 }"
    assert rows(library, hypothesis) == []


def test_conclusions_lead_down_to_what_texts_state(library):
    chained(library)
    (found,) = rows(
        library,
        """SELECT (COUNT(DISTINCT ?text) AS ?sentences) WHERE {
             ?i rdf:predicate <urn:kgbuild:relation:candidate_treatment> ;
                rdf:subject mesh:C1 ; rdf:object mesh:D1 ;
                prov:wasDerivedFrom+/biolink:has_evidence/biolink:supporting_text ?text }""",
    )
    assert found["sentences"] == "2"


def test_conclusions_of_an_older_graph_are_left_out_until_rules_are_applied_again(library, capsys):
    chained(library)
    assert rows(library, INFERRED)
    library.add({"pubmed:4": [Said("C2", "treats", "D1")]})
    assert rows(library, INFERRED) == []
    assert main(["query", "ASK { ?i a kgv:Inference }", "--kg", str(library.folder)]) == 0
    shown = capsys.readouterr()
    assert "false" in shown.out
    assert "of an older graph" in shown.err
    with library.open() as graph:
        reason(graph, shipped_rules())
    assert rows(library, INFERRED)


def test_other_rules_on_the_same_graph_give_other_answers(library, tmp_path):
    chained(library)
    before = rows(library, INFERRED)
    rules = [rule for rule in shipped_rules() if rule.name == "kind-of-kind"]
    with library.open() as graph:
        reason(graph, rules)
    assert {row["p"].rpartition("/")[2] for row in rows(library, INFERRED)} == {"subclass_of"}
    assert len(before) > 1


def test_a_review_is_weighed_and_exported(contested, capsys):
    with contested.open() as graph:
        claims = {a.object: a for a in graph.assertions() if not a.negated}
        before = graph.belief(claims["mesh:D2"])
    for object_, verdict in (("mesh:D2", "--accept"), ("mesh:D1", "--reject")):
        given = ["review", claims[object_].id, verdict, "--reviewer", "ada", "--reason", "read"]
        assert main([*given, "--kg", str(contested.folder)]) == 0
    believed = read_rdf(exported(contested, "ttl"))
    assert believed[claims["mesh:D2"].id][0] > 0.99 > before
    assert believed[claims["mesh:D1"].id][0] == 0.0
    said = rows(
        contested,
        "SELECT ?v WHERE { ?a kgv:belief ?b ; kgv:review ?r ."
        " ?r kgv:verdict ?v ; kgv:reviewer 'ada' }",
    )
    assert {row["v"].rpartition(":")[2] for row in said} == {"accepted", "rejected"}
    assert set(read_kgx(exported(contested, "kgx"))) == {
        a.id for a in claims.values() if a.object != "mesh:D1"
    } | {a.id for a in _denials(contested)}


def _denials(library: Library) -> list[Any]:
    with library.open() as graph:
        return [a for a in graph.assertions() if a.negated]


@pytest.mark.parametrize(
    ("kind", "share", "shown"),
    [(NoticeKind.RETRACTION, 0.0, "RETRACTED"), (NoticeKind.CONCERN, 0.5, "expression of concern")],
)
def test_a_notice_is_weighed_and_seen(library, kind, share, shown, capsys):
    notices = (Notice(kind=kind, about="pubmed:9"),)
    library.add({"pubmed:1": [Said("C1", "treats", "D1")]})
    library.add({"pubmed:2": [Said("C1", "treats", "D2")]}, notices=notices)
    with library.open() as graph:
        believed = {a.object: graph.belief(a) for a in graph.assertions()}
        assert set(beliefs(graph).values()) == set(believed.values())
    assert believed["mesh:D2"] == pytest.approx(share * believed["mesh:D1"])
    seen = rows(library, "SELECT ?k WHERE { pubmed:2 kgv:notice/kgv:noticeKind ?k }")
    assert [row["k"].rpartition(":")[2] for row in seen] == [kind.value.replace(" ", "-")]
    assert main(["show", "pubmed:2", "--kg", str(library.folder)]) == 0
    assert f"{shown}: pubmed:9" in capsys.readouterr().out


def test_a_retraction_told_by_another_text_of_the_work_ends_the_belief(library):
    """The notice changes a document, and the claims in it say so, though no text of it is new."""
    library.add(
        {"pubmed:1": [Said("C1", "treats", "D1")], "pubmed:2": [Said("C1", "treats", "D2")]}
    )
    asked = "SELECT ?o ?b WHERE { ?a kgv:belief ?b ; rdf:object ?o }"
    before = {row["o"]: float(row["b"]) for row in rows(library, asked)}
    notice = Notice(kind=NoticeKind.RETRACTION, about="pubmed:9")
    library.add({"doi:10.1/x": []}, exact_matches=("pubmed:2",), notices=(notice,))
    after = {row["o"]: float(row["b"]) for row in rows(library, asked)}
    (retracted,) = [concept for concept in before if concept.endswith("D2")]
    assert after == before | {retracted: 0.0}


def test_a_graph_that_is_open_learns_of_a_later_retraction(library):
    library.add({"pubmed:1": [Said("C1", "treats", "D1")]})
    with library.open() as graph:
        [told] = graph.assertions()
        assert graph.belief(told) > 0
        notice = Notice(kind=NoticeKind.RETRACTION, about="pubmed:9")
        library.add({"doi:10.1/x": []}, exact_matches=("pubmed:1",), notices=(notice,))
        [told] = graph.assertions()
        assert graph.belief(told) == 0.0
