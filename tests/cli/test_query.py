"""``kgbuild query``: what a person at a terminal sees, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

SENTENCE = "PMID- 990000001\nTI  - One.\nAB  - Aspirin treats headache.\n\n"
WIDE = "SELECT ?a ?b ?c ?d ?nothing { ?a biolink:treats ?b . ?a rdfs:label ?c . ?b rdfs:label ?d }"


@pytest.fixture
def graph(project: Any) -> Any:
    project.write("a.nbib", SENTENCE)
    project.run("ingest", "papers")
    return project


def test_rows_that_a_terminal_is_too_narrow_for_have_a_line_for_each_value(
    graph: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    code, said = graph.on_a_terminal("query", WIDE)
    assert code == 0
    lines = [tuple(line.split()) for line in said.splitlines() if line]
    ends = [("a", "mesh:D001241"), ("b", "mesh:D006261")]
    assert lines == [*ends, ("c", "aspirin"), ("d", "headache")]
    monkeypatch.setenv("COLUMNS", "100")
    _, said = graph.on_a_terminal("query", WIDE)
    assert "│ mesh:D001241" in said


def test_a_table_cuts_no_value_short(graph: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    _, said = graph.on_a_terminal("query", "SELECT ?a { ?a rdfs:label 'aspirin' }")
    assert "…" not in said
    word = "x" * 70
    _, said = graph.on_a_terminal("query", f"SELECT ('{word}' AS ?a) {{}}")
    assert said.count("x") == len(word)


def test_a_query_without_an_answer_says_so(graph: Any) -> None:
    code, said = graph.on_a_terminal("query", "SELECT ?a { ?a biolink:affects ?b }")
    assert (code, said.strip()) == (0, "note: nothing answers the query")


def test_a_name_of_the_cookbook_in_place_of_a_query_is_told(graph: Any) -> None:
    code, _, err = graph.run("query", "sources")
    assert code == 2
    assert "hint: kgbuild query --cookbook sources" in err


def test_the_cookbook_is_listed_for_people_and_for_programs(graph: Any) -> None:
    _, out, _ = graph.run("query", "--cookbook", "list")
    assert "hubs\tThe concepts with the most neighbours." in out.splitlines()
    _, said = graph.on_a_terminal("query", "--cookbook", "list")
    questions = {line.partition("  ")[2].strip() for line in said.splitlines()}
    assert "The concepts with the most neighbours." in questions
    assert "\t" not in said


@pytest.mark.parametrize("format_", ["csv", "tsv", "json", "xml"])
def test_every_answer_ends_with_a_line_end(graph: Any, format_: str) -> None:
    for query in ("ASK { ?a ?b ?c }", "SELECT ?a { ?a biolink:treats ?b }"):
        _, out, _ = graph.run("query", query, "--format", format_)
        assert out.endswith("\n")
        assert not out.endswith("\n\n")


def test_which_component_says_how_much_is_told_by_its_name(graph: Any) -> None:
    _, out, _ = graph.run("query", "--cookbook", "sources")
    [_, row] = out.splitlines()
    assert row.startswith('"spacy-rules"\t')
    assert row.endswith("\t1")


def test_the_name_of_a_file_is_no_query(graph: Any) -> None:
    code, _, err = graph.run("query", "mine.rq")
    assert code == 2
    assert "hint: --file reads a query from a file" in err


@pytest.mark.parametrize("limit", [("--timeout", "0"), ("--timeout", "-1"), ("--max-rows", "0")])
def test_a_limit_that_lets_nothing_through_is_refused(graph: Any, limit: tuple[str, str]) -> None:
    code, _, err = graph.run("query", "ASK {}", *limit)
    assert code == 2
    assert limit[0] in err


def test_turtle_has_the_prefixes_that_it_uses_and_no_more(graph: Any) -> None:
    _, out, _ = graph.run("query", "CONSTRUCT WHERE { ?a biolink:treats ?b }")
    assert "mesh:D001241 biolink:treats mesh:D006261 ." in out.splitlines()
    declared = {line.split()[1] for line in out.splitlines() if line.startswith("@prefix")}
    assert declared == {"biolink:", "mesh:"}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT ?x { ?x biolink:treats }", "unexpected '}' (line 1, column 31)"),
        ("SELECT ?x {\n  ?x a ?y", "unexpected end (line 2, column 10)"),
        ("", "unexpected end (line 1, column 1)"),
        ("SELECT ?x\n", "unexpected end (line 2, column 1)"),
        ("SELEC ?x {}", "hint: did you mean 'SELECT'?"),
        ("# change it\nDELETE WHERE { ?a ?b ?c }", "a query may not change the graph"),
    ],
)
def test_a_query_that_is_none_is_told_where(graph: Any, query: str, said: str) -> None:
    code, _, err = graph.run("query", query)
    assert code == 2
    assert said in err
