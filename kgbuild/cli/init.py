"""``kgbuild init``: write down the pipeline that is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kgbuild.cli import ExitCode
from kgbuild.cli.setup import note_no_extractor, set_up, setup_options
from kgbuild.errors import UsageError

__all__ = ["command"]


@click.command("init")
@click.option(
    "--lexicon", multiple=True, type=click.Path(exists=True), help="A word list for the lexicon."
)
@click.option("--force", is_flag=True, help="Write over a kgbuild.toml that is there.")
@setup_options
def command(lexicon: tuple[str, ...], force: bool, **options: Any) -> int:
    r"""Write a kgbuild.toml for what is installed, so that the pipeline is written out.

    \b
    Example: kgbuild init --lexicon terms.tsv
    """
    path = Path("kgbuild.toml")
    if path.exists() and not force:
        raise UsageError(f"{path} is there already", hints=["--force writes over it"])
    host = set_up(**options).host()
    # A lexicon without a word list cannot be made, so it is named only with one.
    absent = set() if lexicon else {"lexicon"}
    names = {
        kind: [name for name in host.specs(kind) if name not in absent]
        for kind in ("extractor", "linker", "terminology")
    }  # fmt: skip
    text = _TEMPLATE.format(
        extractors=_array([n for n in names["extractor"] if names["linker"] or n != "spacy-rules"]),
        linkers=_array(names["linker"]),
        terminologies=_array(names["terminology"]),
    )
    if lexicon:
        text += f"\n[components.lexicon]\nfiles = {_array(lexicon)}\n"
    path.write_text(text, encoding="utf-8")
    click.echo(f"wrote {path}")
    if host.specs("extractor"):
        click.echo("hint: kgbuild ingest PATH reads papers and makes the graph", err=True)
    else:
        note_no_extractor(host, configured=False)
    return ExitCode.WELL


def _array(names: Any) -> str:
    quoted = (name.replace("\\", "\\\\").replace('"', '\\"') for name in names)
    return "[" + ", ".join(f'"{name}"' for name in quoted) + "]"


_TEMPLATE = """\
# What is done to a document, in order. Installing a plugin changes nothing here.
[pipeline]
segmenter = "rules"
extractors = {extractors}
linkers = {linkers}
terminologies = {terminologies}
trust_annotations = false
"""
