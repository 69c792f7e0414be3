"""``kgbuild near``: what lies around a concept."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from kgbuild.cli import ExitCode, counted
from kgbuild.cli.claims import predicate_of
from kgbuild.cli.edge_options import edge_options
from kgbuild.cli.names import concept_of
from kgbuild.cli.setup import as_json, only_form
from kgbuild.graph.reading import StoredGraph

if TYPE_CHECKING:
    from kgbuild.reasoning.edges import Constraints

__all__ = ["command"]


@click.command("near")
@click.argument("concept")
@click.option("--steps", default=1, show_default=True, type=click.IntRange(1, 4))
@click.option("--limit", "-n", default=20, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--category", default="", help="Of what is to be found.")
@click.option("--svg", is_flag=True, help="Print a picture.")
@edge_options
def command(
    graph: StoredGraph,
    constraints: Constraints,
    concept: str,
    steps: int,
    limit: int,
    category: str,
    svg: bool,
    json_: bool,
) -> int:
    r"""List the concepts within some steps of one, the nearest and surest first.

    Concepts with more than --max-degree edges are found and not passed. Run kgbuild reason
    before, which keeps the beliefs.

    \b
    Example: kgbuild near aspirin --steps 2
             kgbuild near aspirin --svg
    """
    from kgbuild.analysis.neighbourhood import near
    from kgbuild.analysis.neighbourhood_picture import as_svg
    from kgbuild.vocabulary import check_category

    form = only_form(json=json_, svg=svg)
    wanted = check_category(category) if category else ""
    start = concept_of(graph, concept)
    found = [
        one
        for one in near(graph, start, steps=steps, constraints=constraints)
        if not wanted or one.category == wanted
    ]
    if form == "svg":
        click.echo(as_svg(graph, start, found[:limit]), nl=False)
    elif form == "json":
        as_json([asdict(one) for one in found[:limit]])
    else:
        for one in found[:limit]:
            click.echo(
                f"{one.steps}  {one.belief:.3f}  {one.label or one.concept}"
                f"  ({_predicates(graph, one.assertions)})"
            )
    click.echo(counted(len(found), "concept"), err=True)
    return ExitCode.WELL


def _predicates(graph: StoredGraph, assertions: tuple[str, ...]) -> str:
    return ", ".join(predicate_of(graph.assertion(one)) for one in assertions)
