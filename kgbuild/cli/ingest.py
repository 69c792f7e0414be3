"""``kgbuild ingest``: papers in, graph kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from kgbuild.cli import ExitCode, counted
from kgbuild.cli.linked import linked_lines
from kgbuild.cli.progress import Telling
from kgbuild.cli.setup import (
    as_json,
    hints_of_failures,
    run_options,
    say_what_annotates,
    set_up,
    setup_options,
)
from kgbuild.ingest import Summary, ingest
from kgbuild.papers import plan

__all__ = ["command"]

_FAILURES = 10
"""Failures that the summary shows."""


@click.command("ingest")
@click.argument("paths", nargs=-1, required=True)
@run_options
@click.option("--prune", is_flag=True, help="Forget files that are no longer there.")
@click.option("--retry", is_flag=True, help="Do again what failed before.")
@click.option("--dry-run", is_flag=True, help="Say what would be read, and read nothing.")
@click.option("--json", "json_", is_flag=True, help="Print the summary as JSON.")
@setup_options
def command(
    paths: tuple[str, ...],
    reader: str | None,
    prune: bool,
    retry: bool,
    dry_run: bool,
    json_: bool,
    **options: Any,
) -> int:
    r"""Read papers into the graph. PATH is a file, a folder, an archive, or - for standard input.

    What has not changed is skipped, so the same command resumes a run that was ended.

    \b
    Example: kgbuild ingest papers/
    """
    from kgbuild.graph.store import GraphStore, database_path
    from kgbuild.workers import annotators

    setup = set_up(**options)
    host = setup.host(reader=reader)
    if dry_run:
        return _dry_run(paths, host, setup, reader, json_=json_)
    say_what_annotates(setup, host)
    running = annotators(host, setup.configuration, setup.options)
    new = not database_path(setup.folder).exists()
    telling = Telling()
    try:
        if new:
            running.start()  # so that a component which cannot be made leaves no empty graph
        with GraphStore.create(setup.folder) as store:
            if retry:
                with store.batch():
                    store.retry_failures()
            summary = ingest(
                paths,
                store=store,
                host=host,
                configuration=setup.configuration,
                annotators=running,
                reader=reader,
                prune=prune,
                progress=telling,
            )
    finally:
        telling.wipe()
        running.close()
    if json_:
        as_json(summary.as_json())
    else:
        _show(summary, setup.folder)
        if new and summary.counts["concepts"]:
            click.echo(
                "hint: kgbuild show NAME shows a concept, its edges, their sentences", err=True
            )
            click.echo("hint: kgbuild query --cookbook list has questions to ask", err=True)
            click.echo("hint: kgbuild report shows all of it on one page", err=True)
    return ExitCode.FAILURES if summary.failures_total else ExitCode.WELL


def _dry_run(
    paths: tuple[str, ...], host: Any, setup: Any, reader: str | None, *, json_: bool
) -> int:
    planned = list(plan(paths, host, setup.configuration, reader))
    if json_:
        as_json([{"file": name, "reader": choice} for name, choice in planned])
    else:
        for name, choice in planned:
            click.echo(f"{name}\t{choice}")
    return ExitCode.WELL


def _show(summary: Summary, folder: Path) -> None:
    click.echo(
        f"{counted(summary.files_read, 'file')} read, {summary.files_unchanged:,} unchanged;"
        f" {counted(summary.documents_read, 'document')}, {counted(summary.texts_new, 'text')} new,"
        f" {summary.texts_gone:,} gone; {summary.documents_annotated:,} annotated"
        f" in {summary.seconds:.1f} s"
    )
    here = Path.cwd()
    shown = folder.relative_to(here) if folder.is_relative_to(here) else folder
    click.echo(f"the graph in {shown} holds")
    for name, count in summary.counts.items():
        click.echo(f"  {count:>9,}  {name}")
    for line in linked_lines(summary.linked):
        click.echo(f"  {line}")
    _show_counts("left out", dict(sorted(summary.left_out.items())))
    _show_counts("not in the graph", summary.drops)
    if summary.files_missing:
        missing = counted(summary.files_missing, "file")
        click.echo(f"  no longer there: {missing}; --prune forgets what is gone")
    if summary.failures_total:
        click.echo(f"{counted(summary.failures_total, 'failure')}:", err=True)
        for failure in summary.failures[:_FAILURES]:
            click.echo(f"  {failure.where}: {failure.component}: {failure.message}", err=True)
        if (more := summary.failures_total - _FAILURES) > 0:
            click.echo(f"  … and {more:,} more", err=True)
        click.echo("hint: kgbuild failures lists all of them", err=True)
        hints_of_failures(failure.error for failure in summary.failures)
    elif before := summary.counts["failures"]:
        click.echo(f"note: {counted(before, 'failure')} of earlier runs", err=True)
        click.echo("hint: kgbuild failures lists them; --retry tries them again", err=True)


def _show_counts(heading: str, counts: Mapping[str, int]) -> None:
    """What was left aside, by reason, under a heading; nothing where nothing was."""
    if counts:
        click.echo(heading)
    for reason, count in counts.items():
        click.echo(f"  {count:>9,}  {reason}")
