"""Six formats, one model: whatever is in the graph, every file holds the same quads."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from kgbuild import Assertion, Concept, ConfigError, Document
from kgbuild.exporters.rdf import SPECS
from kgbuild.graph.rdf_view import Iri, Literal, quads
from kgbuild.testing import strategies
from kgbuild.testing.example_graph import example_graph
from kgbuild.testing.memory_graph import MemoryGraph

# rdflib warns of its own use of names it has deprecated.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
]

FORMATS = [spec.name for spec in SPECS]
WITH_GRAPHS = {"n-quads", "trig", "json-ld"}
GOLDEN = Path(__file__).parents[1] / "golden" / "rdf"
HOSTILE = [
    'say "no"',
    "back\\slash \\u0041 \\n",
    '"""',
    "]]>",
    "<script>alert('1 & 2')</script>",
    "line\nfeed\r\nreturn\rtab\t",
    "vertical\x0btab, form\x0cfeed, bell\x07, delete\x7f, nothing\x00",
    "next line\x85, separators\u2028\u2029",
    "astral \U0001f9ec, joined \U0001f469\u200d\U0001f467, combining e\u0301",
    "right-to-left \u202eabc\u202c אספירין",
    "not characters \ufffe\uffff",
    "lone \ud800 surrogates \udfff",
    "=cmd|'/C calc'!A0",
    "100 %s %(x)d %%",
    "@en ^^xsd:integer",
    " ",
]
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def expected(graph, name):
    """What a file of that format must hold."""
    found = set()
    for quad in quads(graph):
        term = quad.object
        if name == "rdf-xml" and isinstance(term, Literal):
            term = Literal(NOT_XML.sub("\ufffd", term.text), term.datatype)
        found.add(quad._replace(object=term, graph=quad.graph if name in WITH_GRAPHS else Iri("")))
    return found


@st.composite
def graphs(draw):
    documents = draw(st.lists(strategies.documents(), max_size=2))
    return MemoryGraph(
        documents=documents,
        concepts=draw(st.lists(strategies.concepts, max_size=2)),
        assertions=[draw(strategies.assertions(document)) for document in documents],
    )


@pytest.mark.parametrize("name", FORMATS)
def test_two_parsers_read_what_the_model_says(export, parse, tmp_path, name):
    graph = example_graph()
    found = set(parse(export(name, graph, tmp_path), name))
    if name not in WITH_GRAPHS:
        found = {quad._replace(graph=Iri("")) for quad in found}
    assert found == expected(graph, name)


@pytest.mark.parametrize("name", FORMATS)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(graph=graphs())
def test_any_graph_is_read_back_whole(export, parse, name, graph):
    """Law: for every graph and format, parse(export(graph)) == quads(graph)."""
    with TemporaryDirectory() as folder:
        found = {
            quad if name in WITH_GRAPHS else quad._replace(graph=Iri(""))
            for quad in parse(export(name, graph, Path(folder)), name)
        }
    assert found == expected(graph, name)


@pytest.mark.parametrize("name", FORMATS)
def test_hostile_labels_come_back_as_they_were(export, parse, tmp_path, name):
    concepts = [Concept(id=f"mesh:D{i}", label=label) for i, label in enumerate(HOSTILE)]
    graph = MemoryGraph(concepts=concepts)
    found = {
        quad.object.text
        for quad in parse(export(name, graph, tmp_path), name)
        if quad.predicate.endswith("#label")
    }
    labels = {re.sub("[\ud800-\udfff]", "\ufffd", label) for label in HOSTILE}
    if name == "rdf-xml":
        labels = {NOT_XML.sub("\ufffd", label) for label in labels}
    assert found == labels


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\ufffe", "\udc00"])
def test_rdf_xml_is_well_formed_whatever_the_text_holds(export, tmp_path, character):
    graph = MemoryGraph(concepts=[Concept(id="mesh:D1", label=f"a{character}b")])
    tree = etree.parse(export("rdf-xml", graph, tmp_path))
    labels = tree.findall(".//{http://www.w3.org/2000/01/rdf-schema#}label")
    assert [label.text for label in labels] == ["a\ufffdb"]


@pytest.mark.parametrize("name", [*FORMATS, "nanopub"])
def test_the_bytes_do_not_depend_on_the_order_of_arrival(export, tmp_path, name):
    graph = example_graph()
    turned = MemoryGraph(
        documents=reversed(list(graph.documents())),
        concepts=reversed(list(graph.concepts())),
        assertions=[
            Assertion(
                **{
                    field: getattr(assertion, field)
                    for field in ("subject", "predicate", "object", "negated", "derivation")
                },
                qualifiers=tuple(reversed(assertion.qualifiers)),
                evidence=tuple(reversed(assertion.evidence)),
                reviews=tuple(reversed(assertion.reviews)),
            )
            for assertion in reversed(list(graph.assertions()))
        ],
        contradictions=reversed(graph.contradictions()),
        inferences=reversed(list(graph.inferences())),
    )
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    written = export(name, graph, one).read_bytes()
    assert export(name, turned, other).read_bytes() == written


@pytest.mark.parametrize("name", [*FORMATS, "nanopub"])
def test_the_golden_file_is_what_is_written(export, kgbuild_golden, tmp_path, name):
    path = export(name, example_graph(), tmp_path)
    kgbuild_golden(GOLDEN / path.name, path.read_text("utf-8"))


@pytest.mark.parametrize("name", FORMATS)
def test_the_dataset_counts_its_triples_itself_included(export, parse, tmp_path, name):
    found = list(parse(export(name, example_graph(), tmp_path), name))
    (said,) = (q.object.text for q in found if q.predicate.endswith("void#triples"))
    assert int(said) == len(found) == len(set(found))


def test_nquads_are_in_canonical_form(export, tmp_path):
    path = export("n-quads", example_graph(), tmp_path)
    written = path.read_text("utf-8")
    again = pyoxigraph.serialize(
        pyoxigraph.parse(path=str(path), format=pyoxigraph.RdfFormat.N_QUADS),
        format=pyoxigraph.RdfFormat.N_QUADS,
    )
    assert again.decode() == written


@pytest.mark.parametrize("base", ["https://example.org/kg/", "https://example.org/a&b#", "urn:my:"])
@pytest.mark.parametrize("name", [*FORMATS, "nanopub"])
def test_own_nodes_live_under_the_base_iri(export, parse, tmp_path, name, base):
    path = export(name, example_graph(), tmp_path, base_iri=base)
    found = list(parse(path, name))
    nodes = {term for quad in found for term in (quad.subject, quad.object)}
    own = {node for node in nodes if isinstance(node, Iri) and ":assertion:" in f":{node}"}
    associations = {q.subject for q in found if q.object == Iri(ASSOCIATION)}
    assert associations
    assert all(node.startswith(base) for node in associations)
    assert not any(node.startswith("urn:kgbuild:") for node in own)


ASSOCIATION = "https://w3id.org/biolink/vocab/Association"


@pytest.mark.parametrize("base", ["", "kg/", "https://example.org", "http://a b/", "http://a<b>/"])
def test_a_base_that_is_no_iri_is_refused(export, tmp_path, base):
    with pytest.raises(ConfigError, match="base_iri"):
        export("turtle", example_graph(), tmp_path, base_iri=base)


def test_licences_are_told_for_each_document_and_for_the_dataset(export, tmp_path):
    text = export("turtle", example_graph(), tmp_path, licence="CC0-1.0").read_text("utf-8")
    assert text.count("dcterms:license <https://creativecommons.org/licenses/by/4.0/>") == 1
    assert text.count("kgv:sourceLicence <https://creativecommons.org/licenses/by/4.0/>") == 1
    assert text.count('dcterms:rights "all rights reserved"') == 1
    assert text.count('kgv:sourceRights "all rights reserved"') == 1
    assert text.count('dcterms:rights "CC0-1.0"') == 1


def test_a_licence_that_would_break_out_of_its_iri_stays_a_string(export, parse, tmp_path):
    evil = "https://example.org/> <urn:p> <urn:o> .\n<urn:s"
    graph = MemoryGraph(documents=[Document(id="pubmed:1", text="x", licence=evil)])
    found = list(parse(export("turtle", graph, tmp_path), "turtle"))
    assert Literal(evil) in {quad.object for quad in found}


def test_identifiers_with_forbidden_characters_are_percent_encoded(export, parse, tmp_path):
    evil = 'mesh:D1> <urn:x> "\\^`{|}[#]#%zz\ue000\ud800'.replace(" ", "")
    graph = MemoryGraph(concepts=[Concept(id=evil, label="x")])
    for name in FORMATS:
        subjects = {q.subject for q in parse(export(name, graph, tmp_path), name)}
        assert sum(subject.startswith("http://id.nlm.nih.gov/mesh/D1%3E") for subject in subjects)


def test_a_hub_is_streamed_in_flat_memory(export, tmp_path):
    """A hub with many edges is written piece by piece: no piece grows with the graph."""
    from kgbuild.exporters.rdf_syntax import Turtle
    from kgbuild.graph.rdf_model import RdfModel

    claims = [
        Assertion(subject="mesh:D1", predicate="biolink:affects", object=f"mesh:D{i}")
        for i in range(2, 2_000)
    ]
    pieces = Turtle().document(RdfModel().statements(MemoryGraph(assertions=claims)))
    assert max(map(len, pieces)) < 1_000
