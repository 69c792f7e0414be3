"""What the RDF model says of each record."""

from __future__ import annotations

from dataclasses import replace

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from kgbuild import Assertion, Concept, Document, Evidence, Source, Span, Status, VocabularyError
from kgbuild.graph.rdf_model import RdfModel
from kgbuild.graph.rdf_view import (
    as_rdflib,
    nquads,
    quads,
    quads_of,
    quads_of_graph,
)
from kgbuild.testing import strategies
from kgbuild.testing.example_graph import example_graph
from kgbuild.testing.memory_graph import MemoryGraph

# rdflib warns of its own use of names it has deprecated.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
]

PREFIXES = """
PREFIX biolink: <https://w3id.org/biolink/vocab/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX kgv: <urn:kgbuild:vocab:>
PREFIX mesh: <http://id.nlm.nih.gov/mesh/>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""


@pytest.fixture(scope="module")
def dataset():
    return as_rdflib(example_graph())


def select(dataset, where, names="*"):
    rows = dataset.query(f"{PREFIXES} SELECT {names} WHERE {{ {where} }}")
    return [tuple(str(value) for value in row) for row in rows]


def edges(graph):
    return {
        (q.subject.rpartition("/")[2], q.predicate.rpartition("/")[2], q.object.rpartition("/")[2])
        for q in quads(graph)
        if q.subject.startswith("http://id.nlm.nih.gov/mesh/")
        and isinstance(q.object, str)
        and q.object.startswith("http://id.nlm.nih.gov/mesh/")
    }


def test_only_what_a_text_states_and_nobody_rejects_or_a_rule_concludes_is_a_plain_triple():
    assert edges(example_graph()) == {
        ("D017706", "treats", "D006973"),
        ("D017706", "affects", "D006973"),
        ("D006973", "associated_with", "D017706"),
    }


def test_every_assertion_has_an_association(dataset):
    found = select(dataset, "?a a biolink:Association ; biolink:negated ?n", "?n")
    assert sorted(negated for (negated,) in found) == ["false"] * 5 + ["true"]


def test_what_is_derived_names_its_premises_in_the_inferred_graph(dataset):
    found = select(
        dataset,
        "GRAPH <urn:kgbuild:graph:inferred> { ?a prov:wasDerivedFrom ?premise }"
        "?premise rdf:predicate biolink:treats",
        "?a ?premise",
    )
    assert {conclusion.split(":")[2] for conclusion, _ in found} == {"assertion", "inferred"}


def test_an_evidence_leads_from_the_claim_to_sentence_offsets_and_document(dataset):
    found = select(
        dataset,
        """
        ?a rdf:subject mesh:D017706 ; rdf:predicate biolink:treats ;
           biolink:has_evidence [ oa:hasTarget [
             oa:hasSource ?document ;
             oa:hasSelector [ oa:start ?start ; oa:end ?end ] , [ oa:exact ?exact ] ] ] .
        ?document dcterms:identifier ?identifier
        """,
        "?identifier ?start ?end ?exact",
    )
    assert sorted(identifier for identifier, *_ in found) == ["pubmed:1", "pubmed:2"]
    for identifier, start, end, exact in found:
        text = example_graph().document(identifier).text
        assert text[int(start) : int(end)] == exact == "Lisinopril relieves hypertension."


def test_the_ends_are_quoted_with_what_stands_around_them(dataset):
    found = select(
        dataset,
        """?evidence kgv:objectSelector ?quote .
        ?quote oa:exact ?exact ; oa:prefix ?prefix ; oa:suffix ?suffix""",
        "?prefix ?exact ?suffix",
    )
    assert ('It does not cause "', "cough", '".') in found


def test_offsets_count_code_points_not_bytes(dataset):
    ((start, end),) = select(
        dataset, "?c a kgv:Cue ; rdf:value 'may' ; oa:start ?start ; oa:end ?end", "?start ?end"
    )
    assert example_graph().document("pubmed:1").text[int(start) : int(end)] == "may"


def test_cues_and_conditions_are_told(dataset):
    assert select(dataset, "?c kgv:cueKind kgv:negated ; rdf:value 'not'")
    assert select(dataset, "?e kgv:condition [ kgv:name 'species' ; rdf:value 'mice' ]")
    assert select(dataset, "?e kgv:status kgv:speculated")


def test_qualifiers_use_biolink_slots_where_there_are_some(dataset):
    assert select(dataset, "?a biolink:object_direction_qualifier 'decreased'")
    assert select(dataset, "?a biolink:qualified_predicate biolink:causes")
    assert select(dataset, "?a kgv:qualifier [ kgv:name 'strength' ; rdf:value 'strong' ]")


def test_a_review_is_told_with_its_reason(dataset):
    assert select(dataset, "?a kgv:review [ kgv:verdict kgv:rejected ; kgv:reviewer 'ben' ]")
    (found,) = select(dataset, "?a biolink:agent_type 'manual_validation_of_automated_agent'")
    assert found


def test_a_retracted_document_is_marked_and_says_why(dataset):
    found = select(
        dataset,
        """?document kgv:retracted true ; dcterms:identifier ?identifier ;
           kgv:notice [ kgv:noticeKind kgv:retraction ; kgv:about ?about ; dcterms:relation ?r ]""",
        "?identifier ?about ?r",
    )
    assert found == [("pubmed:2", "pubmed:3", "http://www.ncbi.nlm.nih.gov/pubmed/3")]


def test_an_exact_match_with_an_unknown_prefix_is_kept_as_a_string(dataset):
    assert len(select(dataset, "?c kgv:unresolvedMatch 'UNHEARD:1'")) == 1
    assert (
        len(select(dataset, "?c skos:exactMatch <http://purl.obolibrary.org/obo/CHEBI_43755>")) == 1
    )


def test_an_identifier_with_an_unknown_prefix_is_an_error():
    graph = MemoryGraph(concepts=[Concept(id="UNHEARD:1")])
    with pytest.raises(VocabularyError, match="UNHEARD"):
        list(quads(graph))


@pytest.mark.parametrize(
    ("date", "datatype"),
    [
        ("2004", "gYear"),
        ("2004-03", "gYearMonth"),
        ("2004-02-29", "date"),
        ("2005-02-29", ""),
        ("2004-13", ""),
        ("Spring 2004", ""),
        ("0000", ""),
    ],
)
def test_a_date_has_the_type_it_can_have(date, datatype):
    graph = MemoryGraph(documents=[Document(id="pubmed:1", text="x", date=date)])
    (found,) = (q.object for q in quads(graph) if q.predicate.endswith("terms/date"))
    assert found.text == date
    assert found.datatype.rpartition("#")[2] == datatype


SOURCE = Source(component="c", distribution="d", version="1")


SENTENCE = (Span(0, 9),)


def told(text="It is so.", spans=SENTENCE, **fields):
    whole = {
        "document": "pubmed:1",
        "version": "0" * 64,
        "section": "abstract",
        "subject_span": None,
        "object_span": None,
        "source": SOURCE,
    }
    return Evidence(text=text, spans=spans, **(whole | fields))


def claim(*evidence, **fields):
    whole = {"subject": "mesh:D1", "predicate": "biolink:affects", "object": "mesh:D2"}
    return Assertion(evidence=evidence, **(whole | fields))


def test_two_claims_on_one_place_keep_their_own_status_and_score():
    one = claim(told(score=0.25))
    other = claim(told(status=Status.QUESTION, score=0.5), predicate="biolink:treats")
    found = list(quads(MemoryGraph(assertions=[one, other])))
    scores = {q.subject: q.object.text for q in found if q.predicate.endswith(":score")}
    assert sorted(scores.values()) == ["0.25", "0.5"]


def test_each_span_of_an_evidence_is_a_target_with_its_own_words():
    evidence = told(text="It is … yes", spans=(Span(0, 5), Span(20, 23)), object_span=Span(20, 23))
    found = list(quads(MemoryGraph(assertions=[claim(evidence)])))
    exact = sorted(q.object.text for q in found if q.predicate.endswith("#exact"))
    assert exact == ["It is", "yes", "yes"]


def test_no_words_are_quoted_where_text_and_spans_disagree():
    evidence = told(text="shortened", spans=(Span(0, 50),), subject_span=Span(0, 3))
    found = list(quads(MemoryGraph(assertions=[claim(evidence)])))
    assert not [q for q in found if q.predicate.endswith("#exact")]
    assert [q for q in found if q.predicate.endswith("subjectSelector")]


def test_claims_that_differ_in_qualifiers_write_their_plain_triple_once():
    claims = [
        claim(told(), qualifiers=(("object_direction_qualifier", way),))
        for way in ("increased", "decreased")
    ]
    found = b"".join(quads_of_graph(MemoryGraph(assertions=claims))).decode().splitlines()
    assert len(found) == len(set(found))
    plain = "<http://id.nlm.nih.gov/mesh/D1> <https://w3id.org/biolink/vocab/affects> "
    assert len([one for one in found if one.startswith(plain)]) == 1


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_assertions_share_no_node(data):
    """Law: the nodes of two different assertions are disjoint, so one can go without the other."""
    document = data.draw(strategies.documents())
    one, other = (data.draw(strategies.assertions(document)) for _ in range(2))
    if one.id != other.id:
        assert not nodes_of(one) & nodes_of(other)


def nodes_of(assertion):
    """Every node that there is because of it: each subject but that of the plain triple."""
    return {quad.subject for quad in quads_of(RdfModel().association(assertion))}


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_the_quads_of_an_assertion_are_a_function_of_what_it_says(data):
    """Law: the order of evidence and reviews changes nothing."""
    document = data.draw(strategies.documents())
    one = data.draw(strategies.assertions(document))
    turned = replace(one, evidence=one.evidence[::-1], reviews=one.reviews[::-1])
    model = RdfModel()
    assert nquads(model.assertion(turned)) == nquads(model.assertion(one))


def test_the_dataset_has_the_quads_of_the_graph(dataset):
    assert len(dataset) == len(list(quads(example_graph())))
    assert not any(isinstance(node, rdflib.BNode) for node in dataset.all_nodes())


def test_the_rdflib_view_keeps_lexical_forms(dataset):
    (score,) = {
        str(value) for value in dataset.objects(None, rdflib.URIRef("urn:kgbuild:vocab:score"))
    }
    assert score == "0.75"
