"""``kgbuild doctor``: find out what is wrong here, and what to do."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Iterator
from typing import Any

import click

from kgbuild import __version__
from kgbuild.cli import ExitCode, counted
from kgbuild.cli.setup import Setup, note_nothing_annotates, set_up, setup_options
from kgbuild.errors import KgbuildError
from kgbuild.graph.store import connect, database_path
from kgbuild.host import Host
from kgbuild.pipeline import Pipeline

__all__ = ["command"]


@click.command("doctor")
@setup_options
def command(**options: Any) -> int:
    r"""Check the machine, the plugins, the pipeline and the graph; say what to do.

    \b
    Example: kgbuild doctor
    """
    setup = set_up(**options)
    click.echo(f"kgbuild {__version__}, Python {platform.python_version()}, {platform.platform()}")
    click.echo(f"configuration: {setup.configuration.file or 'none; kgbuild init writes one'}")
    problems = list(_problems(setup))
    for problem in problems:
        click.echo(problem.report(), err=True)
    click.echo("no problems found" if not problems else counted(len(problems), "problem"))
    return ExitCode.FAILURES if problems else ExitCode.WELL


def _problems(setup: Setup) -> Iterator[KgbuildError]:
    try:
        given = setup.options
        host = Host.load(
            disable=given.disable, only_builtins=given.only_builtins, files=given.files,
            root=given.root,
        )  # fmt: skip
        yield from host.warnings
        Pipeline.assemble(host, setup.configuration)
        note_nothing_annotates(setup, host)
    except KgbuildError as error:
        yield error
    path = database_path(setup.folder)
    if path.exists():
        try:
            yield from _damage(setup)
        except KgbuildError as error:
            yield error


def _damage(setup: Setup) -> Iterator[KgbuildError]:
    path = database_path(setup.folder)
    connection = connect(path)
    try:
        rows = connection.execute("PRAGMA integrity_check").fetchall()
    except sqlite3.DatabaseError as error:
        rows = [(str(error),)]
    finally:
        connection.close()
    if rows != [("ok",)]:
        yield KgbuildError(
            f"{path} is damaged: {rows[0][0]}",
            hints=["move the folder away and ingest again, or put a backup in its place"],
        )
