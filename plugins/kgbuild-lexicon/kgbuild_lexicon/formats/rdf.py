"""SKOS and OWL in RDF: Turtle, N-Triples, RDF/XML, JSON-LD.

Read with Oxigraph's parsers, which load nothing from elsewhere: a JSON-LD context must be in
the file, and ``owl:imports`` is not followed. Used are SKOS's labels, ``broader``,
``exactMatch``; OWL's ``subClassOf``, ``deprecated``, and the annotations that OBO ontologies
have when written as OWL.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pyoxigraph

from kgbuild_lexicon.report import Report
from kgbuild_lexicon.settings import WordList
from kgbuild_lexicon.source import read_bytes, refuse
from kgbuild_lexicon.term import Term

__all__ = ["read"]

_SKOS = "http://www.w3.org/2004/02/skos/core#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_OWL = "http://www.w3.org/2002/07/owl#"
_OIO = "http://www.geneontology.org/formats/oboInOwl#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

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
    "http://purl.org/dc/terms/isReplacedBy": "successors",
    "http://purl.obolibrary.org/obo/IAO_0100001": "successors",
}
_CLASSES = frozenset({f"{_SKOS}Concept", f"{_OWL}Class"})

_FORMATS = {
    ".ttl": pyoxigraph.RdfFormat.TURTLE,
    ".nt": pyoxigraph.RdfFormat.N_TRIPLES,
    ".jsonld": pyoxigraph.RdfFormat.JSON_LD,
}


@dataclass(slots=True)
class _Node:
    """What the triples of one subject say; every field in the order of the file."""

    concept: bool = False
    obsolete: bool = False
    labels: list[str] = field(default_factory=list)
    synonyms: list[str] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    exact_matches: list[str] = field(default_factory=list)
    successors: list[str] = field(default_factory=list)


def read(words: WordList, report: Report) -> Iterator[Term]:
    """A term for each SKOS concept and OWL class that has an IRI; their ids are the IRIs."""
    nodes: dict[str, _Node] = {}
    for triple in _triples(words):
        if isinstance(triple.subject, pyoxigraph.NamedNode):
            node = nodes.setdefault(triple.subject.value, _Node())
            _take(node, triple.predicate.value, triple.object, words.languages)
    for iri in sorted(nodes):
        node = nodes[iri]
        if node.concept:
            yield _term(iri, node)


def _triples(words: WordList) -> Iterator[pyoxigraph.Quad]:
    name = words.path.name.lower().removesuffix(".gz")
    form = _FORMATS.get(name[name.rfind(".") :], pyoxigraph.RdfFormat.RDF_XML)
    content = read_bytes(words.path)
    try:
        yield from pyoxigraph.parse(content, format=form)
    except SyntaxError as error:
        hints = []
        if "LoadDocumentCallback" in str(error.msg):
            hints = ["contexts are not loaded from the network: put the context into the file"]
        raise refuse(words.path, str(error.msg), *hints, line=error.lineno or 0) from error


def _take(node: _Node, predicate: str, value: object, languages: tuple[str, ...]) -> None:
    """Add what one triple says to its subject."""
    if predicate == f"{_RDF}type" and isinstance(value, pyoxigraph.NamedNode):
        node.concept |= value.value in _CLASSES
    elif predicate == f"{_OWL}deprecated" and isinstance(value, pyoxigraph.Literal):
        node.obsolete |= value.value in ("true", "1")
    # A blank node here is an anonymous class: it names no concept.
    elif (name := _FIELDS.get(predicate)) and (
        isinstance(value, pyoxigraph.NamedNode)
        or (isinstance(value, pyoxigraph.Literal) and _readable(value, languages))
    ):
        getattr(node, name).append(value.value)


def _readable(text: pyoxigraph.Literal, languages: tuple[str, ...]) -> bool:
    return not text.language or text.language.partition("-")[0] in languages


def _term(iri: str, node: _Node) -> Term:
    labels = sorted(dict.fromkeys(node.labels))
    return Term(
        line=0,
        id=iri,
        label=labels[0] if labels else "",
        synonyms=(*labels[1:], *sorted(dict.fromkeys(node.synonyms))),
        parents=tuple(sorted(node.parents)),
        exact_matches=tuple(sorted(node.exact_matches)),
        obsolete=node.obsolete,
        successor=min(node.successors, default=""),
    )
