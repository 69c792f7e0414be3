"""Annotated documents as JSON, one document a line.

Each line has ``id``, ``text``, ``title``, ``sections`` (kind, start, end, path) and
``sentences`` (start, end), then ``mentions`` (start, end, text, category, score, and
``concepts``: for each part a list of concept, score and reason, best first; an empty list
means NIL) and ``relations`` (subject, predicate, object, negated, status, score, qualifiers,
conditions, evidence). An end of a relation is the number of a mention, or a CURIE.
Offsets are 0-based and half-open, in code points of ``text``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, BinaryIO

from kgbuild.annotation import AnnotatedDocument, Annotations, Mention, Relation

__all__ = ["write_jsonl"]


def write_jsonl(documents: Iterable[AnnotatedDocument], target: BinaryIO) -> int:
    """Write the documents as they come; return how many."""
    count = 0
    for count, annotated in enumerate(documents, 1):  # noqa: B007 - the last number is wanted
        line = json.dumps(_line(annotated), ensure_ascii=False, separators=(",", ":"))
        target.write(f"{line}\n".encode())
    return count


def _line(annotated: AnnotatedDocument) -> dict[str, Any]:
    document, annotations = annotated.document, annotated.annotations
    numbers = {mention: number for number, mention in enumerate(annotations.mentions)}
    return {
        "id": document.id,
        "exact_matches": document.exact_matches,
        "title": document.title,
        "text": document.text,
        "sections": [
            {"kind": s.kind.value, "start": s.span.start, "end": s.span.end, "path": s.path}
            for s in document.sections
        ],
        "sentences": [(s.start, s.end) for s in document.sentences],
        "mentions": _mentions(annotations),
        "relations": [_relation(relation, numbers) for relation in annotations.relations],
    }


def _mentions(annotations: Annotations) -> list[dict[str, Any]]:
    concepts: dict[Mention, list[list[dict[str, Any]]]] = {}
    for link in annotations.links:
        candidates = [
            {"concept": c.concept, "score": c.score, "reason": c.reason} for c in link.candidates
        ]
        concepts.setdefault(link.mention, []).append(candidates)
    return [
        {
            "start": mention.span.start,
            "end": mention.span.end,
            "text": mention.text,
            "category": mention.category,
            "score": mention.score,
            "concepts": concepts.get(mention, []),
        }
        for mention in annotations.mentions
    ]


def _relation(relation: Relation, numbers: dict[Mention, int]) -> dict[str, Any]:
    def end(one: Mention | str) -> int | str:
        return one if isinstance(one, str) else numbers[one]

    return {
        "subject": end(relation.subject),
        "predicate": relation.predicate,
        "object": end(relation.object),
        "negated": relation.negated,
        "status": relation.status.value,
        "score": relation.score,
        "qualifiers": relation.qualifiers,
        "conditions": relation.conditions,
        "evidence": [(span.start, span.end) for span in relation.evidence],
    }
