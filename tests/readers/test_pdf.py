"""PDF: the pages are written here, by hand, so that what they say is known."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
import textwrap
from collections.abc import Callable, Sequence
from io import BytesIO
from itertools import zip_longest
from pathlib import Path

import pytest

from kgbuild.components import PaperFile
from kgbuild.document import Document
from kgbuild.errors import InputError, LimitError
from kgbuild.readers.pdf import SPEC, PdfReader

# Characters that the fonts below have at codes of their own: two ligatures and a Greek letter.
_OWN_CODES = {"\ufb01": 1, "\ufb02": 2, "α": 3}
_ENCODING = b"<</Type/Encoding/BaseEncoding/WinAnsiEncoding/Differences[1/fi/fl/alpha]>>"
_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")

_ESSAY = """Aspirin lowers the risk of stroke in adults who have had a heart attack before. The drug
acts on platelets, which stay blocked for as long as they live. Bleeding is the price of it:
the stomach suffers first, and the brain in the worst case. Doctors weigh the one against the
other for each patient. Trials in healthy people have shown little gain, so that guidelines
now advise against its use in those without disease of the vessels. Others hold that the dose
was wrong, or that the people in the trials were too well to profit. New studies will tell."""
PROSE = textwrap.wrap(_ESSAY.replace("\n", " "), 46)
OTHER_PROSE = textwrap.wrap(" ".join(reversed(_ESSAY.split())), 46)


def show(text: str, x: float, y: float, size: float = 10, font: str = "F1") -> bytes:
    """The operators that draw a line of text."""
    codes = b"".join(
        bytes([_OWN_CODES[c]]) if c in _OWN_CODES else c.encode("cp1252") for c in text
    )
    for special in (b"\\", b"(", b")"):
        codes = codes.replace(special, b"\\" + special)
    return b"BT /%s %g Tf 1 0 0 1 %g %g Tm (%s) Tj ET\n" % (font.encode(), size, x, y, codes)


def column(lines: Sequence[str], x: float = 54, y: float = 700, size: float = 10) -> list[bytes]:
    return [show(line, x, y - 12 * number, size) for number, line in enumerate(lines)]


def pdf(
    pages: Sequence[bytes | Sequence[bytes]],
    *,
    title: str = "",
    user_password: bytes | None = None,
    kids: str = "",
) -> bytes:
    """A PDF 1.4 file of these pages. With a password it is encrypted with RC4, 40 bits."""
    numbers = [8 + 2 * i for i in range(len(pages))]
    listed = kids or " ".join(f"{n} 0 R" for n in numbers)
    objects: dict[int, bytes] = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: f"<</Type/Pages/Count {len(pages)}/Kids[{listed}]>>".encode(),
        3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding " + _ENCODING + b">>",
        4: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding " + _ENCODING + b">>",
        5: b"<</Title(" + title.encode("cp1252") + b")>>",
    }
    key = b""
    if user_password is not None:
        objects[6], key = _encryption(user_password)
        del objects[5]
    for number, page in zip(numbers, pages, strict=True):
        content = page if isinstance(page, bytes) else b"".join(page)
        if key:
            content = _rc4(_object_key(key, number + 1), content)
        objects[number] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {number + 1} 0 R"
            "/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>>>"
        ).encode()
        objects[number + 1] = b"<</Length %d>>stream\n%s\nendstream" % (len(content), content)
    return _file_of(objects, encrypted=bool(key))


def _file_of(objects: dict[int, bytes], *, encrypted: bool) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    places = {}
    for number in sorted(objects):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    start, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n" % size
    for number in range(size):
        place = places.get(number)
        out += b"0000000000 65535 f \n" if place is None else b"%010d 00000 n \n" % place
    more = b"/Encrypt 6 0 R" if encrypted else b"/Info 5 0 R"
    more += b"/ID[<30313233343536373839414243444546><30313233343536373839414243444546>]"
    out += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, more, start)
    return bytes(out)


def _rc4(key: bytes, text: bytes) -> bytes:
    state, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    for byte in text:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def _md5(text: bytes) -> bytes:
    return hashlib.md5(text, usedforsecurity=False).digest()


def _encryption(user_password: bytes) -> tuple[bytes, bytes]:
    """Algorithms 2 to 4 of PDF 32000-1, section 7.6.3."""
    padded = (user_password + _PADDING)[:32]
    owner = _rc4(_md5((b"owner" + _PADDING)[:32])[:5], padded)
    key = _md5(padded + owner + (-4).to_bytes(4, "little", signed=True) + b"0123456789ABCDEF")[:5]
    entries = (owner.hex().encode(), _rc4(key, _PADDING).hex().encode())
    return b"<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % entries, key


def _object_key(key: bytes, number: int) -> bytes:
    return _md5(key + number.to_bytes(3, "little") + b"\0\0")[:10]


def _file(raw: bytes) -> PaperFile:
    return PaperFile(name="a.pdf", open=lambda: BytesIO(raw))


def _only(raw: bytes) -> Document:
    (document,) = PdfReader().read(_file(raw))
    assert isinstance(document, Document)
    return document


def _passages(document: Document) -> list[tuple[str, str]]:
    return [(s.kind.value, s.span.of(document.text)) for s in document.sections]


def _counts(document: Document) -> dict[str, int]:
    return {unread.what: unread.count for unread in document.unread}


def by_column(left: list[bytes], right: list[bytes]) -> list[bytes]:
    return left + right


def by_row(left: list[bytes], right: list[bytes]) -> list[bytes]:
    return [line for pair in zip_longest(left, right, fillvalue=b"") for line in pair]


def shuffled(left: list[bytes], right: list[bytes]) -> list[bytes]:
    lines = left + right
    random.Random(7).shuffle(lines)
    return lines


@pytest.mark.parametrize("drawn", [by_column, by_row, shuffled])
def test_two_columns_are_read_one_after_the_other(
    drawn: Callable[[list[bytes], list[bytes]], list[bytes]],
) -> None:
    head = [show("Effects of aspirin in many people", 120, 750, 18)]
    half = len(PROSE) // 2
    columns = drawn(column(PROSE[:half]), column(PROSE[half:], x=320))
    document = _only(pdf([head + columns]))
    assert document.title == "Effects of aspirin in many people"
    assert document.text.partition("\n")[2] == " ".join(PROSE)


def test_a_line_across_the_page_divides_the_columns_into_bands() -> None:
    caption = "Table 1. A caption that runs from the left column well into the right one."
    page = [
        *column(PROSE[:5]),
        *column(PROSE[5:10], x=320),
        show(caption, 54, 630),
        *column(OTHER_PROSE[:5], y=600),
        *column(OTHER_PROSE[5:10], x=320, y=600),
    ]
    assert _only(pdf([shuffled(page, [])])).text.split("\n") == [
        " ".join(PROSE[:10]),
        caption,
        " ".join(OTHER_PROSE[:10]),
    ]


def test_the_cells_of_a_table_stay_in_their_rows() -> None:
    cells = [[f"Drug {i}", f"{i} mg", f"{i * 10} %"] for i in range(1, 9)]
    drawn = [
        show(cell, 60 + 180 * x, 600 - 14 * y)
        for y, row in enumerate(cells)
        for x, cell in enumerate(row)
    ]
    document = _only(pdf([drawn]))
    assert _passages(document) == [("table", "\t".join(row)) for row in cells]


@pytest.mark.parametrize(
    ("above", "below", "elsewhere", "mended"),
    [
        ("with severe inflam-", "mation of the joint", "", "inflammation"),
        ("it is a COX-2-", "induced change of it", "", "COX-2-induced"),
        ("cells with α2-", "integrin on their wall", "", "α2-integrin"),
        ("levels of IL-", "6 rose in the blood", "", "IL-6"),
        ("patients with non-", "Hodgkin lymphoma here", "", "non-Hodgkin"),
        ("chemical-", "induced disease is here", "", "chemical-induced"),
        ("the beta-", "blocker was given once", "A beta-blocker helps", "beta-blocker"),
        ("the beta-", "blocker was given once", "A betablocker helps", "betablocker"),
        ("found in vivo and post-", "mortem in all of them", "Seen postmortem.", "postmortem"),
    ],
)
def test_a_word_broken_by_a_line_is_mended_and_a_compound_keeps_its_hyphen(
    above: str, below: str, elsewhere: str, mended: str
) -> None:
    words = _only(pdf([column([elsewhere, above, below])])).text.split()
    assert mended in words


def test_ligatures_are_letters() -> None:
    assert _only(pdf([column(["in\ufb02uenza of the \ufb01bres"])])).text == (
        "influenza of the fibres"
    )


def with_heads(number: int, lines: list[str]) -> list[bytes]:
    return [
        show("J Examples 2020; 12: 1-9", 54, 760, 8),
        *column(lines),
        show(f"Page {number}", 300, 30, 8),
    ]


def test_running_heads_and_page_numbers_are_counted_and_sentences_run_on() -> None:
    pages = [
        with_heads(1, [*PROSE[:10], "The trial found that the risk of dying was lower"]),
        with_heads(2, ["among those who took it for a year, as was expected", *PROSE[6:]]),
        with_heads(3, OTHER_PROSE),
    ]
    document = _only(pdf(pages))
    assert "J Examples" not in document.text
    assert "Page" not in document.text
    assert "was lower among those who took it" in document.text
    assert _counts(document) == {"running head or page number": 6}


def test_a_number_within_a_page_is_not_a_page_number() -> None:
    lines = [*PROSE[:4], "42", *PROSE[4:10]]
    assert "42" in _only(pdf([column(lines)])).text.split()


def test_the_parts_of_a_paper_are_told_apart() -> None:
    page = [
        show("A trial of aspirin in stroke", 54, 750, 20),
        show("Ann Doe and Bob Roe", 54, 720),
        show("Abstract", 54, 690, 12, "F2"),
        *column(["Aspirin was tried. It worked."], y=670),
        show("Introduction", 54, 630, 12, "F2"),
        *column(PROSE[:6], y=610),
        show("Figure 1. Doses by week.", 54, 510, 8),
        show("2. Materials and Methods", 54, 490, 12, "F2"),
        *column(PROSE[:6], y=470),
        show("References", 54, 380, 12, "F2"),
        *column(["1. Smith J. On aspirin. 1999.", "2. Jones K. On pain. 2001."], y=360, size=8),
        show("Appendix", 54, 320, 12, "F2"),
        *column(["More of it."], y=300),
    ]
    document = _only(pdf([page]))
    passages = _passages(document)
    assert document.text.startswith("A trial of aspirin in stroke Aspirin was tried. It worked.\n")
    assert passages[2:4] == [("other", "Ann Doe and Bob Roe"), ("heading", "Introduction")]
    assert [kind for kind, _ in passages[4:]] == [
        "introduction",
        "figure",
        "heading",
        "methods",
        "heading",
        "supplement",
    ]
    assert document.sections[4].path == ("Introduction",)
    assert _counts(document) == {"reference": 2, "abstract heading": 1}
    assert "Smith" not in document.text


def test_an_abstract_that_runs_on_from_its_heading_is_found() -> None:
    page = [show("A trial of aspirin", 54, 750, 20), *column(["Abstract. Aspirin was tried."])]
    assert _passages(_only(pdf([page]))) == [
        ("title", "A trial of aspirin"),
        ("abstract", "Aspirin was tried."),
    ]


@pytest.mark.parametrize(
    ("named", "title"),
    [
        ("A trial of aspirin", "A trial of aspirin"),
        ("Microsoft Word - trial final.docx", ""),
        ("untitled", ""),
        ("", ""),
    ],
)
def test_the_metadata_give_the_title_when_the_page_does_not(named: str, title: str) -> None:
    assert _only(pdf([column(PROSE)], title=named)).title == title


def test_identifiers_are_those_of_page_one_and_not_of_its_references() -> None:
    first = column(["doi: 10.1000/ABC.1.", "References", "1. Smith. doi:10.1000/other PMID: 5"])
    assert _only(pdf([first, column(["PMID: 6"])])).id == "doi:10.1000/abc.1"


def test_a_document_without_an_identifier_is_named_by_its_text() -> None:
    assert _only(pdf([column(PROSE)])).id != _only(pdf([column(OTHER_PROSE)])).id
    assert _only(pdf([column(PROSE)])).id == _only(pdf([column(PROSE)], title="untitled")).id


def test_a_pdf_that_needs_a_password_is_refused() -> None:
    with pytest.raises(InputError, match=r"a\.pdf: the PDF is encrypted") as caught:
        _only(pdf([column(PROSE)], user_password=b"secret"))
    assert caught.value.hints


def test_a_pdf_that_only_restricts_copying_is_read() -> None:
    assert _only(pdf([column(PROSE)], user_password=b"")).text == " ".join(PROSE)


def test_a_pdf_of_images_is_refused_with_a_hint_of_ocr() -> None:
    image = b"q 100 0 0 100 50 50 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x7f EI Q"
    with pytest.raises(InputError, match="no text") as caught:
        _only(pdf([image]))
    assert "OCR" in caught.value.hints[0]


def test_a_page_without_text_is_named() -> None:
    document = _only(pdf([column(PROSE), b"", column(OTHER_PROSE)]))
    assert [(u.what, u.place) for u in document.unread] == [("page without text", "page 2")]


def test_a_page_that_cannot_be_loaded_is_an_unread_and_the_rest_is_read() -> None:
    raw = pdf([column(PROSE), column(PROSE)], kids="8 0 R 99 0 R")
    (unread,) = _only(raw).unread
    assert (unread.what, unread.place, bool(unread.problem)) == ("page", "page 2", True)


def test_a_broken_table_of_objects_is_repaired() -> None:
    raw = pdf([column(PROSE)])
    assert _only(raw.replace(b"startxref\n", b"startxref\n9")).text == " ".join(PROSE)


def test_a_pdf_without_its_end_says_that_pages_may_be_missing() -> None:
    document = _only(pdf([column(PROSE)]).removesuffix(b"%EOF\n"))
    assert document.text == " ".join(PROSE)
    assert [u.what for u in document.unread] == ["end of file"]


def test_a_cut_off_pdf_is_refused_with_a_hint() -> None:
    raw = pdf([column(PROSE), column(PROSE)])
    with pytest.raises(InputError, match="not a readable PDF") as caught:
        _only(raw[: raw.index(b"xref\n0")])
    assert "cut off" in caught.value.hints[0]


@pytest.mark.parametrize(
    "raw",
    [
        b"%PDF-1.4\n",
        b"%PDF-1.4\n%%EOF",
        b"not a pdf",
        b"",
        pdf([column(PROSE)])[:200],
        pdf([]),
        pdf([column(PROSE)], kids="2 0 R"),
        pdf([column(PROSE)]).replace(b"/Type/Catalog/Pages 2 0 R", b"/Type/Catalog/Pages 1 0 R"),
    ],
)
def test_what_is_no_pdf_is_an_input_error(raw: bytes) -> None:
    with pytest.raises(InputError, match=r"^a\.pdf: "):
        _only(raw)


def test_more_pages_than_the_limit_are_refused() -> None:
    kids = " ".join(["8 0 R"] * 5001)
    raw = pdf([b""], kids=kids).replace(b"/Count 1", b"/Count 5001")
    with pytest.raises(LimitError, match="5001 pages"):
        _only(raw)


_FUZZ = """
import random, sys, io
from kgbuild.components import PaperFile
from kgbuild.errors import InputError
from kgbuild.readers.pdf import PdfReader
raw = sys.stdin.buffer.read()
dice, read, refused = random.Random(1), 0, 0
for turn in range(300):
    broken = bytearray(raw)
    for _ in range(dice.randint(1, 30)):
        broken[dice.randrange(len(raw))] = dice.randrange(256)
    if turn % 2:
        del broken[dice.randrange(len(raw)):]
    try:
        list(PdfReader().read(PaperFile(name="x", open=lambda: io.BytesIO(broken))))
        read += 1
    except InputError:
        refused += 1
print(read + refused, read > 0, refused > 0)
"""


def test_damaged_files_never_crash_the_process() -> None:
    """In a process of its own, since a crash of native code would end the tests."""
    run = subprocess.run(
        [sys.executable, "-c", _FUZZ],
        input=pdf([column(PROSE), column(PROSE)], title="A title"),
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode()
    assert run.stdout.split() == [b"300", b"True", b"True"]


@pytest.mark.parametrize(
    ("head", "claimed"),
    [(b"%PDF-1.7\n", True), (b"\n\n%PDF-1.4", True), (b"PDF-1.4", False), (b"", False)],
)
def test_only_pdf_is_claimed(head: bytes, claimed: bool) -> None:
    assert SPEC.accepts("a.txt", head) is claimed


@pytest.mark.shared
def test_a_real_paper_is_read_in_order(shared: Path) -> None:
    document = _only((shared / "papers" / "pdf" / "BC5CDR.overview.pdf").read_bytes())
    assert document.title == "Overview of the BioCreative V Chemical Disease Relation (CDR) Task"
    headings = [text for kind, text in _passages(document) if kind == "heading"]
    wanted = ["1 Introduction & Motivation", "2 Task", "3 Results"]
    assert [heading for heading in headings if heading in wanted] == wanted
    assert "automatic chemical-disease relation (CDR) extraction" in document.text
    assert "is of significant importance" in document.text
    assert "Proceedings of the fifth BioCreative challenge evaluation workshop" not in document.text
    assert _counts(document)["reference"] == 28


@pytest.mark.shared
def test_a_real_supplement_of_242_pages_is_read_whole(shared: Path) -> None:
    document = _only((shared / "papers" / "pdf" / "amiajnl-2012-000852-s1.pdf").read_bytes())
    assert _counts(document) == {"running head or page number": 242}
    assert document.text.count('"Essential Hypertension"') > 100
