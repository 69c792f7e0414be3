"""``kgbuild failures``: what failed, and how to do it again."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from kgbuild.cli import ExitCode, counted
from kgbuild.cli.setup import graph_option, hints_of_failures, set_up
from kgbuild.graph.reading import load
from kgbuild.graph.store import GraphStore

__all__ = ["command"]


@click.command("failures")
@click.option("--retry", is_flag=True, help="Mark them to be done again by the next ingest.")
@click.option("--json", "json_", is_flag=True, help="Print a line of JSON for each.")
@graph_option
def command(kg: Path | None, retry: bool, json_: bool) -> int:
    r"""List what failed: files, records, and components on documents.

    \b
    Example: kgbuild failures
    """
    folder = set_up(kg=kg).folder
    if retry:
        with GraphStore.create(folder) as store, store.batch():
            count = store.retry_failures()
        again = "will be tried again by the next kgbuild ingest"
        click.echo(f"{counted(count, 'failure')} {again}")
        return ExitCode.WELL
    with load(folder) as graph:
        if not graph.counts()["failures"]:
            click.echo("nothing failed", err=True)
        errors = set()
        for failure in graph.failures():
            errors.add(failure.error)
            if json_:
                click.echo(json.dumps(asdict(failure), ensure_ascii=False))
            else:
                click.echo(
                    f"{failure.where}: {failure.component}: {failure.error}: {failure.message}"
                )
    hints_of_failures(errors)
    return ExitCode.WELL
