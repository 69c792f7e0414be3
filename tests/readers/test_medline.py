"""MEDLINE text: what is read of a record, and that a broken record is lost alone."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild import Document
from kgbuild.components import PaperFile, Reading
from kgbuild.document import Notice, NoticeKind, Unread
from kgbuild.errors import InputError
from kgbuild.readers.medline import SPEC, MedlineReader

FILES = Path(__file__).parent / "files"


def read(raw: bytes | str) -> list[Reading]:
    raw = raw if isinstance(raw, bytes) else raw.encode()
    return list(MedlineReader().read(PaperFile(name="a.nbib", open=lambda: io.BytesIO(raw))))


def identities(readings: list[Reading]) -> list[str]:
    return [r.id if isinstance(r, Document) else type(r).__name__ for r in readings]


def test_a_full_record_is_read_with_all_it_says() -> None:
    first, second = read((FILES / "medline.nbib").read_bytes())
    assert isinstance(first, Document)
    assert first.id == "pubmed:90000001"
    assert first.exact_matches == ("pmc:PMC9000001", "doi:10.5555/kgb.1")
    assert first.text == (
        "Effect of β-blockers in vivo. BACKGROUND: We asked whether RNA: a molecule, helps. "
        "MAIN RESULTS: It did."
    )
    assert [(s.kind.value, s.path) for s in first.sections] == [
        ("title", ()),
        ("abstract", ("BACKGROUND",)),
        ("abstract", ("MAIN RESULTS",)),
    ]
    assert (first.date, first.revised, first.language) == ("2004-03-07", "2019-11-05", "en")
    assert first.journal == "Journal of invented medicine"
    assert first.licence == "Copyright 2004 The Authors."
    assert first.authors == ("Doe, Jane Q", "The Invented Trial Group", "Roe, Richard Jr")
    assert first.publication_types == ("Journal Article", "Retracted Publication")
    assert first.subjects == (
        ("", "Adrenergic beta-Antagonists"),
        ("", "Adrenergic beta-Antagonists/adverse effects"),
        ("", "Adrenergic beta-Antagonists/therapeutic use"),
        ("", "Humans"),
        ("", "Water"),
        ("", "beta blockade"),
    )
    assert first.notices == (
        Notice(kind=NoticeKind.RETRACTION, about="pubmed:90000009"),
        Notice(kind=NoticeKind.CORRECTION, about="J Invent Med. 2005;1:2"),
        Notice(kind=NoticeKind.CONCERN, about="pubmed:90000010"),
    )
    assert first.unread == (Unread(what="abstract in another language"),)
    assert isinstance(second, Document)
    assert (second.text, second.language) == ("Herzen.", "de")
    assert (second.authors, second.journal) == (("Muster M",), "Z Erfund")


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_ends_do_not_matter(ending: str) -> None:
    text = (FILES / "medline.nbib").read_text("utf-8")
    assert read(text.replace("\n", ending)) == read(text)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_understood(encoding: str) -> None:
    text = (FILES / "medline.nbib").read_text("utf-8")
    assert read(text.encode(encoding)) == read(text)


def test_records_need_no_empty_line_between_them() -> None:
    assert identities(read("PMID- 1\nTI  - A.\nPMID- 2\nTI  - B.\n")) == ["pubmed:1", "pubmed:2"]


def test_a_record_without_a_pmid_is_named_otherwise() -> None:
    found = read("PMID- 1\nTI  - A.\n\nTI  - B.\nLID - 10.5555/x [doi]\n\nTI  - C.\n")
    assert identities(found)[:2] == ["pubmed:1", "doi:10.5555/x"]
    assert identities(found)[2].startswith("kgbuild:document:")


@pytest.mark.parametrize(
    ("broken", "problem", "line"),
    [
        (b"PMID- 2\nTI  - B\nlost words\n", "line 6 is no field and goes on with none", 4),
        (b"PMID- 2\nTI  - Caf\xe9\n", "not UTF-8: byte 0xE9 in line 5", 4),
        (b"PMID- 2\nTI  - B\n      Caf\xe9\n", "not UTF-8: byte 0xE9 in line 6", 4),
    ],
)
def test_a_broken_record_is_set_aside_alone(broken: bytes, problem: str, line: int) -> None:
    first, left, last = read(b"PMID- 1\nTI  - A.\n\n" + broken + b"\nPMID- 3\nTI  - C.\n")
    assert identities([first, last]) == ["pubmed:1", "pubmed:3"]
    assert left == Unread(what="record", problem=problem, place=f"record 2, PMID 2, line {line}")


def test_a_record_that_says_nothing_is_set_aside() -> None:
    (left,) = read("PMID- abc\nOWN - NLM\n")
    assert isinstance(left, Unread)
    assert left.problem == "neither an identifier nor a title"


@pytest.mark.parametrize(("raw", "problem"), [("", "is empty"), ("words\n", "no MEDLINE record")])
def test_a_file_without_records_is_refused(raw: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        read(raw)


@pytest.mark.parametrize(
    ("name", "head", "claimed"),
    [
        ("a.nbib", b"PMID- 1\nOWN - NLM", True),
        ("a.txt", b"\r\n\r\nPMID- 1\r\nOWN - NLM", True),
        ("a.txt", b"\xef\xbb\xbfPMID- 1\n", True),
        ("a.txt", "PMID- 1\n".encode("utf-16"), True),
        ("-", b"PMID- 1\n", True),
        ("a.txt", b"Here PMID- 1 is meant", False),
        ("a.md", b"An example:\nPMID- 1\n", False),
        ("a.txt", b"TY  - JOUR\n", False),
        ("a.txt", b"", False),
    ],
)
def test_files_are_claimed_by_their_fields(name: str, head: bytes, claimed: bool) -> None:
    assert SPEC.accepts(name, head) is claimed


words = st.lists(
    st.text(st.characters(categories=("L", "N", "S")), min_size=1, max_size=12), min_size=1
).map(" ".join)


@given(st.lists(st.tuples(words, words), min_size=1, max_size=5), st.integers(0))
def test_law_wrapped_text_is_read_whole_and_a_broken_record_is_lost_alone(
    texts: list[tuple[str, str]], which: int
) -> None:
    """Titles and abstracts wrapped at blanks come back exactly; a broken record goes alone."""
    records = [
        f"PMID- {number}\nTI  - {title.replace(' ', chr(10) + '      ')}\n"
        f"AB  - {abstract.replace(' ', chr(10) + '      ')}\n\n"
        for number, (title, abstract) in enumerate(texts, start=1)
    ]
    found = read("".join(records))
    assert [getattr(d, "text", "") for d in found] == [f"{t} {a}" for t, a in texts]
    lost = which % len(texts)
    records[lost] = records[lost].rstrip("\n") + "\nno field\n\n"
    kept = read("".join(records))
    assert isinstance(kept[lost], Unread)
    assert kept[:lost] + kept[lost + 1 :] == found[:lost] + found[lost + 1 :]


@pytest.mark.shared
def test_real_files_are_read_whole(shared: Path) -> None:
    found = {}
    for path in sorted((shared / "papers" / "medline").iterdir()):
        assert SPEC.accepts(path.name, path.read_bytes()[:4096])
        found[path.name] = read(path.read_bytes())
    assert {name: len(readings) for name, readings in found.items()} == {
        "pubmed_result1.txt": 1,
        "pubmed_result2.txt": 4,
        "pubmed_result3.txt": 1,
    }
    (paper,) = found["pubmed_result3.txt"]
    assert isinstance(paper, Document)
    assert (paper.id, paper.exact_matches) == ("pubmed:23039619", ("doi:10.1118/1.4748329",))
    assert [s.path for s in paper.sections[1:]] == [
        ("PURPOSE",), ("METHODS",), ("RESULTS",), ("CONCLUSIONS",)
    ]  # fmt: skip
    assert ("", "High-Intensity Focused Ultrasound Ablation/adverse effects") in paper.subjects
