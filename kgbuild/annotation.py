"""What components say of a document: mentions, links, relations.

The order is fixed: mentions, then links (what a mention names), then relations. The three are
separate records because they are separate claims: a string names something; it names *this*;
two things are related. Who said it is not written here: the pipeline keeps each component's
annotations as a layer under its :class:`~kgbuild.assertion.Source`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from kgbuild.document import Document, Span
from kgbuild.quick_init import quick_init

__all__ = [
    "AnnotatedDocument",
    "Annotations",
    "Candidate",
    "Cue",
    "Link",
    "Mention",
    "Relation",
    "Status",
]


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A string in a text that names something.

    Law: ``text == document.text[span.start:span.end]``. ``category`` is a Biolink class
    (``biolink:Disease``). ``score`` is in [0, 1]. ``parts`` is given only for a mention with
    gaps; then ``span`` reaches from the first part to the last.
    """

    span: Span
    text: str
    category: str
    score: float = 1.0
    parts: tuple[Span, ...] = ()

    def __hash__(self) -> int:
        # Mentions are looked up by the million, and these two all but tell them apart.
        return hash(self.text) ^ self.span.start

    @classmethod
    def at(
        cls, document: Document, start: int, end: int, category: str, score: float = 1.0
    ) -> Mention:
        """The mention that covers ``document.text[start:end]``."""
        return cls(
            span=Span(start, end), text=document.text[start:end], category=category, score=score
        )


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One concept that a mention may name: a CURIE, a score in [0, 1], and why."""

    concept: str
    score: float = 1.0
    reason: str = ""
    label: str = ""


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a mention names: candidates, best first; none means NIL, and ``reason`` says why.

    What the reason says before its first colon is counted by ``kgbuild status``.
    A composite mention ("breast and ovarian cancer") has one Link for each concept it names,
    told apart by ``part``, counted from 0.
    """

    mention: Mention
    candidates: tuple[Candidate, ...] = ()
    reason: str = ""
    part: int = 0

    @property
    def concept(self) -> str | None:
        """The best candidate's CURIE, or None for NIL."""
        return self.candidates[0].concept if self.candidates else None


class Status(StrEnum):
    """How a text says a thing. Only ``STATED`` evidence makes a plain edge."""

    STATED = "stated"
    SPECULATED = "speculated"
    HYPOTHESIS = "hypothesis"
    QUESTION = "question"
    BACKGROUND = "background"
    REPORTED = "reported"


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """The words that make a statement negated or hedged: ``kind`` is "negated" or a status."""

    kind: str
    span: Span


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A statement that two mentions, or two concepts, are related.

    ``subject`` and ``object`` are mentions of the same document, or the CURIEs of concepts
    that are linked in it. ``predicate`` is a Biolink predicate (``biolink:treats``).
    ``evidence`` holds the sentences or clauses that say so, at least one. ``negated`` belongs
    to the claim; ``status`` and ``cues`` to how it is said. ``qualifiers`` (direction, aspect)
    enter the claim's identity; ``conditions`` (species, dose, population, in vitro) do not.
    """

    subject: Mention | str
    predicate: str
    object: Mention | str
    evidence: tuple[Span, ...]
    negated: bool = False
    status: Status = Status.STATED
    cues: tuple[Cue, ...] = ()
    qualifiers: tuple[tuple[str, str], ...] = ()
    conditions: tuple[tuple[str, str], ...] = ()
    score: float = 1.0


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """What is known about one document so far. ``a + b`` keeps a's order, then b's.

    ``left_out`` is what an extractor did not look at, as (reason, how many), such as what lies
    beyond the longest text that its model takes. ``kgbuild status`` counts it under the
    extractor's name; it is not kept with the annotations.
    """

    mentions: tuple[Mention, ...] = ()
    links: tuple[Link, ...] = ()
    relations: tuple[Relation, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()

    def __add__(self, other: Annotations) -> Annotations:
        if not (self.mentions or self.links or self.relations or self.left_out):
            return other
        return Annotations(
            mentions=self.mentions + other.mentions,
            links=self.links + other.links,
            relations=self.relations + other.relations,
            left_out=self.left_out + other.left_out,
        )

    def __bool__(self) -> bool:
        return bool(self.mentions or self.links or self.relations)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatedDocument:
    """A document with annotations: what an annotated file holds, what ``annotate`` returns."""

    document: Document
    annotations: Annotations = field(default_factory=Annotations)
