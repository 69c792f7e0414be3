"""``kgbuild top``: rankings that the store answers at once."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from kgbuild.cli import ExitCode
from kgbuild.cli.setup import as_json, graph_option, set_up
from kgbuild.graph.ranking import RANKINGS, Ranked, hops, ranked
from kgbuild.graph.reading import load

__all__ = ["command"]


@click.command("top")
@click.argument("what", type=click.Choice([*RANKINGS, "hops"]))
@click.option("--limit", "-n", default=10, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--first", default="biolink:affects", show_default=True, help="The first hop.")
@click.option("--then", default="biolink:causes", show_default=True, help="The second hop.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@graph_option
def command(what: str, limit: int, first: str, then: str, json_: bool, kg: Path | None) -> int:
    r"""Rank by evidence: assertions, predicates, concepts, documents, pairs named together.

    ``hops`` finds A and C where A has the first edge to some B and B the second to C, and no
    edge joins A and C.

    \b
    Example: kgbuild top assertions -n 20
             kgbuild top hops --first biolink:affects --then biolink:causes
    """
    with load(set_up(kg=kg).folder) as graph:
        if what == "hops":
            pairs = list(hops(graph, first, then, limit))
            lines = [
                f"{pair.ways:>8,}  {pair.subject_label} … {pair.object_label}"
                f"  ({pair.subject}, {pair.object}; {pair.evidence:,} sentences)"
                for pair in pairs
            ]
            rows = [asdict(pair) for pair in pairs]
        else:
            found = list(ranked(graph, what, limit))
            lines = [f"{row.count:>8,}  {_called(what, row)}" for row in found]
            rows = [asdict(row) for row in found]
    if json_:
        as_json(rows)
    else:
        click.echo("\n".join(lines) if lines else "nothing yet")
    if what == "hops" and not rows:
        click.echo(
            f"hint: no A {first} B, B {then} C; kgbuild top predicates has what --first and --then"
            " can be",
            err=True,
        )
    return ExitCode.WELL


def _called(what: str, row: Ranked) -> str:
    """What a row is about, and the identifier that other verbs take."""
    if what == "predicates":
        return f"{row.identity}  ({row.label})"
    return f"{row.label}  ({row.identity[:12] if what == 'assertions' else row.identity})"
