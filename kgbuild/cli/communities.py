"""``kgbuild communities``: concepts that hang together."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from kgbuild.cli import ExitCode
from kgbuild.cli.setup import as_json, graph_option, set_up
from kgbuild.graph.reading import load

__all__ = ["command"]


@click.command("communities")
@click.option("--limit", "-n", default=20, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option(
    "--resolution", default=1.0, show_default=True, type=click.FloatRange(0, min_open=True),
    help="Higher gives more and smaller ones.",
)  # fmt: skip
@click.option("--smallest", default=3, show_default=True, type=click.IntRange(1))
@click.option("--predicate", multiple=True, help="Use only edges with it; may be repeated.")
@click.option("--category", multiple=True, help="Use only such concepts; may be repeated.")
@click.option("--seed", default=0, show_default=True)
@click.option("--json", "json_", is_flag=True, help="Print JSON, with all members.")
@graph_option
def command(
    limit: int,
    resolution: float,
    smallest: int,
    predicate: tuple[str, ...],
    category: tuple[str, ...],
    seed: int,
    json_: bool,
    kg: Path | None,
) -> int:
    r"""Find communities: concepts tied to each other more than to the rest.

    Each is named after its strongest concepts and its commonest category.

    \b
    Example: kgbuild communities --smallest 2
    """
    from kgbuild.analysis.community import communities
    from kgbuild.analysis.networks import network

    with load(set_up(kg=kg).folder) as graph:
        net = network(graph, predicates=predicate, categories=category)
    found = communities(net, resolution=resolution, smallest=smallest, seed=seed)
    if json_:
        as_json([asdict(one) for one in found[:limit]])
        return ExitCode.WELL
    for one in found[:limit]:
        click.echo(
            f"{len(one.members):>6,}  {one.label}  ({one.category.removeprefix('biolink:')};"
            f" {one.inside:.0%} of its belief inside)"
        )
    click.echo(f"{len(found):,} communities among {len(net):,} concepts", err=True)
    return ExitCode.WELL
