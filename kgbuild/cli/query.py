"""``kgbuild query``: SPARQL on the graph."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from kgbuild.cli import ExitCode
from kgbuild.cli.setup import graph_option, set_up, warn_of_old_conclusions
from kgbuild.errors import UsageError, VocabularyError
from kgbuild.graph.reading import load
from kgbuild.markup import as_xml
from kgbuild.prediction.layer import stamp
from kgbuild.query.cookbook import recipe, recipes
from kgbuild.query.engine import Answer, prefixes, query
from kgbuild.vocabulary import compress

__all__ = ["command"]

_NARROWEST = 14
"""Columns of a terminal that a column of a table must have; else each value has a line."""

FORMATS = ("table", "json", "xml", "csv", "tsv", "turtle", "n-triples")


@click.command("query")
@click.argument("sparql", required=False)
@click.option("--file", type=click.Path(exists=True, path_type=Path), help="A file with a query.")
@click.option("--cookbook", metavar="NAME", help="A query of the cookbook; list names them.")
@click.option("--format", "format_", type=click.Choice(FORMATS), help="How to print the answer.")
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=60.0,
    show_default=True,
    help="Seconds.",
)
@click.option(
    "--max-rows",
    type=click.IntRange(1),
    default=10_000,
    show_default=True,
    help="Rows at most.",
)
@click.option("--predicted", is_flag=True, help="Ask also what kgbuild predict suggests.")
@graph_option
def command(
    sparql: str | None,
    file: Path | None,
    cookbook: str | None,
    format_: str | None,
    timeout: float,
    max_rows: int,
    predicted: bool,
    kg: Path | None,
) -> int:
    r"""Run a SPARQL 1.1 query: SELECT, ASK, CONSTRUCT or DESCRIBE; - reads it from standard input.

    Registered prefixes (mesh:, biolink:, prov: …) need no declaration.

    \b
    Example: kgbuild query --cookbook drugs-that-treat
             kgbuild query "SELECT ?drug { ?c biolink:treats mesh:D006261 ; rdfs:label ?drug }"
    """
    if cookbook == "list":
        _list_recipes()
        return ExitCode.WELL
    if [sparql, file, cookbook].count(None) != 2:
        raise UsageError(
            "give a query, or a file with --file, or a name with --cookbook",
            hints=["kgbuild query --cookbook list has the names"],
        )
    if sparql and sparql.endswith((".rq", ".sparql")):
        raise UsageError(f"{sparql!r} is no query", hints=["--file reads a query from a file"])
    if sparql in recipes():
        hints = [f"kgbuild query --cookbook {sparql}"]
        raise UsageError(f"{sparql!r} is no query but one of the cookbook's names", hints=hints)
    text = recipe(cookbook) if cookbook else file.read_text("utf-8") if file else sparql
    if text == "-":
        text = sys.stdin.read()
    with load(set_up(kg=kg).folder) as graph:
        warn_of_old_conclusions(graph)
        if predicted and not stamp(graph):
            click.echo("note: nothing is predicted of the graph as it is", err=True)
            click.echo("hint: kgbuild predict", err=True)
        answer = query(graph, text or "", timeout=timeout, max_rows=max_rows, predicted=predicted)
    if answer.form in ("CONSTRUCT", "DESCRIBE"):
        _print_graph(answer, format_ or "turtle")
    else:
        _print_results(answer, format_ or ("table" if sys.stdout.isatty() else "tsv"))
    if answer.truncated:
        click.echo(f"note: only the first {max_rows:,} rows; --max-rows allows more", err=True)
    return ExitCode.WELL


def _list_recipes() -> None:
    """The cookbook: in columns for people, with a tab between for programs."""
    width = max(map(len, recipes())) if sys.stdout.isatty() else 0
    for name, title in recipes().items():
        click.echo(f"{name:{width}}  {title}" if width else f"{name}\t{title}")


def _print_graph(answer: Answer, format_: str) -> None:
    import pyoxigraph as ox

    formats = {"turtle": ox.RdfFormat.TURTLE, "n-triples": ox.RdfFormat.N_TRIPLES}
    if format_ not in formats:
        raise UsageError(f"{answer.form} gives a graph: turtle or n-triples, not {format_}")
    triples = ox.parse(answer.content, format=ox.RdfFormat.N_TRIPLES)
    named = {name: iri for name, iri in prefixes().items() if f"<{iri}".encode() in answer.content}
    written = ox.serialize(
        (quad.triple for quad in triples), format=formats[format_], prefixes=named
    )
    sys.stdout.write((written or b"").decode())


def _print_results(answer: Answer, format_: str) -> None:
    if format_ == "table":
        _print_table(answer)
        return
    import pyoxigraph as ox

    formats = {
        "json": ox.QueryResultsFormat.JSON,
        "xml": ox.QueryResultsFormat.XML,
        "csv": ox.QueryResultsFormat.CSV,
        "tsv": ox.QueryResultsFormat.TSV,
    }
    if format_ not in formats:
        raise UsageError(f"{answer.form} gives rows: json, xml, csv or tsv, not {format_}")
    results: Any = ox.parse_query_results(answer.content, format=ox.QueryResultsFormat.JSON)
    text = (results.serialize(format=formats[format_]) or b"").decode()
    # Oxigraph writes characters that XML has no place for.
    sys.stdout.write(as_xml(text) if format_ == "xml" else text)
    sys.stdout.write("" if text.endswith("\n") else "\n")


def _print_table(answer: Answer) -> None:
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    if answer.form == "ASK":
        click.echo("yes" if b"true" in answer.content else "no")
        return
    variables, rows = answer.rows()
    cells = [[_cell(row.get(variable)) for variable in variables] for row in rows]
    console = Console()
    if not cells:
        click.echo("note: nothing answers the query", err=True)
    elif console.width < _NARROWEST * len(variables):
        for row in cells:
            click.echo("\n".join(_named(variables, row)) + "\n")
    else:
        table = Table(*(Column(name, overflow="fold") for name in variables))
        for row in cells:
            table.add_row(*map(Text, row))
        console.print(table)


def _named(variables: Sequence[str], row: Sequence[str]) -> Iterator[str]:
    """A row that is too wide for a table: a line for each value that there is."""
    width = max(map(len, variables))
    for variable, value in zip(variables, row, strict=True):
        if value:
            yield f"{variable:{width}}  {value}"


def _cell(term: dict[str, str] | None) -> str:
    if term is None:
        return ""
    if term["type"] == "uri":
        try:
            return compress(term["value"])
        except VocabularyError:
            return term["value"]
    if term.get("datatype", "").endswith(("#decimal", "#double", "#float")):
        return f"{float(term['value']):.3f}"
    return term["value"]
