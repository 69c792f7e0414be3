"""``kgbuild plugins``: list, show, check, disable, enable and make plugins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from kgbuild.cli import ExitCode
from kgbuild.cli.setup import Setup, as_json, set_up, setup_options
from kgbuild.config import tables_in
from kgbuild.errors import UsageError, nearest
from kgbuild.host import KINDS, Host, Offer, PluginRecord, list_plugins
from kgbuild.host.plugins import built_in_records

__all__ = ["command"]


@click.group("plugins")
def command() -> None:
    """List, show, check, disable, enable and make plugins."""


@command.command("list")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@setup_options
def list_(json_: bool, **options: Any) -> int:
    r"""List the plugins that are installed, without importing any.

    \b
    Example: kgbuild plugins list
    """
    records = _listed(set_up(**options))
    if json_:
        names = ("name", "distribution", "version", "status", "summary", "problem")
        as_json([{name: getattr(record, name) for name in names} for record in records])
        return ExitCode.WELL
    for line in _aligned((r.name, r.provider, r.status.value, r.summary) for r in records):
        click.echo(line)
    for record in records:
        if record.problem:
            click.echo(f"{record.name}: {record.problem}", err=True)
            click.echo(f"hint: {record.hint}", err=True)
    return ExitCode.WELL


def _listed(setup: Setup) -> tuple[PluginRecord, ...]:
    given = setup.options
    return list_plugins(disable=given.disable, only_builtins=given.only_builtins, files=given.files)


def _aligned(rows: Iterable[tuple[str, ...]]) -> list[str]:
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in table]


@command.command("show")
@click.argument("name")
@setup_options
def show(name: str, **options: Any) -> int:
    r"""Load one plugin; show its components and their settings.

    \b
    Example: kgbuild plugins show kgbuild.segmenters.rules
    """
    setup = set_up(**options)
    _known(setup, name)
    host = _alone(setup, name)
    offers = [(kind, o) for kind in KINDS for o in host.specs(kind).values() if o.plugin == name]
    record = next(one for one in host.plugins if one.name == name)
    click.echo(f"{name}: {record.provider}, {record.status.value}")
    for kind, offer in offers:
        click.echo(f"{kind} {offer.spec.name}: {offer.spec.summary}")
        _show_settings(offer.spec.settings_class())
        if kind == "rules":
            _show_rules(setup, host, offer)
    return ExitCode.FAILURES if record.problem else ExitCode.WELL


def _show_settings(settings: Any, above: str = "") -> None:
    """Each setting with its default and what it is for; also those of the tables in it."""
    from pydantic_core import to_jsonable_python

    for key, field in settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        said = "required" if field.is_required() else repr(to_jsonable_python(default))
        click.echo(f"  {above}{key} = {said}  {field.description or ''}".rstrip())
        for table in tables_in(field.annotation):
            _show_settings(table, f"{above}{key}.")


def _show_rules(setup: Setup, host: Host, offer: Offer) -> None:
    """Name the rules of a set, each with what it concludes."""
    from kgbuild.host import rules

    configuration = setup.configuration
    settings = configuration.settings.component(offer.spec.name)
    made = host.create("rules", offer.spec.name, settings, place=configuration.origin)
    for rule in rules(offer, made):
        mark = ", a hypothesis" if rule.hypothesis else ""
        click.echo(f"  {rule.name}: {rule.head.relation}{mark}  {rule.display}".rstrip())


def _known(setup: Setup, name: str) -> PluginRecord:
    records = {record.name: record for record in _listed(setup)}
    if name not in records:
        hints = nearest(name, list(records)) or ["kgbuild plugins list names them"]
        raise UsageError(f"there is no plugin {name!r}", hints=hints)
    return records[name]


def _alone(setup: Setup, name: str) -> Host:
    """A host that loads the built-in parts and this plugin."""
    others = [r.name for r in _listed(setup) if not r.built_in and r.name != name]
    options = replace(setup.options, disable=(*setup.options.disable, *others))
    return replace(setup, options=options).host()


@command.command("check")
@click.argument("name")
@setup_options
def check(name: str, **options: Any) -> int:
    r"""Run the contract suite on a plugin.

    \b
    Example: kgbuild plugins check lexicon
    """
    from kgbuild.host.checking import check_plugin

    setup = set_up(**options)
    _known(setup, name)
    settings = setup.configuration.settings
    findings = check_plugin(_alone(setup, name), name, settings.components)
    for finding in findings:
        click.echo(str(finding))
    broken = sum(finding.failed for finding in findings)
    left_out = sum(finding.outcome == "left out" for finding in findings)
    tried = len(findings) - left_out
    click.echo(f"{tried} laws tried, {broken} broken; {left_out} left out")
    return ExitCode.FAILURES if broken else ExitCode.WELL


@command.command("disable")
@click.argument("name")
@click.option("--config", "file", type=click.Path(path_type=Path), help="The configuration's file.")
def disable(name: str, file: Path | None) -> int:
    r"""Write into kgbuild.toml that a plugin is not to be loaded. It is not imported for that.

    \b
    Example: kgbuild plugins disable lexicon
    """
    return _switch(name, file, disabled=True)


@command.command("enable")
@click.argument("name")
@click.option("--config", "file", type=click.Path(path_type=Path), help="The configuration's file.")
def enable(name: str, file: Path | None) -> int:
    r"""Take a plugin off the list of those that kgbuild.toml disables.

    \b
    Example: kgbuild plugins enable lexicon
    """
    return _switch(name, file, disabled=False)


def _switch(name: str, file: Path | None, *, disabled: bool) -> int:
    from kgbuild.config_file import keep_disabled

    setup = set_up(file=file)
    path = setup.configuration.file or Path("kgbuild.toml")
    if disabled:
        _known(setup, name)
        list(built_in_records([name]))  # an essential part is refused
    changed = keep_disabled(path, name, disabled=disabled)
    if name in set_up(file=file).options.disable and not disabled:
        origin = setup.configuration.origin("plugins.disable")
        raise UsageError(f"{name} is disabled by {origin}", hints=["take it out there"])
    state = "disabled" if disabled else "enabled"
    click.echo(f"{path}: {name} is {state}" if changed else f"{name} was {state} already")
    return ExitCode.WELL


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
