"""``kgbuild annotate``: annotations without a graph."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, BinaryIO

import click

from kgbuild.annotation import AnnotatedDocument
from kgbuild.cli import ExitCode
from kgbuild.cli.setup import Setup, note_no_extractor, set_up, setup_options
from kgbuild.components import Failure, Withdrawal
from kgbuild.document import Unread
from kgbuild.ingest import read_papers
from kgbuild.pipeline import Pipeline

__all__ = ["command"]

FORMATS = ("pubtator", "bioc-xml", "bioc-json", "jsonl")
DIALECTS = ("biored", "bc5cdr", "pubtator3")
_WRITTEN = ("documents", "mentions", "relations")
"""What a writer counts that is no loss."""


@click.command("annotate")
@click.argument("paths", nargs=-1, required=True)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="pubtator")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file; else to the screen.")
@click.option(
    "--dialect",
    type=click.Choice(DIALECTS),
    help="Whose way of writing PubTator; biored unless said.",
)
@click.option("--reader", metavar="NAME", help="Read every file with this reader.")
@click.option(
    "--trust-annotations", is_flag=True, help="Take the annotations that come with files."
)
@setup_options
def command(
    paths: tuple[str, ...],
    format_: str,
    output: Path | None,
    dialect: str | None,
    reader: str | None,
    trust_annotations: bool,
    **options: Any,
) -> int:
    r"""Tag and link papers and write the annotations, without a graph.

    \b
    Example: kgbuild annotate papers/ --format pubtator -o out.pubtator
    """
    if dialect and format_ != "pubtator":
        raise click.UsageError(f"--dialect is for PubTator; {format_} is written in one way")
    if trust_annotations:
        options["overrides"] = (*options["overrides"], "pipeline.trust_annotations=true")
    run = _Run(set_up(**options), paths, reader)
    if output is None:
        counts = _write(run.documents(), format_, dialect, sys.stdout.buffer)
    else:
        partial = output.with_name(f".{output.name}.partial")
        try:
            with partial.open("wb") as target:
                counts = _write(run.documents(), format_, dialect, target)
            os.replace(partial, output)  # noqa: PTH105 - never half-written under its name
        finally:
            partial.unlink(missing_ok=True)
    for reason, count in sorted(counts.items()):
        if reason not in _WRITTEN:
            click.echo(f"{format_} does not hold: {count:,} {reason}", err=True)
    click.echo(f"{run.done:,} documents, {run.failures:,} failures", err=True)
    return ExitCode.FAILURES if run.failures else ExitCode.WELL


class _Run:
    """The documents of some papers, annotated, and how many failed."""

    def __init__(self, setup: Setup, paths: tuple[str, ...], reader: str | None) -> None:
        host = setup.host()
        pipeline = setup.configuration.settings.pipeline
        if not (pipeline.extractors or pipeline.trust_annotations):
            note_no_extractor(host, configured=True)
        self._pipeline = Pipeline.assemble(host, setup.configuration)
        self._readings = read_papers(paths, host, setup.configuration, reader)
        self.done = 0
        self.failures = 0

    def documents(self) -> Iterator[AnnotatedDocument]:
        for reading in self._readings:
            if isinstance(reading, Failure):
                self._fail(reading)
            elif isinstance(reading, Unread | Withdrawal):
                continue
            else:
                with redirect_stdout(sys.stderr):  # what a plugin prints is no result
                    result = self._pipeline.annotate_document(reading.document, reading.annotations)
                for failure in result.failures:
                    self._fail(failure)
                self.done += 1
                yield AnnotatedDocument(document=result.document, annotations=result.annotations)

    def _fail(self, failure: Failure) -> None:
        self.failures += 1
        where = failure.file or failure.document
        click.echo(f"{where}: {failure.component}: {failure.message}", err=True)


def _write(
    documents: Iterator[AnnotatedDocument], format_: str, dialect: str | None, target: BinaryIO
) -> Counter[str]:
    """Write them; return what was written, and what the format could not hold."""
    from kgbuild.exporters import annotated_jsonl, bioc, pubtator

    if format_ == "pubtator":
        spoken = pubtator.Dialect(dialect or "biored")
        return pubtator.write_pubtator(documents, target, dialect=spoken)
    if format_ == "bioc-xml":
        return bioc.write_bioc_xml(documents, target)
    if format_ == "bioc-json":
        return bioc.write_bioc_json(documents, target)
    return Counter(documents=annotated_jsonl.write_jsonl(documents, target))
