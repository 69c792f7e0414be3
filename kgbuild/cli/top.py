"""``kgbuild top``: rankings that the store answers at once."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from kgbuild.cli import ExitCode, counted
from kgbuild.cli.setup import as_json, graph_option, set_up
from kgbuild.graph.ranking import RANKINGS, Hops, Ranked, hops, kinds_of_hops, ranked
from kgbuild.graph.reading import StoredGraph, load
from kgbuild.vocabulary import check_predicate

__all__ = ["command"]


@click.command("top")
@click.argument("what", type=click.Choice([*RANKINGS, "hops"]))
@click.option("--limit", "-n", default=10, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--first", metavar="PREDICATE", help="Of the first hop; else what has most.")
@click.option("--then", metavar="PREDICATE", help="Of the second hop; else what has most.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@graph_option
def command(
    what: str, limit: int, first: str | None, then: str | None, json_: bool, kg: Path | None
) -> int:
    r"""Rank by evidence: assertions, predicates, concepts, documents, pairs named together.

    ``hops`` finds A and C where A has the first edge to some B and B the second to C, and no
    edge joins A and C.

    \b
    Example: kgbuild top assertions -n 20
             kgbuild top hops --first biolink:affects --then biolink:causes
    """
    with load(set_up(kg=kg).folder) as graph:
        if what == "hops":
            pairs = _hops(graph, first, then, limit)
            lines = [
                f"{pair.ways:>8,}  {pair.subject_label} … {pair.object_label}"
                f"  ({pair.subject}, {pair.object}; {counted(pair.evidence, 'sentence')})"
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
    return ExitCode.WELL


def _hops(graph: StoredGraph, first: str | None, then: str | None, limit: int) -> list[Hops]:
    """The pairs over those predicates; where one is not said, over the commonest that has any."""
    for given in filter(None, (first, then)):
        check_predicate(given)
    kinds = [(first, then)] if first and then else kinds_of_hops(graph)
    for one, other in kinds:
        if first in (None, one) and then in (None, other):
            pairs = list(hops(graph, one, other, limit))
            if pairs:
                click.echo(f"note: A {one} B, B {other} C, and no edge from A to C", err=True)
                return pairs
    click.echo(
        f"hint: no A {first or '…'} B, B {then or '…'} C without an edge from A to C;"
        " kgbuild top predicates has what --first and --then can be",
        err=True,
    )
    return []


def _called(what: str, row: Ranked) -> str:
    """What a row is about, and the identifier that other verbs take."""
    if what == "predicates":
        return f"{row.identity}  ({row.label})"
    return f"{row.label}  ({row.identity[:12] if what == 'assertions' else row.identity})"
