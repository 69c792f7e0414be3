"""``kgbuild report``: the graph, or one of its concepts, as one page of HTML."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import click

from kgbuild.cli import ExitCode
from kgbuild.cli.names import concept_of
from kgbuild.cli.setup import graph_option, set_up
from kgbuild.errors import UsageError
from kgbuild.graph.reading import load

__all__ = ["command"]


@click.command("report")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("report.html"),
    show_default=True,
    help="The file; an earlier report in it is replaced.",
)
@click.option("--about", metavar="CONCEPT", help="Report on one concept, a CURIE or a name.")
@click.option(
    "--limit",
    "-n",
    default=20,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="How much of each list is shown.",
)
@graph_option
def command(output: Path, about: str | None, limit: int, kg: Path | None) -> int:
    r"""Write one page of HTML that shows what the graph holds: open it in any browser, offline.

    What was read and what was not, what was named, the claims believed most with their sentences,
    the concepts with the most claims and a picture of what lies around them, contradictions, what
    retracted papers say, and who annotated. With --about: a concept's claims, for and against.

    \b
    Example: kgbuild report
             kgbuild report -o aspirin.html --about aspirin
    """
    from kgbuild.report.page import page_of_concept, page_of_graph

    with load(set_up(kg=kg).folder) as graph:
        concept = None if about is None else concept_of(graph, about)
        _check(output)
        page = page_of_concept(graph, concept, limit) if concept else page_of_graph(graph, limit)
    _write(page.encode(), output)
    click.echo(f"{output}: {len(page.encode()):,} bytes; open it in a browser")
    return ExitCode.WELL


def _check(output: Path) -> None:
    """Raises UsageError where a page cannot be written there, or what is there is no report."""
    from kgbuild.exporters import check_target, unwritable
    from kgbuild.report.page import MARK

    try:
        check_target(output)
        if output.exists() and not output.is_file():  # to read a pipe would wait for ever
            raise UsageError(f"{output}: is no file", hints=["-o names another"])
        with output.open("rb") as held:
            ours = MARK.encode() in held.read(1_000)
    except FileNotFoundError:
        return
    except OSError as error:
        raise unwritable(output, error) from error
    if not ours:
        raise UsageError(
            f"{output}: is there already and is no report", hints=["-o names another file"]
        )


def _write(page: bytes, output: Path) -> None:
    """Write the page, never half-written under its name."""
    from kgbuild.exporters import unwritable

    partial = output.with_name(f".{output.name}.partial")
    try:
        partial.write_bytes(page)
        os.replace(partial, output)  # noqa: PTH105 - replaces what is there
    except OSError as error:
        raise unwritable(output, error) from error
    finally:
        with suppress(OSError):  # it may never have been, or its name is too long to ask for
            partial.unlink()
