"""``kgbuild central``: the most central concepts."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from kgbuild.analysis.centrality import MEASURES
from kgbuild.cli import ExitCode
from kgbuild.cli.network_options import network_options
from kgbuild.cli.setup import as_json

if TYPE_CHECKING:
    import networkx

__all__ = ["command"]


@click.command("central")
@click.option("--by", default="degree", show_default=True, type=click.Choice(MEASURES))
@network_options
def command(net: networkx.Graph[str], by: str, limit: int, seed: int, json_: bool) -> int:
    r"""List the most central concepts of the graph.

    degree adds up the beliefs of a concept's edges, pagerank lets a walker decide, betweenness
    counts the shortest paths through a concept.

    \b
    Example: kgbuild central --by pagerank -n 10
    """
    from kgbuild.analysis.centrality import central

    found = central(net, by, seed=seed)[:limit]
    if json_:
        as_json([asdict(one) for one in found])
        return ExitCode.WELL
    for one in found:
        click.echo(f"{one.score:>10.4f}  {one.label or one.concept}  ({one.neighbours} neighbours)")
    click.echo(f"of {len(net):,} concepts and {net.number_of_edges():,} ties", err=True)
    return ExitCode.WELL
