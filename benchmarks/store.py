"""The store: evidences in by durable batches, and the evidence of one assertion out.

    python benchmarks/store.py [--evidences 200000]

Three graphs: three evidences to a claim in the mean; 1.3, as 500 abstracts gave with the pipeline
of ``kgbuild init``; and the dearest there can be, where every evidence has a claim of its own. The
peer is bare SQLite in the same run: the same number of rows of the evidence table alone with two
indices, as durable, by executemany. The clock is that of the store alone; so is the CPU time, which
other processes hardly change.
"""

from __future__ import annotations

import argparse
import random
import resource
import sqlite3
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from _graphs import COMMIT, EACH, keep_papers, papers  # type: ignore[import-not-found]
from machine import describe  # type: ignore[import-not-found]

import kgbuild
from kgbuild.graph.store import GraphStore


@dataclass
class Stopwatch:
    """Adds up the time between its beginnings and ends."""

    wall: float = 0.0
    cpu: float = 0.0
    evidences: int = 0

    def __enter__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self.wall += time.perf_counter() - self._began[0]
        self.cpu += time.process_time() - self._began[1]

    def __str__(self) -> str:
        return (
            f"{self.evidences / self.wall:9,.0f} a second,"
            f" {self.evidences / self.cpu:9,.0f} a second of CPU time"
        )


def store(folder: Path, evidences: int, per_claim: float) -> Stopwatch:
    """What the store takes to keep annotations, transactions and fsync included."""
    watch = Stopwatch()
    with GraphStore.create(folder) as opened:
        for batch in papers(evidences, per_claim=per_claim, batch=COMMIT):
            ready = keep_papers(opened, batch)
            batch.clear()  # an ingest holds rows, not the records that they were made of
            with watch, opened.batch():
                opened.keep_annotations(ready)
            watch.evidences += sum(len(one.evidence) for one in ready)
    return watch


def bare(folder: Path, evidences: int) -> Stopwatch:
    """Bare SQLite for the evidence rows alone, with two indices."""
    watch, drawn, step = Stopwatch(), random.Random(0), EACH * COMMIT
    connection = sqlite3.connect(folder / f"bare{evidences}.sqlite", isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "CREATE TABLE e(id INTEGER PRIMARY KEY, a, v, s, b, c, d, f, g, h, sec, st, sc, m, q, k);"
        "CREATE INDEX ea ON e(a); CREATE INDEX ev ON e(v);"
    )
    rest = (1, 0, 80, 0, 8, 9, 15, "abstract", "stated", 1.0, None, None, None)
    for start in range(0, evidences, step):
        numbers = range(start, min(start + step, evidences))
        ready = [(drawn.getrandbits(62), n // EACH, *rest) for n in numbers]
        with watch:
            connection.execute("BEGIN")
            connection.executemany(
                "INSERT INTO e(a, v, s, b, c, d, f, g, h, sec, st, sc, m, q, k)"
                " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                ready,
            )
            connection.execute("COMMIT")
        watch.evidences += len(ready)
    connection.close()
    return watch


def lookup(folder: Path) -> float:
    """The median of 2,000 fetches of one assertion with its evidence, in milliseconds."""
    with kgbuild.load(folder) as graph:
        names = [name for (name,) in graph.connection.execute("SELECT identity FROM assertions")]
        took = []
        for name in random.Random(1).sample(names, min(2000, len(names))):
            began = time.perf_counter()
            graph.assertion(name)
            took.append(time.perf_counter() - began)
    return sorted(took)[len(took) // 2] * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--evidences", type=int, default=200_000)
    count = parser.parse_args().evidences
    print(describe())
    print(f"{count:,} evidences, {COMMIT:,} papers of {EACH} to a transaction")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        peer = bare(folder, count)
        print(f"bare SQLite, evidence rows alone    {peer}")
        for per_claim in (3, 1.3, 1):
            ours = store(folder / str(per_claim), count, per_claim)
            print(f"kgbuild, {per_claim:3} evidences to a claim     {ours}")
            print(f"  of bare SQLite: {ours.evidences / ours.cpu / (count / peer.cpu):.2f} by CPU")
            median = lookup(folder / str(per_claim))
            print(f"  one assertion with its evidence: {median:.3f} ms, median of 2,000")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory {peak:,.0f} MB at most")


if __name__ == "__main__":
    main()
