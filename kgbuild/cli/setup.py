"""What most verbs begin with: the configuration, the host, the graph's folder."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from kgbuild.config import Configuration, load_configuration
from kgbuild.errors import KgbuildError, UsageError
from kgbuild.graph.reading import StoredGraph
from kgbuild.host import Host
from kgbuild.workers import HostOptions

__all__ = [
    "Setup",
    "as_json",
    "graph_option",
    "hint_init",
    "hints_of_failures",
    "note_no_extractor",
    "note_nothing_annotates",
    "only_form",
    "run_options",
    "say_losses",
    "say_what_annotates",
    "set_up",
    "setup_options",
    "warn_of_old_conclusions",
]

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Setup:
    """What a verb works with."""

    configuration: Configuration
    options: HostOptions
    folder: Path

    def host(self, *, reader: str | None = None) -> Host:
        """Load the plugins; say on standard error what is wrong with any.

        Raises UnknownComponentError for a ``reader`` that none of them offers.
        """
        host = Host.load(
            disable=self.options.disable,
            only_builtins=self.options.only_builtins,
            files=self.options.files,
            strict=self.options.strict,
            root=self.configuration.root,
            trace=_to_stderr if self.configuration.trace else None,
            warn=_warn,
        )
        for warning in host.warnings:
            _warn(warning)
        if reader:
            host.spec("reader", reader)
        return host


def _warn(warning: KgbuildError) -> None:
    click.echo(warning.report("warning"), err=True)


def _to_stderr(line: str) -> None:
    click.echo(line, err=True)


def warn_of_old_conclusions(graph: StoredGraph) -> None:
    """Say so where what rules concluded is of an older graph, and therefore left out."""
    from kgbuild.reasoning.inferences import BEHIND, stamp

    if stamp(graph) == BEHIND:
        click.echo("note: what rules concluded is of an older graph and left out", err=True)
        click.echo("hint: kgbuild reason", err=True)


def graph_option(command: Command) -> Command:
    """Add ``--kg``: where the graph lies."""
    return click.option(
        "--kg", type=click.Path(path_type=Path), help="The graph's folder (kg/ by default)."
    )(command)


def setup_options(command: Command) -> Command:
    """Add the options that say which configuration and which plugins are used."""
    for option in (
        click.option(
            "--strict",
            is_flag=True,
            help="Stop at the first plugin that cannot be used, or failure.",
        ),
        click.option("--no-plugins", is_flag=True, help="Use built-in parts alone."),
        click.option("--no-plugin", multiple=True, metavar="NAME", help="Leave a plugin out."),
        click.option(
            "--plugin", multiple=True, type=click.Path(path_type=Path), help="Use a plugin's file."
        ),
        click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="A setting."),
        click.option(
            "--config", "file", type=click.Path(path_type=Path), help="The configuration's file."
        ),
        click.option(
            "--kg", type=click.Path(path_type=Path), help="The graph's folder (kg/ by default)."
        ),
    ):
        command = option(command)
    return command


def run_options(command: Command) -> Command:
    """Add the options of a verb that reads papers and annotates them, besides its paths."""
    for option in (
        click.option("--workers", type=int, help="Processes that run plugins; 0 for this one."),
        click.option(
            "--trust-annotations", is_flag=True, help="Take the annotations that come with files."
        ),
        click.option("--reader", metavar="NAME", help="Read every file with this reader."),
    ):
        command = option(command)
    return command


def set_up(
    *,
    kg: Path | None = None,
    file: Path | None = None,
    overrides: tuple[str, ...] = (),
    plugin: tuple[Path, ...] = (),
    no_plugin: tuple[str, ...] = (),
    no_plugins: bool = False,
    strict: bool = False,
    trust_annotations: bool = False,
    workers: int | None = None,
) -> Setup:
    """Read the configuration and note which plugins are wanted."""
    if trust_annotations:
        overrides = (*overrides, "pipeline.trust_annotations=true")
    if workers is not None:
        overrides = (*overrides, f"run.workers={workers}")
    configuration = load_configuration(file=file, overrides=overrides)
    settings = configuration.settings
    files = tuple(configuration.root / path for path in settings.plugins.files)
    return Setup(
        configuration=configuration,
        options=HostOptions(
            disable=(*settings.plugins.disable, *no_plugin),
            only_builtins=no_plugins,
            files=(*files, *plugin),
            strict=strict,
            root=configuration.root,
        ),
        folder=kg or configuration.root / settings.graph.folder,
    )


def say_what_annotates(setup: Setup, host: Host) -> None:
    """Say what extractors chose for this machine, or that the pipeline has nothing to annotate."""
    configuration = setup.configuration
    for name in configuration.settings.pipeline.extractors:
        given = configuration.settings.component(name)
        checked = host.settings("extractor", name, given, place=configuration.origin)
        if said := host.spec("extractor", name).computes(checked):
            click.echo(f"{name}: {said}", err=True)
    note_nothing_annotates(setup, host)


def note_nothing_annotates(setup: Setup, host: Host) -> None:
    """Say on standard error, where it is so, that the pipeline has nothing to annotate."""
    pipeline = setup.configuration.settings.pipeline
    if not (pipeline.extractors or pipeline.trust_annotations):
        note_no_extractor(host, configured=True)


def hint_init() -> None:
    """Say on standard error how to come by a configuration."""
    click.echo("hint: kgbuild init writes a kgbuild.toml for what is installed", err=True)


def note_no_extractor(host: Host, *, configured: bool) -> None:
    """Say on standard error that papers will be read and not annotated, and what to do."""
    from kgbuild.host.first_party import EXTRACTORS

    installed = ", ".join(host.specs("extractor"))
    if not installed:
        click.echo("note: no extractor is installed: papers are read and not annotated", err=True)
        click.echo(f"hint: pip install one or more of {EXTRACTORS}", err=True)
    elif configured:
        click.echo(f"note: no extractor is configured; installed are {installed}", err=True)
        hint_init()
    click.echo("hint: --trust-annotations takes the annotations that come with files", err=True)


_HINTS = {
    "LimitError": "[limits] in kgbuild.toml raises limits; kgbuild config show has their values",
    "UnknownFormatError": "kgbuild plugins list has the readers; --reader NAME forces one",
    "WorkerDied": "kgbuild ingest --retry tries it again; the setting run.timeout gives it longer",
}
"""What to do about failures of a kind."""


def hints_of_failures(errors: Iterable[str]) -> None:
    """Say on standard error what to do, where something can be done about errors of that name."""
    for error in sorted(_HINTS.keys() & set(errors)):
        click.echo(f"hint: {_HINTS[error]}", err=True)


def say_losses(format_: str, lost: Mapping[str, int]) -> None:
    """Say on standard error what a format could not hold, counted by reason."""
    for reason, count in lost.items():
        click.echo(f"{format_} does not hold: {reason} ({count:,})", err=True)


def only_form(**asked: bool) -> str:
    """The one form that is asked for, "" for text. Raises UsageError where more than one is."""
    forms = [form for form, wanted in asked.items() if wanted]
    if len(forms) > 1:
        options = " and ".join(f"--{form}" for form in forms)
        raise UsageError(f"{options} are different forms: not both", hints=["keep one of them"])
    return "".join(forms)


def as_json(value: Any) -> None:
    """Write a value as JSON to standard output, for machines."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, sort_keys=True, default=str)
    sys.stdout.write("\n")
