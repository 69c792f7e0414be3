"""``kgbuild backup``: a whole copy of the graph, also while an ingest runs."""

from __future__ import annotations

from pathlib import Path

import click

from kgbuild.cli import ExitCode
from kgbuild.cli.setup import graph_option, set_up
from kgbuild.graph.transfer import back_up

__all__ = ["command"]


@click.command("backup")
@click.argument("target", type=click.Path(path_type=Path))
@graph_option
def command(target: Path, kg: Path | None) -> int:
    r"""Copy the graph to another folder, as it is at one moment.

    \b
    Example: kgbuild backup kg-monday
    """
    size = back_up(set_up(kg=kg).folder, target)
    click.echo(f"{target}: {size:,} bytes")
    return ExitCode.WELL
