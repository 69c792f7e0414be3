"""The store: evidences in by durable batches, and the evidence of one assertion out.

    python benchmarks/store.py [--evidences 200000]

The peer is bare SQLite: the same number of rows of the evidence table alone, with the same
durability, by executemany. kgbuild writes the mentions, links, relations, concepts and assertions
around them as well.
"""

from __future__ import annotations

import argparse
import random
import resource
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from machine import describe  # type: ignore[import-not-found]

import kgbuild
from kgbuild import Annotations, Document, Source, Span
from kgbuild.assertion import Assertion, Concept, Evidence
from kgbuild.graph.rows import (
    AnnotationRows,
    compact,
    encode_assertion,
    encode_concept,
    encode_spans,
)
from kgbuild.graph.store import GraphStore

SENTENCE = "Chemical {} causes disease {} in most of the patients who were studied here. "
EACH = 25
BATCH = 512
SOURCE = Source(component="bench", distribution="bench", version="1", fingerprint="0")


def paper(number: int, drawn: random.Random) -> tuple[Document, list[tuple[Assertion, ...]]]:
    """A document with 25 sentences, each evidence of one claim among 200,000 possible ones."""
    pairs = [(drawn.randrange(1000), drawn.randrange(1000)) for _ in range(EACH)]
    texts = [SENTENCE.format(a, b) for a, b in pairs]
    document = Document(id=f"pubmed:{60_000_000 + number}", text="".join(texts))
    claims, start = [], 0
    for (a, b), text in zip(pairs, texts, strict=True):
        span = Span(start, start + len(text) - 1)
        evidence = Evidence(
            document=document.id, version=document.digest, section="abstract", spans=(span,),
            text=text.strip(), subject_span=Span(start, start + 8),
            object_span=Span(start + 9, start + 15), source=SOURCE,
        )  # fmt: skip
        claims.append(
            Assertion(
                subject=f"mesh:C{a:09}", predicate="biolink:causes", object=f"mesh:D{b:09}",
                evidence=(evidence,),
            )
        )  # fmt: skip
        start += len(text)
    merged: dict[str, Assertion] = {}
    for claim in claims:
        known = merged.get(claim.id)
        merged[claim.id] = known.merged(claim.evidence) if known else claim
    return document, [(one,) for one in merged.values()]


def rows(version: int, document: Document, claims: list[tuple[Assertion, ...]]) -> AnnotationRows:
    encoded = [encode_assertion(version, claim, {SOURCE: 0}) for (claim,) in claims]
    ends = sorted({end for (claim,) in claims for end in (claim.subject, claim.object)})
    return AnnotationRows(
        version=version, pipeline=compact(["bench"]), sentences=encode_spans(()), sources=[SOURCE],
        mentions=[], links=[], relations=[], assertions=[one[0] for one in encoded],
        evidence=[row for one in encoded for row in one[1:]],
        concepts=[encode_concept(Concept(id=end, label=end), known=True) for end in ends],
        names={}, policy_reviews=[], drops=[],
    )  # fmt: skip


def batches(evidences: int) -> Iterator[list[tuple[Document, list[tuple[Assertion, ...]]]]]:
    drawn = random.Random(0)
    documents = evidences // EACH
    for start in range(0, documents, BATCH):
        yield [paper(n, drawn) for n in range(start, min(start + BATCH, documents))]


def fill(folder: Path, evidences: int) -> tuple[float, int]:
    """Seconds spent in the store for annotations, and how many evidences went in."""
    took, done = 0.0, 0
    with GraphStore.create(folder) as store:
        for batch in batches(evidences):
            with store.batch():
                store.begin_file("bench", "0", "0", "bench")
                store.keep_versions("bench", [(d, Annotations()) for d, _ in batch])
            waiting = {p.document.id: p.version for p in store.pending(["bench"], limit=BATCH)}
            ready = [rows(waiting[d.id], d, claims) for d, claims in batch]
            began = time.perf_counter()
            with store.batch():
                store.keep_annotations(ready)
            took += time.perf_counter() - began
            done += sum(len(one.evidence) for one in ready)
    return took, done


def bare(folder: Path, evidences: int) -> float:
    """Seconds of bare SQLite for the evidence rows alone, with its two indices."""
    connection = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "CREATE TABLE e(id INTEGER PRIMARY KEY, a, v, s, b, c, d, f, g, h, sec, st, sc, m, q, k);"
        "CREATE INDEX ea ON e(a); CREATE INDEX ev ON e(v);"
    )
    drawn = random.Random(0)
    step = EACH * BATCH
    began = time.perf_counter()
    for start in range(0, evidences, step):
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO e(a, v, s, b, c, d, f, g, h, sec, st, sc, m, q, k)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            [
                (
                    drawn.getrandbits(62),
                    n // EACH,
                    1,
                    0,
                    80,
                    0,
                    8,
                    9,
                    15,
                    "abstract",
                    "stated",
                    1.0,
                    None,
                    None,
                    None,
                )
                for n in range(start, min(start + step, evidences))
            ],
        )
        connection.execute("COMMIT")
    return time.perf_counter() - began


def lookup(folder: Path) -> float:
    """The median of 2,000 fetches of one assertion with its evidence, in milliseconds."""
    with kgbuild.load(folder) as graph:
        names = [one.id for one, _ in zip(graph.assertions(), range(50_000), strict=False)]
        took = []
        for name in random.Random(1).sample(names, 2000):
            began = time.perf_counter()
            graph.assertion(name)
            took.append(time.perf_counter() - began)
    return sorted(took)[len(took) // 2] * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--evidences", type=int, default=200_000)
    arguments = parser.parse_args()
    print(describe())
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        took, done = fill(folder / "kg", arguments.evidences)
        rate = f"{done / took:10,.0f} evidences/s"
        print(f"kgbuild      {rate}, {done:,} in batches of {BATCH} documents")
        alone = bare(folder, arguments.evidences)
        print(
            f"bare SQLite  {arguments.evidences / alone:10,.0f} rows/s of the evidence table alone"
        )
        print(f"ratio        {done / took / (arguments.evidences / alone):10.2f}")
        print(f"one assertion with its evidence: {lookup(folder / 'kg'):.3f} ms, median of 2,000")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory {peak:,.0f} MB at most")


if __name__ == "__main__":
    main()
