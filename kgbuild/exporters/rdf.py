"""Exporters of RDF: Turtle, N-Triples, N-Quads, TriG, JSON-LD, RDF/XML.

All of them write the quads of :mod:`kgbuild.graph.rdf_model`; they differ in syntax alone.
Turtle, N-Triples and RDF/XML leave the named graphs out. Each streams: memory does not grow
with the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgbuild.components import ExporterSpec, Graph
from kgbuild.graph.rdf_model import RdfModel
from kgbuild.graph.rdf_pattern import NQuads, NTriples, Syntax
from kgbuild.vocabulary import OWN_IRI

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["SPECS", "RdfExporter", "model_settings", "rdf_settings"]

Writer = Callable[[str], Syntax]


@cache
def model_settings() -> type[BaseModel]:
    """The settings of everything that writes RDF: ``base_iri``, ``title`` and ``licence``."""
    from pydantic import BaseModel, ConfigDict, Field

    class ModelSettings(BaseModel):
        """Settings of what writes RDF."""

        model_config = ConfigDict(extra="forbid")

        base_iri: str = Field(
            OWN_IRI, description="begins the IRIs of kgbuild's own nodes; ends in `/`, `#` or `:`"
        )
        title: str = Field(
            "A knowledge graph from literature, by kgbuild", description="the dataset's title"
        )
        licence: str = Field("", description="the dataset's licence: an address or a name")

    return ModelSettings


@cache
def rdf_settings() -> type[BaseModel]:
    """The settings of the RDF exporters: also ``predicted``."""
    from pydantic import Field

    class RdfSettings(model_settings()):  # type: ignore[misc]
        """Settings of the RDF exporters."""

        predicted: bool = Field(False, description="write what `kgbuild predict` suggests too")

    return RdfSettings


_PIECES = 32


class RdfExporter:
    """Writes a graph in one RDF syntax, streaming, UTF-8."""

    def __init__(self, writer: Writer, model: RdfModel) -> None:
        self._syntax = writer(model.base_iri)
        self._model = model

    def export(self, graph: Graph, target: Path) -> None:
        """Write the graph to the file ``target``. Raises VocabularyError, OSError."""
        write_pieces(self._syntax.document(self._model.statements(graph)), target)


def write_pieces(pieces: Iterable[str], target: Path) -> None:
    """Write text to a file, some pieces at a time.

    So few that what is in hand stays in the processor's cache: with 256, of 2 MB, the system took
    longer to find memory for them than it takes to make them.
    """
    stream = iter(pieces)
    with target.open("wb") as file:
        while batch := "".join(islice(stream, _PIECES)):
            file.write(batch.encode())


def model_from(settings: Any) -> RdfModel:
    """The RDF model as the settings have it. Raises ConfigError for a bad base IRI."""
    return RdfModel(**settings.model_dump())


def _turtle(base_iri: str) -> Syntax:
    from kgbuild.exporters.rdf_syntax import Turtle

    return Turtle(base_iri)


def _trig(base_iri: str) -> Syntax:
    from kgbuild.exporters.rdf_syntax import TriG

    return TriG(base_iri)


def _json_ld(base_iri: str) -> Syntax:
    from kgbuild.exporters.rdf_syntax import JsonLd

    return JsonLd(base_iri)


def _rdf_xml(base_iri: str) -> Syntax:
    from kgbuild.exporters.rdf_syntax import RdfXml

    return RdfXml(base_iri)


def _spec(name: str, summary: str, writer: Writer, *suffixes: str) -> ExporterSpec:
    return ExporterSpec(
        name=name,
        summary=summary,
        create=lambda settings: RdfExporter(writer, model_from(settings)),
        settings=rdf_settings,
        suffixes=suffixes,
    )


SPECS = (
    _spec("turtle", "RDF as Turtle: grouped by subject, for people.", _turtle, ".ttl"),
    _spec("n-triples", "RDF as N-Triples: one triple a line.", NTriples, ".nt"),
    _spec("n-quads", "RDF as N-Quads: one quad a line, in named graphs.", NQuads, ".nq"),
    _spec("trig", "RDF as TriG: Turtle in named graphs.", _trig, ".trig"),
    _spec("json-ld", "RDF as JSON-LD, with its context.", _json_ld, ".jsonld"),
    _spec("rdf-xml", "RDF as RDF/XML, for OWL tools.", _rdf_xml, ".rdf", ".owl"),
)
