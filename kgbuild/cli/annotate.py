"""``kgbuild annotate``: annotations without a graph."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import click

from kgbuild.annotating import annotate_papers
from kgbuild.annotation import AnnotatedDocument
from kgbuild.cli import ExitCode, counted
from kgbuild.cli.progress import Telling
from kgbuild.cli.setup import (
    run_options,
    say_losses,
    say_what_annotates,
    set_up,
    setup_options,
)
from kgbuild.components import Failure
from kgbuild.errors import UsageError
from kgbuild.exporters import check_target, unwritable
from kgbuild.exporters.corpus_spelling import losses, with_hedged
from kgbuild.workers import annotators

__all__ = ["command"]

FORMATS = ("pubtator", "bioc-xml", "bioc-json", "jsonl")
SUFFIXES = {".xml": "bioc-xml", ".json": "bioc-json", ".jsonl": "jsonl", ".ndjson": "jsonl"}
DIALECTS = ("biored", "bc5cdr", "pubtator3")


@click.command("annotate")
@click.argument("paths", nargs=-1, required=True)
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="Else told by the file's suffix; pubtator where that does not tell.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file; else to the screen.")
@click.option(
    "--dialect",
    type=click.Choice(DIALECTS),
    help="Whose way of writing PubTator; biored unless said.",
)
@click.option("--hedged", is_flag=True, help="Write relations that the text hedges or asks, too.")
@run_options
@setup_options
def command(
    paths: tuple[str, ...],
    format_: str | None,
    output: Path | None,
    dialect: str | None,
    hedged: bool,
    reader: str | None,
    **options: Any,
) -> int:
    r"""Tag and link papers and write the annotations, without a graph.

    PubTator and BioC have no word for a relation that a text denies or hedges ("may cause"), so
    these are left out and counted. BioRED's and BC5CDR's annotators mark hedged ones too: for a
    comparison with such gold, --hedged writes them as well. What is denied is never written.

    \b
    Example: kgbuild annotate papers/ --format pubtator -o out.pubtator
    """
    format_ = format_ or SUFFIXES.get(output.suffix.lower() if output else "", "pubtator")
    if dialect and format_ != "pubtator":
        raise UsageError(f"--dialect is for PubTator; {format_} is written in one way")
    if hedged and format_ == "jsonl":
        raise UsageError("--hedged is not for jsonl, which says how each relation is said")
    if output is not None:
        check_target(output)
    setup = set_up(**options)
    host = setup.host(reader=reader)
    say_what_annotates(setup, host)
    running = annotators(host, setup.configuration, setup.options)
    telling = Telling()
    failures = _Failures(telling)
    left_out: Counter[str] = Counter()
    try:
        documents = annotate_papers(
            paths,
            host=host,
            configuration=setup.configuration,
            annotators=running,
            tell=failures.tell,
            left_out=left_out,
            reader=reader,
        )
        if hedged:
            documents = map(with_hedged, documents)
        if output is not None:
            documents = _told(documents, telling)
        counts = _written(documents, format_, dialect, output)
    finally:
        telling.wipe()
        running.close()
    for reason, count in sorted(left_out.items()):
        click.echo(f"left out: {reason} ({count:,})", err=True)
    say_losses(format_, losses(counts))
    said = counted(counts["documents"], "document"), counted(failures.count, "failure")
    click.echo(", ".join(said), err=True)
    return ExitCode.FAILURES if failures.count else ExitCode.WELL


class _Failures:
    """Says each failure when it is known, and counts them."""

    def __init__(self, telling: Telling) -> None:
        self.count = 0
        self._telling = telling

    def tell(self, failure: Failure) -> None:
        self.count += 1
        self._telling.wipe()
        click.echo(f"{failure.where}: {failure.component}: {failure.message}", err=True)


def _told(documents: Iterator[AnnotatedDocument], telling: Telling) -> Iterator[AnnotatedDocument]:
    """The same documents, each told as it passes."""
    for number, document in enumerate(documents, 1):
        telling("annotating", number, None)
        yield document


def _written(
    documents: Iterator[AnnotatedDocument], format_: str, dialect: str | None, output: Path | None
) -> Counter[str]:
    """Write them to the file, never half-written under its name, or to the screen."""
    if output is None:
        return _write(documents, format_, dialect, sys.stdout.buffer)
    partial = output.with_name(f".{output.name}.partial")
    try:
        with partial.open("wb") as target:
            counts = _write(documents, format_, dialect, target)
        os.replace(partial, output)  # noqa: PTH105 - replaces what is there
        return counts
    except OSError as error:
        raise unwritable(output, error) from error
    finally:
        partial.unlink(missing_ok=True)


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
