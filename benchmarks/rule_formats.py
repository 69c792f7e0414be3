"""The shipped rules in the formats that rules could have been written in: length and time.

    python benchmarks/rule_formats.py [--assertions 20000] [--shacl 1000]

Each rule is written by kgbuild in Nemo's Datalog, translated to a SPARQL update, and wrapped as a
SHACL rule (SHACL-AF). Oxigraph applies the updates, stratum by stratum, until nothing is new;
pySHACL, which runs on rdflib, applies the SHACL rules to a smaller graph. Both must conclude what
kgbuild concludes, without a confidence or a proof. The Datalog holds each rule's name, sentence and
confidence, and kgbuild's time every belief and confidence. CPU seconds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import pyoxigraph
from machine import describe  # type: ignore[import-not-found]
from reasoning import cpu, fill_drawn  # type: ignore[import-not-found]

from kgbuild.graph.reading import StoredGraph
from kgbuild.reasoning.derivation import reason
from kgbuild.reasoning.layer import Fact, open_layer
from kgbuild.reasoning.rule_syntax import shipped_rules, write_rule
from kgbuild.reasoning.rules import Atom, Rule, Term, Variable, strata

Triple = tuple[str, str, str]
ONE = "urn:kgbuild:one"


def iri(term: str) -> str:
    return f"urn:kgbuild:{quote(term, safe=':')}"


def written(term: Term) -> str:
    return f"?{term}" if isinstance(term, Variable) else f"<{iri(term)}>"


def pattern(atom: Atom, node: str) -> str:
    """A relation of two is a triple; one of more needs a node of its own."""
    if len(atom.terms) == 2:
        return f"{written(atom.terms[0])} <{iri(atom.relation)}> {written(atom.terms[1])} ."
    places = " ; ".join(f"<{iri(f'p{n}')}> {written(t)}" for n, t in enumerate(atom.terms))
    return f"?{node} a <{iri(atom.relation)}> ; {places} ."


def where(rule: Rule) -> str:
    lines = [pattern(atom, f"b{n}") for n, atom in enumerate(rule.body)]
    lines += [f"FILTER ({written(c.left)} {c.operator} {written(c.right)})"
              for c in rule.comparisons]  # fmt: skip
    lines += [f"FILTER NOT EXISTS {{ {pattern(atom, f'a{n}')} }}"
              for n, atom in enumerate(rule.absent)]  # fmt: skip
    return "\n  ".join(lines)


def as_sparql(rule: Rule) -> str:
    return f"INSERT {{ {pattern(rule.head, 'h')} }} WHERE {{\n  {where(rule)}\n}}"


def as_shacl(rule: Rule, order: int) -> str:
    construct = f"CONSTRUCT {{ {pattern(rule.head, 'h')} }} WHERE {{\n  {where(rule)}\n}}"
    return (
        f"<{iri('shape:' + rule.name)}> a sh:NodeShape ; sh:targetNode <{ONE}> ;\n"
        f'  sh:rule [ a sh:SPARQLRule ; sh:order {order} ; sh:construct """{construct}""" ] .'
    )


def triples(facts: Iterable[Fact]) -> Iterator[Triple]:
    for number, fact in enumerate(facts):
        if len(fact.arguments) == 2:
            yield iri(fact.arguments[0]), iri(fact.relation), iri(fact.arguments[1])
            continue
        node = iri(f"n{number}")
        yield node, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", iri(fact.relation)
        yield from ((node, iri(f"p{n}"), iri(term)) for n, term in enumerate(fact.arguments))


def by_oxigraph(rules: Sequence[Rule], told: Iterable[Triple]) -> tuple[float, set[Triple]]:
    store = pyoxigraph.Store()
    store.extend(pyoxigraph.Quad(*map(pyoxigraph.NamedNode, one)) for one in told)
    before = {(q.subject.value, q.predicate.value, q.object.value) for q in store}

    def close() -> None:
        for layer in strata(rules):
            size = -1
            while size != len(store):
                size = len(store)
                for rule in layer:
                    store.update(as_sparql(rule))

    took, _ = cpu(close)
    after = {(q.subject.value, q.predicate.value, q.object.value) for q in store}
    return took, after - before


def by_pyshacl(rules: Sequence[Rule], told: Iterable[Triple]) -> tuple[float, set[Triple]]:
    import pyshacl
    import rdflib

    graph = rdflib.Graph()
    for one in told:
        graph.add(tuple(map(rdflib.URIRef, one)))  # type: ignore[arg-type]
    graph.add((rdflib.URIRef(ONE),) * 3)
    before = {tuple(map(str, one)) for one in graph}
    shapes = "@prefix sh: <http://www.w3.org/ns/shacl#> .\n" + "\n".join(
        as_shacl(rule, order) for order, layer in enumerate(strata(rules)) for rule in layer
    )
    took, _ = cpu(lambda: pyshacl.shacl_rules(
        graph, shacl_graph=rdflib.Graph().parse(data=shapes), advanced=True, iterate_rules=True,
        inplace=True,
    ))  # fmt: skip
    return took, {tuple(map(str, one)) for one in graph} - before  # type: ignore[misc]


def compared(assertions: int, *, shacl: bool) -> None:
    rules = shipped_rules()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "kg"
        fill_drawn(folder, assertions)
        with StoredGraph(folder) as graph:
            ours, _ = cpu(lambda: reason(graph, rules))
        with open_layer(folder) as layer:
            facts = [n for (n,) in layer.connection.execute("SELECT id FROM facts")]
            inferred = set(layer.inferred())
            told = list(triples(layer.fact(n) for n in facts if n not in inferred))
            concluded = set(triples(layer.fact(n) for n in inferred))
    print(f"\n{assertions:,} assertions, {len(concluded):,} conclusions, CPU seconds")
    print(f"  kgbuild, all confidences   {ours:8.2f}")
    for title, by in (("SHACL rules, pySHACL", by_pyshacl) if shacl else
                      ("SPARQL updates, Oxigraph", by_oxigraph),):  # fmt: skip
        took, found = by(rules, told)
        same = "the same" if found == concluded else f"{len(found ^ concluded):,} differ"
        print(f"  {title:26} {took:8.2f}  {took / ours:6.1f} x  ({same})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--assertions", type=int, default=20_000)
    parser.add_argument("--shacl", type=int, default=1_000)
    options = parser.parse_args()
    print(describe())
    rules = shipped_rules()
    for title, texts in (
        ("Datalog as Nemo writes it", [write_rule(rule) for rule in rules]),
        ("SPARQL update", [as_sparql(rule) for rule in rules]),
        ("SHACL rule", [as_shacl(rule, 0) for rule in rules]),
    ):
        bare = [text.replace("urn:kgbuild:", "") for text in texts]
        print(f"{title:27}{sum(map(len, bare)) / len(bare):6.0f} characters a rule")
    compared(options.assertions, shacl=False)
    if options.shacl:
        compared(options.shacl, shacl=True)


if __name__ == "__main__":
    sys.exit(main())
