"""Pairs of real prose: what a corpus marks as related, and a sentence that names both."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kgbuild import AnnotatedDocument, Mention, PaperFile, Relation, Span
from kgbuild.readers.pubtator import SPEC as PUBTATOR
from kgbuild.segmenters.rules import SPEC as SENTENCES


@dataclass(frozen=True)
class Pair:
    """Two mentions of a sentence of a document, the nearest of what is marked as related."""

    document: AnnotatedDocument
    sentence: Span
    first: Mention
    second: Mention

    @property
    def text(self) -> str:
        return self.sentence.of(self.document.document.text)

    @property
    def ends(self) -> tuple[Span, Span]:
        start = self.sentence.start
        return self.first.span.shift(-start), self.second.span.shift(-start)

    @property
    def named(self) -> tuple[Span, ...]:
        mentions = self.document.annotations.mentions
        inside = (mention.span for mention in mentions if mention.span in self.sentence)
        return tuple(span.shift(-self.sentence.start) for span in inside)


def documents(path: Path) -> Iterator[AnnotatedDocument]:
    """The documents of a PubTator file with what is marked in them."""
    file = PaperFile(name=path.name, open=lambda: path.open("rb"))
    reader = PUBTATOR.create(PUBTATOR.settings_class()())
    return (one for one in reader.read(file) if isinstance(one, AnnotatedDocument))


def pairs(path: Path, most: int) -> list[Pair]:
    """So many pairs of a PubTator file, drawn with a fixed seed."""
    found = [pair for one in documents(path) for pair in _pairs(one)]
    return random.Random(5).sample(found, min(most, len(found)))


def _pairs(read: AnnotatedDocument) -> Iterator[Pair]:
    splitter = SENTENCES.create(SENTENCES.settings_class()())
    named: dict[str | None, list[Mention]] = {}
    for link in read.annotations.links:
        named.setdefault(link.concept, []).append(link.mention)
    for sentence in splitter.segment(read.document):
        inside = {concept: [m for m in of if m.span in sentence] for concept, of in named.items()}
        for relation in read.annotations.relations:
            ends = _nearest(relation, inside)
            if ends and ends[0].span.end <= ends[1].span.start:
                yield Pair(read, sentence, *ends)


def _nearest(
    relation: Relation, inside: dict[str | None, list[Mention]]
) -> tuple[Mention, Mention] | None:
    ones, twos = (inside.get(str(end), []) for end in (relation.subject, relation.object))
    both = [(one, two) for one in ones for two in twos if one != two]
    if not both:
        return None
    nearest = min(both, key=lambda ends: abs(ends[0].span.start - ends[1].span.start))
    one, two = sorted(nearest, key=lambda mention: mention.span)
    return one, two
