"""Claims with their sentences as people read them: both ends marked, each with where it stands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kgbuild.annotation import Status
from kgbuild.assertion import Assertion, Concept, Evidence
from kgbuild.document import Span
from kgbuild.errors import NotInGraphError, VocabularyError
from kgbuild.graph.overview import Cited, cited, retracted_documents
from kgbuild.graph.reading import StoredGraph
from kgbuild.graph.schema import key
from kgbuild.reasoning.choosing import READ_AS
from kgbuild.reasoning.contradictions import NO_CIRCUMSTANCES
from kgbuild.vocabulary import expand, in_words

__all__ = [
    "Claim",
    "Claims",
    "Piece",
    "Sentence",
    "as_belief",
    "circumstance",
    "circumstances",
    "each_sentence",
    "in_order",
    "link_of",
    "pieces_of",
    "plainly",
]

SENTENCES = 3
"""Sentences that are shown of a claim."""

_PAGES = {
    "pubmed": "https://pubmed.ncbi.nlm.nih.gov/{}/",
    "pmc": "https://www.ncbi.nlm.nih.gov/pmc/articles/{}/",
}
"""Where papers are read; of other identifiers it is their IRI."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a sentence. ``marks`` are any of "subject", "object" and "cue"."""

    text: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """An evidence: its words, how it says them, and where they stand.

    ``unnamed`` are the ends that its words do not name: the text names them elsewhere.
    """

    pieces: tuple[Piece, ...]
    status: str
    document: Cited
    section: str
    place: str
    component: str
    conditions: tuple[tuple[str, str], ...]
    unnamed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An assertion as it is shown: ``notes`` say what is to be known before it is believed."""

    id: str
    subject: Concept
    said: str
    object: Concept
    negated: bool
    belief: float
    statuses: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    more: int


class Claims:
    """Makes claims of assertions, and reads what they need of the graph in few questions.

    ``beliefs`` are by key; ``contested`` has the identities of those to be marked so.
    """

    def __init__(
        self, graph: StoredGraph, beliefs: Mapping[int, float], contested: Collection[str] = ()
    ) -> None:
        self._graph = graph
        self._beliefs = beliefs
        self._contested = contested
        self._retracted = frozenset(retracted_documents(graph))
        self._concepts: dict[str, Concept] = {}

    def with_keys(self, keys: Sequence[int]) -> list[Claim]:
        """The claims with these keys, in this order."""
        found = {key(one.id): one for one in self._graph.assertions_with_keys(keys)}
        return self.of([found[one] for one in keys])

    def of(self, assertions: Sequence[Assertion]) -> list[Claim]:
        """The claims that these assertions make."""
        shown = [each_sentence(assertion.evidence)[:SENTENCES] for assertion in assertions]
        documents = cited(self._graph, (one.document for some in shown for one in some))
        return [
            self._claim(assertion, some, documents)
            for assertion, some in zip(assertions, shown, strict=True)
        ]

    def _claim(
        self, assertion: Assertion, shown: Sequence[Evidence], documents: Mapping[str, Cited]
    ) -> Claim:
        subject, object_ = map(self._concept, (assertion.subject, assertion.object))
        ends = subject.label or subject.id, object_.label or object_.id
        sentences = each_sentence(assertion.evidence)
        counts = Counter(evidence.status.value for evidence in sentences)
        return Claim(
            id=assertion.id,
            subject=subject,
            said=plainly(in_words(assertion.predicate, assertion.qualifiers)),
            object=object_,
            negated=assertion.negated,
            belief=self._beliefs.get(key(assertion.id), 0.0),
            statuses=tuple((one.value, counts[one.value]) for one in Status if counts[one.value]),
            notes=tuple(self._notes(assertion, counts)),
            sentences=tuple(self._sentence(one, ends, documents[one.document]) for one in shown),
            more=len(sentences) - len(shown),
        )

    def _notes(self, assertion: Assertion, counts: Mapping[str, int]) -> Iterator[str]:
        for review in assertion.reviews:
            reason = f": {review.reason}" if review.reason else ""
            yield f"{review.verdict.value} by {review.reviewer}{reason}"
        if not counts.get(Status.STATED.value):
            yield "not stated outright"
        if counts and self._retracted.issuperset(one.document for one in assertion.evidence):
            yield "by retracted papers alone"
        if assertion.id in self._contested:
            yield "contested"

    def _sentence(self, evidence: Evidence, ends: tuple[str, str], document: Cited) -> Sentence:
        pieces = tuple(pieces_of(evidence))
        marked = {mark for piece in pieces for mark in piece.marks}
        sides = zip(("subject", "object"), ends, strict=True)
        return Sentence(
            pieces=pieces,
            status=evidence.status.value,
            document=document,
            section=evidence.section,
            place=", ".join(f"{span.start}–{span.end}" for span in evidence.spans),
            component=evidence.source.component,
            conditions=tuple(self._conditions(evidence)),
            unnamed=tuple(label for side, label in sides if side not in marked),
        )

    def _conditions(self, evidence: Evidence) -> Iterator[tuple[str, str]]:
        for name, value in evidence.conditions:
            if name == READ_AS:
                yield "read as", plainly(value)
        yield from circumstances(self._graph, evidence)

    def _concept(self, curie: str) -> Concept:
        if curie not in self._concepts:
            self._concepts[curie] = self._graph.concept(curie)
        return self._concepts[curie]


def pieces_of(evidence: Evidence) -> Iterator[Piece]:
    """The words of an evidence, cut where something that is marked begins or ends."""
    marks = [("cue", cue.span) for cue in evidence.cues]
    for name, end in (("subject", evidence.subject_span), ("object", evidence.object_span)):
        if end is not None:
            marks.append((name, end))
    rest = evidence.text
    for number, span in enumerate(evidence.spans):
        if number:
            yield Piece(" … ")
        words, rest = rest[: span.end - span.start], rest[span.end - span.start + 3 :]
        yield from _marked(words, span, marks)


def _marked(words: str, span: Span, marks: Iterable[tuple[str, Span]]) -> Iterator[Piece]:
    within = [(name, mark) for name, mark in marks if mark.overlaps(span)]
    cuts = {span.start, span.end} | {
        place
        for _, mark in within
        for place in (mark.start, mark.end)
        if span.start < place < span.end
    }
    for start, end in pairwise(sorted(cuts)):
        piece = Span(start, end)
        names = sorted({name for name, mark in within if mark.overlaps(piece)})
        yield Piece(piece.shift(-span.start).of(words), tuple(names))


def in_order(evidence: Iterable[Evidence]) -> list[Evidence]:
    """What is stated outright first; a document's sentences together, as they stand in it.

    Who reads in a sentence just what is claimed comes before who reads it as less, or otherwise.
    """
    statuses = list(Status)

    def place(one: Evidence) -> tuple[object, ...]:
        read_as = any(name == READ_AS for name, _ in one.conditions)
        return statuses.index(one.status), one.document, one.spans, read_as, one.id

    return sorted(evidence, key=place)


def each_sentence(evidence: Iterable[Evidence]) -> list[Evidence]:
    """The evidence in order; of what several components read in one sentence the first alone."""
    told: dict[tuple[str, tuple[Span, ...], Status], Evidence] = {}
    for one in in_order(evidence):
        told.setdefault((one.document, one.spans, one.status), one)
    return list(told.values())


def as_belief(belief: float) -> str:
    """A belief as people read it; what is short of certain is not rounded to it.

    >>> as_belief(0.713), as_belief(0.9995), as_belief(1)
    ('0.71', '>0.99', '1.00')
    """
    return ">0.99" if 0.99 < belief < 1 else f"{belief:.2f}"


def circumstances(graph: StoredGraph, evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Species, dose … that a sentence names, with an identifier's label."""
    for name, value in evidence.conditions:
        if name not in NO_CIRCUMSTANCES:
            yield name, circumstance(graph, value)


def circumstance(graph: StoredGraph, values: str) -> str:
    """Values of a circumstance, an identifier that the graph knows by its label."""
    if not values:
        return "not said"
    return ", ".join(_label(graph, value) for value in values.split(", "))


def _label(graph: StoredGraph, value: str) -> str:
    try:
        label = graph.concept(value).label
    except NotInGraphError:
        return value
    return f"{label} ({value})" if label else value


def plainly(name: str) -> str:
    """A Biolink name in words.

    >>> plainly("biolink:contributes_to"), plainly("biolink:CellLine")
    ('contributes to', 'cell line')
    """
    words = name.removeprefix("biolink:").replace("_", " ")
    return re.sub(
        r"(?<=[a-z])[A-Z]", lambda first: f" {first[0].lower()}", words[:1].lower() + words[1:]
    )


def link_of(curie: str) -> str:
    """Where an identifier leads to on the web; empty where nowhere.

    >>> link_of("pubmed:354896"), link_of("kgbuild:1f3a")
    ('https://pubmed.ncbi.nlm.nih.gov/354896/', '')
    """
    try:
        iri = expand(curie)
    except VocabularyError:
        return ""
    prefix, _, identifier = curie.partition(":")
    if prefix in _PAGES and identifier.isalnum():
        return _PAGES[prefix].format(identifier)
    return iri if iri.startswith(("http://", "https://")) else ""
