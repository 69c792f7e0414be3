"""The formats of annotations say how far each relation's claim may be believed."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from kgbuild import Annotations, Candidate, Document, Link, Mention, Relation, Source, Span
from kgbuild.annotation import AnnotatedDocument, Status
from kgbuild.assembly import assemble
from kgbuild.assertion import Assertion, Concept
from kgbuild.components import PaperFile
from kgbuild.exporters import annotated_jsonl, bioc
from kgbuild.exporters.annotated_jsonl import write_jsonl
from kgbuild.exporters.claimed import Believed
from kgbuild.readers import bioc_json, jsonl
from kgbuild.testing.memory_graph import MemoryGraph

SOURCE = Source(component="tests", distribution="tests", version="1", fingerprint="0")
SPECS = {spec.name: spec for spec in (annotated_jsonl.SPEC, bioc.JSON_SPEC, bioc.XML_SPEC)}
CHEMICAL, DISEASE = "biolink:ChemicalEntity", "biolink:DiseaseOrPhenotypicFeature"


def paper(name: str, text: str, *concepts: str, **said: Any) -> AnnotatedDocument:
    """A text in which the first word is said to treat the last, linked to these concepts."""
    document = Document(id=name, text=text)
    first, last = text.split(maxsplit=1)[0], text.rstrip(".").split()[-1]
    drug = Mention.at(document, 0, len(first), CHEMICAL)
    start = text.rindex(last)
    disease = Mention.at(document, start, start + len(last), DISEASE)
    links = [Link(mention=drug, candidates=(Candidate(concept="mesh:C1"),))]
    links += [
        Link(mention=disease, candidates=(Candidate(concept=one),), part=part)
        for part, one in enumerate(concepts)
    ]
    relation = Relation(
        subject=drug, predicate="biolink:treats", object=disease,
        evidence=(Span(0, len(text)),), **{"score": 0.6, **said},
    )  # fmt: skip
    annotations = Annotations(mentions=(drug, disease), links=tuple(links), relations=(relation,))
    return AnnotatedDocument(document=document, annotations=annotations)


def between_concepts(given: AnnotatedDocument, object_: str) -> AnnotatedDocument:
    """The same, but the relation names concepts and no places."""
    (relation,) = given.annotations.relations
    named = replace(relation, subject="mesh:C1", object=object_)
    return replace(given, annotations=replace(given.annotations, relations=(named,)))


def graph_of(*papers: AnnotatedDocument, preferred: dict[str, str] | None = None) -> MemoryGraph:
    def prefer(curie: str) -> str:
        return (preferred or {}).get(curie, curie)

    claims: list[Assertion] = []
    for one in papers:
        made = assemble(one.document, [(SOURCE, one.annotations)], prefer)
        claims += made.assertions.values()
    known = {end for claim in claims for end in (claim.subject, claim.object)}
    others = {kept: given for given, kept in (preferred or {}).items()}
    return MemoryGraph(
        documents=[one.document for one in papers],
        annotations={one.document.id: one.annotations for one in papers},
        assertions=claims,
        concepts=[
            Concept(id=one, exact_matches=(others[one],) if one in others else ()) for one in known
        ],
    )


def told(name: str, graph: MemoryGraph, folder: Path) -> list[float | None]:
    """The belief that each relation of an export has, in order."""
    target = folder / "written"
    SPECS[name].create(None).export(graph, target)
    if name == "bioc-xml":
        relations = etree.parse(target).findall(".//relation")
        found = [one.findtext("infon[@key='belief']") for one in relations]
    elif name == "bioc-json":
        documents = json.loads(target.read_bytes())["documents"]
        found = [r["infons"].get("belief") for d in documents for r in d["relations"]]
    else:
        lines = map(json.loads, target.read_text().splitlines())
        found = [r.get("belief") for line in lines for r in line["relations"]]
    return [None if one is None else float(one) for one in found]


@pytest.mark.parametrize("name", SPECS)
def test_each_relation_has_the_belief_of_its_claim_from_all_texts(
    name: str, tmp_path: Path
) -> None:
    alone = graph_of(paper("pubmed:1", "Xanol treats ache.", "mesh:D1"))
    both = graph_of(
        paper("pubmed:1", "Xanol treats ache.", "mesh:D1"),
        paper("pubmed:2", "Xanol has always treated ache.", "mesh:D1"),
    )
    (belief,) = map(both.belief, both.assertions())
    assert told(name, both, tmp_path) == [round(belief, 6)] * 2
    assert told(name, alone, tmp_path)[0] < belief  # type: ignore[operator]


@pytest.mark.parametrize("name", SPECS)
def test_a_denial_elsewhere_lowers_it(name: str, tmp_path: Path) -> None:
    claim = paper("pubmed:1", "Xanol treats ache.", "mesh:D1")
    denial = paper("pubmed:2", "Xanol never treats ache.", "mesh:D1", negated=True)
    undenied, denied = graph_of(claim), graph_of(claim, denial)
    assert told(name, denied, tmp_path)[0] < told(name, undenied, tmp_path)[0]  # type: ignore[operator]


@pytest.mark.parametrize("name", SPECS)
def test_a_relation_that_became_no_claim_has_none(name: str, tmp_path: Path) -> None:
    nowhere = graph_of(paper("pubmed:1", "Xanol treats ache."))
    assert told(name, nowhere, tmp_path) == [None]


@pytest.mark.parametrize("name", SPECS)
def test_of_several_concepts_the_lowest_belief_is_told(name: str, tmp_path: Path) -> None:
    graph = graph_of(
        paper("pubmed:1", "Xanol treats aches.", "mesh:D1", "mesh:D2"),
        paper("pubmed:2", "Xanol has always treated ache.", "mesh:D1"),
    )
    beliefs = sorted(round(graph.belief(one), 6) for one in graph.assertions())
    assert beliefs[0] < beliefs[1]
    assert told(name, graph, tmp_path) == beliefs


@pytest.mark.parametrize("name", SPECS)
def test_a_concept_by_another_identifier_than_the_preferred_is_known(
    name: str, tmp_path: Path
) -> None:
    given = between_concepts(paper("pubmed:1", "Xanol treats ache.", "omim:1"), "omim:1")
    graph = graph_of(given, preferred={"omim:1": "mondo:1"})
    (claim,) = graph.assertions()
    assert claim.object == "mondo:1"
    assert told(name, graph, tmp_path) == [round(graph.belief(claim), 6)]


def test_hedged_and_denied_relations_have_theirs_in_json_lines(tmp_path: Path) -> None:
    hedged = paper("pubmed:1", "Xanol may treat ache.", "mesh:D1", status=Status.SPECULATED)
    denied = paper("pubmed:2", "Xanol never treats ache.", "mesh:D1", negated=True)
    graph = graph_of(hedged, denied)
    beliefs = {one.negated: round(graph.belief(one), 6) for one in graph.assertions()}
    assert told("jsonl", graph, tmp_path) == [beliefs[False], beliefs[True]]


def test_without_a_graph_there_is_no_belief_and_it_is_not_read_back() -> None:
    given = paper("pubmed:1", "Xanol treats ache.", "mesh:D1")
    bare, weighed = io.BytesIO(), io.BytesIO()
    write_jsonl([given], bare)
    write_jsonl([given], weighed, believed=Believed(graph_of(given)))
    assert b"belief" not in bare.getvalue()
    assert b"belief" in weighed.getvalue()
    file = PaperFile(name="a", open=lambda: io.BytesIO(weighed.getvalue()))
    assert list(jsonl.SPEC.create(None).read(file)) == [given]


def test_biocs_reader_passes_over_it(tmp_path: Path) -> None:
    graph = graph_of(paper("pubmed:1", "Xanol treats ache.", "mesh:D1"))
    bioc.JSON_SPEC.create(None).export(graph, tmp_path / "a")
    file = PaperFile(name="a", open=lambda: (tmp_path / "a").open("rb"))
    (back,) = bioc_json.SPEC.create(None).read(file)
    assert isinstance(back, AnnotatedDocument)
    (relation,) = back.annotations.relations
    assert (relation.score, relation.conditions) == (0.6, ())
    assert back.document.unread == ()
