"""``kgbuild evaluate``: how right annotations are, against gold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, cast

import click

from kgbuild.annotation import AnnotatedDocument, Annotations
from kgbuild.cli import ExitCode, counted
from kgbuild.cli.setup import Setup, as_json, set_up, setup_options
from kgbuild.components import ExtractorSpec, Failure
from kgbuild.document import Document
from kgbuild.errors import InputError, UsageError
from kgbuild.evaluation import (
    Convention,
    Counts,
    Evaluation,
    Pair,
    Task,
    evaluate,
    names_of,
    with_preferred,
)
from kgbuild.exporters.corpus_spelling import with_hedged
from kgbuild.host import Host
from kgbuild.papers import read_papers
from kgbuild.pipeline import Pipeline
from kgbuild.terminologies import Terminologies

__all__ = ["command"]

END_TO_END = "end to end"
GOLD_ENTITIES = "gold entities"


@click.command("evaluate")
@click.argument("gold", nargs=-1, required=True)
@click.option("--task", type=click.Choice([t.value for t in Task]), default="mentions")
@click.option("--predictions", multiple=True, metavar="FILE", help="Score this, run nothing.")
@click.option("--gold-mentions", is_flag=True, help="Take the mentions from the gold.")
@click.option("--gold-links", is_flag=True, help="Take mentions and links from the gold.")
@click.option(
    "--convention",
    type=click.Choice([c.value for c in Convention]),
    help="How relations count; by default as the gold is.",
)
@click.option("--hedged", is_flag=True, help="Count relations that the text hedges or asks, too.")
@click.option("--given-identifiers", is_flag=True, help="Do not map identifiers to preferred ones.")
@click.option("--seen", multiple=True, metavar="FILE", help="Gold that was trained on.")
@click.option("--reader", metavar="NAME", help="Read every file with this reader.")
@click.option("--errors", default=10, show_default=True, help="How many mistakes to show.")
@click.option("--json", "for_machines", is_flag=True, help="Print JSON, with all mistakes.")
@setup_options
def command(
    gold: tuple[str, ...],
    task: str,
    predictions: tuple[str, ...],
    gold_mentions: bool,
    gold_links: bool,
    convention: str | None,
    hedged: bool,
    given_identifiers: bool,
    seen: tuple[str, ...],
    reader: str | None,
    errors: int,
    for_machines: bool,
    **options: Any,
) -> int:
    r"""Score the configured pipeline, or a file of predictions, against gold annotations.

    Gold is PubTator or BioC. Types that the gold does not mark are not scored. Withdrawn
    identifiers and equivalents are mapped by the configured terminologies, on both sides.

    Links and relations of a pipeline are scored twice: end to end, and with the gold's mentions
    (for relations its links, too). Relations are pairs of a document's identifiers, with and
    without the type: BioRED's in no order; CID from the chemical to the disease, which is the
    convention where the gold has nothing else; or Biolink's predicate with qualifiers. Those that
    the text denies or hedges do not count; with --hedged only those that it denies, as BioRED's and
    BC5CDR's annotators have it.

    \b
    Example: kgbuild evaluate dev.pubtator --task mentions
             kgbuild evaluate dev.pubtator --task links --gold-mentions
             kgbuild evaluate dev.pubtator --task relations
             kgbuild evaluate dev.pubtator --predictions mine.pubtator --json
    """
    setup = set_up(**options)
    wanted = _annotated(setup, gold, reader)
    if not any(document.annotations.mentions for document in wanted):
        raise InputError(
            "has no annotations to score against",
            file=", ".join(gold),
            hints=["gold is PubTator or BioC with annotations in it"],
        )
    names = names_of(_annotated(setup, seen, reader)) if seen else frozenset()
    preferred = _preferred(setup) if not given_identifiers else None

    def score(pairs: Iterable[Pair]) -> Evaluation:
        chosen = Convention(convention) if convention else None
        if hedged:
            pairs = ((wanted, with_hedged(given)) for wanted, given in pairs)
        return evaluate(_mapped(pairs, preferred), Task(task), names, chosen)

    if not predictions and not (task == Task.LINKS and (gold_mentions or gold_links)):
        _refuse_without_extractor(setup)
    if predictions:
        found = {"": score(_matched(wanted, _annotated(setup, predictions, reader)))}
    elif task != Task.MENTIONS and not (gold_mentions or gold_links):
        links = task == Task.RELATIONS
        found = {
            END_TO_END: score(_run(setup, wanted, mentions=False, links=False)),
            GOLD_ENTITIES: score(_run(setup, wanted, mentions=True, links=links)),
        }
    else:
        given = gold_mentions or gold_links
        found = {"": score(_run(setup, wanted, mentions=given, links=gold_links))}
    if for_machines:
        as_json(_plain_all(found))
    else:
        for title, evaluation in found.items():
            _show(evaluation, errors, title)
    return ExitCode.WELL


def _refuse_without_extractor(setup: Setup) -> None:
    """Raise UsageError where nothing would be found, so that nothing could be right."""
    pipeline = setup.configuration.settings.pipeline
    if not pipeline.extractors and not pipeline.trust_annotations:
        raise UsageError(
            "no extractor is configured, so there is nothing to score",
            hints=[
                "kgbuild init writes a kgbuild.toml for what is installed",
                "--predictions FILE scores annotations of a file",
            ],
        )


def _plain_all(found: dict[str, Evaluation]) -> dict[str, Any]:
    """The first evaluation, and below it the others by name."""
    first, *others = found
    below = {name.replace(" ", "_"): _plain(found[name]) for name in others}
    return _plain(found[first]) | below


def _preferred(setup: Setup) -> Callable[[str], str] | None:
    """What maps an identifier to the preferred one; None without a terminology."""
    if not setup.configuration.settings.pipeline.terminologies:
        return None
    names = Terminologies.configured(setup.configuration, setup.host())
    return lru_cache(maxsize=None)(names.preferred)


def _mapped(pairs: Iterable[Pair], preferred: Callable[[str], str] | None) -> list[Pair]:
    if preferred is None:
        return list(pairs)
    return [
        (with_preferred(gold, preferred), with_preferred(given, preferred)) for gold, given in pairs
    ]


def _annotated(setup: Setup, paths: tuple[str, ...], reader: str | None) -> list[AnnotatedDocument]:
    """The annotated documents of some files. Raises InputError at the first that is broken.

    A broken part, such as one annotation whose offsets are wrong, is said and left out.
    """
    found: dict[str, AnnotatedDocument] = {}
    for reading in read_papers(paths, setup.host(reader=reader), setup.configuration, reader):
        if isinstance(reading, Failure) and reading.document:
            click.echo(f"{reading.file}, {reading.place}: left out: {reading.message}", err=True)
        elif isinstance(reading, Failure):
            raise InputError(reading.message, file=reading.file, place=reading.place)
        elif isinstance(reading, AnnotatedDocument):
            found.setdefault(reading.document.id, reading)
    return list(found.values())


def _matched(gold: list[AnnotatedDocument], given: list[AnnotatedDocument]) -> list[Pair]:
    """Gold and predictions by document; a document without predictions has none right."""
    predicted = {one.document.id: one for one in given}
    unknown = sorted(predicted.keys() - {one.document.id for one in gold})
    if unknown:
        click.echo(f"{len(unknown):,} predicted documents are not in the gold: left out", err=True)
    return [
        (one, predicted.get(one.document.id, AnnotatedDocument(document=one.document)))
        for one in gold
    ]


def _run(
    setup: Setup, gold: list[AnnotatedDocument], *, mentions: bool, links: bool
) -> Iterator[Pair]:
    """Annotate the gold's documents, with as much of the gold given as was asked for."""
    host = setup.host()
    pipeline = setup.configuration.settings.pipeline
    extractors = pipeline.extractors
    if mentions:
        extractors = tuple(name for name in extractors if _relates(host, name))
    configuration = setup.configuration.with_pipeline(
        extractors=extractors,
        linkers=() if links else pipeline.linkers,
        trust_annotations=mentions,
    )
    ready = Pipeline.assemble(host, configuration)
    size = configuration.settings.run.batch_size
    for place in range(0, len(gold), size):
        batch = gold[place : place + size]
        given = [_given(one, mentions=mentions, links=links) for one in batch]
        for one, result in zip(batch, ready.annotate_documents(given), strict=True):
            for failure in result.failures:
                click.echo(f"{failure.document}: {failure.component}: {failure.message}", err=True)
            yield one, AnnotatedDocument(document=one.document, annotations=result.annotations)


def _given(gold: AnnotatedDocument, *, mentions: bool, links: bool) -> tuple[Document, Annotations]:
    """A document, and what of its gold the pipeline is given."""
    return gold.document, Annotations(
        mentions=gold.annotations.mentions if mentions else (),
        links=gold.annotations.links if links else (),
    )


def _relates(host: Host, extractor: str) -> bool:
    """Whether an extractor comes after linking: then gold mentions do not take its place."""
    return "links" in cast("ExtractorSpec", host.spec("extractor", extractor)).requires


def _show(evaluation: Evaluation, errors: int, title: str = "") -> None:
    width = max(8, *(len(name) for name in (*evaluation.types, *evaluation.parts)))
    how = [evaluation.convention.value if evaluation.convention else "strict", title]
    said = ", ".join(filter(None, how))
    documents = counted(evaluation.documents, "document")
    click.echo(f"{evaluation.task.value}, {documents}, {said}")
    header = ("precision", "recall", "F1", "right", "spurious", "missed")
    titles = "".join(f"{name:>10}" for name in header)
    click.echo(f"{'':<{width}}{titles}  95% of F1, over documents")
    for name, counts in evaluation.types.items():
        bounds = evaluation.type_intervals[name]
        click.echo(_row(name.removeprefix("biolink:"), counts, bounds, width))
    click.echo(_row("together", evaluation.whole, evaluation.interval, width))
    for name, counts in evaluation.parts.items():
        if name in evaluation.part_intervals:
            click.echo(_row(name, counts, evaluation.part_intervals[name], width))
        else:
            share = f"{counts.right:,} of {counts.right + counts.missed:,}"
            click.echo(f"{name} names: recall {counts.recall:.4f} ({share})")
    for (gold, given), count in evaluation.confusion.items():
        pair = f"{gold.removeprefix('biolink:')} taken for {given.removeprefix('biolink:')}"
        click.echo(f"{pair}: {count:,}")
    _show_mistakes(evaluation, errors)


def _row(name: str, counts: Counts, interval: tuple[float, float], width: int) -> str:
    shares = "".join(f"{x:>10.4f}" for x in (counts.precision, counts.recall, counts.f1))
    numbers = "".join(f"{n:>10,}" for n in (counts.right, counts.spurious, counts.missed))
    low, high = interval
    return f"{name:<{width}}{shares}{numbers}  {low:.4f} to {high:.4f}"


def _show_mistakes(evaluation: Evaluation, most: int) -> None:
    """The mistakes that are made most often, with a document where each was made."""
    kinds: Counter[tuple[str, str, str]] = Counter()
    example: dict[tuple[str, str, str], str] = {}
    for mistake in evaluation.mistakes:
        key = (mistake.kind, mistake.type.removeprefix("biolink:"), mistake.text)
        kinds[key] += 1
        example.setdefault(key, mistake.document)
    for key, count in sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0]))[:most]:
        kind, type_, text = key
        click.echo(f"{count:>4} {kind:<8} {type_}: {text!r} (in {example[key]})")


def _plain(evaluation: Evaluation) -> dict[str, Any]:
    def numbers(counts: Counts) -> dict[str, float]:
        return {
            "precision": round(counts.precision, 6),
            "recall": round(counts.recall, 6),
            "f1": round(counts.f1, 6),
            "right": counts.right,
            "spurious": counts.spurious,
            "missed": counts.missed,
        }

    return {
        "task": evaluation.task.value,
        "documents": evaluation.documents,
        "together": numbers(evaluation.whole),
        "interval": [round(bound, 6) for bound in evaluation.interval],
        "type_intervals": _rounded(evaluation.type_intervals),
        "part_intervals": _rounded(evaluation.part_intervals),
        "convention": evaluation.convention.value if evaluation.convention else None,
        "types": {name: numbers(counts) for name, counts in evaluation.types.items()},
        "parts": {name: numbers(counts) for name, counts in evaluation.parts.items()},
        "confusion": [
            {"gold": gold, "predicted": given, "count": count}
            for (gold, given), count in evaluation.confusion.items()
        ],
        "mistakes": [
            {"document": m.document, "kind": m.kind, "type": m.type, "text": m.text}
            for m in evaluation.mistakes
        ],
    }


def _rounded(intervals: Mapping[str, tuple[float, float]]) -> dict[str, list[float]]:
    return {name: [round(bound, 6) for bound in bounds] for name, bounds in intervals.items()}
