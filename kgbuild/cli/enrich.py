"""``kgbuild enrich``: what a list of concepts has in common, beyond chance."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from kgbuild.cli import ExitCode
from kgbuild.cli.names import concept_of
from kgbuild.cli.setup import as_json, graph_option, set_up
from kgbuild.errors import InputError, NotInGraphError, UsageError
from kgbuild.graph.reading import StoredGraph, load

__all__ = ["command"]


@click.command("enrich")
@click.argument("concepts", nargs=-1)
@click.option("--file", type=click.Path(path_type=Path), help="A list, one CURIE or name a line.")
@click.option(
    "--background", type=click.Path(path_type=Path),
    help="The list that it was drawn from; by default all of its categories in the graph.",
)  # fmt: skip
@click.option("--predicate", multiple=True, help="Use only edges with it; may be repeated.")
@click.option("--category", default="", help="Of what is to be found.")
@click.option("--fewest", default=2, show_default=True, type=click.IntRange(1), help="Hits.")
@click.option(
    "--max-q", default=0.05, show_default=True, type=click.FloatRange(0, 1),
    help="The share of false findings that is put up with.",
)  # fmt: skip
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@graph_option
def command(
    concepts: tuple[str, ...],
    file: Path | None,
    background: Path | None,
    predicate: tuple[str, ...],
    category: str,
    fewest: int,
    max_q: float,
    json_: bool,
    kg: Path | None,
) -> int:
    r"""Find what genes, drugs or other concepts of a list are tied to more often than chance.

    Hypergeometric test; q is p corrected for the number of questions (Benjamini, Hochberg).
    Names that the graph does not know are listed and left out.

    \b
    Example: kgbuild enrich aspirin ibuprofen naproxen --max-q 1
    """
    from kgbuild.analysis.enrichment import enrich
    from kgbuild.vocabulary import check_category

    wanted = check_category(category) if category else ""
    with load(set_up(kg=kg).folder) as graph:
        listed = _known(graph, [*concepts, *(_lines(file) if file else ())])
        if not listed:
            raise UsageError(
                "give concepts that the graph knows, or a --file of them",
                hints=["kgbuild top concepts lists some"],
            )
        found = enrich(
            graph, listed, predicates=predicate, fewest=fewest,
            background=_known(graph, _lines(background)) if background else (),
        )  # fmt: skip
    found = [one for one in found if one.q <= max_q and (not wanted or one.category == wanted)]
    if json_:
        as_json([asdict(one) for one in found])
        return ExitCode.WELL
    for one in found:
        click.echo(
            f"{one.q:.2e}  {one.label or one.concept}  ({len(one.hits)} of {one.listed}; chance"
            f" {one.tied} of {one.background}; {one.fold:.1f}-fold; p {one.p:.2e})"
        )
    if not found:
        click.echo(f"nothing with q up to {max_q:g}", err=True)
    return ExitCode.WELL


def _lines(path: Path) -> list[str]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", file=str(path)) from error
    return [line.strip() for line in lines if line.strip()]


def _known(graph: StoredGraph, given: list[str]) -> list[str]:
    known, unknown = [], []
    for name in given:
        try:
            known.append(concept_of(graph, name))
        except NotInGraphError:
            unknown.append(name)
    if unknown:
        more = " …" if len(unknown) > 10 else ""
        click.echo(f"not in the graph: {', '.join(unknown[:10])}{more} ({len(unknown)})", err=True)
    return known
