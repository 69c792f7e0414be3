"""JSON lines: bare documents, annotated ones, and lines that are broken in every way."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild.annotation import AnnotatedDocument, Annotations, Link, Mention, Relation
from kgbuild.components import PaperFile, Reading
from kgbuild.document import Document, SectionKind, Span, Unread
from kgbuild.errors import ContractError, InputError
from kgbuild.exporters.annotated_jsonl import write_jsonl
from kgbuild.readers import bioc_json, jsonl
from kgbuild.testing import strategies


def read(raw: bytes) -> list[Reading]:
    file = PaperFile(name="papers.jsonl", open=lambda: io.BytesIO(raw))
    return list(jsonl.SPEC.create(None).read(file))


def written(*documents: AnnotatedDocument) -> bytes:
    target = io.BytesIO()
    write_jsonl(documents, target)
    return target.getvalue()


def annotated_line(**fields: object) -> bytes:
    line = {"format": "kgbuild-annotated-1", "id": "pubmed:1", "text": "Aspirin helps."} | fields
    return json.dumps(line).encode()


@st.composite
def annotated_documents(draw: st.DrawFn) -> AnnotatedDocument:
    document = draw(strategies.documents(empty=True))
    return AnnotatedDocument(document=document, annotations=draw(strategies.annotations(document)))


def test_a_bare_document_has_its_identifiers_passages_and_facts() -> None:
    line = {
        "pmid": 12,
        "doi": "https://doi.org/10.1000/X1",
        "title": "Aspirin.",
        "abstract": "It helps.",
        "text": "Much more.",
        "year": "2004",
        "mesh": ["Aspirin"],
        "journal": "J",
        "language": "eng",
        "licence": "CC0",
        "authors": ["Doe J"],
    }
    (document,) = read(json.dumps(line).encode())
    assert isinstance(document, Document)
    assert (document.id, document.exact_matches) == ("pubmed:12", ("doi:10.1000/x1",))
    assert document.text == "Aspirin. It helps.\nMuch more."
    kinds = [section.kind for section in document.sections]
    assert kinds == [SectionKind.TITLE, SectionKind.ABSTRACT, SectionKind.OTHER]
    assert (document.date, document.language, document.licence) == ("2004", "en", "CC0")
    assert (document.subjects, document.authors) == ((("", "Aspirin"),), ("Doe J",))
    assert document.unread == ()


def test_what_is_not_understood_is_said() -> None:
    line = b'{"id": "doc-1", "pmid": "n/a", "title": "T", "date": "soon", "score": 1}'
    (document,) = read(line)
    assert isinstance(document, Document)
    told = [unread.what for unread in document.unread]
    assert told == ["identifier", "field score", "identifier that is not public", "date"]


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (b'{"title": "T"', "delimiter"),
        (b'{"title": "T", "year": NaN}', "NaN"),
        (b'{"title": "T", "year": -Infinity}', "Infinity"),
        (b'{"title": "T", "year": ' + b"9" * 5000 + b"}", "limit"),
        (b"[" * 100_000, "deep"),
        (b'{"a":' * 100_000, "deep"),
        (b'{"title": "\\ud800"}', "half of a character"),
        (b'{"title": "T", "x": {"y": ["\\uDFFF"]}}', "half of a character"),
        (b'{"title": "A", "title": "B"}', "'title' is given twice"),
        (b'{"title": "caf\xe9"}', "utf-8"),
        (b'["title"]', "expected an object"),
        (b"null", "expected an object"),
        (b'{"title": ["T"]}', "title: expected a string"),
        (b'{"title": true}', "title: expected a string"),
        (b'{"title": "T", "mesh": [1]}', "mesh: expected a list of strings"),
        (b'{"pmid": "1", "title": ""}', "has no title, abstract or text"),
        (b'{"title": "T"} {"title": "U"}', "Extra data"),
        (b"\0", "Expecting value"),
    ],
)
def test_a_broken_line_is_set_aside_alone(broken: bytes, problem: str) -> None:
    first, second, third = read(b'{"title": "A"}\n' + broken + b'\n{"title": "C"}\n')
    assert isinstance(first, Document)
    assert isinstance(second, Unread)
    assert isinstance(third, Document)
    assert (second.what, second.place) == ("record", "line 2")
    assert problem in second.problem


def test_surrogate_pairs_and_escapes_are_text() -> None:
    (document,) = read(b'{"title": "\\ud83e\\uddec \\u03b2"}')
    assert isinstance(document, Document)
    assert document.text == "\U0001f9ec β"


def test_blank_lines_a_byte_order_mark_and_crlf_are_no_trouble() -> None:
    readings = read(b'\xef\xbb\xbf{"title": "A"}\r\n\r\n  \n{"title": "B"}')
    assert [getattr(reading, "text", None) for reading in readings] == ["A", "B"]


def test_a_line_of_ten_megabytes_is_read() -> None:
    (document,) = read(json.dumps({"title": "T", "text": "a" * 10_000_000}).encode())
    assert isinstance(document, Document)
    assert len(document.text) == 10_000_002


def test_a_line_that_is_too_long_costs_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "LONGEST_LINE", 40)
    long = json.dumps({"title": "x" * 200}).encode()
    first, second = read(long + b'\n{"title": "B"}\n')
    assert isinstance(first, Unread)
    assert "longer than" in first.problem
    assert isinstance(second, Document)


def test_utf_16_is_refused_for_the_whole_file() -> None:
    with pytest.raises(InputError, match="UTF-8"):
        read('{"title": "A"}'.encode("utf-16"))


def test_lines_of_bioc_are_left_to_the_bioc_reader() -> None:
    head = b'{"id": "1", "passages": []}\n'
    assert not jsonl.SPEC.accepts("a.jsonl", head)
    assert bioc_json.SPEC.accepts("a.jsonl", head)


@given(st.lists(annotated_documents(), max_size=3))
def test_what_is_written_is_read_back_equal(documents: list[AnnotatedDocument]) -> None:
    """read(write(documents)) == documents, whatever their text and annotations."""
    assert read(written(*documents)) == documents


@given(annotated_documents())
def test_a_document_is_one_line(annotated: AnnotatedDocument) -> None:
    """However many line ends a text has, its document has one."""
    assert written(annotated).count(b"\n") == 1


def test_every_field_survives_the_round_trip() -> None:
    document = Document(id="pubmed:1", text="Aspirin and β-blockers help.")
    gapped = Mention(
        span=Span(0, 22),
        text="Aspirin and β-blockers",
        category="biolink:ChemicalEntity",
        score=0.25,
        parts=(Span(0, 7), Span(12, 22)),
    )
    annotated = AnnotatedDocument(
        document=document,
        annotations=Annotations(
            mentions=(gapped,),
            links=(Link(mention=gapped, reason="ambiguous", part=1),),
            relations=(
                Relation(
                    subject=gapped,
                    predicate="biolink:treats",
                    object="mesh:D006261",
                    evidence=(Span(0, 28),),
                    conditions=(("species", "mouse"),),
                ),
            ),
        ),
    )
    assert read(written(annotated)) == [annotated]


def test_a_link_of_an_unknown_mention_is_not_written() -> None:
    document = Document(id="pubmed:1", text="Aspirin helps.")
    stray = Mention.at(document, 0, 7, "biolink:ChemicalEntity")
    annotated = AnnotatedDocument(
        document=document, annotations=Annotations(links=(Link(mention=stray),))
    )
    with pytest.raises(ContractError, match="not among the mentions"):
        written(annotated)


@pytest.mark.parametrize(
    ("mention", "problem"),
    [
        ({"start": 0, "end": 99, "text": "Aspirin"}, "no span"),
        ({"start": -1, "end": 7, "text": "Aspirin"}, "no span"),
        ({"start": 7, "end": 0, "text": ""}, "no span"),
        ({"start": 1, "end": 8, "text": "Aspirin"}, "is not at 1–8"),
        ({"start": 0, "end": 7}, "is not at 0–7"),
        ({"start": 0.0, "end": 7, "text": "Aspirin"}, "no span"),
        ({"start": False, "end": 7, "text": "Aspirin"}, "no span"),
        ({"start": 0, "end": 7, "text": "Aspirin", "score": 1.5}, "score"),
        ({"start": 0, "end": 7, "text": "Aspirin", "parts": [3]}, "no span"),
        ("Aspirin", "expected an object"),
    ],
)
def test_a_wrong_mention_is_set_aside_with_what_refers_to_it(mention: object, problem: str) -> None:
    right = {"start": 8, "end": 13, "text": "helps", "category": "biolink:Activity"}
    line = annotated_line(
        mentions=[mention, right],
        links=[{"mention": 0}, {"mention": 1, "candidates": [{"concept": "mesh:D1"}]}],
    )
    (reading,) = read(line)
    assert isinstance(reading, AnnotatedDocument)
    assert [kept.text for kept in reading.annotations.mentions] == ["helps"]
    assert [link.concept for link in reading.annotations.links] == ["mesh:D1"]
    first, second = reading.document.unread
    assert (first.what, first.place) == ("mention", "line 1")
    assert problem in first.problem
    assert second.problem == "link 0: mention 0 was set aside"


@pytest.mark.parametrize(
    ("relation", "problem"),
    [
        ({"subject": 5, "object": "mesh:D1", "evidence": [[0, 5]]}, "no mention 5"),
        ({"subject": None, "object": "mesh:D1", "evidence": [[0, 5]]}, "no mention None"),
        ({"subject": "mesh:D2", "object": "mesh:D1"}, "has no evidence"),
        ({"subject": "a:1", "object": "a:2", "evidence": [[0, 5]], "status": "sure"}, "Status"),
        ({"subject": "a:1", "object": "a:2", "evidence": [[0, 5]], "negated": 1}, "negated"),
        ({"subject": "a:1", "object": "a:2", "evidence": [[0, 5]], "qualifiers": ["x"]}, "pairs"),
    ],
)
def test_a_wrong_relation_is_set_aside(relation: dict[str, object], problem: str) -> None:
    (reading,) = read(annotated_line(relations=[relation]))
    assert isinstance(reading, AnnotatedDocument)
    assert reading.annotations.relations == ()
    assert problem in reading.document.unread[0].problem


@pytest.mark.parametrize(
    "fields",
    [
        {"id": ""},
        {"text": 1},
        {"sections": [{"kind": "title", "start": 0, "end": 99}]},
        {"sections": [{"kind": "chapter", "start": 0, "end": 1}]},
        {"sentences": [[0, 1, 2]]},
        {"unread": [{"what": "x", "count": -1}]},
        {"authors": "Doe J"},
        {"mentions": {}},
    ],
)
def test_a_wrong_annotated_document_is_set_aside_whole(fields: dict[str, object]) -> None:
    (reading,) = read(annotated_line(**fields))
    assert isinstance(reading, Unread)
    assert reading.problem


@pytest.mark.shared
def test_the_shared_abstracts_are_read_whole(shared: Path) -> None:
    path = shared / "papers" / "abstracts.jsonl"
    file = PaperFile(name=path.name, open=lambda: path.open("rb"))
    readings = list(jsonl.SPEC.create(None).read(file))
    assert len(readings) == 4664
    assert all(isinstance(r, Document) and not r.unread and r.title for r in readings)
