"""What BioC says, whichever way it is written: passages at offsets, annotations, relations.

The XML reader and the JSON reader make these records; here they become a document. BioC
(Comeau et al. 2013, doi 10.1093/database/bat064) counts offsets from the start of the
document, so the text is laid out to make them index into it: gaps between passages are padded.

Files that count otherwise are met with rules, never with guesses:

- a passage whose offset lies inside the one before it, or more than a thousand characters
  after it, is put right after it, and its annotations move with it;
- where an annotation does not match by characters, and every annotation of its passage
  matches by bytes of UTF-8, bytes are what the file counts;
- any other annotation that does not match its text is left out.

All of it is counted in the document's ``unread``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kgbuild.annotation import Mention
from kgbuild.components import Reading
from kgbuild.data.relation_names import Meaning, relation_of
from kgbuild.document import SectionKind, Span, Unread
from kgbuild.readers.bioc_conditions import from_infons
from kgbuild.readers.composition import (
    Composition,
    identifiers,
    kind_of_heading,
    without_unstorable,
)
from kgbuild.readers.gathering import Gathering, UnreadTally, as_reading
from kgbuild.readers.given_names import work_identifiers
from kgbuild.vocabulary import category_of, predicates, qualifiers

__all__ = [
    "BioCAnnotation",
    "BioCDocument",
    "BioCPassage",
    "BioCRelation",
    "BioCSentence",
    "padding",
    "reading_of",
]

_LONGEST_GAP = 1000
_SPACE = re.compile(r"\s")

Location = tuple[int, int]
"""Offset and length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BioCAnnotation:
    """``text`` is None where the file gives none; ``locations`` is None where one is broken."""

    id: str
    infons: Mapping[str, str]
    locations: tuple[Location, ...] | None
    text: str | None
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BioCRelation:
    """``nodes`` are (id of an annotation, role)."""

    infons: Mapping[str, str]
    nodes: tuple[tuple[str, str], ...]
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BioCSentence:
    """A sentence; what is annotated in it belongs to its passage."""

    offset: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BioCPassage:
    """A passage. ``text`` is None where only its sentences have text.

    ``relations`` come with the sentence that holds them, or None.
    """

    offset: int
    infons: Mapping[str, str]
    text: str | None
    sentences: tuple[BioCSentence, ...] = ()
    annotations: tuple[BioCAnnotation, ...] = ()
    relations: tuple[tuple[BioCRelation, BioCSentence | None], ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BioCDocument:
    """A document as the file has it; ``broken_bytes`` were not UTF-8."""

    id: str
    infons: Mapping[str, str]
    passages: tuple[BioCPassage, ...]
    annotations: tuple[BioCAnnotation, ...] = ()
    relations: tuple[BioCRelation, ...] = ()
    place: str = ""
    broken_bytes: int = 0


_KINDS: Mapping[str, SectionKind] = {
    **{kind.value: kind for kind in SectionKind},
    "front": SectionKind.TITLE,
    "intro": SectionKind.INTRODUCTION,
    "discuss": SectionKind.DISCUSSION,
    "concl": SectionKind.CONCLUSIONS,
    "suppl": SectionKind.SUPPLEMENT,
    "appendix": SectionKind.SUPPLEMENT,
    "fig": SectionKind.FIGURE,
    "fig_caption": SectionKind.FIGURE,
    "fig_title_caption": SectionKind.FIGURE,
    "table_caption": SectionKind.TABLE,
    "table_title_caption": SectionKind.TABLE,
    "table_footnote": SectionKind.TABLE,
    "abbr": SectionKind.ABBREVIATIONS,
    "ack_fund": SectionKind.BACK,
    "auth_cont": SectionKind.BACK,
    "comp_int": SectionKind.BACK,
    "review_info": SectionKind.BACK,
    "footnote": SectionKind.BACK,
    "paragraph": SectionKind.OTHER,
}
"""Section names of PMC's BioC (Comeau et al. 2019, doi 10.1093/bioinformatics/btz070)."""


def _kind(infons: Mapping[str, str]) -> SectionKind:
    kind, section = infons.get("type", "").lower(), infons.get("section_type", "").lower()
    if kind.startswith("title_"):
        return SectionKind.HEADING
    by_name = _KINDS.get(section) or _KINDS.get(kind)
    return by_name or kind_of_heading(section or kind)


def _path(infons: Mapping[str, str]) -> tuple[str, ...]:
    """The headings above a passage, which kgbuild's own writer numbers from 1."""
    path: list[str] = []
    while heading := infons.get(f"heading_{len(path) + 1}"):
        path.append(heading)
    return tuple(path)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a passage was declared, and where its text lies."""

    passage: BioCPassage
    span: Span
    text: str

    @property
    def shift(self) -> int:
        return self.span.start - self.passage.offset

    def by_characters(self, location: Location) -> Span:
        start = location[0] + self.shift
        return Span(start, start + location[1])

    def by_bytes(self, location: Location) -> Span | None:
        """The characters that a stretch of bytes covers; None where it cuts one in two."""
        start = location[0] - self.passage.offset
        packed = self.text.encode()
        if not 0 <= start <= start + location[1] <= len(packed):
            return None
        try:
            before, covered = packed[:start].decode(), packed[start : start + location[1]].decode()
        except UnicodeDecodeError:
            return None
        first = self.span.start + len(before)
        return Span(first, first + len(covered))


def reading_of(source: BioCDocument) -> Reading:
    """The document with its annotations; an Unread where it has no text."""
    unread = UnreadTally()
    if source.broken_bytes:
        unread.add_broken_bytes(source.place, source.broken_bytes)
    composition = Composition()
    frames = [frame for p in _named(source) if (frame := _lay_out(p, composition, unread))]
    if not composition.length:
        return Unread(
            what="record", problem=f"document {source.id!r} has no text", place=source.place
        )
    facts = _facts(source)
    curies = _curies(source)
    if not curies:
        unread.add(f"document name {source.id!r}", place=source.place)
    draft = composition.document(curies)
    gathering = Gathering(draft.text, draft.sections, unread)
    mentions = _add_mentions(source, frames, gathering)
    _add_relations(source, frames, gathering, mentions)
    sentences = _sentences(frames, draft.text, unread)
    document = composition.document(curies, sentences=sentences, unread=unread.notes(), **facts)
    return as_reading(document, gathering.annotations())


def _named(source: BioCDocument) -> tuple[BioCPassage, ...]:
    """The passages; two that say nothing of themselves are title and abstract (BioRED's JSON)."""
    if len(source.passages) != 2 or any(passage.infons for passage in source.passages):
        return source.passages
    title, abstract = source.passages
    return replace(title, infons={"type": "title"}), replace(abstract, infons={"type": "abstract"})


def _curies(source: BioCDocument) -> tuple[str, ...]:
    infons = {**(source.passages[0].infons if source.passages else {}), **source.infons}
    pmid, pmc = infons.get("article-id_pmid", ""), infons.get("article-id_pmc", "")
    pmc = f"PMC{pmc}" if pmc.isdigit() else pmc
    named = () if pmc == f"PMC{source.id}" else work_identifiers(source.id)
    given = identifiers(pmid=pmid, pmcid=pmc, doi=infons.get("article-id_doi", ""))
    more = identifiers(others=infons.get("exact_matches", "").split())
    return tuple(dict.fromkeys((*(given if pmid else ()), *named, *given, *more)))


def _facts(source: BioCDocument) -> dict[str, str]:
    infons = {**(source.passages[0].infons if source.passages else {}), **source.infons}
    licence = infons.get("licence") or infons.get("license", "")
    date = infons.get("date") or infons.get("year", "")
    return {
        "licence": licence,
        "date": date,
        "journal": infons.get("journal", ""),
        "language": infons.get("language", ""),
    }


def padding(kind: SectionKind, length: int) -> str:
    """What fills the gap before a passage: spaces before an abstract, else line breaks."""
    return (" " if kind is SectionKind.ABSTRACT else "\n") * length


def _lay_out(passage: BioCPassage, composition: Composition, unread: UnreadTally) -> _Frame | None:
    infons = passage.infons
    if infons.get("section_type", "").upper() == "REF" or infons.get("type", "") == "ref":
        unread.add("reference", place=passage.place)
        return None
    text = passage.text if passage.text is not None else _text_of_sentences(passage)
    if not text:
        return None
    kind = _kind(infons)
    gap = passage.offset - composition.length
    if 0 <= gap <= _LONGEST_GAP:
        before = infons.get("before", "")
        same = len(before) == gap and before.isspace()
        separator = before if same else padding(kind, gap)
    else:
        separator = "\n" if composition.length else ""
        if gap < 0:
            unread.add("passage offset inside the passage before it", place=passage.place)
    title, tab, abstract = text.partition("\t")
    if not infons and not composition.length and tab and title and "\t" not in abstract:
        # DrugProt: title, tab, abstract in one passage that says nothing of its kind.
        start = composition.add(SectionKind.TITLE, title, separator=separator).start
        end = composition.add(SectionKind.ABSTRACT, abstract, separator=tab).end
        if not abstract:
            return _Frame(passage, Span(start, start + len(title)), title)
        return _Frame(passage, Span(start, end), without_unstorable(text))
    span = composition.add(kind, text, path=_path(infons), separator=separator)
    return _Frame(passage, span, without_unstorable(text))


def _text_of_sentences(passage: BioCPassage) -> str:
    """A passage's text from its sentences, padded to their offsets."""
    text = ""
    for sentence in passage.sentences:
        gap = sentence.offset - passage.offset - len(text)
        text += " " * (gap if 0 <= gap <= _LONGEST_GAP else bool(text)) + sentence.text
    return text


def _sentences(frames: Sequence[_Frame], text: str, unread: UnreadTally) -> tuple[Span, ...]:
    """The sentences, if every passage has them; those that do not match are left out, counted."""
    if not all(frame.passage.sentences for frame in frames):
        return ()
    spans: list[Span] = []
    for frame in frames:
        for sentence in frame.passage.sentences:
            span = frame.by_characters((sentence.offset, len(sentence.text)))
            if span.start >= 0 and _same(span.of(text), sentence.text):
                spans.append(span)
            elif sentence.text:
                unread.add(
                    "sentence",
                    problem="the text at its offset is not the sentence's",
                    place=frame.passage.place,
                )
    if any(before.end > after.start for before, after in pairwise(spans)):
        unread.add("sentences", problem="they overlap", count=len(spans))
        return ()
    return tuple(spans)


def _same(covered: str, given: str) -> bool:
    """Whether the texts are one, up to which white space is used (DrugProt's own difference)."""
    return covered != "" and _SPACE.sub(" ", covered) == _SPACE.sub(" ", without_unstorable(given))


def _add_mentions(
    source: BioCDocument, frames: Sequence[_Frame], gathering: Gathering
) -> dict[str, Mention]:
    """Add every annotation; the mentions are returned by the id that relations use."""
    mentions: dict[str, Mention] = {}
    for frame in frames:
        given = frame.passage.annotations
        place_of = _counting(frame, given, gathering)
        for annotation in given:
            _add_mention(annotation, place_of, gathering, mentions)
    for annotation in source.annotations:
        _add_mention(annotation, lambda location: _anywhere(frames, location), gathering, mentions)
    return mentions


def _counting(
    frame: _Frame, given: Sequence[BioCAnnotation], gathering: Gathering
) -> Callable[[Location], Span]:
    """How a passage's offsets count: characters, or bytes if all match so and not otherwise."""
    known = [a for a in given if a.locations and a.text is not None]
    if not known or all(_matches(a, frame.by_characters, gathering.text) for a in known):
        return frame.by_characters
    if all(_matches(a, frame.by_bytes, gathering.text) for a in known):
        gathering.unread.add(
            "passage whose offsets count bytes, read as such", place=frame.passage.place
        )
        return lambda location: frame.by_bytes(location) or frame.by_characters(location)
    return frame.by_characters


def _matches(
    annotation: BioCAnnotation, place_of: Callable[[Location], Span | None], text: str
) -> bool:
    spans = [place_of(location) for location in annotation.locations or ()]
    covered = [span.of(text) if span and span.start >= 0 else None for span in spans]
    return None not in covered and without_unstorable(annotation.text or "") in (
        " ".join(part or "" for part in covered),
        "".join(part or "" for part in covered),
    )


def _anywhere(frames: Sequence[_Frame], location: Location) -> Span:
    for frame in frames:
        declared = Span(frame.passage.offset, frame.passage.offset + len(frame.text))
        if declared.start <= location[0] < declared.end:
            return frame.by_characters(location)
    return Span(location[0], sum(location))


def _add_mention(
    annotation: BioCAnnotation,
    place_of: Callable[[Location], Span],
    gathering: Gathering,
    mentions: dict[str, Mention],
) -> None:
    infons = annotation.infons
    if annotation.locations is None:
        gathering.unread.add(
            "annotation", problem="a location is not two whole numbers", place=annotation.place
        )
        return
    category = category_of(infons.get("category", ""))
    mention = gathering.add_mention(
        [place_of(location) for location in annotation.locations],
        category or infons.get("type", ""),
        text=annotation.text,
        given=infons.get("identifier"),
        score=_score(infons),
        place=annotation.place,
    )
    if mention and annotation.id:
        mentions.setdefault(annotation.id, mention)


def _score(infons: Mapping[str, str]) -> float:
    """The score in [0, 1]; 1 where there is none, or what stands there is no such number."""
    try:
        score = float(infons.get("score") or infons.get("confidence") or 1.0)
    except ValueError:
        return 1.0
    return score if 0.0 <= score <= 1.0 else 1.0


def _add_relations(
    source: BioCDocument,
    frames: Sequence[_Frame],
    gathering: Gathering,
    mentions: Mapping[str, Mention],
) -> None:
    for frame in frames:
        for relation, sentence in frame.passage.relations:
            spans = (frame.span,)
            if sentence:
                spans = (frame.by_characters((sentence.offset, len(sentence.text))),)
            _add_relation(relation, spans, gathering, mentions)
    for relation in source.relations:
        _add_relation(relation, _evidence(relation, gathering), gathering, mentions)


def _add_relation(
    relation: BioCRelation,
    evidence: tuple[Span, ...],
    gathering: Gathering,
    mentions: Mapping[str, Mention],
) -> None:
    infons = relation.infons
    name = infons.get("type") or infons.get("relation", "")
    ends = list(_ends(relation, mentions))
    if None in ends:
        gathering.unread.add("relation whose end is not annotated", place=relation.place)
        return
    gathering.add_relation(
        name,
        [end for end in ends if end is not None],
        meaning=_meaning(name, infons),
        novelty=infons.get("novel", ""),
        conditions=from_infons(infons),
        evidence=evidence,
        score=_score(infons),
        place=relation.place,
    )


_ROLES = ("arg1", "head", "subject", "chemical")


def _ends(
    relation: BioCRelation, mentions: Mapping[str, Mention]
) -> Iterator[str | Mention | None]:
    """The ends, subject first: two nodes, or two identifiers among the infons.

    Identifiers are ``entity1`` and ``entity2`` (BioRED), ``role1`` and ``role2`` (PubTator 3),
    ``Chemical`` and ``Disease`` (BC5CDR); ``subject`` may name the second. They come first, for
    PubTator 3's nodes refer to nothing; but nodes with the roles ``subject`` and ``object`` are
    kgbuild's own.
    """
    infons = relation.infons
    if sorted(role for _, role in relation.nodes) == ["object", "subject"]:
        infons = {}
    for first, second in (("entity1", "entity2"), ("role1", "role2"), ("Chemical", "Disease")):
        if first in infons and second in infons:
            turned = infons.get("subject") == second
            yield from (
                (infons[second], infons[first]) if turned else (infons[first], infons[second])
            )
            return
    ordered = sorted(relation.nodes, key=lambda node: node[1].lower() not in _ROLES)
    for refid, _ in ordered:
        yield mentions.get(refid)


def _meaning(name: str, infons: Mapping[str, str]) -> Meaning | None:
    """What kgbuild's own writer said exactly; None where the corpus' name has to do."""
    predicate = infons.get("predicate", "")
    if predicate not in predicates():
        return None
    known = relation_of(name)
    exact = tuple((key, infons[key]) for key in sorted(infons) if key in qualifiers())
    conditions = known.conditions if known and known.predicate == predicate else ()
    return Meaning(predicate=predicate, qualifiers=exact, conditions=conditions)


def _evidence(relation: BioCRelation, gathering: Gathering) -> tuple[Span, ...]:
    """The spans that kgbuild's own writer gives as ``12-40 52-80``; none if one is no place."""
    spans: list[Span] = []
    for given in relation.infons.get("evidence", "").split():
        start, _, end = given.partition("-")
        if not (start.isdecimal() and end.isdecimal() and len(given) < 40):
            return ()
        spans.append(Span(int(start), int(end)))
    inside = all(span.start < span.end <= len(gathering.text) for span in spans)
    return tuple(spans) if inside else ()
