"""Proofs of facts: trees from a conclusion down to sentences.

A proof is a dictionary that JSON can hold, so that it can be kept, sent and checked elsewhere
(:mod:`kgbuild.reasoning.checker`):

- a *stated* node has the assertion's identity, its belief, and its evidence: document, section,
  offsets, status, component, score and the sentence;
- a *given* node is what the store itself says (a category);
- an *axiom* node is what an ontology says, with its file and line (0 where it is not known);
- a *derived* node has the rule, its text and place, the premises, and what had to be absent.

``strength`` is the probability that this one proof holds: the product of the least belief in what
it takes from texts about each pair of concepts, and of the confidences of its distinct rule
applications.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator
from itertools import islice, product
from typing import Any

from kgbuild.assertion import Assertion
from kgbuild.errors import NotInGraphError
from kgbuild.graph.reading import StoredGraph
from kgbuild.reasoning.layer import DerivedLayer, Fact
from kgbuild.reasoning.rules import Rule, Variable
from kgbuild.reasoning.supports import Support
from kgbuild.vocabulary import is_symmetric

__all__ = ["Proofs", "explain"]

_ALTERNATIVES = 50
_MAX_DEPTH = 12

Node = dict[str, Any]


def explain(
    graph: StoredGraph, layer: DerivedLayer, relation: str, arguments: tuple[str, ...]
) -> dict[str, Any]:
    """A fact with its confidence and all its proofs, the strongest first.

    ``complete`` says that these are all, ``count`` how many are given. Raises NotInGraphError
    where neither a text states nor a rule concludes it, GraphError where the layer is behind the
    graph.
    """
    fact = layer.find(relation, arguments)
    found = Proofs(graph, layer)
    if fact is None:
        # The layer has only what some rule asks for; texts may state it all the same.
        proofs = found.stated(relation, arguments)
        if not proofs:
            raise _unknown(graph, relation, arguments)
        confidence = upper = max(proof["strength"] for proof in proofs)
    else:
        proofs = found.of(fact)
        confidence, upper = layer.bounds(fact.id)
    return {
        "relation": relation,
        "arguments": list(arguments),
        "confidence": confidence,
        "upper": upper,
        "complete": not found.cut,
        "count": len(proofs),
        "proofs": proofs,
    }


def _unknown(graph: StoredGraph, relation: str, arguments: tuple[str, ...]) -> NotInGraphError:
    """What to say of a fact that no text states outright and no rule concludes."""
    fact = f"{relation}({', '.join(arguments)})"
    said = [claim.id[:12] for claim in _alike(graph, relation, arguments)]
    if said:
        return NotInGraphError(
            f"no text states {fact} outright, and no rule concludes it",
            hints=[f"kgbuild show {identity} shows what texts say of it" for identity in said[:3]],
        )
    ends = (arguments[0], arguments[-1])
    others = [
        f"{claim.id[:12]} is {'a denial of ' * claim.negated}{claim.predicate} between them"
        for subject, object_ in (ends, ends[::-1])
        for claim in graph.assertions(subject=subject, object=object_)
    ]
    return NotInGraphError(
        f"nothing states or concludes {fact}",
        hints=others[:3] or ["kgbuild reason --list shows what was concluded"],
    )


def _alike(graph: StoredGraph, relation: str, arguments: tuple[str, ...]) -> Iterator[Assertion]:
    """The assertions with that predicate and these ends; of a symmetric one, in either order."""
    ends = (arguments[0], arguments[-1])
    for subject, object_ in (ends, ends[::-1]) if is_symmetric(relation) else (ends,):
        yield from graph.assertions(subject=subject, predicate=relation, object=object_)


class Proofs:
    """Makes the proofs of facts; ``cut`` tells whether any were left out, for their number."""

    def __init__(self, graph: StoredGraph, layer: DerivedLayer) -> None:
        self._graph = graph
        self._layer = layer
        self._facts: dict[int, Fact] = {}
        self.cut = False

    def of(self, fact: Fact) -> list[Node]:
        """All proofs of a fact, or the strongest where there are very many."""
        found = [
            {"strength": strength(tree), "tree": tree} for tree in self._trees(fact, frozenset())
        ]
        return sorted(found, key=lambda proof: (-proof["strength"], repr(proof["tree"])))

    def stated(self, relation: str, arguments: tuple[str, ...]) -> list[Node]:
        """The proofs of what texts state and no rule asks for: their sentences."""
        trees = [
            {"relation": relation, "arguments": list(arguments), "by": "stated"}
            | self._told(claim, self._graph.belief(claim))
            for claim in _alike(self._graph, relation, arguments)
            if claim.plain
        ]
        found = [{"strength": tree["belief"], "tree": tree} for tree in trees]
        return sorted(found, key=lambda proof: (-proof["strength"], repr(proof["tree"])))

    def _trees(self, fact: Fact, below: frozenset[int]) -> list[Node]:
        """The trees that prove a fact without resting on a fact that they are to prove."""
        named = {"relation": fact.relation, "arguments": list(fact.arguments)}
        trees: list[Node] = []
        for assertion, belief in self._layer.leaves(fact.id):
            trees.append(
                {**named, "by": "stated", **self._stated(assertion, belief)}
                if assertion
                else {**named, **self._given(fact)}
            )
        supports = self._layer.supports(fact.id)
        if len(below) >= _MAX_DEPTH:
            self.cut |= bool(supports)
            return trees
        for support in supports:
            if below.isdisjoint(support.premises) and fact.id not in support.premises:
                trees += self._derived(fact, support, below | {fact.id})
        if len(trees) > _ALTERNATIVES:
            self.cut = True
            trees = sorted(trees, key=lambda tree: (-strength(tree), repr(tree)))[:_ALTERNATIVES]
        return trees

    def _derived(self, fact: Fact, support: Support, below: frozenset[int]) -> Iterator[Node]:
        rule = self._layer.rules[support.rule]
        premises = [self._fact(premise) for premise in support.premises]
        ways = [self._trees(premise, below) for premise in premises]
        if math.prod(map(len, ways)) > _ALTERNATIVES:
            self.cut = True
        bound = bind(rule, premises)
        for chosen in islice(product(*ways), _ALTERNATIVES):
            yield {
                "relation": fact.relation,
                "arguments": list(fact.arguments),
                "by": "derived",
                "rule": rule.name,
                "file": rule.file,
                "line": rule.line,
                "confidence": rule.confidence,
                "hypothesis": rule.hypothesis,
                "why": self._sentence(rule, bound),
                "premises": list(chosen),
                "absent": [
                    {"relation": atom.relation, "arguments": [_term(t, bound) for t in atom.terms]}
                    for atom in rule.absent
                ],
            }

    def _given(self, fact: Fact) -> Node:
        axiom = self._layer.axiom(fact.id)
        if axiom is None:
            return {"by": "given"}
        file, line = axiom
        return {"by": "axiom", "file": file, "line": line}

    def _fact(self, number: int) -> Fact:
        if number not in self._facts:
            self._facts[number] = self._layer.fact(number)
        return self._facts[number]

    def _sentence(self, rule: Rule, bound: dict[str, str]) -> str:
        sentence = rule.display
        for variable, term in bound.items():
            sentence = sentence.replace("{?" + variable + "}", self.name(term))
        return sentence

    def name(self, term: str) -> str:
        """The label of a concept, or the term itself."""
        try:
            return self._graph.concept(term).label or term
        except NotInGraphError:
            return term

    def _stated(self, number: int, belief: float) -> Node:
        (identity,) = self._graph.connection.execute(
            "SELECT identity FROM assertions WHERE id = ?", (number,)
        ).fetchone()
        return self._told(self._graph.assertion(identity), belief)

    def _told(self, assertion: Assertion, belief: float) -> Node:
        return {
            "assertion": assertion.id,
            "belief": belief,
            "evidence": evidence_of(assertion),
        }


def evidence_of(assertion: Assertion) -> list[Node]:
    """The evidence of an assertion as a proof shows it."""
    return [
        {
            "document": evidence.document,
            "section": evidence.section,
            "spans": [[span.start, span.end] for span in evidence.spans],
            "text": evidence.text,
            "status": evidence.status.value,
            "component": evidence.source.component,
            "score": evidence.score,
            "link_score": evidence.link_score,
        }
        for evidence in assertion.evidence
    ]


def bind(rule: Rule, premises: list[Fact]) -> dict[str, str]:
    """What the rule's variables stand for where these facts are its premises."""
    return {
        str(term): argument
        for atom, fact in zip(rule.body, premises, strict=True)
        for term, argument in zip(atom.terms, fact.arguments, strict=True)
        if isinstance(term, Variable)
    }


def _term(term: str, bound: dict[str, str]) -> str:
    return bound[term] if isinstance(term, Variable) else term


def strength(tree: Node) -> float:
    """The probability that this proof holds; what is said of one pair counts once."""
    factors: dict[Hashable, float] = {}
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if node["by"] == "stated":
            pair = _pair(node)
            factors[pair] = min(node["belief"], factors.get(pair, 1.0))
        elif node["by"] == "derived":
            premises = tuple((p["relation"], *p["arguments"]) for p in node["premises"])
            application = (node["rule"], node["relation"], *node["arguments"], premises)
            factors[application] = node["confidence"]
            waiting += node["premises"]
    return round(math.prod(sorted(factors.values())), 12)


def _pair(stated: Node) -> Hashable:
    """What hangs together: the claims about one pair of concepts, or the denials."""
    first, second, *more = stated["arguments"]
    return stated["relation"] == "denied", frozenset((first, more[0] if more else second))
