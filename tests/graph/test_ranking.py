"""Rankings by SQL give what SPARQL gives, and what one counts by hand."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from itertools import takewhile
from pathlib import Path

import pytest

import kgbuild
from kgbuild.cli import main
from kgbuild.errors import UsageError, VocabularyError
from kgbuild.graph.ranking import RANKINGS, hops, kinds_of_hops, ranked

HOP = "Positive_Correlation"
PREDICATE = "biolink:positively_correlated_with"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graph of the example papers, and two hops made for the purpose."""
    pytest.importorskip("kgbuild_lexicon")
    pytest.importorskip("kgbuild_spacy")
    folder = tmp_path_factory.mktemp("ranking")
    papers = folder / "hops.pubtator"
    names = ("GAA", "GBB", "GCC", "GDD")
    text = " ".join(names)
    lines = [f"999|t|{text}.", "999|a|Nothing else."]
    for number, name in enumerate(names, 101):
        start = text.index(name)
        lines.append(f"999\t{start}\t{start + 3}\t{name}\tGeneOrGeneProduct\t{number}")
    for one, two in ((101, 102), (102, 104), (101, 103), (103, 104)):
        lines.append(f"999\t{HOP}\t{one}\t{two}\tNovel")
    papers.write_text("\n".join(lines) + "\n\n")
    config = EXAMPLES / "kgbuild.toml"
    arguments = [
        str(EXAMPLES / "papers"),
        str(papers),
        "--kg",
        str(folder / "kg"),
        "--config",
        str(config),
        "--trust-annotations",
    ]
    assert main(["ingest", *arguments]) in (0, 1)
    return folder / "kg"


def test_assertions_are_ranked_by_their_stated_sentences(graph: Path) -> None:
    with kgbuild.load(graph) as loaded:
        expected = Counter(
            {
                a.id: sum(e.status == "stated" for e in a.evidence)
                for a in loaded.assertions()
                if not a.negated and not a.rejected
            }
        )
        found = list(ranked(loaded, "assertions", 1000))
    assert {row.identity: row.count for row in found} == {k: v for k, v in expected.items() if v}
    assert [row.count for row in found] == sorted((row.count for row in found), reverse=True)


def test_predicates_sum_the_evidence_of_their_assertions(graph: Path) -> None:
    with kgbuild.load(graph) as loaded:
        expected: Counter[str] = Counter()
        for a in loaded.assertions():
            if not a.negated and not a.rejected:
                expected[a.predicate] += sum(e.status == "stated" for e in a.evidence)
        found = {row.identity: row.count for row in ranked(loaded, "predicates", 100)}
    assert found == {name: count for name, count in expected.items() if count}


def test_concepts_are_ranked_by_their_mentions(graph: Path) -> None:
    with kgbuild.load(graph) as loaded:
        expected: Counter[str] = Counter()
        for document in loaded.documents():
            for link in loaded.annotated(document.id).annotations.links:
                if link.concept:
                    expected[link.concept] += 1
        found = {row.identity: row.count for row in ranked(loaded, "concepts", 1000)}
    assert found == dict(expected)


def test_pairs_named_together_are_counted_by_document(graph: Path) -> None:
    with kgbuild.load(graph) as loaded:
        expected: Counter[frozenset[str]] = Counter()
        for document in loaded.documents():
            named = {
                x.concept for x in loaded.annotated(document.id).annotations.links if x.concept
            }
            expected.update(frozenset((a, b)) for a in named for b in named if a < b)
        found = {
            frozenset(row.identity.split()): row.count for row in ranked(loaded, "together", 9999)
        }
    assert found == dict(expected)


def test_two_hops_are_those_of_a_plain_join(graph: Path) -> None:
    with kgbuild.load(graph) as loaded:
        edges = [
            (a.subject, a.predicate, a.object)
            for a in loaded.assertions()
            if not a.negated and not a.rejected and any(e.status == "stated" for e in a.evidence)
        ]
        joined = {(a.subject, a.object) for a in loaded.assertions()}
        expected: Counter[tuple[str, str]] = Counter()
        for s, p, between in set(edges):
            for t, q, o in set(edges):
                if between == t and p == q == PREDICATE and s != o and (s, o) not in joined:
                    expected[s, o] += 1
        found = list(hops(loaded, PREDICATE, PREDICATE, 100))
    assert {(row.subject, row.object): row.ways for row in found} == dict(expected)
    assert expected, "the example has no two hops"
    assert [row.ways for row in found] == sorted((row.ways for row in found), reverse=True)


def test_documents_are_shown_with_their_titles(graph: Path) -> None:
    with kgbuild.load(graph) as loaded:
        titles = {row.identity: row.label for row in ranked(loaded, "documents", 100)}
    assert titles["pubmed:990000004"] == "Atorvastatin and muscle"


def test_unknown_names_are_refused_with_what_there_is(graph: Path) -> None:
    with kgbuild.load(graph) as loaded:
        with pytest.raises(UsageError, match="nothing is ranked as 'authors'"):
            list(ranked(loaded, "authors"))
        with pytest.raises(VocabularyError):
            list(hops(loaded, "biolink:knows", PREDICATE))


@pytest.mark.parametrize("what", [*RANKINGS, "hops"])
def test_every_ranking_prints_lines_and_json(
    graph: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first = ["--first", PREDICATE, "--then", PREDICATE] if what == "hops" else []
    assert main(["top", what, "--kg", str(graph), *first]) == 0
    assert capsys.readouterr().out.strip() != "nothing yet"
    assert main(["top", what, "--kg", str(graph), "--json", *first]) == 0
    assert json.loads(capsys.readouterr().out)


def test_two_hops_that_are_nowhere_are_named(
    graph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = ["--first", "biolink:treated_by", "--then", "biolink:treated_by"]
    assert main(["top", "hops", "--kg", str(graph), *nowhere]) == 0
    told = capsys.readouterr()
    assert told.out == "nothing yet\n"
    assert "no A biolink:treated_by B, B biolink:treated_by C" in told.err


def test_two_hops_without_predicates_are_over_those_that_meet_most(
    graph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["top", "hops", "--kg", str(graph), "--json"]) == 0
    told = capsys.readouterr()
    first, second = told.err.split()[2], told.err.split()[5]
    with kgbuild.load(graph) as loaded:
        expected = list(hops(loaded, first, second))
        earlier = list(takewhile(lambda kind: kind != (first, second), kinds_of_hops(loaded)))
        assert not any(list(hops(loaded, *kind)) for kind in earlier)
    assert json.loads(told.out) == [asdict(pair) for pair in expected] != []
    assert main(["top", "hops", "--kg", str(graph), "--then", PREDICATE]) == 0
    assert f"{PREDICATE} C" in capsys.readouterr().err


def test_one_assertion_is_not_assertions(graph: Path) -> None:
    with kgbuild.load(graph) as loaded:
        counts = {row.label for row in ranked(loaded, "predicates", 100)}
    assert "1 assertion" in counts
    assert "1 assertions" not in counts
