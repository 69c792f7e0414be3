"""``kgbuild communities``: concepts that hang together."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from kgbuild.cli import ExitCode, counted
from kgbuild.cli.network_options import network_options
from kgbuild.cli.setup import as_json

if TYPE_CHECKING:
    import networkx

__all__ = ["command"]


@click.command("communities")
@click.option(
    "--resolution", default=1.0, show_default=True, type=click.FloatRange(0, min_open=True),
    help="Higher gives more and smaller ones.",
)  # fmt: skip
@click.option("--smallest", default=3, show_default=True, type=click.IntRange(1))
@network_options
def command(
    net: networkx.Graph[str], limit: int, resolution: float, smallest: int, seed: int, json_: bool
) -> int:
    r"""Find communities: concepts tied to each other more than to the rest.

    Each is named after its strongest concepts and its commonest category. JSON has all members.

    \b
    Example: kgbuild communities --smallest 2
    """
    from kgbuild.analysis.community import communities

    found = communities(net, resolution=resolution, smallest=smallest, seed=seed)
    if json_:
        as_json([asdict(one) for one in found[:limit]])
        return ExitCode.WELL
    for one in found[:limit]:
        click.echo(
            f"{len(one.members):>6,}  {one.label}  ({one.category.removeprefix('biolink:')};"
            f" {one.inside:.0%} of its belief inside)"
        )
    said = f"{counted(len(found), 'community')} among {counted(len(net), 'concept')}"
    click.echo(said, err=True)
    return ExitCode.WELL
