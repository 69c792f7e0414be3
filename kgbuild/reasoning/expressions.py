"""What OWL's class expressions and lists say, out of triples.

A class without a name gets the name that one would give it in words (``biolink:treats some
biolink:Disease``, the Manchester syntax), so that a proof can be read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from kgbuild.errors import InputError
from kgbuild.reasoning.ontology import Triple, name_of

__all__ = ["MAX_PARTS", "OWL", "RDF", "RDFS", "Axioms"]

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"

MAX_PARTS = 1000
"""As many members as a list may have that a rule is made of, e.g. the parts of an intersection."""

_MAX_DEPTH = 20
_RESTRICTIONS = {"someValuesFrom": "some", "allValuesFrom": "only", "hasValue": "value"}
_LISTS = {"intersectionOf": " and ", "unionOf": " or ", "oneOf": ", "}


class Axioms:
    """The triples of an ontology by predicate and by subject; terms keep their IRIs."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._by_predicate: dict[str, list[Triple]] = defaultdict(list)
        self._by_subject: dict[str, dict[str, list[Triple]]] = defaultdict(dict)
        for triple in triples:
            self._by_predicate[triple.predicate].append(triple)
            own = self._by_subject[triple.subject]
            own.setdefault(triple.predicate, []).append(triple)
        self._named: dict[str, str] = {}

    def of(self, predicate: str) -> list[Triple]:
        """The triples of a predicate of OWL, RDFS or RDF, given without or with its namespace."""
        for space in ("", OWL, RDFS, RDF):
            if found := self._by_predicate.get(space + predicate):
                return found
        return []

    @property
    def predicates(self) -> list[str]:
        """Every predicate's IRI."""
        return list(self._by_predicate)

    def typed(self, kind: str) -> Iterator[Triple]:
        """The declarations that something is an ``owl:`` kind, e.g. ``TransitiveProperty``."""
        return (triple for triple in self.of("type") if triple.object == OWL + kind)

    def typed_as(self, subject: str, kind: str) -> bool:
        """Whether a node is declared to be of an ``owl:`` kind."""
        own = self._by_subject.get(subject, {}).get(RDF + "type", ())
        return any(triple.object == OWL + kind for triple in own)

    def is_property(self, iri: str) -> bool:
        """Whether something is declared as a property, or used as one."""
        kinds = ("ObjectProperty", "DatatypeProperty")
        return iri in self._by_predicate or any(self.typed_as(iri, kind) for kind in kinds)

    def value(self, subject: str, predicate: str) -> str:
        """The one object of a subject and a predicate of OWL; empty where there is none."""
        found = self._by_subject.get(subject, {}).get(OWL + predicate)
        return found[0].object if found else ""

    def count(self, subject: str, predicate: str) -> int | None:
        """The number that a literal says, or None."""
        text = self.value(subject, predicate).partition("^^")[0].strip('"')
        return int(text) if text.isdigit() else None

    def members(self, triple: Triple) -> list[str]:
        """The members of the RDF list that a triple has as its object.

        Raises InputError where the list has no end, or more than ``MAX_PARTS`` members.
        """
        return self._members(triple.object, triple)

    def _members(self, start: str, triple: Triple, most: int = MAX_PARTS) -> list[str]:
        found: list[str] = []
        seen: set[str] = set()
        node = start
        while node != RDF + "nil":
            own = self._by_subject.get(node, {})
            first, rest = own.get(RDF + "first"), own.get(RDF + "rest")
            if node in seen or not first or not rest:
                raise wrong(triple, "the list has no end")
            if len(found) == most:
                raise wrong(triple, f"the list has more than {most} members")
            seen.add(node)
            found.append(first[0].object)
            node = rest[0].object
        return found

    def name(self, term: str, depth: int = 0) -> str:
        """A class, property or individual as rules and proofs write it."""
        if not term.startswith("_:"):
            return name_of(term)
        if term not in self._named:
            self._named[term] = self._expression(term, depth) or term
        return self._named[term]

    def _expression(self, node: str, depth: int) -> str:
        if depth > _MAX_DEPTH:
            return ""
        if on := self.value(node, "onProperty"):
            return self._restriction(node, self.name(on, depth + 1), depth)
        for predicate, joint in _LISTS.items():
            for triple in self._by_subject.get(node, {}).get(OWL + predicate, ()):
                named = [self._part(one, depth) for one in self.members(triple)]
                return f"{{{joint.join(named)}}}" if joint == ", " else joint.join(named)
        if other := self.value(node, "complementOf"):
            return f"not {self._part(other, depth)}"
        return ""

    def _restriction(self, node: str, on: str, depth: int) -> str:
        for predicate, word in _RESTRICTIONS.items():
            if filler := self.value(node, predicate):
                return f"{on} {word} {self._part(filler, depth)}"
        for predicate in ("maxCardinality", "maxQualifiedCardinality"):
            if (count := self.count(node, predicate)) is not None:
                filler = self.value(node, "onClass")
                return f"{on} max {count} {self._part(filler, depth) if filler else ''}".strip()
        return ""

    def _part(self, term: str, depth: int) -> str:
        named = self.name(term, depth + 1)
        return f"({named})" if " " in named else named


def wrong(triple: Triple, problem: str) -> InputError:
    """An error that names an axiom, its file and its line."""
    return InputError(
        f"{name_of(triple.subject)} {name_of(triple.predicate)}: {problem}",
        file=triple.file,
        place=f"line {triple.at}" if triple.at else "",
    )
