"""JATS: what becomes text and of which kind, what is counted, what is refused."""

from __future__ import annotations

from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from kgbuild.components import PaperFile
from kgbuild.document import Document, NoticeKind, SectionKind, Unread
from kgbuild.errors import InputError
from kgbuild.readers.jats import SPEC, JatsReader

XLINK = "http://www.w3.org/1999/xlink"
MATH = "http://www.w3.org/1998/Math/MathML"
DOCTYPE = (
    b'<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving and Interchange DTD '
    b'v1.2 20190208//EN" "JATS-archivearticle1.dtd">\n'
)


def _file(raw: bytes) -> PaperFile:
    return PaperFile(name="a.xml", open=lambda: BytesIO(raw))


def _article(
    *, meta: str = "", body: str = "", rest: str = "", attributes: str = 'xml:lang="en"'
) -> bytes:
    return f"""<article xmlns:xlink="{XLINK}" xmlns:mml="{MATH}" {attributes}>
<front><journal-meta><journal-title-group><journal-title>Journal of Examples</journal-title>
</journal-title-group></journal-meta><article-meta>{meta}</article-meta></front>
<body>{body}</body>{rest}</article>""".encode()


def _only(raw: bytes) -> Document:
    (document,) = JatsReader().read(_file(raw))
    assert isinstance(document, Document)
    return document


def _passages(document: Document) -> list[tuple[str, str]]:
    return [(s.kind.value, s.span.of(document.text)) for s in document.sections]


def _body(body: str) -> list[tuple[str, str]]:
    return _passages(_only(_article(body=body)))


TITLE = "<title-group><article-title>Aspirin\n  in <italic>vivo</italic></article-title>"


def test_title_and_structured_abstract_are_joined_by_spaces() -> None:
    document = _only(
        _article(
            meta=f"""{TITLE}</title-group><abstract>
            <sec><title>Background:</title><p>It is old.</p><p>It is known.</p></sec>
            <sec><title>Results</title><p>It works.</p></sec></abstract>"""
        )
    )
    assert document.text == "Aspirin in vivo Background: It is old. It is known. Results: It works."
    assert [s.path for s in document.sections] == [
        (),
        ("Background",),
        ("Background",),
        ("Results",),
    ]


def test_a_subtitle_is_part_of_the_title() -> None:
    meta = f"{TITLE}<subtitle>A trial</subtitle></title-group>"
    assert _only(_article(meta=meta)).title == "Aspirin in vivo: A trial"


def test_a_note_to_the_title_is_text_at_the_back_and_not_of_the_title() -> None:
    meta = """<title-group><article-title>Aspirin<xref ref-type="fn">*</xref><fn><label>*</label>
    <p>Paid by X.</p></fn></article-title></title-group>"""
    assert _passages(_only(_article(meta=meta))) == [
        ("title", "Aspirin *"),
        ("back", "* Paid by X."),
    ]


def test_an_authors_summary_is_not_the_abstract() -> None:
    document = _only(
        _article(
            meta=f"""{TITLE}</title-group><abstract><title>Abstract</title><p>Main.</p></abstract>
            <abstract abstract-type="summary"><title>Author Summary</title><p>Plain.</p></abstract>
            <trans-abstract xml:lang="fr"><p>Autre.</p></trans-abstract>"""
        )
    )
    assert document.text == "Aspirin in vivo Main.\nAuthor Summary\nPlain."
    assert document.sections[-1].path == ("Author Summary",)
    assert {u.what: u.count for u in document.unread} == {
        "abstract heading": 1,
        "translated abstract": 1,
    }


def test_an_abstract_in_another_language_is_counted() -> None:
    meta = """<abstract xml:lang="es"><p>Uno.</p></abstract>
    <abstract xml:lang="en"><p>One.</p></abstract>"""
    document = _only(_article(meta=meta))
    assert document.text == "One."
    assert document.unread == (Unread(what="translated abstract"),)


def test_the_outermost_heading_that_says_something_gives_the_kind() -> None:
    document = _only(
        _article(
            body="""<sec sec-type="materials|methods"><label>2</label><title>How</title>
            <sec><title>Results of a pilot</title><p>A.</p></sec></sec>
            <sec><title>Apoptosis</title><p>B.</p><sec><title>Conclusions</title>
            <p>C.</p></sec></sec>
            """
        )
    )
    assert [(s.kind.value, s.span.of(document.text), s.path) for s in document.sections] == [
        ("heading", "2 How", ()),
        ("heading", "Results of a pilot", ("How",)),
        ("methods", "A.", ("How", "Results of a pilot")),
        ("heading", "Apoptosis", ()),
        ("other", "B.", ("Apoptosis",)),
        ("heading", "Conclusions", ("Apoptosis",)),
        ("conclusions", "C.", ("Apoptosis", "Conclusions")),
    ]


def test_a_figure_in_a_paragraph_follows_it() -> None:
    assert _body(
        """<p>Before <fig><object-id>10.1/x</object-id><label>Figure 1</label><caption>
        <title>Cells</title><p>Panel <bold>A</bold>.</p></caption><graphic/></fig>after.</p>"""
    ) == [("other", "Before after."), ("figure", "Figure 1. Cells"), ("figure", "Panel A.")]


def test_the_rows_of_a_table_are_passages_with_tabs() -> None:
    assert _body(
        """<table-wrap><label>Table 1</label><caption><p>Doses.</p></caption><alternatives>
        <graphic/><table><thead><tr><th>Drug</th><th>mg</th></tr></thead><tbody>
        <tr><td>Aspirin<xref ref-type="table-fn"><sup>a</sup></xref></td><td><p>75</p>
        <p>daily</p></td></tr><tr><td/><td/></tr></tbody></table></alternatives>
        <table-wrap-foot><fn><label>a</label><p>Low dose.</p></fn></table-wrap-foot></table-wrap>"""
    ) == [
        ("table", "Table 1. Doses."),
        ("table", "Drug\tmg"),
        ("table", "Aspirin a\t75 daily"),
        ("table", "a Low dose."),
    ]


def test_the_rows_of_a_huge_table_are_counted() -> None:
    rows = "<tr><td>cell</td></tr>" * 30_000
    document = _only(
        _article(body=f"<table-wrap><label>T1</label><table>{rows}</table></table-wrap>")
    )
    assert document.text == "T1."
    assert document.unread == (Unread(what="table row", count=30_000),)


def test_a_list_divides_its_paragraph() -> None:
    assert _body(
        """<p>These: <list><list-item><label>1.</label><p>One</p></list-item>
        <list-item><p>Two</p></list-item></list> and more.</p>"""
    ) == [("other", "These:"), ("other", "1. One"), ("other", "Two"), ("other", "and more.")]


def test_a_box_keeps_its_heading_in_the_path() -> None:
    document = _only(
        _article(
            body="""<boxed-text><label>Box 1</label><caption><title>Points</title></caption>
            <p>First.</p></boxed-text>"""
        )
    )
    assert _passages(document) == [("heading", "Box 1 Points"), ("other", "First.")]
    assert document.sections[1].path == ("Points",)


def test_abbreviations_are_pairs() -> None:
    raw = _article(
        rest="""<back><glossary><title>Abbreviations</title><def-list><def-item>
        <term>AKI</term><def><p>acute kidney injury</p></def></def-item></def-list></glossary>
        </back>"""
    )
    assert _passages(_only(raw)) == [
        ("heading", "Abbreviations"),
        ("abbreviations", "AKI: acute kidney injury"),
    ]


def test_references_are_counted_and_the_rest_of_the_back_is_text() -> None:
    document = _only(
        _article(
            meta="""<author-notes><fn fn-type="conflict"><p>None.</p></fn></author-notes>
            <funding-group><funding-statement>By X.</funding-statement></funding-group>""",
            rest="""<back><ack><p>Thanks.</p></ack><ref-list><title>References</title>
            <ref id="r1"><mixed-citation>Smith J.</mixed-citation></ref><ref id="r2"/></ref-list>
            <app-group><app><title>More</title><p>Extra.</p></app></app-group></back>""",
        )
    )
    assert _passages(document) == [
        ("back", "None."),
        ("back", "By X."),
        ("back", "Thanks."),
        ("heading", "More"),
        ("supplement", "Extra."),
    ]
    assert document.unread == (Unread(what="reference", count=2),)


def test_supplementary_captions_are_of_the_supplement() -> None:
    assert _body(
        """<sec><title>Other</title><supplementary-material><label>Table S1</label>
        <caption><p>Primers.</p></caption></supplementary-material></sec>"""
    )[1:] == [("supplement", "Table S1. Primers.")]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("10<sup>3</sup> Ca<sup>2+</sup> H<sub>2</sub>O", "103 Ca2+ H2O"),
        ('p53<sup><xref ref-type="bibr">12</xref></sup>.', "p53 12."),
        ('p53<xref ref-type="bibr">12</xref>.', "p53 12."),
        ('known [<xref ref-type="bibr">1</xref>]', "known [1]"),
        ('(Fig.<xref ref-type="fig">1</xref>)', "(Fig.1)"),
        ("a\n\t b", "a b"),
        ("5\u00a0mg", "5\u00a0mg"),
        ("re<bold>nal</bold>", "renal"),
        ("one<break/>two", "one two"),
        ("<inline-formula><italic>p</italic> &lt; 0.05</inline-formula>", "p < 0.05"),
    ],
)
def test_inline_markup_keeps_words_whole(markup: str, text: str) -> None:
    assert _body(f"<p>{markup}</p>") == [("other", text)]


def test_simple_mathml_is_text_and_other_formulas_are_counted() -> None:
    document = _only(
        _article(
            body="""<p>A <inline-formula><mml:math><mml:msub><mml:mi>k</mml:mi><mml:mn>1</mml:mn>
            </mml:msub></mml:math></inline-formula> and <inline-formula><alternatives>
            <tex-math>\\frac12</tex-math><mml:math><mml:mfrac><mml:mn>1</mml:mn><mml:mn>2</mml:mn>
            </mml:mfrac></mml:math></alternatives></inline-formula> or <disp-formula>
            <tex-math>x</tex-math></disp-formula> where.</p>"""
        )
    )
    assert document.text == "A k1 and or where."
    assert document.unread == (Unread(what="formula", count=2),)


def test_entities_of_the_dtd_are_characters() -> None:
    raw = DOCTYPE + _article(body="<p>TNF-&alpha;&nbsp;rises &unknown;</p>")
    assert _only(raw).text == "TNF-α\u00a0rises &unknown;"


def test_the_front_matter_fills_the_record() -> None:
    document = _only(
        _article(
            attributes='xml:lang="en" article-type="research-article"',
            meta=f"""<article-id pub-id-type="doi">10.1000/ABC</article-id>
            <article-id pub-id-type="pmc">123</article-id>
            <article-id pub-id-type="pmid">77</article-id>
            <article-categories><subj-group subj-group-type="heading"><subject>Trial</subject>
            </subj-group><subj-group><subject>Pain</subject></subj-group></article-categories>
            {TITLE}</title-group><contrib-group>
            <contrib contrib-type="author"><name><surname>Doe</surname>
            <given-names>Ann B</given-names></name></contrib>
            <contrib contrib-type="editor"><name><surname>No</surname></name></contrib>
            <contrib><collab>The Group<contrib-group><contrib><name><surname>In</surname></name>
            </contrib></contrib-group></collab></contrib></contrib-group>
            <pub-date pub-type="collection"><year>2014</year></pub-date>
            <pub-date pub-type="epub"><day>6</day><month>May</month><year>2014</year></pub-date>
            <pub-date pub-type="pmc-release"><year>2011</year></pub-date>
            <permissions><license><license-p>Under <ext-link
            xlink:href="https://creativecommons.org/licenses/by/4.0/">CC BY</ext-link></license-p>
            </license></permissions><kwd-group><kwd>aspirin</kwd><kwd>Pain</kwd></kwd-group>""",
        )
    )
    assert document.id == "pubmed:77"
    assert document.exact_matches == ("pmc:PMC123", "doi:10.1000/abc")
    assert document.journal == "Journal of Examples"
    assert document.language == "en"
    assert document.date == "2014-05-06"
    assert document.authors == ("Doe, Ann B", "The Group")
    assert document.licence == "https://creativecommons.org/licenses/by/4.0/"
    assert document.publication_types == ("research-article", "Trial")
    assert document.subjects == (("", "Pain"), ("", "aspirin"))


@pytest.mark.parametrize(
    ("date", "iso"),
    [
        ("<year>2004</year><month>13</month>", "2004"),
        ("<season>Spring</season><year>2004</year>", "2004"),
        ("<year>2004</year><month>02</month><day>99</day>", "2004-02"),
        ("<year>0000</year>", ""),
        ("<year>n.d.</year>", ""),
    ],
)
def test_a_date_is_as_exact_as_it_makes_sense(date: str, iso: str) -> None:
    meta = f'{TITLE}</title-group><pub-date pub-type="epub">{date}</pub-date>'
    assert _only(_article(meta=meta)).date == iso


@pytest.mark.parametrize(
    ("article_type", "related", "kind", "incoming"),
    [
        ("retraction", "retracted-article", NoticeKind.RETRACTION, False),
        ("research-article", "retraction-forward", NoticeKind.RETRACTION, True),
        ("correction", "corrected-article", NoticeKind.CORRECTION, False),
        ("research-article", "correction-forward", NoticeKind.CORRECTION, True),
        ("expression-of-concern", "object-of-concern", NoticeKind.CONCERN, False),
        ("research-article", "companion", NoticeKind.COMMENT, True),
        ("editorial", "companion", NoticeKind.COMMENT, False),
    ],
)
def test_related_articles_are_notices_with_a_direction(
    article_type: str, related: str, kind: NoticeKind, incoming: bool
) -> None:
    document = _only(
        _article(
            attributes=f'article-type="{article_type}"',
            meta=f"""{TITLE}</title-group><related-article related-article-type="{related}"
            ext-link-type="doi" xlink:href="info:doi/10.1000/Other"/>""",
        )
    )
    (notice,) = document.notices
    assert (notice.kind, notice.about, notice.incoming) == (kind, "doi:10.1000/other", incoming)
    assert document.retracted == (kind is NoticeKind.RETRACTION and incoming)


def test_an_article_of_type_retracted_is_retracted_without_a_link() -> None:
    meta = f"{TITLE}</title-group>"
    assert _only(_article(meta=meta, attributes='article-type="retracted"')).retracted


def test_a_relation_that_says_nothing_of_the_article_is_counted() -> None:
    meta = f'{TITLE}</title-group><related-article related-article-type="series"/>'
    assert _only(_article(meta=meta)).unread == (Unread(what="related article", place="series"),)


def test_sub_articles_are_counted() -> None:
    rest = '<sub-article article-type="translation"><body><p>Otro.</p></body></sub-article>'
    document = _only(_article(body="<p>One.</p>", rest=rest))
    assert document.text == "One."
    assert document.unread == (Unread(what="sub-article"),)


def test_a_set_gives_each_of_its_articles() -> None:
    one, two = _article(body="<p>One.</p>"), _article(body="<p>Two.</p>")
    raw = b"<pmc-articleset>" + one + _article() + two + b"</pmc-articleset>"
    first, empty, second = JatsReader().read(_file(raw))
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert (first.text, second.text) == ("One.", "Two.")
    assert isinstance(empty, Unread)
    assert (empty.place, bool(empty.problem)) == ("article 2", True)


def test_articles_before_a_fault_are_read_and_the_fault_has_a_line() -> None:
    raw = (
        b"<pmc-articleset>\n"
        + _article(body="<p>One.</p>")
        + b"\n<article><front></pmc-articleset>"
    )
    readings = JatsReader().read(_file(raw))
    assert isinstance(next(readings), Document)
    with pytest.raises(InputError, match=r"a\.xml, line 6: not well-formed XML"):
        next(readings)


@pytest.mark.parametrize("raw", [b"", b"<article", _article(body="<p>One.</p>")[:-20]])
def test_a_truncated_file_is_an_input_error(raw: bytes) -> None:
    with pytest.raises(InputError, match="not well-formed"):
        list(JatsReader().read(_file(raw)))


def test_xml_without_an_article_is_an_input_error() -> None:
    with pytest.raises(InputError, match="no <article>"):
        list(
            JatsReader().read(_file(b"<pmc-articleset><Reply error='not found'/></pmc-articleset>"))
        )


def test_external_entities_are_never_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    raw = f'<!DOCTYPE article [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'.encode()
    assert "SECRET" not in _only(raw + _article(body="<p>a &x; b</p>")).text


def test_sections_as_deep_as_the_parser_allows_are_read() -> None:
    body = "<sec>" * 240 + "<p>Deep.</p>" + "</sec>" * 240
    assert _body(body) == [("other", "Deep.")]
    with pytest.raises(InputError):
        _body("<sec>" * 5000 + "</sec>" * 5000)


def test_the_old_dtd_and_a_default_namespace_are_read_alike() -> None:
    old = b"""<article xmlns="http://dtd.nlm.nih.gov/2.0/xsd/archivearticle"><front>
    <article-meta><title-group><article-title>Old</article-title></title-group></article-meta>
    </front><body><p>Text.</p></body></article>"""
    assert SPEC.accepts("a.nxml", old)
    assert _only(old).text == "Old\nText."


@pytest.mark.parametrize(
    ("head", "claimed"),
    [
        (b'<?xml version="1.0"?>\n<!-- made --><article article-type="x">', True),
        (b"\xef\xbb\xbf" + DOCTYPE + b"<article>", True),
        ('<article dtd-version="1.2">'.encode("utf-16"), True),
        (b"<pmc-articleset><article>", True),
        (b"<article><title>DocBook</title>", False),
        (b"<html><body><article><front></body>", False),
        (b"<PubmedArticleSet><article>", False),
        (b"%PDF-1.4", False),
        (b"see <article article-type='x'>", False),
        (b"", False),
    ],
)
def test_only_jats_is_claimed(head: bytes, claimed: bool) -> None:
    assert SPEC.accepts("a.xml", head) is claimed


_INLINE = st.recursive(
    st.text("abc αβ\n", min_size=1),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
        st.sampled_from(["italic", "sup", "sub", "named-content", "p", "list", "list-item", "fig"]),
        st.lists(inner, max_size=3),
    ),
    max_leaves=12,
)


@given(st.lists(_INLINE, min_size=1, max_size=4).map("".join))
def test_no_letter_is_lost_or_doubled_however_blocks_nest(markup: str) -> None:
    """Law: the letters of a body are the letters of the text."""
    raw = _article(body=f"<p>x{markup}</p>")
    written = Counter(str(etree.fromstring(f"<p>x{markup}</p>").xpath("string()")))
    read = Counter(_only(raw).text)
    for white in " \n":
        written.pop(white, None)
        read.pop(white, None)
    assert read == written


# What is never text: see the module. Labels stand before captions and headings.
_LEFT_OUT = frozenset({"ref-list", "disp-formula", "inline-formula", "object-id"})


def _letters(element: etree._Element, counts: Counter[str]) -> None:
    if isinstance(element.tag, str) and etree.QName(element).localname not in _LEFT_OUT:
        counts.update(filter(str.isalnum, element.text or ""))
        for part in element:
            _letters(part, counts)
    counts.update(filter(str.isalnum, element.tail or ""))


@pytest.mark.shared
def test_no_letter_of_a_real_article_is_lost(shared: Path) -> None:
    """Titles, abstracts, bodies, floats and backs are text, or counted as unread."""
    paths = sorted((shared / "papers" / "jats").iterdir())
    assert len(paths) == 65
    for path in paths:
        document = _only(path.read_bytes())
        root = etree.parse(path).getroot()
        written: Counter[str] = Counter()
        for tag in ("article-title", "abstract"):
            for element in root.iterfind(f"front/article-meta//{tag}"):
                if element.getparent().tag != "related-article":  # type: ignore[union-attr]
                    _letters(element, written)
        for tag in ("body", "floats-group", "back"):
            for element in root.iterfind(tag):
                _letters(element, written)
        read = Counter(filter(str.isalnum, document.text))
        lost = written - read
        assert not lost, path.name
        references = next((u.count for u in document.unread if u.what == "reference"), 0)
        assert references == sum(1 for _ in root.iter("ref"))


@pytest.mark.shared
def test_passages_of_real_articles_cover_the_text(shared: Path) -> None:
    for path in sorted((shared / "papers" / "jats").iterdir()):
        document = _only(path.read_bytes())
        assert SPEC.accepts(path.name, path.read_bytes()[:4096])
        assert document.title
        assert document.date
        covered = "".join(s.span.of(document.text) for s in document.sections)
        assert covered.replace(" ", "") == document.text.replace(" ", "").replace("\n", "")
        assert all(
            a.span.end < b.span.start
            for a, b in zip(document.sections, document.sections[1:], strict=False)
        )
        assert any(s.kind is not SectionKind.OTHER for s in document.sections)
