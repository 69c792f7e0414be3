"""Law: through any chain of formats, every mention stays where it was and says what it said."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, BinaryIO

from hypothesis import given, settings
from hypothesis import strategies as st

from kgbuild.annotation import AnnotatedDocument, Annotations, Candidate, Link, Mention
from kgbuild.components import PaperFile
from kgbuild.document import SectionKind
from kgbuild.exporters.annotated_jsonl import write_jsonl
from kgbuild.exporters.bioc import write_bioc_json, write_bioc_xml
from kgbuild.exporters.corpus_spelling import Dialect
from kgbuild.exporters.pubtator import write_pubtator
from kgbuild.readers import bioc_json, bioc_xml, jsonl, pubtator
from kgbuild.readers.composition import Composition

Write = Callable[[Iterable[AnnotatedDocument], BinaryIO], Any]

FORMATS: dict[str, tuple[Write, Any]] = {
    "bioc-json": (write_bioc_json, bioc_json),
    "bioc-xml": (write_bioc_xml, bioc_xml),
    "jsonl": (write_jsonl, jsonl),
    "bc5cdr": (partial(write_pubtator, dialect=Dialect.BC5CDR), pubtator),
    "biored": (partial(write_pubtator, dialect=Dialect.BIORED), pubtator),
    "pubtator3": (partial(write_pubtator, dialect=Dialect.PUBTATOR3), pubtator),
}
WORDS = (
    "aspirin", "β-blocker", "I\u0307stanbul", "e\u0301tude", "\U0001f48a\U0001d6fc", "כדור",
    "n\u00adut", "\u200fright", "<i>&amp;", "5-HT|2A", '"quoted"', "\u00a0wide\u2003", "ﬁne", "\\n",
)  # fmt: skip


@st.composite
def tagged(draw: st.DrawFn) -> AnnotatedDocument:
    """A title and an abstract of difficult words, some of which are mentions."""
    composition = Composition()
    for kind in (SectionKind.TITLE, SectionKind.ABSTRACT):
        words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6))
        composition.add(kind, " ".join(words))
    document = composition.document(("pubmed:990000001",))
    mentions = []
    for word in draw(st.sets(st.sampled_from(WORDS), max_size=4)):
        start = document.text.find(word.strip())
        if start >= 0:
            end = start + len(word.strip())
            mentions.append(Mention.at(document, start, end, "biolink:ChemicalEntity"))
    links = tuple(
        Link(mention=mention, candidates=(Candidate(concept="mesh:D001241", reason="given"),))
        for mention in mentions
    )
    return AnnotatedDocument(
        document=document, annotations=Annotations(mentions=tuple(mentions), links=links)
    )


def travelled(annotated: AnnotatedDocument, name: str) -> AnnotatedDocument:
    """The document, written in a format and read again."""
    write, module = FORMATS[name]
    target = io.BytesIO()
    write([annotated], target)
    file = PaperFile(name=f"a.{name}", open=lambda: io.BytesIO(target.getvalue()))
    (reading,) = module.SPEC.create(None).read(file)
    if isinstance(reading, AnnotatedDocument):
        return reading
    return AnnotatedDocument(document=reading)


def places(annotated: AnnotatedDocument) -> set[tuple[int, int, str]]:
    return {(m.span.start, m.span.end, m.text) for m in annotated.annotations.mentions}


@settings(max_examples=150)
@given(tagged(), st.lists(st.sampled_from(sorted(FORMATS)), min_size=1, max_size=6))
def test_mentions_stay_where_they_are_through_any_chain_of_formats(
    annotated: AnnotatedDocument, chain: list[str]
) -> None:
    now = annotated
    for name in chain:
        now = travelled(now, name)
        assert now.document.text == annotated.document.text, name
        assert places(now) == places(annotated), name
        for mention in now.annotations.mentions:
            assert mention.span.of(now.document.text) == mention.text
        concepts = {link.concept for link in now.annotations.links}
        assert concepts == {link.concept for link in annotated.annotations.links}, name
