"""Claims as people read them on a terminal, in every verb alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from kgbuild.annotation import Status
from kgbuild.assertion import Assertion, Evidence, Prediction
from kgbuild.cli.names import called
from kgbuild.document import NoticeKind
from kgbuild.graph.reading import StoredGraph
from kgbuild.vocabulary import in_words

__all__ = ["as_belief", "cited", "claim", "in_order", "predicate_of", "sentences", "with_file"]


def claim(graph: StoredGraph, said: Assertion | Prediction, dash: str = "—") -> str:
    """Both ends by their labels, with what is said between them."""
    ends = called(graph, said.subject), called(graph, said.object)
    return f"{ends[0]} {dash} {predicate_of(said)} {dash} {ends[1]}"


def predicate_of(said: Assertion | Prediction) -> str:
    """The predicate with its qualifiers, and whether it is denied."""
    negated = isinstance(said, Assertion) and said.negated
    return in_words(said.predicate, said.qualifiers, negated=negated)


def as_belief(belief: float) -> str:
    """A belief as people read it; what is short of certain is not rounded to it.

    >>> as_belief(0.713), as_belief(0.9995), as_belief(1)
    ('0.71', '>0.99', '1.00')
    """
    return ">0.99" if 0.99 < belief < 1 else f"{belief:.2f}"


def in_order(evidence: Iterable[Evidence]) -> list[Evidence]:
    """What is stated outright first; a document's sentences together, as they stand in it."""
    statuses = list(Status)
    return sorted(evidence, key=lambda e: (statuses.index(e.status), e.document, e.spans, e.id))


def sentences(graph: StoredGraph, assertion: Assertion, most: int) -> Iterator[str]:
    """The first sentences that say it, each with its document."""
    for evidence in in_order(assertion.evidence)[:most]:
        yield f"{cited(graph, evidence.document)}, {evidence.section}: {evidence.text}"


def cited(graph: StoredGraph, document: str) -> str:
    """A document as the source of a sentence, with what its reader must know of it."""
    return f"{with_file(graph, document)}{_doubted(graph, document)}"


def with_file(graph: StoredGraph, document: str) -> str:
    """A document's identifier; where that is a hash of its text, with its file."""
    files = f" ({', '.join(graph.files(document))})" if document.startswith("kgbuild:") else ""
    return f"{document}{files}"


def _doubted(graph: StoredGraph, document: str) -> str:
    """Whether its publisher took it back or voiced concern; empty where all is well."""
    found = graph.document(document)
    if found.retracted:
        return click.style(" (RETRACTED)", fg="red")
    concern = any(one.incoming and one.kind is NoticeKind.CONCERN for one in found.notices)
    return click.style(" (expression of concern)", fg="red") if concern else ""
