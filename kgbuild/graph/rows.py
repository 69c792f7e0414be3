"""Records to rows and back: the one place that knows how a record lies in the store.

Rows are tuples of strings and numbers, so they cross the pipe from a worker fast.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import Any

from kgbuild.annotation import (
    AnnotatedDocument,
    Annotations,
    Candidate,
    Cue,
    Link,
    Mention,
    Relation,
    Status,
)
from kgbuild.assertion import Assertion, Concept, Evidence, Source, content_id
from kgbuild.components import Failure
from kgbuild.document import Document, Notice, NoticeKind, Section, SectionKind, Span, Unread
from kgbuild.graph.schema import key

__all__ = ["AnnotationRows", "Layer", "VersionRows", "compact", "concept_key"]

Row = tuple[Any, ...]
Layer = tuple[Source, Annotations]
"""What one component said of one document."""


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def compact(value: Any) -> str:
    """JSON without white space, keys sorted: the same value, the same text."""
    return _ENCODER.encode(value)


@lru_cache(maxsize=65_536)
def concept_key(curie: str) -> int:
    """The key of a concept or a document, from its CURIE."""
    return key(content_id(curie))


# --- documents -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VersionRows:
    """One text of one work, as the store keeps it."""

    id: int
    version: Row
    sections: list[Row]
    identifiers: list[Row]
    drops: list[Row]


def encode_version(document: Document, given: Annotations) -> VersionRows:
    """A document as read from a file, with the annotations that the file gives."""
    record = compact(
        [
            document.exact_matches,
            document.language,
            document.licence,
            document.journal,
            document.date,
            document.revised,
            document.authors,
            document.publication_types,
            document.subjects,
            [(n.kind.value, n.about, n.incoming) for n in document.notices],
            [(u.what, u.count, u.place, u.problem) for u in document.unread],
        ]
    )
    sections = [
        (n, s.kind.value, s.span.start, s.span.end, compact(s.path) if s.path else None)
        for n, s in enumerate(document.sections)
    ]
    given_text = _encode_given(given) if given else None
    digest = document.digest
    identity = content_id(document.id, digest, record, compact(sections), given_text or "")
    version = key(identity)
    counts: dict[str, int] = {}
    for unread in document.unread:
        counts[f"unread: {unread.what}"] = counts.get(f"unread: {unread.what}", 0) + unread.count
    return VersionRows(
        id=version,
        version=(
            version,
            identity,
            document.id,
            digest,
            _rank(document),
            document.text,
            record,
            given_text,
        ),
        sections=[(version, *section) for section in sections],
        identifiers=[
            (curie, version) for curie in dict.fromkeys((document.id, *document.exact_matches))
        ],
        drops=[(version, reason, count) for reason, count in counts.items()],
    )


def _rank(document: Document) -> str:
    """What decides between the texts of one work; the greatest counts.

    First the fullest (full text, abstract, title alone), then the last revised, then the
    longest. What is equal in all three is told apart by its identity.
    """
    kinds = {section.kind for section in document.sections}
    beyond = kinds - {SectionKind.TITLE, SectionKind.ABSTRACT}
    fullness = 2 if beyond else int(SectionKind.ABSTRACT in kinds)
    return f"{fullness}|{document.revised or document.date}|{len(document.text):012d}"


def decode_document(
    curie: str,
    text: str,
    record: str,
    sections: Iterable[Row],
    sentences: bytes | None,
    matches: str,
    notices: str,
) -> Document:
    """The document back, under the identifier of its work, with that work's other names."""
    own, language, licence, journal, date, revised, authors, types, subjects, _, unread = (
        json.loads(record)
    )
    return Document(
        id=curie,
        text=text,
        sections=tuple(
            Section(
                kind=SectionKind(kind),
                span=Span(start, end),
                path=tuple(json.loads(path)) if path else (),
            )
            for kind, start, end, path in sections
        ),
        sentences=decode_spans(sentences),
        exact_matches=tuple(_listed(matches) or own),
        language=language,
        licence=licence,
        journal=journal,
        date=date,
        revised=revised,
        authors=tuple(authors),
        publication_types=tuple(types),
        subjects=tuple((c, label) for c, label in subjects),
        notices=tuple(decode_notices(_listed(notices))),
        unread=tuple(Unread(what=w, count=c, place=p, problem=e) for w, c, p, e in unread),
    )


def decode_notices(rows: Iterable[Sequence[Any]]) -> list[Notice]:
    """Notices from their rows (kind, about, incoming)."""
    return [Notice(kind=NoticeKind(k), about=a, incoming=bool(i)) for k, a, i in rows]


def _listed(packed: str) -> list[Any]:
    """A list from its JSON: most are empty."""
    listed: list[Any] = json.loads(packed) if packed != "[]" else []
    return listed


_ENDS = attrgetter("start", "end")


def encode_spans(spans: Iterable[Span]) -> bytes:
    """Spans as little-endian 32-bit pairs."""
    numbers = array("I", chain.from_iterable(map(_ENDS, spans)))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def decode_spans(packed: bytes | None) -> tuple[Span, ...]:
    """Spans from what :func:`encode_spans` made of them."""
    numbers = array("I", packed or b"")
    if sys.byteorder == "big":
        numbers.byteswap()
    return tuple(map(Span, numbers[::2], numbers[1::2]))


# --- annotations -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnnotationRows:
    """All that the pipeline made of one version. Sources are indices into ``sources``.

    In the rows of assertions and evidence an empty text is what there is nothing of.
    """

    version: int
    pipeline: str
    sentences: bytes
    sources: list[Source]
    mentions: list[Row]
    links: list[Row]
    relations: list[Row]
    assertions: list[Row]
    evidence: list[Row]
    concepts: list[Row]
    names: list[tuple[int, str, str]]
    """What each link says: a concept's key, the words of a mention, the mention's category."""
    policy_reviews: list[Row]
    drops: list[Row]
    failures: list[Failure] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many rows the store will write for it, nearly."""
        return 1 + len(self.mentions) + len(self.links) + len(self.relations) + len(self.evidence)


def encode_layers(
    version: int, layers: Sequence[Layer], preferred: Callable[[str], str | None]
) -> tuple[list[Source], list[Row], list[Row], list[Row]]:
    """Sources, mention rows, link rows and relation rows of one version.

    ``preferred`` gives the concept that stands for a best candidate's CURIE.
    """
    sources = [source for source, _ in layers]
    places: dict[Mention, int] = {}
    mentions: list[Row] = []
    links: list[Row] = []
    relations: list[Row] = []
    for number, (_, layer) in enumerate(layers):
        for mention in layer.mentions:
            place = places[mention] = len(mentions)
            span, parts = mention.span, mention.parts
            mentions.append(
                (version, place, span.start, span.end, mention.category, mention.score, number,
                 _pairs(parts) if parts else None)
            )  # fmt: skip
        for link in layer.links:
            place = places[link.mention]
            if not link.candidates:
                links.append(
                    (version, place, link.part, 0, None, 0.0, link.reason, "", None, number)
                )
            for rank, candidate in enumerate(link.candidates):
                concept = preferred(candidate.concept) if rank == 0 else None
                links.append(
                    (version, place, link.part, rank, concept_key(concept) if concept else None,
                     candidate.score, candidate.reason, candidate.label, candidate.concept, number)
                )  # fmt: skip
        for relation in layer.relations:
            relations.append(
                (version, len(relations), _end(relation.subject, places), relation.predicate,
                 _end(relation.object, places), int(relation.negated), relation.status.value,
                 relation.score, _pairs(relation.evidence), _cues(relation.cues),
                 compact(relation.qualifiers) if relation.qualifiers else None,
                 compact(relation.conditions) if relation.conditions else None, number)
            )  # fmt: skip
    return sources, mentions, links, relations


def _end(end: Mention | str, places: dict[Mention, int]) -> str:
    return end if isinstance(end, str) else f"#{places[end]}"


def _pairs(spans: Iterable[Span]) -> str:
    return compact(_bounds(spans))


def _cues(cues: Sequence[Cue]) -> str | None:
    return compact(_bare_cues(cues)) if cues else None


def _bounds(spans: Iterable[Span]) -> list[Row]:
    return [(span.start, span.end) for span in spans]


def _bare_cues(cues: Iterable[Cue]) -> list[Row]:
    return [(cue.kind, cue.span.start, cue.span.end) for cue in cues]


def decode_layers(
    text: str,
    sources: dict[int, Source],
    mention_rows: Iterable[Row],
    link_rows: Iterable[Row],
    relation_rows: Iterable[Row],
) -> list[Layer]:
    """The layers back, one for each source, in the order in which sources first spoke."""
    mentions: list[tuple[int, Mention]] = []
    for start, end, category, score, source, parts in mention_rows:
        mentions.append(
            (
                source,
                Mention(
                    span=Span(start, end),
                    text=text[start:end],
                    category=category,
                    score=score,
                    parts=_spans(parts),
                ),
            )
        )
    order: dict[int, tuple[list[Mention], list[Link], list[Relation]]] = {}
    for source, mention in mentions:
        order.setdefault(source, ([], [], []))[0].append(mention)
    for source, link in _decode_links(link_rows, [mention for _, mention in mentions]):
        order.setdefault(source, ([], [], []))[1].append(link)
    for (
        subject,
        predicate,
        object_,
        negated,
        status,
        score,
        spans,
        cues,
        quals,
        conds,
        source,
    ) in relation_rows:
        relation = Relation(
            subject=_decode_end(subject, mentions),
            predicate=predicate,
            object=_decode_end(object_, mentions),
            evidence=_spans(spans),
            negated=bool(negated),
            status=Status(status),
            cues=_made_cues(json.loads(cues)) if cues else (),
            qualifiers=decode_terms(quals),
            conditions=decode_terms(conds),
            score=score,
        )
        order.setdefault(source, ([], [], []))[2].append(relation)
    return [
        (sources[source], Annotations(mentions=tuple(m), links=tuple(k), relations=tuple(r)))
        for source, (m, k, r) in order.items()
    ]


def _decode_links(rows: Iterable[Row], mentions: list[Mention]) -> Iterable[tuple[int, Link]]:
    groups: dict[tuple[int, int], tuple[int, str, list[Candidate]]] = {}
    for place, part, _, score, reason, label, curie, source in rows:
        _, _, candidates = groups.setdefault((place, part), (source, reason, []))
        if curie:
            candidates.append(Candidate(concept=curie, score=score, reason=reason, label=label))
    for (place, part), (source, reason, candidates) in groups.items():
        yield (
            source,
            Link(
                mention=mentions[place],
                candidates=tuple(candidates),
                reason="" if candidates else reason,
                part=part,
            ),
        )


def _decode_end(end: str, mentions: list[tuple[int, Mention]]) -> Mention | str:
    return mentions[int(end[1:])][1] if end.startswith("#") else end


def _spans(packed: str | None) -> tuple[Span, ...]:
    return _made_spans(json.loads(packed)) if packed else ()


def decode_terms(packed: str | None) -> tuple[tuple[str, str], ...]:
    """Qualifiers or conditions from their JSON, or none."""
    return _made_terms(json.loads(packed)) if packed else ()


def _made_spans(bounds: Iterable[Sequence[int]]) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in bounds)


def _made_cues(bare: Iterable[Sequence[Any]]) -> tuple[Cue, ...]:
    return tuple(Cue(kind=kind, span=Span(start, end)) for kind, start, end in bare)


def _made_terms(pairs: Iterable[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in pairs)


def encode_assertion(version: int, assertion: Assertion, sources: dict[Source, int]) -> list[Row]:
    """An assertion's own row first, then a row for each of its evidences.

    The evidences' sources are indices, by ``sources``.
    """
    identity = assertion.id
    assertion_key = key(identity)
    rows: list[Row] = [
        (
            assertion_key,
            identity,
            concept_key(assertion.subject),
            assertion.predicate,
            concept_key(assertion.object),
            int(assertion.negated),
            compact(assertion.qualifiers) if assertion.qualifiers else "",
        )
    ]
    for e in assertion.evidence:
        first = e.spans[0]
        subject, object_ = e.subject_span, e.object_span
        rows.append(
            (assertion_key, version, first.start, first.end,
             subject.start if subject else None, subject.end if subject else None,
             object_.start if object_ else None, object_.end if object_ else None,
             e.section, e.status.value, e.score, e.link_score, _details(e), sources[e.source])
        )  # fmt: skip
    return rows


def _details(evidence: Evidence) -> str:
    """Spans beyond the first, cues and conditions; empty where there is none of them."""
    more, cues, conditions = evidence.spans[1:], evidence.cues, evidence.conditions
    if not (more or cues or conditions):
        return ""
    return compact([_bounds(more), _bare_cues(cues), conditions])


def decode_details(
    packed: str,
) -> tuple[tuple[Span, ...], tuple[Cue, ...], tuple[tuple[str, str], ...]]:
    """Spans beyond the first, cues and conditions of an evidence."""
    if not packed:
        return (), (), ()
    more, cues, conditions = json.loads(packed)
    return _made_spans(more), _made_cues(cues), _made_terms(conditions)


def encode_concept(concept: Concept, *, known: bool) -> Row:
    """A concept's row; ``known`` says that a terminology names it."""
    return (
        concept_key(concept.id),
        concept.id,
        concept.label,
        concept.category,
        compact(concept.synonyms),
        compact(concept.exact_matches),
        int(known),
    )


def _encode_given(given: Annotations) -> str:
    """Annotations that came with a file, kept beside the text until they are trusted."""
    source = Source(component="given", distribution="", version="")
    _, mentions, links, relations = encode_layers(0, [(source, given)], lambda _: None)
    return compact([mentions, links, relations])


def decode_given(text: str, given: str | None) -> Annotations:
    """The annotations that came with the file, or none."""
    return Annotations() if given is None else _decode_whole(text, *json.loads(given))


def decode_annotated(document: Document, rows: AnnotationRows) -> AnnotatedDocument:
    """The document with its sentences and all that the pipeline made of it, in one layer."""
    annotations = _decode_whole(document.text, rows.mentions, rows.links, rows.relations)
    sentences = decode_spans(rows.sentences)
    return AnnotatedDocument(document=document.with_sentences(sentences), annotations=annotations)


def _decode_whole(
    text: str, mentions: Iterable[Row], links: Iterable[Row], relations: Iterable[Row]
) -> Annotations:
    """What :func:`encode_layers` made rows of, in the order of the rows, whoever said it."""
    layers = decode_layers(
        text,
        {0: Source(component="given", distribution="", version="")},
        [(start, end, c, score, 0, parts) for _, _, start, end, c, score, _, parts in mentions],
        [(m, p, r, score, why, label, curie, 0)
         for _, m, p, r, _, score, why, label, curie, _ in links],
        [(*row[2:12], 0) for row in relations],
    )  # fmt: skip
    return layers[0][1] if layers else Annotations()
