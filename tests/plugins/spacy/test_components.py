"""The contracts, and what depends on spaCy itself: pipelines, sentences, parses."""

from __future__ import annotations

import subprocess
import sys

import pytest
import spacy.tokens
from kgbuild_spacy.plugin import EXTRACTOR, SEGMENTER
from spacy.language import Language

from kgbuild import ComponentUnavailableError, Document, Section, SectionKind, Span, Task
from kgbuild.testing.builders import make_document
from kgbuild.testing.contracts import ExtractorContract, SegmenterContract

MISSING = {"model": "en_no_such_model"}


class TestSpacySegmenter(SegmenterContract):
    spec = SEGMENTER
    missing = MISSING


class TestSpacyRules(ExtractorContract):
    spec = EXTRACTOR
    missing = MISSING
    documents = (
        *ExtractorContract.documents,
        "[Tea](chemical:mesh:D3) may cause [asthma](disease:mesh:D2) and [gout](disease:mesh:D9).",
        "No [gold](chemical:mesh:D4)-induced [gout](disease:mesh:D5). [A](gene) binds [B](gene:-).",
    )


def test_nothing_of_spacy_is_imported_before_a_component_is_made():
    code = "import sys, kgbuild_spacy.plugin; sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_relations_without_a_model_need_no_spacy():
    code = (
        "import sys; from kgbuild_spacy.plugin import EXTRACTOR as e;"
        "e.create(e.settings_class()()); sys.exit('spacy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_sentences_keep_to_their_sections():
    text = "A title without a stop The abstract. It ends"
    sections = (
        Section(kind=SectionKind.TITLE, span=Span(0, 22)),
        Section(kind=SectionKind.ABSTRACT, span=Span(23, len(text))),
    )
    document = Document(id="pubmed:1", text=text, sections=sections)
    found = SEGMENTER.create(SEGMENTER.settings_class()()).segment(document)
    assert [s.of(text) for s in found] == ["A title without a stop", "The abstract.", "It ends"]


def parse_by_hand(doc: spacy.tokens.Doc) -> spacy.tokens.Doc:
    """Parse "X … VERB … Y" as subject, verb, object, whatever else there is."""
    verb = next((t.i for t in doc if t.text == "inhibited"), None)
    if verb is not None:
        for token in doc:
            token.head = doc[verb]
            token.dep_ = "ROOT" if token.i == verb else "dep"
        doc[verb].lemma_ = "inhibit"
        doc[0].dep_ = "nsubj"
        doc[len(doc) - 2].dep_ = "dobj"
    return doc


class _Parser:
    """Stands where a pipeline has its trained parser."""

    def __call__(self, doc: spacy.tokens.Doc) -> spacy.tokens.Doc:
        return parse_by_hand(doc)

    def to_disk(self, path, **kwargs):
        pass

    def from_disk(self, path, **kwargs):
        return self


@Language.factory("kgbuild_test_parser_factory")
def _make_parser(nlp, name):
    return _Parser()


@pytest.fixture
def parsing_model(tmp_path):
    pipeline = spacy.blank("en")
    pipeline.add_pipe("kgbuild_test_parser_factory", name="parser")
    pipeline.to_disk(tmp_path / "model")
    return str(tmp_path / "model")


FAR = (
    "[Tea](chemical:mesh:D1) of the kind that grows in the hills of the far east of the country "
    "where we went {} inhibited very much of the old and well known [KIT](gene:mesh:D2)."
)


@pytest.mark.parametrize(("words", "negated"), [("clearly", False), ("never", True)])
def test_a_parser_finds_what_lies_too_far_apart_for_words(parsing_model, words, negated):
    document, gold = make_document(FAR.format(words))
    task = Task(document=document, annotations=gold)
    plain = EXTRACTOR.create(EXTRACTOR.settings_class()())
    parsed = EXTRACTOR.create(EXTRACTOR.settings_class()(model=parsing_model))
    (without,), (found,) = plain.extract([task]), parsed.extract([task])
    assert without.relations == ()
    (relation,) = found.relations
    assert (relation.subject.text, relation.object.text) == ("Tea", "KIT")
    assert relation.negated is negated


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "Beer did not lower the cost of [tea]{} to treat [gout](disease:mesh:D2).",
            "pair of names beside a denial of something else",
        ),
        (
            "There is no evidence that [tea]{} does not inhibit [KIT](gene:mesh:D2).",
            "pair of names among more denials than can be told apart",
        ),
    ],
)
def test_a_pair_of_which_nothing_is_said_is_counted(text, why):
    document, gold = make_document(text.format("(chemical:mesh:D1)"))
    (found,) = EXTRACTOR.create(EXTRACTOR.settings_class()()).extract(
        [Task(document=document, annotations=gold)]
    )
    assert (found.relations, found.left_out) == ((), ((why, 1),))


def test_a_pipeline_without_a_parser_is_refused(tmp_path):
    spacy.blank("en").to_disk(tmp_path / "model")
    with pytest.raises(ComponentUnavailableError, match="no parser"):
        EXTRACTOR.create(EXTRACTOR.settings_class()(model=str(tmp_path / "model")))


def test_an_installed_pipeline_without_sentences_gets_the_sentencizer(tmp_path):
    spacy.blank("en").to_disk(tmp_path / "model")
    segmenter = SEGMENTER.create(SEGMENTER.settings_class()(model=str(tmp_path / "model")))
    document = Document(id="pubmed:1", text="One is here. Two is there.")
    assert len(segmenter.segment(document)) == 2
