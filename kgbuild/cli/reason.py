"""``kgbuild reason``: derive what rules say, and keep it up with the graph."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgbuild.cli import ExitCode
from kgbuild.cli.setup import as_json, graph_option, set_up
from kgbuild.graph.reading import StoredGraph, load

if TYPE_CHECKING:
    from kgbuild.reasoning.derivation import Derived

__all__ = ["command"]


@click.command("reason")
@click.option(
    "--rules",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file of rules in Nemo's syntax, in place of the shipped ones; may be repeated.",
)
@click.option("--afresh", is_flag=True, help="Derive everything anew.")
@click.option("--list", "list_", is_flag=True, help="List what was concluded, the surest first.")
@click.option("--limit", "-n", default=20, show_default=True, type=click.IntRange(1, 100_000_000))
@click.option("--show-rules", is_flag=True, help="Print the rules, and derive nothing.")
@click.option("--max-conclusions", default=5_000_000, show_default=True, type=click.IntRange(1))
@click.option(
    "--max-seconds", default=3600.0, show_default=True, type=click.FloatRange(0, min_open=True)
)
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@graph_option
def command(
    files: tuple[Path, ...],
    afresh: bool,
    list_: bool,
    limit: int,
    show_rules: bool,
    max_conclusions: int,
    max_seconds: float,
    json_: bool,
    kg: Path | None,
) -> int:
    r"""Apply rules to the graph; what they conclude is kept in a layer of its own.

    After an ingest or a removal, only what changed is derived again. Conclusions are never
    evidence for what texts state. ``kgbuild explain`` shows why one holds.

    \b
    Example: kgbuild reason --list -n 5
             kgbuild reason --rules mine.rls
    """
    from kgbuild.reasoning.derivation import Limits, reason
    from kgbuild.reasoning.rule_syntax import read_rules, shipped_rules, write_rule

    rules = tuple(rule for file in files for rule in read_rules(file)) or shipped_rules()
    if show_rules:
        click.echo("\n\n".join(write_rule(rule) for rule in rules))
        return ExitCode.WELL
    limits = Limits(conclusions=max_conclusions, seconds=max_seconds)
    with load(set_up(kg=kg).folder) as graph:
        done = reason(graph, rules, limits=limits, afresh=afresh)
        _summarise(graph, done, len(rules))
        if list_ or json_:
            _list(graph, limit, json_)
    return ExitCode.WELL


def _summarise(graph: StoredGraph, done: Derived, rules: int) -> None:
    from kgbuild.reasoning.layer import open_layer

    with open_layer(graph.folder) as layer:
        counts = layer.counts()
    change = "all anew" if done.afresh else f"{done.added:,} new, {done.removed:,} gone"
    click.echo(
        f"{counts['inferred']:,} conclusions, {counts['supports']:,} ways to them, from"
        f" {counts['facts'] - counts['inferred']:,} facts by {rules} rules"
        f" ({change}, {done.seconds:.1f} s)",
        err=True,
    )


def _list(graph: StoredGraph, limit: int, json_: bool) -> None:
    from itertools import islice

    from kgbuild.reasoning.layer import open_layer
    from kgbuild.reasoning.proofs import Proofs

    with open_layer(graph.folder) as layer:
        found = list(islice(layer.conclusions(), limit))
        if json_:
            as_json([asdict(one) for one in found])
            return
        name = Proofs(graph, layer).name
        for one in found:
            mark = "  (hypothesis)" if one.hypothesis else ""
            ends = [name(argument) for argument in one.arguments]
            said = f" — {one.relation} — ".join(ends) if len(ends) == 2 else (
                f"{one.relation}({', '.join(ends)})"
            )  # fmt: skip
            click.echo(f"{one.confidence:.3f}  {said}  [{', '.join(one.rules)}]{mark}")
