"""RDF writers side by side: triples per second of CPU time, memory, stability of the bytes.

    python benchmarks/rdf_export.py [--evidences 20000] [--peer-evidences 1000]

The graph is made up: papers of ten sentences, each the evidence of one claim between two of
2,000 concepts. Our exporters write it from the records. rdflib and Oxigraph write the same
quads, already loaded; loading is not counted. rdflib gets a smaller graph, on which our writers
are measured again for the ratio: its Turtle writer takes time that grows faster than the graph
(at 4,000 evidences its rate is less than half), so that a larger one would flatter us. On other
data, whose IRIs share few namespaces, it was seen to write 32 k triples/s.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import io
import random
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph
import rdflib
from machine import describe  # type: ignore[import-not-found]

from kgbuild import (
    Assertion,
    Concept,
    Document,
    Evidence,
    Section,
    SectionKind,
    Source,
    Span,
)
from kgbuild.components import ExporterSpec
from kgbuild.exporters.rdf import SPECS
from kgbuild.graph.rdf_view import as_rdflib
from kgbuild.testing.memory_graph import MemoryGraph

CONCEPTS = 2_000
SENTENCES = 10
WORDS = ("the", "of", "patients", "aspirin", "increased", "“β-blocker”", "risk", "mortality", "and")
SOURCE = Source(component="lexicon", distribution="kgbuild-lexicon", version="1.0")


def paper(number: int, chance: random.Random) -> tuple[Document, list[Assertion]]:
    """A paper and what its sentences claim."""
    sentences = [" ".join(chance.choices(WORDS, k=18)) + "." for _ in range(SENTENCES)]
    document = Document(
        id=f"pubmed:{10_000_000 + number}",
        text=" ".join(sentences),
        sections=(Section(kind=SectionKind.TITLE, span=Span(0, len(sentences[0]))),),
        date="2004-03",
    )
    claims, at, version = [], 0, document.digest
    for sentence in sentences:
        one, other = chance.sample(range(CONCEPTS), 2)
        evidence = Evidence(
            document=document.id,
            version=version,
            section="abstract",
            spans=(Span(at, at + len(sentence)),),
            text=sentence,
            subject_span=Span(at, at + 7),
            object_span=Span(at + 10, at + 17),
            source=SOURCE,
            score=round(chance.random(), 3),
        )
        claims.append(
            Assertion(
                subject=f"mesh:D{one:06}",
                predicate="biolink:affects",
                object=f"mesh:D{other:06}",
                evidence=(evidence,),
            )
        )
        at += len(sentence) + 1
    return document, claims


def made_up(evidences: int, *, shuffled: bool = False) -> MemoryGraph:
    """A graph with so many evidences; ``shuffled`` gives its records in another order."""
    chance = random.Random(1)
    papers = [paper(number, chance) for number in range(evidences // SENTENCES)]
    if shuffled:
        random.Random(2).shuffle(papers)
    return MemoryGraph(
        documents=[document for document, _ in papers],
        concepts=[
            Concept(id=f"mesh:D{n:06}", label=f"concept {n}", synonyms=(f"also {n}",))
            for n in range(CONCEPTS)
        ],
        assertions=[claim for _, claims in papers for claim in claims],
    )


def cpu_seconds(work: Callable[[], object]) -> float:
    """The CPU time of the fastest of three runs."""
    times = []
    for _ in range(3):
        gc.collect()
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def ours(spec: ExporterSpec, graph: MemoryGraph, folder: Path) -> Path:
    """The graph, exported by us."""
    target = folder / f"graph{spec.suffixes[0]}"
    spec.create(spec.settings_class()()).export(graph, target)
    return target


def peak_megabytes(spec: ExporterSpec, graph: MemoryGraph, folder: Path) -> float:
    """How much memory an export allocates at most, the graph itself not counted."""
    ours(spec, graph, folder)
    tracemalloc.start()
    ours(spec, graph, folder)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def stable(spec: ExporterSpec, graph: MemoryGraph, turned: MemoryGraph, folder: Path) -> bool:
    """Whether the order in which the records came leaves the bytes alone."""
    digests = {hashlib.sha256(ours(spec, g, folder).read_bytes()).digest() for g in (graph, turned)}
    return len(digests) == 1


def peers(graph: MemoryGraph, quads: Path) -> dict[str, Callable[[], object]]:
    """What rdflib and Oxigraph do to write the same quads, loaded beforehand."""
    dataset = as_rdflib(graph)
    triples = rdflib.Graph()
    for part in dataset.graphs():
        for triple in part:
            triples.add(triple)
    store = pyoxigraph.Store()
    store.bulk_load(path=str(quads), format=pyoxigraph.RdfFormat.N_QUADS)
    terms = list(pyoxigraph.parse(path=str(quads), format=pyoxigraph.RdfFormat.N_QUADS))
    formats = pyoxigraph.RdfFormat
    return {
        "rdflib Turtle": lambda: triples.serialize(format="turtle", encoding="utf-8"),
        "rdflib N-Quads": lambda: dataset.serialize(format="nquads", encoding="utf-8"),
        "oxigraph store.dump, N-Quads": lambda: store.dump(io.BytesIO(), formats.N_QUADS),
        "oxigraph store.dump, TriG": lambda: store.dump(io.BytesIO(), formats.TRIG),
        "oxigraph serialize, N-Quads": lambda: pyoxigraph.serialize(
            terms, io.BytesIO(), formats.N_QUADS
        ),
    }


def main(arguments: list[str]) -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--evidences", type=int, default=20_000)
    parser.add_argument("--peer-evidences", type=int, default=1_000)
    options = parser.parse_args(arguments)
    print(f"{describe()}\n")
    with TemporaryDirectory() as name:
        folder = Path(name)
        report(made_up(options.evidences), made_up(options.evidences, shuffled=True), folder)
        print()
        compare(made_up(options.peer_evidences), folder)


def report(graph: MemoryGraph, turned: MemoryGraph, folder: Path) -> None:
    """Our formats on the large graph."""
    specs = {spec.name: spec for spec in SPECS}
    triples = lines(ours(specs["n-quads"], graph, folder))
    evidences = graph.counts()["evidence"]
    print(f"{evidences:,} evidences, {triples:,} triples")
    print(f"{'format':<12}{'k triples/s':>12}{'bytes/evidence':>16}{'peak MB':>9}  byte-stable")
    for spec in SPECS:
        seconds = cpu_seconds(lambda spec=spec: ours(spec, graph, folder))  # type: ignore[misc]
        size = ours(spec, graph, folder).stat().st_size
        peak = peak_megabytes(spec, graph, folder)
        same = "yes" if stable(spec, graph, turned, folder) else "NO"
        rate = triples / seconds / 1e3
        print(f"{spec.name:<12}{rate:>12,.0f}{size / evidences:>16,.0f}{peak:>9.1f}  {same}")


def compare(graph: MemoryGraph, folder: Path) -> None:
    """Our writers beside the others' on the small graph; ratios to rdflib's Turtle writer."""
    specs = {spec.name: spec for spec in SPECS}
    quads = ours(specs["n-quads"], graph, folder)
    triples = lines(quads)
    works: dict[str, Callable[[], object]] = peers(graph, quads)
    works |= {
        f"kgbuild {spec.name}": lambda spec=spec: ours(spec, graph, folder)  # type: ignore[misc]
        for spec in SPECS
    }
    rates = {name: triples / cpu_seconds(work) / 1e3 for name, work in works.items()}
    print(f"{graph.counts()['evidence']:,} evidences, {triples:,} triples")
    print(f"{'writer':<32}{'k triples/s':>12}{'of rdflib Turtle':>18}")
    for name, rate in rates.items():
        print(f"{name:<32}{rate:>12,.0f}{rate / rates['rdflib Turtle']:>17.1f}×")


def lines(path: Path) -> int:
    """How many lines a file has: of N-Quads, how many quads."""
    with path.open("rb") as file:
        return sum(1 for _ in file)


if __name__ == "__main__":
    main(sys.argv[1:])
