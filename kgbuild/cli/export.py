"""``kgbuild export``: write the graph in some format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kgbuild.cli import ExitCode
from kgbuild.cli.setup import say_losses, set_up, setup_options, warn_of_old_conclusions
from kgbuild.exporters import export_graph
from kgbuild.graph.reading import load

__all__ = ["command"]


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
    annotations  .pubtator .bioc.xml .bioc.json

    Plugins may know more.

    \b
    Example: kgbuild export graph.ttl
    """
    setup = set_up(**options)
    host = setup.host()
    name = host.exporter_for(target, format_)
    spec = host.spec("exporter", name)
    exporter = host.create("exporter", name, setup.configuration.settings.component(name))
    with load(setup.folder) as graph, graph.snapshot():
        warn_of_old_conclusions(graph)
        size, lost = export_graph(exporter, graph, target, folder=getattr(spec, "folder", False))
    click.echo(f"{target}: {name}, {size:,} bytes")
    say_losses(name, lost)
    return ExitCode.WELL
