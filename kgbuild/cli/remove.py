"""``kgbuild remove``: take documents out with all that came from them."""

from __future__ import annotations

from pathlib import Path

import click

from kgbuild.cli import ExitCode, counted
from kgbuild.cli.names import of_a_paper
from kgbuild.cli.setup import graph_option, set_up
from kgbuild.errors import NotInGraphError
from kgbuild.graph.reading import StoredGraph, load
from kgbuild.graph.store import GraphStore
from kgbuild.vocabulary import normalise

__all__ = ["command"]


@click.command("remove")
@click.argument("documents", nargs=-1, required=True)
@click.option("--keep-out", metavar="REASON", help="Keep them out when they are read again.")
@graph_option
def command(documents: tuple[str, ...], keep_out: str | None, kg: Path | None) -> int:
    r"""Take documents out, with their mentions, links, relations and evidence.

    A PMID, PMCID or DOI may stand alone.

    \b
    Example: kgbuild remove pubmed:354896
    """
    folder = set_up(kg=kg).folder
    with load(folder) as graph:
        identifiers = [_identifier(graph, document) for document in documents]
    with GraphStore.create(folder) as store:
        for document, identifier in zip(documents, identifiers, strict=True):
            texts = store.remove(identifier, exclude=keep_out)
            click.echo(f"removed {document}: {counted(texts, 'text')}")
    return ExitCode.WELL


def _identifier(graph: StoredGraph, given: str) -> str:
    """The identifier that is meant, also by a PMID, PMCID or DOI alone."""
    for identifier in of_a_paper(given):
        try:
            return graph.document(identifier).id
        except NotInGraphError:
            continue
    return normalise(given)
