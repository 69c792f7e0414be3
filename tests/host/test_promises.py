"""What is checked of everything that a component says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild import (
    AnnotatedDocument,
    Annotations,
    Candidate,
    Cue,
    Document,
    ExtractorSpec,
    Link,
    LinkerSpec,
    Mention,
    ReaderSpec,
    Relation,
    Section,
    SectionKind,
    SegmenterSpec,
    Span,
    Status,
    Task,
    Unread,
    Withdrawal,
)
from kgbuild.errors import ContractError
from kgbuild.host import check_annotations, check_links, check_reading, check_sentences
from kgbuild.testing import strategies
from kgbuild.testing.builders import make_document, make_relation
from kgbuild.vocabulary import CATEGORIES, predicates

EXTRACTOR = ExtractorSpec(
    name="all", summary="", create=print,
    categories=frozenset(CATEGORIES), predicates=frozenset(predicates()),
)  # fmt: skip
LINKER = LinkerSpec(name="table", summary="", create=print)
SEGMENTER = SegmenterSpec(name="lines", summary="", create=print)
READER = ReaderSpec(
    name="mine", summary="", create=print, suffixes=(), accepts=lambda _name, _head: True
)

DOCUMENT, GOLD = make_document(
    "Title here.\n[Aspirin](chemical:mesh:D001241) relieves [headache](disease:mesh:D006261). End."
)
ASPIRIN, HEADACHE = GOLD.mentions
TREATS = make_relation(DOCUMENT, GOLD, "Aspirin", "biolink:treats", "headache")


def check(**said: Any) -> None:
    task = Task(document=DOCUMENT, annotations=said.pop("before", Annotations()))
    check_annotations(EXTRACTOR, task, Annotations(**said))


@given(st.data())
def test_sound_annotations_pass(data: st.DataObject) -> None:
    """Whatever the strategies make keeps every promise, in any text."""
    document = data.draw(strategies.documents())
    said = data.draw(strategies.annotations(document))
    check_annotations(EXTRACTOR, Task(document=document), said)
    check_links(LINKER, document, said.mentions, said.links)
    check_reading(READER, AnnotatedDocument(document=document, annotations=said))
    check_sentences(SEGMENTER, document, document.sentences)


@given(st.data())
def test_a_mention_that_does_not_quote_the_text_never_passes(data: st.DataObject) -> None:
    """For any span and any text: the check passes if and only if the text is what it covers."""
    document = data.draw(strategies.documents())
    start, end = data.draw(st.tuples(st.integers(-3, 40), st.integers(-3, 40)))
    text = data.draw(st.sampled_from((document.text[start:end], "Aspirin", "")))
    mention = Mention(span=Span(start, end), text=text, category=CATEGORIES[0])
    length = len(document.text)
    sound = 0 <= start < end <= length and document.text[start:end] == text
    try:
        check_annotations(EXTRACTOR, Task(document=document), Annotations(mentions=(mention,)))
    except ContractError:
        assert not sound
    else:
        assert sound


@pytest.mark.parametrize("score", [-0.1, 1.1, float("nan"), float("inf"), "1", None, True])
def test_a_score_is_a_number_from_0_to_1(score: Any) -> None:
    with pytest.raises(ContractError, match="is not a number in"):
        check(mentions=(replace(ASPIRIN, score=score),))


def test_a_whole_number_is_a_score() -> None:
    check(mentions=(replace(ASPIRIN, score=1),))


def test_offsets_of_another_type_are_refused() -> None:
    class Int(int):
        """As numpy.int64 would be: equal, and not storable."""

    span = Span(Int(ASPIRIN.span.start), ASPIRIN.span.end)
    with pytest.raises(ContractError, match="offsets are int, got Int"):
        check(mentions=(replace(ASPIRIN, span=span),))


@pytest.mark.parametrize(
    "parts",
    [
        (Span(12, 15), Span(14, 19)),
        (Span(16, 19), Span(12, 14)),
        (Span(12, 13), Span(15, 18)),
        (Span(12, 12), Span(15, 19)),
    ],
)
def test_parts_are_in_order_apart_and_reach_both_ends(parts: tuple[Span, ...]) -> None:
    assert ASPIRIN.span == Span(12, 19)
    check(mentions=(replace(ASPIRIN, parts=(Span(12, 14), Span(16, 19))),))
    with pytest.raises(ContractError, match="part"):
        check(mentions=(replace(ASPIRIN, parts=parts),))


def test_a_link_of_a_mention_that_is_not_there_is_refused() -> None:
    with pytest.raises(ContractError, match="a mention that is not there"):
        check(mentions=(HEADACHE,), links=(Link(mention=ASPIRIN),))
    check(links=(Link(mention=ASPIRIN),), before=Annotations(mentions=(ASPIRIN,)))


@pytest.mark.parametrize(
    ("concept", "rule"),
    [
        ("D001241", "is not a CURIE"),
        ("nope:D001241", "unknown prefix 'nope'"),
        ("MESH:D001241", "write 'mesh:D001241', not 'MESH:D001241'"),
    ],
)
def test_a_concept_is_a_curie_in_the_spelling_that_is_stored(concept: str, rule: str) -> None:
    link = Link(mention=ASPIRIN, candidates=(Candidate(concept=concept),))
    with pytest.raises(ContractError, match=rule):
        check_links(LINKER, DOCUMENT, GOLD.mentions, (link,))


def test_candidates_are_sorted() -> None:
    low, high = (Candidate(concept="mesh:D1", score=score) for score in (0.2, 0.8))
    check_links(LINKER, DOCUMENT, GOLD.mentions, (Link(mention=ASPIRIN, candidates=(high, low)),))
    bad = Link(mention=ASPIRIN, candidates=(low, high))
    with pytest.raises(ContractError, match="best first"):
        check_links(LINKER, DOCUMENT, GOLD.mentions, (bad,))


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"predicate": "biolink:cures"}, "predicate 'biolink:cures' is not declared"),
        ({"evidence": ()}, "there is no evidence"),
        ({"evidence": (Span(0, 999),)}, "outside the text"),
        ({"subject": "mesh:D000001"}, "not among the mentions or linked concepts"),
        ({"object": replace(HEADACHE, score=0.1)}, "not among the mentions"),
        ({"score": 2.0}, "score 2.0 is not"),
        ({"status": "stated"}, "is not a kgbuild.Status"),
        ({"cues": (Cue(kind="maybe", span=Span(0, 3)),)}, "a cue is one of"),
        ({"cues": (Cue(kind="negated", span=Span(5, 5)),)}, "is empty or outside"),
        ({"qualifiers": (("direction", "up"),)}, "'direction' is not a Biolink qualifier"),
    ],
)
def test_a_relation_that_breaks_a_rule_is_refused(wrong: dict[str, Any], rule: str) -> None:
    before = Annotations(mentions=GOLD.mentions)
    check(relations=(TREATS,), before=before)
    with pytest.raises(ContractError, match=rule):
        check(relations=(replace(TREATS, **wrong),), before=before)


def test_a_relation_may_join_concepts_that_are_linked_in_the_document() -> None:
    between = Relation(
        subject="mesh:D001241", predicate="biolink:treats", object="mesh:D006261",
        evidence=TREATS.evidence, status=Status.SPECULATED,
    )  # fmt: skip
    check(relations=(between,), before=GOLD)
    with pytest.raises(ContractError, match="linked concepts"):
        check(relations=(between,), before=Annotations(mentions=GOLD.mentions))


@pytest.mark.parametrize("said", [None, [], GOLD.mentions, "nothing"])
def test_something_that_is_not_annotations_is_refused(said: Any) -> None:
    with pytest.raises(ContractError, match="expected Annotations"):
        check_annotations(EXTRACTOR, Task(document=DOCUMENT), said)


@pytest.mark.parametrize(
    ("sentences", "rule"),
    [
        ([Span(12, 20), Span(0, 11)], "comes before"),
        ([Span(0, 8), Span(5, 11)], "overlaps"),
        ([Span(5, 20)], "crosses a section border at 11"),
        ([Span(3, 3)], "is empty or outside"),
        ([Span(40, 999)], "is empty or outside"),
        ([(0, 5)], "expected a Span, got tuple"),
    ],
)
def test_sentences_that_break_a_rule_are_refused(sentences: list[Span], rule: str) -> None:
    with pytest.raises(ContractError, match=rule):
        check_sentences(SEGMENTER, DOCUMENT, sentences)


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        (Document(id="Doc 1", text="x"), "is not a CURIE"),
        (Document(id="PMID:1", text="x"), "write 'pubmed:1'"),
        (Document(id="pubmed:1", text="x\0"), "NUL at 1"),
        (Document(id="pubmed:1", text="x\ud800"), "lone surrogate at 1"),
        (
            Document(
                id="pubmed:1",
                text="x",
                sections=(Section(kind=SectionKind.TITLE, span=Span(0, 2)),),
            ),
            "outside the text",
        ),
        ("a string", "expected a Document, got str"),
    ],
)
def test_an_unsound_document_is_refused(document: Document, rule: str) -> None:
    with pytest.raises(ContractError, match=rule):
        check_reading(READER, document)


def test_what_a_reader_could_not_read_is_no_breach() -> None:
    check_reading(READER, Unread(what="record", problem="no text"))
    check_reading(READER, Withdrawal(document="pubmed:1"))
