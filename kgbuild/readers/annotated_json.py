"""An annotated document as one JSON object: the shape of kgbuild's own JSON lines.

    {"format": "kgbuild-annotated-1",
     "id": "pubmed:1", "text": "Aspirin relieves headache.",
     "sections": [{"kind": "abstract", "start": 0, "end": 26, "path": ["Abstract"]}],
     "sentences": [[0, 26]],
     "exact_matches": ["doi:10.1000/x"], "language": "en", "licence": "", "journal": "",
     "date": "2004-03", "revised": "", "authors": ["Doe J"], "publication_types": [],
     "subjects": [["mesh:D001241", "Aspirin"]],
     "notices": [{"kind": "retraction", "about": "pubmed:2", "incoming": true}],
     "unread": [{"what": "formula", "count": 1, "place": "", "problem": ""}],
     "mentions": [{"start": 0, "end": 7, "text": "Aspirin", "category": "biolink:ChemicalEntity",
                   "score": 1.0, "parts": [[0, 7]]}],
     "links": [{"mention": 0, "part": 0, "reason": "",
                "candidates": [{"concept": "mesh:D001241", "score": 1.0, "reason": "exact",
                                "label": "Aspirin"}]}],
     "relations": [{"subject": 0, "predicate": "biolink:treats", "object": "mesh:D006261",
                    "evidence": [[0, 26]], "negated": false, "status": "stated", "score": 1.0,
                    "cues": [{"kind": "negated", "start": 8, "end": 11}],
                    "qualifiers": [["…", "…"]], "conditions": [["…", "…"]]}]}

Offsets are 0-based and half-open, and count code points of ``text``. A mention is referred to
by its number, from 0; an end of a relation is such a number, or a concept's CURIE. A link
without candidates is NIL. What is empty, or the record's default, may be left out, as it is
when kgbuild writes; ``format``, ``id`` and ``text`` may not.

A mention, link or relation that cannot be right (an offset outside the text, another text
there, a score beyond [0, 1]) is set aside alone and said to be unread, and what refers to it
with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

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
from kgbuild.document import Document, Notice, NoticeKind, Section, SectionKind, Span, Unread

__all__ = ["FORMAT", "annotated_document"]

FORMAT = "kgbuild-annotated-1"

Fields = dict[str, Any]
_Kept = TypeVar("_Kept")
_SCALARS = ("language", "licence", "journal", "date", "revised")


def annotated_document(fields: Fields, *, place: str = "") -> AnnotatedDocument:
    """The record that an object of this shape stands for.

    Raises ValueError, naming the field, where the document itself is wrong.
    """
    document = _document(fields)
    aside: list[Unread] = []

    def keep(what: str, make: Callable[[Fields], _Kept]) -> list[_Kept | None]:
        kept: list[_Kept | None] = []
        for number, one in enumerate(_listed(fields, what + "s")):
            try:
                kept.append(make(_object(one, what)))
            except ValueError as error:
                problem = f"{what} {number}: {error}"
                aside.append(Unread(what=what, place=place, problem=problem))
                kept.append(None)
        return kept

    mentions = keep("mention", lambda one: _mention(one, document.text))
    links = keep("link", lambda one: _link(one, mentions))
    relations = keep("relation", lambda one: _relation(one, mentions, document.text))
    return AnnotatedDocument(
        document=replace(document, unread=(*document.unread, *aside)),
        annotations=Annotations(
            mentions=tuple(mention for mention in mentions if mention),
            links=tuple(link for link in links if link),
            relations=tuple(relation for relation in relations if relation),
        ),
    )


def _document(fields: Fields) -> Document:
    text, identity = _string(fields, "text"), _string(fields, "id")
    if not identity:
        raise ValueError("id: missing")
    return Document(
        id=identity,
        text=text,
        sections=tuple(
            _section(_object(one, "section"), text) for one in _listed(fields, "sections")
        ),
        sentences=_spans(fields, "sentences", text),
        exact_matches=_strings(fields, "exact_matches"),
        authors=_strings(fields, "authors"),
        publication_types=_strings(fields, "publication_types"),
        subjects=_pairs(fields, "subjects"),
        notices=tuple(_notice(_object(one, "notice")) for one in _listed(fields, "notices")),
        unread=tuple(_unread(_object(one, "unread")) for one in _listed(fields, "unread")),
        **{name: _string(fields, name) for name in _SCALARS},
    )


def _section(fields: Fields, text: str) -> Section:
    return Section(
        kind=SectionKind(_string(fields, "kind")),
        span=_span((fields.get("start"), fields.get("end")), text),
        path=_strings(fields, "path"),
    )


def _notice(fields: Fields) -> Notice:
    return Notice(
        kind=NoticeKind(_string(fields, "kind")),
        about=_string(fields, "about"),
        incoming=_flag(fields, "incoming", default=True),
    )


def _unread(fields: Fields) -> Unread:
    return Unread(
        what=_string(fields, "what"),
        count=_whole(fields, "count", 1),
        place=_string(fields, "place"),
        problem=_string(fields, "problem"),
    )


def _mention(fields: Fields, text: str) -> Mention:
    span = _span((fields.get("start"), fields.get("end")), text)
    covered = _string(fields, "text")
    if span.of(text) != covered:
        raise ValueError(f"{covered[:60]!r} is not at {span.start}–{span.end}")
    return Mention(
        span=span,
        text=covered,
        category=_string(fields, "category"),
        score=_score(fields),
        parts=_spans(fields, "parts", text),
    )


def _link(fields: Fields, mentions: list[Mention | None]) -> Link:
    return Link(
        mention=_mention_numbered(fields.get("mention"), mentions),
        candidates=tuple(
            Candidate(
                concept=_string(one, "concept"),
                score=_score(one),
                reason=_string(one, "reason"),
                label=_string(one, "label"),
            )
            for one in (_object(one, "candidate") for one in _listed(fields, "candidates"))
        ),
        reason=_string(fields, "reason"),
        part=_whole(fields, "part", 0),
    )


def _relation(fields: Fields, mentions: list[Mention | None], text: str) -> Relation:
    def end(name: str) -> Mention | str:
        given = fields.get(name)
        return given if isinstance(given, str) else _mention_numbered(given, mentions)

    evidence = _spans(fields, "evidence", text)
    if not evidence:
        raise ValueError("has no evidence")
    return Relation(
        subject=end("subject"),
        predicate=_string(fields, "predicate"),
        object=end("object"),
        evidence=evidence,
        negated=_flag(fields, "negated", default=False),
        status=Status(_string(fields, "status") or Status.STATED),
        cues=tuple(
            Cue(kind=_string(one, "kind"), span=_span((one.get("start"), one.get("end")), text))
            for one in (_object(one, "cue") for one in _listed(fields, "cues"))
        ),
        qualifiers=_pairs(fields, "qualifiers"),
        conditions=_pairs(fields, "conditions"),
        score=_score(fields),
    )


def _mention_numbered(number: object, mentions: list[Mention | None]) -> Mention:
    if type(number) is not int or not 0 <= number < len(mentions):
        raise ValueError(f"there is no mention {number!r}")
    mention = mentions[number]
    if mention is None:
        raise ValueError(f"mention {number} was set aside")
    return mention


def _span(ends: Iterable[object], text: str) -> Span:
    match tuple(ends):
        case (int(start), int(end)) if 0 <= start <= end <= len(text) and bool not in (
            type(start),
            type(end),
        ):
            return Span(start, end)
        case given:
            shown = "–".join(map(str, given))
            raise ValueError(f"{shown} is no span of a text of {len(text)} characters")


def _spans(fields: Fields, name: str, text: str) -> tuple[Span, ...]:
    return tuple(
        _span(one if isinstance(one, list) else (one,), text) for one in _listed(fields, name)
    )


def _score(fields: Fields) -> float:
    score = fields.get("score", 1.0)
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
        raise ValueError(f"score: expected a number in [0, 1], got {score!r}")
    return float(score)


def _string(fields: Fields, name: str) -> str:
    value = fields.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name}: expected a string, got {type(value).__name__}")
    return value


def _whole(fields: Fields, name: str, default: int) -> int:
    value = fields.get(name, default)
    if type(value) is not int or value < 0:
        raise ValueError(f"{name}: expected a whole number, got {value!r}")
    return value


def _flag(fields: Fields, name: str, *, default: bool) -> bool:
    value = fields.get(name, default)
    if not isinstance(value, bool):
        raise ValueError(f"{name}: expected true or false, got {value!r}")
    return value


def _listed(fields: Fields, name: str) -> list[Any]:
    value = fields.get(name, [])
    if not isinstance(value, list):
        raise ValueError(f"{name}: expected a list, got {type(value).__name__}")
    return value


def _object(value: object, what: str) -> Fields:
    if not isinstance(value, dict):
        raise ValueError(f"{what}: expected an object, got {type(value).__name__}")
    return value


def _strings(fields: Fields, name: str) -> tuple[str, ...]:
    values = _listed(fields, name)
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"{name}: expected strings")
    return tuple(values)


def _pairs(fields: Fields, name: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for pair in _listed(fields, name):
        match pair:
            case [str(first), str(second)]:
                pairs.append((first, second))
            case _:
                raise ValueError(f"{name}: expected pairs of strings")
    return tuple(pairs)
