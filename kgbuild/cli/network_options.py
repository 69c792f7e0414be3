"""What the verbs share that take the graph as one network: their options, and the network."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from kgbuild.cli.setup import graph_option, set_up
from kgbuild.graph.reading import load

__all__ = ["network_options"]

_OPTIONS = (
    click.option("--limit", "-n", default=20, show_default=True, type=click.IntRange(1, 1_000_000)),
    click.option("--predicate", multiple=True, help="Use only edges with it; may be repeated."),
    click.option("--category", multiple=True, help="Use only such concepts; may be repeated."),
    click.option("--seed", default=0, show_default=True, help="Draws what is left to chance."),
    click.option("--json", "json_", is_flag=True, help="Print JSON."),
    graph_option,
)


def network_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the network ``net`` that its options name, and limit, seed and json_."""

    @wraps(command)
    def with_network(
        *, kg: Path | None, predicate: tuple[str, ...], category: tuple[str, ...], **options: Any
    ) -> int:
        from kgbuild.analysis.networks import network

        with load(set_up(kg=kg).folder) as graph:
            net = network(graph, predicates=predicate, categories=category)
        return command(net=net, **options)

    for option in reversed(_OPTIONS):
        with_network = option(with_network)
    return with_network
