"""Marked strings become documents with gold annotations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild import ExtractorSpec, ReaderSpec, SectionKind, Task
from kgbuild.errors import VocabularyError
from kgbuild.host import check_annotations, check_reading
from kgbuild.testing import strategies
from kgbuild.testing.builders import make_document, make_relation
from kgbuild.testing.samples import ORDINARY, difficult_documents, small_graph
from kgbuild.vocabulary import CATEGORIES

MARKED = """[Aspirin](chemical) and pain.
[Aspirin](chemical:mesh:D001241) eases [pain](disease:-). [Breast and
ovarian cancer](disease:MESH:D001943|mesh:D010051) is not eased."""

READER = ReaderSpec(
    name="made", summary="", create=print, suffixes=(), accepts=lambda _name, _head: True
)


def test_the_first_line_is_the_title_and_the_rest_the_abstract() -> None:
    document, _ = make_document(MARKED, id="PMID:7", journal="J Test")
    assert document.text.startswith("Aspirin and pain. Aspirin eases pain. Breast and ovarian ")
    assert [s.kind for s in document.sections] == [SectionKind.TITLE, SectionKind.ABSTRACT]
    assert (document.id, document.title, document.journal) == (
        "pubmed:7",
        "Aspirin and pain.",
        "J Test",
    )


def test_sentences_end_where_the_text_says() -> None:
    document, _ = make_document(MARKED)
    assert [span.of(document.text) for span in document.sentences] == [
        "Aspirin and pain.",
        "Aspirin eases pain.",
        "Breast and ovarian cancer is not eased.",
    ]


def test_marks_are_mentions_links_nil_and_composites() -> None:
    _, gold = make_document(MARKED)
    assert [m.text for m in gold.mentions] == [
        "Aspirin",
        "Aspirin",
        "pain",
        "Breast and ovarian cancer",
    ]
    assert [(link.mention.text, link.concept, link.part) for link in gold.links] == [
        ("Aspirin", "mesh:D001241", 0),
        ("pain", None, 0),
        ("Breast and ovarian cancer", "mesh:D001943", 0),
        ("Breast and ovarian cancer", "mesh:D010051", 1),
    ]


def test_a_category_may_be_a_biolink_class() -> None:
    _, gold = make_document("[TP53](biolink:Gene:ncbigene:7157)")
    assert (gold.mentions[0].category, gold.links[0].concept) == ("biolink:Gene", "ncbigene:7157")


def test_an_unknown_category_in_a_mark_is_an_error() -> None:
    with pytest.raises(VocabularyError, match="unknown category 'figure'"):
        make_document("[Fig. 1](figure)")


def test_a_relation_is_told_by_the_sentences_of_its_ends() -> None:
    document, gold = make_document("[Aspirin](drug) is old. It eases [pain](disease). The end.")
    relation = make_relation(document, gold, "Aspirin", "biolink:treats", "pain", negated=True)
    assert [s.of(document.text) for s in relation.evidence] == [
        "Aspirin is old.",
        "It eases pain.",
    ]
    assert relation.negated


@pytest.mark.parametrize("marked", [MARKED, *ORDINARY])
def test_what_is_built_keeps_every_promise(marked: str) -> None:
    document, gold = make_document(marked)
    check_reading(READER, document)
    categories = frozenset(CATEGORIES)
    spec = ExtractorSpec(name="gold", summary="", create=print, categories=categories)
    check_annotations(spec, Task(document=document), gold)


def test_the_difficult_documents_are_sound_documents() -> None:
    for document in difficult_documents().values():
        check_reading(READER, document)


def test_the_small_graph_has_edges_with_evidence_in_its_documents() -> None:
    graph = small_graph()
    texts = {document.id: document.text for document in graph.documents()}
    evidence = [e for assertion in graph.assertions() for e in assertion.evidence]
    assert evidence
    assert all(e.spans[0].of(texts[e.document]) in e.text for e in evidence)


@given(st.data())
def test_drawn_evidence_quotes_its_document(data: st.DataObject) -> None:
    """Law 2: an evidence's text is what its spans cover, in the document that it names."""
    document = data.draw(strategies.documents())
    assertion = data.draw(strategies.assertions(document))
    for evidence in assertion.evidence:
        covered = " … ".join(span.of(document.text) for span in evidence.spans)
        assert (evidence.text, evidence.version) == (covered, document.digest)
    assert assertion.merged(assertion.evidence) == assertion
