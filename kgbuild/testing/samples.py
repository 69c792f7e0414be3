"""The documents and the graph that the contracts are tried on."""

from __future__ import annotations

from kgbuild.assertion import Assertion, Concept, Evidence, Source
from kgbuild.document import Document, Section, SectionKind, Span
from kgbuild.testing.builders import make_document, make_relation
from kgbuild.testing.memory_graph import MemoryGraph

__all__ = ["ORDINARY", "difficult_documents", "small_graph"]

ORDINARY = (
    """
    [Aspirin](chemical:mesh:D001241) relieves [headache](disease:mesh:D006261).
    [Aspirin](chemical:mesh:D001241), 75 mg, may prevent [stroke](disease:mesh:D020521) in
    [patients](species:ncbitaxon:9606). It did not change [IL-2](gene:ncbigene:3558) levels.
    """,
    """
    The variant [rs334](variant:dbsnp:rs334) of [HBB](gene:ncbigene:3043) is harmful.
    It causes [sickle cell disease](disease:mesh:D000755). [HeLa](cellline) was not affected.
    """,
    "Does [metformin](chemical:mesh:D008687) treat [ageing](disease:-)?",
)
"""Sentences of the field, one of everything."""


def _plain(text: str) -> Document:
    sections = (Section(kind=SectionKind.ABSTRACT, span=Span(0, len(text))),) if text else ()
    sentences = (Span(0, len(text)),) if text else ()
    return Document(id="pubmed:9", text=text, sections=sections, sentences=sentences)


def difficult_documents() -> dict[str, Document]:
    """Documents that break what has not been thought of, each by its name."""
    return {
        "empty": _plain(""),
        "no sections": Document(id="pubmed:9", text="Aspirin relieves headache."),
        "white space": _plain(" \t\r\n\N{NO-BREAK SPACE}\N{LINE SEPARATOR} "),
        "astral characters": _plain("\U0001f9ec Aspirin \U0001d6fd-amyloid \U0001f468‍\U0001f467."),
        "combining marks": _plain("Sjo\N{COMBINING DIAERESIS}gren and Crohn\N{COMBINING TILDE}."),
        "case that grows": _plain("İSTANBUL Straße ﬁbrosis, then ASPIRIN."),
        "right to left": _plain("אספירין relieves \N{RIGHT-TO-LEFT OVERRIDE}headache."),
        "markup": _plain("<b>Aspirin</b> &amp; p < 0.05 | \\N \"x\" 'y'."),
        "one long paragraph": _plain("Aspirin relieves headache in patients. " * 2_565),
        "one long word": _plain("A" * 100_000),
    }


def small_graph(*, backwards: bool = False) -> MemoryGraph:
    """Two documents, each with an edge and its negation, and labels that need escaping."""
    source = Source(component="gold", distribution="kgbuild", version="1", fingerprint="0a")
    marked = [
        make_document(text, id=f"pubmed:{number}", date="2004-03", licence="CC-BY-4.0")
        for number, text in enumerate(ORDINARY[:2], 1)
    ]
    assertions: list[Assertion] = []
    ends = [("Aspirin", "headache"), ("rs334", "sickle cell disease")]
    for (document, gold), (subject, object_) in zip(marked, ends, strict=True):
        relation = make_relation(document, gold, subject, "biolink:affects", object_)
        concept = {one.mention.text: one.concept or "" for one in gold.links}
        evidence = Evidence(
            document=document.id,
            version=document.digest,
            section="abstract",
            spans=relation.evidence,
            text=" … ".join(span.of(document.text) for span in relation.evidence),
            subject_span=getattr(relation.subject, "span", None),
            object_span=getattr(relation.object, "span", None),
            source=source,
            score=0.5,
        )
        assertions += [
            Assertion(
                subject=concept[subject],
                predicate="biolink:affects",
                object=concept[object_],
                negated=negated,
                evidence=(evidence,),
            )
            for negated in (False, True)
        ]
    concepts = {
        one.concept: Concept(
            id=one.concept, label=f'{one.mention.text} "β"\t\\N', category=one.mention.category
        )
        for _, gold in marked
        for one in gold.links
        if one.concept
    }
    step = -1 if backwards else 1
    return MemoryGraph(
        documents=[document for document, _ in marked][::step],
        concepts=list(concepts.values())[::step],
        assertions=assertions[::step],
        annotations={document.id: gold for document, gold in marked[::step]},
    )
