"""Turn one document's relations into assertions with evidence.

The subject and object of a relation become the concepts that their mentions are linked to, or
rather the concepts that stand for those (the preferred identifiers). A relation without two
linked ends makes no assertion; it is counted under its reason, never lost without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kgbuild.annotation import Annotations, Link, Mention, Relation
from kgbuild.assertion import Assertion, Evidence, Source
from kgbuild.document import Document, Span
from kgbuild.vocabulary import is_symmetric

__all__ = ["Assembled", "assemble"]


@dataclass(slots=True)
class Assembled:
    """What a document's relations became, and what was left out, by reason."""

    assertions: dict[str, Assertion] = field(default_factory=dict)
    drops: dict[str, int] = field(default_factory=dict)

    def drop(self, reason: str) -> None:
        """Count a relation that made no assertion."""
        self.drops[reason] = self.drops.get(reason, 0) + 1


def assemble(
    document: Document,
    layers: Sequence[tuple[Source, Annotations]],
    prefer: Callable[[str], str],
) -> Assembled:
    """The assertions of one document, by identity, each with this document's evidence.

    ``prefer`` gives the concept that stands for a CURIE. Two evidences with one identity (the
    same source, place and claim) are one, with the higher score.
    """
    assembled = Assembled()
    named = _Named((link for _, layer in layers for link in layer.links), prefer)
    version = document.digest
    for source, layer in layers:
        for relation in layer.relations:
            _assert(document, version, source, relation, named, assembled)
    return assembled


class _Named:
    """The concepts that the mentions of a document are linked to, each with the link's score."""

    def __init__(self, links: Iterable[Link], prefer: Callable[[str], str]) -> None:
        self._prefer = prefer
        self._by_mention: dict[Mention, dict[str, float]] = {}
        self._surest: dict[str, float] = {}
        for link in links:
            if link.concept is not None:
                concept, score = prefer(link.concept), link.candidates[0].score
                for scores in (self._by_mention.setdefault(link.mention, {}), self._surest):
                    scores[concept] = max(score, scores.get(concept, 0.0))

    def ends(self, end: Mention | str) -> Mapping[str, float]:
        """What an end of a relation names: a concept, or more for a composite mention.

        A concept named without a mention is as sure as the surest link to it, or given.
        """
        if isinstance(end, str):
            concept = self._prefer(end)
            return {concept: self._surest.get(concept, 1.0)}
        return self._by_mention.get(end, {})


def _assert(
    document: Document,
    version: str,
    source: Source,
    relation: Relation,
    named: _Named,
    assembled: Assembled,
) -> None:
    subjects, objects = named.ends(relation.subject), named.ends(relation.object)
    if not subjects or not objects:
        ends = [name for name, found in (("subject", subjects), ("object", objects)) if not found]
        assembled.drop(f"relation: {' and '.join(ends)} not linked")
        return
    for subject, subject_score in subjects.items():
        for object_, object_score in objects.items():
            if subject == object_:
                assembled.drop("relation: the same concept at both ends")
            else:
                score = subject_score * object_score
                evidence = _evidence(document, version, source, relation, score)
                _add(assembled, relation, subject, object_, evidence)


def _evidence(
    document: Document, version: str, source: Source, relation: Relation, link_score: float
) -> Evidence:
    section = document.section_at(relation.evidence[0].start)
    return Evidence(
        document=document.id,
        version=version,
        section=section.kind.value if section else "other",
        spans=relation.evidence,
        text=" … ".join(span.of(document.text) for span in relation.evidence),
        subject_span=_span(relation.subject),
        object_span=_span(relation.object),
        source=source,
        status=relation.status,
        cues=relation.cues,
        conditions=relation.conditions,
        score=relation.score,
        link_score=link_score,
    )


def _span(end: Mention | str) -> Span | None:
    return None if isinstance(end, str) else end.span


def _add(
    assembled: Assembled, relation: Relation, subject: str, object_: str, evidence: Evidence
) -> None:
    if is_symmetric(relation.predicate) and object_ < subject and not relation.qualifiers:
        # One claim, one identity: a symmetric claim names its ends in a fixed order.
        subject, object_ = object_, subject
        evidence = replace(
            evidence, subject_span=evidence.object_span, object_span=evidence.subject_span
        )
    assertion = Assertion(
        subject=subject,
        predicate=relation.predicate,
        object=object_,
        negated=relation.negated,
        qualifiers=tuple(sorted(relation.qualifiers)),
        evidence=(evidence,),
    )
    identity = assertion.id
    if (known := assembled.assertions.get(identity)) is not None:
        twin = next((e for e in known.evidence if e.id == evidence.id), None)
        if twin is not None and twin.score >= evidence.score:
            return
        assertion = known.merged([evidence])
    assembled.assertions[identity] = assertion
