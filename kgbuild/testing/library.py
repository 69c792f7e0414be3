"""A real store, filled with papers of which each sentence is the evidence of one claim.

For tests of what is done with a graph, where reading and tagging would only be in the way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kgbuild.annotation import Annotations, Status
from kgbuild.assertion import Assertion, Concept, Evidence, Source
from kgbuild.document import Document, Span
from kgbuild.graph.reading import StoredGraph
from kgbuild.graph.rows import (
    AnnotationRows,
    compact,
    encode_assertion,
    encode_concept,
    encode_spans,
)
from kgbuild.graph.store import GraphStore

__all__ = ["Library", "Said", "claim_of"]

SOURCE = Source(component="reader", distribution="tests", version="1", fingerprint="0")
KINDS = {
    "C": "biolink:ChemicalEntity",
    "D": "biolink:DiseaseOrPhenotypicFeature",
    "G": "biolink:Gene",
    "V": "biolink:SequenceVariant",
}


@dataclass(frozen=True)
class Said:
    """A sentence that makes a claim: ``Said("C1", "treats", "D1")``."""

    subject: str
    predicate: str
    object: str
    negated: bool = False
    status: Status = Status.STATED
    score: float = 0.9
    qualifiers: tuple[tuple[str, str], ...] = ()
    conditions: tuple[tuple[str, str], ...] = ()
    words: str = ""

    @property
    def text(self) -> str:
        """The words of the sentence."""
        denied = " does not" if self.negated else ""
        return self.words or f"{self.subject}{denied} {self.predicate} {self.object}."


class Library:
    """A graph's folder, and papers that can be added and removed.

    Names of concepts are short: ``C1`` is the chemical ``mesh:C1``, ``D1`` a disease, ``G1`` a
    gene, ``V1`` a variant.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, papers: Mapping[str, Sequence[Said]], **facts: Any) -> None:
        """Keep papers, by their CURIE; ``facts`` are other fields of each Document."""
        with GraphStore.create(self.folder) as store, store.batch():
            self.keep(store, papers, **facts)

    def keep(self, store: GraphStore, papers: Mapping[str, Sequence[Said]], **facts: Any) -> None:
        """The same in a batch of the caller's, with a store that stays open."""
        for name, sentences in papers.items():
            self._keep(store, name, sentences, facts)

    def remove(self, name: str) -> None:
        """Take a paper out with all that came from it."""
        with GraphStore.create(self.folder) as store:
            store.remove(name)

    def open(self) -> StoredGraph:
        """The graph as it is now, for reading."""
        return StoredGraph(self.folder)

    def _keep(
        self, store: GraphStore, name: str, sentences: Sequence[Said], facts: Mapping[str, Any]
    ) -> None:
        text = " ".join(said.text for said in sentences)
        document = Document(id=name, text=text, **facts)
        store.begin_file(name, "digest", "signature", "tests")
        store.keep_versions(name, [(document, Annotations())])
        store.end_file(name)
        (version,) = store.connection.execute(
            "SELECT version FROM file_versions WHERE path = ?", (name,)
        ).fetchone()
        store.keep_annotations([_rows(version, document, sentences)])


def _rows(version: int, document: Document, sentences: Sequence[Said]) -> AnnotationRows:
    claims: dict[str, Assertion] = {}
    start = 0
    for said in sentences:
        claim = claim_of(said, document, start)
        known = claims.get(claim.id)
        claims[claim.id] = known.merged(claim.evidence) if known else claim
        start += len(said.text) + 1
    encoded = [encode_assertion(version, claim, {SOURCE: 0}) for claim in claims.values()]
    ends = sorted({end for said in sentences for end in (said.subject, said.object)})
    concepts = [
        Concept(id=f"mesh:{end}", label=end.lower(), category=KINDS[end[0]]) for end in ends
    ]
    return AnnotationRows(
        version=version,
        pipeline=compact(["tests"]),
        sentences=encode_spans(()),
        sources=[SOURCE],
        mentions=[],
        links=[],
        relations=[],
        assertions=[rows[0] for rows in encoded],
        evidence=[row for rows in encoded for row in rows[1:]],
        concepts=[encode_concept(concept, known=True) for concept in concepts],
        names=[],
        policy_reviews=[],
        drops=[],
    )


def claim_of(said: Said, document: Document, start: int = 0) -> Assertion:
    """The claim of one sentence, which begins at ``start`` in the document."""
    span = Span(start, start + len(said.text))
    first = start + max(said.text.find(said.subject), 0)
    evidence = Evidence(
        document=document.id,
        version=document.digest,
        section="abstract",
        spans=(span,),
        text=span.of(document.text),
        subject_span=Span(first, first + len(said.subject)),
        object_span=None,
        source=SOURCE,
        status=said.status,
        conditions=said.conditions,
        score=said.score,
    )
    return Assertion(
        subject=f"mesh:{said.subject}",
        predicate=f"biolink:{said.predicate}",
        object=f"mesh:{said.object}",
        negated=said.negated,
        qualifiers=said.qualifiers,
        evidence=(evidence,),
    )
