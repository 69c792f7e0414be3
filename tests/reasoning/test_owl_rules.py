"""What an ontology's axioms conclude, rule by rule, beside owlrl; and that it can be explained."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import owlrl
import pytest
import rdflib

from kgbuild.reasoning.checker import Checker
from kgbuild.reasoning.closure import closure, entailed
from kgbuild.reasoning.derivation import reason
from kgbuild.reasoning.expressions import OWL, Axioms
from kgbuild.reasoning.expressions import RDFS as RDFS_IRI
from kgbuild.reasoning.layer import open_layer
from kgbuild.reasoning.limits import Limits
from kgbuild.reasoning.ontology import Ontology, Triple, read_ontology
from kgbuild.reasoning.owl_rules import _Compiler, theory_for
from kgbuild.reasoning.proofs import explain
from kgbuild.testing.library import Library, Said

Edge = tuple[str, str, str]
CASES = tomllib.loads(Path(__file__).with_name("owl_rl.toml").read_text("utf-8"))
PREFIXES, ENTAILED, INCONSISTENT = CASES["prefixes"], CASES["entailed"], CASES["inconsistent"]

# The tables of the standard, to see that no rule is forgotten.
STANDARD = set(
    """
eq-ref eq-sym eq-trans eq-rep-s eq-rep-p eq-rep-o eq-diff1 eq-diff2 eq-diff3
prp-ap prp-dom prp-rng prp-fp prp-ifp prp-irp prp-symp prp-asyp prp-trp prp-spo1 prp-spo2
prp-eqp1 prp-eqp2 prp-pdw prp-adp prp-inv1 prp-inv2 prp-key prp-npa1 prp-npa2
cls-thing cls-nothing1 cls-nothing2 cls-int1 cls-int2 cls-uni cls-com cls-svf1 cls-svf2 cls-avf
cls-hv1 cls-hv2 cls-maxc1 cls-maxc2 cls-maxqc1 cls-maxqc2 cls-maxqc3 cls-maxqc4 cls-oo
cax-sco cax-eqc1 cax-eqc2 cax-dw cax-adc
dt-type1 dt-type2 dt-eq dt-diff dt-not-type
scm-cls scm-sco scm-eqc1 scm-eqc2 scm-op scm-dp scm-spo scm-eqp1 scm-eqp2 scm-dom1 scm-dom2
scm-rng1 scm-rng2 scm-hv scm-svf1 scm-svf2 scm-avf1 scm-avf2 scm-int scm-uni
""".split()  # noqa: SIM905
)

NOT_OF_CONCEPTS = CASES["not_of_concepts"]
NOT_SPARQ = {"eq-ref", "dt-type1", "scm-cls", "scm-op", "scm-dp"}


def edges(text: str) -> set[Edge]:
    graph = rdflib.Graph().parse(data=PREFIXES + text, format="turtle")
    return {tuple(map(str, edge)) for edge in graph}  # type: ignore[misc]


def lines(text: str) -> list[str]:
    graph = rdflib.Graph().parse(data=PREFIXES + text, format="turtle")
    return graph.serialize(format="nt").splitlines(keepends=True)


@lru_cache
def by_owlrl(premises: str) -> frozenset[Edge]:
    return frozenset(closure("owlrl", lines(premises)))


def test_every_rule_of_the_standard_has_an_example_or_a_reason():
    assert {*ENTAILED, *INCONSISTENT, *CASES["left_out"]} == STANDARD


@pytest.mark.parametrize("rule", ENTAILED)
def test_sparq_concludes_what_owlrl_concludes(rule):
    premises = ENTAILED[rule]["premises"]
    (expected,) = edges(ENTAILED[rule]["conclusion"])
    assert expected in by_owlrl(premises)
    assert (expected in set(closure("sparq", lines(premises)))) == (rule not in NOT_SPARQ)


def test_owlrl_answers_as_its_own_library_does():
    """The interface adds nothing and loses nothing but literals."""
    premises = " ".join(case["premises"] for case in ENTAILED.values())
    graph = rdflib.Graph().parse(data=PREFIXES + premises, format="turtle")
    given = graph.serialize(format="nt").splitlines(keepends=True)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    ours = {edge for edge in closure("owlrl", given) if not edge[0].startswith("_:")}
    theirs = {
        (str(s), str(p), str(o))
        for s, p, o in graph
        if isinstance(s, rdflib.URIRef) and isinstance(o, rdflib.URIRef)
    }
    assert theirs == {edge for edge in ours if not edge[2].startswith("_:")}


# --- kgbuild's own rules over a graph -----------------------------------------------------------


def taught(library: Library, folder: Path, text: str) -> Ontology:
    """A graph of what a text says of concepts, and an ontology of the rest."""
    graph = rdflib.Graph().parse(data=PREFIXES + text, format="turtle")
    ends = ("C1", "C2", "C3", "D1", "D2")
    said = [Said(one, "related_to", other) for one, other in pairwise(ends)]
    for edge in list(graph):
        subject, predicate, object_ = (str(term).rpartition("/")[2] for term in edge)
        if "/mesh/" in edge[0] and "/mesh/" in edge[2] and "/biolink/" in edge[1]:
            said.append(Said(subject, predicate, object_))
            graph.remove(edge)
    library.add({"pubmed:1": said})
    path = folder / "axioms.ttl"
    path.write_text(graph.serialize(format="turtle"), "utf-8")
    return read_ontology([path])


def concluded(library: Library, ontology: Ontology, *, reasoner: str = "") -> set[Edge]:
    """All that the rules conclude; each is proved, and the checker agrees."""
    with library.open() as graph:
        theory = theory_for(graph, ontology)
        compare = (lambda: entailed(reasoner, graph, ontology)) if reasoner else tuple
        reason(graph, theory.rules, axioms=theory.axioms, entailed=compare)
        with open_layer(library.folder) as layer:
            found = list(layer.conclusions())
            checker = Checker(
                graph,
                {rule.name: rule for rule in layer.rules.values()},
                lambda name, terms: layer.find(name, tuple(terms)) is not None,
                {(f.relation, *f.arguments, file, line) for f, file, line in layer.axioms()},
            )
            for one in found:
                proof = explain(graph, layer, one.relation, one.arguments)
                assert list(checker.problems(proof)) == []
            facts = [layer.fact(n) for (n,) in layer.connection.execute("SELECT id FROM facts")]
    return {(fact.relation, *fact.arguments) for fact in facts if len(fact.arguments) == 2}  # type: ignore[misc]


NAMES = {"sameAs": "biolink:same_as", "type": "rdf:type", "subClassOf": "biolink:subclass_of"}


def fact(edge: Edge) -> Edge:
    subject, predicate, object_ = edge
    last = predicate.rpartition("/")[2].rpartition("#")[2]
    relation = NAMES.get(last) or (f"biolink:{last}" if "biolink" in predicate else predicate)
    return relation, short(subject), short(object_)


def short(iri: str) -> str:
    return iri.replace("http://id.nlm.nih.gov/mesh/", "mesh:")


@pytest.mark.parametrize("rule", [r for r in ENTAILED if r not in NOT_OF_CONCEPTS])
def test_own_rules_conclude_and_prove_what_owlrl_concludes(library, tmp_path, rule):
    case = ENTAILED[rule]
    premises, conclusion = case["premises"], case["conclusion"]
    if "shown" in case:
        premises, conclusion = f"{premises} {case['shown_by']}", case["shown"]
    (expected,) = edges(conclusion)
    assert expected in by_owlrl(premises)
    ontology = taught(library, tmp_path, premises)
    assert fact(expected) in concluded(library, ontology, reasoner="sparq")
    with open_layer(library.folder) as layer:
        assert layer.unexplained() == []


@pytest.mark.parametrize("rule", INCONSISTENT)
def test_what_cannot_be_is_reported_and_proved(library, tmp_path, rule):
    ontology = taught(library, tmp_path, INCONSISTENT[rule])
    found = {one for one in concluded(library, ontology) if one[0] == "inconsistent"}
    assert found
    with open_layer(library.folder) as layer:
        names = {name for one in layer.conclusions("inconsistent") for name in one.rules}
    kind = {"eq-diff2": "eq-diff1", "eq-diff3": "eq-diff1"}.get(rule, rule)
    assert {name.partition(":")[0] for name in names} == {kind}


# --- RDF Schema -----------------------------------------------------------------------------------

RDFS = tomllib.loads(Path(__file__).with_name("rdfs.toml").read_text("utf-8"))
MANIFEST = 48 + 18  # approved tests of rdf-mt, and those of RDF, RDFS and D in SPARQL 1.1's


def test_each_of_the_w3c_tests_is_claimed_or_has_a_reason():
    left_out = [name for names in RDFS["not_claimed"].values() for name in names.split()]
    assert len({*left_out, *RDFS["tests"]}) == len(left_out) + len(RDFS["tests"]) == MANIFEST


@pytest.mark.parametrize("reasoner", ["sparq", "owlrl"])
@pytest.mark.parametrize("name", RDFS["tests"])
def test_rdfs_entailment_by_a_reasoner(name, reasoner):
    case = RDFS["tests"][name]
    found = by_owlrl(case["premises"]) if reasoner == "owlrl" else set(
        closure("sparq", lines(case["premises"])))  # fmt: skip
    assert (edges(case["conclusion"]) <= found) == case["follows"]


@pytest.mark.parametrize("name", RDFS["tests"])
def test_rdfs_entailment_by_own_rules(library, tmp_path, name):
    case = RDFS["tests"][name]
    found = concluded(library, taught(library, tmp_path, case["premises"]), reasoner="sparq")
    assert ({fact(edge) for edge in edges(case["conclusion"])} <= found) == case["follows"]
    with open_layer(library.folder) as layer:
        assert layer.unexplained() == []


NESTED = """
:A rdfs:subClassOf :B .
:InA owl:onProperty :in ; owl:someValuesFrom :A .
:InB owl:onProperty :in ; owl:someValuesFrom :B .
:ByA owl:onProperty :by ; owl:someValuesFrom :InA .
:ByB owl:onProperty :by ; owl:someValuesFrom :InB .
mesh:C1 a :ByA .
"""


def test_a_restriction_may_be_the_filler_of_another(library, tmp_path):
    found = concluded(library, taught(library, tmp_path, NESTED))
    assert ("rdf:type", "mesh:C1", "http://example.org/ByB") in found


def test_restrictions_on_one_property_are_compared_along_the_hierarchy_alone():
    """As many rules as there are steps upwards, not as many as there are pairs."""
    name, parts = "http://example.org/", list[Triple]()
    for n in range(1, 500):
        parts.append(Triple(f"{name}O{n}", f"{RDFS_IRI}subClassOf", f"{name}O{n // 2}", "a.ttl"))
        parts.append(Triple(f"{name}In{n}", f"{OWL}onProperty", f"{name}in", "a.ttl"))
        parts.append(Triple(f"{name}In{n}", f"{OWL}someValuesFrom", f"{name}O{n}", "a.ttl"))
    rules = _Compiler(Axioms(parts), set(), Limits()).rules()
    made = [rule for rule in rules if rule.name.startswith("scm-svf1")]
    assert 499 < len(made) < 499 * 9
