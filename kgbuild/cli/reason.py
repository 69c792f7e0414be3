"""``kgbuild reason``: derive what rules say, and keep it up with the graph."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kgbuild.cli import ExitCode, counted
from kgbuild.cli.setup import Setup, as_json, set_up, setup_options
from kgbuild.errors import UsageError, nearest
from kgbuild.graph.reading import StoredGraph, load

if TYPE_CHECKING:
    from kgbuild.reasoning.derivation import Derived
    from kgbuild.reasoning.layer import DerivedLayer
    from kgbuild.reasoning.limits import Limits
    from kgbuild.reasoning.rules import Rule

__all__ = ["command"]

_SHOWN = 10
_SET = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""The name of a set of rules; whatever else is given is a file."""


@click.command("reason")
@click.option(
    "--rules",
    "chosen",
    multiple=True,
    metavar="FILE|NAME",
    help="Rules in place of the configured ones: a file in Nemo's syntax, or the name of a set;"
    " may be repeated.",
)
@click.option(
    "--ontology",
    "ontologies",
    multiple=True,
    type=click.Path(path_type=Path),
    help="An ontology in RDF: what RDFS and OWL 2 RL conclude with it; may be repeated.",
)
@click.option(
    "--reasoner",
    default="sparq",
    show_default=True,
    type=click.Choice(["sparq", "owlrl", "none"]),
    help="What kgbuild's conclusions from an ontology are compared with.",
)
@click.option("--afresh", is_flag=True, help="Derive everything anew.")
@click.option("--list", "list_", is_flag=True, help="List what was concluded, the surest first.")
@click.option("--limit", "-n", default=20, show_default=True, type=click.IntRange(1, 100_000_000))
@click.option("--relation", metavar="NAME", help="List conclusions with this relation only.")
@click.option("--show-rules", is_flag=True, help="Print the rules, and derive nothing.")
@click.option("--max-conclusions", default=5_000_000, show_default=True, type=click.IntRange(1))
@click.option(
    "--max-seconds", default=3600.0, show_default=True, type=click.FloatRange(0, min_open=True)
)
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@setup_options
def command(
    chosen: tuple[str, ...],
    ontologies: tuple[Path, ...],
    reasoner: str,
    afresh: bool,
    list_: bool,
    limit: int,
    relation: str | None,
    show_rules: bool,
    max_conclusions: int,
    max_seconds: float,
    json_: bool,
    **options: Any,
) -> int:
    r"""Apply rules to the graph; what they conclude is kept in a layer of its own.

    After an ingest or a removal, only what changed is derived again. Conclusions are never
    evidence for what texts state. ``kgbuild explain`` shows why one holds. With ontologies, their
    axioms are rules too; what another reasoner concludes and no rule explains is only counted.

    \b
    Example: kgbuild reason --list -n 5
             kgbuild reason --relation candidate_treatment
             kgbuild reason --rules biomedicine --rules mine.rls
             kgbuild reason --ontology mondo.owl
    """
    from kgbuild.reasoning.limits import Limits
    from kgbuild.reasoning.rule_syntax import write_rule

    limits = Limits(conclusions=max_conclusions, seconds=max_seconds)
    setup = set_up(**options)
    rules = _rules(setup, chosen or setup.configuration.settings.reasoning.rules)
    if show_rules:
        click.echo("\n\n".join(write_rule(rule) for rule in rules))
        return ExitCode.WELL
    with load(setup.folder) as graph:
        done = _reason(graph, rules, ontologies, reasoner, limits=limits, afresh=afresh)
        _summarise(graph, done)
        broken = _report(graph, reasoner)
        if list_ or json_ or relation:
            _list(graph, limit, relation, json_=json_)
        elif done.afresh:
            click.echo("hint: kgbuild reason --list shows them, kgbuild explain why", err=True)
    return ExitCode.FAILURES if broken else ExitCode.WELL


def _rules(setup: Setup, chosen: Sequence[str]) -> tuple[Rule, ...]:
    """The rules of files and of sets that plugins offer."""
    from kgbuild.host import rules
    from kgbuild.reasoning.rule_syntax import read_rules
    from kgbuild.reasoning.rules import check_rules

    found: tuple[Rule, ...] = ()
    configuration = setup.configuration
    host = None
    for one in chosen:
        if not _SET.fullmatch(one) or Path(one).is_file():
            found += read_rules(Path(one))
            continue
        host = host or setup.host()
        settings = configuration.settings.component(one)
        made = host.create("rules", one, settings, place=configuration.origin)
        found += rules(host.offer("rules", one), made)
    check_rules(found)
    return found


def _reason(
    graph: StoredGraph,
    rules: tuple[Rule, ...],
    files: tuple[Path, ...],
    reasoner: str,
    *,
    limits: Limits,
    afresh: bool,
) -> Derived:
    from kgbuild.reasoning.derivation import reason

    if not files:
        return reason(graph, rules, limits=limits, afresh=afresh)
    from kgbuild.reasoning.closure import check_installed, entailed
    from kgbuild.reasoning.ontology import read_ontology
    from kgbuild.reasoning.owl_rules import theory_for, without_twins

    ontology = read_ontology(files, limits)
    if reasoner != "none":
        check_installed(reasoner)
    theory = without_twins(theory_for(graph, ontology, limits), rules)
    return reason(
        graph,
        (*theory.rules, *rules),
        axioms=theory.axioms,
        entailed=tuple
        if reasoner == "none"
        else partial(entailed, reasoner, graph, ontology, limits),
        limits=limits,
        afresh=afresh,
    )


def _report(graph: StoredGraph, reasoner: str) -> bool:
    """Say what contradicts an ontology and what cannot be explained; whether anything does."""
    from kgbuild.reasoning.layer import open_layer
    from kgbuild.reasoning.owl_rules import INCONSISTENT

    with open_layer(graph.folder) as layer:
        broken = list(layer.conclusions(INCONSISTENT))
        rules = {rule.name: rule for rule in layer.rules.values()}
        for conclusion in broken[:_SHOWN]:
            individual, axiom = conclusion.arguments
            places = ", ".join(sorted({rules[name].place for name in conclusion.rules} - {""}))
            where = f" ({places})" if places else ""
            click.echo(f"contradicts the ontology: {individual}: {axiom}{where}", err=True)
            click.echo(f"hint: kgbuild explain {individual} inconsistent '{axiom}'", err=True)
        if len(broken) > _SHOWN:
            click.echo(f"and {len(broken) - _SHOWN:,} more contradictions", err=True)
        unexplained = layer.unexplained()
    for relation, subject, object_ in unexplained[:_SHOWN]:
        click.echo(f"not explained, so left out: {subject} — {relation} — {object_}", err=True)
    if len(unexplained) > _SHOWN:
        click.echo(f"and {len(unexplained) - _SHOWN:,} more that {reasoner} concludes", err=True)
    return bool(broken)


def _summarise(graph: StoredGraph, done: Derived) -> None:
    from kgbuild.reasoning.layer import open_layer

    with open_layer(graph.folder) as layer:
        counts, rules = layer.counts(), len(layer.rules)
    change = "all anew" if done.afresh else f"{done.added:,} new, {done.removed:,} gone"
    click.echo(
        f"{counted(counts['inferred'], 'conclusion')} from"
        f" {counted(counts['facts'] - counts['inferred'], 'fact')} by {counted(rules, 'rule')}"
        f" ({change}, {done.seconds:.1f} s)",
        err=True,
    )


def _concluded(layer: DerivedLayer, given: str) -> str:
    """The relation that is meant. Raises UsageError where no rule concludes it."""
    heads = sorted({rule.head.relation for rule in layer.rules.values()})
    for name in (given, f"biolink:{given}"):
        if name in heads:
            return name
    raise UsageError(f"no rule concludes {given!r}", hints=nearest(given, heads) or heads[:10])


def _list(graph: StoredGraph, limit: int, relation: str | None, *, json_: bool) -> None:
    from itertools import islice

    from kgbuild.reasoning.layer import open_layer
    from kgbuild.reasoning.proofs import Proofs

    with open_layer(graph.folder) as layer:
        if relation is not None:
            relation = _concluded(layer, relation)
        found = list(islice(layer.conclusions(relation), limit))
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
