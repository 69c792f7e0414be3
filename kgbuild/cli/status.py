"""``kgbuild status``: how much the graph holds, and what was left out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from kgbuild.cli import ExitCode, counted
from kgbuild.cli.linked import linked_lines
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
        linked, waiting = graph.linked_kinds(), graph.waiting()
    if json_:
        as_json(
            {
                "counts": dict(counts),
                "linked": list(map(asdict, linked)),
                "waiting": waiting,
                "left out": dict(drops),
                "runs": runs,
            }
        )
        return ExitCode.WELL
    for name, count in counts.items():
        click.echo(f"{count:>12,}  {name}")
    for line in linked_lines(linked):
        click.echo(f"   {line}")
    for reason, count in drops.items():
        click.echo(f"{count:>12,}  left out: {reason}")
    for started, finished, paths, _ in runs:
        click.echo(f"run {started} to {finished or 'its interruption'}: {paths}")
    if waiting:
        click.echo(f"note: not annotated yet: {counted(waiting, 'text')}", err=True)
        click.echo("hint: kgbuild ingest with the same paths goes on", err=True)
    return ExitCode.WELL
