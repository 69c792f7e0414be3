"""An ontology as rules: each axiom becomes what OWL 2 RL's rules make of it.

``biolink:treats rdfs:subPropertyOf biolink:affects`` becomes the rule
``biolink:affects(?x, ?y) :- biolink:treats(?x, ?y)``, named after the rule of the standard and
the axiom (``prp-spo1: biolink:treats rdfs:subPropertyOf biolink:affects``), so that proofs end
in sentences and axioms. Subclasses, equalities and what an ontology says of individuals become
facts, each with its file. (OWL 2 Web Ontology Language Profiles, 4.3, tables 4 to 7 and 9.)

Two Biolink predicates stand for what they map to exactly: ``biolink:subclass_of`` for
``rdfs:subClassOf``, ``biolink:same_as`` for ``owl:sameAs``. ``rdf:type`` relates an individual
to its class; a concept has its category as its class. ``inconsistent`` relates an individual to
the axiom that it breaks; nothing follows from it.

Only what bears on a graph is kept: rules whose premises the graph or other rules can give, and
the classes above the graph's concepts and categories. Not stated here: datatypes and literals
(the graph has none) and what RDFS and OWL say of their own vocabulary.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import NamedTuple

from kgbuild.errors import VocabularyError
from kgbuild.graph.reading import StoredGraph
from kgbuild.reasoning.expressions import OWL, RDF, RDFS, Axioms
from kgbuild.reasoning.limits import Limits
from kgbuild.reasoning.ontology import Ontology, Triple, name_of
from kgbuild.reasoning.rules import MAX_PREMISES, Atom, Comparison, Rule, Term, Variable
from kgbuild.vocabulary import ancestors, check_predicate, predicates

__all__ = [
    "INCONSISTENT",
    "SAME",
    "SUBCLASS",
    "TYPE",
    "Axiom",
    "Theory",
    "theory_for",
    "theory_of",
    "without_twins",
]

SUBCLASS = "biolink:subclass_of"
SAME = "biolink:same_as"
TYPE = "rdf:type"
DIFFERENT = "owl:differentFrom"
INCONSISTENT = "inconsistent"

_PROPERTIES = {f"{RDFS}subClassOf": SUBCLASS, f"{OWL}sameAs": SAME}
_VOCABULARIES = (RDF, RDFS, OWL, "http://www.w3.org/2001/XMLSchema#")
_X, _Y, _Z, _W = map(Variable, "xyzw")
_CLASS, _ABOVE, _SAME = map(Variable, ("class", "above", "same"))


class Axiom(NamedTuple):
    """What an ontology says of two terms, as a fact: relation, terms, the file and line."""

    relation: str
    subject: str
    object: str
    file: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Theory:
    """What of an ontology bears on a graph: ``rules`` and ``axioms``."""

    rules: tuple[Rule, ...]
    axioms: tuple[Axiom, ...]


def theory_of(
    ontology: Ontology,
    used: Iterable[str],
    categories: Iterable[str],
    concepts: Iterable[str],
    limits: Limits | None = None,
) -> Theory:
    """What bears on a graph that has used these predicates, categories and concepts.

    Raises InputError for an axiom that cannot be: a list without end, a property that Biolink
    lacks under a Biolink name; LimitError where the time is up.
    """
    limits = limits or Limits()
    held = {one for category in categories for one in (category, *ancestors(category))}
    made = _Compiler(Axioms(limits.within(ontology.triples, "sorting an ontology's triples")), held,
                     limits)  # fmt: skip
    rules = tuple(made.rules())
    told = dict.fromkeys(limits.within(made.facts(), "making facts of an ontology's axioms"))
    facts = [fact for fact in told if fact.object != "owl:Thing"]
    return _relevant(rules, facts, set(used), set(concepts), limits)


def theory_for(graph: StoredGraph, ontology: Ontology, limits: Limits | None = None) -> Theory:
    """The rules and axioms that bear on a graph as it is now. Raises InputError, LimitError."""
    read = graph.connection.execute
    return theory_of(
        ontology,
        (predicate for (predicate,) in read("SELECT DISTINCT predicate FROM assertions")),
        (category for (category,) in read("SELECT DISTINCT category FROM concepts")),
        (curie for (curie,) in read("SELECT curie FROM concepts")),
        limits,
    )


class _Compiler:
    """Makes rules and facts of axioms. ``held`` are the categories of the graph's concepts."""

    def __init__(self, axioms: Axioms, held: set[str], limits: Limits) -> None:
        self._axioms = axioms
        self._limits = limits
        self._held = held
        self._made: dict[str, Rule] = {}

    # --- facts ---------------------------------------------------------------------------------

    def facts(self) -> Iterator[Axiom]:
        """Subclasses, equalities, and what is said of individuals."""
        name = self._axioms.name
        for triple in self._axioms.of("subClassOf"):
            yield Axiom(SUBCLASS, name(triple.subject), name(triple.object), triple.file, triple.at)
        for triple in self._axioms.of("equivalentClass"):
            yield Axiom(SUBCLASS, name(triple.subject), name(triple.object), triple.file, triple.at)
            yield Axiom(SUBCLASS, name(triple.object), name(triple.subject), triple.file, triple.at)
        for triple in self._axioms.of("intersectionOf"):
            for part in self._axioms.members(triple):
                yield Axiom(SUBCLASS, name(triple.subject), name(part), triple.file, triple.at)
        for triple in self._axioms.of("unionOf"):
            for part in self._axioms.members(triple):
                yield Axiom(SUBCLASS, name(part), name(triple.subject), triple.file, triple.at)
        for triple in self._axioms.of("oneOf"):
            for one in self._axioms.members(triple):
                yield Axiom(TYPE, name(one), name(triple.subject), triple.file, triple.at)
        yield from self._individuals()
        yield from self._differences()

    def _individuals(self) -> Iterator[Axiom]:
        """Types, equalities and relations of individuals that the ontology itself states."""
        name = self._axioms.name
        for triple in self._axioms.of(f"{OWL}sameAs"):
            yield Axiom(SAME, name(triple.subject), name(triple.object), triple.file, triple.at)
        for triple in self._axioms.of("type"):
            if not triple.object.startswith(_VOCABULARIES) or triple.object == f"{OWL}Nothing":
                yield Axiom(TYPE, name(triple.subject), name(triple.object), triple.file, triple.at)
        for predicate in self._axioms.predicates:
            if not predicate.startswith(_VOCABULARIES):
                for triple in self._axioms.of(predicate):
                    if not triple.object.startswith(('"', "<<")):
                        yield Axiom(name(predicate), name(triple.subject), name(triple.object),
                                    triple.file, triple.at)  # fmt: skip

    def _differences(self) -> Iterator[Axiom]:
        name = self._axioms.name
        for triple in self._axioms.of("differentFrom"):
            yield Axiom(
                DIFFERENT, name(triple.subject), name(triple.object), triple.file, triple.at
            )
        for triple in (*self._axioms.of("members"), *self._axioms.of("distinctMembers")):
            if self._axioms.typed_as(triple.subject, "AllDifferent"):
                for one, other in combinations(self._axioms.members(triple), 2):
                    yield Axiom(DIFFERENT, name(one), name(other), triple.file, triple.at)

    # --- rules ---------------------------------------------------------------------------------

    def rules(self) -> Iterator[Rule]:
        """The rules, each once."""
        for make in (
            self._categories, self._hierarchies, self._characteristics, self._compositions,
            self._ends, self._restrictions, self._fillers, self._connectives, self._keys,
            self._disjointness, self._denials,
        ):  # fmt: skip
            make()
        yield from self._made.values()
        yield from _GENERAL

    def _add(
        self, kind: str, triple: Triple, head: Atom, *body: Atom | Comparison, words: str = ""
    ) -> None:
        if head.relation == TYPE and head.terms[1] == "owl:Thing":
            return  # everything is
        axiom = words or self._words(triple)
        doing = f"making rules of an ontology's axioms ({len(self._made):,} made)"
        self._limits.check(doing, file=triple.file, place=f"line {triple.at}" if triple.at else "")
        rule = _rule(f"{kind}: {axiom}", head, body, _WHY[kind], triple.file, triple.at)
        if head.relation.startswith("biolink:"):
            try:
                check_predicate(head.relation)
            except VocabularyError as error:
                raise rule.wrong(str(error), hints=error.hints) from error
        if len(rule.body) > MAX_PREMISES:
            raise rule.wrong(f"needs {len(rule.body)} premises, at most {MAX_PREMISES} can be")
        self._made.setdefault(rule.name, rule)

    def _words(self, triple: Triple) -> str:
        name = self._axioms.name
        return f"{name(triple.subject)} {name_of(triple.predicate)} {name(triple.object)}"

    def _relation(self, iri: str) -> str:
        return _PROPERTIES.get(iri) or self._axioms.name(iri)

    def _edge(self, iri: str, subject: Term, object_: Term) -> Atom:
        """A property between two terms; ``owl:inverseOf`` of a property the other way round."""
        if iri.startswith("_:") and (other := self._axioms.value(iri, "inverseOf")):
            return Atom(self._relation(other), (object_, subject))
        return Atom(self._relation(iri), (subject, object_))

    def _is(self, individual: Term, iri: str) -> Atom:
        return Atom(TYPE, (individual, self._axioms.name(iri)))

    def _categories(self) -> None:
        """A category of a concept is a class of it."""
        for category in sorted(self._held):
            atom = Atom("category", (_X, category))
            rule = _rule(f"category: {category}", Atom(TYPE, (_X, category)), (atom,),
                         f"the graph has {{?x}} as a {category}", "")  # fmt: skip
            self._made.setdefault(rule.name, rule)

    def _hierarchies(self) -> None:
        edge, axioms = self._edge, self._axioms
        for triple in axioms.of("subPropertyOf"):
            self._add("prp-spo1", triple, edge(triple.object, _X, _Y), edge(triple.subject, _X, _Y))
        for kind in ("equivalentProperty", f"{OWL}sameAs"):
            for triple in axioms.of(kind):
                if kind == "equivalentProperty" or self._is_property(triple.subject):
                    one, other = triple.subject, triple.object
                    self._add("prp-eqp1", triple, edge(other, _X, _Y), edge(one, _X, _Y))
                    self._add("prp-eqp2", triple, edge(one, _X, _Y), edge(other, _X, _Y))
        for triple in axioms.of("inverseOf"):
            if not triple.subject.startswith("_:"):
                one, other = triple.subject, triple.object
                self._add("prp-inv1", triple, edge(other, _Y, _X), edge(one, _X, _Y))
                self._add("prp-inv2", triple, edge(one, _Y, _X), edge(other, _X, _Y))

    def _is_property(self, iri: str) -> bool:
        return self._axioms.is_property(iri) or name_of(iri) in predicates()

    def _characteristics(self) -> None:
        def with_kind(kind: str, add: Callable[[Triple, str], None]) -> None:
            for triple in self._axioms.typed(kind):
                add(triple, triple.subject)

        edge, same = self._edge, Atom(SAME, (_Y, _Z))
        apart = Comparison(_Y, "!=", _Z)
        with_kind(
            "SymmetricProperty",
            lambda t, p: self._add("prp-symp", t, edge(p, _Y, _X), edge(p, _X, _Y)),
        )
        with_kind(
            "TransitiveProperty",
            lambda t, p: self._add("prp-trp", t, edge(p, _X, _Z), edge(p, _X, _Y), edge(p, _Y, _Z)),
        )
        with_kind(
            "FunctionalProperty",
            lambda t, p: self._add("prp-fp", t, same, edge(p, _X, _Y), edge(p, _X, _Z), apart),
        )
        with_kind(
            "InverseFunctionalProperty",
            lambda t, p: self._add("prp-ifp", t, same, edge(p, _Y, _X), edge(p, _Z, _X), apart),
        )
        with_kind(
            "IrreflexiveProperty",
            lambda t, p: self._add("prp-irp", t, self._broken(t), edge(p, _X, _X)),
        )
        with_kind("AsymmetricProperty", lambda t, p: self._add(
            "prp-asyp", t, self._broken(t), edge(p, _X, _Y), edge(p, _Y, _X)))  # fmt: skip

    def _compositions(self) -> None:
        """Chains of properties; a long one is a chain of chains."""
        for triple in self._axioms.of("propertyChainAxiom"):
            steps = self._axioms.members(triple)
            whole = " o ".join(map(self._axioms.name, steps))
            first, so_far = self._edge(steps[0], _X, _Y), self._axioms.name(steps[0])
            for number, step in enumerate(steps[1:], 2):
                so_far += f" o {self._axioms.name(step)}"
                last = number == len(steps)
                part = re.sub(r"\W+", "_", f"chain {so_far}")
                head = self._edge(triple.subject, _X, _Z) if last else Atom(part, (_X, _Z))
                words = f"{self._axioms.name(triple.subject)} owl:propertyChainAxiom {whole}"
                self._add("prp-spo2", triple, head, first, self._edge(step, _Y, _Z),
                          words=words if last else f"{so_far} in {words}")  # fmt: skip
                first = Atom(part, (_X, _Y))

    def _ends(self) -> None:
        for triple in self._axioms.of("domain"):
            self._add("prp-dom", triple, self._is(_X, triple.object),
                      self._edge(triple.subject, _X, _Y))  # fmt: skip
        for triple in self._axioms.of("range"):
            self._add("prp-rng", triple, self._is(_Y, triple.object),
                      self._edge(triple.subject, _X, _Y))  # fmt: skip

    def _restrictions(self) -> None:
        """What restrictions on a property say of individuals."""
        for triple in self._axioms.of("onProperty"):
            node, on = triple.subject, self._edge(triple.object, _X, _Y)
            own, words = self._is(_X, node), self._axioms.name(node)
            if filler := self._axioms.value(node, "someValuesFrom"):
                if filler == f"{OWL}Thing":
                    self._add("cls-svf2", triple, own, on, words=words)
                else:
                    self._add("cls-svf1", triple, own, on, self._is(_Y, filler), words=words)
            if filler := self._axioms.value(node, "allValuesFrom"):
                self._add("cls-avf", triple, self._is(_Y, filler), own, on, words=words)
            if value := self._axioms.value(node, "hasValue"):
                edge = self._edge(triple.object, _X, self._axioms.name(value))
                self._add("cls-hv1", triple, edge, own, words=words)
                self._add("cls-hv2", triple, own, edge, words=words)
            self._cardinality(triple)

    def _cardinality(self, triple: Triple) -> None:
        node, words = triple.subject, self._axioms.name(triple.subject)
        own = self._is(_X, node)
        one, other = self._edge(triple.object, _X, _Y), self._edge(triple.object, _X, _Z)
        for kind, predicate in (("maxc", "maxCardinality"), ("maxqc", "maxQualifiedCardinality")):
            most = self._axioms.count(node, predicate)
            filler = self._axioms.value(node, "onClass")
            of = [] if filler in ("", f"{OWL}Thing") else [filler]
            first = [self._is(_Y, one) for one in of]
            second = [self._is(_Z, one) for one in of]
            if most == 0:
                number = "1" if of or kind == "maxc" else "2"
                self._add(f"cls-{kind}{number}", triple, self._broken(triple), own, one, *first,
                          words=words)  # fmt: skip
            if most == 1:
                number = "2" if kind == "maxc" else "3" if of else "4"
                self._add(f"cls-{kind}{number}", triple, Atom(SAME, (_Y, _Z)), own, one, *first,
                          other, *second, Comparison(_Y, "!=", _Z), words=words)  # fmt: skip

    def _fillers(self) -> None:
        """A restriction with a narrower filler or property is below the wider one.

        A filler is narrower than another where the ontology says so, not where only a text does:
        else each restriction on a property would have to be compared with every other.
        """
        uses: _Uses = defaultdict(dict)
        name = self._axioms.name
        for triple in self._axioms.of("onProperty"):
            for kind, predicate in _FILLED.items():
                if filler := self._axioms.value(triple.subject, predicate):
                    use = _Use(kind, triple.object, name(filler))
                    uses[use].setdefault(name(triple.subject), triple)
        classes = _direct((a.subject, a.object) for a in self.facts() if a.relation == SUBCLASS)
        while self._narrower_fillers(uses, classes):
            pass  # these restrictions may be fillers of others
        self._narrower_properties(uses)

    def _narrower_fillers(self, uses: _Uses, classes: dict[str, set[str]]) -> bool:
        """Whether a restriction was found to be below another; ``classes`` has it then."""
        found = False
        for use, narrow in uses.items():
            for wider in _reached(classes, use.filler) - {use.filler} if use.kind != "hv" else ():
                above = Atom(SUBCLASS, (use.filler, wider))
                for low, high in product(narrow, uses.get(use._replace(filler=wider), ())):
                    self._add(f"scm-{use.kind}1", narrow[low], Atom(SUBCLASS, (low, high)), above,
                              words=f"{low} rdfs:subClassOf {high}")  # fmt: skip
                    found |= high not in classes[low]
                    classes[low].add(high)
        return found

    def _narrower_properties(self, uses: _Uses) -> None:
        properties = _direct((t.subject, t.object) for t in self._axioms.of("subPropertyOf"))
        for use, narrow in uses.items():
            number = "" if use.kind == "hv" else "2"
            for wider in _reached(properties, use.on) - {use.on}:
                for low, high in product(narrow, uses.get(use._replace(on=wider), ())):
                    below, above = (high, low) if use.kind == "avf" else (low, high)
                    self._add(f"scm-{use.kind}{number}", narrow[low], Atom(TYPE, (_X, above)),
                              Atom(TYPE, (_X, below)),
                              words=f"{low} rdfs:subClassOf {high}")  # fmt: skip

    def _connectives(self) -> None:
        """An intersection: whatever is all of its parts. A long one is one of intersections."""
        for triple in self._axioms.of("intersectionOf"):
            parts = self._axioms.members(triple)
            whole, so_far = self._axioms.name(triple.subject), self._axioms.name(parts[0])
            for number, part in enumerate(parts[1:], 2):
                below = Atom(TYPE, (_X, so_far))
                so_far = whole if number == len(parts) else f"{so_far} and {name_of(part)}"
                words = f"{whole} owl:intersectionOf, {number} of {len(parts)}"
                self._add("cls-int1", triple, Atom(TYPE, (_X, so_far)), below, self._is(_X, part),
                          words=words)  # fmt: skip

    def _keys(self) -> None:
        for triple in self._axioms.of("hasKey"):
            keys = self._axioms.members(triple)
            body: list[Atom | Comparison] = [self._is(_X, triple.subject),
                                             self._is(_Y, triple.subject)]  # fmt: skip
            for number, key in enumerate(keys):
                value = Variable(f"key{number}")
                body += [self._edge(key, _X, value), self._edge(key, _Y, value)]
            named = ", ".join(map(name_of, keys))
            words = f"{self._axioms.name(triple.subject)} owl:hasKey {named}"
            self._add("prp-key", triple, Atom(SAME, (_X, _Y)), *body, Comparison(_X, "!=", _Y),
                      words=words)  # fmt: skip

    # --- what cannot be ------------------------------------------------------------------------

    def _broken(self, triple: Triple, words: str = "") -> Atom:
        return Atom(INCONSISTENT, (_X, words or self._words(triple)))

    def _disjointness(self) -> None:
        for kind, triple, one, other in self._disjoint_pairs("Classes", "disjointWith", "cax"):
            words = f"{self._axioms.name(one)} owl:disjointWith {self._axioms.name(other)}"
            self._add(kind, triple, self._broken(triple, words), self._is(_X, one),
                      self._is(_X, other), words=words)  # fmt: skip
        for kind, triple, one, other in self._disjoint_pairs(
            "Properties", "propertyDisjointWith", "prp"
        ):
            words = f"{self._axioms.name(one)} owl:propertyDisjointWith {self._axioms.name(other)}"
            self._add(kind, triple, self._broken(triple, words), self._edge(one, _X, _Y),
                      self._edge(other, _X, _Y), words=words)  # fmt: skip

    def _disjoint_pairs(
        self, kind: str, predicate: str, table: str
    ) -> Iterator[tuple[str, Triple, str, str]]:
        for triple in self._axioms.of(predicate):
            letters = "dw" if table == "cax" else "pdw"
            yield f"{table}-{letters}", triple, triple.subject, triple.object
        for triple in self._axioms.of("members"):
            if self._axioms.typed_as(triple.subject, f"AllDisjoint{kind}"):
                letters = "adc" if table == "cax" else "adp"
                for one, other in combinations(self._axioms.members(triple), 2):
                    yield f"{table}-{letters}", triple, one, other

    def _denials(self) -> None:
        for triple in self._axioms.of("complementOf"):
            self._add("cls-com", triple, self._broken(triple), self._is(_X, triple.subject),
                      self._is(_X, triple.object))  # fmt: skip
        for triple in self._axioms.of("assertionProperty"):
            value = self._axioms.value
            node = triple.subject
            source, target = value(node, "sourceIndividual"), value(node, "targetIndividual")
            if source and target:
                one, other = self._axioms.name(source), self._axioms.name(target)
                words = f"not {one} {self._axioms.name(triple.object)} {other}"
                edge = self._edge(triple.object, one, other)
                self._add("prp-npa1", triple, Atom(INCONSISTENT, (one, words)), edge, words=words)


_WHY = {
    "prp-spo1": "the first relation is a kind of the second",
    "prp-spo2": "the steps, one after the other, make the relation",
    "prp-eqp1": "the two relations are the same",
    "prp-eqp2": "the two relations are the same",
    "prp-inv1": "the one relation is the other, seen from the other end",
    "prp-inv2": "the one relation is the other, seen from the other end",
    "prp-symp": "the relation holds in both directions",
    "prp-trp": "the relation leads from {?x} over {?y} to {?z}",
    "prp-fp": "{?x} has one of these at most, so {?y} and {?z} are one",
    "prp-ifp": "{?x} is had by one thing at most, so {?y} and {?z} are one",
    "prp-key": "{?x} and {?y} agree in all that tells their class apart",
    "prp-dom": "whatever has the relation is of this class",
    "prp-rng": "whatever is at the end of the relation is of this class",
    "cls-svf1": "{?x} is related so to {?y}, which is of the class asked for",
    "cls-svf2": "{?x} is related so to something",
    "cls-avf": "{?x} is related so to nothing that is not of this class",
    "cls-hv1": "all of this class have the relation to this one",
    "cls-hv2": "whatever has the relation to this one is of this class",
    "cls-int1": "{?x} is both",
    "cls-maxc2": "{?x} has one of these at most, so {?y} and {?z} are one",
    "cls-maxqc3": "{?x} has one of these at most, so {?y} and {?z} are one",
    "cls-maxqc4": "{?x} has one of these at most, so {?y} and {?z} are one",
    "scm-svf1": "the class asked for is below the other",
    "scm-svf2": "the relation is a kind of the other",
    "scm-avf1": "the class asked for is below the other",
    "scm-avf2": "the relation is a kind of the other",
    "scm-hv": "the relation is a kind of the other",
    "prp-irp": "nothing can be related so to itself",
    "prp-asyp": "the relation cannot hold in both directions",
    "prp-pdw": "the two relations cannot both hold",
    "prp-adp": "the two relations cannot both hold",
    "prp-npa1": "the ontology says that this is not so",
    "cls-com": "nothing is both of a class and not of it",
    "cls-maxc1": "{?x} can have none of these",
    "cls-maxqc1": "{?x} can have none of these",
    "cls-maxqc2": "{?x} can have none of these",
    "cax-dw": "nothing can be of both classes",
    "cax-adc": "nothing can be of both classes",
}
"""The sentence that says why, for each rule of the standard."""

_FILLED = {"svf": "someValuesFrom", "avf": "allValuesFrom", "hv": "hasValue"}


class _Use(NamedTuple):
    """What a restriction says: of which kind, on which property, with which filler."""

    kind: str
    on: str
    filler: str


_Uses = dict[_Use, dict[str, Triple]]
"""The classes that say so, by name, each with its axiom."""


def _direct(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """What stands directly above each."""
    found: dict[str, set[str]] = defaultdict(set)
    for below, above in pairs:
        found[below].add(above)
    return found


def _reached(direct: Mapping[str, set[str]], start: str) -> set[str]:
    """All that stands above something, over any number of steps."""
    waiting, found = [start], set[str]()
    while waiting:
        new = direct.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _rule(
    name: str,
    head: Atom,
    parts: Sequence[Atom | Comparison],
    display: str,
    file: str,
    line: int = 0,
) -> Rule:
    return Rule(
        name=name,
        head=head,
        body=tuple(part for part in parts if isinstance(part, Atom)),
        comparisons=tuple(part for part in parts if isinstance(part, Comparison)),
        display=display,
        file=file,
        line=line,
    )


_GENERAL = (
    _rule("cax-sco", Atom(TYPE, (_X, _ABOVE)),
          (Atom(TYPE, (_X, _CLASS)), Atom(SUBCLASS, (_CLASS, _ABOVE)),
           Comparison(_CLASS, "!=", _ABOVE)),
          "{?class} is a kind of {?above}", ""),
    _rule("scm-sco", Atom(SUBCLASS, (_X, _Z)),
          (Atom(SUBCLASS, (_X, _Y)), Atom(SUBCLASS, (_Y, _Z)), Comparison(_X, "!=", _Z)),
          "{?x} is a kind of {?y}, {?y} a kind of {?z}", ""),
    _rule("cls-nothing2", Atom(INCONSISTENT, (_X, "owl:Nothing has no members")),
          (Atom(TYPE, (_X, "owl:Nothing")),), "nothing can be of the class owl:Nothing", ""),
    _rule("eq-sym", Atom(SAME, (_Y, _X)), (Atom(SAME, (_X, _Y)),), "{?x} is {?y}", ""),
    _rule("eq-trans", Atom(SAME, (_X, _Z)),
          (Atom(SAME, (_X, _Y)), Atom(SAME, (_Y, _Z)), Comparison(_X, "!=", _Z)),
          "{?x} is {?y}, and {?y} is {?z}", ""),
    _rule("eq-diff1", Atom(INCONSISTENT, (_X, "owl:sameAs what it is owl:differentFrom")),
          (Atom(SAME, (_X, _Y)), Atom(DIFFERENT, (_X, _Y))), "{?x} is {?y}, and is not", ""),
)  # fmt: skip


def _replacements(relation: str) -> tuple[Rule, Rule]:
    """What is said of a thing is said of whatever it is the same as."""
    said = Atom(relation, (_X, _Y))
    return (
        _rule(f"eq-rep-s: {relation}", Atom(relation, (_SAME, _Y)),
              (said, Atom(SAME, (_X, _SAME))), "{?x} is {?same}", ""),
        _rule(f"eq-rep-o: {relation}", Atom(relation, (_X, _SAME)),
              (said, Atom(SAME, (_Y, _SAME))), "{?y} is {?same}", ""),
    )  # fmt: skip


# --- what bears on a graph ------------------------------------------------------------------------


def _relevant(
    rules: tuple[Rule, ...],
    facts: list[Axiom],
    used: set[str],
    concepts: set[str],
    limits: Limits,
) -> Theory:
    """The rules that may be applied and the facts that they, or the graph, may need."""
    above: dict[str, list[Axiom]] = {}
    for fact in facts:
        if fact.relation == SUBCLASS:
            above.setdefault(fact.subject, []).append(fact)
    asked = {atom.relation for rule in rules for atom in rule.body}
    named = {a.terms[1] for r in rules if r.body[0].relation != "category" for a in r.body
             if a.relation == TYPE}  # fmt: skip
    # A category that no axiom speaks of is no class of the ontology.
    rules = tuple(
        rule for rule in rules
        if rule.body[0].relation != "category" or rule.head.terms[1] in named | set(above)
    )  # fmt: skip
    known = {*used, "category"}
    kept: dict[Axiom, None] = {}
    classes: set[str] = set()
    _climb(concepts, above, classes, kept)
    choosing = "choosing what of an ontology bears on the graph"
    for fact in limits.within(facts, choosing):
        # Of what it says of individuals: what rules ask for, and not who wrote it.
        if fact.relation != SUBCLASS and (
            fact.relation in asked or fact.relation.startswith("biolink:")
        ):
            kept[fact] = None
            known.add(fact.relation)
            if fact.relation == TYPE:
                _climb({fact.object}, above, classes, kept)
    applied: dict[str, Rule] = {}
    while True:
        waiting, reached = rules, len(classes)
        if SAME in known:
            waiting += tuple(r for one in sorted(known - _UNREPLACED) for r in _replacements(one))
        for rule in limits.within(waiting, choosing):
            # A restriction is below another where its filler is: the fillers' classes matter then.
            if rule.head.relation == SUBCLASS and rule.head.terms[0] in classes:
                _climb({rule.body[0].terms[0]}, above, classes, kept)
        known |= {fact.relation for fact in kept}
        new = [
            rule
            for rule in waiting
            if rule.name not in applied and all(_may_hold(a, known, classes) for a in rule.body)
        ]
        if not new and len(classes) == reached:
            break
        for rule in new:
            applied[rule.name] = rule
            known.add(rule.head.relation)
            for term in rule.head.terms if rule.head.relation in (TYPE, SUBCLASS) else ():
                if not isinstance(term, Variable):
                    _climb({term}, above, classes, kept)
    order = {rule.name: n for n, rule in enumerate(rules)}
    sorted_rules = sorted(applied.values(), key=lambda r: (order.get(r.name, len(order)), r.name))
    return Theory(tuple(sorted_rules), tuple(sorted(kept)))


_UNREPLACED = {"category", SAME, INCONSISTENT, DIFFERENT}


def _climb(
    start: Iterable[str], above: dict[str, list[Axiom]], classes: set[str], kept: dict[Axiom, None]
) -> None:
    """Keep the axioms that lead from some classes upwards."""
    waiting = [one for one in start if one not in classes]
    classes.update(waiting)
    while waiting:
        for axiom in above.get(waiting.pop(), ()):
            kept[axiom] = None
            if axiom.object not in classes:
                classes.add(axiom.object)
                waiting.append(axiom.object)


def _may_hold(atom: Atom, known: set[str], classes: set[str]) -> bool:
    if atom.relation not in known:
        return False
    asked = atom.terms[1] if atom.relation == TYPE else None
    return asked is None or isinstance(asked, Variable) or asked in classes


def without_twins(theory: Theory, rules: Sequence[Rule]) -> Theory:
    """The theory without rules that others among ``rules`` say already, under another name."""
    said = {_shape(rule) for rule in rules}
    kept = tuple(rule for rule in theory.rules if _shape(rule) not in said)
    return replace(theory, rules=kept)


def _shape(rule: Rule) -> tuple[object, ...]:
    """What a rule says, whatever its variables are called."""
    names: dict[Term, str] = {}

    def plain(term: Term) -> str:
        if isinstance(term, Variable):
            return names.setdefault(term, f"?{len(names)}")
        return term

    atoms = [(a.relation, *map(plain, a.terms)) for a in (*rule.body, *rule.absent, rule.head)]
    filters = [(plain(c.left), c.operator, plain(c.right)) for c in rule.comparisons]
    return (tuple(atoms), tuple(filters), rule.confidence)
