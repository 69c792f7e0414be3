"""The graph as RDF: quads, N-Quads, and an rdflib Dataset.

    >>> from kgbuild import Assertion
    >>> claim = Assertion(subject="mesh:D1", predicate="biolink:treats", object="mesh:D2")
    >>> nquads(assertion_statements(claim)).decode().splitlines()[1].split()[2]
    '<http://id.nlm.nih.gov/mesh/D1>'

The SPARQL room keeps its store in step with these: :func:`quads_of_assertion` gives what one
assertion is in RDF, :func:`nodes_of_assertion` the nodes that go when it goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from kgbuild.assertion import Assertion
from kgbuild.components import Graph
from kgbuild.graph.rdf_model import RdfModel
from kgbuild.graph.rdf_pattern import (
    Kind,
    NQuads,
    Statement,
    Term,
    encodable,
    escape_literal,
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
    "assertion_statements",
    "nodes_of_assertion",
    "nquads",
    "quads",
    "quads_of_assertion",
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


def assertion_statements(assertion: Assertion, *, base_iri: str = OWN_IRI) -> Iterator[Statement]:
    """The statements of one assertion, its plain triple and its evidence included."""
    return RdfModel(base_iri).assertion(assertion)


def nquads(statements: Iterable[Statement], *, base_iri: str = OWN_IRI) -> bytes:
    """Statements as N-Quads, UTF-8."""
    return "".join(NQuads(base_iri).document(statements)).encode()


def quads_of_assertion(assertion: Assertion, *, base_iri: str = OWN_IRI) -> bytes:
    """One assertion as N-Quads: plain triple, association, evidence, reviews.

    No other assertion has any of these quads but the plain triple, which assertions that
    differ in their qualifiers share.
    """
    return nquads(assertion_statements(assertion, base_iri=base_iri), base_iri=base_iri)


def nodes_of_assertion(assertion: Assertion, *, base_iri: str = OWN_IRI) -> tuple[str, ...]:
    """The IRIs of the nodes that exist because of this assertion, in order.

    The association, its evidence, selectors, cues, conditions and reviews: every subject of
    its quads but the subject of the plain triple.
    """
    model = RdfModel(base_iri)
    found = {quad.subject for quad in quads_of(model.association(assertion), base_iri)}
    return tuple(sorted(found))


def plain_quad(assertion: Assertion, *, base_iri: str = OWN_IRI) -> bytes:
    """The plain triple of an assertion as N-Quads; nothing where it has none."""
    edges = [RdfModel(base_iri).edge(assertion)] if assertion.plain else []
    return nquads(edges, base_iri=base_iri)


def quads_of_graph(graph: Graph, *, base_iri: str = OWN_IRI) -> Iterator[bytes]:
    """A whole graph as N-Quads, in pieces of some lines each."""
    model = RdfModel(base_iri)
    return (piece.encode() for piece in NQuads(base_iri).document(model.statements(graph)))


def as_rdflib(graph: Graph, *, base_iri: str = OWN_IRI) -> rdflib.Dataset:
    """The graph as an rdflib Dataset, one named graph for each layer, held in memory.

    rdflib needs about 1.2 GB for a million triples: for a large graph use ``kgbuild query``
    or an export. Named graphs are ``<base>graph:asserted``, ``inferred``, ``concepts``,
    ``provenance`` and ``dataset``; the default graph shows their union.
    """
    import rdflib

    dataset = rdflib.Dataset(default_union=True)
    for name, iri in sorted(prefixes(base_iri).items()):
        dataset.bind(name, rdflib.Namespace(iri), replace=True)
    graphs: dict[str, rdflib.Graph] = {}
    for quad in quads(graph, base_iri=base_iri):
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


def line(quad: Quad) -> str:
    """A quad as one line of N-Quads."""
    subject, predicate, object_, graph = quad
    if isinstance(object_, Iri):
        written = f"<{object_}>"
    else:
        written = f'"{escape_literal(object_.text)}"'
        written += f"^^<{object_.datatype}>" if object_.datatype else ""
    return f"<{subject}> <{predicate}> {written} <{graph}> .\n"
