"""The laws of each kind of component, as test classes.

A plugin's author writes one class for each component, and pytest runs the laws:

    class TestShout(ExtractorContract):
        spec = SHOUT
        settings = {"minimum": 3}
        examples = ("[BRCA1](gene) is loud.",)

Each law is a method whose docstring states it. A class for a plugin as it is installed is
:class:`~kgbuild.testing.installed.PluginContract`.
"""

# The laws are methods of classes because a plugin's author takes them all by inheriting.

from __future__ import annotations

import copy
import io
import json
import random
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest

from kgbuild.annotation import Annotations
from kgbuild.components import (
    ExporterSpec,
    ExtractorSpec,
    Graph,
    LinkerSpec,
    PaperFile,
    ReaderSpec,
    Reading,
    RulesSpec,
    SegmenterSpec,
    Task,
    TerminologySpec,
)
from kgbuild.document import Document, Span
from kgbuild.errors import ComponentUnavailableError, ConfigError, InputError
from kgbuild.host import KINDS, Kind, Offer
from kgbuild.host.calls import extract_each, link, rules, segment
from kgbuild.host.configured import checked_settings, created
from kgbuild.host.promises import check_annotations, check_reading
from kgbuild.reasoning.derivation import reason
from kgbuild.reasoning.layer import open_layer
from kgbuild.reasoning.rules import Rule
from kgbuild.testing.builders import make_document
from kgbuild.testing.library import Library, Said
from kgbuild.testing.memory_graph import MemoryGraph
from kgbuild.testing.samples import ORDINARY, difficult_documents, small_graph
from kgbuild.vocabulary import check_category, check_predicate, normalise

__all__ = [
    "Contract",
    "ExporterContract",
    "ExtractorContract",
    "LinkerContract",
    "ReaderContract",
    "RulesContract",
    "SegmenterContract",
    "TerminologyContract",
]


class Contract:
    """What holds for every component, of whatever kind.

    ``settings`` are what the component is tested with; relative paths in them start from
    ``root``, or from the working directory where it is None. ``missing`` are settings that name a
    resource that is not there; leave it None where the component needs none.
    """

    kind: ClassVar[Kind]
    spec: ClassVar[Any]
    settings: ClassVar[Mapping[str, Any]] = {}
    missing: ClassVar[Mapping[str, Any] | None] = None
    root: ClassVar[Path | None] = None

    def offer(self) -> Offer:
        """The Spec, as a host would hold it."""
        return Offer(
            spec=self.spec, kind=self.kind, plugin="tested", distribution="tested", version="0"
        )

    def make(self) -> Any:
        """A new component, made as a host makes it."""
        return created(self.offer(), self.checked(self.settings))

    def checked(self, settings: Mapping[str, Any]) -> Any:
        """The settings as a host checks them."""
        return checked_settings(self.offer(), settings, root=self.root)

    def outcome(self) -> object:
        """All that the component says of the documents here; equal for equal behaviour."""
        raise NotImplementedError

    def test_the_spec_is_well_formed(self) -> None:
        """The Spec is one of its kind; its name is lower case, its summary one line."""
        assert isinstance(self.spec, KINDS[self.kind].spec)
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.spec.name)
        assert self.spec.summary.strip()
        assert "\n" not in self.spec.summary

    def test_an_unknown_setting_is_refused(self) -> None:
        """A misspelt setting never passes in silence: the class forbids extra keys."""
        with pytest.raises(ConfigError):
            self.checked({**self.settings, "no-such-setting": 1})

    def test_settings_survive_json(self) -> None:
        """Settings written as JSON and read again are the same settings."""
        checked = self.checked(self.settings)
        again = json.loads(checked.model_dump_json())
        assert self.checked(again).model_dump() == checked.model_dump()

    def test_the_fingerprint_is_stable(self) -> None:
        """The same settings and files give the same fingerprint, which is a string."""
        checked = self.checked(self.settings)
        first = self.spec.fingerprint(checked)
        assert isinstance(first, str)
        assert self.spec.fingerprint(checked) == first

    def test_a_missing_resource_is_named_with_a_hint(self) -> None:
        """Where something is missing, ``create`` says what to do about it."""
        if self.missing is None:
            pytest.skip("needs no resource, or none is named in `missing`")
        with pytest.raises((ComponentUnavailableError, ConfigError)) as caught:
            self.spec.create(self.checked(self.missing))
        assert caught.value.hints

    def test_it_says_the_same_every_time(self) -> None:
        """Two components with one set of settings say the same, and so does each twice."""
        first = self.outcome()
        assert self.outcome() == first

    def test_it_prints_nothing(self, capfd: pytest.CaptureFixture[str]) -> None:
        """A component never writes to standard output or standard error."""
        capfd.readouterr()
        self.outcome()
        assert capfd.readouterr() == ("", "")

    def test_it_leaves_the_process_as_it_was(self) -> None:
        """Random numbers, thread counts and the working directory are not its own to change."""
        self.make()  # what an import changes once, it changes before the comparison
        with _stirred():
            before = _process_state()
            self.outcome()
            assert _process_state() == before


@contextmanager
def _stirred() -> Iterator[None]:
    """Random numbers and thread counts as no component would set them.

    Else one that sets them always alike, and did so under an earlier law, would be seen to
    change nothing.
    """
    seed = 20_261_126
    with ExitStack() as after:
        after.callback(random.setstate, random.getstate())
        random.seed(seed)
        if numpy := sys.modules.get("numpy"):
            after.callback(numpy.random.set_state, numpy.random.get_state())
            numpy.random.seed(seed)
        if torch := sys.modules.get("torch"):
            after.callback(torch.random.set_rng_state, torch.random.get_rng_state())
            after.callback(torch.set_num_threads, torch.get_num_threads())
            torch.manual_seed(seed)
            torch.set_num_threads(torch.get_num_threads() + 1)
        yield


def _process_state() -> Mapping[str, object]:
    state: dict[str, object] = {"random": random.getstate(), "folder": Path.cwd()}
    if numpy := sys.modules.get("numpy"):
        state["numpy"] = repr(numpy.random.get_state())
    if torch := sys.modules.get("torch"):
        state["torch"] = torch.random.get_rng_state().tolist(), torch.get_num_threads()
    return state


class ExtractorContract(Contract):
    """The laws of extractors.

    ``examples`` are marked sentences (see :func:`~kgbuild.testing.builders.make_document`) in
    which the extractor must find exactly the marked mentions. ``documents`` are more marked
    texts to run the laws on; give some of your own field.
    """

    kind = "extractor"
    spec: ClassVar[ExtractorSpec]
    examples: ClassVar[Sequence[str]] = ()
    documents: ClassVar[Sequence[str]] = ORDINARY

    def tasks(self) -> list[Task]:
        """The tasks of the laws: marked documents, with what the Spec requires."""
        marked = [
            make_document(text, id=f"pubmed:{number}")
            for number, text in enumerate((*self.documents, *self.examples), 1)
        ]
        return [self._task(document, gold) for document, gold in marked]

    def _task(self, document: Document, gold: Annotations) -> Task:
        links = gold.links if "links" in self.spec.requires else ()
        mentions = gold.mentions if {"mentions", "links"} & self.spec.requires else ()
        return Task(document=document, annotations=Annotations(mentions=mentions, links=links))

    def outcome(self) -> object:
        """What it adds to each task."""
        return list(self.make().extract(self.tasks()))

    def test_what_it_declares_exists(self) -> None:
        """Categories and predicates are the Biolink Model's; what it requires can be had."""
        for category in self.spec.categories:
            check_category(category)
        for predicate in self.spec.predicates:
            check_predicate(predicate)
        assert self.spec.requires <= {"sentences", "mentions", "links"}
        assert self.spec.categories or self.spec.predicates, "it declares nothing it may emit"

    def test_one_result_for_each_task_in_order(self) -> None:
        """``extract`` gives as many Annotations as it was given tasks; none for none."""
        extractor = self.make()
        tasks = self.tasks()
        assert len(list(extractor.extract(tasks))) == len(tasks)
        assert list(extractor.extract([])) == []

    def test_every_promise_is_kept(self) -> None:
        """Spans, texts, scores, categories, predicates and links are as the host demands."""
        tasks = self.tasks()
        for task, found in zip(tasks, self.make().extract(tasks), strict=True):
            check_annotations(self.spec, task, found)

    def test_a_document_is_read_alike_in_any_batch(self) -> None:
        """What is said of a document depends neither on the batch nor on its neighbours."""
        extractor = self.make()
        tasks = self.tasks()
        together = list(extractor.extract(tasks))
        assert [one for task in tasks for one in extractor.extract([task])] == together
        assert list(extractor.extract(tasks[::-1]))[::-1] == together

    def test_the_input_is_unchanged(self) -> None:
        """Documents and annotations are as they were before."""
        tasks = self.tasks()
        before = copy.deepcopy(tasks)
        list(self.make().extract(tasks))
        assert tasks == before

    @pytest.mark.parametrize("name", sorted(difficult_documents()))
    def test_difficult_documents_are_read(self, name: str) -> None:
        """Empty, endless, right-to-left, astral: nothing raises, and every promise is kept."""
        task = Task(document=difficult_documents()[name])
        extract_each(self.spec, self.make(), [task], strict=True)

    def test_it_finds_what_its_examples_mark(self) -> None:
        """In each example the mentions are exactly those that are marked, links included."""
        if not self.examples:
            pytest.skip("no `examples` are given")
        extractor = self.make()
        for example in self.examples:
            document, gold = make_document(example)
            (found,) = extractor.extract([self._task(document, gold)])
            marked = [(m.span, m.category) for m in gold.mentions]
            if "mentions" not in self.spec.requires:
                assert sorted((m.span, m.category) for m in found.mentions) == sorted(marked)
            if found.links:
                assert _concepts(found) == _concepts(gold)


def _concepts(annotations: Annotations) -> list[tuple[Span, str | None]]:
    return sorted((link.mention.span, link.concept) for link in annotations.links)


class SegmenterContract(Contract):
    """The laws of segmenters. ``documents`` are more marked texts to run them on."""

    kind = "segmenter"
    spec: ClassVar[SegmenterSpec]
    documents: ClassVar[Sequence[str]] = ORDINARY

    def outcome(self) -> object:
        """The sentences of every document."""
        segmenter = self.make()
        return [tuple(segmenter.segment(make_document(text)[0])) for text in self.documents]

    def test_sentences_keep_in_order_apart_and_inside_sections(self) -> None:
        """Sentences are in order, do not overlap, are not empty and cross no section border."""
        segmenter = self.make()
        for text in self.documents:
            segment(self.spec, segmenter, make_document(text)[0])

    def test_no_word_is_outside_a_sentence(self) -> None:
        """What is not in a sentence is white space: nothing vanishes from the text."""
        segmenter = self.make()
        for text in self.documents:
            document, _ = make_document(text)
            kept = list(document.text)
            for sentence in segmenter.segment(document):
                kept[sentence.start : sentence.end] = " " * (sentence.end - sentence.start)
            assert not "".join(kept).strip()

    @pytest.mark.parametrize("name", sorted(difficult_documents()))
    def test_difficult_documents_are_read(self, name: str) -> None:
        """Empty, endless, right-to-left, astral: nothing raises, and every promise is kept."""
        segment(self.spec, self.make(), difficult_documents()[name])


class LinkerContract(Contract):
    """The laws of linkers.

    ``examples`` are marked sentences; each mention that is marked with a CURIE must be linked
    to it, each marked ``-`` must be NIL or left without an opinion.
    """

    kind = "linker"
    spec: ClassVar[LinkerSpec]
    examples: ClassVar[Sequence[str]] = ()
    documents: ClassVar[Sequence[str]] = ORDINARY

    def outcome(self) -> object:
        """The links in every document."""
        linker = self.make()
        marked = [make_document(text) for text in (*self.documents, *self.examples)]
        return [sorted(map(repr, linker.link(d, gold.mentions))) for d, gold in marked]

    def test_every_promise_is_kept(self) -> None:
        """Links are about the mentions given; concepts are CURIEs; candidates are sorted."""
        linker = self.make()
        for text in (*self.documents, *self.examples):
            document, gold = make_document(text)
            link(self.spec, linker, document, gold.mentions)

    def test_no_mentions_no_links(self) -> None:
        """Asked about nothing, it says nothing."""
        document, _ = make_document("Nothing is named here.")
        assert list(self.make().link(document, ())) == []

    def test_the_order_of_mentions_does_not_matter(self) -> None:
        """The same mentions in another order get the same links."""
        linker = self.make()
        for text in (*self.documents, *self.examples):
            document, gold = make_document(text)
            there = sorted(map(repr, linker.link(document, gold.mentions)))
            assert sorted(map(repr, linker.link(document, gold.mentions[::-1]))) == there

    def test_strange_mentions_are_linked_or_not(self) -> None:
        """A mention of anything in any script raises nothing."""
        for document in difficult_documents().values():
            if document.text.strip() and len(document.text) < 1_000:
                marked = make_document(f"[{document.text.strip()}](disease) is named.")
                link(self.spec, self.make(), marked[0], marked[1].mentions)

    def test_it_links_what_its_examples_mark(self) -> None:
        """In each example the best candidates are the marked concepts."""
        if not self.examples:
            pytest.skip("no `examples` are given")
        linker = self.make()
        for example in self.examples:
            document, gold = make_document(example)
            links = linker.link(document, gold.mentions)
            found = sorted((one.mention.span, one.concept) for one in links if one.concept)
            assert found == [pair for pair in _concepts(gold) if pair[1]]


class TerminologyContract(Contract):
    """The laws of terminologies. ``known`` are some CURIEs that it must know."""

    kind = "terminology"
    spec: ClassVar[TerminologySpec]
    known: ClassVar[Sequence[str]] = ()

    def outcome(self) -> object:
        """All that is known of the known concepts."""
        names = self.make()
        return [(names.concept(c), list(names.parents(c)), names.preferred(c)) for c in self.known]

    def test_it_knows_what_it_says_it_knows(self) -> None:
        """A known concept has a label, a Biolink category and the identifier asked for."""
        names = self.make()
        assert self.known, "name some concepts in `known`"
        for curie in self.known:
            concept = names.concept(curie)
            assert concept is not None, f"{curie} is not known"
            assert concept.id == normalise(curie)
            assert concept.label
            check_category(concept.category)

    def test_an_unknown_concept_is_none_and_prefers_itself(self) -> None:
        """Nothing is made up about a concept that is not known."""
        names = self.make()
        unknown = "mesh:D99999999"
        assert names.concept(unknown) is None
        assert list(names.parents(unknown)) == []
        assert names.preferred(unknown) == unknown

    def test_the_preferred_identifier_prefers_itself(self) -> None:
        """preferred(preferred(c)) == preferred(c), and both are CURIEs."""
        names = self.make()
        for curie in self.known:
            preferred = names.preferred(curie)
            assert normalise(preferred) == preferred
            assert names.preferred(preferred) == preferred

    def test_exact_matches_prefer_what_the_concept_prefers(self) -> None:
        """A concept and its exact matches are one: all prefer the same, and none is itself."""
        names = self.make()
        for curie in self.known:
            matches = names.concept(curie).exact_matches
            assert curie not in matches
            for match in matches:
                assert normalise(match) == match
                assert names.preferred(match) == names.preferred(curie), f"{match} and {curie}"

    def test_parents_are_named_as_they_are_used(self) -> None:
        """A parent is a CURIE that prefers itself: who goes up needs to ask nothing more."""
        names = self.make()
        for curie in self.known:
            for parent in names.parents(curie):
                assert names.preferred(parent) == parent == normalise(parent)

    def test_it_says_which_vocabularies_it_holds(self) -> None:
        """Each vocabulary has a name, a version and a licence, or says that it has not."""
        for one in self.spec.vocabularies(self.checked(self.settings)):
            assert one.name
            assert one.version
            assert one.licence

    def test_no_concept_is_above_itself(self) -> None:
        """Going up from a known concept ends."""
        names = self.make()
        for curie in self.known:
            above: set[str] = set()
            waiting = list(names.parents(curie))
            while waiting:
                parent = waiting.pop()
                assert parent != curie, f"{curie} is above itself"
                if parent not in above:
                    above.add(parent)
                    waiting += names.parents(parent)


class RulesContract(Contract):
    """The laws of sets of rules.

    ``examples`` are what texts say and what then must be concluded: a relation and its
    arguments. ``counterexamples`` are what texts say and what must not be.
    """

    kind = "rules"
    spec: ClassVar[RulesSpec]
    examples: ClassVar[Sequence[tuple[Sequence[Said], tuple[str, ...]]]] = ()
    counterexamples: ClassVar[Sequence[tuple[Sequence[Said], tuple[str, ...]]]] = ()

    def rules(self) -> tuple[Rule, ...]:
        """The rules, read and checked as ``kgbuild reason`` does."""
        return rules(self.offer(), self.make())

    def outcome(self) -> object:
        """The texts."""
        return dict(self.make().texts())

    def test_the_rules_can_be_applied(self) -> None:
        """All are well written, safe and stratified, and there is at least one."""
        assert self.rules()

    def test_every_rule_has_a_name_and_says_why(self) -> None:
        """A proof shows the name and the sentence, so a rule has both."""
        for rule in self.rules():
            assert f"in line {rule.line}" not in rule.name, f"line {rule.line}: give it a #[name]"
            assert rule.display, f"{rule.name}: give it a #[display]"

    def test_hypotheses_are_premises_of_no_fact(self) -> None:
        """What is something to look into is not made a fact by another rule."""
        suggested = {rule.head.relation for rule in self.rules() if rule.hypothesis}
        for rule in self.rules():
            if not rule.hypothesis:
                assert rule.head.relation not in suggested, rule.name
                assert not suggested & {atom.relation for atom in rule.body}, rule.name

    def test_it_concludes_what_its_examples_say(self, tmp_path: Path) -> None:
        """Each example's conclusion is drawn, and no counterexample's."""
        if not (self.examples or self.counterexamples):
            pytest.skip("no `examples` are given")
        for number, (told, expected) in enumerate(self.examples):
            assert expected in self._concluded(tmp_path / f"for{number}", told)
        for number, (told, expected) in enumerate(self.counterexamples):
            assert expected not in self._concluded(tmp_path / f"against{number}", told)

    def _concluded(self, folder: Path, told: Sequence[Said]) -> set[tuple[str, ...]]:
        library = Library(folder)
        library.add({"pubmed:1": list(told)})
        with library.open() as graph:
            reason(graph, self.rules())
        with open_layer(folder) as layer:
            return {(one.relation, *one.arguments) for one in layer.conclusions()}


class ReaderContract(Contract):
    """The laws of readers. ``files`` are whole files of the format: name to content."""

    kind = "reader"
    spec: ClassVar[ReaderSpec]
    files: ClassVar[Mapping[str, bytes]]

    def read(self, name: str, content: bytes) -> list[Reading]:
        """What the reader makes of a file."""
        return list(self.make().read(PaperFile(name=name, open=lambda: io.BytesIO(content))))

    def outcome(self) -> object:
        """What it makes of every file."""
        return [self.read(name, content) for name, content in sorted(self.files.items())]

    def test_it_claims_its_own_files(self) -> None:
        """``accepts`` is True for the files of the format."""
        for name, content in self.files.items():
            assert self.spec.accepts(name, content[:4096]) is True

    def test_it_claims_nothing_strange(self) -> None:
        """``accepts`` answers on any name and any bytes, and does not claim noise."""
        for head in (b"", b"\x00\xff\xfe\x00", b"\x89PNG\r\n\x1a\n", bytes(range(256)) * 16):
            assert self.spec.accepts("noise.bin", head) is False

    def test_every_promise_is_kept(self) -> None:
        """Each file gives a sound document at least: CURIEs, sections and annotations in it."""
        for name, content in self.files.items():
            readings = self.read(name, content)
            assert readings
            for reading in readings:
                check_reading(self.spec, reading)

    def test_a_damaged_file_is_an_input_error_at_most(self) -> None:
        """Cut anywhere or overwritten with noise, a file raises InputError or nothing at all."""
        for name, content in self.files.items():
            for damaged in _damaged(content):
                try:
                    readings = self.read(name, damaged)
                except InputError:
                    continue
                for reading in readings:
                    check_reading(self.spec, reading)


def _damaged(content: bytes) -> Iterator[bytes]:
    noise = random.Random(7)  # a generator of its own: the law about global ones is ours too
    size = len(content)
    yield b""
    for part in range(1, 10):
        yield content[: size * part // 10]
    for _ in range(20):
        at = noise.randrange(max(size, 1))
        yield content[:at] + noise.randbytes(4) + content[at + 4 :]


class ExporterContract(Contract):
    """The laws of exporters, on a small graph and on an empty one."""

    kind = "exporter"
    spec: ClassVar[ExporterSpec]

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def write(self, graph: Graph, name: str) -> dict[str, bytes]:
        """The files that an export writes, by their path below the target.

        As in a run, the target is not there before; for a format of several files the exporter
        makes the folder.
        """
        shutil.rmtree(self.folder / name, ignore_errors=True)
        target = self.folder / name / "export"
        target.parent.mkdir(parents=True)
        self.make().export(graph, target)
        beside = [path for path in target.parent.iterdir() if path != target]
        assert beside == [], "an exporter writes to its target alone"
        assert target.is_dir() is self.spec.folder
        files = [path for path in sorted(target.rglob("*")) if path.is_file()]
        return {str(path.relative_to(target)): path.read_bytes() for path in files or [target]}

    def outcome(self) -> object:
        """The bytes of an export of the small graph."""
        return self.write(small_graph(), "once")

    def test_the_bytes_depend_on_the_graph_alone(self) -> None:
        """Not on the folder, the time, or the order in which records arrived."""
        there = self.write(small_graph(), "there")
        assert self.write(small_graph(backwards=True), "elsewhere/deep") == there
        assert any(there.values())

    def test_an_empty_graph_can_be_exported(self) -> None:
        """Nothing to write is not an error."""
        self.write(MemoryGraph(), "empty")
