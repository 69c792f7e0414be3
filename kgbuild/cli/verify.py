"""``kgbuild verify``: check every proof again, by code that is not the reasoner's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from kgbuild.cli import ExitCode, counted
from kgbuild.cli.setup import graph_option, set_up
from kgbuild.errors import InputError, UsageError
from kgbuild.graph.reading import StoredGraph, load
from kgbuild.reasoning.layer import DerivedLayer, open_layer

__all__ = ["command"]


@click.command("verify")
@click.argument("proofs", required=False, type=click.Path(path_type=Path))
@graph_option
def command(proofs: Path | None, kg: Path | None) -> int:
    r"""Check the proofs of all conclusions, or those of a file from ``explain --json``.

    The checker reads the proof, the rules and the graph, and none of the reasoner's code.

    \b
    Example: kgbuild verify
    """
    from kgbuild.reasoning.checker import Checker

    wrong = checked = 0
    with load(set_up(kg=kg).folder) as graph, open_layer(graph.folder) as layer:
        if layer.revision != graph.revision:
            raise UsageError(
                "the graph has changed since rules were applied", hints=["kgbuild reason"]
            )
        rules = {rule.name: rule for rule in layer.rules.values()}
        axioms = {(f.relation, *f.arguments, file, line) for f, file, line in layer.axioms()}
        checker = Checker(
            graph, rules, lambda name, terms: layer.find(name, tuple(terms)) is not None, axioms
        )
        given = _read(proofs) if proofs else _all(graph, layer)
        for explained in given:
            problems = list(checker.problems(explained))
            checked += len(explained.get("proofs", ()))
            wrong += bool(problems)
            for problem in problems:
                click.echo(problem)
    said = f"{counted(checked, 'proof')} checked, {counted(wrong, 'conclusion')} not proved"
    click.echo(said, err=True)
    return ExitCode.FAILURES if wrong else ExitCode.WELL


def _all(graph: StoredGraph, layer: DerivedLayer) -> Iterator[Mapping[str, Any]]:
    from kgbuild.reasoning.proofs import explain

    for conclusion in layer.conclusions():
        yield explain(graph, layer, conclusion.relation, conclusion.arguments)


def _read(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"no proof: {error}", file=str(path)) from error
    if not isinstance(told, dict):
        raise InputError("no proof: kgbuild explain --json writes one", file=str(path))
    yield told
