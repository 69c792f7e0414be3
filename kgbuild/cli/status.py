"""``kgbuild status``: how much the graph holds, and what was left out."""

from __future__ import annotations

from pathlib import Path

import click

from kgbuild.cli import ExitCode, counted
from kgbuild.cli.setup import as_json, graph_option, set_up
from kgbuild.graph.reading import load

__all__ = ["command"]


@click.command("status")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@graph_option
def command(kg: Path | None, json_: bool) -> int:
    r"""Say how much the graph holds, what was left out of it and why.

    \b
    Example: kgbuild status
    """
    with load(set_up(kg=kg).folder) as graph:
        counts, drops, runs = graph.counts(), graph.drops(), graph.last_runs(3)
        waiting = graph.waiting()
    if json_:
        found = {"counts": dict(counts), "waiting": waiting, "left out": dict(drops), "runs": runs}
        as_json(found)
        return ExitCode.WELL
    for name, count in counts.items():
        click.echo(f"{count:>12,}  {name}")
    for reason, count in drops.items():
        click.echo(f"{count:>12,}  left out: {reason}")
    for started, finished, paths, _ in runs:
        click.echo(f"run {started} to {finished or 'its interruption'}: {paths}")
    if waiting:
        click.echo(f"note: not annotated yet: {counted(waiting, 'text')}", err=True)
        click.echo("hint: kgbuild ingest with the same paths goes on", err=True)
    return ExitCode.WELL
