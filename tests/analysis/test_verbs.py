"""The verbs of analysis print lines for people and JSON for machines, and name mistakes."""

from __future__ import annotations

import json
from itertools import combinations

import pytest
from lxml import etree

from kgbuild.cli import main
from kgbuild.reasoning.derivation import reason
from kgbuild.reasoning.rule_syntax import shipped_rules
from kgbuild.testing.library import Library, Said


@pytest.fixture
def folder(library: Library) -> str:
    genes = [Said(f"G{n}", "associated_with", "D1") for n in range(1, 4)]
    library.add({"pubmed:1": genes, "pubmed:2": [Said("G4", "associated_with", "D2")]})
    with library.open() as graph:
        reason(graph, shipped_rules())
    return str(library.folder)


VERBS = [
    (["near", "G1"], "d1"),
    (["central", "--by", "betweenness"], "d1"),
    (["communities"], "d1; g1; g2"),
    (["enrich", "g1", "g2", "--max-q", "1"], "d1"),
]


@pytest.mark.parametrize(("arguments", "first"), VERBS, ids=lambda one: one[0])
def test_a_verb_prints_lines_and_json(folder, arguments, first, capsys):
    assert main([*arguments, "--kg", folder]) == 0
    assert first in capsys.readouterr().out.splitlines()[0]
    assert main([*arguments, "--kg", folder, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["label"] == first


def test_what_a_graph_lost_and_gained_is_printed(folder, tmp_path, capsys):
    other = Library(tmp_path / "other")
    other.add({"pubmed:1": [Said("G1", "associated_with", "D1")]})
    assert main(["diff", str(other.folder), folder]) == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 3
    assert "3 new, 0 strengthened, 0 weakened, 0 contradicted, 0 withdrawn" in said.err
    assert main(["diff", folder, str(other.folder), "--only", "withdrawn", "--json"]) == 0
    assert {one["kind"] for one in json.loads(capsys.readouterr().out)} == {"withdrawn"}


def test_what_lies_around_is_drawn_with_all_that_lies_between(folder, capsys):
    near = ["near", "G1", "--steps", "2", "--svg", "--kg", folder]
    assert main([*near, "--category", "biolink:Gene"]) == 0
    drawn = etree.fromstring(capsys.readouterr().out)
    shown = sorted("".join(text.itertext()) for text in drawn.iter("{*}text"))
    assert shown == [*["associated with"] * 3, "d1", "g1", "g2", "g3"]
    titles = ["".join(title.itertext()) for title in drawn.iter("{*}title")]
    assert titles[0] == "around g1"
    claims = [title for title in titles if ", belief 0." in title]
    assert len(claims) == 3
    assert all("G" in claim.partition(": ")[2] for claim in claims)


def test_no_two_labels_of_a_picture_meet(folder, capsys):
    assert main(["near", "G1", "--steps", "3", "--svg", "--kg", folder]) == 0
    drawn = etree.fromstring(capsys.readouterr().out)
    boxes = [_box(text) for text in drawn.iter("{*}text")]
    assert len(boxes) > 5
    for (left, right, base), (other_left, other_right, other_base) in combinations(boxes, 2):
        beside = right < other_left or other_right < left
        assert beside or abs(base - other_base) >= 10


def _box(text):
    """Where a label begins and ends if its letters are of a usual width, and its base line."""
    x, wide = float(text.get("x")), 7 * len(text.text)
    left = x - wide / 2 if text.get("text-anchor") == "middle" else x
    return left, left + wide, float(text.get("y"))


def test_a_character_that_xml_forbids_breaks_no_picture(library, capsys):
    """A page break within a sentence, as PDF files have it."""
    library.add({"pubmed:1": [Said("G1", "associated_with", "D1", words="G1 is tied\fto D1.")]})
    with library.open() as graph:
        reason(graph, shipped_rules())
    assert main(["near", "G1", "--svg", "--kg", str(library.folder)]) == 0
    drawn = etree.fromstring(capsys.readouterr().out)
    assert "G1 is tied\ufffdto D1." in "".join(drawn.itertext())


def test_a_picture_is_not_asked_for_as_rows(folder, capsys):
    assert main(["near", "G1", "--svg", "--json", "--kg", folder]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "not both" in said.err


def test_a_concept_that_nothing_is_tied_to_is_drawn_alone(folder, capsys):
    assert (
        main(["near", "G1", "--max-degree", "1", "--before", "1900", "--svg", "--kg", folder]) == 0
    )
    drawn = etree.fromstring(capsys.readouterr().out)
    assert [text.text for text in drawn.iter("{*}text")] == ["g1"]


def test_only_such_concepts_are_passed_as_are_asked_for(folder, capsys):
    near = ["near", "G1", "--steps", "2", "--kg", folder]
    assert main(near) == 0
    assert "g2" in capsys.readouterr().out
    assert main([*near, "--through", "biolink:ChemicalEntity"]) == 0
    said = capsys.readouterr().out
    assert "d1" in said
    assert "g2" not in said


def test_names_that_the_graph_lacks_are_listed_and_left_out(folder, tmp_path, capsys):
    wanted = tmp_path / "genes.txt"
    wanted.write_text("g1\nG99\nmesh:G2\n\n", encoding="utf-8")
    assert main(["enrich", "--file", str(wanted), "--max-q", "1", "--kg", folder]) == 0
    said = capsys.readouterr()
    assert "not in the graph: G99 (1)" in said.err
    assert "2 of 2" in said.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["enrich"], "give concepts"),
        (["enrich", "--file", "no.txt"], "no.txt"),
        (["near", "G99"], "no concept 'G99'"),
        (["diff", "nowhere", "nowhere"], "there is no graph here"),
        (["central", "--predicate", "biolink:beats"], "unknown predicate 'biolink:beats'"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else None,
)
def test_a_mistake_is_named_without_a_traceback(folder, arguments, message, capsys):
    kg = [] if arguments[0] == "diff" else ["--kg", folder]
    assert main([*arguments, *kg]) == 2
    assert message in capsys.readouterr().err
