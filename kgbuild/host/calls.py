"""Call components so that one document's failure stays one document's failure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TypeVar

from kgbuild.annotation import Annotations, Link, Mention
from kgbuild.assertion import Concept
from kgbuild.components import (
    Exporter,
    ExporterSpec,
    Extractor,
    ExtractorSpec,
    Graph,
    Linker,
    LinkerSpec,
    Rules,
    Segmenter,
    SegmenterSpec,
    Task,
    Terminology,
)
from kgbuild.document import Document
from kgbuild.errors import ContractError, KgbuildError
from kgbuild.exporters import export_graph
from kgbuild.host.kinds import Offer
from kgbuild.host.promises import (
    check_annotations,
    check_concept,
    check_links,
    check_sentences,
)
from kgbuild.reasoning.rule_syntax import read_texts
from kgbuild.reasoning.rules import Rule
from kgbuild.vocabulary import normalise

__all__ = ["CheckedTerminology", "export", "extract_each", "link", "rules", "segment", "staying"]

A = TypeVar("A")


def extract_each(
    spec: ExtractorSpec, extractor: Extractor, batch: Sequence[Task], *, strict: bool = False
) -> list[Annotations | Exception]:
    """What an extractor adds to each document, or why it failed there; one for each task.

    A batch that raises, or has too few or too many results, is tried again one document at a
    time, so only the guilty ones fail. A document with a record that breaks a promise fails
    as a whole. ``strict`` raises the first failure instead.
    """
    try:
        results = _results(spec, extractor, batch)
    except Exception as error:  # isolation point: calling a component
        if strict:
            raise
        if len(batch) == 1:
            return [error]
        return [one for task in batch for one in extract_each(spec, extractor, [task])]
    return [
        _kept(spec, task, annotations, strict=strict)
        for task, annotations in zip(batch, results, strict=True)
    ]


def _results(spec: ExtractorSpec, extractor: Extractor, batch: Sequence[Task]) -> list[Annotations]:
    wanted = len(batch)
    # One more than wanted is enough to know; a generator without end would never return.
    with staying(spec.name):
        results = list(islice(extractor.extract(tuple(batch)), wanted + 1))
    if len(results) != wanted:
        many = f"{len(results)} results" if len(results) < wanted else f"more than {wanted} results"
        documents = "1 document" if wanted == 1 else f"{wanted} documents"
        raise ContractError(f"extract returned {many} for {documents}", component=spec.name)
    return results


@contextmanager
def staying(component: str) -> Iterator[None]:
    """A component that calls sys.exit, as scripts do, fails as any other; the run goes on.

    Raises ContractError in its place.
    """
    try:
        yield
    except SystemExit as error:
        raise ContractError(f"it called sys.exit({error.code!r})", component=component) from error


def _kept(
    spec: ExtractorSpec, task: Task, annotations: Annotations, *, strict: bool
) -> Annotations | ContractError:
    try:
        check_annotations(spec, task, annotations)
    except ContractError as error:
        if strict:
            raise
        return error
    return annotations


def link(
    spec: LinkerSpec, linker: Linker, document: Document, mentions: Sequence[Mention]
) -> tuple[Link, ...]:
    """The links of one document, checked. Raises ContractError, and what the linker raises."""
    with staying(spec.name):
        links = tuple(linker.link(document, tuple(mentions)))
    check_links(spec, document, mentions, links)
    return links


def segment(spec: SegmenterSpec, segmenter: Segmenter, document: Document) -> Document:
    """The document with its sentences. Raises ContractError, and what the segmenter raises."""
    with staying(spec.name):
        sentences = tuple(segmenter.segment(document))
    check_sentences(spec, document, sentences)
    return document.with_sentences(sentences)


class CheckedTerminology:
    """A terminology whose answers are checked: without them no assertion has its identity.

    So a failure ends the run. Every method raises ContractError, or the terminology's KgbuildError.
    """

    def __init__(self, name: str, terminology: Terminology) -> None:
        self._name = name
        self._terminology = terminology

    def concept(self, curie: str) -> Concept | None:
        """What is known of a concept, or None."""
        return self._answer(self._concept, curie)

    def parents(self, curie: str) -> Sequence[str]:
        """The concepts directly above it."""
        return self._answer(self._terminology.parents, curie)

    def preferred(self, curie: str) -> str:
        """The identifier to use for it, in bioregistry's spelling."""
        return self._answer(lambda asked: normalise(self._terminology.preferred(asked)), curie)

    def _concept(self, curie: str) -> Concept | None:
        concept = self._terminology.concept(curie)
        if concept is not None:
            check_concept(concept)
        return concept

    def _answer(self, ask: Callable[[str], A], curie: str) -> A:
        with _named(self._name, f"asked about {curie!r} it"):
            return ask(curie)


def export(
    spec: ExporterSpec, exporter: Exporter, graph: Graph, target: Path
) -> tuple[int, Mapping[str, int]]:
    """Write the graph to the target; return how many bytes that is, and what it could not hold.

    Raises UsageError where the target cannot be written, ContractError where the exporter raises.
    """
    with _named(spec.name, "export"):
        return export_graph(exporter, graph, target, folder=spec.folder)


@contextmanager
def _named(component: str, call: str) -> Iterator[None]:
    """What a call raises, with the name of the component; a KgbuildError as it is."""
    try:
        with staying(component):
            yield
    except KgbuildError:
        raise
    except Exception as error:  # isolation point: calling a component
        rule = f"{call} raised {type(error).__name__}: {error}"
        raise ContractError(rule, component=component) from error


def rules(offer: Offer, component: Rules) -> tuple[Rule, ...]:
    """The rules of a set, each with the file and the plugin that it is from.

    Raises InputError for rules that cannot be applied, ContractError for what is no text.
    """
    try:
        with staying(offer.spec.name):
            texts = dict(component.texts())
    except Exception as error:  # isolation point: calling a component
        raise ContractError(
            f"texts raised {type(error).__name__}: {error}", component=offer.spec.name
        ) from error
    if not all(isinstance(part, str) for pair in texts.items() for part in pair):
        raise ContractError(
            "texts must map names of files to rules as text", component=offer.spec.name
        )
    of = "" if offer.distribution == "kgbuild" else f" of plugin {offer.plugin}"
    return read_texts({f"{file}{of}": text for file, text in texts.items()})
