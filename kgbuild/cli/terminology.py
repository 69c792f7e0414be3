"""``kgbuild terminology``: where names and identifiers come from."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

import click

from kgbuild.cli import ExitCode
from kgbuild.cli.setup import as_json, set_up, setup_options
from kgbuild.components import TerminologySpec, Vocabulary

__all__ = ["command"]


@click.group("terminology")
def command() -> None:
    """The terminologies: vocabularies, their versions and licences."""


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
    found: dict[str, tuple[Vocabulary, ...]] = {}
    for name in setup.configuration.settings.pipeline.terminologies:
        spec = cast("TerminologySpec", host.spec("terminology", name))
        given = setup.configuration.settings.component(name)
        settings = spec.settings_class().model_validate(given)
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
