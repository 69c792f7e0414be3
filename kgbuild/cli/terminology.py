"""``kgbuild terminology``: where names and identifiers come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, cast

import click

from kgbuild.assertion import Concept
from kgbuild.cli import ExitCode
from kgbuild.cli.setup import as_json, set_up, setup_options
from kgbuild.components import TerminologySpec, Vocabulary
from kgbuild.errors import UsageError
from kgbuild.terminologies import Terminologies
from kgbuild.vocabulary import normalise

__all__ = ["command"]


@click.group("terminology")
def command() -> None:
    """The terminologies: what they hold, their versions and licences."""


@command.command("list")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@setup_options
def list_(json_: bool, **options: Any) -> int:
    r"""List the vocabularies of the configured terminologies.

    \b
    Example: kgbuild terminology list
    """
    setup = set_up(**options)
    host = setup.host()
    configuration = setup.configuration
    found: dict[str, tuple[Vocabulary, ...]] = {}
    for name in configuration.settings.pipeline.terminologies:
        spec = cast("TerminologySpec", host.spec("terminology", name))
        given = configuration.settings.component(name)
        settings = host.settings("terminology", name, given, place=configuration.origin)
        found[name] = tuple(spec.vocabularies(settings))
    if json_:
        as_json({name: [asdict(one) for one in some] for name, some in found.items()})
        return ExitCode.WELL
    for name, vocabularies in found.items():
        click.secho(name, bold=True)
        for one in vocabularies:
            click.echo(f"  {one.name}  {one.version}  {one.licence}  sha256 {one.sha256[:12]}")
        if not vocabularies:
            click.echo("  does not say which vocabularies it holds")
    if not found:
        click.echo("no terminology is configured")
    return ExitCode.WELL


@command.command("show")
@click.argument("curie")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@setup_options
def show(curie: str, json_: bool, **options: Any) -> int:
    r"""Show a concept: names, exact matches, what is above it, what it is called now.

    \b
    Example: kgbuild terminology show mesh:D003924
    """
    setup = set_up(**options)
    names = Terminologies.configured(setup.configuration, setup.host())
    preferred = names.preferred(curie)
    concept = names.concept(curie) or names.concept(preferred)
    if concept is None:
        raise UsageError(
            f"no configured terminology knows {curie!r}",
            hints=["kgbuild link NAME shows the identifiers of a name"],
        )
    parents, ancestors = names.parents(concept.id), names.ancestors(concept.id)
    if json_:
        as_json({"asked": curie, "preferred": preferred, "concept": asdict(concept),
                 "parents": parents, "ancestors": ancestors})  # fmt: skip
        return ExitCode.WELL
    _print(concept, curie, preferred)
    _print_above(names, parents, ancestors)
    return ExitCode.WELL


def _print(concept: Concept, asked: str, preferred: str) -> None:
    if preferred != normalise(asked):
        click.echo(f"{preferred} is used for {asked}")
    click.secho(f"{concept.id}  {concept.label}  ({concept.category})", bold=True)
    for title, values in (
        ("names", concept.synonyms), ("exact matches", concept.exact_matches)
    ):  # fmt: skip
        if values:
            click.echo(f"  {title}: {'; '.join(values)}")


def _print_above(names: Terminologies, parents: Sequence[str], ancestors: Sequence[str]) -> None:
    for title, curies in (
        ("parents", parents), ("further up", [one for one in ancestors if one not in parents])
    ):  # fmt: skip
        if curies:
            click.echo(f"  {title}:")
        for curie in curies:
            above = names.concept(curie)
            click.echo(f"    {curie}  {above.label if above else ''}".rstrip())
