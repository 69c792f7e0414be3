"""``kgbuild central``: the most central concepts."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from kgbuild.analysis.centrality import MEASURES
from kgbuild.cli import ExitCode
from kgbuild.cli.setup import as_json, graph_option, set_up
from kgbuild.graph.reading import load

__all__ = ["command"]


@click.command("central")
@click.option("--by", default="degree", show_default=True, type=click.Choice(MEASURES))
@click.option("--limit", "-n", default=20, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--predicate", multiple=True, help="Use only edges with it; may be repeated.")
@click.option("--category", multiple=True, help="Use only such concepts; may be repeated.")
@click.option("--seed", default=0, show_default=True, help="Draws the starts for betweenness.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@graph_option
def command(
    by: str,
    limit: int,
    predicate: tuple[str, ...],
    category: tuple[str, ...],
    seed: int,
    json_: bool,
    kg: Path | None,
) -> int:
    r"""List the most central concepts of the graph.

    degree adds up the beliefs of a concept's edges, pagerank lets a walker decide, betweenness
    counts the shortest paths through a concept.

    \b
    Example: kgbuild central --by pagerank -n 10
    """
    from kgbuild.analysis.centrality import central
    from kgbuild.analysis.networks import network

    with load(set_up(kg=kg).folder) as graph:
        net = network(graph, predicates=predicate, categories=category)
    found = central(net, by, seed=seed)[:limit]
    if json_:
        as_json([asdict(one) for one in found])
        return ExitCode.WELL
    for one in found:
        click.echo(f"{one.score:>10.4f}  {one.label or one.concept}  ({one.neighbours} neighbours)")
    click.echo(f"of {len(net):,} concepts and {net.number_of_edges():,} ties", err=True)
    return ExitCode.WELL
