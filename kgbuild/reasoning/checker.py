"""Check a proof against the store and the rules, without any of the reasoner's code.

A proof is right when every leaf is an assertion that may be shown as a plain edge (or a denial,
a category, an axiom), quotes all its evidence in the document's own words, and has the belief that
it gives; every step is an instance of its rule; what must be absent is; and all numbers follow.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, combinations
from math import isclose, prod
from typing import Any

from kgbuild.assertion import Assertion
from kgbuild.components import Graph
from kgbuild.errors import KgbuildError
from kgbuild.reasoning.belief import belief, standing
from kgbuild.reasoning.rules import Rule, Variable
from kgbuild.vocabulary import ancestors, is_symmetric

__all__ = ["Checker"]

Node = Mapping[str, Any]
Rules = Mapping[str, Rule]
Derived = Callable[[str, Sequence[str]], bool]
Axioms = Container[tuple[object, ...]]
_FEW = 10
_PARTS = {
    "given": "arguments by relation",
    "axiom": "arguments by file line relation",
    "stated": "arguments assertion belief by evidence relation",
    "derived": "absent arguments by confidence file hypothesis line premises relation rule why",
}


class Checker:
    """Checks proofs. ``derived``: was a fact concluded; ``axioms``: facts with file and line."""

    def __init__(self, graph: Graph, rules: Rules, derived: Derived, axioms: Axioms = ()) -> None:
        self._graph = graph
        self._rules = rules
        self._concluded = derived
        self._axioms = axioms
        self._names = {concept.id: concept.label for concept in graph.concepts()}.get
        self._standings = {one.id: standing(one.notices) for one in graph.documents()}

    def problems(self, explained: Node) -> Iterator[str]:
        """What is wrong with an explanation (a fact and its proofs); nothing where it is right."""
        try:
            fact, proofs = _fact(explained), explained["proofs"]
            if not proofs or explained["count"] != len(proofs):
                yield f"{fact}: a proof is missing"
            for proof in proofs:
                if _fact(proof["tree"]) != fact:
                    yield f"{fact}: a proof is of {_fact(proof['tree'])}"
                yield from self._node(proof["tree"], ())
                if not isclose(proof["strength"], prod(_factors(proof["tree"])), abs_tol=1e-9):
                    yield f"{fact}: a proof is not as strong as {proof['strength']}"
            order = [-proof["strength"] for proof in proofs]
            if order != sorted(order) or len({repr(p["tree"]) for p in proofs}) != len(proofs):
                yield f"{fact}: a proof is given twice, or before a stronger one"
            yield from _confidence(fact, explained)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, KgbuildError) as error:
            yield f"not a proof: {type(error).__name__}: {error}"

    def _node(self, node: Node, below: tuple[tuple[str, ...], ...]) -> Iterator[str]:
        fact = _fact(node)
        if " ".join(sorted(node)) != _PARTS[node["by"]]:
            yield f"{fact}: has other parts than a {node['by']} node has"
        if fact in below:
            yield f"{fact}: rests on itself"
        yield from getattr(self, f"_{node['by']}")(node)
        for premise in node.get("premises", ()):
            yield from self._node(premise, (*below, fact))

    def _given(self, node: Node) -> Iterator[str]:
        relation, concept, category = _fact(node)
        own = self._graph.concept(concept).category
        if relation != "category" or category not in (own, *ancestors(own)):
            yield f"{relation}({concept}, {category}): the graph does not say so"

    def _stated(self, node: Node) -> Iterator[str]:
        fact, claim = _fact(node), self._graph.assertion(node["assertion"])
        if not replace(claim, negated=False).plain:
            yield f"{fact}: no text states it outright, or it was rejected"
        if claim.id != node["assertion"] or fact not in set(_readings(claim)):
            yield f"{fact}: assertion {claim.id} says something else"
        if not isclose(node["belief"], self._belief(claim), abs_tol=1e-9):
            yield f"{fact}: the evidence gives another belief than {node['belief']}"
        told = [{"document": e.document, "section": e.section, "text": e.text, "score": e.score,
                 "link_score": e.link_score, "spans": [[s.start, s.end] for s in e.spans],
                 "status": e.status.value, "component": e.source.component}
                for e in claim.evidence]  # fmt: skip
        if node["evidence"] != told:
            yield f"{fact}: the evidence is not what the graph holds"
        for evidence in claim.evidence:
            text = self._graph.document(evidence.document).text
            if " … ".join(span.of(text) for span in evidence.spans) != evidence.text:
                yield f"{fact}: {evidence.document} does not have these words there"

    def _belief(self, claim: Assertion) -> float:
        same = self._graph.assertions(subject=claim.subject, object=claim.object)
        other = (claim.predicate, not claim.negated, claim.qualifiers)
        denial = next((a for a in same if (a.predicate, a.negated, a.qualifiers) == other), None)
        return belief(claim, denial, standings=self._standings)

    def _axiom(self, node: Node) -> Iterator[str]:
        if (*_fact(node), node["file"], node["line"]) not in self._axioms:
            yield f"{_fact(node)}: {node['file']} does not say so"

    def _derived(self, node: Node) -> Iterator[str]:
        fact, rule = _fact(node), self._rules.get(node["rule"])
        if rule is None:
            yield f"{fact}: there is no rule {node['rule']!r}"
            return
        told = (node["confidence"], node["hypothesis"], node["file"], node["line"])
        if told != (rule.confidence, rule.hypothesis, rule.file, rule.line):
            yield f"{fact}: rule {rule.name!r} has another confidence, place or standing"
        bound: dict[str, str] = {}
        atoms = [(atom, _fact(p)) for atom, p in zip(rule.body, node["premises"], strict=True)]
        for atom, (relation, *arguments) in [*atoms, (rule.head, fact)]:
            if relation != atom.relation:
                yield f"{fact}: {relation} stands where rule {rule.name!r} has {atom.relation}"
            for term, argument in zip(atom.terms, arguments, strict=True):
                expected = bound.setdefault(term, argument) if isinstance(term, Variable) else term
                if expected != argument:
                    yield f"{fact}: {argument} stands where rule {rule.name!r} has {expected}"
        for left, operator, right in rule.comparisons:
            if (_value(left, bound) == _value(right, bound)) != (operator == "="):
                yield f"{fact}: {left} {operator} {right} does not hold"
        absent = [(a.relation, *(_value(t, bound) for t in a.terms)) for a in rule.absent]
        if absent != [_fact(a) for a in node["absent"]]:
            yield f"{fact}: something else must be absent"
        yield from (f"{fact}: {one} is not absent" for one in absent if self._holds(one))
        why = rule.display
        for name, term in bound.items():
            why = why.replace("{?" + name + "}", self._names(term) or term)
        if why != node["why"]:
            yield f"{fact}: rule {rule.name!r} gives another reason"

    def _holds(self, fact: tuple[str, ...]) -> bool:
        relation, *arguments = fact
        if relation == "category":
            return not any(self._given({"relation": relation, "arguments": arguments}))
        ends = (arguments[0], arguments[:3][-1])
        told = chain(*(self._graph.assertions(subject=s, object=o) for s, o in (ends, ends[::-1])))
        return self._concluded(relation, arguments) or any(
            replace(c, negated=False).plain and fact in set(_readings(c)) for c in told
        )


def _value(term: str, bound: Mapping[str, str]) -> str:
    return bound[term] if isinstance(term, Variable) else term


def _fact(node: Node) -> tuple[str, ...]:
    return (str(node["relation"]), *map(str, node["arguments"]))


def _readings(claim: Assertion) -> Iterator[tuple[str, ...]]:
    ends = (claim.subject, claim.object)
    for s, o in (ends, ends[::-1]) if is_symmetric(claim.predicate) else (ends,):
        yield ("denied", s, claim.predicate, o) if claim.negated else (claim.predicate, s, o)
    for name, value in () if claim.negated else claim.qualifiers:
        yield ("qualified", claim.subject, claim.predicate, claim.object, name, value)


def _factors(*trees: Node) -> Iterable[float]:
    """The chances of what must hold for all trees; claims about one pair hang together."""
    found: dict[Any, float] = {}
    waiting = [*trees]
    while waiting:
        node = waiting.pop()
        if node["by"] == "stated":
            relation, first, *more = _fact(node)
            about = (relation == "denied", frozenset((first, more[:2][-1])))
            found[about] = min(node["belief"], found.get(about, 1.0))
        elif node["by"] == "derived":
            found[node["rule"], _fact(node), *map(_fact, node["premises"])] = node["confidence"]
            waiting += node["premises"]
    return found.values()


def _confidence(fact: object, explained: Node) -> Iterator[str]:
    """Inclusion and exclusion over the proofs, where they are all and few enough."""
    low, high = explained["confidence"], explained["upper"]
    if not 0.0 <= low <= high <= 1.0:
        yield f"{fact}: {low} and {high} are no bounds"
    trees = [proof["tree"] for proof in explained["proofs"]]
    if not explained["complete"] or len(trees) > _FEW:
        return
    exact = 0.0
    for size in range(1, len(trees) + 1):
        for some in combinations(trees, size):
            exact -= (-1) ** size * prod(_factors(*some))
    if not isclose(low, exact, abs_tol=1e-9) or low != high:
        yield f"{fact}: a confidence of {low} does not follow, it is {exact:.6f}"
