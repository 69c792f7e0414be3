"""A graph in memory, for the tests of exporters and views.

It keeps the promises of the :class:`~kgbuild.components.Graph` Protocol: every iterator gives
its records in the order of their identifiers, whatever the order they were given in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, replace
from typing import TypeVar

from kgbuild.annotation import AnnotatedDocument, Annotations
from kgbuild.assertion import (
    Assertion,
    Concept,
    Contradiction,
    Inference,
    Prediction,
    Source,
    assertion_id,
)
from kgbuild.document import Document
from kgbuild.errors import NotInGraphError
from kgbuild.reasoning.belief import belief, standing

__all__ = ["MemoryGraph"]


class MemoryGraph:
    """Documents, concepts and assertions, held in dictionaries.

    ``annotations`` maps a document's id to what was said of it. ``contradictions``,
    ``inferences`` and ``predictions`` are given, not found.

    >>> from kgbuild import Concept
    >>> graph = MemoryGraph(concepts=[Concept(id="mesh:D2"), Concept(id="mesh:D1")])
    >>> [concept.id for concept in graph.concepts()]
    ['mesh:D1', 'mesh:D2']
    """

    def __init__(
        self,
        documents: Iterable[Document] = (),
        concepts: Iterable[Concept] = (),
        assertions: Iterable[Assertion] = (),
        annotations: Mapping[str, Annotations] | None = None,
        contradictions: Iterable[Contradiction] = (),
        inferences: Iterable[Inference] = (),
        predictions: Iterable[Prediction] = (),
    ) -> None:
        self._predictions = sorted(predictions, key=lambda one: (-one.probability, one.id))
        self._contradictions = sorted(contradictions, key=lambda c: (-c.weight, c.id))
        self._inferences = sorted(inferences, key=lambda inference: inference.id)
        self._documents = _by_id(documents)
        self._concepts = _by_id(concepts)
        self._assertions: dict[str, Assertion] = {}
        for assertion in assertions:
            known = self._assertions.get(assertion.id, assertion)
            self._assertions[assertion.id] = known.merged(assertion.evidence)
        self._assertions = dict(sorted(self._assertions.items()))
        self._annotations = dict(annotations or {})
        self._edges: dict[tuple[str, str, str], list[Assertion]] = {}
        for assertion in self._assertions.values():
            edge = (assertion.subject, assertion.predicate, assertion.object)
            self._edges.setdefault(edge, []).append(assertion)

    def documents(self) -> Iterator[Document]:
        """The documents."""
        return iter(self._documents.values())

    def document(self, curie: str) -> Document:
        """One document, by any of its identifiers. Raises NotInGraphError."""
        for document in self._documents.values():
            if curie == document.id or curie in document.exact_matches:
                return document
        raise NotInGraphError(f"no document {curie!r}")

    def annotated(self, curie: str) -> AnnotatedDocument:
        """One document with its annotations. Raises NotInGraphError."""
        document = self.document(curie)
        return AnnotatedDocument(
            document=document, annotations=self._annotations.get(document.id, Annotations())
        )

    def concepts(self) -> Iterator[Concept]:
        """The concepts."""
        return iter(self._concepts.values())

    def concept(self, curie: str) -> Concept:
        """One concept. Raises NotInGraphError."""
        if curie not in self._concepts:
            raise NotInGraphError(f"no concept {curie!r}")
        return self._concepts[curie]

    def assertions(
        self,
        *,
        subject: str | None = None,
        predicate: str | None = None,
        object: str | None = None,  # noqa: A002 - the field's word
    ) -> Iterator[Assertion]:
        """The assertions that have the given ends."""
        if subject is not None and predicate is not None and object is not None:
            yield from self._edges.get((subject, predicate, object), ())
            return
        for assertion in self._assertions.values():
            if (
                subject in (None, assertion.subject)
                and predicate in (None, assertion.predicate)
                and object in (None, assertion.object)
            ):
                yield assertion

    def said_in(self, curie: str) -> Iterator[Assertion]:
        """What one document says, with its evidence alone. Raises NotInGraphError."""
        document = self.document(curie).id
        for assertion in self._assertions.values():
            told = tuple(e for e in assertion.evidence if e.document == document)
            if told:
                yield replace(assertion, evidence=told)

    def assertion(self, identity: str) -> Assertion:
        """One assertion, by its id or an unambiguous beginning of it. Raises NotInGraphError."""
        found = [key for key in self._assertions if key.startswith(identity)]
        if len(found) != 1:
            raise NotInGraphError(f"{len(found)} assertions begin with {identity!r}")
        return self._assertions[found[0]]

    def sources(self) -> Iterator[Source]:
        """Every source that some evidence names."""
        named = {e.source for a in self._assertions.values() for e in a.evidence}
        return iter(sorted(named, key=astuple))

    def belief(self, assertion: Assertion) -> float:
        """How far an assertion may be believed."""
        a = assertion
        twin = assertion_id(a.subject, a.predicate, a.object, not a.negated, a.qualifiers)
        standings = {d.id: standing(d.notices) for d in self._documents.values()}
        return belief(assertion, self._assertions.get(twin), standings=standings)

    def contradictions(self) -> list[Contradiction]:
        """The contradictions that it was given."""
        return list(self._contradictions)

    def inferences(self) -> Iterator[Inference]:
        """The inferences that it was given."""
        return iter(self._inferences)

    def predictions(self) -> Iterator[Prediction]:
        """The predictions that it was given."""
        return iter(self._predictions)

    def counts(self) -> Mapping[str, int]:
        """How many documents, mentions, concepts, assertions and evidence there are."""
        counts = Counter(
            documents=len(self._documents),
            concepts=len(self._concepts),
            assertions=len(self._assertions),
        )
        counts["evidence"] = sum(len(a.evidence) for a in self._assertions.values())
        counts["mentions"] = sum(len(a.mentions) for a in self._annotations.values())
        counts["linked"] = sum(
            link.concept is not None for a in self._annotations.values() for link in a.links
        )
        return counts


Record = TypeVar("Record", Document, Concept)


def _by_id(records: Iterable[Record]) -> dict[str, Record]:
    return {record.id: record for record in sorted(records, key=lambda record: record.id)}
