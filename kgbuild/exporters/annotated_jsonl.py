"""Annotated documents as JSON, one a line, in the shape of :mod:`kgbuild.readers.annotated_json`.

Nothing is lost: what is written here is read back equal. What is empty or a record's default
is left out. The bytes depend on the documents alone.

A graph's relations have ``belief`` too: how far the claim may be believed, from all texts that
speak of it. It is the graph's, so it is not read back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

from kgbuild.annotation import AnnotatedDocument, Cue, Link, Mention, Relation
from kgbuild.components import ExporterSpec, Graph
from kgbuild.document import Document, Section, Span
from kgbuild.errors import ContractError
from kgbuild.exporters import annotated_documents
from kgbuild.exporters.claimed import Believed
from kgbuild.readers.annotated_json import FORMAT

__all__ = ["SPEC", "AnnotatedJsonLinesExporter", "write_jsonl"]

_DEFAULTS = MappingProxyType(
    {"score": 1.0, "part": 0, "negated": False, "status": "stated", "incoming": True, "count": 1}
)


def write_jsonl(
    documents: Iterable[AnnotatedDocument], target: BinaryIO, *, believed: Believed | None = None
) -> int:
    """Write the documents as they come; return how many.

    With ``believed``, relations say how far their claims may be believed.
    Raises ContractError for a link or relation of a mention that is not among the mentions.
    """
    count = 0
    for count, annotated in enumerate(documents, 1):  # noqa: B007 - the last number is wanted
        line = json.dumps(
            _line(annotated, believed), ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
        target.write(f"{line}\n".encode())
    return count


def _line(annotated: AnnotatedDocument, believed: Believed | None) -> dict[str, Any]:
    document, annotations = annotated.document, annotated.annotations
    mentions = _Numbers(annotated)
    given = {"format": FORMAT, "id": document.id, "text": document.text}
    return given | _short(
        **_about(document),
        mentions=[_mention(mention) for mention in annotations.mentions],
        links=[_link(link, mentions) for link in annotations.links],
        relations=[
            _relation(relation, mentions) | _belief(document, relation, believed)
            for relation in annotations.relations
        ],
    )


def _short(**fields: Any) -> dict[str, Any]:
    """The fields without those that are empty or as they are by default."""
    return {
        name: value
        for name, value in fields.items()
        if value != _DEFAULTS.get(name, "") and value != []
    }


class _Numbers:
    """The mentions of a document by number; equal mentions have the first one's."""

    def __init__(self, annotated: AnnotatedDocument) -> None:
        self._document = annotated.document.id
        self._numbers: dict[Mention, int] = {}
        for number, mention in enumerate(annotated.annotations.mentions):
            self._numbers.setdefault(mention, number)

    def of(self, mention: Mention) -> int:
        """The number of a mention. Raises ContractError if it is not among the mentions."""
        if mention not in self._numbers:
            rule = f"{mention.text!r} is linked or related, but is not among the mentions"
            raise ContractError(rule, component="JSON lines", document=self._document)
        return self._numbers[mention]


def _about(document: Document) -> dict[str, Any]:
    return {
        "sections": [_section(section) for section in document.sections],
        "sentences": _spans(document.sentences),
        "exact_matches": list(document.exact_matches),
        "language": document.language,
        "licence": document.licence,
        "journal": document.journal,
        "date": document.date,
        "revised": document.revised,
        "authors": list(document.authors),
        "publication_types": list(document.publication_types),
        "subjects": [list(subject) for subject in document.subjects],
        "notices": [
            _short(kind=n.kind.value, about=n.about, incoming=n.incoming) for n in document.notices
        ],
        "unread": [
            _short(what=u.what, count=u.count, place=u.place, problem=u.problem)
            for u in document.unread
        ],
    }


def _section(section: Section) -> dict[str, Any]:
    return _short(
        kind=section.kind.value,
        start=section.span.start,
        end=section.span.end,
        path=list(section.path),
    )


def _mention(mention: Mention) -> dict[str, Any]:
    return _short(
        start=mention.span.start,
        end=mention.span.end,
        text=mention.text,
        category=mention.category,
        score=mention.score,
        parts=_spans(mention.parts),
    )


def _link(link: Link, mentions: _Numbers) -> dict[str, Any]:
    candidates = [
        _short(concept=c.concept, score=c.score, reason=c.reason, label=c.label)
        for c in link.candidates
    ]
    return _short(
        mention=mentions.of(link.mention),
        part=link.part,
        reason=link.reason,
        candidates=candidates,
    )


def _relation(relation: Relation, mentions: _Numbers) -> dict[str, Any]:
    def end(one: Mention | str) -> int | str:
        return one if isinstance(one, str) else mentions.of(one)

    return _short(
        subject=end(relation.subject),
        predicate=relation.predicate,
        object=end(relation.object),
        evidence=_spans(relation.evidence),
        negated=relation.negated,
        status=relation.status.value,
        cues=[_cue(cue) for cue in relation.cues],
        qualifiers=[list(pair) for pair in relation.qualifiers],
        conditions=[list(pair) for pair in relation.conditions],
        score=relation.score,
    )


def _belief(document: Document, relation: Relation, believed: Believed | None) -> dict[str, Any]:
    belief = believed.of(document.id, relation) if believed else None
    return {} if belief is None else {"belief": belief}


def _cue(cue: Cue) -> dict[str, Any]:
    return {"kind": cue.kind, "start": cue.span.start, "end": cue.span.end}


def _spans(spans: Iterable[Span]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]


class AnnotatedJsonLinesExporter:
    """Writes every document of a graph with its annotations, one a line."""

    def export(self, graph: Graph, target: Path) -> None:
        """Write ``target``, document by document."""
        with target.open("wb") as file:
            write_jsonl(annotated_documents(graph), file, believed=Believed(graph))


def _create(settings: Any) -> AnnotatedJsonLinesExporter:
    return AnnotatedJsonLinesExporter()


SPEC = ExporterSpec(
    name="jsonl",
    summary="JSON lines: texts, mentions, links with candidates, relations with their belief.",
    create=_create,
    suffixes=(".jsonl",),
)
