"""A large graph made, merged into another, exported twice, shown: time, memory, disk of each step.

    python benchmarks/scale.py [--evidences 100000]

Each step is a process of its own, so that its memory is its own. The two exports must be the same
bytes. With ``--evidences 1000000`` it is what the project's aim names (at most 1 GiB). The peer is
rdflib's Turtle writer on a graph of the same make, held in memory and not counted. It gets 1,000
evidences, since it slows down as the graph grows and would flatter us with more.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import sys
import tempfile
import time
from pathlib import Path

import rdflib
from _graphs import EACH, fill  # type: ignore[import-not-found]
from machine import describe  # type: ignore[import-not-found]

import kgbuild

PEER = 1_000
"""Evidences of the peer's graph."""
KGBUILD = (sys.executable, "-m", "kgbuild")


def step(name: str, *command: str) -> float:
    """Run a command, print what it took, return its CPU seconds."""
    began = time.perf_counter()
    process = os.posix_spawn(command[0], command, os.environ)
    _, status, used = os.wait4(process, 0)
    if status:
        sys.exit(f"{name}: failed")
    cpu = used.ru_utime + used.ru_stime
    print(
        f"{name:<24}{time.perf_counter() - began:>9,.1f} s {cpu:>9,.1f} s"
        f" of CPU {used.ru_maxrss / 1024:>7,.0f} MB",
        flush=True,
    )
    return cpu


def rdflib_turtle(folder: Path) -> float:
    """Triples a CPU second that rdflib writes as Turtle."""
    fill(folder, PEER)
    triples = rdflib.Graph()
    with kgbuild.load(folder) as graph:
        for quad in graph.rdf():
            triples.add(quad[:3])
    began = time.process_time()
    triples.serialize(format="turtle", encoding="utf-8")
    return len(triples) / (time.process_time() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--evidences", type=int, default=100_000)
    parser.add_argument("--fill", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.fill:
        fill(arguments.fill, arguments.evidences)
        return
    count = arguments.evidences
    print(describe())
    print(f"{count:,} evidences in {count // EACH:,} papers")
    with tempfile.TemporaryDirectory() as temporary:
        kg, other, first, second = (Path(temporary) / n for n in ("kg", "other", "1.nq", "2.nq"))
        step("made", sys.executable, __file__, "--evidences", str(count), "--fill", str(kg))
        step("merged into an empty one", *KGBUILD, "merge", str(kg), "--kg", str(other))
        export = step("exported as N-Quads", *KGBUILD, "export", str(first), "--kg", str(kg))
        step("the merged one", *KGBUILD, "export", str(second), "--kg", str(other))
        step("a page of it", *KGBUILD, "report", "--kg", str(kg), "-o", f"{temporary}/page.html")
        same = "the same bytes" if filecmp.cmp(first, second, shallow=False) else "OTHER BYTES"
        stored = sum(file.stat().st_size for file in kg.iterdir())
        with first.open("rb") as file:
            triples = sum(1 for _ in file)
        rate, peer = triples / export, rdflib_turtle(Path(temporary) / "small")
        print(
            f"{triples:,} triples: {rate:,.0f} a second of CPU time; rdflib's Turtle writer",
            end=" ",
        )
        print(f"{peer:,.0f} ({PEER:,} evidences); ratio {rate / peer:,.0f}")
        print(f"{same}; store {stored / 1e6:,.0f} MB, N-Quads {first.stat().st_size / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()
