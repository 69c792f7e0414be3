"""Markdown: front matter, headings, tables, and markup that is hostile."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild.components import PaperFile, Reading
from kgbuild.document import Document, Unread
from kgbuild.errors import InputError
from kgbuild.readers.markdown import LONGEST_MARKED, SPEC
from kgbuild.readers.text import TextSettings


def read(raw: bytes) -> list[Reading]:
    reader = SPEC.create(TextSettings())
    return list(reader.read(PaperFile(name="a.md", open=lambda: io.BytesIO(raw))))


def only(text: str) -> Document:
    (document,) = read(text.encode())
    assert isinstance(document, Document)
    return document


def outline(document: Document) -> list[tuple[str, str]]:
    return [(s.kind.value, s.span.of(document.text)) for s in document.sections]


PAPER = """---
title: Aspirin in mice.
pmid: "0012345"
doi: https://doi.org/10.1000/X1
date: 2004-03-07
journal: J Mice
language: English
license: CC-BY-4.0
authors: [Doe J, Roe R]
mood: good
---

# Aspirin in *mice*

## Abstract

Aspirin **relieves** [headache](https://x) in mice
with p&nbsp;&lt;&nbsp;0.05 and H<sub>2</sub>O.

## Methods

### Animals

- Ten mice.
- Two rats.

> Quoted.

![A mouse *asleep*](mouse.png)

| dose | effect |
|------|--------|
| 1 mg | `none` |

```r
x <- 1
```

<div>block</div>

<!-- a comment -->

## References

1. Doe J.
"""


def test_a_paper_is_read_without_its_markup() -> None:
    document = only(PAPER)
    assert outline(document) == [
        ("title", "Aspirin in mice."),
        ("abstract", "Aspirin relieves headache in mice with p\xa0<\xa00.05 and H2O."),
        ("heading", "Methods"),
        ("heading", "Animals"),
        ("methods", "Ten mice."),
        ("methods", "Two rats."),
        ("methods", "Quoted."),
        ("methods", "A mouse asleep"),
        ("table", "dose\teffect\n1 mg\tnone"),
    ]
    assert document.sections[4].path == ("Methods", "Animals")


def test_title_and_abstract_are_joined_by_one_space() -> None:
    assert only("# Aspirin\n\n## Abstract\n\nIt helps.").text == "Aspirin It helps."


def test_front_matter_gives_the_facts() -> None:
    document = only(PAPER)
    assert (document.id, document.exact_matches) == ("pubmed:0012345", ("doi:10.1000/x1",))
    assert (document.date, document.journal, document.language) == ("2004-03-07", "J Mice", "en")
    assert (document.licence, document.authors) == ("CC-BY-4.0", ("Doe J", "Roe R"))


def test_what_is_not_read_is_told_with_its_line() -> None:
    lines = PAPER.splitlines()
    code, block = lines.index("```r") + 1, lines.index("<div>block</div>") + 1
    assert only(PAPER).unread == (
        Unread(what="front matter: mood"),
        Unread(what="code block", place=f"line {code}"),
        Unread(what="HTML block", place=f"line {block}"),
        Unread(what="reference list"),
    )


def test_without_front_matter_the_first_heading_is_the_title() -> None:
    document = only("# Aspirin\n\nIt helps.\n\n# Methods\n\nWe fed mice.")
    assert outline(document) == [
        ("title", "Aspirin"),
        ("other", "It helps."),
        ("heading", "Methods"),
        ("methods", "We fed mice."),
    ]


def test_a_text_before_the_first_heading_leaves_it_a_heading() -> None:
    assert only("It helps.\n\n# Results\n\nMuch.").title == ""


def test_escapes_and_definitions_are_understood() -> None:
    document = only("5\\*3 [Doe][1] &beta; *a*\\_b\n\n[1]: https://x")
    assert document.text == "5*3 Doe β a_b"


@pytest.mark.parametrize(
    "matter",
    ["a: [", "a: b: c", "&a [*a", "[" * 5000, "\ttab", "!!python/object/apply:os.system [ls]: 1"],
)
def test_broken_front_matter_is_told_and_the_text_is_read(matter: str) -> None:
    document = only(f"---\n{matter}\n---\nAspirin.")
    assert document.text == "Aspirin."
    assert document.unread[0].what.startswith("front matter")


def test_a_yaml_bomb_costs_nothing() -> None:
    levels = "\n".join(
        f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" if n else "l0: &l0 [lol]"
        for n in range(30)
    )
    document = only(f"---\ntitle: T\n{levels}\n---\nAspirin.")
    assert document.title == "T"


def test_facts_of_a_wrong_kind_are_no_text() -> None:
    document = only("---\ntitle: [a, b]\nauthors: {a: b}\npmid: none\n---\nAspirin.")
    assert (document.title, document.authors) == ("", ())
    assert document.unread[0].problem == "'none' is not a PMID"


def test_a_rule_is_no_front_matter() -> None:
    assert only("Aspirin.\n\n---\n\nIt helps.").text == "Aspirin.\nIt helps."


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"```\ncode\n```", b"<!-- nothing -->"])
def test_a_file_without_text_is_told(raw: bytes) -> None:
    (unread,) = read(raw)
    assert isinstance(unread, Unread)
    assert unread.problem == "holds no text"


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    with pytest.raises(InputError, match="is not utf-8"):
        read(b"# Sj\xf6gren")


@pytest.mark.parametrize("mark", ["[", "![[", "*a ", "`a", "_", "<", "](", "~a", "&#", "**a__"])
def test_markup_that_costs_quadratic_time_is_kept_as_written(mark: str) -> None:
    text = mark * LONGEST_MARKED + "end"
    assert only(text).text == text


@pytest.mark.parametrize("mark", [">", "- ", "1. ", "# ", "> - "])
def test_deep_nesting_is_survived(mark: str) -> None:
    assert read((mark * 20_000 + "end").encode())


@given(st.text())
def test_sections_are_the_text_in_order(text: str) -> None:
    """Whatever the markup, sections follow each other, and only separators lie between them."""
    try:
        readings = read(text.encode("utf-8", "replace"))
    except InputError:
        return
    for reading in readings:
        if isinstance(reading, Document):
            at = 0
            for section in reading.sections:
                assert reading.text[at : section.span.start] in {"", " ", "\n"}
                assert section.span.start < section.span.end
                at = section.span.end
            assert at == len(reading.text)


def test_markdown_is_claimed_by_suffix() -> None:
    assert SPEC.accepts("a.md", b"# T")
    assert SPEC.accepts("a.MARKDOWN", b"")
    assert not SPEC.accepts("a.md", b"%PDF-1.7")
    assert not SPEC.accepts("a.txt", b"# T")
