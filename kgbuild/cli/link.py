"""``kgbuild link``: what a name may name, with scores and reasons."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from kgbuild.annotation import Annotations, Link, Mention
from kgbuild.cli import ExitCode
from kgbuild.cli.candidates import print_candidates
from kgbuild.cli.setup import Setup, as_json, hint_init, set_up, setup_options
from kgbuild.document import Document
from kgbuild.pipeline import Pipeline
from kgbuild.vocabulary import check_category

__all__ = ["command"]

_CATEGORIES = (
    "biolink:ChemicalEntity",
    "biolink:DiseaseOrPhenotypicFeature",
    "biolink:Gene",
    "biolink:SequenceVariant",
    "biolink:OrganismTaxon",
    "biolink:CellLine",
)


@click.command("link")
@click.argument("name")
@click.option("--context", default="", help="The text that the name stands in.")
@click.option("--category", multiple=True, help="The Biolink class; may be repeated. Else each.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@setup_options
def command(name: str, context: str, category: tuple[str, ...], json_: bool, **options: Any) -> int:
    r"""Show the candidates of the configured linkers for a name.

    With a context, the configured extractors read it first: its species and abbreviations help.

    \b
    Example: kgbuild link ER --category biolink:Gene --context "ER (estrogen receptor) in mice"
    """
    categories = tuple(map(check_category, category)) or _CATEGORIES
    links = _links(set_up(**options), name, context, categories)
    if json_:
        as_json([asdict(link) for link in links])
        return ExitCode.WELL
    found = [link for link in links if link.candidates] if not category else links
    for link in sorted(found or links, key=lambda one: _order(one, categories)):
        print_candidates(link.mention.category, link)
    if not links:
        click.echo("no candidates: no linker looks up names")
        hint_init()
    return ExitCode.WELL


def _links(setup: Setup, name: str, context: str, categories: tuple[str, ...]) -> tuple[Link, ...]:
    start = context.find(name)
    if start < 0:
        context = f"{context}\n\n{name}".strip()
        start = len(context) - len(name)
    document = Document(id="kgbuild:link", text=context)
    pipeline = setup.configuration.settings.pipeline
    configuration = setup.configuration.with_pipeline(
        extractors=pipeline.extractors if context != name else (),
        linkers=pipeline.linkers,
        trust_annotations=True,
    )
    ready = Pipeline.assemble(setup.host(), configuration)
    found: list[Link] = []
    # One at a time: as a species the name would be evidence about the gene.
    for category in categories:
        asked = Mention.at(document, start, start + len(name), category)
        result = ready.annotate_document(document, Annotations(mentions=(asked,)))
        found += [link for link in result.annotations.links if link.mention == asked]
    return tuple(found)


def _order(link: Link, categories: tuple[str, ...]) -> tuple[float, int, int]:
    best = link.candidates[0].score if link.candidates else 0.0
    return -best, categories.index(link.mention.category), link.part
