"""The graph as RDF: quads, N-Quads, and an rdflib Dataset.

>>> from kgbuild import Assertion
>>> claim = Assertion(subject="mesh:D1", predicate="biolink:treats", object="mesh:D2")
>>> nquads(RdfModel().assertion(claim)).decode().splitlines()[1].split()[2]
'<http://id.nlm.nih.gov/mesh/D1>'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from kgbuild.components import Graph
from kgbuild.graph.rdf_model import RdfModel
from kgbuild.graph.rdf_pattern import (
    Kind,
    NQuads,
    Statement,
    Term,
    encodable,
    term_iri,
)
from kgbuild.vocabulary import OWN_IRI

if TYPE_CHECKING:
    import rdflib

__all__ = [
    "Iri",
    "Literal",
    "Quad",
    "as_rdflib",
    "nquads",
    "quads",
    "quads_of_graph",
]


class Iri(str):
    """An absolute IRI."""

    __slots__ = ()


class Literal(NamedTuple):
    """A literal: its lexical form and the IRI of its datatype; empty for a plain string."""

    text: str
    datatype: str = ""


class Quad(NamedTuple):
    """One triple in its named graph. There are no blank nodes."""

    subject: Iri
    predicate: Iri
    object: Iri | Literal
    graph: Iri


def quads(graph: Graph, *, base_iri: str = OWN_IRI) -> Iterator[Quad]:
    """Every quad of a graph, streamed, in an order that depends on the graph alone.

    This is what every RDF export holds. Raises VocabularyError for an identifier with an
    unknown prefix, ConfigError for a base that is not an IRI.
    """
    model = RdfModel(base_iri)
    return quads_of(model.statements(graph), base_iri)


def quads_of(statements: Iterable[Statement], base_iri: str = OWN_IRI) -> Iterator[Quad]:
    """The quads that some statements stand for."""
    for pattern, values in statements:
        graph = Iri(f"{base_iri}graph:{pattern.layer}")
        for subject, predicate, object_ in pattern.triples:
            start = _term(subject, values, base_iri)
            assert isinstance(start, Iri)
            yield Quad(start, Iri(term_iri(predicate)), _term(object_, values, base_iri), graph)


def _term(term: Term, values: list[Any], base_iri: str) -> Iri | Literal:
    match term.kind:
        case Kind.CONSTANT:
            return Iri(term_iri(term.value))
        case Kind.OWN:
            return Iri(f"{base_iri}{values[term.slot]}{term.value}")
        case Kind.IRI:
            return Iri(values[term.slot])
    text = str(values[term.slot])
    if term.value:
        return Literal(text, term_iri(term.value))
    return Literal(encodable(text))


def nquads(statements: Iterable[Statement]) -> bytes:
    """Statements as N-Quads, UTF-8."""
    return "".join(NQuads().document(statements)).encode()


def quads_of_graph(graph: Graph) -> Iterator[bytes]:
    """A whole graph as N-Quads, in pieces of some lines each."""
    return (piece.encode() for piece in NQuads().document(RdfModel().statements(graph)))


def as_rdflib(graph: Graph) -> rdflib.Dataset:
    """The graph as an rdflib Dataset, one named graph for each layer, held in memory.

    rdflib needs about 1.2 GB for a million triples: for a large graph use ``kgbuild query``
    or an export. Named graphs are ``kgbuild:graph:asserted``, ``inferred``, ``concepts``,
    ``provenance`` and ``dataset``; the default graph shows their union.
    """
    import rdflib

    dataset = rdflib.Dataset(default_union=True)
    for name, iri in sorted(prefixes().items()):
        dataset.bind(name, rdflib.Namespace(iri), replace=True)
    graphs: dict[str, rdflib.Graph] = {}
    for quad in quads(graph):
        if quad.graph not in graphs:
            graphs[quad.graph] = dataset.graph(rdflib.URIRef(quad.graph))
        graphs[quad.graph].add(
            (rdflib.URIRef(quad.subject), rdflib.URIRef(quad.predicate), _rdflib_term(quad.object))
        )
    return dataset


def _rdflib_term(term: Iri | Literal) -> rdflib.URIRef | rdflib.Literal:
    import rdflib

    if isinstance(term, Iri):
        return rdflib.URIRef(term)
    datatype = rdflib.URIRef(term.datatype) if term.datatype else None
    # Normalising would write 0.90 as 9.0E-1: the lexical form is kept as it is exported.
    return rdflib.Literal(term.text, datatype=datatype, normalize=False)


PREFIXES = (
    "bibo", "biolink", "dc", "dcat", "dcterms", "kgv", "oa", "prism", "prov", "rdf",
    "rdfs", "skos", "void", "xsd",
)  # fmt: skip


def prefixes(base_iri: str = OWN_IRI) -> dict[str, str]:
    """The prefixes of the model's terms; ``kgbuild`` stands for the base IRI."""
    return {name: term_iri(f"{name}:x")[:-1] for name in PREFIXES} | {"kgbuild": base_iri}
