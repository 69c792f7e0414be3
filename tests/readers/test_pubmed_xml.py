"""PubMed XML: what is read of a record, and that a broken record is lost alone."""

from __future__ import annotations

import io
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild import Document
from kgbuild.components import PaperFile, Reading, Withdrawal
from kgbuild.document import Notice, NoticeKind, SectionKind, Unread
from kgbuild.errors import InputError
from kgbuild.readers.pubmed_xml import SPEC, PubmedXmlReader

FILES = Path(__file__).parent / "files"


def read(raw: bytes, name: str = "papers.xml") -> list[Reading]:
    return list(PubmedXmlReader().read(PaperFile(name=name, open=lambda: io.BytesIO(raw))))


def documents(raw: bytes) -> list[Document]:
    return [reading for reading in read(raw) if isinstance(reading, Document)]


def unread(raw: bytes) -> list[Unread]:
    return [reading for reading in read(raw) if isinstance(reading, Unread)]


def record(pmid: str = "1", title: str = "A title.", article: str = "", citation: str = "") -> str:
    identity = f'<PMID Version="1">{pmid}</PMID>' if pmid else ""
    return (
        f"<PubmedArticle><MedlineCitation>{identity}<Article><ArticleTitle>{title}</ArticleTitle>"
        f"{article}</Article>{citation}</MedlineCitation></PubmedArticle>\n"
    )


def papers(*records: str) -> bytes:
    return f"<PubmedArticleSet>\n{''.join(records)}</PubmedArticleSet>\n".encode()


def one(**parts: str) -> Document:
    (found,) = read(papers(record(**parts)))
    assert isinstance(found, Document)
    return found


def text_of(document: Document) -> list[tuple[str, tuple[str, ...], str]]:
    return [(s.kind.value, s.path, s.span.of(document.text)) for s in document.sections]


# --- what is read -----------------------------------------------------------------------------


def test_a_full_record_is_read_with_all_it_says() -> None:
    first, second, withdrawn, also = read((FILES / "pubmed.xml").read_bytes())
    assert isinstance(first, Document)
    assert first.id == "pubmed:90000001"
    assert first.exact_matches == ("pmc:PMC9000001", "doi:10.5555/kgb.1")
    assert text_of(first) == [
        ("title", (), "Effect of β-blockers on 10 mg of H2O in vivo."),
        ("abstract", ("BACKGROUND",), "BACKGROUND: We asked, x < y, whether it helps."),
        ("abstract", ("RESULTS",), "RESULTS: It did."),
        ("abstract", (), "Nothing else."),
    ]
    assert first.text == (
        "Effect of β-blockers on 10 mg of H2O in vivo. BACKGROUND: We asked, x < y, whether it "
        "helps. RESULTS: It did. Nothing else."
    )
    assert (first.date, first.revised) == ("2004-03", "2019-11-05")
    assert (first.language, first.licence) == ("en", "Copyright 2004 The Authors.")
    assert first.journal == "Journal of invented medicine"
    assert first.authors == ("Doe, Jane Q", "Roe, Richard Jr", "The Invented Trial Group")
    assert first.publication_types == ("Journal Article", "Retracted Publication")
    assert first.subjects == (
        ("mesh:D014867", "Water"),
        ("mesh:C000657245", "COVID-19"),
        ("mesh:D000319", "Adrenergic beta-Antagonists"),
        ("mesh:Q000009", "Adrenergic beta-Antagonists/adverse effects"),
        ("mesh:D006801", "Humans"),
        ("", "beta blockade"),
    )
    assert first.notices == (
        Notice(kind=NoticeKind.RETRACTION, about="pubmed:90000009"),
        Notice(kind=NoticeKind.CORRECTION, about="J Invent Med. 2005;1:2"),
        Notice(kind=NoticeKind.COMMENT, about="pubmed:90000008", incoming=False),
    )
    assert first.retracted
    assert first.unread == (Unread(what="abstract in another language"),)
    assert isinstance(second, Document)
    assert second.id == "pubmed:90000002"
    assert second.text == "Ein Buch über Herzen"
    assert (second.journal, second.date) == ("Ein Buch über Herzen", "2010")
    assert second.language == "de"
    assert withdrawn == Withdrawal(document="pubmed:90000003")
    assert also == Withdrawal(document="pubmed:90000004")


def test_inline_markup_and_mathml_leave_their_text() -> None:
    math = '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:mi>x</mml:mi></mml:math>'
    assert one(title=f"A<sup>2</sup> <i>in <b>vivo</b></i> {math}.").text == "A2 in vivo x."


def test_line_breaks_of_a_pretty_printer_are_spaces() -> None:
    assert one(title="\n   A long\n   title.\n  ").text == "A long title."


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("<Year>2004</Year><Month>Mar</Month><Day>7</Day>", "2004-03-07"),
        ("<Year>2004</Year><Month>02</Month><Day>30</Day>", "2004-02"),
        ("<Year>2004</Year><Season>Spring</Season>", "2004"),
        ("<Year>0000</Year>", ""),
        ("<Year>9999</Year><Month>Jan</Month>", ""),
        ("<Year>²004</Year>", ""),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", "1998-12"),
        ("<MedlineDate>2000 Spring</MedlineDate>", "2000"),
        ("<MedlineDate>unknown</MedlineDate>", ""),
        ("", ""),
    ],
)
def test_dates_are_as_exact_as_they_make_sense(published: str, expected: str) -> None:
    issue = f"<Journal><JournalIssue><PubDate>{published}</PubDate></JournalIssue></Journal>"
    assert one(article=issue).date == expected


def test_a_later_version_of_a_pmid_has_the_later_revision() -> None:
    raw = papers(record("7"), record("7")).replace(
        b"<MedlineCitation>", b'<MedlineCitation VersionDate="2011/05/11" VersionID="2">', 1
    )
    newer, older = documents(raw)
    assert newer.id == older.id == "pubmed:7"
    assert newer.revised == "2011-05-11" > older.revised


@pytest.mark.parametrize(
    ("title", "extra", "text", "language", "left"),
    [
        ("[Hearts].", "<VernacularTitle>Herzen.</VernacularTitle>", "[Hearts].", "en", 1),
        ("[Not Available].", "<VernacularTitle>Herzen.</VernacularTitle>", "Herzen.", "de", 0),
        ("", "<VernacularTitle>Herzen.</VernacularTitle>", "Herzen.", "de", 0),
        ("Herzen.", "<Abstract><AbstractText>Hearts.</AbstractText></Abstract>",
         "Herzen. Hearts.", "en", 0),
        ("Herzen.", "", "Herzen.", "de", 0),
    ],
)  # fmt: skip
def test_the_language_is_that_of_the_text_kept(
    title: str, extra: str, text: str, language: str, left: int
) -> None:
    document = one(title=title, article=f"{extra}<Language>ger</Language>")
    assert (document.text, document.language, len(document.unread)) == (text, language, left)


@pytest.mark.parametrize(
    ("reference", "kind", "incoming"),
    [
        ("RetractionIn", NoticeKind.RETRACTION, True),
        ("RetractionOf", NoticeKind.RETRACTION, False),
        ("ExpressionOfConcernIn", NoticeKind.CONCERN, True),
        ("ExpressionOfConcernFor", NoticeKind.CONCERN, False),
        ("ErratumIn", NoticeKind.CORRECTION, True),
        ("ErratumFor", NoticeKind.CORRECTION, False),
        ("UpdateIn", NoticeKind.UPDATE, True),
        ("UpdateOf", NoticeKind.UPDATE, False),
        ("CommentIn", NoticeKind.COMMENT, True),
        ("CommentOn", NoticeKind.COMMENT, False),
    ],
)
def test_notices_say_which_end_a_document_is(
    reference: str, kind: NoticeKind, incoming: bool
) -> None:
    notices = (
        f'<CommentsCorrectionsList><CommentsCorrections RefType="{reference}">'
        "<PMID>22</PMID></CommentsCorrections>"
        '<CommentsCorrections RefType="Cites"><PMID>23</PMID></CommentsCorrections>'
        "</CommentsCorrectionsList>"
    )
    document = one(citation=notices)
    assert document.notices == (Notice(kind=kind, about="pubmed:22", incoming=incoming),)


def test_the_publication_type_alone_makes_a_paper_retracted() -> None:
    kinds = "<PublicationTypeList><PublicationType>Retracted Publication</PublicationType>"
    assert one(article=f"{kinds}</PublicationTypeList>").retracted


def test_a_missing_title_and_abstract_leave_a_document_without_text() -> None:
    document = one(title="")
    assert (document.id, document.text, document.sections) == ("pubmed:1", "", ())


def test_the_identifiers_of_references_are_not_the_papers() -> None:
    ids = (
        '<PubmedData><ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.1/no'
        "</ArticleId></ArticleIdList></Reference></ReferenceList></PubmedData></PubmedArticle>"
    )
    (document,) = documents(papers(record().replace("</PubmedArticle>", ids)))
    assert document.exact_matches == ()


def test_without_a_pmid_the_text_names_the_document() -> None:
    document = one(pmid="")
    assert document.id.startswith("kgbuild:document:")
    assert document.id == one(pmid="").id


def test_a_pmid_that_is_none_is_told_and_not_used() -> None:
    document = one(pmid="abc")
    assert document.id.startswith("kgbuild:document:")
    (left,) = document.unread
    assert (left.what, left.place, left.problem) == ("identifier", "PMID abc", "not a PMID")


def test_a_record_with_neither_identifier_nor_text_is_set_aside() -> None:
    (left,) = read(papers(record(pmid="", title="")))
    assert isinstance(left, Unread)
    assert left.problem == "neither an identifier nor text"


@pytest.mark.parametrize(
    "raw",
    [
        record("5").encode(),
        record("5").replace("PubmedArticle>", "x>").replace("<x>", "").replace("</x>", "").encode(),
        b"<MedlineCitationSet>" + record("5").encode() + b"</MedlineCitationSet>",
        b'<?xml version="1.0"?>\n<!-- a > b --><PubmedArticleSet a="b">'
        + record("5").encode()
        + b"<!-- <PubmedArticle> --></PubmedArticleSet>",
        papers().replace(b"\n", b"", 1) + papers(record("5")),
    ],
)
def test_every_root_is_read(raw: bytes) -> None:
    assert [d.id for d in documents(raw)] == ["pubmed:5"]
    assert not unread(raw)


def test_the_same_pmid_twice_is_yielded_twice() -> None:
    assert [d.id for d in documents(papers(record("3"), record("3")))] == ["pubmed:3"] * 2


# --- encodings --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "iso-8859-1", "cp1252"]
)
def test_encodings_by_mark_or_declaration(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = (
        f'<?xml version="1.0" encoding="{declared}"?>\n'
        + papers(record("1", "Café é"), record("2")).decode()
    )
    assert [d.title for d in documents(text.encode(encoding))] == ["Café é", "A title."]


def test_a_declaration_that_cannot_be_true_is_not_believed() -> None:
    raw = b'<?xml version="1.0" encoding="utf-16"?>' + papers(record("1", "Café"))
    assert documents(raw)[0].title == "Café"


def test_an_unknown_encoding_is_named() -> None:
    with pytest.raises(InputError, match=r"papers\.xml, line 1: unknown encoding 'klingon'"):
        read(b'<?xml version="1.0" encoding="klingon"?>' + papers(record()))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_bytes_in_the_wrong_encoding_cost_one_record(encoding: str) -> None:
    raw = papers(record("1"), record("2", "Caf@@"), record("3")).decode().encode(encoding)
    wrong = {"utf-8": b"\xe9", "utf-16": b"\x00\xdc"}[encoding]
    at = raw.index("@".encode("utf-16-le" if encoding == "utf-16" else encoding))
    broken = raw[:at] + wrong + raw[at + len(wrong) :]
    assert [d.id for d in documents(broken)] == ["pubmed:1", "pubmed:3"]
    assert len(unread(broken)) == 1


# --- broken records ---------------------------------------------------------------------------


def test_a_malformed_record_among_many_is_set_aside_alone() -> None:
    records = [record(str(n)) for n in range(1, 3001)]
    records[1499] = records[1499].replace("</Article>", "")
    found = read(papers(*records))
    assert [d.id for d in found if isinstance(d, Document)] == [
        f"pubmed:{n}" for n in range(1, 3001) if n != 1500
    ]
    (left,) = (reading for reading in found if isinstance(reading, Unread))
    assert left == found[1499]
    assert (left.what, left.place) == ("record", "record 1500, PMID 1500, line 1501")
    assert left.problem.startswith("not well-formed XML: Opening and ending tag mismatch")


@pytest.mark.parametrize(
    ("whole", "broken"),
    [
        ("</PubmedArticle>", ""),
        ("</PubmedArticle>", "</PubmedArticl>"),
        ("<ArticleTitle>", "</PubmedArticle><ArticleTitle>"),
        ("<ArticleTitle>", "<ArticleTitle><![CDATA["),
        ("<ArticleTitle>", "<ArticleTitle><!--"),
        ("<ArticleTitle>", "<ArticleTitle>&undefined"),
        ("<ArticleTitle>", "<ArticleTitle><a:b/>"),
        ("<ArticleTitle>", "<ArticleTitle>\x00"),
        ("<ArticleTitle>", "<ArticleTitle>\x01"),
        ("<ArticleTitle>", "<ArticleTitle a=1>"),
        ("<PubmedArticle>", '<PubmedArticle "'),
    ],
)
def test_however_a_record_is_broken_its_neighbours_are_read(whole: str, broken: str) -> None:
    raw = papers(record("1"), record("2").replace(whole, broken), record("3"))
    assert [d.id for d in documents(raw)] == ["pubmed:1", "pubmed:3"]
    assert [left.what for left in unread(raw)] == ["record"]


def test_an_end_tag_in_a_cdata_section_or_comment_ends_nothing() -> None:
    raw = papers(
        record("1", "Of <![CDATA[</PubmedArticle>]]> tags"),
        record("2", "Of <!-- </PubmedArticle> -->comments"),
        record("3"),
    )
    titles = [d.title for d in documents(raw)]
    assert titles == ["Of </PubmedArticle> tags", "Of comments", "A title."]


def test_records_in_a_comment_are_no_records() -> None:
    raw = papers(record("1"), f"<!-- {record('2')} -->", record("3"))
    assert [d.id for d in documents(raw)] == ["pubmed:1", "pubmed:3"]


def test_text_between_records_is_told() -> None:
    (left,) = unread(papers(record("1"), "lost words\n", record("2")))
    assert (left.problem, left.place) == ("text outside of any record", "after record 1, line 3")


def test_a_comment_without_an_end_hides_no_record() -> None:
    raw = papers(record("1"), "<!-- ", record("2"))
    assert [d.id for d in documents(raw)] == ["pubmed:1", "pubmed:2"]
    assert unread(raw)[0].problem == "<!-- has no end"


@pytest.mark.parametrize("cut", [2, 25, 60, 150, 190])
def test_a_truncated_file_gives_its_whole_records_and_says_that_it_ends(cut: int) -> None:
    raw = papers(record("1"), record("2"))[:-cut]
    found = read(raw)
    whole = raw.count(b"</PubmedArticle>")
    assert [d.id for d in found if isinstance(d, Document)] == ["pubmed:1", "pubmed:2"][:whole]
    assert isinstance(found[-1], Unread)
    assert found[-1].problem


def test_records_before_a_stream_fails_are_kept() -> None:
    class Failing(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            if found := super().read1(size):
                return found
            raise EOFError("ended before the end-of-stream marker was reached")

    raw = b"<PubmedArticleSet>" + record("1").encode() + record("2").encode()
    readings = PubmedXmlReader().read(PaperFile(name="a", open=lambda: Failing(raw)))
    assert getattr(next(readings), "id", "") == "pubmed:1"
    with pytest.raises(EOFError):
        list(readings)


@pytest.mark.parametrize("raw", [b"", b" \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_said_to_be_empty(raw: bytes) -> None:
    with pytest.raises(InputError, match=r"papers\.xml: the file is empty"):
        read(raw)


@pytest.mark.parametrize(
    "raw", [b"<html><body>Not found</body></html>", b"just words", b"<" * 10**6, b"<?" * 10**6]
)
def test_a_file_without_records_is_refused(raw: bytes) -> None:
    with pytest.raises(InputError, match="no PubMed record in it"):
        read(raw)


def test_an_empty_set_is_read() -> None:
    assert read(papers()) == []


# --- hostile files ----------------------------------------------------------------------------

BOMB = (
    '<!DOCTYPE a [<!ENTITY l0 "lol">'
    + "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(30))
    + "]>\n"
)


def test_an_entity_bomb_stays_as_it_is_written() -> None:
    began = time.process_time()
    (document,) = documents(BOMB.encode() + papers(record("1", "So &l30; it goes &alpha;.")))
    assert document.text == "So &l30; it goes α."
    assert time.process_time() - began < 1  # the requirement, not a measurement: else it is hours


def test_no_entity_opens_a_file_or_an_address(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TRIPWIRE")
    asked: list[str] = []

    class Tripwire(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"TRIPWIRE")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Tripwire)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    doctype = (
        f'<!DOCTYPE PubmedArticleSet SYSTEM "{address}/dtd" [<!ENTITY a SYSTEM "{secret.as_uri()}">'
        f'<!ENTITY b SYSTEM "{address}/b"><!ENTITY % c SYSTEM "{address}/c"> %c;]>\n'
    )
    inner = record("2").replace("<PubmedArticle>", doctype + "<PubmedArticle>")
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{secret.as_uri()}"/>'
    raw = doctype.encode() + papers(record("1", f"See &a; &b;{include}"), inner)
    try:
        found = documents(raw)
    finally:
        server.shutdown()
        server.server_close()
    assert [d.text for d in found] == ["See &a; &b;", "A title."]
    assert asked == []


@pytest.mark.parametrize(
    "title",
    ["<i>" * 100_000 + "deep" + "</i>" * 100_000, "x" * 11_000_000, "<i " + 'a="" ' * 10**5 + "/>"],
    ids=["depth 100k", "11 MB of text", "100k attributes"],
)
def test_a_monstrous_record_is_set_aside_alone(title: str) -> None:
    raw = papers(record("1"), record("2", title), record("3"))
    assert [d.id for d in documents(raw)] == ["pubmed:1", "pubmed:3"]
    assert len(unread(raw)) == 1


@pytest.mark.parametrize("opening", [b"<!--", b"<!DOCTYPE a [", b"<PubmedArticleSet ", b"</"])
def test_openings_without_end_take_no_time_and_hide_nothing(opening: bytes) -> None:
    began = time.process_time()
    raw = b"<PubmedArticleSet>" + opening * 200_000 + papers(record("1"))
    assert [d.id for d in documents(raw)] == ["pubmed:1"]
    assert unread(raw)
    assert time.process_time() - began < 5  # else it is hours


def test_text_far_before_a_record_is_told_too() -> None:
    raw = papers("lost words\n", "\n" * 300_000, record("1"))
    assert [left.place for left in unread(raw)] == ["after record 0, line 2"]


def test_a_prefix_declared_at_the_root_is_known_in_its_records() -> None:
    raw = papers(record("1", "A <m:i>b</m:i>")).replace(b"Set>", b'Set xmlns:m="urn:m">', 1)
    assert documents(raw)[0].title == "A b"


# --- which files ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "claimed"),
    [
        (papers(record()), True),
        (b"\xef\xbb\xbf<?xml version='1.0'?><!DOCTYPE PubmedArticleSet>" + papers(), True),
        (papers(record()).decode().encode("utf-16"), True),
        (record().encode(), True),
        (b"<!-- note --><PubmedBookArticleSet>", True),
        (b"<article><front/></article>", False),
        (b"<pmc-articleset><article/></pmc-articleset>", False),
        (b"<collection><source>PubmedArticleSet</source></collection>", False),
        (b"<!-- <PubmedArticleSet> --><collection/>", False),
        (b"See <PubmedArticleSet> for more", False),
        (b"", False),
    ],
)
def test_files_are_claimed_by_their_root(head: bytes, claimed: bool) -> None:
    assert SPEC.accepts("whatever", head) is claimed


# --- laws -------------------------------------------------------------------------------------

# XML 1.0's characters, without line breaks, which become spaces, and NEL, which may be one.
words = st.text(
    st.characters(
        exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff\x85\u2028\u2029"
    ),
    min_size=1,
    max_size=60,
).map(str.strip).filter(bool)  # fmt: skip


@given(st.lists(st.tuples(words, words), min_size=1, max_size=6), st.data())
def test_law_what_is_written_is_read_and_a_broken_record_is_lost_alone(
    texts: list[tuple[str, str]], data: st.DataObject
) -> None:
    """Titles and abstracts come back exactly and in order; breaking one record loses that one."""
    records = [
        record(
            str(number),
            escape(title),
            f"<Abstract><AbstractText>{escape(abstract)}</AbstractText></Abstract>",
        )
        for number, (title, abstract) in enumerate(texts, start=1)
    ]
    found = documents(papers(*records))
    assert [d.text for d in found] == [f"{title} {abstract}" for title, abstract in texts]
    assert [[s.span.of(d.text) for s in d.sections] for d in found] == [list(t) for t in texts]

    lost = data.draw(st.integers(0, len(texts) - 1))
    cut = data.draw(st.integers(1, len(records[lost]) - 2))
    broken = [*records[:lost], records[lost][:cut] + "\n", *records[lost + 1 :]]
    kept = documents(papers(*broken))
    assert [d.id for d in kept if d.id != f"pubmed:{lost + 1}"] == [
        d.id for d in found if d.id != f"pubmed:{lost + 1}"
    ]
    assert unread(papers(*broken))


# --- real files -------------------------------------------------------------------------------


@pytest.mark.shared
def test_real_files_are_read_whole(shared: Path) -> None:
    counts = {}
    for path in sorted((shared / "papers" / "pubmed").iterdir()):
        assert SPEC.accepts(path.name, path.read_bytes()[:4096])
        found = read(path.read_bytes())
        assert all(isinstance(reading, Document) for reading in found)
        counts[path.name] = len(found)
    assert counts == {
        "biopython_pubmed1.xml": 2,
        "biopython_pubmed2.xml": 2,
        "biopython_pubmed4.xml": 1,
        "biopython_pubmed6.xml": 1,
        "pancreatic_cancer_medline_00000000.xml": 100,
    }


@pytest.mark.shared
def test_a_real_set_has_the_counts_that_grep_finds(shared: Path) -> None:
    raw = (shared / "papers" / "pubmed" / "pancreatic_cancer_medline_00000000.xml").read_bytes()
    found = documents(raw)
    kinds = Counter(s.kind for d in found for s in d.sections)
    assert kinds == {
        SectionKind.TITLE: raw.count(b"<ArticleTitle>"),
        SectionKind.ABSTRACT: raw.count(b"<AbstractText"),
    }
    headings = sum(curie.startswith("mesh:Q") for d in found for curie, _ in d.subjects)
    assert headings == raw.count(b"<QualifierName ")
    assert sum(len(d.authors) for d in found) == raw.count(b"<LastName>")
    assert all(d.date and d.journal and d.revised for d in found)
    left = Counter(u.what for d in found for u in d.unread)
    assert left == {"vernacular title": raw.count(b"<VernacularTitle>")}
