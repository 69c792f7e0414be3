"""Ontologies: what of them bears on a graph, how it is shown, and what a bad one gets."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kgbuild.cli import main
from kgbuild.errors import InputError
from kgbuild.reasoning import ontology as ontology_module
from kgbuild.reasoning.derivation import Derived, reason
from kgbuild.reasoning.layer import open_layer
from kgbuild.reasoning.ontology import read_ontology
from kgbuild.reasoning.owl_rules import theory_for, without_twins
from kgbuild.reasoning.rule_syntax import parse_rule, shipped_rules, write_rule
from kgbuild.testing.library import Library, Said

PREFIXES = """@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix mesh: <http://id.nlm.nih.gov/mesh/> .
@prefix biolink: <https://w3id.org/biolink/vocab/> .
@prefix : <http://example.org/> .
"""
HEALING = """
biolink:treats rdfs:subPropertyOf biolink:affects .
biolink:affects rdfs:range :Affected .
:Affected rdfs:subClassOf :Anything .
:Healer owl:equivalentClass [ owl:onProperty biolink:treats ;
    owl:someValuesFrom [ owl:unionOf (:Affected biolink:Gene) ] ] .
mesh:D1 rdfs:subClassOf mesh:D2 .
"""


def written(folder: Path, text: str, name: str = "axioms.ttl") -> Path:
    path = folder / name
    path.write_text(PREFIXES + text, "utf-8")
    return path


@pytest.fixture
def told(library: Library) -> Library:
    library.add(
        {"pubmed:1": [Said("C1", "treats", "D1"), Said("C1", "treats", "D1", score=0.5)],
         "pubmed:2": [Said("C2", "causes", "D1")]}
    )  # fmt: skip
    return library


def derive(library: Library, path: Path) -> Derived:
    with library.open() as graph:
        theory = without_twins(theory_for(graph, read_ontology([path])), shipped_rules())
        return reason(graph, (*theory.rules, *shipped_rules()), axioms=theory.axioms)


def conclusions(library: Library) -> dict[tuple[str, ...], float]:
    with open_layer(library.folder) as layer:
        return {(c.relation, *c.arguments): c.confidence for c in layer.conclusions()}


def run(library: Library, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main([*words, "--kg", str(library.folder)])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_axioms_and_shipped_rules_conclude_together(told, tmp_path):
    """A shipped rule climbs a hierarchy that only the ontology has."""
    derive(told, written(tmp_path, HEALING))
    found = conclusions(told)
    believed = 0.95 * 0.9
    assert found["promotes", "mesh:C2", "mesh:D2"] == pytest.approx(believed)
    assert found["rdf:type", "mesh:D1", "http://example.org/Anything"] == found[
        "biolink:affects", "mesh:C1", "mesh:D1"]  # fmt: skip
    assert found["rdf:type", "mesh:C1", "http://example.org/Healer"] > 0.8
    assert ("biolink:subclass_of", "mesh:D1", "mesh:D2") not in found, "an axiom is no conclusion"


def test_a_proof_ends_in_a_sentence_and_axioms(told, tmp_path, capsys):
    path = written(tmp_path, HEALING)
    code, _, err = run(told, capsys, "reason", "--ontology", str(path))
    assert code == 0
    assert "not explained" not in err
    code, out, _ = run(told, capsys, "explain", "c2", "promotes", "mesh:D2")
    assert code == 0
    assert f"axiom of {path}" in out
    assert "pubmed:2, abstract, 0-13, stated: C2 causes D1." in out
    code, out, _ = run(told, capsys, "explain", "c1", "rdf:type", "http://example.org/Healer")
    assert code == 0
    assert "cls-svf1: biolink:treats some (http://example.org/Affected or biolink:Gene)" in out
    assert f"prp-rng: biolink:affects rdfs:range http://example.org/Affected ({path}" in out
    assert "C1 treats D1." in out
    code, _, err = run(told, capsys, "verify")
    assert code == 0
    assert "0 conclusions not proved" in err


def test_an_axiom_that_the_layer_lacks_is_not_believed(told, tmp_path, capsys):
    run(told, capsys, "reason", "--ontology", str(written(tmp_path, HEALING)))
    _, text, _ = run(told, capsys, "explain", "c2", "promotes", "mesh:D2", "--json")
    kept = tmp_path / "proof.json"
    kept.write_text(text)
    assert run(told, capsys, "verify", str(kept))[0] == 0
    kept.write_text(text.replace("axioms.ttl", "others.ttl"))
    code, out, _ = run(told, capsys, "verify", str(kept))
    assert code == 1
    assert "does not say so" in out


def test_only_what_bears_on_the_graph_is_kept(told, tmp_path):
    far = "".join(f":K{n} rdfs:subClassOf :K{n + 1} ; rdfs:comment 'far' .\n" for n in range(50))
    path = written(tmp_path, HEALING + far + ":unused a owl:TransitiveProperty .")
    with told.open() as graph:
        theory = theory_for(graph, read_ontology([path]))
    assert {axiom.subject for axiom in theory.axioms} <= {
        "mesh:D1", "http://example.org/Affected", "http://example.org/Healer",
        "biolink:Gene", "biolink:treats some (http://example.org/Affected or biolink:Gene)",
    }  # fmt: skip
    assert not any("unused" in rule.name for rule in theory.rules)


def test_an_update_equals_a_rebuild_with_an_ontology_too(told, tmp_path):
    path = written(tmp_path, HEALING)
    derive(told, path)
    told.add({"pubmed:3": [Said("C2", "treats", "D1")]})
    done = derive(told, path)
    assert not done.afresh
    assert ("rdf:type", "mesh:C2", "http://example.org/Healer") in conclusions(told)
    told.remove("pubmed:3")
    derive(told, path)
    assert ("rdf:type", "mesh:C2", "http://example.org/Healer") not in conclusions(told)


def test_another_ontology_derives_anew(told, tmp_path):
    derive(told, written(tmp_path, HEALING))
    assert derive(told, written(tmp_path, HEALING + "mesh:D2 rdfs:subClassOf mesh:D3 .")).afresh
    assert ("promotes", "mesh:C2", "mesh:D3") in conclusions(told)


def test_a_cycle_of_subclasses_ends(told, tmp_path):
    up = "mesh:D1 rdfs:subClassOf mesh:D2 . mesh:D2 rdfs:subClassOf mesh:D1 ."
    derive(told, written(tmp_path, up))
    assert ("promotes", "mesh:C2", "mesh:D2") in conclusions(told)
    assert ("biolink:subclass_of", "mesh:D1", "mesh:D1") not in conclusions(told)


def test_a_contradiction_is_reported_with_its_sentences_and_not_spread(told, tmp_path, capsys):
    told.add({"pubmed:3": [Said("C2", "treats", "D1")]})
    path = written(tmp_path, HEALING + "biolink:treats owl:propertyDisjointWith biolink:causes .")
    code, _, err = run(told, capsys, "reason", "--ontology", str(path))
    assert code == 1
    axiom = "biolink:treats owl:propertyDisjointWith biolink:causes"
    assert f"contradicts the ontology: mesh:C2: {axiom}" in err
    found = conclusions(told)
    assert [said for said in found if said[0] == "inconsistent"] == [
        ("inconsistent", "mesh:C2", axiom)
    ]
    told.remove("pubmed:3")
    derive(told, path)
    assert set(found) - set(conclusions(told)) == {
        ("inconsistent", "mesh:C2", axiom), ("biolink:affects", "mesh:C2", "mesh:D1"),
        ("rdf:type", "mesh:C2", "http://example.org/Healer"),
        ("rdf:type", "mesh:C2",
         "biolink:treats some (http://example.org/Affected or biolink:Gene)"),
    }  # fmt: skip
    told.add({"pubmed:3": [Said("C2", "treats", "D1")]})
    run(told, capsys, "reason", "--ontology", str(path))
    _, out, _ = run(told, capsys, "explain", "mesh:C2", "inconsistent", axiom)
    assert "C2 causes D1." in out
    assert "C2 treats D1." in out


def test_what_no_rule_explains_is_named_and_left_out(told, tmp_path):
    path = written(tmp_path, HEALING)
    with told.open() as graph:
        theory = theory_for(graph, read_ontology([path]))
        said = [("biolink:affects", "mesh:C1", "mesh:D1"), ("biolink:causes", "mesh:C1", "mesh:D2")]
        reason(graph, theory.rules, axioms=theory.axioms, entailed=lambda: said)
    with open_layer(told.folder) as layer:
        assert layer.unexplained() == [("biolink:causes", "mesh:C1", "mesh:D2")]
        assert layer.find("biolink:causes", ("mesh:C1", "mesh:D2")) is None


def test_without_the_reasoner_the_extra_is_named(told, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "sparq", None)
    path = str(written(tmp_path, HEALING))
    code, _, err = run(told, capsys, "reason", "--ontology", path)
    assert code == 2
    assert "the reasoner sparq is not installed" in err
    assert "hint: pip install 'kgbuild[ontology]'" in err
    assert run(told, capsys, "reason", "--ontology", path, "--reasoner", "none")[0] == 0


@pytest.mark.parametrize("rule", ["prp-spo2", "prp-trp"])
def test_a_rule_of_an_axiom_is_read_back_as_it_is_written(told, tmp_path, rule):
    text = """:p owl:propertyChainAxiom (biolink:treats biolink:causes biolink:treats) .
    biolink:treats a owl:TransitiveProperty ."""
    with told.open() as graph:
        theory = theory_for(graph, read_ontology([written(tmp_path, text)]))
    rules = [one for one in theory.rules if one.name.startswith(rule)]
    assert rules
    for one in rules:
        again = parse_rule(write_rule(one), one.file, one.line)
        assert (again.head, again.body, again.name) == (one.head, one.body, one.name)


XML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n<x>\n</rdf:RDF>'
WRONG = {
    "a.ttl": (PREFIXES + ":a :b .\n", r"a.ttl, line 7: is not Turtle"),
    "a.nt": ("<http://x> <http://y> .\n", r"a.nt, line 1: is not N-Triples"),
    "a.owl": (XML, r"a.owl, line 3: is not RDF/XML"),
    "a.jsonld": ('{"@id": }', r"a.jsonld, line 1: is not JSON-LD"),
    "a.obo": ("[Term]\n", r"a.obo: no RDF format has the ending '.obo'"),
    "no-end.ttl": (PREFIXES + ":A owl:intersectionOf _:a . _:a rdf:first :B ; rdf:rest _:a .",
                   r"no-end.ttl, line 7: .*/A owl:intersectionOf: the list has no end"),
    "wide.ttl": (PREFIXES + f":A owl:unionOf ({' '.join(f':B{n}' for n in range(10_000))}) .",
                 r"wide.ttl, line 7: .*the list has more than 1000 members"),
    "unknown.ttl": (PREFIXES + "biolink:treats rdfs:subPropertyOf biolink:afects .",
                    r"unknown.ttl, line 7: rule 'prp-spo1: .*unknown predicate 'biolink:afects'"),
    "key.ttl": (PREFIXES + ":A owl:hasKey (:p :q :r) .", r"key.ttl, line 7: .*needs 8 premises"),
}  # fmt: skip


SAME_AXIOM = {
    "a.ttl": """@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix : <http://x/> .
:A rdfs:label "a" ;
   rdfs:subClassOf :B .
:C rdfs:label "c" .""",
    "a.nt": """<http://x/C> <http://www.w3.org/2000/01/rdf-schema#label> "c" .

# the axiom
<http://x/A> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <http://x/B> .
""",
    "a.owl": """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#">
<rdf:Description rdf:about="http://x/A">
  <rdfs:subClassOf rdf:resource="http://x/B"/>
</rdf:Description></rdf:RDF>""",
}


@pytest.mark.parametrize("name", SAME_AXIOM)
def test_a_triple_knows_the_line_that_it_ends_on(tmp_path, name):
    path = tmp_path / name
    path.write_text(SAME_AXIOM[name], "utf-8")
    at = [t.at for t in read_ontology([path]).triples if t.predicate.endswith("subClassOf")]
    assert at == [4]


def test_a_file_of_one_long_line_is_read_as_one_line(tmp_path):
    path = tmp_path / "a.nt"
    path.write_text("".join(f"<http://x/{n}> <http://x/p> <http://x/{n}> . " for n in range(9_999)))
    with pytest.raises(InputError, match=r"a.nt, line 1"):
        read_ontology([path])
    path = path.with_suffix(".ttl")
    path.write_text("".join(f"<http://x/{n}> <http://x/p> <http://x/{n}> . " for n in range(9_999)))
    triples = read_ontology([path]).triples
    assert len(triples) == 9_999
    assert {triple.at for triple in triples} == {1}


@pytest.mark.parametrize("name", WRONG)
def test_a_bad_ontology_is_named_before_anything_is_derived(told, tmp_path, name):
    text, message = WRONG[name]
    path = tmp_path / name
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=message):
        derive(told, path)
    assert not list(told.folder.glob("reasoning*"))


def test_a_missing_or_huge_ontology_is_named(tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"no.ttl: No such file"):
        read_ontology([tmp_path / "no.ttl"])
    monkeypatch.setattr(ontology_module, "MAX_TRIPLES", 3)
    with pytest.raises(InputError, match="more than 3 triples"):
        read_ontology([written(tmp_path, HEALING)])


def test_entities_of_an_ontology_are_read_and_bombs_are_not(tmp_path):
    head = '<?xml version="1.0"?>\n<!DOCTYPE r [<!ENTITY owl "http://www.w3.org/2002/07/owl#">'
    bomb = '<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {one} "{"&" + other + ";"}{("&" + other + ";") * 9}">'
        for other, one in zip("abcdefgh", "bcdefghi", strict=True)
    )
    body = """]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#">
<rdf:Description rdf:about="http://x/a"><rdf:type rdf:resource="&owl;Class"/>{}
</rdf:Description></rdf:RDF>"""
    path = tmp_path / "a.owl"
    path.write_text(head + body.format(""), "utf-8")
    (triple,) = read_ontology([path]).triples
    assert triple.object == "http://www.w3.org/2002/07/owl#Class"
    path.write_text(head + bomb + body.format("<rdfs:label>&i;</rdfs:label>"), "utf-8")
    with pytest.raises(InputError, match=r"a.owl, line 2: an entity made of entities"):
        read_ontology([path])
