"""Turn one document's relations into assertions with evidence.

The subject and object of a relation become the concepts that their mentions are linked to, or
rather the concepts that stand for those (the preferred identifiers). A relation without two
linked ends makes no assertion; it is counted under its reason, never lost without a word. Of what
one sentence is read to say of a pair, what says different true things is kept
(:mod:`kgbuild.reasoning.choosing`): this looks at one document alone, so that graphs can be merged,
and the relations themselves stay with the document, for whoever wants to see them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass

from kgbuild.annotation import Annotations, Link, Mention, Relation, Status
from kgbuild.assertion import Assertion, Evidence, Source
from kgbuild.document import Document, Span
from kgbuild.reasoning.choosing import Reading, chosen
from kgbuild.reasoning.comparing import Claim
from kgbuild.vocabulary import broad_category, is_symmetric

__all__ = ["Assembled", "assemble"]


@dataclass(frozen=True, slots=True)
class Assembled:
    """What a document's relations became, and what was left out, by reason."""

    assertions: dict[str, Assertion]
    drops: dict[str, int]


def assemble(
    document: Document,
    layers: Sequence[tuple[Source, Annotations]],
    prefer: Callable[[str], str],
) -> Assembled:
    """The assertions of one document, by identity, each with this document's evidence.

    ``prefer`` gives the concept that stands for a CURIE. Two evidences with one identity (the
    same source, place and claim) are one, with the higher score.
    """
    named = _Named((link for _, layer in layers for link in layer.links), prefer)
    claims = _Claims(document, named)
    for source, layer in layers:
        for relation in layer.relations:
            claims.add(source, relation)
    return Assembled({one.id: one for one in claims.assertions()}, claims.drops)


class _Named:
    """The concepts that the mentions of a document are linked to, each with the link's score."""

    def __init__(self, links: Iterable[Link], prefer: Callable[[str], str]) -> None:
        self._prefer = prefer
        self._by_mention: dict[Mention, dict[str, float]] = {}
        self._surest: dict[str, float] = {}
        self._categories: dict[str, str] = {}
        for link in links:
            if link.concept is not None:
                concept, score = prefer(link.concept), link.candidates[0].score
                self._categories.setdefault(concept, link.mention.category)
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

    def kind(self, concept: str) -> str:
        """The broad category of a concept's first mention; empty where none names it."""
        return broad_category(self._categories.get(concept, ""))


_Claim = tuple[str, str, str, bool, tuple[tuple[str, str], ...]]
"""What enters an assertion's identity: subject, predicate, object, negated, qualifiers."""

_Place = tuple[tuple[Span, ...], Status, frozenset[str]]
"""Sentences, how they say what they say, and the two concepts of which they say it."""


class _Claims:
    """What the relations of a document claim, each claim with its evidence."""

    def __init__(self, document: Document, named: _Named) -> None:
        self.drops: dict[str, int] = {}
        self._document = document
        self._version = document.digest
        self._named = named
        self._evidence: dict[_Claim, list[Evidence]] = {}

    def add(self, source: Source, relation: Relation) -> None:
        subjects, objects = self._named.ends(relation.subject), self._named.ends(relation.object)
        if not subjects or not objects:
            found = (("subject", subjects), ("object", objects))
            missing = [name for name, concepts in found if not concepts]
            self._drop(f"relation: {' and '.join(missing)} not linked")
            return
        for subject, subject_score in subjects.items():
            for object_, object_score in objects.items():
                if subject == object_:
                    self._drop("relation: the same concept at both ends")
                else:
                    self._add(source, relation, subject, object_, subject_score * object_score)

    def _drop(self, reason: str, count: int = 1) -> None:
        self.drops[reason] = self.drops.get(reason, 0) + count

    def _add(
        self, source: Source, relation: Relation, subject: str, object_: str, link_score: float
    ) -> None:
        ends = relation.subject, relation.object
        if is_symmetric(relation.predicate) and object_ < subject and not relation.qualifiers:
            # One claim, one identity: a symmetric claim names its ends in a fixed order.
            subject, object_ = object_, subject
            ends = relation.object, relation.subject
        qualifiers = tuple(sorted(relation.qualifiers))
        claim = subject, relation.predicate, object_, relation.negated, qualifiers
        evidence = self._read(source, relation, ends, link_score)
        self._evidence.setdefault(claim, []).append(evidence)

    def _read(
        self,
        source: Source,
        relation: Relation,
        ends: tuple[Mention | str, Mention | str],
        link_score: float,
    ) -> Evidence:
        document = self._document
        section = document.section_at(relation.evidence[0].start)
        return Evidence(
            document=document.id,
            version=self._version,
            section=section.kind.value if section else "other",
            spans=relation.evidence,
            text=" … ".join(span.of(document.text) for span in relation.evidence),
            subject_span=_span(ends[0]),
            object_span=_span(ends[1]),
            source=source,
            status=relation.status,
            cues=relation.cues,
            conditions=relation.conditions,
            score=relation.score,
            link_score=link_score,
        )

    def assertions(self) -> Iterator[Assertion]:
        for claim, evidence in self._chosen().items():
            subject, predicate, object_, negated, qualifiers = claim
            yield Assertion(
                subject=subject,
                predicate=predicate,
                object=object_,
                negated=negated,
                qualifiers=qualifiers,
                evidence=_united(evidence),
            )

    def _chosen(self) -> dict[_Claim, list[Evidence]]:
        """The claims, with the evidence that says no claim of the same place better."""
        kept: dict[_Claim, list[Evidence]] = {}
        places: dict[_Place, dict[_Claim, list[Evidence]]] = {}
        for claim, evidence in self._evidence.items():
            if claim[3]:
                kept[claim] = evidence
                continue
            pair = frozenset((claim[0], claim[2]))
            for one in _united(evidence):
                place = one.spans, one.status, pair
                places.setdefault(place, {}).setdefault(claim, []).append(one)
        for told in places.values():
            for claim, some in self._of_one_place(told):
                kept.setdefault(claim, []).extend(some)
        return kept

    def _of_one_place(
        self, told: Mapping[_Claim, list[Evidence]]
    ) -> Iterable[tuple[_Claim, Sequence[Evidence]]]:
        if len(told) == 1:
            return told.items()
        kind = self._named.kind
        readings = [
            Reading(Claim(*claim), (kind(claim[0]), kind(claim[2])), tuple(evidence))
            for claim, evidence in told.items()
        ]
        choice = chosen(readings)
        for reason, count in choice.drops.items():
            self._drop(reason, count)
        return [(astuple(one.claim), (*one.evidence, *one.folded)) for one in choice.kept]


def _span(end: Mention | str) -> Span | None:
    return None if isinstance(end, str) else end.span


def _united(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The evidence by identity, in that order; of twins the first with the highest score."""
    if len(evidence) == 1:
        return tuple(evidence)
    united: dict[str, Evidence] = {}
    for one in evidence:
        twin = united.setdefault(one.id, one)
        if twin.score < one.score:
            united[one.id] = one
    return tuple(united[identity] for identity in sorted(united))
