"""Nanopublications: one small, citable publication for each assertion that a text states.

Each has the four graphs that the guidelines (https://nanopub.net/guidelines/working_draft/)
ask for: a head that names the other three; the assertion; its provenance, which begins with the
assertion graph and holds the evidence; and information on the publication itself. They are not
signed and carry no trusty URI and no date: a publisher adds those when publishing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple
from pathlib import Path

from kgbuild.assertion import Assertion
from kgbuild.components import ExporterSpec, Graph
from kgbuild.exporters.rdf import model_from, model_settings, write_pieces
from kgbuild.exporters.rdf_syntax import TriG
from kgbuild.graph import rdf_triples
from kgbuild.graph.rdf_iri import is_iri
from kgbuild.graph.rdf_model import RdfModel
from kgbuild.graph.rdf_pattern import Statement, pattern, term_iri

__all__ = ["SPECS", "NanopublicationExporter"]

HEAD = pattern(
    "head",
    "nanopub",
    """
    @nanopub rdf:type np:Nanopublication
    @nanopub np:hasAssertion @nanopub:assertion
    @nanopub np:hasProvenance @nanopub:provenance
    @nanopub np:hasPublicationInfo @nanopub:pubinfo
    """,
)
DERIVED = pattern(
    "provenance", "nanopub document", "@nanopub:assertion prov:wasDerivedFrom ?document"
)
PREMISE = pattern(
    "provenance", "nanopub premise", "@nanopub:assertion prov:wasDerivedFrom @premise"
)
ATTRIBUTED = pattern(
    "provenance", "nanopub source", "@nanopub:assertion prov:wasAttributedTo @source"
)
PUBLICATION = pattern(
    "pubinfo",
    "nanopub assertion",
    """
    @nanopub rdf:type prov:Entity
    @nanopub prov:wasDerivedFrom @assertion
    """,
)
LICENCE = pattern("pubinfo", "nanopub licence", "@nanopub dcterms:license ?licence")
RIGHTS = pattern("pubinfo", "nanopub rights", "@nanopub dcterms:rights $rights")


class NanopubTriG(TriG):
    """TriG with the prefix of the nanopublication schema."""

    def __init__(self, base_iri: str) -> None:
        super().__init__(base_iri)
        self.names["np"] = term_iri("np:x")[:-1]

    def named(self, graph: str, statements: Iterable[Statement]) -> Iterator[str]:
        """One named graph."""
        yield f"kgbuild:{graph} {{\n"
        yield from self.blocks(statements)
        yield "}\n\n"


class NanopublicationExporter:
    """Writes one nanopublication for each assertion that no reviewer rejected, as TriG."""

    def __init__(self, model: RdfModel) -> None:
        self._model = model
        self._syntax = NanopubTriG(model.base_iri)

    def export(self, graph: Graph, target: Path) -> None:
        """Write the file ``target``. Raises VocabularyError, OSError."""
        write_pieces(self._pieces(graph), target)

    def _pieces(self, graph: Graph) -> Iterator[str]:
        yield self._syntax.header()
        for assertion in graph.assertions():
            if not assertion.rejected:
                yield from self._nanopublication(graph, assertion)

    def _nanopublication(self, graph: Graph, assertion: Assertion) -> Iterator[str]:
        own = f"nanopub:{assertion.id}"
        claim, provenance = [], list(self._derived(own, assertion))
        if assertion.evidence:
            provenance.append(self._model.belief(graph, assertion))
        for statement in self._model.association(assertion):
            if statement[0].layer == "provenance":
                provenance.append(statement)
            elif statement[0] is not rdf_triples.PREMISE:
                claim.append(statement)
        if assertion.plain:
            claim.insert(0, self._model.edge(assertion))
        yield from self._syntax.named(f"{own}:head", [(HEAD, [own])])
        yield from self._syntax.named(f"{own}:assertion", claim)
        yield from self._syntax.named(f"{own}:provenance", provenance)
        yield from self._syntax.named(f"{own}:pubinfo", self._pubinfo(own, assertion))

    def _derived(self, own: str, assertion: Assertion) -> Iterator[Statement]:
        """What the assertion graph rests on: documents, premises, software."""
        for document in sorted({self._model.iri(e.document) for e in assertion.evidence}):
            yield DERIVED, [own, document]
        for premise in sorted(set(assertion.derivation)):
            yield PREMISE, [own, f"assertion:{premise}"]
        sources = sorted({evidence.source for evidence in assertion.evidence}, key=astuple)
        described = [self._model.source(source) for source in sources]
        for _, values in described:
            yield ATTRIBUTED, [own, values[0]]
        yield from described

    def _pubinfo(self, own: str, assertion: Assertion) -> Iterator[Statement]:
        yield PUBLICATION, [own, f"assertion:{assertion.id}"]
        if licence := self._model.licence:
            yield (LICENCE if is_iri(licence) else RIGHTS), [own, licence]


SPECS = (
    ExporterSpec(
        name="nanopub",
        summary="Nanopublications as TriG: one for each assertion.",
        create=lambda settings: NanopublicationExporter(model_from(settings)),
        settings=model_settings,
        suffixes=(".nanopub.trig",),
    ),
)
