"""``kgbuild explain``: why a claim holds, down to the sentences."""

from __future__ import annotations

from pathlib import Path

import click

from kgbuild.cli import ExitCode
from kgbuild.cli.setup import as_json, graph_option, set_up
from kgbuild.errors import NotInGraphError, UsageError, nearest
from kgbuild.graph.reading import StoredGraph, load

__all__ = ["command"]


@click.command("explain")
@click.argument("subject")
@click.argument("predicate")
@click.argument("object_", metavar="OBJECT")
@click.option("--limit", "-n", default=3, show_default=True, type=click.IntRange(1, 1_000))
@click.option("--json", "form", flag_value="json", help="Print all proofs as JSON.")
@click.option("--dot", "form", flag_value="dot", help="Print a Graphviz file.")
@click.option("--html", "form", flag_value="html", help="Print a page of HTML.")
@click.option("--svg", "form", flag_value="svg", help="Print the strongest proof as a picture.")
@graph_option
def command(
    subject: str, predicate: str, object_: str, limit: int, form: str | None, kg: Path | None
) -> int:
    r"""Show all proofs of a claim, stated or concluded, the strongest first.

    SUBJECT and OBJECT are CURIEs or names, PREDICATE a Biolink predicate (treats) or a relation
    that a rule concludes (candidate_treatment). Run kgbuild reason before.

    \b
    Example: kgbuild explain lisinopril treats hypertension
    """
    from kgbuild.reasoning.layer import open_layer
    from kgbuild.reasoning.proof_picture import as_svg
    from kgbuild.reasoning.proof_views import as_dot, as_html, as_text
    from kgbuild.reasoning.proofs import Proofs, explain

    with load(set_up(kg=kg).folder) as graph, open_layer(graph.folder) as layer:
        if layer.revision != graph.revision:
            raise UsageError(
                "the graph has changed since rules were applied", hints=["kgbuild reason"]
            )
        names = {atom.relation for rule in layer.rules.values()
                 for atom in (rule.head, *rule.body)}  # fmt: skip
        relation = predicate if predicate in names else f"biolink:{predicate}"
        first = concept_of(graph, subject)
        # A class or an axiom of an ontology is no concept of the graph.
        ends = first, object_
        if layer.find(relation, ends) is None:
            ends = first, concept_of(graph, object_)
        explained = explain(graph, layer, relation, ends)
        name = Proofs(graph, layer).name
        if form == "json":
            as_json(explained)
        elif form == "dot":
            click.echo(as_dot(explained, name), nl=False)
        elif form == "html":
            click.echo(as_html(explained, name), nl=False)
        elif form == "svg":
            click.echo(as_svg(explained, name), nl=False)
        else:
            click.echo("\n".join(as_text(explained, name, limit)))
    return ExitCode.WELL


def concept_of(graph: StoredGraph, given: str) -> str:
    """The CURIE of the one concept that is meant by a CURIE or a name.

    Raises NotInGraphError where there is none, UsageError where there are several.
    """
    try:
        return graph.concept(given).id
    except NotInGraphError:
        named = graph.named(given)
    if not named:
        raise NotInGraphError(
            f"the graph has no concept {given!r}",
            hints=nearest(given, graph.names_like(given)) or ["kgbuild top concepts lists some"],
        )
    if len(named) > 1:
        several = ", ".join(f"{concept.id} ({concept.label})" for concept in named[:5])
        raise UsageError(f"{given!r} may be {several}", hints=["give one of the identifiers"])
    return named[0].id
