"""``kgbuild readmit``: let documents in again that were kept out."""

from __future__ import annotations

from pathlib import Path

import click

from kgbuild.cli import ExitCode
from kgbuild.cli.names import of_a_paper
from kgbuild.cli.setup import graph_option, set_up
from kgbuild.graph.reading import load
from kgbuild.graph.store import GraphStore
from kgbuild.vocabulary import normalise

__all__ = ["command"]


@click.command("readmit")
@click.argument("documents", nargs=-1)
@graph_option
def command(documents: tuple[str, ...], kg: Path | None) -> int:
    r"""Let documents in again that ``remove --keep-out`` keeps out; without any, list those.

    The next ingest of their files brings them back.

    \b
    Example: kgbuild readmit pubmed:354896
    """
    folder = set_up(kg=kg).folder
    if not documents:
        return _list(folder)
    with load(folder) as graph:
        kept_out = {curie for curie, _ in graph.kept_out()}
    with GraphStore.create(folder) as store:
        for document in documents:
            named = (one for one in of_a_paper(document) if one in kept_out)
            freed = store.readmit(next(named, None) or normalise(document))
            click.echo(f"let in again: {', '.join(freed)}")
    click.echo("the next kgbuild ingest of their files brings them back", err=True)
    return ExitCode.WELL


def _list(folder: Path) -> int:
    with load(folder) as graph:
        kept_out = list(graph.kept_out())
    for curie, reason in kept_out:
        click.echo(f"{curie}  {reason}")
    if not kept_out:
        click.echo("no document is kept out", err=True)
    return ExitCode.WELL
