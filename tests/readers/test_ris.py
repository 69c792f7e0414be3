"""RIS: the habits of its writers, and that a broken record is lost alone."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild import Document
from kgbuild.components import PaperFile, Reading
from kgbuild.document import Unread
from kgbuild.errors import InputError
from kgbuild.readers.ris import SPEC, RisReader

FILES = Path(__file__).parent / "files"


def read(raw: bytes | str) -> list[Reading]:
    raw = raw if isinstance(raw, bytes) else raw.encode()
    return list(RisReader().read(PaperFile(name="a.ris", open=lambda: io.BytesIO(raw))))


def one(*fields: str) -> Document:
    (found,) = read("\n".join(["TY  - JOUR", "TI  - A title.", *fields, "ER  - ", ""]))
    assert isinstance(found, Document)
    return found


def identities(readings: list[Reading]) -> list[str]:
    return [r.id if isinstance(r, Document) else type(r).__name__ for r in readings]


def test_endnote() -> None:
    (paper,) = read((FILES / "endnote.ris").read_bytes())
    assert isinstance(paper, Document)
    assert (paper.id, paper.exact_matches) == (
        "pubmed:90000001",
        ("pmc:PMC9000001", "doi:10.5555/kgb.1"),
    )
    assert paper.text == (
        "Effect of β-blockers in vivo. BACKGROUND: We asked. RESULTS: It did, on two lines."
    )
    assert [s.path for s in paper.sections] == [(), ("BACKGROUND",), ("RESULTS",)]
    assert paper.authors == ("Doe, Jane Q.", "Roe, Richard, Jr.")
    assert paper.subjects == (("", "Humans"), ("", "Adrenergic beta-Antagonists"))
    assert (paper.date, paper.journal, paper.language) == ("2004-03", "J Invent Med", "en")
    assert paper.unread == (Unread(what="note"),)


def test_zotero() -> None:
    article, thesis = read((FILES / "zotero.ris").read_bytes())
    assert isinstance(article, Document)
    assert (article.id, article.exact_matches) == ("pubmed:90000002", ("doi:10.5555/kgb.2",))
    assert (article.date, article.journal) == ("2020-03-05", "Journal of Invented Medicine")
    assert isinstance(thesis, Document)
    assert thesis.publication_types == ("Thesis", "Doktorarbeit")
    assert (thesis.text, thesis.language) == ("Herzen", "de")


def test_scopus() -> None:
    (paper,) = read((FILES / "scopus.ris").read_bytes())
    assert isinstance(paper, Document)
    assert (paper.id, paper.exact_matches) == ("pubmed:90000003", ("doi:10.5555/kgb.3",))
    assert paper.publication_types == ("Journal Article", "Article")
    assert (paper.date, paper.language) == ("2021", "en")
    assert paper.journal == "Journal of Invented Medicine"


def test_pubmed_tools() -> None:
    (paper,) = read((FILES / "pubmed.ris").read_bytes())
    assert isinstance(paper, Document)
    assert (paper.id, paper.exact_matches) == ("pubmed:90000004", ("pmc:PMC9000004",))
    assert paper.date == "1998-12"
    assert paper.text == "A primary title. An abstract in N2."


@pytest.mark.parametrize(
    ("fields", "identity"),
    [
        (("U1  - 123[pmid]",), "pubmed:123"),
        (("C2  - 123",), "pubmed:123"),
        (("C2  - PMC123",), "pmc:PMC123"),
        (("DB  - Medline", "AN  - 123"), "pubmed:123"),
        (("UR  - https://pubmed.ncbi.nlm.nih.gov/123/",), "pubmed:123"),
        (("UR  - http://www.ncbi.nlm.nih.gov/pubmed/123",), "pubmed:123"),
        (("UR  - https://doi.org/10.5555/Z",), "doi:10.5555/z"),
        (("DO  - doi:10.5555/Z",), "doi:10.5555/z"),
        (("M3  - 10.5555/Z",), "doi:10.5555/z"),
        (("L2  - https://www.ncbi.nlm.nih.gov/pmc/articles/PMC12/",), "pmc:PMC12"),
    ],
)
def test_identifiers_are_found_where_writers_hide_them(
    fields: tuple[str, ...], identity: str
) -> None:
    assert one(*fields).id == identity


@pytest.mark.parametrize(
    "field", ["ID  - 123", "AN  - 123", "AN  - L123", "C1  - 123", "DO  - 123"]
)
def test_a_number_that_could_be_anything_is_no_identifier(field: str) -> None:
    assert one(field).id.startswith("kgbuild:document:")


def test_unknown_tags_and_notes_are_counted() -> None:
    document = one("N1  - A note", "ZZ  - words", "ZZ  - more", "ZY  - ", "VL  - 3")
    assert document.unread == (Unread(what="note"), Unread(what="field ZZ", count=2))


def test_a_retracted_paper_is_known_by_its_type() -> None:
    assert one("M3  - Retracted").retracted
    assert not one("M3  - Article").retracted


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_line_ends_and_byte_order_marks_do_not_matter(ending: str, encoding: str) -> None:
    text = (FILES / "zotero.ris").read_text("utf-8")
    assert read(text.replace("\n", ending).encode(encoding)) == read(text)


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (b"TY  - JOUR\nTI  - B\nDO  - 10.5555/b\n", "no ER line before the next record"),
        (b"TY  - JOUR\nTI  - Caf\xe9\nDO  - 10.5555/b\nER  - \n", "not UTF-8: byte 0xE9 in line 5"),
    ],
)
def test_a_broken_record_is_set_aside_alone(broken: bytes, problem: str) -> None:
    raw = b"TY  - JOUR\nTI  - A\nER  -\n" + broken + b"TY  - JOUR\nTI  - C\nER  - \n"
    first, left, last = read(raw)
    assert [getattr(d, "title", "") for d in (first, last)] == ["A", "C"]
    place = "record 2, doi:10.5555/b, line 4"
    assert left == Unread(what="record", problem=problem, place=place)


def test_the_last_record_without_its_end_is_set_aside() -> None:
    (left,) = read("TY  - JOUR\nTI  - A\nAB  - Cut off in the mid")
    assert isinstance(left, Unread)
    assert left.problem == "no ER line at the end of the file"


def test_a_record_that_says_nothing_is_set_aside() -> None:
    (left,) = read("TY  - JOUR\nVL  - 3\nER  - \n")
    assert isinstance(left, Unread)
    assert left.problem == "neither an identifier nor a title"


def test_lines_outside_of_records_are_counted() -> None:
    found = read("1.\nTY  - JOUR\nTI  - A\nER  - \n\n2.\nTY  - JOUR\nTI  - B\nER  - \n")
    assert [getattr(d, "title", "") for d in found[:2]] == ["A", "B"]
    assert found[2] == Unread(what="line outside of records", count=2)


@pytest.mark.parametrize(("raw", "problem"), [("", "is empty"), ("words\n", "no RIS record")])
def test_a_file_without_records_is_refused(raw: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        read(raw)


@pytest.mark.parametrize(
    ("name", "head", "claimed"),
    [
        ("a.ris", b"TY  - JOUR\n", True),
        ("a.txt", b"1.\r\nTY  - JOUR\r\n", True),
        ("-", b"\xef\xbb\xbf\nTY  - JOUR\n", True),
        ("a.ris", "TY  - JOUR\n".encode("utf-16"), True),
        ("a.md", b"An example:\nTY  - JOUR\n", False),
        ("a.ris", b"PMID- 1\n", False),
        ("a.ris", b"", False),
    ],
)
def test_files_are_claimed_by_their_records(name: str, head: bytes, claimed: bool) -> None:
    assert SPEC.accepts(name, head) is claimed


words = st.lists(
    st.text(st.characters(categories=("L", "N", "S")), min_size=1, max_size=12), min_size=1
).map(" ".join)


@given(st.lists(st.tuples(words, words), min_size=1, max_size=5), st.integers(0))
def test_law_what_is_written_is_read_and_a_broken_record_is_lost_alone(
    texts: list[tuple[str, str]], which: int
) -> None:
    """Titles and abstracts come back exactly, in order; a record without its end goes alone."""
    records = [
        f"TY  - JOUR\nTI  - {title}\nAB  - {abstract}\nER  - \n\n" for title, abstract in texts
    ]
    found = read("".join(records))
    assert [getattr(d, "text", "") for d in found] == [f"{t} {a}" for t, a in texts]
    lost = which % len(texts)
    records[lost] = records[lost].replace("ER  - \n", "")
    kept = read("".join(records))
    assert isinstance(kept[lost], Unread)
    assert kept[:lost] + kept[lost + 1 :] == found[:lost] + found[lost + 1 :]
