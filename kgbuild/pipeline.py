"""The pipeline: a document in, annotations and assertions out, one failure at a time.

    document ─segmenter→ sentences ─extractors→ mentions ─linkers→ links ─extractors→ relations
      ─assembly→ assertions with evidence

The steps and their order are those of :mod:`kgbuild.plan`. A version of a document remembers the
stages that it went through; when the configuration changes, it goes again through those after the
first that differs, so a changed word list never repeats the tagging.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from kgbuild.annotation import Annotations, Link, Mention
from kgbuild.assembly import assemble
from kgbuild.assertion import GIVEN, Assertion, Concept, Source
from kgbuild.components import (
    DocumentResult,
    ExtractorSpec,
    Failure,
    LinkerSpec,
    Task,
)
from kgbuild.config import Configuration
from kgbuild.document import Document
from kgbuild.errors import ContractError, PluginError
from kgbuild.graph.rows import (
    AnnotationRows,
    Layer,
    compact,
    encode_assertion,
    encode_concept,
    encode_layers,
    encode_spans,
)
from kgbuild.graph.store import Pending
from kgbuild.host import CheckedTerminology, Host, extract_each, link, segment
from kgbuild.language import guess
from kgbuild.plan import Plan, Step
from kgbuild.terminologies import Terminologies

__all__ = ["Pipeline", "stopped"]


@dataclass(frozen=True, slots=True)
class _Step:
    """A component that is ready: what describes it, what does it, who signs it."""

    spec: Any
    component: Any
    source: Source


_NOTHING = Annotations()


@dataclass(slots=True)
class _Progress:
    """One document on its way through the stages."""

    version: int
    document: Document
    done: int
    """How many stages were done before and need not be done again."""
    layers: list[Layer] = field(default_factory=list)
    annotations: Annotations = _NOTHING
    """What the layers say together."""
    failures: list[Failure] = field(default_factory=list)
    drops: dict[str, int] = field(default_factory=dict)

    _language: str | None = None

    @property
    def language(self) -> str:
        """The language's code, without its region; guessed once where the file is silent."""
        if self._language is None:
            language = self.document.language or guess(self.document.text)
            self._language = language.partition("-")[0]
        return self._language

    def add(self, source: Source, layer: Annotations) -> None:
        self.layers.append((source, layer))
        self.annotations += layer

    def drop(self, reason: str, count: int = 1) -> None:
        self.drops[reason] = self.drops.get(reason, 0) + count

    def fail(self, component: str, error: Exception) -> None:
        self.failures.append(Failure.of(error, component, document=self.document.id))


class Pipeline:
    """The components of a configuration, put in order and ready.

    Make one with :meth:`assemble`; everything that can be wrong with the configuration is found
    there, before any document is read.
    """

    def __init__(
        self,
        host: Host,
        plan: Plan,
        make: Callable[[Step], Any],
        observe: Callable[[str], None],
    ) -> None:
        def ready(steps: Iterable[Step]) -> list[_Step]:
            return [_Step(step.spec, make(step), step.source) for step in steps]

        self._host = host
        self._observe = observe
        self._taggers = ready(plan.taggers)
        self._relaters = ready(plan.relaters)
        self._linkers = ready(plan.linkers)
        [self._segmenter] = ready([plan.segmenter])
        names = Terminologies(
            CheckedTerminology(step.spec.name, make(step)) for step in plan.terminologies
        )
        self._trust = plan.trust_annotations
        # A concept's preferred identifier and its names are asked for once.
        self._prefer = lru_cache(maxsize=200_000)(names.preferred)
        self._concept_row = lru_cache(maxsize=200_000)(partial(_concept_row, names))
        self.stages = plan.stages
        self._packed_stages = compact(self.stages)
        self._heard = host.listens("kgbuild_after_document")

    @classmethod
    def assemble(
        cls,
        host: Host,
        configuration: Configuration,
        *,
        observe: Callable[[str], None] = lambda _: None,
    ) -> Pipeline:
        """Make the components that the configuration names, in order.

        ``observe`` is told which component is about to be called, and of assembly, so that
        whoever ends a worker can say what it was doing.

        Raises what :meth:`Plan.of` raises, and ComponentUnavailableError.
        """

        def make(step: Step) -> Any:
            name = step.source.component
            given = configuration.settings.component(name)
            return host.create(step.kind, name, given, place=configuration.origin)

        return cls(host, Plan.of(host, configuration), make, observe)

    # --- from the store to the store ---------------------------------------------------------

    def annotate(self, batch: Sequence[Pending]) -> list[AnnotationRows]:
        """Take versions through the stages that they have not gone through.

        The result depends on each document alone, not on its neighbours in the batch.
        """
        progresses = self._run(batch)
        self._observe("assembly")
        return [self._rows(progress) for progress in progresses]

    def annotate_document(
        self, document: Document, given: Annotations | None = None
    ) -> DocumentResult:
        """Take one document through all stages, without a store."""
        [result] = self.annotate_documents([(document, given or Annotations())])
        return result

    def annotate_documents(
        self, batch: Sequence[tuple[Document, Annotations]]
    ) -> list[DocumentResult]:
        """The same for documents with what is given of each; extractors see them side by side."""
        pending = [
            Pending(version=0, pipeline=(), document=document, given=given, layers=())
            for document, given in batch
        ]
        return [self._result(one, self._assertions(one)) for one in self._run(pending)]

    def _run(self, batch: Sequence[Pending]) -> list[_Progress]:
        progresses = [self._begin(pending) for pending in batch]
        self._observe(self._segmenter.source.component)
        for progress in progresses:
            if progress.done < 2:
                self._segment(progress)
        for number, step in enumerate(self._taggers, 2):
            self._extract(step, [p for p in progresses if p.done <= number])
        linking = 2 + len(self._taggers)
        for progress in progresses:
            if progress.done <= linking:
                self._link(progress)
        for number, step in enumerate(self._relaters, linking + 1):
            self._extract(step, [p for p in progresses if p.done <= number])
        return progresses

    def _begin(self, pending: Pending) -> _Progress:
        done = 0
        for before, now in zip(pending.pipeline, self.stages, strict=False):
            if before != now:
                break
            done += 1
        progress = _Progress(version=pending.version, document=pending.document, done=done)
        if pending.given:
            if self._trust:
                progress.add(GIVEN, pending.given)
            else:
                count = len(pending.given.mentions)
                progress.drop("annotations that came with the file, not trusted", count)
        for source, layer in self._reused(pending.layers, done):
            progress.add(source, layer)
        taggers, relaters = self._extracted(done)
        names = {step.spec.name for step in (*taggers, *relaters)}
        for reason, count in pending.drops:
            if reason.partition(": ")[0] in names:
                progress.drop(reason, count)
        return progress

    def _extracted(self, done: int) -> tuple[Sequence[_Step], Sequence[_Step]]:
        """The taggers and the relaters whose stages were done before."""
        linking = 2 + len(self._taggers)
        return self._taggers[: max(0, done - 2)], self._relaters[: max(0, done - linking - 1)]

    def _reused(self, layers: Sequence[Layer], done: int) -> Iterator[Layer]:
        """What components said before and would say again."""
        if not layers:
            return
        taggers, relaters = ({step.source for step in some} for some in self._extracted(done))
        linked = done > 2 + len(self._taggers)
        linkers = {step.source for step in self._linkers} if linked else set()
        for source, layer in layers:
            if source == GIVEN:
                continue
            kept = Annotations(
                mentions=layer.mentions if source in taggers else (),
                links=layer.links if source in linkers else (),
                relations=layer.relations if source in relaters | taggers else (),
            )
            if kept:
                yield source, kept

    # --- stages ------------------------------------------------------------------------------

    def _segment(self, progress: _Progress) -> None:
        step = self._segmenter
        try:
            progress.document = segment(step.spec, step.component, progress.document)
        except Exception as error:  # noqa: BLE001 - isolation point: calling a component
            self._fail(step, progress, error)

    def _extract(self, step: _Step, progresses: list[_Progress]) -> None:
        spec: ExtractorSpec = step.spec
        reading = [progress for progress in progresses if _reads(spec, progress)]
        tasks = [Task(document=p.document, annotations=p.annotations) for p in reading]
        if not tasks:
            return
        self._observe(spec.name)
        results = extract_each(spec, step.component, tasks)
        for progress, result in zip(reading, results, strict=True):
            if isinstance(result, Exception):
                self._fail(step, progress, result)
            else:
                for reason, count in result.left_out:
                    progress.drop(f"{spec.name}: {reason}", count)
                added = _without_repeated(progress, result)
                if added:
                    progress.add(step.source, added)

    def _link(self, progress: _Progress) -> None:
        """Ask each linker about the mentions that nobody before it has linked."""
        told = progress.annotations
        waiting = _unlinked(told.mentions, told.links)
        nil: dict[Mention, tuple[Source, Link]] = {}
        for step in self._linkers:
            if not waiting:
                break
            links = self._ask_linker(step, progress, waiting)
            if kept := tuple([one for one in links if one.candidates]):
                progress.add(step.source, Annotations(links=kept))
                waiting = _unlinked(waiting, kept)
            for one in links:
                if not one.candidates:
                    nil.setdefault(one.mention, (step.source, one))
        unnamed = [nil[mention] for mention in waiting if mention in nil]
        for source, links_of_one in groupby(unnamed, key=itemgetter(0)):
            progress.add(source, Annotations(links=tuple(one for _, one in links_of_one)))

    def _ask_linker(
        self, step: _Step, progress: _Progress, mentions: Sequence[Mention]
    ) -> tuple[Link, ...]:
        spec: LinkerSpec = step.spec
        if spec.categories:
            mentions = [mention for mention in mentions if mention.category in spec.categories]
        self._observe(spec.name)
        try:
            return link(spec, step.component, progress.document, mentions)
        except Exception as error:  # noqa: BLE001 - isolation point: calling a component
            self._fail(step, progress, error)
            return ()

    def _fail(self, step: _Step, progress: _Progress, error: Exception) -> None:
        """Keep a component's failure on a document; in a strict run it is the last."""
        if self._host.strict:
            raise stopped(step.source, progress.document.id, error) from error
        progress.fail(step.source.component, error)

    # --- assertions and rows -----------------------------------------------------------------

    def _assertions(self, progress: _Progress) -> list[tuple[Assertion, Any]]:
        """The document's assertions, each with a plugin's review or None, by identity."""
        if not progress.annotations.relations:
            return []
        assembled = assemble(progress.document, progress.layers, self._prefer)
        for reason, count in assembled.drops.items():
            progress.drop(reason, count)
        ordered = [assembled.assertions[identity] for identity in sorted(assembled.assertions)]
        missed = self._host.unreviewed
        reviewed = [(one, self._host.review(one, progress.document)) for one in ordered]
        if missed := self._host.unreviewed - missed:
            progress.drop("review: missed, because a reviewing plugin failed", missed)
        return reviewed

    def _result(
        self, progress: _Progress, reviewed: Sequence[tuple[Assertion, Any]]
    ) -> DocumentResult:
        result = DocumentResult(
            document=progress.document,
            annotations=progress.annotations,
            assertions=tuple(assertion for assertion, _ in reviewed),
            failures=tuple(progress.failures),
            dropped=progress.drops,
        )
        self._host.after_document(result)
        return result

    def _rows(self, progress: _Progress) -> AnnotationRows:
        reviewed = self._assertions(progress)
        if self._heard:
            self._result(progress, reviewed)
        version = progress.version
        sources, mentions, links, relations = encode_layers(version, progress.layers, self._prefer)
        told = progress.annotations.mentions
        named = [row for row in links if row[4] is not None]
        concepts = {self._prefer(row[8]) for row in named}
        concepts.update(end for one, _ in reviewed for end in (one.subject, one.object))
        numbers = {source: number for number, source in enumerate(sources)} if reviewed else {}
        encoded = [encode_assertion(version, assertion, numbers) for assertion, _ in reviewed]
        return AnnotationRows(
            version=version,
            pipeline=self._packed_stages,
            sentences=encode_spans(progress.document.sentences),
            sources=sources,
            mentions=mentions,
            links=links,
            relations=relations,
            assertions=[rows[0] for rows in encoded],
            evidence=[row for rows in encoded for row in rows[1:]],
            concepts=[self._concept_row(curie) for curie in sorted(concepts)],
            names=[(row[4], told[row[1]].text, told[row[1]].category) for row in named],
            policy_reviews=[
                (version, rows[0][0], review.reviewer, review.verdict.value, review.reason)
                for rows, (_, review) in zip(encoded, reviewed, strict=True)
                if review is not None
            ],
            drops=[(version, reason, count) for reason, count in progress.drops.items()],
            failures=progress.failures,
        )


def _concept_row(names: Terminologies, curie: str) -> tuple[Any, ...]:
    concept = names.concept(curie)
    return encode_concept(concept or Concept(id=curie), known=concept is not None)


def stopped(source: Source, at: str, error: Exception) -> PluginError:
    """The error that ends a strict run: whose component failed on what, and its traceback."""
    problem = str(error) or type(error).__name__
    if not isinstance(error, ContractError):
        problem = f"{type(error).__name__} on {at}: {problem}"
    ending = PluginError(
        problem,
        plugin=source.component,
        provider=f"{source.distribution} {source.version}",
        hints=["without --strict this document alone fails, and the others are done"],
    )
    if not isinstance(error, ContractError):
        # A note, since what caused an error does not cross the pipe from a worker.
        ending.add_note("".join(traceback.format_exception(error)).rstrip())
    return ending


def _reads(spec: ExtractorSpec, progress: _Progress) -> bool:
    """Whether the extractor reads the document's language; if not, that is counted."""
    language = progress.language
    if not spec.languages or not language or language in spec.languages:
        return True
    progress.drop(f"{spec.name}: document in {language!r}, which it does not read")
    return False


def _unlinked(mentions: Sequence[Mention], links: Sequence[Link]) -> Sequence[Mention]:
    """The mentions that none of the links gives a concept."""
    if not links:
        return mentions
    linked = {link.mention for link in links if link.candidates}
    if len(linked) == len(mentions):  # links are about these mentions alone
        return []
    return [mention for mention in mentions if mention not in linked]


def _without_repeated(progress: _Progress, added: Annotations) -> Annotations:
    """What is added and kept, without mentions that a component before has already made.

    The first to say so keeps the mention; links and relations of the later one are about it.
    """
    before = progress.annotations.mentions
    if added.left_out:
        added = replace(added, left_out=())
    if not before or not added.mentions:
        return added
    known = {(mention.span, mention.category): mention for mention in before}
    same = {m: known[m.span, m.category] for m in added.mentions if (m.span, m.category) in known}
    if not same:
        return added
    progress.drop("mention: made by two components", len(same))
    swap: Callable[[Any], Any] = lambda end: same.get(end, end)  # noqa: E731 - used twice below
    return Annotations(
        mentions=tuple(mention for mention in added.mentions if mention not in same),
        links=tuple(replace(one, mention=swap(one.mention)) for one in added.links),
        relations=tuple(
            replace(one, subject=swap(one.subject), object=swap(one.object))
            for one in added.relations
        ),
    )
