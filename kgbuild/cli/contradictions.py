"""``kgbuild contradictions``: where texts disagree, with the sentences of both sides."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from kgbuild.assertion import Assertion, Contradiction
from kgbuild.cli import ExitCode, counted
from kgbuild.cli.claims import as_belief, claim, each_sentence, sentences
from kgbuild.cli.setup import as_json, graph_option, set_up
from kgbuild.graph.reading import StoredGraph, load
from kgbuild.reasoning.contradictions import contradictions
from kgbuild.report.claims import circumstance

__all__ = ["command"]

_SENTENCES = 3


@click.command("contradictions")
@click.option("--limit", "-n", default=20, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@graph_option
def command(limit: int, json_: bool, kg: Path | None) -> int:
    r"""List claims that contradict each other, the weightiest first.

    A claim and its denial; opposite predicates (treats, causes); opposite directions. A
    difference of species, dose or route is named first: it often explains the rest. Where one
    sentence is read both ways, that is said, and such pairs stand last; so is where one document
    alone says both.

    \b
    Example: kgbuild contradictions -n 5
    """
    with load(set_up(kg=kg).folder) as graph:
        found = contradictions(graph)
        if json_:
            as_json(
                [
                    asdict(one)
                    | {"one_sentence": one.one_sentence, "one_document": one.one_document}
                    for one in found[:limit]
                ]
            )
            return ExitCode.WELL
        for one in found[:limit]:
            _print(graph, one)
    click.echo(counted(len(found), "contradiction") if found else "no contradictions", err=True)
    return ExitCode.WELL


def _print(graph: StoredGraph, found: Contradiction) -> None:
    click.secho(f"{found.kind}, weight {found.weight:.2f}", bold=True)
    for name, ours, theirs in found.differences:
        click.echo(f"  {name}: {circumstance(graph, ours)} against {circumstance(graph, theirs)}")
    if found.one_sentence:
        click.echo("  one sentence is read both ways: one of the two is likely misread")
    elif found.one_document:
        click.echo(f"  {found.one_document} alone says both")
    _print_side(graph, found.first, found.first_belief)
    _print_side(graph, found.second, found.second_belief)


def _print_side(graph: StoredGraph, assertion: Assertion, believed: float) -> None:
    click.echo(f"  {claim(graph, assertion)}  belief {as_belief(believed)}  ({assertion.id[:12]})")
    for sentence in sentences(graph, assertion, _SENTENCES):
        click.echo(f"    {sentence}")
    if (more := len(each_sentence(assertion.evidence)) - _SENTENCES) > 0:
        click.echo(f"    and {more} more")
