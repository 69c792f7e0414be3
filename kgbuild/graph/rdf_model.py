"""The RDF model: which triples a document, a concept, a source and an assertion become.

Everything that writes or shows RDF goes through here, so there is one definition of it. The
reasons are in ``docs/decisions/0005-rdf.md``, an example in ``docs/reference/rdf.md``.

No node is blank: every IRI is made from an identifier or from content, so the same graph gives
the same quads, whatever the order of arrival. What is written of an assertion comes from that
assertion alone; a view can be kept in step one assertion at a time. What is weighed over
several, beliefs and contradictions, has a named graph of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from kgbuild import vocabulary
from kgbuild.annotation import Status
from kgbuild.assertion import (
    Assertion,
    Concept,
    Contradiction,
    Derivation,
    Evidence,
    Inference,
    Prediction,
    Review,
    Source,
    Verdict,
    content_id,
)
from kgbuild.components import Graph
from kgbuild.document import Document, Notice, NoticeKind, Span
from kgbuild.errors import VocabularyError
from kgbuild.graph.knowledge import knowledge_of
from kgbuild.graph.rdf_iri import check_base, iri_of, is_iri
from kgbuild.graph.rdf_pattern import VOCABULARY_IRI, Pattern, Statement, joined
from kgbuild.graph.rdf_triples import (
    ASSOCIATIONS,
    AUTHOR,
    BELIEF,
    CONCEPT,
    CONDITION,
    CONTRADICTION,
    CUE,
    CUE_WORDS,
    DATASET,
    DATASET_LICENCE,
    DATASET_RIGHTS,
    DERIVATION,
    DERIVATION_PREMISE,
    DIFFERENCE,
    DOCUMENT,
    DOCUMENT_MATCH,
    EVIDENCE,
    INFERENCE,
    JOURNAL,
    LABEL,
    LANGUAGE,
    LICENCE,
    MATCH,
    NOTICE,
    NOTICE_TARGET,
    PARTITION,
    POSITIONS,
    POSITIONS_AND_QUOTES,
    PREDICTION,
    PREMISE,
    PUBLICATION,
    PUBLICATION_TYPE,
    QUOTED_TARGET,
    REVIEW,
    REVIEW_REASON,
    RIGHTS,
    SOURCE,
    SOURCE_LICENCE,
    SOURCE_RIGHTS,
    SUBJECT,
    SUBJECT_LABEL,
    SUGGESTION,
    SUGGESTION_PREMISE,
    SYNONYM,
    TARGET,
    TITLE,
    UNKNOWN_DOCUMENT_MATCH,
    UNKNOWN_MATCH,
    date_pattern,
    edge_pattern,
    named_qualifier_pattern,
    qualifier_pattern,
)

__all__ = ["LAYERS", "RdfModel", "edge_layer", "evidence_node"]

LAYERS = ("asserted", "inferred", "predicted", "belief", "concepts", "provenance", "dataset")
"""The named graphs, each ``<base>graph:<layer>``."""

ELSEWHERE = " … "
"""What joins the spans of an evidence's text."""

NOT_SAID = "not said"
"""What a difference has for the side that names no circumstance."""

CONTEXT = 32
"""How many characters of the sentence a quote of a name shows on either side."""

_SHARED = frozenset({"assertion", "evidence", "document"})
_STATUS = {status: f"{VOCABULARY_IRI}{status.value}" for status in Status}
_VERDICT = {verdict: f"{VOCABULARY_IRI}{verdict.value}" for verdict in Verdict}
_NOTICE = {kind: VOCABULARY_IRI + kind.value.replace(" ", "-") for kind in NoticeKind}
_BOOLEAN = {True: "true", False: "false"}


def edge_layer(assertion: Assertion) -> str:
    """The layer that an assertion stands in: ``inferred`` where it was derived."""
    return "inferred" if assertion.derivation else "asserted"


class RdfModel:
    """Turns records into statements. ``base_iri`` begins the IRI of every node of our own.

    ``title`` and ``licence`` describe the dataset. What is predicted is left out unless
    ``predicted`` is set. Raises ConfigError for a base that is not
    an absolute IRI ending in ``/``, ``#`` or ``:``.
    """

    def __init__(
        self,
        base_iri: str = vocabulary.OWN_IRI,
        *,
        title: str = "A knowledge graph from literature, by kgbuild",
        licence: str = "",
        predicted: bool = False,
    ) -> None:
        self.base_iri = check_base(base_iri)
        self.title = title
        self.licence = licence
        self.predicted = predicted

    def statements(self, graph: Graph) -> Iterator[Statement]:
        """Every statement of a graph, in an order that depends on the graph alone.

        Documents, concepts, sources, assertions with their evidence, and the dataset last,
        since it says how many triples there are.
        """
        triples, licences = 0, set()
        for statement in self._records(graph):
            triples += len(statement[0].triples)
            if statement[0] in (LICENCE, RIGHTS):
                licences.add((statement[0] is LICENCE, statement[1][1]))
            yield statement
        yield from self.dataset(graph, triples, sorted(licences))

    def _records(self, graph: Graph) -> Iterator[Statement]:
        for document in graph.documents():
            yield from self.document(document)
        for concept in graph.concepts():
            yield from self.concept(concept)
        yield from map(self.source, graph.sources())
        for assertion in graph.assertions():
            yield from self.claim(graph, assertion)
        yield from self._reasoned(graph)

    def whole_graph(self, graph: Graph) -> Iterator[Statement]:
        """What is said of no record alone: sources, contradictions, conclusions of rules."""
        yield from map(self.source, graph.sources())
        yield from self._reasoned(graph)

    def _reasoned(self, graph: Graph) -> Iterator[Statement]:
        for contradiction in graph.contradictions():
            yield from self.contradiction(contradiction)
        for inference in graph.inferences():
            yield from self.inference(inference)
        for prediction in graph.predictions() if self.predicted else ():
            yield from self.prediction(prediction)

    def iri(self, curie: str) -> str:
        """The IRI of a CURIE; kgbuild's own are under the base IRI."""
        iri = iri_of(curie)
        if iri.startswith(vocabulary.OWN_IRI):
            return self.base_iri + iri.removeprefix(vocabulary.OWN_IRI)
        return iri

    # -- documents and concepts ------------------------------------------------------------

    def document(self, document: Document) -> Iterator[Statement]:
        """A document: what is known of it, without its text."""
        iri = self.iri(document.id)
        retracted = _BOOLEAN[document.retracted]
        yield DOCUMENT, [iri, document.id, document.digest, retracted]
        for known, value in (
            (TITLE, document.title),
            (LANGUAGE, document.language),
            (JOURNAL, document.journal),
        ):
            if value:
                yield known, [iri, value]
        for property_, day in (
            ("dcterms:date", document.date),
            ("dcterms:modified", document.revised),
        ):
            if day:
                yield date_pattern(property_, _date_type(day)), [iri, day]
        for each, values in (
            (AUTHOR, document.authors),
            (PUBLICATION_TYPE, document.publication_types),
        ):
            for value in sorted(set(values)):
                yield each, [iri, value]
        yield from self._subjects(iri, document)
        yield from self._matches(
            iri, document.exact_matches, DOCUMENT_MATCH, UNKNOWN_DOCUMENT_MATCH
        )
        if document.licence:
            yield (LICENCE if is_iri(document.licence) else RIGHTS), [iri, document.licence]
        for notice in sorted(set(document.notices), key=lambda n: (n.kind, n.about, n.incoming)):
            yield from self._notice(iri, document.id, notice)

    def _subjects(self, iri: str, document: Document) -> Iterator[Statement]:
        for curie in sorted({curie for curie, _ in document.subjects if curie}):
            if found := self._known(curie):
                yield SUBJECT, [iri, found]
        for label in sorted({label or curie for curie, label in document.subjects}):
            yield SUBJECT_LABEL, [iri, label]

    def _notice(self, iri: str, document: str, notice: Notice) -> Iterator[Statement]:
        incoming = _BOOLEAN[notice.incoming]
        own = f"notice:{content_id(document, notice.kind, notice.about, incoming)}"
        yield NOTICE, [iri, own, _NOTICE[notice.kind], incoming, notice.about]
        if other := self._known(notice.about):
            yield NOTICE_TARGET, [own, other]

    def concept(self, concept: Concept) -> Iterator[Statement]:
        """A concept: class, names, exact matches."""
        iri = self.iri(concept.id)
        yield CONCEPT, [iri, self.iri(concept.category), concept.id]
        if concept.label:
            yield LABEL, [iri, concept.label]
        for synonym in sorted(set(concept.synonyms)):
            yield SYNONYM, [iri, synonym]
        yield from self._matches(iri, concept.exact_matches, MATCH, UNKNOWN_MATCH)

    def _matches(
        self, iri: str, matches: tuple[str, ...], known: Pattern, unknown: Pattern
    ) -> Iterator[Statement]:
        # Two spellings of one identifier have one IRI: say it once.
        found = {self._known(curie): curie for curie in sorted(matches, reverse=True)}
        yield from ((known, [iri, match]) for match in sorted(filter(None, found)))
        yield from ((unknown, [iri, c]) for c in sorted(set(matches)) if not self._known(c))

    def _known(self, curie: str) -> str:
        """The IRI of a CURIE, or nothing where it is free text or has an unknown prefix."""
        try:
            return self.iri(curie)
        except VocabularyError:
            return ""

    def source(self, source: Source) -> Statement:
        """A source: a piece of software, as it was set."""
        fields = [source.component, source.distribution, source.version, source.fingerprint]
        return SOURCE, [_source_node(source), *fields]

    # -- assertions ------------------------------------------------------------------------

    def assertion(self, assertion: Assertion) -> Iterator[Statement]:
        """Everything said of one assertion, its plain triple included."""
        if assertion.plain:
            yield self.edge(assertion)
        yield from self.association(assertion)

    def claim(self, graph: Graph, assertion: Assertion) -> Iterator[Statement]:
        """Everything said of one assertion of a graph: its belief too, its plain triple once."""
        if assertion.plain and not _edge_written_before(graph, assertion):
            yield self.edge(assertion)
        yield from self.association(assertion)
        if assertion.evidence or assertion.reviews:
            yield self.belief(graph, assertion)

    def edge(self, assertion: Assertion) -> Statement:
        """The plain triple of an assertion; who asks has looked at ``assertion.plain``."""
        plain = edge_pattern(edge_layer(assertion), assertion.predicate)
        return plain, [self.iri(assertion.subject), self.iri(assertion.object)]

    def association(self, assertion: Assertion) -> Iterator[Statement]:
        """The association, its qualifiers, premises, reviews and evidence."""
        identity = assertion.id
        own = f"assertion:{identity}"
        yield (
            ASSOCIATIONS[edge_layer(assertion)],
            [
                own,
                self.iri(assertion.subject),
                self.iri(assertion.predicate),
                self.iri(assertion.object),
                _BOOLEAN[assertion.negated],
                *knowledge_of(assertion),
            ],
        )
        yield from self._qualifiers(own, assertion)
        for premise in sorted(set(assertion.derivation)):
            yield PREMISE, [own, f"assertion:{premise}"]
        yield from self._reviews(own, assertion.reviews)
        for document in sorted({self.iri(e.document) for e in assertion.evidence}):
            yield PUBLICATION, [own, document]
        evidence = {e.id: e for e in assertion.evidence}
        for key in sorted(evidence):
            yield from self._evidence(own, evidence_node(identity, key), evidence[key])

    def _qualifiers(self, own: str, assertion: Assertion) -> Iterator[Statement]:
        layer = edge_layer(assertion)
        for name, value in sorted(set(assertion.qualifiers)):
            slot = name if name.startswith("biolink:") else f"biolink:{name}"
            if slot not in vocabulary.qualifiers():
                node = f"qualifier:{content_id(own, name, value)}"
                yield named_qualifier_pattern(layer), [own, node, name, value]
            elif vocabulary.valid(value):
                yield qualifier_pattern(layer, slot, "?"), [own, self.iri(value)]
            else:
                yield qualifier_pattern(layer, slot, "$"), [own, value]

    def _reviews(self, own: str, reviews: tuple[Review, ...]) -> Iterator[Statement]:
        for review in sorted(set(reviews), key=lambda r: (r.reviewer, r.verdict, r.reason)):
            key = content_id(own, review.reviewer, review.verdict, review.reason)
            yield REVIEW, [own, f"review:{key}", _VERDICT[review.verdict], review.reviewer]
            if review.reason:
                yield REVIEW_REASON, [f"review:{key}", review.reason]

    def _evidence(self, own: str, node: str, evidence: Evidence) -> Iterator[Statement]:
        """The evidence, where it stands, and where the ends of the claim are named."""
        document = self.iri(evidence.document)
        parts = [EVIDENCE]
        values: list[Any] = [
            own,
            node,
            document,
            evidence.text,
            evidence.section,
            _STATUS[evidence.status],
            _double(evidence.score),
            _source_node(evidence.source),
            evidence.version,
        ]
        quotes = _quotes(evidence)
        for index, span in enumerate(evidence.spans):
            parts.append(QUOTED_TARGET if quotes else TARGET)
            values += [node, f"{node}:target{index or ''}", document, span.start, span.end]
            values += quotes[index : index + 1]
        for end, place in (("subject", evidence.subject_span), ("object", evidence.object_span)):
            if place is not None:
                known, more = _end(end, node, place, evidence.spans, quotes)
                parts.append(known)
                values += more
        # One statement is faster to write than five, and its triples are grouped by subject.
        yield joined(tuple(parts), _SHARED), values
        yield from _cues(node, evidence)
        for name, value in sorted(set(evidence.conditions)):
            condition = f"{node}:condition-{content_id(name, value)[:16]}"
            yield CONDITION, [node, condition, name, value]

    # -- what is weighed and what follows ---------------------------------------------------

    def belief(self, graph: Graph, assertion: Assertion) -> Statement:
        """How far the graph's evidence lets an assertion be believed."""
        return BELIEF, [f"assertion:{assertion.id}", _double(graph.belief(assertion))]

    def contradiction(self, found: Contradiction) -> Iterator[Statement]:
        """Two assertions that disagree, and circumstances that may explain it."""
        own = f"contradiction:{found.id}"
        sides = [f"assertion:{side.id}" for side in (found.first, found.second)]
        yield CONTRADICTION, [own, VOCABULARY_IRI + found.kind, _double(found.weight), *sides]
        for name, first, second in found.differences:
            node = f"{own}:difference-{content_id(name)[:16]}"
            yield DIFFERENCE, [own, node, name, first or NOT_SAID, second or NOT_SAID]

    def inference(self, inference: Inference) -> Iterator[Statement]:
        """A conclusion and each way to it; its plain triple too, unless it is a hypothesis."""
        own = f"inferred:{inference.id}"
        ends = [self.iri(inference.subject), self.iri(inference.object)]
        yield (
            INFERENCE,
            [
                own,
                ends[0],
                self._relation(inference.predicate),
                ends[1],
                _double(inference.belief),
                _double(inference.upper),
                _BOOLEAN[inference.hypothesis],
            ],
        )
        if not inference.hypothesis and inference.predicate.startswith("biolink:"):
            yield edge_pattern("inferred", inference.predicate), ends
        for premise in sorted({p for one in inference.derivations for p in _premises(one)}):
            yield PREMISE, [own, premise]
        for one in inference.derivations:
            way = f"derivation:{content_id(inference.id, one.rule, *_premises(one))}"
            yield DERIVATION, [own, way, one.rule]
            for premise in _premises(one):
                yield DERIVATION_PREMISE, [way, premise]

    def prediction(self, prediction: Prediction) -> Iterator[Statement]:
        """A suggested link and the paths that suggest it; there is never a plain triple."""
        own = f"predicted:{prediction.id}"
        said = [self.iri(prediction.subject), self.iri(prediction.predicate)]
        said.append(self.iri(prediction.object))
        yield PREDICTION, [own, *said, _double(prediction.probability)]
        for name, value in prediction.qualifiers:
            yield qualifier_pattern("predicted", name, "$"), [own, value]
        for number, reason in enumerate(prediction.reasons, 1):
            path = f"{own}:path-{number}"
            yield SUGGESTION, [own, path, reason.rule, _double(reason.weight)]
            for assertion in sorted(set(reason.assertions)):
                yield SUGGESTION_PREMISE, [path, f"assertion:{assertion}"]

    def _relation(self, name: str) -> str:
        """The IRI of a predicate, or a node of our own for a relation that a rule made up."""
        found = self._known(name) if ":" in name else ""
        return found or f"{self.base_iri}relation:{quote(name, safe='')}"

    # -- the dataset -----------------------------------------------------------------------

    def dataset(
        self, graph: Graph, triples: int, licences: list[tuple[bool, str]]
    ) -> Iterator[Statement]:
        """VoID and DCAT: what is in the dataset, and under which licences its sources are."""
        rest: list[Statement] = []
        if self.licence:
            own_licence = DATASET_LICENCE if is_iri(self.licence) else DATASET_RIGHTS
            rest.append((own_licence, ["dataset", self.licence]))
        for by_address, licence in licences:
            known = SOURCE_LICENCE if by_address else SOURCE_RIGHTS
            rest.append((known, ["dataset", licence]))
        counts = graph.counts()
        for name, class_ in _PARTITIONS:
            if name in counts:
                node = f"dataset:{name}"
                rest.append((PARTITION, ["dataset", node, self.iri(class_), counts[name]]))
        triples += len(DATASET.triples) + sum(len(known.triples) for known, _ in rest)
        yield DATASET, ["dataset", self.title, VOCABULARY_IRI, triples]
        yield from rest


_PARTITIONS = (
    ("documents", "biolink:Publication"),
    ("assertions", "biolink:Association"),
    ("evidence", "biolink:Evidence"),
)


def evidence_node(assertion: str, evidence: str) -> str:
    """The node of an evidence, from the ids of its assertion and its own.

    Two claims may rest on one place in a text, each with a status and a score of its own, so
    the node of an evidence belongs to one assertion.
    """
    return f"evidence:{content_id(assertion, evidence)}"


def _edge_written_before(graph: Graph, assertion: Assertion) -> bool:
    """Whether an assertion with fewer qualifiers writes the same plain triple already.

    Only assertions with qualifiers share their triple with others, and they are few.
    """
    if not assertion.qualifiers:
        return False
    same = graph.assertions(
        subject=assertion.subject, predicate=assertion.predicate, object=assertion.object
    )
    layer = edge_layer(assertion)
    rivals = [(len(a.qualifiers) > 0, a.id) for a in same if a.plain and edge_layer(a) == layer]
    return min(rivals) != (True, assertion.id)


def _premises(derivation: Derivation) -> list[str]:
    """The nodes that a derivation rests on."""
    return [
        *(f"assertion:{premise}" for premise in derivation.premises),
        *(f"inferred:{conclusion}" for conclusion in derivation.conclusions),
    ]


def _quotes(evidence: Evidence) -> list[str]:
    """The text of each span; nothing where the text is not what the spans say."""
    lengths = [span.end - span.start for span in evidence.spans]
    if lengths == [len(evidence.text)]:  # nearly always
        return [evidence.text]
    if sum(lengths) + len(ELSEWHERE) * (len(lengths) - 1) != len(evidence.text):
        return []
    quotes, at = [], 0
    for length in lengths:
        quotes.append(evidence.text[at : at + length])
        at += length + len(ELSEWHERE)
    return quotes


def _within(place: Span, spans: tuple[Span, ...], quotes: list[str]) -> tuple[str, int] | None:
    """The quote that holds a place, and where it begins in it."""
    for span, quoted in zip(spans, quotes, strict=False):
        if place in span:
            return quoted, place.start - span.start
    return None


def _end(end: str, node: str, place: Span, spans: tuple[Span, ...], quotes: list[str]) -> Statement:
    """Where one end of the claim is named, with its words if the evidence holds them."""
    found = _within(place, spans, quotes)
    if found is None:
        return POSITIONS[end], [node, place.start, place.end]
    quoted, start = found
    stop = start + place.end - place.start
    return POSITIONS_AND_QUOTES[end], [
        node,
        place.start,
        place.end,
        quoted[start:stop],
        quoted[max(0, start - CONTEXT) : start],
        quoted[stop : stop + CONTEXT],
    ]


def _cues(node: str, evidence: Evidence) -> Iterator[Statement]:
    quotes = _quotes(evidence) if evidence.cues else []
    for cue in sorted(set(evidence.cues), key=lambda c: (c.span, c.kind)):
        place = cue.span
        own = f"{node}:cue-{content_id(cue.kind, str(place.start), str(place.end))[:16]}"
        kind = VOCABULARY_IRI + quote(cue.kind, safe="")
        yield CUE, [node, own, kind, place.start, place.end]
        if found := _within(place, evidence.spans, quotes):
            quoted, start = found
            yield CUE_WORDS, [own, quoted[start : start + place.end - place.start]]


@lru_cache(maxsize=1_000)
def _source_node(source: Source) -> str:
    fields = (source.component, source.distribution, source.version, source.fingerprint)
    return f"source:{content_id(*fields)}"


def _double(number: float) -> str:
    """A lexical form of xsd:double: Python's, but for the two that XSD spells otherwise."""
    text = repr(float(number))
    return _XSD_SPELLING.get(text, text)


_XSD_SPELLING = {"nan": "NaN", "inf": "INF", "-inf": "-INF"}


_DATES = (
    (re.compile(r"\d{4}-\d\d-\d\d"), "xsd:date"),
    (re.compile(r"\d{4}-(0[1-9]|1[0-2])"), "xsd:gYearMonth"),
    (re.compile(r"\d{4}"), "xsd:gYear"),
)


def _date_type(text: str) -> str:
    """The XSD type of an ISO date; none where it is not one, and it stays a string."""
    for form, datatype in _DATES:
        if form.fullmatch(text) and text.isascii() and not text.startswith("0000"):
            if datatype == "xsd:date":
                try:
                    date.fromisoformat(text)
                except ValueError:
                    return ""
            return datatype
    return ""
