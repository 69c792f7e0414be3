"""``kgbuild terminology``: where names and identifiers come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, cast

import click

from kgbuild.assertion import Concept
from kgbuild.cli import ExitCode, counted
from kgbuild.cli.setup import Setup, as_json, hint_init, set_up, setup_options
from kgbuild.components import NewVocabulary, TerminologySpec, Vocabulary, VocabularyReport
from kgbuild.errors import ConfigError, UsageError
from kgbuild.terminologies import Terminologies
from kgbuild.terms import TermFormat
from kgbuild.vocabulary import category_of, check_category, normalise

__all__ = ["command"]

_EXAMPLES = 3
"""Of each reason for leaving something out so many are shown."""


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
        hint_init()
    return ExitCode.WELL


@command.command("show")
@click.argument("curie")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@setup_options
def show(curie: str, json_: bool, **options: Any) -> int:
    r"""Show a concept: its names now, what it matches, what is above it.

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


@command.command("add")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--format", "format_", type=click.Choice(list(TermFormat)), default=TermFormat.AUTO,
              show_default=True, help="How the files are written.")  # fmt: skip
@click.option("--replace", is_flag=True, help="A whole release: drop what the default has of it.")
@click.option("--name", default="", help="What to call the vocabulary.")
@click.option("--version", default="", help="Its version, where the files do not say.")
@click.option("--licence", default="", help="Its licence, where the files do not say.")
@click.option("--category", default="", help="The Biolink class of concepts that state none.")
@click.option("--encoding", default="utf-8", show_default=True, help="Of text files.")
@click.option("--language", multiple=True, default=("en",), show_default=True,
              help="Of the names that are read; may be repeated.")  # fmt: skip
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@setup_options
def add(
    files: tuple[Path, ...], format_: str, replace: bool, name: str, version: str, licence: str,
    category: str, encoding: str, language: tuple[str, ...], json_: bool, **options: Any,
) -> int:  # fmt: skip
    r"""Add published vocabularies to your own terminology.

    Reads OBO, OWL, OBO Graph JSON, SKOS, TSV, SSSOM, MeSH XML, UMLS RRF, NCBI gene_info. It is
    added to the default; the terminology in use stays until the new one is complete.

    \b
    Example: kgbuild terminology add mondo.obo same.sssom.tsv
             kgbuild terminology add desc2026.xml supp2026.xml --replace
    """
    wanted = NewVocabulary(
        files=files, format=format_, encoding=encoding, languages=language, name=name,
        version=version, licence=licence, replace=replace,
        category=check_category(category_of(category) or category) if category else "",
    )  # fmt: skip
    spec, settings = _changeable(set_up(**options), "add")
    _report(spec.add(settings, wanted, _tell), "added", json_=json_)
    return ExitCode.WELL


@command.command("remove")
@click.argument("name")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@setup_options
def remove(name: str, json_: bool, **options: Any) -> int:
    r"""Take a vocabulary that you added out of your terminology.

    \b
    Example: kgbuild terminology remove MONDO
    """
    spec, settings = _changeable(set_up(**options), "remove")
    _report(spec.remove(settings, name, _tell), "removed", json_=json_)
    return ExitCode.WELL


def _changeable(setup: Setup, verb: Literal["add", "remove"]) -> tuple[Any, Any]:
    """The Spec and the settings of the first configured terminology that can be changed."""
    host = setup.host()
    configuration = setup.configuration
    for name in configuration.settings.pipeline.terminologies:
        spec = host.spec("terminology", name)
        if getattr(spec, verb) is not None:
            given = configuration.settings.component(name)
            return spec, host.settings("terminology", name, given, place=configuration.origin)
    raise ConfigError(
        "names no terminology that vocabularies can be added to",
        key="pipeline.terminologies",
        place=configuration.origin("pipeline.terminologies"),
        hints=['in kgbuild.toml: [pipeline] terminologies = ["linker"]'],
    )


def _tell(line: str) -> None:
    click.echo(line, err=True)


def _report(report: VocabularyReport, verb: str, *, json_: bool) -> None:
    if json_:
        as_json(asdict(report))
        return
    click.echo(f"{verb} {', '.join(report.vocabularies)}")
    held = f"{counted(report.concepts, 'concept')} with {counted(report.names, 'name')}"
    click.echo(f"your terminology has {held}")
    for why, count in sorted(report.left_out.items(), key=lambda pair: (-pair[1], pair[0])):
        click.echo(f"  left out: {count:,}: {why}")
        for example in [one for one in report.examples if f": {why}" in one][:_EXAMPLES]:
            click.echo(f"    {example}")


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
