"""``kgbuild paths``: the best paths between two concepts."""

from __future__ import annotations

from dataclasses import asdict, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import click

from kgbuild.cli import ExitCode
from kgbuild.cli.claims import predicate_of, sentences
from kgbuild.cli.edge_options import edge_options
from kgbuild.cli.names import called, concept_of
from kgbuild.cli.setup import as_json
from kgbuild.graph.reading import StoredGraph
from kgbuild.reasoning import paths

if TYPE_CHECKING:
    from kgbuild.reasoning.edges import Constraints

__all__ = ["command"]


@click.command("paths")
@click.argument("start", metavar="A")
@click.argument("goal", metavar="B")
@click.option("--limit", "-n", default=10, show_default=True, type=click.IntRange(1, 1_000))
@click.option(
    "--length", default=4, show_default=True, type=click.IntRange(1, 6), help="Edges at most."
)
@click.option("--without", multiple=True, metavar="CONCEPT", help="Do not pass this concept.")
@click.option("--explain", is_flag=True, help="Show the sentences of each hop.")
@edge_options
def command(
    graph: StoredGraph,
    constraints: Constraints,
    start: str,
    goal: str,
    limit: int,
    length: int,
    without: tuple[str, ...],
    explain: bool,
    json_: bool,
) -> int:
    r"""Find the best simple paths between two concepts, by the product of their beliefs.

    Concepts with more than --max-degree edges are not passed: they join everything to
    everything. Run kgbuild reason before, which keeps the beliefs.

    \b
    Example: kgbuild paths aspirin headache --length 3 --explain
    """
    found = paths.best_paths(
        graph,
        concept_of(graph, start),
        concept_of(graph, goal),
        limit=limit,
        length=length,
        constraints=replace(constraints, without=[concept_of(graph, one) for one in without]),
    )
    if json_:
        as_json(asdict(found))
    else:
        for path in found.paths:
            _print(graph, path, explain=explain)
    if found.hubs:
        click.echo(f"not passed, for their many edges: {', '.join(found.hubs[:10])}", err=True)
    if found.cut:
        click.echo("the search was cut short; constraints make it smaller", err=True)
    if not found.paths:
        click.echo("no path", err=True)
    return ExitCode.WELL


def _print(graph: StoredGraph, path: paths.Path, *, explain: bool) -> None:
    line = called(graph, path.concepts[0])
    for (here, there), assertion in zip(pairwise(path.concepts), path.assertions, strict=True):
        said = predicate_of(assertion)
        arrow = f"—{said}→" if assertion.subject == here else f"←{said}—"
        line += f" {arrow} {called(graph, there)}"
    click.secho(f"{path.belief:.3f}  {line}", bold=explain)
    if explain:
        for assertion in path.assertions:
            for sentence in sentences(graph, assertion, 3):
                click.echo(f"    {sentence}")
