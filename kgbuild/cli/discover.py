"""``kgbuild discover``: what the literature implies and no paper says."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from kgbuild.cli import ExitCode
from kgbuild.cli.claims import sentences
from kgbuild.cli.explain import concept_of
from kgbuild.cli.setup import as_json, graph_option, set_up
from kgbuild.graph.reading import StoredGraph, load

__all__ = ["command"]

_WAYS = 5


@click.command("discover")
@click.argument("start", metavar="A")
@click.argument("goal", metavar="[C]", required=False)
@click.option("--limit", "-n", default=10, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--category", default="", help="Of what is to be found.")
@click.option("--predicate", multiple=True, help="Use only edges with it; may be repeated.")
@click.option("--through", multiple=True, metavar="CATEGORY", help="Go only through such concepts.")
@click.option("--max-degree", default=2_000, show_default=True, type=click.IntRange(1))
@click.option("--before", default="", metavar="YEAR", help="What was known before a date.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@graph_option
def command(
    start: str,
    goal: str | None,
    limit: int,
    category: str,
    predicate: tuple[str, ...],
    through: tuple[str, ...],
    max_degree: int,
    before: str,
    json_: bool,
    kg: Path | None,
) -> int:
    r"""Find concepts that A is tied to through others, and in no text directly (Swanson's ABC).

    With C, list the concepts between A and C with the sentences on both sides. What is found is
    a hypothesis. Run kgbuild reason before, which keeps the beliefs.

    \b
    Example: kgbuild discover "fish oil" --category biolink:DiseaseOrPhenotypicFeature
    """
    from kgbuild.reasoning.discovery import between, discover
    from kgbuild.reasoning.edges import Constraints
    from kgbuild.vocabulary import check_category, check_predicate

    with load(set_up(kg=kg).folder) as graph:
        constraints = Constraints(
            predicates=[check_predicate(one) for one in predicate],
            categories=[check_category(one) for one in through],
            max_degree=max_degree,
            before=before,
        )
        first = concept_of(graph, start)
        if goal is None:
            found = discover(
                graph, first, category=check_category(category) if category else "",
                limit=limit, constraints=constraints,
            )  # fmt: skip
            lines = [
                f"{one.score:.3f}  {one.label or one.concept}  (belief {one.belief:.3f}; through"
                f" {'; '.join(way.label or way.concept for way in one.ways[:_WAYS])}"
                f"{' …' if len(one.ways) > _WAYS else ''})"
                for one in found
            ]
            rows = [asdict(one) for one in found]
        else:
            ways = between(graph, first, concept_of(graph, goal), constraints=constraints)[:limit]
            rows = [asdict(way) for way in ways]
            lines = [
                "\n".join([f"{way.weight:.3f}  {way.label or way.concept}  ({way.belief:.3f})",
                           *_sentences(graph, way.first), *_sentences(graph, way.second)])
                for way in ways
            ]  # fmt: skip
    if json_:
        as_json(rows)
    else:
        click.echo("\n".join(lines) if lines else _nothing(start, goal))
    return ExitCode.WELL


def _nothing(start: str, goal: str | None) -> str:
    if goal is None:
        return f"nothing is tied to {start} through others alone"
    return f"nothing stands between {start} and {goal}"


def _sentences(graph: StoredGraph, identity: str) -> list[str]:
    return [f"    {sentence}" for sentence in sentences(graph, graph.assertion(identity), 2)]
