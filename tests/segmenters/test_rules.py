"""The built-in segmenter: hard cases, laws, and texts made to hurt."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild import Document, Section, SectionKind, Span
from kgbuild.segmenters.rules import SPEC, sentences

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from sentences import f1, gold, right


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def segment(text: str, *sections: Section) -> list[str]:
    segmenter = SPEC.create(SPEC.settings_class()())
    document = Document(id="kgbuild:d", text=text, sections=sections)
    return [span.of(text) for span in segmenter.segment(document)]


CASES = gold()


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.part.startswith("hard")], ids=lambda c: c.text[:40]
)
def test_every_hard_case_is_split_as_marked_by_hand(case):
    assert list(sentences(case.text)) == case.spans


@pytest.mark.parametrize("part", ["passages dev", "passages held-out"])
def test_passages_are_split_nearly_as_marked_by_hand(part):
    assert f1(lambda text: list(sentences(text)), [c for c in CASES if c.part == part]) > 0.97


def test_a_splitter_that_never_splits_is_not_called_right():
    several = [c for c in CASES if len(c.spans) > 1]
    assert not right(lambda text: [(0, len(text))], several)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was 0. 9% in all. We agree.", ["It was 0. 9% in all.", "We agree."]),
        (
            "See J. Biol. Chem. 274, 6820. It is old.",
            ["See J. Biol. Chem. 274, 6820.", "It is old."],
        ),
        ("They had MS. Doctors knew.", ["They had MS.", "Doctors knew."]),
        ("It makes NO. Doctors knew.", ["It makes NO.", "Doctors knew."]),
        ("FIG. 2 is blue. FIG. 3 is not.", ["FIG. 2 is blue.", "FIG. 3 is not."]),
        ("Rats ate. l-Glutamine was given.", ["Rats ate.", "l-Glutamine was given."]),
        ("(It rained. It stopped.) We left.", ["(It rained.", "It stopped.)", "We left."]),
        ("Give 5 mg. kg-1. d-1 to rats.", ["Give 5 mg. kg-1. d-1 to rats."]),
    ],
)
def test_traps_met_in_real_abstracts(text, expected):
    assert split(text) == expected


def test_nothing_and_white_space_have_no_sentences():
    assert split("") == split(" \n\t\n ") == []


def test_a_title_is_one_sentence_whatever_it_holds():
    text = "Is it so? A trial. We tried. It is."
    title = Section(kind=SectionKind.TITLE, span=Span(0, 18))
    body = Section(kind=SectionKind.ABSTRACT, span=Span(19, len(text)))
    assert segment(text, title, body) == ["Is it so? A trial.", "We tried.", "It is."]


def test_no_sentence_crosses_a_section_border_even_without_a_stop():
    text = "Methods We tried"
    heading = Section(kind=SectionKind.HEADING, span=Span(0, 7))
    body = Section(kind=SectionKind.METHODS, span=Span(8, 16))
    assert segment(text, heading, body) == ["Methods", "We tried"]


def test_text_outside_the_sections_is_split_too():
    text = "Before. Inside it. After."
    inside = Section(kind=SectionKind.ABSTRACT, span=Span(8, 18))
    assert segment(text, inside) == ["Before.", "Inside it.", "After."]


def test_a_row_of_a_table_is_a_sentence():
    text = "Dose\tn\n5 mg\t4\n"
    assert segment(text, Section(kind=SectionKind.TABLE, span=Span(0, len(text)))) == [
        "Dose\tn",
        "5 mg\t4",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000_000,
        "." * 1_000_000,
        ".)" * 500_000,
        ".1," * 300_000,
        "." + "1," * 500_000,
        ".[" + "1" * 1_000_000,
        "\n " * 500_000,
        "(a. b " * 100_000,
        "e.g. " * 200_000,
    ],
    ids=lambda text: repr(text[:6]),
)
def test_hostile_texts_take_no_more_than_linear_time(text):
    # A quadratic step would take hours here, and the run would be stopped.
    found = list(sentences(text))
    assert "".join(text[a:b] for a, b in found).split() == text.split() or not text.strip()


SNIPPETS = st.sampled_from(
    [
        "E. coli ",
        "et al. ",
        "0.5 ",
        "Fig. 2 ",
        "We ",
        "cells",
        ". ",
        "? ",
        "! ",
        "\n\n",
        "\n",
        "(",
        ")",
        ".1,2 ",
        "[3] ",
        "p53 ",
        "α-x ",
        "“",
        "”",
        "… ",
        "A. ",
        "no. ",
        "\u2028",
        "🧬 ",
        "́",
    ]
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(SNIPPETS, max_size=30).map("".join))


@given(TEXTS)
def test_sentences_cover_the_text(text):
    """Law: in order, disjoint, trimmed, and every character that is not space lies in one."""
    found = list(sentences(text))
    assert all(a < b for a, b in found)
    assert all(b <= c for (_, b), (c, _) in pairwise(found))
    assert all(text[a:b] == text[a:b].strip() for a, b in found)
    covered = {i for a, b in found for i in range(a, b)}
    assert all(i in covered for i, character in enumerate(text) if not character.isspace())


@given(TEXTS, TEXTS)
def test_a_border_makes_the_sides_independent(left, right_side):
    """Law: two sections are split as two texts are."""
    cut = len(left)
    document = Document(
        id="kgbuild:d",
        text=left + right_side,
        sections=tuple(
            Section(kind=SectionKind.ABSTRACT, span=span)
            for span in (Span(0, cut), Span(cut, cut + len(right_side)))
            if span.start < span.end
        ),
    )
    found = SPEC.create(None).segment(document)
    assert [s.of(document.text) for s in found] == split(left) + split(right_side)


@given(TEXTS, st.integers(0, 5))
def test_offsets_are_those_of_the_whole_text(text, before):
    """Law: splitting a stretch of a text gives the stretch's sentences, moved."""
    padded = "x" * before + text
    moved = [(a + before, b + before) for a, b in sentences(text)]
    assert list(sentences(padded, before)) == moved
