"""SKOS and OWL in RDF: Turtle, N-Triples, RDF/XML, JSON-LD.

Read with Oxigraph's parsers, which load nothing from elsewhere: a JSON-LD context must be in
the file, and ``owl:imports`` is not followed. Used are SKOS's labels, ``broader``,
``exactMatch``; OWL's ``subClassOf``, ``deprecated``, and the annotations that OBO ontologies
have when written as OWL.

The triples of one concept mostly stand together, and then it is given as soon as they end. What
is said of it later is given at the end of the file, as another part of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

import pyoxigraph

from kgbuild.readers.safe_xml import iterate
from kgbuild.terms.report import TermReport
from kgbuild.terms.source import opened, refuse
from kgbuild.terms.term import Term, TermFile, TermSource

__all__ = ["read"]

_SKOS = "http://www.w3.org/2004/02/skos/core#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_OWL = "http://www.w3.org/2002/07/owl#"
_OIO = "http://www.geneontology.org/formats/oboInOwl#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

_DUBLIN_CORE = ("http://purl.org/dc/terms/", "http://purl.org/dc/elements/1.1/")

_FIELDS = {
    f"{_SKOS}prefLabel": "labels",
    f"{_RDFS}label": "labels",
    f"{_SKOS}altLabel": "synonyms",
    f"{_SKOS}hiddenLabel": "synonyms",
    f"{_OIO}hasExactSynonym": "synonyms",
    f"{_SKOS}broader": "parents",
    f"{_RDFS}subClassOf": "parents",
    f"{_SKOS}exactMatch": "exact_matches",
    f"{_OWL}equivalentClass": "exact_matches",
    f"{_OIO}hasDbXref": "xrefs",
    f"{_OIO}hasAlternativeId": "replaced",
    "http://purl.org/dc/terms/isReplacedBy": "successors",
    "http://purl.obolibrary.org/obo/IAO_0100001": "successors",
    f"{_OWL}versionInfo": "versions",
    **{f"{ns}title": "titles" for ns in _DUBLIN_CORE},
    **{f"{ns}license": "licences" for ns in _DUBLIN_CORE},
}
_CLASSES = frozenset({f"{_SKOS}Concept", f"{_OWL}Class"})
_SCHEMES = frozenset({f"{_SKOS}ConceptScheme", f"{_OWL}Ontology"})

_FORMATS = {
    ".ttl": pyoxigraph.RdfFormat.TURTLE,
    ".nt": pyoxigraph.RdfFormat.N_TRIPLES,
    ".jsonld": pyoxigraph.RdfFormat.JSON_LD,
}


@dataclass(slots=True)
class _Node:
    """What the triples of one subject say; every field in the order of the file."""

    concept: bool = False
    scheme: bool = False
    obsolete: bool = False
    said: dict[str, list[str]] = field(default_factory=dict)

    def sorted(self, name: str) -> tuple[str, ...]:
        """The values of a field, each once."""
        return tuple(sorted(set(self.said.get(name, ()))))


def read(file: TermFile, report: TermReport) -> Iterator[Term | TermSource]:
    """A term for each SKOS concept and OWL class that has an IRI; their ids are the IRIs."""
    given: set[str] = set()
    later: dict[str, _Node] = {}
    # Blank nodes name no concept, and stand between the triples of one that does.
    for iri, triples in groupby(filter(_subject, _triples(file)), key=_subject):
        node = later.pop(iri, None) or _Node()
        for triple in triples:
            _take(node, triple.predicate.value, triple.object, file.languages)
        if node.concept and iri not in given:
            given.add(iri)
            yield _term(iri, node)
        elif node.scheme and iri not in given:
            given.add(iri)
            yield _source(node)
        else:
            later[iri] = node
    for iri in sorted(given & set(later)):
        yield _term(iri, later[iri])


def _subject(triple: pyoxigraph.Quad) -> str:
    """The subject's IRI; empty for a blank node."""
    subject = triple.subject
    return subject.value if isinstance(subject, pyoxigraph.NamedNode) else ""


def _triples(file: TermFile) -> Iterator[pyoxigraph.Quad]:
    name = file.path.name.lower().removesuffix(".gz")
    form = _FORMATS.get(name[name.rfind(".") :], pyoxigraph.RdfFormat.RDF_XML)
    with opened(file.path) as stream:
        try:
            yield from pyoxigraph.parse(stream, format=form)
        except SyntaxError as error:
            hints = []
            if form == pyoxigraph.RdfFormat.RDF_XML:
                _refuse_broken_xml(file)
                hints = [
                    "XML is read as RDF/XML, or as MeSH's descriptors or supplementary records"
                ]
            if "LoadDocumentCallback" in str(error.msg):
                hints = ["contexts are not loaded from the network: put the context into the file"]
            raise refuse(file.path, str(error.msg), *hints, line=error.lineno or 0) from error


def _refuse_broken_xml(file: TermFile) -> None:
    """Raise InputError with the line, which the RDF parser does not tell, if it is broken XML."""
    with opened(file.path) as stream:
        for _ in iterate(stream, ("*",), file=str(file.path)):
            pass


def _take(node: _Node, predicate: str, value: object, languages: tuple[str, ...]) -> None:
    """Add what one triple says to its subject."""
    if predicate == f"{_RDF}type" and isinstance(value, pyoxigraph.NamedNode):
        node.concept |= value.value in _CLASSES
        node.scheme |= value.value in _SCHEMES
    elif predicate == f"{_OWL}deprecated" and isinstance(value, pyoxigraph.Literal):
        node.obsolete |= value.value in ("true", "1")
    # A blank node here is an anonymous class: it names no concept.
    elif (name := _FIELDS.get(predicate)) and (
        isinstance(value, pyoxigraph.NamedNode)
        or (isinstance(value, pyoxigraph.Literal) and _readable(value, languages))
    ):
        node.said.setdefault(name, []).append(value.value)


def _readable(text: pyoxigraph.Literal, languages: tuple[str, ...]) -> bool:
    return not text.language or text.language.partition("-")[0] in languages


def _term(iri: str, node: _Node) -> Term:
    labels = node.sorted("labels")
    return Term(
        line=0,
        id=iri,
        label=labels[0] if labels else "",
        synonyms=(*labels[1:], *node.sorted("synonyms")),
        parents=node.sorted("parents"),
        exact_matches=node.sorted("exact_matches"),
        replaced=node.sorted("replaced"),
        obsolete=node.obsolete,
        successor=min(node.said.get("successors", ()), default=""),
        xrefs=node.sorted("xrefs"),
    )


def _source(node: _Node) -> TermSource:
    parts = (node.sorted(name) for name in ("titles", "versions", "licences"))
    return TermSource(*(values[0] if values else "" for values in parts))
