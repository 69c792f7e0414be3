"""Documents with gold annotations, from one readable string: tests become sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from kgbuild.annotation import Annotations, Candidate, Link, Mention, Relation
from kgbuild.document import Document, SectionKind, Span
from kgbuild.errors import VocabularyError
from kgbuild.readers.composition import Composition
from kgbuild.vocabulary import category_of, normalise

__all__ = ["make_document", "make_relation"]

_MARK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_SENTENCE = re.compile(r"\S.*?(?:[.!?](?=\s)|$)", re.DOTALL)


def make_document(
    marked: str,
    *,
    id: str = "pubmed:1",  # noqa: A002 - the record's word
    **facts: Any,
) -> tuple[Document, Annotations]:
    """A document with sections and sentences, and the annotations that are marked in it.

    ``[text](category)`` marks a mention, ``[text](category:CURIE)`` one that is linked,
    ``[text](category:-)`` one that is NIL, ``[text](category:CURIE|CURIE)`` a composite.
    Categories are Biolink classes or the names that BioRED and PubTator use. The first of
    several lines is the title, the rest the abstract; a single line is an abstract. White
    space in the abstract is one space. A sentence
    ends at ``. ! ?`` before white space. ``facts`` are other fields of the Document.

    >>> document, gold = make_document("[Aspirin](chemical:mesh:D001241) eases [pain](disease).")
    >>> document.text, [(m.text, m.category) for m in gold.mentions]  # doctest: +ELLIPSIS
    ('Aspirin eases pain.', [('Aspirin', 'biolink:ChemicalEntity'), ('pain', 'biolink:Disease...
    >>> gold.links[0].concept
    'mesh:D001241'
    """
    title, _, abstract = marked.strip().partition("\n")
    if not abstract:
        title, abstract = "", title
    passages = ((SectionKind.TITLE, title), (SectionKind.ABSTRACT, " ".join(abstract.split())))
    composition = Composition()
    marks: list[tuple[Span, str]] = []
    for kind, passage in passages:
        plain, found = _unmarked(passage)
        section = composition.add(kind, plain)
        marks += [(span.shift(section.start), meaning) for span, meaning in found]
    bare = composition.document((normalise(id),), **facts)
    document = bare.with_sentences(tuple(_sentences(bare)))
    return document, _annotations(document, marks)


def make_relation(
    document: Document,
    annotations: Annotations,
    subject: str,
    predicate: str,
    object: str,  # noqa: A002 - the record's word
    **facts: Any,
) -> Relation:
    """A relation between the first mentions with those texts, told by their sentences.

    ``facts`` are other fields of the Relation.

    >>> document, gold = make_document("[Aspirin](drug) eases [pain](disease).")
    >>> make_relation(document, gold, "Aspirin", "biolink:treats", "pain").evidence
    (Span(start=0, end=19),)
    """
    by_text = {mention.text: mention for mention in reversed(annotations.mentions)}
    ends = by_text[subject], by_text[object]
    told = {s for end in ends for s in document.sentences_over(end.span)}
    return Relation(
        subject=ends[0],
        predicate=predicate,
        object=ends[1],
        evidence=tuple(sorted(told)),
        **facts,
    )


def _unmarked(line: str) -> tuple[str, list[tuple[Span, str]]]:
    """The line without marks; where each marked text lies in it, and what it means."""
    parts: list[str] = []
    marks: list[tuple[Span, str]] = []
    length = end = 0
    for match in _MARK.finditer(line):
        before, text = line[end : match.start()], match[1]
        start = length + len(before)
        length, end = start + len(text), match.end()
        parts += [before, text]
        marks.append((Span(start, length), match[2]))
    return "".join([*parts, line[end:]]), marks


def _sentences(document: Document) -> Iterator[Span]:
    for section in document.sections:
        for match in _SENTENCE.finditer(section.span.of(document.text)):
            yield Span(*match.span()).shift(section.span.start)


def _annotations(document: Document, marks: Sequence[tuple[Span, str]]) -> Annotations:
    mentions: list[Mention] = []
    links: list[Link] = []
    for span, meaning in marks:
        category, concepts = _meaning(meaning)
        mention = Mention.at(document, span.start, span.end, category)
        mentions.append(mention)
        links += [
            Link(mention=mention, candidates=candidates, part=part)
            for part, candidates in enumerate(concepts)
        ]
    return Annotations(mentions=tuple(mentions), links=tuple(links))


def _meaning(meaning: str) -> tuple[str, list[tuple[Candidate, ...]]]:
    """The category, and the candidates of each link."""
    biolink, rest = ("biolink:", meaning[8:]) if meaning.startswith("biolink:") else ("", meaning)
    name, _, curies = rest.partition(":")
    category = category_of(biolink + name)
    if category is None:
        raise VocabularyError(f"unknown category {name!r} in the mark ({meaning})")
    return category, [
        () if curie == "-" else (Candidate(concept=normalise(curie)),)
        for curie in curies.split("|")
        if curie
    ]
