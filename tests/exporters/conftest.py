"""Reading RDF back with two parsers that are not ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import rdflib

from kgbuild.components import ExporterSpec, Graph
from kgbuild.exporters import nanopublications, rdf
from kgbuild.graph.rdf_view import Iri, Literal, Quad

SPECS = {spec.name: spec for spec in (*rdf.SPECS, *nanopublications.SPECS)}
XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
RDFLIB_NAMES = {"n-triples": "nt", "n-quads": "nquads", "rdf-xml": "xml", "nanopub": "trig"}
OXIGRAPH_FORMATS = {
    "turtle": pyoxigraph.RdfFormat.TURTLE,
    "n-triples": pyoxigraph.RdfFormat.N_TRIPLES,
    "n-quads": pyoxigraph.RdfFormat.N_QUADS,
    "trig": pyoxigraph.RdfFormat.TRIG,
    "json-ld": pyoxigraph.RdfFormat.JSON_LD,
    "rdf-xml": pyoxigraph.RdfFormat.RDF_XML,
    "nanopub": pyoxigraph.RdfFormat.TRIG,
}


def _export(name: str, graph: Graph, folder: Path, **settings: str) -> Path:
    spec: ExporterSpec = SPECS[name]
    target = folder / f"graph{spec.suffixes[0]}"
    spec.create(spec.settings_class()(**settings)).export(graph, target)
    return target


def _term(term: Any) -> Iri | Literal:
    if isinstance(term, pyoxigraph.NamedNode):
        return Iri(term.value)
    assert isinstance(term, pyoxigraph.Literal), term
    datatype = term.datatype.value
    return Literal(term.value, "" if datatype == XSD_STRING else datatype)


def _read_with_oxigraph(path: Path, name: str) -> Iterator[Quad]:
    for quad in pyoxigraph.parse(path=str(path), format=OXIGRAPH_FORMATS[name]):
        named = isinstance(quad.graph_name, pyoxigraph.NamedNode)
        graph = Iri(quad.graph_name.value) if named else Iri("")
        yield Quad(_term(quad.subject), Iri(quad.predicate.value), _term(quad.object), graph)


def _read_with_rdflib(path: Path, name: str) -> Iterator[Quad]:
    dataset = rdflib.Dataset()
    dataset.parse(path, format=RDFLIB_NAMES.get(name, name))
    for subject, predicate, object_, graph in dataset.quads():
        assert isinstance(subject, rdflib.URIRef), subject
        if isinstance(object_, rdflib.URIRef):
            value: Iri | Literal = Iri(object_)
        else:
            datatype = str(object_.datatype or "")
            value = Literal(str(object_), "" if datatype == XSD_STRING else datatype)
        yield Quad(Iri(subject), Iri(predicate), value, Iri(graph or ""))


@pytest.fixture
def export() -> Callable[..., Path]:
    """``export(name, graph, folder, **settings)`` writes a graph and gives the file."""
    return _export


@pytest.fixture(params=["oxigraph", "rdflib"])
def parse(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Path, str], Iterator[Quad]]:
    """``parse(path, name)`` gives the quads that a file of that format holds."""
    if request.param == "oxigraph":
        return _read_with_oxigraph
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    return _read_with_rdflib
