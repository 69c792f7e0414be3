"""``kgbuild train``: a component learns from gold annotations."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, cast

import click

from kgbuild.cli import ExitCode
from kgbuild.cli.setup import set_up, setup_options
from kgbuild.components import ExtractorSpec, Trainer
from kgbuild.errors import UsageError

__all__ = ["command", "run_training"]


@click.command("train")
@click.argument("sources", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="A new folder."
)
@click.option("--component", default="transformer", show_default=True, help="What is trained.")
@setup_options
def command(sources: tuple[Path, ...], output: Path, component: str, **options: Any) -> int:
    r"""Train by a recipe, or on files and folders of gold (PubTator, BioC, IOB).

    The folder can then be named in the component's settings. A run that was stopped goes on
    when the same command is given again.

    \b
    Example: kgbuild train my-corpus/ -o my-tagger
             kgbuild annotate papers/ --set components.transformer.model=my-tagger
    """
    run_training("train", sources, output, component, options)
    click.echo(f"wrote {output}: README.md there says what it learnt from and how right it is")
    return ExitCode.WELL


def run_training(
    kind: Literal["train", "pretrain"],
    sources: tuple[Path, ...],
    output: Path,
    component: str,
    options: dict[str, Any],
) -> None:
    """Let a component train or pre-train; raises UsageError where it cannot."""
    host = set_up(**options).host()
    spec = cast("ExtractorSpec", host.spec("extractor", component))
    trainer: Trainer | None = getattr(spec, kind)
    if trainer is None:
        able = [
            name
            for name, offer in host.specs("extractor").items()
            if getattr(offer.spec, kind) is not None
        ]
        raise UsageError(
            f"the extractor {component!r} cannot be {kind}ed",
            hints=[f"these can: {', '.join(able) or 'none that is installed'}"],
        )
    if output.exists():
        raise UsageError(f"{output} is there already", hints=["name a new folder"])
    trainer(sources, output, lambda line: click.echo(line, err=True))
