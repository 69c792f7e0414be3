"""Claims as people read them on a terminal, in every verb alike."""

from __future__ import annotations

from collections.abc import Iterator

import click

from kgbuild.assertion import Assertion, Prediction
from kgbuild.document import NoticeKind
from kgbuild.graph.reading import StoredGraph
from kgbuild.vocabulary import in_words

__all__ = ["called", "claim", "doubted", "predicate_of", "sentences"]


def claim(graph: StoredGraph, said: Assertion | Prediction, dash: str = "—") -> str:
    """Both ends by their labels, with what is said between them."""
    ends = called(graph, said.subject), called(graph, said.object)
    return f"{ends[0]} {dash} {predicate_of(said)} {dash} {ends[1]}"


def predicate_of(said: Assertion | Prediction) -> str:
    """The predicate with its qualifiers, and whether it is denied."""
    negated = isinstance(said, Assertion) and said.negated
    return in_words(said.predicate, said.qualifiers, negated=negated)


def called(graph: StoredGraph, curie: str) -> str:
    """A concept's label; its identifier where it has none."""
    return graph.concept(curie).label or curie


def sentences(graph: StoredGraph, assertion: Assertion, most: int) -> Iterator[str]:
    """The first sentences that say it, each with its document and whether that is doubted."""
    for evidence in assertion.evidence[:most]:
        document = f"{evidence.document}{doubted(graph, evidence.document)}"
        yield f"{document}, {evidence.section}: {evidence.text}"


def doubted(graph: StoredGraph, document: str) -> str:
    """What a reader of a sentence must know of its document; empty where all is well."""
    kinds = {notice.kind for notice in graph.document(document).notices if notice.incoming}
    if NoticeKind.RETRACTION in kinds:
        return click.style(" (RETRACTED)", fg="red")
    return click.style(" (expression of concern)", fg="red") if NoticeKind.CONCERN in kinds else ""
