"""Gather the annotations that come with a document, checking each against the text.

PubTator and BioC say the same things in different files; what a thing means is decided here,
so the same corpus gives the same annotations in either. Nothing is moved: an annotation whose
text is not at its offsets is left out and counted.

Evidence for a relation that names no sentence: the passages that hold a mention of either end.
A corpus such as BioRED judges the whole abstract, so no tighter place can be claimed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kgbuild.annotation import (
    AnnotatedDocument,
    Annotations,
    Candidate,
    Link,
    Mention,
    Relation,
)
from kgbuild.data.relation_names import Meaning, relation_of
from kgbuild.document import Document, Section, Span, Unread
from kgbuild.readers.composition import without_unstorable
from kgbuild.readers.concept_ids import NO_CONCEPT, concept_of, parts_of
from kgbuild.vocabulary import category_of

__all__ = [
    "GIVEN",
    "GIVEN_AS_NONE",
    "NOT_REGISTERED",
    "NOVELTIES",
    "Gathering",
    "UnreadTally",
    "as_reading",
]

GIVEN = "given"
"""Why a candidate is there: the file says so."""

GIVEN_AS_NONE = "given as none"
"""Why a link has no candidate: the file says that there is none."""

NOT_REGISTERED = "no registered identifier: "
"""Why a link has no candidate: what the file gives, which follows, has no CURIE."""

NOVELTIES = frozenset({"Novel", "No"})
"""BioRED's fifth column: whether the relation is what the paper found, or known before."""

_Key = tuple[Span, tuple[Span, ...], str]


class UnreadTally:
    """What did not become text or annotation, counted by kind, with the first place of each."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str], int] = {}
        self._places: dict[tuple[str, str, str], str] = {}

    def add(self, what: str, *, place: str = "", problem: str = "", count: int = 1) -> None:
        """Count one more. Failures are kept apart by place, choices are not."""
        key = (what, problem, place if problem else "")
        self._counts[key] = self._counts.get(key, 0) + count
        self._places.setdefault(key, place)

    def add_broken_bytes(self, place: str, count: int = 1) -> None:
        """Count bytes that were not UTF-8, for which U+FFFD stands in the text."""
        self.add("byte", problem="not UTF-8, replaced by U+FFFD", place=place, count=count)

    def notes(self) -> tuple[Unread, ...]:
        """All of it, in the order of first occurrence."""
        return tuple(
            Unread(what=key[0], problem=key[1], count=count, place=self._places[key])
            for key, count in self._counts.items()
        )


@dataclass
class Gathering:
    """The annotations of one document in the making: add mentions first, then relations."""

    text: str
    sections: Sequence[Section]
    unread: UnreadTally
    _mentions: dict[_Key, Mention] = field(default_factory=dict)
    _links: dict[_Key, list[Link]] = field(default_factory=dict)
    _given: dict[_Key, set[str]] = field(default_factory=dict)
    _relations: dict[Relation, None] = field(default_factory=dict)
    _concepts: dict[str, list[str]] = field(default_factory=dict)
    _passages: dict[str, dict[Span, None]] = field(default_factory=dict)
    _unregistered: dict[str, Mention] = field(default_factory=dict)
    _categories: dict[str, str] = field(default_factory=dict)

    def add_mention(
        self,
        spans: Sequence[Span],
        kind: str,
        *,
        text: str | None,
        given: str | None,
        score: float = 1.0,
        place: str = "",
    ) -> Mention | None:
        """Add a mention if its text is at its offsets; otherwise count it and return None.

        ``kind`` is the corpus' name of a type; ``given`` its identifiers as written, or None
        where the file has no place for them; ``spans`` are several for a mention with gaps.
        """
        if problem := self._misplaced(spans, text):
            self.unread.add("annotation", problem=problem, place=place)
            return None
        category = category_of(kind)
        if category is None:
            self.unread.add(f"annotation of type {kind!r}", place=place)
            return None
        ordered = tuple(sorted(spans))
        span = Span(ordered[0].start, max(s.end for s in ordered))
        key = (span, ordered if len(ordered) > 1 else (), category)
        if key in self._mentions and (given is None or given in self._given.get(key, ())):
            self.unread.add("annotation given twice", place=place)
            return self._mentions[key]
        mention = self._mentions.setdefault(
            key,
            Mention(
                span=span, text=span.of(self.text), category=category, score=score, parts=key[1]
            ),
        )
        if given is not None:
            self._link(key, mention, without_unstorable(given), place)
        return mention

    def _misplaced(self, spans: Sequence[Span], text: str | None) -> str:
        if not spans:
            return "it has no offsets"
        for span in spans:
            if not 0 <= span.start < span.end <= len(self.text):
                return f"its offsets {span.start}-{span.end} are not in the text"
        if text is None:
            return ""
        covered = [span.of(self.text) for span in spans]
        whole = Span(min(s.start for s in spans), max(s.end for s in spans)).of(self.text)
        if without_unstorable(text) not in (" ".join(covered), "".join(covered), whole):
            return "the text at its offsets is not the annotation's text"
        return ""

    def _link(self, key: _Key, mention: Mention, given: str, place: str) -> None:
        self._given.setdefault(key, set()).add(given)
        links = self._links.setdefault(key, [])
        for identifier in parts_of(given, mention.category):
            concept = concept_of(identifier, mention.category)
            candidates: tuple[Candidate, ...] = ()
            reason = ""
            if concept is not None:
                candidates = (Candidate(concept=concept, reason=GIVEN),)
                self._remember(identifier, concept, mention.span)
                self._categories.setdefault(concept, mention.category)
            elif identifier in NO_CONCEPT:
                reason = GIVEN_AS_NONE
            else:
                reason = NOT_REGISTERED + identifier
                self._unregistered.setdefault(identifier, mention)
                self.unread.add("identifier that is not registered", place=place)
            links.append(
                Link(mention=mention, candidates=candidates, reason=reason, part=len(links))
            )

    def _remember(self, identifier: str, concept: str, span: Span) -> None:
        spelt = self._concepts.setdefault(identifier, [])
        if concept not in spelt:
            spelt.append(concept)
        here = self._passages.setdefault(concept, {})
        for section in self.sections:
            if section.span.start <= span.start < section.span.end:
                here[section.span] = None
                return
        here[Span(0, len(self.text))] = None

    def _named(self, identifier: str) -> str | Mention | None:
        """What an identifier of a relation means: a concept that some mention is linked to.

        A number may be a gene's and a species' in one document; relations are about genes. An
        identifier without registered prefix means the first mention that it is given to.
        """
        identifier = identifier.strip()
        # PubTator 3 writes the type before the identifier: Chemical|MESH:D000596.
        for spelling in (identifier, identifier.partition("|")[2]):
            if spelt := self._concepts.get(spelling):
                return next((c for c in spelt if c.startswith("ncbigene:")), spelt[0])
            concept = concept_of(spelling)
            if concept in self._passages:
                return concept
        return self._unregistered.get(identifier)

    def add_relation(
        self,
        name: str,
        ends: Sequence[str | Mention],
        *,
        meaning: Meaning | None = None,
        novelty: str = "",
        conditions: tuple[tuple[str, str], ...] = (),
        evidence: tuple[Span, ...] = (),
        score: float = 1.0,
        place: str = "",
    ) -> None:
        """Add a relation between two mentions, or two concepts by their identifiers as written.

        ``meaning`` overrides what the table says of ``name``. A relation whose ends are not
        two, or are not annotated in the document, is left out and counted.
        """
        if len(ends) != 2:
            self.unread.add("relation", problem=f"it has {len(ends)} ends, not 2", place=place)
            return
        subject, object_ = (e if isinstance(e, Mention) else self._named(e) for e in ends)
        if subject is None or object_ is None:
            self.unread.add("relation whose end is not annotated", place=place)
            return
        meaning = meaning or self._meaning(name, subject, object_)
        if meaning is None:
            self.unread.add(f"relation of type {name!r}", place=place)
            return
        if meaning.swapped:
            subject, object_ = object_, subject
        if novelty and novelty not in NOVELTIES:
            self.unread.add(f"novelty {novelty!r}", place=place)
            novelty = ""
        found = (("novelty", novelty),) if novelty else ()
        relation = Relation(
            subject=subject,
            predicate=meaning.predicate,
            object=object_,
            evidence=evidence or self._evidence(subject, object_),
            qualifiers=meaning.qualifiers,
            conditions=tuple(sorted({*meaning.conditions, *conditions, *found})),
            score=score,
        )
        if relation in self._relations:
            self.unread.add("relation given twice", place=place)
        self._relations[relation] = None

    def _meaning(self, name: str, *ends: str | Mention) -> Meaning | None:
        """What the table says of the name between these kinds, else what it says in general."""
        subject, object_ = (
            end.category if isinstance(end, Mention) else self._categories[end] for end in ends
        )
        return relation_of(name, subject, object_) or relation_of(name)

    def _evidence(self, *ends: str | Mention) -> tuple[Span, ...]:
        spans: set[Span] = set()
        for end in ends:
            spans |= self._around(end) if isinstance(end, Mention) else self._passages[end].keys()
        return tuple(sorted(spans))

    def _around(self, mention: Mention) -> set[Span]:
        holding = {s.span for s in self.sections if mention.span in s.span}
        return holding or {Span(0, len(self.text))}

    def annotations(self) -> Annotations:
        """All of it, in the order of the file; the links in the order of their mentions."""
        return Annotations(
            mentions=tuple(self._mentions.values()),
            links=tuple(link for key in self._mentions for link in self._links.get(key, ())),
            relations=tuple(self._relations),
        )


def as_reading(document: Document, annotations: Annotations) -> Document | AnnotatedDocument:
    """The document alone where nothing is annotated."""
    return (
        AnnotatedDocument(document=document, annotations=annotations) if annotations else document
    )
