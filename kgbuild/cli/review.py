"""``kgbuild review``: a person's opinion on an assertion, with the reason."""

from __future__ import annotations

from pathlib import Path

import click

from kgbuild.assertion import Verdict
from kgbuild.cli import ExitCode
from kgbuild.cli.setup import graph_option, set_up
from kgbuild.errors import UsageError
from kgbuild.graph.reading import load
from kgbuild.graph.store import GraphStore

__all__ = ["command"]


@click.command("review")
@click.argument("assertion")
@click.option("--accept", is_flag=True, help="It is right.")
@click.option("--reject", is_flag=True, help="It is wrong.")
@click.option("--reviewer", required=True, help="Who says so.")
@click.option("--reason", default="", help="Why.")
@graph_option
def command(
    assertion: str, accept: bool, reject: bool, reviewer: str, reason: str, kg: Path | None
) -> int:
    r"""Accept or reject an assertion. The opinion is kept over re-ingest, and exported.

    \b
    Example: kgbuild review 1f3a9c --reject --reviewer me --reason "a mouse study"
    """
    if accept == reject:
        raise UsageError("say --accept or --reject, and not both")
    verdict = (Verdict.ACCEPTED if accept else Verdict.REJECTED).value
    folder = set_up(kg=kg).folder
    with load(folder) as graph:
        identity = graph.assertion(assertion).id
    with GraphStore.create(folder) as store, store.batch():
        store.keep_review(identity, reviewer, verdict, reason)
    click.echo(f"{identity[:12]} {verdict} by {reviewer}")
    return ExitCode.WELL
