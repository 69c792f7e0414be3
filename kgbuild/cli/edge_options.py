"""What the verbs share that go from concept to concept: which edges, and the graph."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from kgbuild.cli.setup import graph_option, set_up
from kgbuild.graph.reading import load

__all__ = ["edge_options"]

_OPTIONS = (
    click.option("--predicate", multiple=True, help="Use only edges with it; may be repeated."),
    click.option("--through", multiple=True, metavar="CATEGORY", help="Pass only such concepts."),
    click.option("--max-degree", default=2_000, show_default=True, type=click.IntRange(1)),
    click.option("--before", default="", metavar="YEAR", help="What was known before a date."),
    click.option("--json", "json_", is_flag=True, help="Print JSON."),
    graph_option,
)


def edge_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the ``graph``, and the ``constraints`` that its options name, and json_."""

    @wraps(command)
    def with_graph(
        *,
        kg: Path | None,
        predicate: tuple[str, ...],
        through: tuple[str, ...],
        max_degree: int,
        before: str,
        **options: Any,
    ) -> int:
        from kgbuild.reasoning.edges import Constraints
        from kgbuild.vocabulary import check_category, check_predicate

        constraints = Constraints(
            predicates=[check_predicate(one) for one in predicate],
            categories=[check_category(one) for one in through],
            max_degree=max_degree,
            before=before,
        )
        with load(set_up(kg=kg).folder) as graph:
            return command(graph=graph, constraints=constraints, **options)

    for option in reversed(_OPTIONS):
        with_graph = option(with_graph)
    return with_graph
