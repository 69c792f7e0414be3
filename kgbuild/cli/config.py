"""``kgbuild config``: the settings, and where each came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from kgbuild.cli import ExitCode
from kgbuild.cli.setup import as_json, set_up, setup_options

__all__ = ["command"]


@click.group("config")
def command() -> None:
    """Show the settings and where each came from."""


@command.command("show")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@setup_options
def show(json_: bool, **options: Any) -> int:
    r"""Show every setting with its value and its origin.

    \b
    Example: kgbuild config show
    """
    configuration = set_up(**options).configuration
    settings = configuration.settings.model_dump(mode="json")
    rows = [(key, value, configuration.origin(key)) for key, value in _flat(settings)]
    if json_:
        as_json({key: {"value": value, "origin": origin} for key, value, origin in rows})
    else:
        for key, value, origin in rows:
            click.echo(f"{key} = {value!r}  ({origin})")
    return ExitCode.WELL


def _flat(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value
