"""``kgbuild predict``: links that the graph lacks and its paths suggest."""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgbuild.assertion import Prediction
from kgbuild.cli import ExitCode
from kgbuild.cli.claims import claim, sentences
from kgbuild.cli.names import concept_of
from kgbuild.cli.setup import Setup, as_json, graph_option, set_up
from kgbuild.errors import UsageError
from kgbuild.graph.reading import StoredGraph, load

if TYPE_CHECKING:
    from kgbuild.prediction.general import Above

__all__ = ["command"]

_KINDS = 3
"""Of the kinds of links that are too few to be learnt so many are named."""


@click.command("predict")
@click.argument("concept", required=False)
@click.option("--limit", "-n", default=20, show_default=True, type=click.IntRange(0, 1_000_000))
@click.option("--predicate", multiple=True, help="Predict only such links; may be repeated.")
@click.option(
    "--keep", default=1000, show_default=True, type=click.IntRange(1, 1_000_000),
    help="How many are kept in all, the likeliest.",
)  # fmt: skip
@click.option("--explain", is_flag=True, help="Show the sentences on the paths.")
@click.option("--evaluate", is_flag=True, help="Hide links, ask for them; predict nothing.")
@click.option(
    "--before", default="", metavar="YEAR", help="With --evaluate: learn from earlier papers only."
)
@click.option("--seed", default=0, show_default=True, help="Draws what is hidden.")
@click.option("--clear", is_flag=True, help="Take all predictions away.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@graph_option
def command(
    concept: str | None,
    limit: int,
    predicate: tuple[str, ...],
    keep: int,
    explain: bool,
    evaluate: bool,
    before: str,
    seed: int,
    clear: bool,
    json_: bool,
    kg: Path | None,
) -> int:
    r"""Suggest the likeliest links that no text of the graph speaks of, or those of one CONCEPT.

    Rules are learnt from the graph: which paths there are beside known links. Probabilities are
    calibrated on links that were hidden. Predictions are kept apart, in a layer of their own; they
    are never evidence, and are left out of queries and exports unless asked for. When the graph has
    changed they are made anew. Concepts that are too general (death, disease, water, what stands
    above many others or is tied to very many) are left aside, and so is what the configured
    terminologies know to be broader than something that texts say.

    \b
    Example: kgbuild predict -n 5 --explain
             kgbuild predict aspirin
    """
    from kgbuild.prediction.layer import predictions, remove
    from kgbuild.prediction.predicting import predict

    if before and not evaluate:
        raise UsageError("--before goes with --evaluate")
    setup = set_up(kg=kg)
    folder = setup.folder
    with load(folder) as graph:
        if clear:
            click.echo("predictions taken away" if remove(folder) else "there were none", err=True)
            return ExitCode.WELL
        if evaluate:
            return _evaluate(graph, before, seed, _above(setup), json_=json_)
        about = concept_of(graph, concept) if concept else ""
        done = predict(graph, predicates=predicate, limit=keep, seed=seed, above=_above(setup))
        if done.unlearnt:
            kinds, more = done.unlearnt[:_KINDS], len(done.unlearnt) - _KINDS
            rest = f" and {more} other kinds" if more > 0 else ""
            click.echo(f"too few links to learn from: {'; '.join(kinds)}{rest}", err=True)
        found = list(islice(predictions(graph, about), limit))
        if json_:
            as_json([asdict(one) for one in found])
        else:
            for one in found:
                _print(graph, one, explain=explain)
    if not found:
        click.echo("nothing is predicted", err=True)
    return ExitCode.WELL


def _above(setup: Setup) -> Above | None:
    """What the configured terminologies know to be above a concept; None where there are none."""
    from kgbuild.terminologies import Terminologies

    if not setup.configuration.settings.pipeline.terminologies:
        return None
    return Terminologies.configured(setup.configuration, setup.host()).ancestors


def _print(graph: StoredGraph, one: Prediction, *, explain: bool) -> None:
    click.secho(f"{one.probability:.3f}  {claim(graph, one)}", bold=explain)
    for reason in one.reasons if explain else one.reasons[:1]:
        click.echo(f"    {reason.rule}")
        for assertion in map(graph.assertion, reason.assertions) if explain else ():
            for sentence in sentences(graph, assertion, 2):
                click.echo(f"      {sentence}")


def _evaluate(
    graph: StoredGraph, before: str, seed: int, above: Above | None, *, json_: bool
) -> int:
    from kgbuild.prediction.evaluation import evaluate

    found = evaluate(graph, before=before, seed=seed, above=above)
    if json_:
        as_json([asdict(one) for one in found])
        return ExitCode.WELL
    for one in found:
        click.echo(f"{one.kind}: {one.known:,} links known, {one.hidden:,} hidden")
        for title, ranking in ((f"{one.rules} rules", one.ranking), ("degree alone", one.degree)):
            click.echo(
                f"  {title:<12}  MRR {ranking.mrr:.3f}  hits@1 {ranking.hits_1:.3f}"
                f"  hits@3 {ranking.hits_3:.3f}  hits@10 {ranking.hits_10:.3f}"
                f"  ({one.asked:,} questions)"
            )
        click.echo(
            f"  probabilities  Brier {one.brier:.4f} (of the mean {one.base_brier:.4f})"
            f"  calibration error {one.ece:.4f}  ({one.cases:,} suggestions)"
        )
    return ExitCode.WELL
