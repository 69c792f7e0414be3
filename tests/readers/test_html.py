"""HTML: facts from meta elements, passages, and pages that are hostile."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild.components import PaperFile, Reading
from kgbuild.document import Document, Unread
from kgbuild.errors import InputError, LimitError
from kgbuild.readers.html import SPEC
from kgbuild.readers.text import TextSettings


def read(raw: bytes, **settings: object) -> list[Reading]:
    reader = SPEC.create(TextSettings.model_validate(settings))
    return list(reader.read(PaperFile(name="a.html", open=lambda: io.BytesIO(raw))))


def only(page: str | bytes, **settings: object) -> Document:
    (document,) = read(page.encode() if isinstance(page, str) else page, **settings)
    assert isinstance(document, Document)
    return document


def outline(document: Document) -> list[tuple[str, str]]:
    return [(s.kind.value, s.span.of(document.text)) for s in document.sections]


PAPER = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Aspirin in mice | Journal</title>
<meta name="citation_title" content="Aspirin in mice">
<meta name="citation_pmid" content="12"><meta name="citation_doi" content="doi:10.1000/X1">
<meta name="citation_publication_date" content="2004/03/7">
<meta name="citation_journal_title" content="J Mice">
<meta name="citation_author" content="Doe J"><meta name="citation_author" content="Roe R">
<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">
<style>p {color: red}</style></head><body>
<nav><a href="/">Home</a></nav><div class="banner">Free article</div>
<main><h1>Aspirin in mice</h1>
<h2>Abstract</h2><p>Aspirin <b>relieves</b>
 headache&nbsp;in H<sub>2</sub>O<script>track()</script>.</p>
<h2>Methods</h2><div>We fed<br>mice.<p>Then rats.</p>And cats.</div>
<ul><li>One<li>Two</ul>
<figure><img src="x"><figcaption><b>Fig. 1</b> A mouse.</figcaption></figure>
<table><caption>Doses</caption><tr><th>dose<th>effect<tr><td>1 mg<td>none</table>
<table><tr><td><p>Laid out.</p></td></tr></table>
<p>So <math><mi>x</mi></math> is.</p>
<h2>References</h2><ol><li>Doe J.</ol>
</main><footer>Imprint</footer></body></html>
"""


def test_a_page_is_read_without_its_furniture() -> None:
    assert outline(only(PAPER)) == [
        ("title", "Aspirin in mice"),
        ("abstract", "Aspirin relieves headache\xa0in H2O."),
        ("heading", "Methods"),
        ("methods", "We fed mice."),
        ("methods", "Then rats."),
        ("methods", "And cats."),
        ("methods", "One"),
        ("methods", "Two"),
        ("figure", "Fig. 1 A mouse."),
        ("table", "Doses"),
        ("table", "dose\teffect\n1 mg\tnone"),
        ("methods", "Laid out."),
        ("methods", "So is."),
    ]


def test_title_and_abstract_are_joined_by_one_space() -> None:
    assert only(PAPER).text.startswith("Aspirin in mice Aspirin relieves")


def test_meta_elements_give_the_facts() -> None:
    document = only(PAPER)
    assert (document.id, document.exact_matches) == ("pubmed:12", ("doi:10.1000/x1",))
    assert (document.date, document.journal, document.language) == ("2004-03-07", "J Mice", "en")
    assert document.authors == ("Doe J", "Roe R")
    assert document.licence == "https://creativecommons.org/licenses/by/4.0/"


def test_what_is_not_read_is_told() -> None:
    assert only(PAPER).unread == (Unread(what="formula"), Unread(what="reference list"))


def test_dublin_core_is_understood() -> None:
    document = only(
        '<html><head><meta name="DC.Title" content="Aspirin">'
        '<meta name="dc.creator" content="Doe J">'
        '<meta name="DC.Identifier" content="https://doi.org/10.1000/x2">'
        '<meta name="dc.language" content="de"><meta name="dc.date" content="2001-02">'
        '<meta name="dc.rights" content="CC0"></head><p>Hilft.'
    )
    assert (document.title, document.id, document.language) == ("Aspirin", "doi:10.1000/x2", "de")
    assert (document.date, document.licence, document.authors) == ("2001-02", "CC0", ("Doe J",))


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<title>From title</title><h1>From <i>h1</i></h1><p>x", "From h1"),
        ("<title>From title</title><p>x", "From title"),
        ("<p>x", ""),
    ],
)
def test_the_title_is_the_best_there_is(page: str, title: str) -> None:
    assert only(page).title == title


def test_an_article_element_alone_is_the_paper() -> None:
    page = "<body><div>Banner</div><article><p>Aspirin.</article><div>More</div></body>"
    assert only(page).text == "Aspirin."


def test_a_list_of_references_is_known_by_its_class() -> None:
    document = only('<p>Aspirin.</p><section class="x ref-list"><h2>Sources</h2><p>Doe</section>')
    assert document.text == "Aspirin."
    assert document.unread == (Unread(what="reference list"),)


@pytest.mark.parametrize(
    ("raw", "settings"),
    [
        ('<meta charset="iso-8859-1"><p>Sjögren “x”'.encode("cp1252"), {}),
        (
            b'<meta http-equiv="Content-Type" content="text/html; charset=koi8-r"><p>Sj'
            + "ц".encode("koi8-r"),
            {},
        ),
        ("<p>Sjögren".encode("utf-8-sig"), {}),
        ("<p>Sjögren".encode("utf-16"), {}),
        ("<p>Sjögren".encode(), {}),
        ('<?xml version="1.0" encoding="iso-8859-1"?><html><p>Sjögren'.encode(), {}),
        ("<p>Sjögren".encode("latin-1"), {"encoding": "latin-1"}),
        ('<meta charset="nonsense"><p>Sjögren'.encode(), {}),
        ('<meta charset="utf-16"><p>Sjögren'.encode(), {}),
        ('<meta charset="utf-8"><p>Sjögren'.encode("latin-1"), {"encoding": "latin-1"}),
    ],
)
def test_the_encoding_is_that_of_the_mark_the_meta_element_or_the_setting(
    raw: bytes, settings: dict[str, str]
) -> None:
    text = only(raw, **settings).text
    assert text.startswith(("Sjögren", "Sjц"))
    assert "\N{REPLACEMENT CHARACTER}" not in text


def test_bytes_that_are_not_in_the_encoding_are_named() -> None:
    with pytest.raises(InputError, match="is not utf-8") as caught:
        read(b"<p>Sj\xf6gren")
    assert caught.value.place == "byte 5"


def test_entities_of_html_are_characters_and_others_stay_closed() -> None:
    page = (
        '<!DOCTYPE html [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
        "<html><body><p>&beta;&#x1F9EC;&lt;&amp;&secret;&nosuch;</p>"
    )
    assert "β🧬<&&secret;&nosuch;" in only(page).text


def test_nuls_and_lone_surrogates_are_replaced() -> None:
    text = only("<p>a&#0;b&#xD800;c").text
    assert text.encode()
    assert "\0" not in text
    assert only("<p>a\0b".encode("utf-16")).text == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ("<div>" * 100_000 + "x", "Excessive depth"),
        ("<b>" * 1000 + "x", "Excessive depth"),
        ("<p>" + "a" * 11_000_000, "limit"),
        ("<a " * 100_000, "more than 5,000 attributes"),
        ("<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">x", "more than 5,000 attributes"),
        ('<p x=">" ' + " ".join(f"a{n}='<'" for n in range(6000)) + ">x", "5,000 attributes"),
        ("<p\n" + "\n".join(f'a{n}"' for n in range(6000)) + ">x", "5,000 attributes"),
    ],
)
def test_what_would_cost_too_much_is_a_limit(page: str, problem: str) -> None:
    with pytest.raises(LimitError, match=problem) as caught:
        read(page.encode())
    assert caught.value.place == "line 1"


@pytest.mark.parametrize(
    "page",
    [
        "<" * 200_000,
        "&a" * 200_000,
        "<p a='" + "x" * 1_000_000,
        "<table>" * 200,
        "<" + "p" * 100_000 + ">x",
        '<p class="' + "ref-lis " * 10_000 + '">x',
        "<meta charset" * 1000 + "<p>x",
        f"<div id='app' data-page='{'word ' * 20_000}'>x</div>",
    ],
)
def test_broken_markup_is_read_as_far_as_it_goes(page: str) -> None:
    assert read(page.encode())


@pytest.mark.parametrize("page", ["<html></html>", "<nav>Home</nav>", "<script>x</script>"])
def test_a_page_without_text_is_told(page: str) -> None:
    (unread,) = read(page.encode())
    assert isinstance(unread, Unread)
    assert unread.problem == "holds no text"


@pytest.mark.parametrize("raw", [b"", b" \n", b"<!-- -->", b"<!--" * 100_000 + b"-->"])
def test_an_empty_page_is_an_error(raw: bytes) -> None:
    with pytest.raises(InputError, match="holds no element"):
        read(raw)


TAGS = st.sampled_from(
    ["p", "div", "h1", "h2", "table", "tr", "td", "caption", "li", "br", "math", "figcaption",
     "script", "/p", "/div", "/table", "/h1", "b", "/b", "main", "nav", "/nav", "!--", "html"]
)  # fmt: skip


@given(st.lists(st.one_of(TAGS.map("<{}>".format), st.text(max_size=8)), max_size=30).map("".join))
def test_sections_are_the_text_in_order(page: str) -> None:
    """Whatever the markup, sections follow each other, and only separators lie between them."""
    try:
        readings = read(page.encode("utf-8", "replace"))
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


@pytest.mark.parametrize(
    ("name", "head", "claimed"),
    [
        ("a.html", b"<p>x", True),
        ("a.HTM", b"", True),
        ("a", b"<!DOCTYPE html>\n<html>", True),
        ("a.txt", b"\xef\xbb\xbf\n<HTML lang=en>", True),
        ("a", b'<?xml version="1.0"?><!-- a --><!-- b --><html xmlns="x">', True),
        ("a", b"<!---->" * 580 + b"<x>", False),
        ("a.html", b"%PDF-1.7", False),
        ("a.xml", b'<?xml version="1.0"?><article>', False),
        ("a.txt", b"We write <html> in a text", False),
    ],
)
def test_pages_are_claimed_by_suffix_or_by_how_they_begin(
    name: str, head: bytes, claimed: bool
) -> None:
    assert SPEC.accepts(name, head) is claimed
