"""Claims as people read them on a terminal, in every verb alike."""

from __future__ import annotations

from collections.abc import Iterator

import click

from kgbuild.assertion import Assertion, Prediction
from kgbuild.cli.names import called
from kgbuild.document import NoticeKind
from kgbuild.graph.reading import StoredGraph
from kgbuild.report.claims import as_belief, each_sentence, in_order
from kgbuild.vocabulary import in_words

__all__ = [
    "as_belief",
    "cited",
    "claim",
    "each_sentence",
    "in_order",
    "predicate_of",
    "sentences",
    "with_file",
]


def claim(graph: StoredGraph, said: Assertion | Prediction, dash: str = "—") -> str:
    """Both ends by their labels, with what is said between them."""
    ends = called(graph, said.subject), called(graph, said.object)
    return f"{ends[0]} {dash} {predicate_of(said)} {dash} {ends[1]}"


def predicate_of(said: Assertion | Prediction) -> str:
    """The predicate with its qualifiers, and whether it is denied."""
    negated = isinstance(said, Assertion) and said.negated
    return in_words(said.predicate, said.qualifiers, negated=negated)


def sentences(graph: StoredGraph, assertion: Assertion, most: int) -> Iterator[str]:
    """The first sentences that say it, each once, with its document."""
    for evidence in each_sentence(assertion.evidence)[:most]:
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
