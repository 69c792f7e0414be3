"""``kgbuild pretrain``: an encoder or a decoder learns from plain text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kgbuild.cli import ExitCode
from kgbuild.cli.setup import setup_options
from kgbuild.cli.train import run_training

__all__ = ["command"]


@click.command("pretrain")
@click.argument("sources", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="A new folder."
)
@click.option("--component", default="transformer", show_default=True, help="What is trained.")
@setup_options
def command(sources: tuple[Path, ...], output: Path, component: str, **options: Any) -> int:
    r"""Learn from plain text by a recipe, or from folders of text.

    A recipe may hide words (mlm), ask for the next sentence besides (mlm+nsp), or for each next
    wordpiece (clm). A recipe of "kgbuild train" can name the folder as its encoder. A run that was
    stopped goes on when the same command is given again.

    \b
    Example: kgbuild pretrain recipe.toml -o my-encoder
    """
    run_training("pretrain", sources, output, component, options)
    click.echo(f"wrote {output}: metrics.json there has what was measured on held-out text")
    return ExitCode.WELL
