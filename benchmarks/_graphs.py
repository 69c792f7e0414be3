"""Made-up graphs for benchmarks: papers of 25 sentences, each the evidence of one claim.

Claims join chemicals, genes and diseases, a tenth as many concepts as claims, drawn so that few
concepts have most of the claims. One sentence in ten speculates, one claim in thirty is a denial,
one paper in fifty is retracted.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from kgbuild import Annotations, Document, Section, SectionKind, Source, Span, Status
from kgbuild.assertion import Assertion, Concept, Evidence
from kgbuild.document import Notice, NoticeKind
from kgbuild.graph.rows import (
    AnnotationRows,
    compact,
    encode_assertion,
    encode_concept,
    encode_spans,
)
from kgbuild.graph.store import GraphStore

EACH = 25
"""Sentences, and so evidences, of one paper."""
BATCH = 512
"""Papers that are read into the store in one transaction."""
COMMIT = 2_000
"""Papers whose annotations go in together: 50,000 rows, as in ``kgbuild ingest``."""
SOURCE = Source(component="bench", distribution="bench", version="1", fingerprint="0")
KINDS = (
    ("mesh:C", "biolink:ChemicalEntity", "chemical"),
    ("ncbigene:", "biolink:Gene", "gene"),
    ("mesh:D", "biolink:DiseaseOrPhenotypicFeature", "disease"),
)
CLAIMS = (
    ("biolink:treats", 0, 2),
    ("biolink:causes", 0, 2),
    ("biolink:affects", 0, 1),
    ("biolink:associated_with", 1, 2),
    ("biolink:associated_with", 2, 2),
)
"""Predicates, with the kinds of their ends."""

Paper = tuple[Document, list[Assertion]]


class Claims:
    """So many claims over a tenth as many concepts; each is drawn from its number alone."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.concepts = max(count // 10, 30)

    def claim(self, number: int) -> tuple[str, str, str, bool]:
        """Subject, predicate, object and whether it is a denial."""
        drawn = random.Random(number)
        predicate, first, second = drawn.choice(CLAIMS)
        subject, object_ = self._end(drawn, first), self._end(drawn, second)
        return subject, predicate, object_, drawn.random() < 1 / 30

    def _end(self, drawn: random.Random, kind: int) -> str:
        number = int(self.concepts / 3 * drawn.random() ** 3)
        prefix = KINDS[kind][0]
        return f"{prefix}{number + 1}" if kind == 1 else f"{prefix}{number:06}"


@cache
def concept(curie: str) -> Concept:
    """The concept of a CURIE that a claim names."""
    [(_, category, kind)] = [one for one in KINDS if curie.startswith(one[0])]
    return Concept(id=curie, label=f"{kind} {curie.partition(':')[2]}", category=category)


def paper(number: int, claims: Claims, *, alone: float = 0) -> Paper:
    """A paper of 25 sentences; with ``alone``, so many to a claim and no other paper has it."""
    drawn = random.Random(-number - 1)
    chosen = [
        claims.claim(number * EACH + int(n / alone) if alone else drawn.randrange(claims.count))
        for n in range(EACH)
    ]
    texts = [
        f"In most of the patients who were studied here, {subject} {'not ' * negated}"
        f"{predicate.partition(':')[2]} {object_}. "
        for subject, predicate, object_, negated in chosen
    ]
    retraction = Notice(kind=NoticeKind.RETRACTION, about=f"pubmed:{number + 1}", incoming=True)
    document = Document(
        id=f"pubmed:{60_000_000 + number}",
        text="".join(texts).rstrip(),
        sections=(
            Section(kind=SectionKind.TITLE, span=Span(0, len(texts[0]) - 1)),
            Section(
                kind=SectionKind.ABSTRACT, span=Span(len(texts[0]), len("".join(texts).rstrip()))
            ),
        ),
        date=f"{2000 + number % 25}-03",
        journal=f"Journal {number % 40}",
        notices=(retraction,) if number % 50 == 0 else (),
    )
    digest, merged, start = document.digest, {}, 0
    for (subject, predicate, object_, negated), text in zip(chosen, texts, strict=True):
        at, end = start + text.index(subject), start + text.index(object_)
        evidence = Evidence(
            document=document.id, version=digest, section="title" if start == 0 else "abstract",
            spans=(Span(start, start + len(text) - 1),), text=text[:-1],
            subject_span=Span(at, at + len(subject)), object_span=Span(end, end + len(object_)),
            source=SOURCE, score=round(drawn.random(), 3),
            status=Status.SPECULATED if drawn.random() < 0.1 else Status.STATED,
        )  # fmt: skip
        claim = Assertion(
            subject=subject, predicate=predicate, object=object_, negated=negated,
            evidence=(evidence,),
        )  # fmt: skip
        known = merged.get(claim.id)
        merged[claim.id] = known.merged(claim.evidence) if known else claim
        start += len(text)
    return document, list(merged.values())


def papers(evidences: int, *, per_claim: float = 3, batch: int = BATCH) -> Iterator[list[Paper]]:
    """Papers in batches. Each claim has ``per_claim`` evidences in the mean.

    Those of a claim lie anywhere; where it has fewer than two, in one paper.
    """
    claims = Claims(max(1, int(evidences / per_claim)))
    alone = per_claim if per_claim < 2 else 0
    count = evidences // EACH
    for start in range(0, count, batch):
        numbers = range(start, min(start + batch, count))
        yield [paper(number, claims, alone=alone) for number in numbers]


def rows(version: int, claims: list[Assertion]) -> AnnotationRows:
    """What the store is given of one paper: claims with their evidence, and the concepts."""
    encoded = [encode_assertion(version, claim, {SOURCE: 0}) for claim in claims]
    ends = sorted({end for claim in claims for end in (claim.subject, claim.object)})
    return AnnotationRows(
        version=version, pipeline=compact(["bench"]), sentences=encode_spans(()), sources=[SOURCE],
        mentions=[], links=[], relations=[], assertions=[one[0] for one in encoded],
        evidence=[row for one in encoded for row in one[1:]],
        concepts=[encode_concept(concept(end), known=True) for end in ends],
        names={}, policy_reviews=[], drops=[],
    )  # fmt: skip


def keep_papers(store: GraphStore, batch: list[Paper], file: str = "bench") -> list[AnnotationRows]:
    """Read papers into the store; return what is to be kept of them, in key order."""
    store_file = (file, "0", "0", "bench")
    with store.batch():
        store.begin_file(*store_file)
        store.keep_versions(file, [(document, Annotations()) for document, _ in batch])
    versions = dict(
        store.connection.execute(
            f"SELECT curie, version FROM documents WHERE curie IN ({','.join('?' * len(batch))})",
            [document.id for document, _ in batch],
        )
    )
    ready = [rows(versions[document.id], claims) for document, claims in batch]
    return sorted(ready, key=lambda one: one.version)


def fill(folder: Path, evidences: int, *, per_claim: int = 3) -> None:
    """Make a graph."""
    with GraphStore.create(folder) as store:
        for batch in papers(evidences, per_claim=per_claim, batch=COMMIT):
            ready = keep_papers(store, batch)
            with store.batch():
                store.keep_annotations(ready)
