"""The SHACL shapes that ship: an export passes, and each way of breaking one is caught."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

import pytest
import rdflib
from pyshacl import validate
from rdflib import RDF, XSD, Literal, URIRef

from kgbuild.graph.rdf_view import quads
from kgbuild.testing.example_graph import example_graph
from kgbuild.testing.memory_graph import MemoryGraph

pytestmark = [
    pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
]

BIOLINK = rdflib.Namespace("https://w3id.org/biolink/vocab/")
KGV = rdflib.Namespace("urn:kgbuild:vocab:")
OA = rdflib.Namespace("http://www.w3.org/ns/oa#")
PROV = rdflib.Namespace("http://www.w3.org/ns/prov#")
VOID = rdflib.Namespace("http://rdfs.org/ns/void#")


@pytest.fixture(scope="module")
def shapes() -> rdflib.Graph:
    text = resources.files("kgbuild.data").joinpath("shapes.ttl").read_text("utf-8")
    return rdflib.Graph().parse(data=text, format="turtle")


@pytest.fixture
def exported(export, tmp_path) -> rdflib.Graph:
    return rdflib.Graph().parse(export("turtle", example_graph(), tmp_path), format="turtle")


def test_an_export_conforms(exported, shapes):
    conforms, _, report = validate(exported, shacl_graph=shapes)
    assert conforms, report


def test_an_empty_graph_conforms(export, shapes, tmp_path):
    path = export("turtle", MemoryGraph(), tmp_path)
    conforms, _, report = validate(rdflib.Graph().parse(path, format="turtle"), shacl_graph=shapes)
    assert conforms, report


def one(graph: rdflib.Graph, kind: URIRef) -> URIRef:
    """The first node of a class."""
    node = min(graph.subjects(RDF.type, kind))
    assert isinstance(node, URIRef)
    return node


def negated(graph: rdflib.Graph) -> URIRef:
    """The association that is negated."""
    node = graph.value(None, BIOLINK.negated, Literal(True))
    assert isinstance(node, URIRef)
    return node


def lose_subject(graph: rdflib.Graph) -> None:
    graph.remove((one(graph, BIOLINK.Association), RDF.subject, None))


def second_object(graph: rdflib.Graph) -> None:
    graph.add((one(graph, BIOLINK.Association), RDF.object, URIRef("http://example.org/x")))


def foreign_predicate(graph: rdflib.Graph) -> None:
    graph.set((one(graph, BIOLINK.Association), RDF.predicate, URIRef("http://example.org/p")))


def lose_evidence(graph: rdflib.Graph) -> None:
    graph.remove((negated(graph), BIOLINK.has_evidence, None))


def negated_as_text(graph: rdflib.Graph) -> None:
    graph.set((one(graph, BIOLINK.Association), BIOLINK.negated, Literal("no")))


def plain_triple_of_a_negated_claim(graph: rdflib.Graph) -> None:
    claim = negated(graph)
    ends = [graph.value(claim, name) for name in (RDF.subject, RDF.predicate, RDF.object)]
    graph.add(tuple(ends))


def lose_a_plain_triple(graph: rdflib.Graph) -> None:
    graph.remove((None, BIOLINK.treats, None))


def score_above_one(graph: rdflib.Graph) -> None:
    graph.set((one(graph, OA.Annotation), KGV.score, Literal(1.5)))


def score_not_a_number(graph: rdflib.Graph) -> None:
    graph.set((one(graph, OA.Annotation), KGV.score, Literal("high")))


def unknown_status(graph: rdflib.Graph) -> None:
    graph.set((one(graph, OA.Annotation), KGV.status, KGV.certain))


def lose_the_sentence(graph: rdflib.Graph) -> None:
    graph.remove((one(graph, OA.Annotation), BIOLINK.supporting_text, None))


def lose_the_author_of_evidence(graph: rdflib.Graph) -> None:
    graph.remove((None, PROV.wasAttributedTo, None))


def end_before_start(graph: rdflib.Graph) -> None:
    graph.set((one(graph, OA.TextPositionSelector), OA.end, Literal(-1)))


def offset_as_text(graph: rdflib.Graph) -> None:
    graph.set((one(graph, OA.TextPositionSelector), OA.start, Literal("0", datatype=XSD.string)))


def another_quote(graph: rdflib.Graph) -> None:
    target = one(graph, OA.SpecificResource)
    for selector in graph.objects(target, OA.hasSelector):
        if (selector, OA.exact, None) in graph:
            graph.set((selector, OA.exact, Literal("something else")))


def lose_the_source_document(graph: rdflib.Graph) -> None:
    document = graph.value(one(graph, OA.SpecificResource), OA.hasSource)
    graph.remove((document, RDF.type, None))


def short_digest(graph: rdflib.Graph) -> None:
    graph.set((one(graph, BIOLINK.Publication), KGV.textDigest, Literal("abc")))


def hide_a_retraction(graph: rdflib.Graph) -> None:
    document = graph.value(None, KGV.retracted, Literal(True))
    graph.set((document, KGV.retracted, Literal(False)))


def verdict_undecided(graph: rdflib.Graph) -> None:
    graph.set((one(graph, KGV.Review), KGV.verdict, KGV.undecided))


def source_without_version(graph: rdflib.Graph) -> None:
    graph.remove((one(graph, PROV.SoftwareAgent), KGV.version, None))


def dataset_without_size(graph: rdflib.Graph) -> None:
    graph.remove((one(graph, VOID.Dataset), VOID.triples, None))


BREAKS: list[Callable[[rdflib.Graph], None]] = [
    lose_subject,
    second_object,
    foreign_predicate,
    lose_evidence,
    negated_as_text,
    plain_triple_of_a_negated_claim,
    lose_a_plain_triple,
    score_above_one,
    score_not_a_number,
    unknown_status,
    lose_the_sentence,
    lose_the_author_of_evidence,
    end_before_start,
    offset_as_text,
    another_quote,
    lose_the_source_document,
    short_digest,
    hide_a_retraction,
    verdict_undecided,
    source_without_version,
    dataset_without_size,
]


@pytest.mark.parametrize("damage", BREAKS, ids=lambda damage: damage.__name__)
def test_a_broken_export_is_caught(exported, shapes, damage):
    before = set(exported)
    damage(exported)
    assert set(exported) != before
    conforms, _, _ = validate(exported, shacl_graph=shapes)
    assert not conforms


def test_the_vocabulary_describes_every_own_term_that_is_used():
    text = resources.files("kgbuild.data").joinpath("vocabulary.ttl").read_text("utf-8")
    vocabulary = rdflib.Graph().parse(data=text, format="turtle")
    described = {str(term) for term in vocabulary.subjects(rdflib.RDFS.label, None)}
    used = {
        str(term)
        for quad in quads(example_graph())
        for term in (quad.predicate, quad.object)
        if str(term).startswith(KGV) and term != KGV
    }
    assert used
    assert used <= described
