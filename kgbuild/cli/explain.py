"""``kgbuild explain``: why a claim holds, down to the sentences."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kgbuild.cli import ExitCode
from kgbuild.cli.claims import with_file
from kgbuild.cli.names import concept_of
from kgbuild.cli.setup import as_json, graph_option, only_form, set_up
from kgbuild.errors import UsageError
from kgbuild.graph.reading import StoredGraph, load

if TYPE_CHECKING:
    from kgbuild.reasoning.layer import DerivedLayer

__all__ = ["command"]


@click.command("explain")
@click.argument("claim", metavar="SUBJECT PREDICATE OBJECT | ASSERTION", nargs=-1, required=True)
@click.option("--limit", "-n", default=3, show_default=True, type=click.IntRange(1, 1_000))
@click.option("--json", "json_", is_flag=True, help="Print all proofs as JSON.")
@click.option("--dot", is_flag=True, help="Print a Graphviz file.")
@click.option("--html", is_flag=True, help="Print a page of HTML.")
@click.option("--svg", is_flag=True, help="Print the strongest proof as a picture.")
@graph_option
def command(
    claim: tuple[str, ...],
    limit: int,
    json_: bool,
    dot: bool,
    html: bool,
    svg: bool,
    kg: Path | None,
) -> int:
    r"""Show all proofs of a claim, stated or concluded, the strongest first.

    SUBJECT and OBJECT are CURIEs or names, PREDICATE a Biolink predicate (treats) or a relation
    that a rule concludes (candidate_treatment), ASSERTION the beginning of an assertion's
    identifier. Run kgbuild reason before.

    \b
    Example: kgbuild explain lisinopril treats hypertension
    """
    from kgbuild.reasoning.layer import open_layer
    from kgbuild.reasoning.proof_picture import as_svg
    from kgbuild.reasoning.proof_views import as_dot, as_html, as_text
    from kgbuild.reasoning.proofs import Proofs, explain

    form = only_form(json=json_, dot=dot, html=html, svg=svg)
    with load(set_up(kg=kg).folder) as graph, open_layer(graph.folder) as layer:
        if layer.revision != graph.revision:
            raise UsageError(
                "the graph has changed since rules were applied", hints=["kgbuild reason"]
            )
        explained = explain(graph, layer, *_meant(graph, layer, claim))
        name = Proofs(graph, layer).name
        if form == "json":
            as_json(explained)
            return ExitCode.WELL
        shown = (one for proof in explained["proofs"] for one in _sentences(proof["tree"]))
        for evidence in {id(one): one for one in shown}.values():
            evidence["document"] = with_file(graph, evidence["document"])
        if form == "dot":
            click.echo(as_dot(explained, name), nl=False)
        elif form == "html":
            click.echo(as_html(explained, name), nl=False)
        elif form == "svg":
            click.echo(as_svg(explained, name), nl=False)
        else:
            click.echo("\n".join(as_text(explained, name, limit)))
    return ExitCode.WELL


def _meant(
    graph: StoredGraph, layer: DerivedLayer, claim: tuple[str, ...]
) -> tuple[str, tuple[str, ...]]:
    """The relation and its arguments that the words of the command line mean."""
    if len(claim) == 1:
        stated = graph.assertion(claim[0])
        if stated.negated:
            return "denied", (stated.subject, stated.predicate, stated.object)
        ends = stated.subject, stated.object
        # Rules ask for a qualified claim by one of its qualifiers.
        for qualifier in stated.qualifiers:
            qualified = (ends[0], stated.predicate, ends[1], *qualifier)
            if layer.find("qualified", qualified) is not None:
                return "qualified", qualified
        return stated.predicate, ends
    if len(claim) != 3:
        raise UsageError(
            f"{' '.join(claim)!r} is no claim: it has a subject, a predicate and an object",
            hints=["names of several words are put in quotes"],
        )
    subject, predicate, object_ = claim
    names = {atom.relation for rule in layer.rules.values() for atom in (rule.head, *rule.body)}
    relation = predicate if predicate in names else f"biolink:{predicate.removeprefix('biolink:')}"
    first = concept_of(graph, subject)
    # A class or an axiom of an ontology is no concept of the graph.
    if layer.find(relation, (first, object_)) is not None:
        return relation, (first, object_)
    return relation, (first, concept_of(graph, object_))


def _sentences(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The evidence of a proof, which may stand in it several times."""
    yield from node.get("evidence", ())
    for premise in node.get("premises", ()):
        yield from _sentences(premise)
