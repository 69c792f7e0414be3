"""Plain text: encodings, identity, titles and headings."""

from __future__ import annotations

import codecs
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kgbuild.components import PaperFile, Reading
from kgbuild.document import Document, SectionKind, Unread
from kgbuild.errors import InputError, LimitError
from kgbuild.readers.text import SPEC, TextSettings
from kgbuild.testing import strategies

ABSTRACT = "Aspirin relieves headache. It does so quickly."


def read(raw: bytes, **settings: object) -> list[Reading]:
    reader = SPEC.create(SPEC.settings_class()(**settings))
    return list(reader.read(PaperFile(name="a.txt", open=lambda: io.BytesIO(raw))))


def only(raw: bytes | str, **settings: object) -> Document:
    (document,) = read(raw.encode() if isinstance(raw, str) else raw, **settings)
    assert isinstance(document, Document)
    return document


def outline(document: Document) -> list[tuple[str, str]]:
    return [(s.kind.value, s.span.of(document.text)) for s in document.sections]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")))
def test_the_text_is_the_file(text: str) -> None:
    """Any text that can be stored is kept to the character; white space alone is no document."""
    readings = read(text.encode())
    if text.strip():
        assert isinstance(readings[0], Document)
        assert readings[0].text == text
    else:
        assert isinstance(readings[0], Unread)


@given(st.lists(strategies.passages, min_size=1).map("\n\n".join).filter(str.strip))
def test_sections_lie_in_order_and_leave_out_white_space_alone(text: str) -> None:
    """Sections do not overlap, and what is between them is white space."""
    document = only(text)
    if any(unread.what == "reference list" for unread in document.unread):
        return
    at = 0
    for section in document.sections:
        assert not document.text[at : section.span.start].strip()
        assert section.span.of(document.text) == section.span.of(document.text).strip()
        at = section.span.end
    assert not document.text[at:].strip()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-be"]
)
def test_byte_order_marks_tell_the_encoding_and_are_left_out(encoding: str) -> None:
    text = "β-blockers 🧬 relieve.\r\nTruly."
    mark = {
        "utf-16-le": codecs.BOM_UTF16_LE,
        "utf-16-be": codecs.BOM_UTF16_BE,
        "utf-32-be": codecs.BOM_UTF32_BE,
    }.get(encoding, b"")
    assert only(mark + text.encode(encoding)).text == text


def test_bytes_that_are_not_utf_8_are_named_with_their_place() -> None:
    with pytest.raises(InputError, match="is not utf-8") as caught:
        read("Sjögren".encode("latin-1"))
    assert (caught.value.file, caught.value.place) == ("a.txt", "byte 2")
    assert "latin-1" in caught.value.hints[0]


def test_the_encoding_can_be_said() -> None:
    assert only("Sjögren".encode("latin-1"), encoding="latin-1").text == "Sjögren"
    assert only("Sjögren".encode("utf-16-le"), encoding="utf-16-le").text == "Sjögren"


def test_a_byte_order_mark_outweighs_the_setting() -> None:
    assert only("Sjögren".encode("utf-8-sig"), encoding="latin-1").text == "Sjögren"


def test_broken_bytes_can_be_replaced() -> None:
    assert only(b"a\xffb", errors="replace").text == "a\N{REPLACEMENT CHARACTER}b"


def test_utf_16_cut_in_the_middle_of_a_character_is_named() -> None:
    with pytest.raises(InputError, match="is not utf-16: truncated data"):
        read("Aspirin".encode("utf-16")[:-1])


@pytest.mark.parametrize("encoding", ["nonsense", "rot13", "hex", "undefined", ""])
def test_an_unknown_encoding_is_refused_before_anything_is_read(encoding: str) -> None:
    with pytest.raises(ValidationError, match="unknown encoding"):
        TextSettings(encoding=encoding)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"%PDF-1.7\n", "a PDF"),
        (b"PK\x03\x04....", "a zip archive"),
        (b"\x1f\x8b\x08....", "gzip-compressed"),
        (b"\x28\xb5\x2f\xfd....", "zstandard"),
        (b"{\\rtf1 Aspirin}", "an RTF document"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"Aspirin\0relieves", "a NUL byte"),
        ("Aspirin".encode("utf-16-le"), "a NUL byte"),
    ],
)
def test_what_is_no_text_is_said(raw: bytes, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        read(raw)


@pytest.mark.parametrize(
    "raw", [b"", b" \r\n\t", "\N{NO-BREAK SPACE}\u2028".encode(), b"\xef\xbb\xbf"]
)
def test_white_space_alone_is_no_document(raw: bytes) -> None:
    (unread,) = read(raw)
    assert isinstance(unread, Unread)
    assert unread.problem == "holds nothing but white space"


def test_a_nul_in_utf_16_is_replaced_without_moving_offsets() -> None:
    assert only("a\0b".encode("utf-16")).text == "a\N{REPLACEMENT CHARACTER}b"


def test_a_line_of_ten_megabytes_is_one_passage() -> None:
    document = only(b"abcdefghi " * 1_000_000)
    assert len(document.text) == 10_000_000
    assert len(document.sections) == 1


def test_a_file_beyond_the_limit_is_named() -> None:
    with pytest.raises(LimitError, match="larger than 10 bytes"):
        read(b"a" * 11, max_bytes=10)


def test_line_ends_of_every_kind_are_kept() -> None:
    text = "Title\r\n\r\nOne\rtwo.\n\nThree\u2028four.\r\n"
    document = only(text)
    assert document.text == text
    assert outline(document) == [
        ("title", "Title"),
        ("other", "One\rtwo."),
        ("other", "Three\u2028four."),
    ]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"Aspirin in mice\n\n{ABSTRACT}", "Aspirin in mice"),
        (f"\n\n  Aspirin in mice  \n \t\n{ABSTRACT}", "Aspirin in mice"),
        (f"Aspirin in mice\n{ABSTRACT}", ""),
        ("Aspirin in mice", ""),
        (f"{'a' * 301}\n\n{ABSTRACT}", ""),
        (f"Abstract\n\n{ABSTRACT}", ""),
    ],
)
def test_a_short_first_line_alone_is_the_title(text: str, title: str) -> None:
    assert only(text).title == title


def test_usual_headings_give_their_kind_to_what_follows() -> None:
    text = (
        "Aspirin in mice\n\nABSTRACT\nIt helps.\n\n1. Introduction\n\nMice ache.\n\nFever too.\n\n"
        "Materials and Methods:\nWe fed mice.\n\nResults are in the table below.\n"
    )
    document = only(text)
    assert outline(document) == [
        ("title", "Aspirin in mice"),
        ("heading", "ABSTRACT"),
        ("abstract", "It helps."),
        ("heading", "1. Introduction"),
        ("introduction", "Mice ache."),
        ("introduction", "Fever too."),
        ("heading", "Materials and Methods:"),
        ("methods", "We fed mice."),
        ("methods", "Results are in the table below."),
    ]
    assert document.sections[-1].path == ("Materials and Methods:",)


def test_references_are_in_no_section_and_are_told() -> None:
    document = only(f"Aspirin\n\n{ABSTRACT}\n\nReferences\n\n1. Doe J.\n")
    assert outline(document) == [("title", "Aspirin"), ("other", ABSTRACT)]
    assert document.unread == (Unread(what="reference list"),)


def test_right_to_left_astral_and_combining_characters_count_as_code_points() -> None:
    text = "אספירין \U0001f9ec e\N{COMBINING ACUTE ACCENT}"
    document = only(text)
    assert document.sections[0].span.end == len(text)


def test_a_text_without_identifier_is_named_by_what_it_says() -> None:
    one, same, other = only("Aspirin."), only("Aspirin."), only("Ibuprofen.")
    assert one.id == same.id != other.id
    assert one.id.startswith("kgbuild:document:")
    assert one.sections[0].kind is SectionKind.OTHER


@pytest.mark.parametrize(
    ("name", "head", "claimed"),
    [
        ("a.txt", b"Aspirin.", True),
        ("a.TXT", b"%PDF-", True),
        ("README", b"Aspirin.", True),
        ("", "Aspirin.".encode("utf-16"), True),
        ("a", b"p < 0.05 and n > 3", True),
        ("a.docx", b"PK\x03\x04", False),
        ("a.bin", b"\0\1", False),
        ("a.xml", b'<?xml version="1.0"?><x/>', False),
        ("a.xml", b"<article><front>", False),
        ("a.json", b'{"title": "Aspirin"}', False),
        ("a.json", b'[{"title": 1}]', False),
        ("a", b"", False),
        ("words.TSV", b"aspirin\tmesh:D001241", False),
        ("kgbuild.toml", b"[pipeline]", False),
    ],
)
def test_text_is_claimed_and_markup_data_and_binary_are_not(
    name: str, head: bytes, claimed: bool
) -> None:
    assert SPEC.accepts(name, head) is claimed
    assert SPEC.fallback
