"""``kgbuild plugins``: list, show, check and make plugins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kgbuild.cli import ExitCode
from kgbuild.cli.setup import as_json, set_up, setup_options
from kgbuild.errors import PluginError
from kgbuild.host import KINDS, list_plugins

__all__ = ["command"]


@click.group("plugins")
def command() -> None:
    """List, show, check and make plugins."""


@command.command("list")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@setup_options
def list_(json_: bool, **options: Any) -> int:
    r"""List the plugins that are installed, without importing any.

    \b
    Example: kgbuild plugins list
    """
    given = set_up(**options).options
    records = list_plugins(
        disable=given.disable, only_builtins=given.only_builtins, files=given.files
    )
    if json_:
        names = ("name", "distribution", "version", "status", "summary")
        rows = [(r.name, r.distribution, r.version, r.status.value, r.summary) for r in records]
        as_json([dict(zip(names, row, strict=True)) for row in rows])
        return ExitCode.WELL
    for record in records:
        provider = f"{record.distribution} {record.version}"
        click.echo(f"{record.name}\t{provider}\t{record.status.value}\t{record.summary}")
        if record.problem:
            click.echo(f"  {record.problem}")
    return ExitCode.WELL


@command.command("show")
@click.argument("name")
@setup_options
def show(name: str, **options: Any) -> int:
    r"""Show what a plugin offers: its components and their settings.

    \b
    Example: kgbuild plugins show kgbuild.segmenters.rules
    """
    host = set_up(**options).host()
    names = [record.name for record in host.plugins]
    if name not in names:
        raise PluginError("is not installed", plugin=name, hints=["kgbuild plugins list"])
    for kind in KINDS:
        for offer in host.specs(kind).values():
            if offer.plugin == name:
                click.echo(f"{kind} {offer.spec.name}: {offer.spec.summary}")
                for key, field in offer.spec.settings_class().model_fields.items():
                    default = "required" if field.is_required() else repr(field.default)
                    click.echo(f"  {key} = {default}  {field.description or ''}".rstrip())
    return ExitCode.WELL


@command.command("check")
@click.argument("name")
@setup_options
def check(name: str, **options: Any) -> int:
    r"""Run the contract suite on a plugin.

    \b
    Example: kgbuild plugins check lexicon
    """
    from kgbuild.host.checking import check_plugin

    given = set_up(**options)
    findings = check_plugin(given.host(), name, given.configuration.settings.components)
    for finding in findings:
        click.echo(str(finding))
    broken = sum(finding.failed for finding in findings)
    click.echo(f"{len(findings)} laws tried, {broken} broken")
    return ExitCode.FAILURES if broken else ExitCode.WELL


@command.command("new")
@click.argument("name")
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path(), help="Where to write it."
)
def new(name: str, folder: Path) -> int:
    r"""Write a new plugin that passes its own tests.

    \b
    Example: kgbuild plugins new hello
    """
    from kgbuild.plugin_template import write_plugin

    for path in write_plugin(name, folder):
        click.echo(path)
    return ExitCode.WELL
