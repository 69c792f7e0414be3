"""``kgbuild report``: one page that stands alone, shows sentences, and escapes all of them."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from lxml import html

PAPERS = """\
PMID- 990000001
TI  - One.
AB  - Aspirin treats headache. Lisinopril may cause cough. Ibuprofen did not cause nausea.

PMID- 990000002
TI  - Two.
AB  - Ibuprofen causes nausea. Ibuprofen treats headache. Aspirin causes nausea.

PMID- 990000003
PT  - Journal Article
PT  - Retracted Publication
RIN - J Tests. 2004;1:1. PMID: 990000004
TI  - Three.
AB  - Lisinopril causes headache.

"""
EVIL = "<script>alert(1)</script>"
HOSTILE = f"""\
PMID- 990000009
TI  - {EVIL} and "quotes' onload=alert(1).
AB  - Evilone <b>treats headache</b>. Evilone treats headache.
JT  - {EVIL}

"""


@pytest.fixture
def library(project: Any) -> Any:
    """A project with papers that agree, disagree, hedge and are retracted, read."""
    project.write("a.nbib", PAPERS)
    project.write("broken.xml", "<PubmedArticleSet><PubmedArticle>")
    project.run("ingest", "papers")
    return project


def _page(project: Any, *arguments: str) -> Any:
    code, _, err = project.run("report", *arguments)
    assert code == 0, err
    return html.parse(str(project.folder / "report.html")).getroot()


def _words(element: Any) -> str:
    return " ".join(element.text_content().split())


def _section(page: Any, name: str) -> Any:
    [section] = page.xpath(f"//section[@id='{name}']")
    return section


def _claim(within: Any, title: str) -> Any:
    """The first claim with that title."""
    return next(one for one in within.iter("article") if _words(one.find("h3")) == title)


def test_a_claim_is_shown_with_its_sentence_its_place_and_a_link(library):
    claim = _claim(_section(_page(library), "claims"), "aspirin treats headache")
    assert _words(claim.find(".//blockquote")) == "Aspirin treats headache."
    assert [mark.text for mark in claim.iter("mark")] == ["Aspirin", "headache"]
    assert [mark.get("class") for mark in claim.iter("mark")] == ["subject", "object"]
    [link] = claim.iter("a")
    assert link.get("href") == "https://pubmed.ncbi.nlm.nih.gov/990000001/"
    source = _words(claim.find(".//p[@class='source']"))
    assert source.startswith("stated pubmed:990000001, One.")
    assert "abstract, characters 5–29" in source


def test_what_is_not_stated_outright_is_no_believed_claim(library):
    titles = [_words(one.find("h3")) for one in _section(_page(library), "claims").iter("article")]
    assert "aspirin causes nausea" in titles
    assert not any("cough" in title for title in titles)


def test_both_sides_of_a_contradiction_have_their_sentences(library):
    [sides] = _section(_page(library), "contradictions").xpath(".//div[@class='sides']")
    told = {_words(one.find("h3")): _words(one.find(".//blockquote")) for one in sides}
    assert told == {
        "ibuprofen causes nausea": "Ibuprofen causes nausea.",
        "ibuprofen not causes nausea": "Ibuprofen did not cause nausea.",
    }


def test_what_a_retracted_paper_says_is_shown_as_such(library):
    section = _section(_page(library), "retracted")
    assert "1 document of the graph was retracted" in _words(section)
    claim = _claim(section, "lisinopril causes headache")
    assert "RETRACTED" in _words(claim)
    assert "by retracted papers alone" in _words(claim)


def test_what_many_retracted_papers_say_is_still_theirs_alone(project: Any) -> None:
    """More sentences than are shown of a claim."""
    withdrawn = PAPERS.partition("\n\n")[2].partition("\n\n")[2]
    project.write(
        "a.nbib", "".join(withdrawn.replace("99000000", f"9900000{one}") for one in range(5))
    )
    project.run("ingest", "papers")
    claim = _claim(_section(_page(project), "retracted"), "lisinopril causes headache")
    assert "and 2 more sentences" in _words(claim)
    assert "by retracted papers alone" in _words(claim)


def test_failures_are_told(library):
    section = _words(_section(_page(library), "read"))
    assert "papers/broken.xml" in section
    assert "3 .nbib" in section


def test_what_was_left_out_is_told_with_why(project: Any) -> None:
    project.write(
        "a.txt", "Tee\n\nDer Tee wurde in der Studie mit dem Wasser und der Milch getrunken.\n"
    )
    project.run("ingest", "papers")
    section = _words(_section(_page(project), "read"))
    assert "1 spacy-rules: document in 'de', which it does not read" in section


def test_kinds_of_files_are_bounded(project: Any) -> None:
    for number in range(20):
        project.write(f"note.{number:02}", f"Note {number}: aspirin treats headache.\n")
    project.run("ingest", "papers")
    section = _section(_page(project), "read")
    assert "8 of other kinds" in _words(section)
    assert "1 .11" in _words(section)
    assert ".12" not in _words(section)


def test_kinds_of_mentions_have_their_share_of_links(library):
    rows = [_words(row) for row in _section(_page(library), "named").iter("tr")]
    assert any(re.match(r"chemical entity \d+ 100\.0%", row) for row in rows)


def test_components_are_named_with_version_and_fingerprint(library):
    section = _section(_page(library), "origin")
    rows = {row[0].text_content().strip(): row for row in section.iter("tr")}
    assert "kgbuild-lexicon" in _words(rows["lexicon"])
    assert re.search(r"[0-9a-f]{32}", _words(rows["spacy-rules"]))
    assert re.search(r"[0-9a-f]{32}", _words(rows["rules"]))


def test_a_picture_of_the_most_connected_concept_is_drawn(library):
    [first, *_] = _page(library).iter("figure")
    labels = {text.text for text in first.iter("text")}
    assert {"nausea", "aspirin", "ibuprofen"} <= labels


def test_what_is_left_out_of_a_list_is_said(library):
    section = _section(_page(library, "--limit", "1"), "claims")
    assert len(list(section.iter("article"))) == 1
    assert "1 of 4 claims shown" in _words(section)


def test_one_concept_has_its_claims_for_and_against(library):
    page = _page(library, "--about", "ibuprofen")
    assert _words(page.find(".//h1")) == "ibuprofen"
    told = {_words(part.find("h2")): part for part in page.iter("section")}
    caused = told["ibuprofen causes …"]
    assert [_words(side) for side in caused.xpath("h3")] == ["For", "Against"]
    assert "contested" in _words(_claim(caused, "ibuprofen causes nausea"))
    assert "Ibuprofen did not cause nausea." in _words(caused)
    assert "Against" not in _words(told["ibuprofen treats …"])
    assert {text.text for text in page.iter("text")} >= {"ibuprofen", "headache", "nausea"}
    assert "cough" not in _words(page)


def test_a_concept_of_which_all_is_supposed_has_no_picture_and_says_so(library):
    page = _page(library, "--about", "cough")
    assert not list(page.iter("figure"))
    [claim] = page.iter("article")
    assert "not stated outright" in _words(claim)
    assert [mark.text for mark in claim.iter("mark")] == ["Lisinopril", "may", "cough"]


def test_nothing_that_a_paper_says_becomes_markup(project: Any) -> None:
    with (project.folder / "terms.tsv").open("a", encoding="utf-8") as terms:
        terms.write(f"mesh:D000009\t{EVIL}\tevilone\tbiolink:ChemicalEntity\n")
    project.write("a.nbib", HOSTILE)
    project.write("'onclick=alert(1) <img src=x>.xml", "<PubmedArticleSet><PubmedArticle>")
    project.run("ingest", "papers")
    for about in ([], ["--about", "mesh:D000009"]):
        page = _page(project, *about)
        assert EVIL in page.text_content()
        assert not list(page.iter("script", "img"))
        assert not page.xpath("//@*[starts-with(name(), 'on')]")
        written = (project.folder / "report.html").read_text("utf-8")
        assert "<script" not in written
        assert EVIL.replace("<", "&lt;").replace(">", "&gt;") in written


def test_a_character_that_no_page_may_hold_is_replaced(project: Any) -> None:
    project.write("a.txt", "Notes\n\nIn rats \x01 aspirin causes nausea.\n")
    project.run("ingest", "papers")
    assert "In rats \ufffd aspirin causes nausea." in _words(_page(project))
    written = (project.folder / "report.html").read_text("utf-8")
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", written)


def test_a_pipe_is_not_waited_for(library):
    os.mkfifo(library.folder / "pipe")
    code, out, err = library.run("report", "-o", "pipe")
    assert (code, out) == (2, "")
    assert "pipe: is no file" in err


def test_the_page_needs_nothing_from_elsewhere(library):
    page = _page(library)
    assert not list(page.iter("script", "link", "img", "iframe", "object", "embed"))
    assert not page.xpath("//@src")
    links = [link for link in page.xpath("//a/@href") if not link.startswith("#")]
    assert links
    assert all(link.startswith(("https://", "http://")) for link in links)
    written = (library.folder / "report.html").read_text("utf-8")
    assert "@import" not in written
    assert set(re.findall(r"url\((.)", written)) == {"#"}


def test_the_same_graph_gives_the_same_bytes_wherever_it_lies(library):
    _page(library)
    first = (library.folder / "report.html").read_bytes()
    assert library.run("reason")[0] == 0
    shutil.copytree(library.folder / "kg", library.folder / "elsewhere")
    _page(library, "--kg", "elsewhere")
    assert (library.folder / "report.html").read_bytes() == first


def test_a_graph_without_annotations_has_a_page(project: Any) -> None:
    project.write("a.nbib", PAPERS)
    project.run("ingest", "papers", "--set", "pipeline.extractors=[]")
    page = _page(project)
    assert _words(page.find(".//h1")) == "What 3 documents say"
    assert "Nothing was named." in _words(page)


def test_a_run_that_was_ended_is_told_with_the_texts_that_wait(project: Any) -> None:
    project.write("a.nbib", PAPERS)
    project.ingest_until_ended()
    assert "Not annotated yet: 3 texts" in _words(_page(project))


def test_an_earlier_report_is_replaced_and_nothing_else_is(library):
    _page(library)
    _page(library, "--about", "aspirin")
    thesis = library.folder / "thesis.html"
    thesis.write_text("<p>Years of work.", encoding="utf-8")
    code, out, err = library.run("report", "-o", "thesis.html")
    assert (code, out) == (2, "")
    assert "thesis.html: is there already and is no report" in err
    assert "hint: -o names another file" in err
    assert thesis.read_text("utf-8") == "<p>Years of work."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--kg", "nowhere"], "there is no graph here"),
        (["--about", "asprin"], "did you mean 'aspirin'?"),
        (["-o", "papers"], "wants a file"),
        (["--about", ""], "the graph has no concept ''"),
        (["-o", "nowhere/report.html"], "there is no such folder"),
        (["-o", "x" * 250], "cannot be written"),
        (["-o", "x" * 300], "cannot be written"),
        (["--limit", "0"], "0 is not in the range"),
    ],
    ids=lambda one: " ".join(one)[:30] if isinstance(one, list) else None,
)
def test_a_mistake_is_named_and_nothing_is_written(library, arguments, message):
    before = sorted(Path(library.folder).rglob("*.html"))
    code, out, err = library.run("report", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "hint:" in err or "range" in err
    assert sorted(Path(library.folder).rglob("*.html")) == before
