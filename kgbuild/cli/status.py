"""``kgbuild status``: how much the graph holds, and what was left out."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

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
                "runs": [_run(*run) for run in runs],
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
        named = " ".join(json.loads(paths))
        click.echo(f"run {started} to {finished or 'its interruption'}: {named}")
    if waiting:
        click.echo(f"note: not annotated yet: {counted(waiting, 'text')}", err=True)
        click.echo("hint: kgbuild ingest with the same paths goes on", err=True)
    return ExitCode.WELL


def _run(started: str, finished: str | None, paths: str, summary: str | None) -> dict[str, Any]:
    """A run as plain values; without a summary it was ended before it could write one."""
    return {
        "started": started,
        "finished": finished,
        "paths": json.loads(paths),
        "summary": json.loads(summary) if summary else None,
    }
