"""``kgbuild merge``: take over what other graphs hold."""

from __future__ import annotations

from pathlib import Path

import click

from kgbuild.cli import ExitCode, counted
from kgbuild.cli.setup import graph_option, set_up
from kgbuild.graph.merging import merge
from kgbuild.graph.store import GraphStore

__all__ = ["command"]


@click.command("merge")
@click.argument("graphs", nargs=-1, required=True, type=click.Path(path_type=Path))
@graph_option
def command(graphs: tuple[Path, ...], kg: Path | None) -> int:
    r"""Take over documents, annotations, evidence, reviews and failures of other graphs.

    What both hold is there once; the order of merging does not matter. The other graphs are
    not changed.

    \b
    Example: kgbuild merge ../colleague/kg
    """
    with GraphStore.create(set_up(kg=kg).folder) as store:
        for graph in graphs:
            merged = merge(store, graph)
            click.echo(
                f"{graph}: {counted(merged.texts, 'new text')}, annotations of"
                f" {merged.annotated:,}, {counted(merged.reviews, 'review')},"
                f" {counted(merged.failures, 'failure')}"
            )
    return ExitCode.WELL
