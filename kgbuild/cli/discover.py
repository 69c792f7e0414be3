"""``kgbuild discover``: what the literature implies and no paper says."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from kgbuild.cli import ExitCode
from kgbuild.cli.claims import sentences
from kgbuild.cli.edge_options import edge_options
from kgbuild.cli.names import concept_of
from kgbuild.cli.setup import as_json
from kgbuild.graph.reading import StoredGraph

if TYPE_CHECKING:
    from kgbuild.reasoning.discovery import Between, Discovery
    from kgbuild.reasoning.edges import Constraints

__all__ = ["command"]

_WAYS = 5


@click.command("discover")
@click.argument("start", metavar="A")
@click.argument("goal", metavar="[C]", required=False)
@click.option("--limit", "-n", default=10, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--category", default="", help="Of what is to be found.")
@edge_options
def command(
    graph: StoredGraph,
    constraints: Constraints,
    start: str,
    goal: str | None,
    limit: int,
    category: str,
    json_: bool,
) -> int:
    r"""Find concepts that A is tied to through others, and in no text directly (Swanson's ABC).

    With C, list the concepts between A and C with the sentences on both sides. What is found is
    a hypothesis. Run kgbuild reason before, which keeps the beliefs.

    \b
    Example: kgbuild discover "fish oil" --category biolink:DiseaseOrPhenotypicFeature
    """
    from kgbuild.reasoning.discovery import between, discover
    from kgbuild.vocabulary import check_category

    first = concept_of(graph, start)
    if goal is None:
        wanted = check_category(category) if category else ""
        found = discover(graph, first, category=wanted, limit=limit, constraints=constraints)
        lines = [_found(one) for one in found]
        rows = [asdict(one) for one in found]
    else:
        ways = between(graph, first, concept_of(graph, goal), constraints=constraints)[:limit]
        lines = [_between(graph, way) for way in ways]
        rows = [asdict(way) for way in ways]
    if json_:
        as_json(rows)
    else:
        click.echo("\n".join(lines) or _nothing(start, goal))
    return ExitCode.WELL


def _found(found: Discovery) -> str:
    ways = "; ".join(way.label or way.concept for way in found.ways[:_WAYS])
    more = " …" if len(found.ways) > _WAYS else ""
    name = found.label or found.concept
    return f"{found.score:.3f}  {name}  (belief {found.belief:.3f}; through {ways}{more})"


def _between(graph: StoredGraph, way: Between) -> str:
    head = f"{way.weight:.3f}  {way.label or way.concept}  ({way.belief:.3f})"
    return "\n".join([head, *_sentences(graph, way.first), *_sentences(graph, way.second)])


def _nothing(start: str, goal: str | None) -> str:
    if goal is None:
        return f"nothing is tied to {start} through others alone"
    return f"nothing stands between {start} and {goal}"


def _sentences(graph: StoredGraph, identity: str) -> list[str]:
    return [f"    {sentence}" for sentence in sentences(graph, graph.assertion(identity), 2)]
