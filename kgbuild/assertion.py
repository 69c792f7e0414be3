"""What the graph holds: concepts, and assertions with the evidence for them.

Two identities, both hashes of content, never random:

- an assertion is (subject, predicate, object, negated, qualifiers);
- an evidence is (document version, spans, source).

So merging is union by identity: commutative, associative, idempotent. Scores are in neither:
new weights replace what the old ones said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from kgbuild.annotation import Cue, Status
from kgbuild.document import Span
from kgbuild.quick_init import quick_init

__all__ = [
    "GIVEN",
    "Assertion",
    "Concept",
    "Contradiction",
    "Derivation",
    "Evidence",
    "Inference",
    "Prediction",
    "Reason",
    "Review",
    "Source",
    "Verdict",
    "content_id",
]


def content_id(*parts: str) -> str:
    """A 128-bit name made from strings alone: the same on every machine, in every run.

    Parts are length-prefixed, so that no two lists of parts give the same bytes.

    >>> content_id("a", "bc") != content_id("ab", "c")
    True
    """
    packed = "".join([f"{len(part)}:{part}" for part in parts])
    return hashlib.sha256(packed.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A node: what a mention names. ``id`` is a CURIE in bioregistry's spelling."""

    id: str
    label: str = ""
    category: str = "biolink:NamedThing"
    synonyms: tuple[str, ...] = ()
    exact_matches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Who says so: a component, where it comes from, and what it was set to.

    ``fingerprint`` hashes the settings and the resources (weights, word lists) that the
    component worked with; the same fingerprint gives the same annotations.
    """

    component: str
    distribution: str
    version: str
    fingerprint: str = ""


GIVEN = Source(component="given", distribution="", version="")
"""Who speaks in annotations that came with a file and are trusted: nobody knows more of them."""


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why an assertion is believed: the place in a text that says so.

    ``document`` is the work's CURIE, ``version`` the digest of the text that the offsets
    count in. ``spans`` are the sentences or clauses, ``text`` what they cover (joined by
    " … " where there are several). ``subject_span`` and ``object_span`` are where the two
    ends are named; None where the relation is between concepts and names no place. ``score`` is
    the component's of the relation, ``link_score`` how sure it is that both ends are what the
    claim takes them for: the product of the scores of their links. Both are in [0, 1].
    """

    document: str
    version: str
    section: str
    spans: tuple[Span, ...]
    text: str
    subject_span: Span | None
    object_span: Span | None
    source: Source
    status: Status = Status.STATED
    cues: tuple[Cue, ...] = ()
    conditions: tuple[tuple[str, str], ...] = ()
    score: float = 1.0
    link_score: float = 1.0

    @property
    def id(self) -> str:
        """The identity: document and version, spans, ends and source.

        The document is part of it: two papers may have one text (an erratum printed twice).
        """
        places = (*self.spans, self.subject_span, self.object_span)
        source = self.source
        return content_id(
            self.document,
            self.version,
            ",".join([f"{s.start}-{s.end}" if s else "" for s in places]),
            source.component,
            source.distribution,
        )


class Verdict(StrEnum):
    """What a reviewer says of an assertion."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A reviewer's opinion on an assertion, with the reason."""

    verdict: Verdict
    reviewer: str
    reason: str = ""


@quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """An edge: what is claimed, and all the evidence for it.

    ``negated`` is part of the claim: "A does not cause B" is another claim than "A causes B".
    ``derivation`` holds the ids of the premises of an inferred assertion, and is empty for
    one that a text states.
    """

    subject: str
    predicate: str
    object: str
    negated: bool = False
    qualifiers: tuple[tuple[str, str], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    derivation: tuple[str, ...] = ()
    reviews: tuple[Review, ...] = ()

    @property
    def id(self) -> str:
        """The identity: what is claimed, not who says so."""
        return assertion_id(
            self.subject, self.predicate, self.object, self.negated, self.qualifiers
        )

    @property
    def rejected(self) -> bool:
        """Whether a reviewer rejected it (a rejection outweighs an acceptance)."""
        return any(review.verdict is Verdict.REJECTED for review in self.reviews)

    @property
    def plain(self) -> bool:
        """Whether it may be shown as a plain edge.

        It must not be negated or rejected, and at least one text must state it outright.
        """
        return (
            not self.negated
            and not self.rejected
            and any(evidence.status is Status.STATED for evidence in self.evidence)
        )

    def merged(self, evidence: Iterable[Evidence]) -> Assertion:
        """The same claim with more evidence: a union by identity, in a fixed order."""
        union = {e.id: e for e in (*self.evidence, *evidence)}
        return replace(self, evidence=tuple(union[key] for key in sorted(union)))


def assertion_id(
    subject: str,
    predicate: str,
    object: str,  # noqa: A002 - the field's word
    negated: bool = False,
    qualifiers: tuple[tuple[str, str], ...] = (),
) -> str:
    """The identity of a claim, without making the record."""
    return content_id(
        subject,
        predicate,
        object,
        "not" if negated else "",
        *(f"{key}={value}" for key, value in sorted(qualifiers)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two assertions that disagree, the better evidenced first.

    ``kind`` is ``denied``, ``opposite`` (predicates) or ``direction``. ``weight`` is the
    product of what the evidence on each side is worth: how likely it is that both were said
    in earnest. ``differences`` are circumstances that may explain it, as (name, what the one
    side says, what the other says); an empty text means that the side does not say.
    """

    kind: str
    weight: float
    first: Assertion
    second: Assertion
    first_belief: float
    second_belief: float
    differences: tuple[tuple[str, str, str], ...] = ()

    @property
    def id(self) -> str:
        """The identity: which two assertions, whatever their order."""
        return content_id("contradiction", *sorted((self.first.id, self.second.id)))

    @property
    def one_sentence(self) -> bool:
        """Whether some sentence is read both ways: then one reading of it is likely wrong."""
        read = [{(e.document, e.text) for e in side.evidence} for side in (self.first, self.second)]
        return not read[0].isdisjoint(read[1])

    @property
    def one_document(self) -> str:
        """The document that alone makes both claims; empty where others make one of them."""
        made = {e.document for side in (self.first, self.second) for e in side.evidence}
        return made.pop() if len(made) == 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """One way to a conclusion: a rule's name, and the ids of what it rests on.

    ``premises`` are assertions, ``conclusions`` other inferences.
    """

    rule: str
    premises: tuple[str, ...] = ()
    conclusions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """What rules conclude of two concepts and no text states.

    ``predicate`` is a Biolink predicate, or the name of a relation that a rule made up.
    ``belief`` is the probability that at least one derivation holds, or a lower bound of it
    with ``upper`` the upper one. A ``hypothesis`` is something to look into, never a fact.
    """

    subject: str
    predicate: str
    object: str
    belief: float
    upper: float
    hypothesis: bool
    derivations: tuple[Derivation, ...]

    @property
    def id(self) -> str:
        """The identity: what is concluded, not how."""
        return inference_id(self.subject, self.predicate, self.object)


def inference_id(subject: str, predicate: str, object: str) -> str:  # noqa: A002
    """The identity of a conclusion, without making the record."""
    return content_id("inferred", subject, predicate, object)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A path that suggests a link: the learnt rule, and the assertions on the path in order.

    ``weight`` is what it adds to the score of the link.
    """

    rule: str
    weight: float
    assertions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """A link that no text speaks of and that the graph's paths suggest; never evidence.

    ``probability`` is calibrated on links that were hidden; ``score`` ranks those of equal
    probability. ``reasons`` are the paths that add most to the score, the weightiest first.
    """

    subject: str
    predicate: str
    object: str
    qualifiers: tuple[tuple[str, str], ...] = ()
    probability: float
    score: float
    reasons: tuple[Reason, ...]

    @property
    def id(self) -> str:
        """The identity: what is predicted, not why."""
        said = (f"{name}={value}" for name, value in self.qualifiers)
        return content_id("predicted", self.subject, self.predicate, self.object, *said)
