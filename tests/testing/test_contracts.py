"""The contracts pass what is sound and catch each kind of violator, by the law that it breaks."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import kgbuild
from kgbuild import (
    Annotations,
    Candidate,
    Concept,
    Document,
    ExporterSpec,
    ExtractorSpec,
    Graph,
    InputError,
    Link,
    LinkerSpec,
    Mention,
    PaperFile,
    ReaderSpec,
    RulesSpec,
    SegmenterSpec,
    Span,
    Task,
    TerminologySpec,
)
from kgbuild.testing import contracts
from kgbuild.testing.library import Said

GENE = "biolink:Gene"


def mentions(document: Document, word: str = "BRCA1") -> tuple[Mention, ...]:
    start = document.text.find(word)
    return (Mention.at(document, start, start + len(word), GENE),) if start >= 0 else ()


class Sound:
    """An extractor that keeps every promise."""

    def __init__(self, settings: object = None) -> None:
        pass

    def one(self, document: Document) -> Annotations:
        return Annotations(mentions=mentions(document))

    def extract(self, batch: Sequence[Task]) -> Iterable[Annotations]:
        return [self.one(task.document) for task in batch]


def extractor(create: Callable[[Any], object], **facts: Any) -> ExtractorSpec:
    return ExtractorSpec(
        name="sound", summary="Sound.", create=create,
        **{"categories": frozenset({GENE}), **facts},
    )  # fmt: skip


class TestSoundExtractor(contracts.ExtractorContract):
    """The whole contract passes for a sound extractor."""

    spec = extractor(Sound)
    examples = ("We cloned [BRCA1](gene).",)


class Drops(Sound):
    def extract(self, batch: Sequence[Task]) -> Iterable[Annotations]:
        return [self.one(task.document) for task in batch[1:]]


class WrongText(Sound):
    def one(self, document: Document) -> Annotations:
        return Annotations(mentions=(Mention(span=Span(0, 3), text="???", category=GENE),))


class Undeclared(Sound):
    def one(self, document: Document) -> Annotations:
        return Annotations(mentions=(Mention.at(document, 0, 1, "biolink:Disease"),))


class LooksAtNeighbours(Sound):
    def extract(self, batch: Sequence[Task]) -> Iterable[Annotations]:
        start = min(3, len(batch))
        return [
            Annotations(mentions=(Mention.at(task.document, 0, start, GENE),)) for task in batch
        ]


class Remembers(Sound):
    calls = 0

    def one(self, document: Document) -> Annotations:
        type(self).calls += 1
        score = 1 / (1 + type(self).calls)
        return Annotations(mentions=(Mention.at(document, 0, 1, GENE, score),))


class Prints(Sound):
    def one(self, document: Document) -> Annotations:
        print("reading")  # noqa: T201 - the violation
        return super().one(document)


class WritesBelowPython(Sound):
    def one(self, document: Document) -> Annotations:
        os.write(2, b"a library's warning")
        return super().one(document)


class Seeds(Sound):
    def one(self, document: Document) -> Annotations:
        random.seed(0)
        return super().one(document)


class EditsItsInput(Sound):
    def one(self, document: Document) -> Annotations:
        object.__setattr__(document, "text", document.text.lower())
        return super().one(document)


class NeedsSections(Sound):
    def one(self, document: Document) -> Annotations:
        assert document.sections[0]
        return super().one(document)


class Lowers(Sound):
    """Looks in the lower-cased text, whose offsets differ where a letter grows."""

    def one(self, document: Document) -> Annotations:
        start = document.text.lower().find("aspirin")
        if start < 0:
            return Annotations()
        span = Span(start, start + 7)
        return Annotations(mentions=(Mention(span=span, text="ASPIRIN", category=GENE),))


class FindsNothing(Sound):
    def one(self, document: Document) -> Annotations:
        return Annotations()


def law(contract: type, name: str, **facts: Any) -> Callable[..., None]:
    """A bound law of the contract for a component under suspicion."""
    return getattr(type("Suspect", (contract,), facts)(), name)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("violator", "broken", "arguments"),
    [
        (Drops, "test_one_result_for_each_task_in_order", ()),
        (WrongText, "test_every_promise_is_kept", ()),
        (Undeclared, "test_every_promise_is_kept", ()),
        (LooksAtNeighbours, "test_a_document_is_read_alike_in_any_batch", ()),
        (Remembers, "test_it_says_the_same_every_time", ()),
        (Seeds, "test_it_leaves_the_process_as_it_was", ()),
        (EditsItsInput, "test_the_input_is_unchanged", ()),
        (NeedsSections, "test_difficult_documents_are_read", ("empty",)),
        (Lowers, "test_difficult_documents_are_read", ("case that grows",)),
        (FindsNothing, "test_it_finds_what_its_examples_mark", ()),
    ],
)
def test_an_extractor_that_breaks_a_law_fails_it(
    violator: type, broken: str, arguments: tuple[object, ...]
) -> None:
    facts = {"examples": ("We cloned [BRCA1](gene).",)}
    law(contracts.ExtractorContract, broken, spec=extractor(Sound), **facts)(*arguments)
    suspect = law(contracts.ExtractorContract, broken, spec=extractor(violator), **facts)
    with pytest.raises((AssertionError, IndexError, kgbuild.KgbuildError)):
        suspect(*arguments)


@pytest.mark.parametrize("violator", [Prints, WritesBelowPython])
def test_a_component_that_prints_fails(violator: type, capfd: pytest.CaptureFixture[str]) -> None:
    law(contracts.ExtractorContract, "test_it_prints_nothing", spec=extractor(Sound))(capfd)
    suspect = law(contracts.ExtractorContract, "test_it_prints_nothing", spec=extractor(violator))
    with pytest.raises(AssertionError):
        suspect(capfd)


@pytest.mark.parametrize(
    ("facts", "broken"),
    [
        ({"categories": frozenset({"biolink:Gen"})}, "test_what_it_declares_exists"),
        ({"categories": frozenset()}, "test_what_it_declares_exists"),
        ({"requires": frozenset({"coffee"})}, "test_what_it_declares_exists"),
        ({"fingerprint": lambda settings: str(random.random())}, "test_the_fingerprint_is_stable"),
        ({"settings": lambda: Lax}, "test_an_unknown_setting_is_refused"),
    ],
)
def test_a_spec_that_breaks_a_law_fails_it(facts: dict[str, Any], broken: str) -> None:
    law(contracts.ExtractorContract, broken, spec=extractor(Sound))()
    suspect = law(contracts.ExtractorContract, broken, spec=extractor(Sound, **facts))
    with pytest.raises((AssertionError, kgbuild.KgbuildError, pytest.fail.Exception)):
        suspect()


class Lax(BaseModel):
    """Settings that forget ``extra="forbid"``."""


def missing(hints: Sequence[str]) -> Callable[[Any], object]:
    def create(settings: Any) -> object:
        raise kgbuild.ComponentUnavailableError("no weights", plugin="sound", hints=hints)

    return create


def test_a_missing_resource_without_a_hint_fails() -> None:
    name = "test_a_missing_resource_is_named_with_a_hint"
    for hints, outcome in ((["fetch them"], None), ([], AssertionError)):
        check = law(contracts.ExtractorContract, name, spec=extractor(missing(hints)), missing={})
        if outcome is None:
            check()
        else:
            with pytest.raises(outcome):
                check()


# --- segmenters ------------------------------------------------------------------------------


class BySection:
    def segment(self, document: Document) -> list[Span]:
        return [section.span for section in document.sections] or (
            [Span(0, len(document.text))] if document.text else []
        )


class Whole(BySection):
    def segment(self, document: Document) -> list[Span]:
        return [Span(0, len(document.text))]


class FirstOnly(BySection):
    def segment(self, document: Document) -> list[Span]:
        return super().segment(document)[:1]


def segmenter(component: type) -> SegmenterSpec:
    return SegmenterSpec(name="s", summary="S.", create=lambda _settings: component())


class TestSoundSegmenter(contracts.SegmenterContract):
    """The whole contract passes for a sound segmenter."""

    spec = segmenter(BySection)


@pytest.mark.parametrize(
    ("violator", "broken"),
    [
        (Whole, "test_sentences_keep_in_order_apart_and_inside_sections"),
        (FirstOnly, "test_no_word_is_outside_a_sentence"),
    ],
)
def test_a_segmenter_that_breaks_a_law_fails_it(violator: type, broken: str) -> None:
    with pytest.raises((AssertionError, kgbuild.KgbuildError)):
        law(contracts.SegmenterContract, broken, spec=segmenter(violator))()


# --- linkers ---------------------------------------------------------------------------------


class Table:
    concept = "mesh:D001241"

    def link(self, document: Document, mentions: Sequence[Mention]) -> Iterator[Link]:
        for mention in mentions:
            if mention.text == "Aspirin":
                yield Link(mention=mention, candidates=(Candidate(concept=self.concept),))


class OtherSpelling(Table):
    concept = "MESH:D001241"


class OtherConcept(Table):
    concept = "mesh:D000001"


class FirstOfAll(Table):
    def link(self, document: Document, mentions: Sequence[Mention]) -> Iterator[Link]:
        yield from super().link(document, mentions[:1])


class MakesMentions(Table):
    def link(self, document: Document, mentions: Sequence[Mention]) -> Iterator[Link]:
        yield Link(mention=Mention(span=Span(0, 1), text="A", category=GENE))


def linker(component: type) -> LinkerSpec:
    return LinkerSpec(name="table", summary="Table.", create=lambda _settings: component())


LINKED = ("[Aspirin](chemical:mesh:D001241) eases [pain](disease:-).",)


class TestSoundLinker(contracts.LinkerContract):
    """The whole contract passes for a sound linker."""

    spec = linker(Table)
    examples = LINKED


@pytest.mark.parametrize(
    ("violator", "broken"),
    [
        (OtherSpelling, "test_every_promise_is_kept"),
        (MakesMentions, "test_no_mentions_no_links"),
        (FirstOfAll, "test_the_order_of_mentions_does_not_matter"),
        (OtherConcept, "test_it_links_what_its_examples_mark"),
    ],
)
def test_a_linker_that_breaks_a_law_fails_it(violator: type, broken: str) -> None:
    facts = {"spec": linker(violator), "examples": LINKED}
    with pytest.raises((AssertionError, kgbuild.KgbuildError)):
        law(contracts.LinkerContract, broken, **facts)()


# --- terminologies ---------------------------------------------------------------------------


class Names:
    above: dict[str, tuple[str, ...]] = {"mesh:D2": ("mesh:D1",)}  # noqa: RUF012 - never written
    better: dict[str, str] = {"mesh:D3": "mesh:D2"}  # noqa: RUF012 - never written

    def concept(self, curie: str) -> Concept | None:
        known = curie in ("mesh:D1", "mesh:D2", "mesh:D3")
        return Concept(id=curie, label=curie) if known else None

    def parents(self, curie: str) -> Sequence[str]:
        return self.above.get(curie, ())

    def preferred(self, curie: str) -> str:
        return self.better.get(curie, curie)


class Circle(Names):
    above = {"mesh:D2": ("mesh:D1",), "mesh:D1": ("mesh:D2",)}  # noqa: RUF012 - never written


class ToAndFro(Names):
    better = {"mesh:D3": "mesh:D2", "mesh:D2": "mesh:D3"}  # noqa: RUF012 - never written


class KnowsAll(Names):
    def concept(self, curie: str) -> Concept | None:
        return Concept(id=curie, label="made up")


class Splits(Names):
    """Says that two concepts are one, and prefers each its own."""

    def concept(self, curie: str) -> Concept | None:
        known = super().concept(curie)
        return replace(known, exact_matches=("doid:1",)) if known else None


class OldParent(Names):
    above = {"mesh:D2": ("mesh:D3",)}  # noqa: RUF012 - never written
    better = {"mesh:D3": "mesh:D1"}  # noqa: RUF012 - never written


def terminology(component: type) -> TerminologySpec:
    return TerminologySpec(name="names", summary="Names.", create=lambda _settings: component())


class TestSoundTerminology(contracts.TerminologyContract):
    """The whole contract passes for a sound terminology."""

    spec = terminology(Names)
    known = ("mesh:D1", "mesh:D2", "mesh:D3")


@pytest.mark.parametrize(
    ("violator", "broken"),
    [
        (Circle, "test_no_concept_is_above_itself"),
        (ToAndFro, "test_the_preferred_identifier_prefers_itself"),
        (KnowsAll, "test_an_unknown_concept_is_none_and_prefers_itself"),
        (Splits, "test_exact_matches_prefer_what_the_concept_prefers"),
        (OldParent, "test_parents_are_named_as_they_are_used"),
    ],
)
def test_a_terminology_that_breaks_a_law_fails_it(violator: type, broken: str) -> None:
    facts = {"spec": terminology(violator), "known": TestSoundTerminology.known}
    with pytest.raises(AssertionError):
        law(contracts.TerminologyContract, broken, **facts)()


# --- rules -----------------------------------------------------------------------------------


def rules_of(text: str) -> RulesSpec:
    class Texts:
        def texts(self) -> dict[str, str]:
            return {"mine.rls": text}

    return RulesSpec(name="mine", summary="Mine.", create=lambda _settings: Texts())


HARM = '#[name("harm")] #[display("why")] harms(?x, ?y) :- biolink:causes(?x, ?y) .'


class TestSoundRules(contracts.RulesContract):
    spec = rules_of(HARM)
    examples = (([Said("C1", "causes", "D1")], ("harms", "mesh:C1", "mesh:D1")),)
    counterexamples = (([Said("C1", "treats", "D1")], ("harms", "mesh:C1", "mesh:D1")),)


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("", "test_the_rules_can_be_applied"),
        (HARM.replace('#[name("harm")]', ""), "test_every_rule_has_a_name_and_says_why"),
        (HARM.replace('#[display("why")]', ""), "test_every_rule_has_a_name_and_says_why"),
        (
            HARM.replace("#[d", "#[hypothesis] #[d")
            + '#[name("so")] #[display("so")] biolink:affects(?x, ?y) :- harms(?x, ?y) .',
            "test_hypotheses_are_premises_of_no_fact",
        ),
    ],
)
def test_rules_that_break_a_law_fail_it(text: str, broken: str) -> None:
    with pytest.raises(AssertionError):
        law(contracts.RulesContract, broken, spec=rules_of(text))()


def test_rules_that_conclude_something_else_fail_their_examples(tmp_path: Path) -> None:
    other = HARM.replace("causes", "treats")
    facts = {"spec": rules_of(other), "examples": TestSoundRules.examples}
    with pytest.raises(AssertionError):
        law(contracts.RulesContract, "test_it_concludes_what_its_examples_say", **facts)(tmp_path)


# --- readers ---------------------------------------------------------------------------------


class Lines:
    def read(self, file: PaperFile) -> Iterator[Document]:
        with file.open() as stream:
            for number, line in enumerate(stream, 1):
                try:
                    text = line.decode("ascii").strip("\n")
                except UnicodeDecodeError as error:
                    raise InputError("not ASCII", file=file.name) from error
                yield Document(id=f"pubmed:{number}", text=text.replace("\0", "?"))


class Fragile(Lines):
    def read(self, file: PaperFile) -> Iterator[Document]:
        with file.open() as stream:
            yield Document(id="pubmed:1", text=stream.read().decode("ascii"))


def claims_lines(name: str, head: bytes) -> bool:
    return name.endswith(".lines")


def reader(component: type, accepts: Callable[[str, bytes], Any] = claims_lines) -> ReaderSpec:
    return ReaderSpec(
        name="lines", summary="Lines.", create=lambda _settings: component(),
        suffixes=(".lines",), accepts=accepts,
    )  # fmt: skip


FILES = {"a.lines": b"Aspirin eases pain.\nSo it does.\n"}


class TestSoundReader(contracts.ReaderContract):
    """The whole contract passes for a sound reader."""

    spec = reader(Lines)
    files = FILES


@pytest.mark.parametrize(
    ("spec", "broken"),
    [
        (reader(Fragile), "test_a_damaged_file_is_an_input_error_at_most"),
        (reader(Lines, lambda _name, _head: True), "test_it_claims_nothing_strange"),
        (reader(Lines, lambda _name, head: head[0] > 0), "test_it_claims_nothing_strange"),
        (reader(Lines, lambda name, _head: name == "b"), "test_it_claims_its_own_files"),
    ],
)
def test_a_reader_that_breaks_a_law_fails_it(spec: ReaderSpec, broken: str) -> None:
    with pytest.raises((AssertionError, IndexError, UnicodeDecodeError)):
        law(contracts.ReaderContract, broken, spec=spec, files=FILES)()


# --- exporters -------------------------------------------------------------------------------


class Ids:
    def export(self, graph: Graph, target: Path) -> None:
        target.write_text("\n".join(one.id for one in graph.assertions()), encoding="utf-8")


class NamesItsFolder(Ids):
    def export(self, graph: Graph, target: Path) -> None:
        target.write_text(str(target), encoding="utf-8")


class LeavesAFileBehind(Ids):
    def export(self, graph: Graph, target: Path) -> None:
        super().export(graph, target)
        target.with_suffix(".bak").touch()


def exporter(component: type) -> ExporterSpec:
    return ExporterSpec(name="ids", summary="Ids.", create=lambda _settings: component())


class TestSoundExporter(contracts.ExporterContract):
    """The whole contract passes for a sound exporter."""

    spec = exporter(Ids)


@pytest.mark.parametrize("violator", [NamesItsFolder, LeavesAFileBehind])
def test_an_exporter_that_breaks_a_law_fails_it(violator: type, tmp_path: Path) -> None:
    check = law(
        contracts.ExporterContract,
        "test_the_bytes_depend_on_the_graph_alone",
        spec=exporter(violator),
        folder=tmp_path,
    )
    with pytest.raises(AssertionError):
        check()
