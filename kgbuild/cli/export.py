"""``kgbuild export``: write the graph in some format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from kgbuild.assertion import Assertion, Concept
from kgbuild.cli import ExitCode
from kgbuild.cli.progress import Telling
from kgbuild.cli.setup import say_losses, set_up, setup_options, warn_of_old_conclusions
from kgbuild.components import ExporterSpec
from kgbuild.document import Document
from kgbuild.graph.reading import StoredGraph
from kgbuild.host import export

__all__ = ["command"]

Record = TypeVar("Record")


@click.command("export")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--format", "format_", metavar="NAME", help="The format, if the suffix is not it.")
@setup_options
def command(target: Path, format_: str | None, **options: Any) -> int:
    r"""Write the graph to a file or folder; the format is told by the suffix or --format.

    The file has its final name only when it is whole.

    \b
    RDF          .ttl .nt .nq .trig .jsonld .rdf .owl .nanopub.trig
    tables       .kgx .kgx-jsonl .neo4j .parquet
    networks     .graphml .cyjs
    annotations  .jsonl .pubtator .bioc.xml .bioc.json

    Plugins may know more.

    \b
    Example: kgbuild export graph.ttl
    """
    setup = set_up(**options)
    host = setup.host()
    name = host.exporter_for(target, format_)
    spec = cast("ExporterSpec", host.spec("exporter", name))
    exporter = host.create("exporter", name, setup.configuration.settings.component(name))
    with ToldGraph(setup.folder) as graph, graph.snapshot():
        warn_of_old_conclusions(graph)
        try:
            size, lost = export(spec, exporter, graph, target)
        finally:
            graph.telling.wipe()
    click.echo(f"{target}: {name}, {size:,} bytes")
    say_losses(name, lost)
    return ExitCode.WELL


class ToldGraph(StoredGraph):
    """A graph that tells how far an exporter has read it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.telling = Telling()
        self._totals = self.counts()

    def documents(self) -> Iterator[Document]:
        return self._told("document", super().documents())

    def concepts(self) -> Iterator[Concept]:
        return self._told("concept", super().concepts())

    def assertions(self, **chosen: str | None) -> Iterator[Assertion]:
        found = super().assertions(**chosen)
        return found if any(chosen.values()) else self._told("assertion", found)

    def _told(self, what: str, stream: Iterator[Record]) -> Iterator[Record]:
        for done, one in enumerate(stream):
            self.telling("exporting", done, self._totals[f"{what}s"], what=what)
            yield one
