"""Bring an RDF view up to date: what changed since is taken out and put in anew.

The store of record says what changed after a revision; the view itself says what it held of it.
So an update costs as much as what changed, but for what is of the graph as a whole: sources,
contradictions, conclusions of rules and the description of the dataset are made anew each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from kgbuild.graph.rdf_iri import is_iri
from kgbuild.graph.rdf_model import RdfModel
from kgbuild.graph.rdf_pattern import Statement, term_iri
from kgbuild.graph.rdf_view import nquads
from kgbuild.graph.reading import StoredGraph
from kgbuild.graph.schema import key
from kgbuild.graph.store import CHANGED_ASSERTIONS
from kgbuild.vocabulary import OWN_IRI

if TYPE_CHECKING:
    from pyoxigraph import Quad, Store

__all__ = ["Changes", "Update"]

_OWNED = tuple(f"{OWN_IRI}{kind}:" for kind in ("evidence", "review", "qualifier", "notice"))
"""The nodes that go when the one that leads to them goes."""


class Changes:
    """What changed in the store of record after a revision, by key or CURIE."""

    def __init__(self, graph: StoredGraph, revision: int) -> None:
        self._graph = graph
        self._revision = revision
        self.documents = self._names("SELECT curie FROM documents WHERE revision > ?")
        self.concepts = self._names("SELECT curie FROM concepts WHERE revision > ?")
        self.assertions = self._names(CHANGED_ASSERTIONS)

    def _names(self, sql: str) -> set[Any]:
        return {name for (name,) in self._graph.connection.execute(sql, (self._revision,))}

    def gone(self, kind: str) -> set[str]:
        """What there was and is no more: CURIEs, or identities of assertions."""
        rows = self._graph.connection.execute(
            "SELECT identity FROM gone WHERE kind = ? AND revision > ?", (kind, self._revision)
        )
        return {identity for (identity,) in rows}

    @property
    def many(self) -> bool:
        """Whether so much changed that a rebuild is cheaper."""
        changed = len(self.assertions) + len(self.documents) + len(self.gone("assertion"))
        counts = self._graph.counts()
        return changed * 3 > counts["assertions"] + counts["documents"]


class Update:
    """Takes what changed out of a view and puts it in anew."""

    def __init__(self, graph: StoredGraph, view: Store, changes: Changes) -> None:
        self._graph = graph
        self._view = view
        self._changes = changes
        self._model = RdfModel()
        self._old: set[Quad] = set()
        self._new: set[Quad] = set()

    def run(self) -> None:
        """Write the difference: what stays the same is left alone."""
        triples = self._triples()
        self._documents()
        self._concepts()
        self._assertions()
        self._whole_graph()
        triples += len(self._new - self._old) - len(self._old - self._new)
        self._write()
        self._old, self._new = set(self._in_graph("dataset")), set()
        self._add(self._model.dataset(self._graph, triples, self._licences()))
        self._write()

    def _write(self) -> None:
        for quad in self._old - self._new:
            self._view.remove(quad)
        self._view.extend(self._new - self._old)

    def _add(self, statements: Iterable[Statement]) -> None:
        from pyoxigraph import RdfFormat, parse

        self._new.update(parse(input=nquads(statements), format=RdfFormat.N_QUADS))

    # --- records -----------------------------------------------------------------------------

    def _documents(self) -> None:
        for curie in self._changes.documents | self._changes.gone("document"):
            self._old.update(self._owned(self._model.iri(curie), "provenance"))
        for curie in self._changes.documents:
            self._add(self._model.document(self._graph.document(curie)))

    def _concepts(self) -> None:
        for curie in self._changes.concepts | self._changes.gone("concept"):
            self._old.update(self._quads(self._model.iri(curie), layer="concepts"))
        for curie in self._changes.concepts:
            self._add(self._model.concept(self._graph.concept(curie)))

    def _assertions(self) -> None:
        """Assertions with one subject, predicate and object go together.

        They share their plain triple, and a denial counts in the belief of what it denies.
        """
        nodes = {
            self._node(found.id)
            for number in self._changes.assertions
            for found in self._graph.assertions_alike(number)
        }
        nodes |= {self._node(identity) for identity in self._changes.gone("assertion")}
        for node in list(nodes):
            nodes.update(self._alike(node))
        for node in nodes:
            self._old.update(self._owned(node))
            self._old.update(self._edge(node))
            number = key(node.removeprefix(self._node("")))
            for assertion in self._graph.assertions_alike(number):
                if self._node(assertion.id) == node:
                    self._add(self._model.claim(self._graph, assertion))

    def _whole_graph(self) -> None:
        """What is of the graph as a whole: sources, contradictions, conclusions."""
        self._old.update(self._in_graph("inferred"))
        for kind, layer in (("prov:SoftwareAgent", "provenance"), ("kgv:Contradiction", "belief")):
            for quad in self._quads(None, "rdf:type", term_iri(kind), layer):
                self._old.update(self._owned(str(getattr(quad.subject, "value", ""))))
        self._old.update(self._quads(None, "kgv:contradicts", None, "belief"))
        self._add(self._model.whole_graph(self._graph))

    # --- the view ----------------------------------------------------------------------------

    def _node(self, identity: str) -> str:
        return f"{OWN_IRI}assertion:{identity}"

    def _quads(
        self,
        subject: str | None,
        predicate: str | None = None,
        object_: str | None = None,
        layer: str | None = None,
    ) -> Iterator[Quad]:
        from pyoxigraph import NamedNode

        return self._view.quads_for_pattern(
            NamedNode(subject) if subject else None,
            NamedNode(term_iri(predicate)) if predicate else None,
            NamedNode(object_) if object_ else None,
            NamedNode(f"{OWN_IRI}graph:{layer}") if layer else None,
        )

    def _in_graph(self, layer: str) -> Iterator[Quad]:
        return self._quads(None, layer=layer)

    def _owned(self, node: str, layer: str | None = None) -> Iterator[Quad]:
        """The quads about a node, and about the nodes that are there because of it."""
        waiting, seen = [node], {node}
        while waiting:
            for quad in self._quads(waiting.pop(), layer=layer):
                if quad.predicate.value == term_iri("kgv:contradicts"):
                    continue
                yield quad
                end = _value(quad)
                if end not in seen and (end.startswith(_OWNED) or end.startswith(f"{node}:")):
                    seen.add(end)
                    waiting.append(end)

    def _ends(self, node: str) -> tuple[str, str, str] | None:
        """The subject, predicate and object of an assertion of the view."""
        found = {quad.predicate.value: _value(quad) for quad in self._quads(node, layer="asserted")}
        names = [term_iri(f"rdf:{name}") for name in ("subject", "predicate", "object")]
        if not all(name in found for name in names):
            return None
        return found[names[0]], found[names[1]], found[names[2]]

    def _alike(self, node: str) -> Iterator[str]:
        """The assertions of the view that have the same subject, predicate and object."""
        if ends := self._ends(node):
            subject, predicate, object_ = ends
            rows: Any = self._view.query(
                f"SELECT ?a WHERE {{ GRAPH <{OWN_IRI}graph:asserted> {{ ?a rdf:subject <{subject}>;"
                f" rdf:predicate <{predicate}> ; rdf:object <{object_}> }} }}",
                prefixes={"rdf": term_iri("rdf:x")[:-1]},
            )
            yield from (row["a"].value for row in rows)

    def _edge(self, node: str) -> Iterator[Quad]:
        if ends := self._ends(node):
            subject, predicate, object_ = ends
            for quad in self._quads(subject, None, object_, "asserted"):
                if quad.predicate.value == predicate:
                    yield quad

    def _triples(self) -> int:
        """How many triples the view says it has, the description of the dataset aside."""
        [quad] = self._quads(None, "void:triples", None, "dataset")
        return int(_value(quad)) - sum(1 for _ in self._in_graph("dataset"))

    def _licences(self) -> list[tuple[bool, str]]:
        found = set()
        for term in ("dcterms:license", "dcterms:rights"):
            found |= {_value(quad) for quad in self._quads(None, term, None, "provenance")}
        return sorted((is_iri(licence), licence) for licence in found)


def _value(quad: Quad) -> str:
    """The IRI or the text of a quad's object."""
    return str(getattr(quad.object, "value", ""))
