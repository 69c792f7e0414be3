"""Proofs go down to sentences, pass the checker, and do not pass it when they were changed."""

from __future__ import annotations

import ast
import copy
import json
import random
import re
from pathlib import Path

import pytest

from kgbuild.annotation import Status
from kgbuild.cli import main
from kgbuild.graph.reading import StoredGraph
from kgbuild.reasoning import checker as checker_module
from kgbuild.reasoning.checker import Checker
from kgbuild.reasoning.derivation import reason
from kgbuild.reasoning.layer import DerivedLayer, open_layer
from kgbuild.reasoning.ontology import read_ontology
from kgbuild.reasoning.owl_rules import theory_for
from kgbuild.reasoning.proofs import explain
from kgbuild.reasoning.rule_syntax import shipped_rules
from kgbuild.testing.library import Library, Said

DOWN = (("biolink:object_direction_qualifier", "decreased"),)
CANDIDATE = ("candidate_treatment", ("mesh:C1", "mesh:D1"))


@pytest.fixture
def reasoned(library: Library) -> Library:
    """A chemical that lowers two genes, each of which promotes a disease in two ways."""
    library.add(
        {
            "pubmed:1": [
                Said("C1", "affects", "G1", qualifiers=DOWN),
                Said("G1", "causes", "D1"),
                Said("G1", "contributes_to", "D1", score=0.7),
            ],
            "pubmed:2": [
                Said("C1", "affects", "G2", qualifiers=DOWN, score=0.6),
                Said("G2", "positively_correlated_with", "D1"),
                Said("C2", "is_substrate_of", "G1"),
                Said("G1", "causes", "D1", words="D1 came of G1."),
            ],
        }
    )
    with library.open() as graph:
        reason(graph, shipped_rules())
    return library


AXIOMS = """
<http://id.nlm.nih.gov/mesh/D1> <http://www.w3.org/2000/01/rdf-schema#subClassOf>
    <http://id.nlm.nih.gov/mesh/D2> .
<https://w3id.org/biolink/vocab/causes> <http://www.w3.org/2000/01/rdf-schema#range>
    <http://example.org/Harm> .
"""
HARM = ("promotes", ("mesh:G1", "mesh:D2"))
CLASS = ("rdf:type", ("mesh:D1", "http://example.org/Harm"))


@pytest.fixture
def taught(reasoned: Library, tmp_path: Path) -> Library:
    """The same, reasoned over with an ontology."""
    path = tmp_path / "axioms.ttl"
    path.write_text(AXIOMS)
    with reasoned.open() as graph:
        theory = theory_for(graph, read_ontology([path]))
        reason(graph, (*theory.rules, *shipped_rules()), axioms=theory.axioms)
    return reasoned


def checker_of(graph: StoredGraph, layer: DerivedLayer) -> Checker:
    return Checker(
        graph,
        {rule.name: rule for rule in layer.rules.values()},
        lambda name, terms: layer.find(name, tuple(terms)) is not None,
        {(fact.relation, *fact.arguments, file, line) for fact, file, line in layer.axioms()},
    )


def checking(library: Library, explained: dict) -> list[str]:
    with library.open() as graph, open_layer(library.folder) as layer:
        return list(checker_of(graph, layer).problems(explained))


def explained(library: Library, relation: str, arguments: tuple[str, ...]) -> dict:
    with library.open() as graph, open_layer(library.folder) as layer:
        return explain(graph, layer, relation, arguments)


def test_a_proof_ends_in_sentences(reasoned):
    found = explained(reasoned, *CANDIDATE)
    leaves, waiting = [], [proof["tree"] for proof in found["proofs"]]
    while waiting:
        node = waiting.pop()
        waiting += node.get("premises", [])
        leaves += [evidence["text"] for evidence in node.get("evidence", ())]
    assert {"C1 affects G1.", "G1 causes D1.", "G2 positively_correlated_with D1."} <= set(leaves)
    assert len(found["proofs"]) == 3
    strengths = [proof["strength"] for proof in found["proofs"]]
    assert strengths == sorted(strengths, reverse=True)


@pytest.mark.parametrize("graph", ["reasoned", "taught"])
def test_every_proof_of_every_conclusion_passes(graph, request):
    library = request.getfixturevalue(graph)
    with open_layer(library.folder) as layer:
        conclusions = list(layer.conclusions())
    assert len(conclusions) >= 5
    for one in conclusions:
        assert checking(library, explained(library, one.relation, one.arguments)) == []


def corrupted(proof: dict, drawn: random.Random) -> dict:
    """The explanation with one thing in one place changed."""
    made = copy.deepcopy(proof)
    places: list[tuple[object, object]] = []

    def walk(value: object) -> None:
        if isinstance(value, dict):
            for key, below in sorted(value.items()):
                # To say that there may be more proofs claims less, and is not a lie.
                if key != "complete":
                    places.append((value, key))
                    walk(below)
        elif isinstance(value, list):
            for number, below in enumerate(value):
                places.append((value, number))
                walk(below)

    walk(made)
    holder, key = drawn.choice(places)
    old = holder[key]  # type: ignore[index]
    if drawn.random() < 0.3 and (isinstance(old, list | dict) or isinstance(holder, list)):
        del holder[key]  # type: ignore[attr-defined]
        return made
    holder[key] = changed(old, drawn)  # type: ignore[index]
    return made


def changed(old: object, drawn: random.Random) -> object:
    match old:
        case bool():
            return not old
        case int():
            return old + drawn.choice([-1, 1])
        case float():
            return drawn.choice([old / 2, min(1.0, old * 1.01 + 0.001), 1.5])
        case str():
            return drawn.choice([old + "x", old[1:], "mesh:C2"])
        case list():
            return drawn.choice([old[::-1] if old != old[::-1] else [], [*old, *old], []]) or ["x"]
    return {}


@pytest.mark.parametrize("fact", [CANDIDATE, HARM, CLASS], ids=["rules", "both", "axioms"])
def test_a_thousand_corruptions_are_caught(taught, fact):
    """Every seeded change of a proof, wherever it is made, is found."""
    drawn = random.Random(20261124)
    right = explained(taught, *fact)
    with taught.open() as graph, open_layer(taught.folder) as layer:
        made = checker_of(graph, layer)
        assert not list(made.problems(right))
        missed, done = [], 0
        while done < 1000:
            wrong = corrupted(right, drawn)
            if wrong == right:
                continue
            done += 1
            if not list(made.problems(wrong)):
                missed.append(wrong)
    assert not missed, f"{len(missed)} missed, the first: {json.dumps(missed[0])[:2000]}"


def test_a_proof_does_not_outlive_its_sentences(reasoned):
    before = explained(reasoned, *CANDIDATE)
    reasoned.remove("pubmed:2")
    with reasoned.open() as graph:
        reason(graph, shipped_rules())
    assert checking(reasoned, before)
    assert checking(reasoned, explained(reasoned, *CANDIDATE)) == []


def test_what_is_known_by_now_is_no_candidate(reasoned):
    before = explained(reasoned, *CANDIDATE)
    reasoned.add({"pubmed:3": [Said("C1", "treats", "D1")]})
    assert any("is not absent" in problem for problem in checking(reasoned, before))


def test_the_checker_is_short_and_shares_nothing_with_the_reasoner():
    source = Path(str(checker_module.__file__)).read_text("utf-8")
    assert len(source.splitlines()) < 200
    imported = {
        node.module
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and "reasoning" in str(node.module)
    }
    assert imported == {"kgbuild.reasoning.belief", "kgbuild.reasoning.rules"}


def run(library: Library, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main([*words, "--kg", str(library.folder)])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_the_verbs(reasoned, capsys, tmp_path):
    code, out, err = run(reasoned, capsys, "reason", "--list")
    assert code == 0
    assert "0 new, 0 gone" in err
    assert "(hypothesis)" in out
    code, out, _ = run(reasoned, capsys, "explain", "c1", "candidate_treatment", "d1")
    assert code == 0
    assert "hypothesis by rule repurposing-through-gene (biomedicine.rls, line" in out
    assert "pubmed:1, abstract, 0-14, stated: C1 affects G1." in out
    assert "nowhere: c1 — biolink:treats — d1" in out
    _, dot, _ = run(reasoned, capsys, "explain", "C1", "candidate_treatment", "mesh:D1", "--dot")
    assert dot.startswith("digraph proof {")
    _, page, _ = run(reasoned, capsys, "explain", "c1", "candidate_treatment", "d1", "--html")
    assert "<q>C1 affects G1.</q>" in page
    _, text, _ = run(reasoned, capsys, "explain", "c1", "candidate_treatment", "d1", "--json")
    kept = tmp_path / "proof.json"
    kept.write_text(text)
    assert run(reasoned, capsys, "verify", str(kept))[0] == 0
    kept.write_text(text.replace("C1 affects G1.", "C1 affects G7."))
    code, out, _ = run(reasoned, capsys, "verify", str(kept))
    assert code == 1
    assert "the evidence is not what the graph holds" in out
    code, _, err = run(reasoned, capsys, "verify")
    assert code == 0
    assert "0 conclusions not proved" in err


def test_a_claim_may_be_named_by_its_assertion(reasoned, capsys):
    with reasoned.open() as graph:
        (harm,) = graph.assertions(subject="mesh:G1", predicate="biolink:contributes_to")
        lowering = next(iter(graph.assertions(predicate="biolink:affects")))
    _, named, _ = run(reasoned, capsys, "explain", harm.id[:12])
    assert f"assertion {harm.id[:12]}" in named
    assert run(reasoned, capsys, "explain", "g1", harm.predicate, "d1")[1] == named
    _, named, _ = run(reasoned, capsys, "explain", lowering.id)
    assert "(object_direction_qualifier: decreased)" in named
    assert f"assertion {lowering.id[:12]}" in named


def test_what_texts_say_and_no_rule_asks_for_is_explained_by_its_sentences(
    reasoned, capsys, tmp_path
):
    with reasoned.open() as graph:
        (claim,) = graph.assertions(subject="mesh:C1", object="mesh:G1")
    code, out, _ = run(reasoned, capsys, "explain", "c1", "affects", "g1")
    assert code == 0
    assert f"assertion {claim.id[:12]}" in out
    assert "C1 affects G1." in out
    kept = tmp_path / "proof.json"
    kept.write_text(run(reasoned, capsys, "explain", "c1", "affects", "g1", "--json")[1])
    assert run(reasoned, capsys, "verify", str(kept))[0] == 0


def test_what_is_only_hedged_is_not_explained_and_said_to_be_so(library, capsys):
    hedged = Said("C1", "affects", "G1", status=Status.SPECULATED)
    library.add({"pubmed:1": [hedged]})
    with library.open() as graph:
        reason(graph, shipped_rules())
        (claim,) = graph.assertions()
    code, _, err = run(library, capsys, "explain", "c1", "affects", "g1")
    assert code == 2
    assert "no text states biolink:affects(mesh:C1, mesh:G1) outright" in err
    assert f"hint: kgbuild show {claim.id[:12]} shows what texts say of it" in err


@pytest.mark.parametrize("ends", [("c1", "d1"), ("d1", "c1")])
def test_a_symmetric_claim_is_explained_from_either_end(library, capsys, tmp_path, ends):
    library.add({"pubmed:1": [Said("C1", "related_to", "D1")]})
    with library.open() as graph:
        reason(graph, shipped_rules())
    code, out, _ = run(library, capsys, "explain", ends[0], "related_to", ends[1], "--json")
    assert code == 0
    kept = tmp_path / "proof.json"
    kept.write_text(out)
    assert run(library, capsys, "verify", str(kept))[0] == 0


def test_claims_of_several_words_want_quotes(reasoned, capsys):
    code, _, err = run(reasoned, capsys, "explain", "c1", "colorectal", "cancer", "affects")
    assert code == 2
    assert "names of several words are put in quotes" in err


def test_mistakes_get_an_answer(reasoned, capsys, tmp_path):
    code, _, err = run(reasoned, capsys, "explain", "c1", "treats", "d1")
    assert code == 2
    assert "nothing states or concludes biolink:treats" in err
    code, _, err = run(reasoned, capsys, "explain", "g1", "treats", "d1")
    assert code == 2
    assert re.search("hint: [0-9a-f]{12} is biolink:causes between them", err)
    code, _, err = run(reasoned, capsys, "explain", "nobody", "treats", "d1")
    assert code == 2
    assert "the graph has no concept 'nobody'" in err
    rules = tmp_path / "wrong.rls"
    rules.write_text("p(?x) :- \n")
    code, _, err = run(reasoned, capsys, "reason", "--rules", str(rules))
    assert code == 2
    assert "wrong.rls, line" in err
    reasoned.add({"pubmed:8": [Said("C1", "treats", "D2")]})
    code, _, err = run(reasoned, capsys, "explain", "c1", "candidate_treatment", "d1")
    assert code == 2
    assert "hint: kgbuild reason" in err


HOSTILE = '<script>alert("1")</script> & \'C1\' affects G1 \x01 \\" ]]> -->\n'


@pytest.fixture
def hostile(library: Library) -> Library:
    """Papers whose sentences would break out of HTML, SVG or Graphviz if they could."""
    words = " ".join(HOSTILE.split())
    library.add(
        {
            "pubmed:1": [Said("C1", "affects", "G1", qualifiers=DOWN, words=words)],
            "pubmed:2": [Said("G1", "causes", "D1", words=f"{words} {words}")],
        }
    )
    with library.open() as graph:
        reason(graph, shipped_rules())
    return library


def picture(library: Library, capsys: pytest.CaptureFixture[str], form: str) -> str:
    code, out, _ = run(library, capsys, "explain", "c1", "candidate_treatment", "d1", form)
    assert code == 0
    return out


def test_the_page_stands_alone_and_runs_nothing(hostile, capsys):
    from lxml import html

    page = html.fromstring(picture(hostile, capsys, "--html"))
    assert not page.xpath("//script | //link | //img | //iframe | //@src | //@href | //@onload")
    assert any("<script>" in quoted for quoted in page.xpath("//q/text()"))


@pytest.mark.parametrize(
    "forms", [["--svg", "--json"], ["--json", "--dot"], ["--dot", "--html", "--svg"]], ids=" ".join
)
def test_a_claim_is_not_explained_in_two_forms_at_once(hostile, capsys, forms):
    claim = ["c1", "candidate_treatment", "d1"]
    code, out, err = run(hostile, capsys, "explain", *claim, *forms)
    assert (code, out) == (2, "")
    assert all(form in err for form in forms)
    assert "hint: keep one of them" in err


@pytest.mark.parametrize("form", ["--svg", "--html"])
def test_a_picture_fetches_nothing(hostile, capsys, form):
    drawn = picture(hostile, capsys, form).replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not any(word in drawn for word in ("http", "url(", "@import", "<script"))


def test_the_svg_is_well_formed_and_holds_the_whole_proof(hostile, capsys):
    from lxml import etree

    root = etree.fromstring(picture(hostile, capsys, "--svg").encode())
    drawn = " ".join(root.itertext())
    assert {element.tag.rpartition("}")[2] for element in root.iter()} == {
        "svg", "style", "title", "rect", "text", "path"}  # fmt: skip
    assert "c1 — biolink:affects — g1 (object_direction_qualifier: decreased)" in drawn
    assert "nowhere: c1 — not biolink:treats — d1" in drawn
    assert drawn.count("<script>alert") == 3


def test_by_night_the_svg_has_a_colour_for_all_that_has_one_by_day(hostile, capsys):
    import re

    drawn = picture(hostile, capsys, "--svg")
    by_night = drawn.partition("prefers-color-scheme:dark")[2].partition("</style>")[0]
    coloured = re.findall(r'<\w+ (?:class="(\w+)")?[^>]*(?:fill|stroke)="#', drawn)
    assert {"paper", "tie", "sentence", "derived"} <= set(coloured)
    assert set(coloured) == set(re.findall(r"\.proof \.(\w+)\{", by_night))


def test_quotes_in_the_dot_file_are_escaped(hostile, capsys):
    """Outside of quoted strings there is nothing but Graphviz' own words."""
    import re

    drawn = picture(hostile, capsys, "--dot")
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', "S", drawn)
    assert '"' not in outside
    assert "script" not in outside


def test_conclusions_of_one_relation_are_listed_alone(reasoned, capsys):
    _, out, _ = run(reasoned, capsys, "reason", "--relation", "candidate_treatment")
    assert [line.split(" — ")[1] for line in out.splitlines()] == ["candidate_treatment"]
    code, _, err = run(reasoned, capsys, "reason", "--relation", "candidate_treatmen")
    assert code == 2
    assert "no rule concludes 'candidate_treatmen'" in err
    assert "candidate_treatment" in err.partition("hint:")[2]
