"""A small graph with one of everything: for the golden files of exporters and views.

The papers are invented. There is a stated claim with two sentences, a negated one, a hedged
one, a rejected one, an accepted one with qualifiers, a derived one, a retracted document, a
contradiction that the species may explain, and a hypothesis that rests on a conclusion.
"""

from __future__ import annotations

from kgbuild.annotation import Cue, Status
from kgbuild.assertion import (
    Assertion,
    Concept,
    Contradiction,
    Derivation,
    Evidence,
    Inference,
    Review,
    Source,
    Verdict,
)
from kgbuild.document import Document, Notice, NoticeKind, Section, SectionKind, Span
from kgbuild.testing.memory_graph import MemoryGraph

__all__ = ["example_graph"]

_TITLE = "Lisinopril and blood pressure."
_BODY = (
    'Lisinopril relieves hypertension. It does not cause "cough".'
    " β-blockers may cause fatigue in mice \N{DNA DOUBLE HELIX}."
)
_LEXICON = Source(
    component="lexicon", distribution="kgbuild-lexicon", version="1.0", fingerprint="0a"
)
_CURATED = Source(component="annotations", distribution="kgbuild", version="1.0")


def _documents() -> tuple[Document, ...]:
    text = f"{_TITLE} {_BODY}"
    return (
        Document(
            id="pubmed:1",
            text=text,
            sections=(
                Section(kind=SectionKind.TITLE, span=Span(0, len(_TITLE))),
                Section(kind=SectionKind.ABSTRACT, span=Span(len(_TITLE) + 1, len(text))),
            ),
            exact_matches=("doi:10.1000/<1>", "local:7"),
            language="en",
            licence="https://creativecommons.org/licenses/by/4.0/",
            journal="Journal of Examples & Tests",
            date="2004-03",
            revised="2004-03-09",
            authors=("Lovelace A", "Nightingale F"),
            publication_types=("Journal Article",),
            subjects=(("mesh:D006973", "Hypertension"), ("", "blood pressure")),
        ),
        Document(
            id="pubmed:2",
            text="Lisinopril relieves hypertension.",
            licence="all rights reserved",
            date="Spring 2004",
            notices=(
                Notice(kind=NoticeKind.RETRACTION, about="pubmed:3"),
                Notice(kind=NoticeKind.CONCERN, about="an editorial"),
            ),
        ),
    )


def _told(
    document: Document,
    sentence: str,
    subject: str,
    object_: str,
    source: Source = _LEXICON,
    status: Status = Status.STATED,
    cue: tuple[str, str] | None = None,
    conditions: tuple[tuple[str, str], ...] = (),
) -> Evidence:
    """The evidence that a sentence of a document is; ends and cue are given by their words."""
    start = document.text.index(sentence)

    def place(words: str) -> Span:
        at = start + sentence.index(words)
        return Span(at, at + len(words))

    return Evidence(
        document=document.id,
        version=document.digest,
        section="abstract",
        spans=(Span(start, start + len(sentence)),),
        text=sentence,
        subject_span=place(subject) if subject else None,
        object_span=place(object_),
        source=source,
        status=status,
        cues=(Cue(kind=cue[0], span=place(cue[1])),) if cue else (),
        conditions=conditions,
        score=0.75,
    )


def _assertions(first: Document, second: Document) -> tuple[Assertion, ...]:
    relieves = "Lisinopril relieves hypertension."
    coughs = 'It does not cause "cough".'
    tires = "β-blockers may cause fatigue in mice \N{DNA DOUBLE HELIX}."
    ends = ("Lisinopril", "hypertension")
    treats = Assertion(
        subject="mesh:D017706",
        predicate="biolink:treats",
        object="mesh:D006973",
        evidence=(
            _told(first, relieves, *ends),
            _told(second, relieves, *ends, source=_CURATED),
        ),
    )
    return (
        treats,
        Assertion(
            subject="mesh:D017706",
            predicate="biolink:causes",
            object="mesh:D003371",
            negated=True,
            evidence=(_told(first, coughs, "", "cough", cue=("negated", "not")),),
        ),
        Assertion(
            subject="mesh:D000319",
            predicate="biolink:causes",
            object="mesh:D005221",
            evidence=(
                _told(
                    first,
                    tires,
                    "β-blockers",
                    "fatigue",
                    status=Status.SPECULATED,
                    cue=("speculated", "may"),
                    conditions=(("species", "mice"),),
                ),
            ),
        ),
        Assertion(
            subject="mesh:D017706",
            predicate="biolink:affects",
            object="mesh:D006973",
            qualifiers=(
                ("object_direction_qualifier", "decreased"),
                ("qualified_predicate", "biolink:causes"),
                ("strength", "strong"),
            ),
            evidence=(_told(first, relieves, *ends),),
            reviews=(Review(verdict=Verdict.ACCEPTED, reviewer="ada", reason="as\ntold"),),
        ),
        Assertion(
            subject="mesh:D006973",
            predicate="biolink:treats",
            object="mesh:D017706",
            evidence=(_told(first, relieves, ends[1], ends[0]),),
            reviews=(Review(verdict=Verdict.REJECTED, reviewer="ben", reason="the wrong way"),),
        ),
        Assertion(
            subject="mesh:D006973",
            predicate="biolink:treated_by",
            object="mesh:D017706",
            derivation=(treats.id,),
        ),
    )


def _contradiction(first: Assertion, second: Assertion) -> Contradiction:
    return Contradiction(
        kind="denied",
        weight=0.25,
        first=first,
        second=second,
        first_belief=0.5,
        second_belief=0.25,
        differences=(("species", "", "mice"),),
    )


def _inferences(premise: Assertion) -> tuple[Inference, ...]:
    subject, object_ = premise.object, premise.subject
    relieved = Inference(
        subject=subject,
        predicate="biolink:associated_with",
        object=object_,
        belief=0.5,
        upper=0.5,
        hypothesis=False,
        derivations=(Derivation(rule="relief", premises=(premise.id,)),),
    )
    candidate = Inference(
        subject=subject,
        predicate="candidate_treatment",
        object=object_,
        belief=0.125,
        upper=0.25,
        hypothesis=True,
        derivations=(Derivation(rule="repurposing", conclusions=(relieved.id,)),),
    )
    return relieved, candidate


def example_graph() -> MemoryGraph:
    """The graph: two documents, four concepts, six assertions.

    >>> dict(example_graph().counts())["assertions"]
    6
    """
    first, second = _documents()
    assertions = _assertions(first, second)
    return MemoryGraph(
        documents=(first, second),
        concepts=(
            Concept(
                id="mesh:D017706",
                label="lisinopril",
                category="biolink:ChemicalEntity",
                synonyms=("Prinivil", 'the "pril"'),
                exact_matches=("chebi:43755", "UNHEARD:1"),
            ),
            Concept(id="mesh:D006973", label="hypertension", category="biolink:Disease"),
            Concept(id="mesh:D003371", label="cough", category="biolink:PhenotypicFeature"),
            Concept(id="mesh:D005221", category="biolink:PhenotypicFeature"),
        ),
        assertions=assertions,
        contradictions=(_contradiction(*assertions[1:3]),),
        inferences=_inferences(assertions[0]),
    )
