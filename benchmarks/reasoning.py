"""Reasoning: rules over many assertions, an added document, the closure beside owlrl.

    python benchmarks/reasoning.py [--assertions 1000000] [--triples 20000] [--closure 1000000]

The graph is drawn with a fixed seed: chemicals, genes, diseases and variants with Zipf-like
numbers of edges, one sentence for each assertion, 25 sentences a paper.

The closure is of the same ``--triples`` for all: a tree of 400 classes with individuals, a tree of
12 properties with a domain and a range, a symmetric, an inverse and a transitive property. CPU
seconds, since the machine is shared; reading the triples is not counted, for kgbuild's own rules
everything is (reading the graph, its beliefs, the confidence of each conclusion). Nothing is
recorded while rules are applied: what asking why costs is finding the ways to all conclusions
at once, and to some one by one. ``--closure`` triples are for the fastest reasoner alone.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from machine import describe  # type: ignore[import-not-found]

from kgbuild.assertion import assertion_id
from kgbuild.graph.reading import StoredGraph
from kgbuild.graph.rows import concept_key
from kgbuild.graph.schema import key
from kgbuild.graph.store import GraphStore
from kgbuild.reasoning import derivation as derivation_module
from kgbuild.reasoning.derivation import reason
from kgbuild.reasoning.layer import open_layer
from kgbuild.reasoning.limits import Limits
from kgbuild.reasoning.ontology import read_ontology
from kgbuild.reasoning.owl_rules import Theory, theory_for
from kgbuild.reasoning.rule_syntax import shipped_rules
from kgbuild.testing.library import Library, Said

EACH = 25
SENTENCE = "It was seen that the one does what is said here to the other one."
KINDS = {"C": "biolink:ChemicalEntity", "D": "biolink:DiseaseOrPhenotypicFeature",
         "G": "biolink:Gene", "V": "biolink:SequenceVariant"}  # fmt: skip
SHARE = {"C": 0.3, "D": 0.3, "G": 0.3, "V": 0.1}
DOWN = json.dumps([["biolink:object_direction_qualifier", "decreased"]])
CLAIMS = [  # subject, predicate, object, qualifiers, weight
    ("C", "biolink:treats", "D", None, 20), ("C", "biolink:contributes_to", "D", None, 15),
    ("C", "biolink:affects", "G", None, 15), ("C", "biolink:affects", "G", DOWN, 5),
    ("G", "biolink:associated_with", "D", None, 20), ("G", "biolink:causes", "D", None, 1),
    ("G", "biolink:interacts_with", "G", None, 14),
    ("V", "biolink:is_sequence_variant_of", "G", None, 5),
    ("V", "biolink:causes", "D", None, 1), ("C", "biolink:is_substrate_of", "G", None, 4),
]  # fmt: skip


def fill_drawn(folder: Path, assertions: int) -> None:
    drawn = random.Random(6)
    number = max(assertions // 10, 400)
    sizes = {kind: max(int(number * share), 20) for kind, share in SHARE.items()}
    weights = [weight for *_, weight in CLAIMS]
    fill(
        folder,
        ((f"mesh:{kind}{n}", KINDS[kind]) for kind, size in sizes.items() for n in range(size)),
        islice(claims(drawn, sizes, weights), assertions),
    )


def fill(
    folder: Path,
    concepts: Iterable[tuple[str, str]],
    told: Iterable[tuple[str, str, str, str, str | None]],
) -> None:
    """A store of concepts and assertions, written row by row as ingest would leave them."""
    drawn = random.Random(6)
    with GraphStore.create(folder) as store:
        run = store.connection.executemany
        store.connection.execute("INSERT INTO sources VALUES (1, 'bench', 'bench', '1', '')")
        with store.batch():
            run("INSERT INTO concepts VALUES (?, ?, ?, ?, '[]', '[]', 1, 1)",
                ((concept_key(curie), curie, curie.partition(":")[2], kind)
                 for curie, kind in concepts))  # fmt: skip
            run("INSERT OR IGNORE INTO assertions VALUES (?, ?, ?, ?, ?, 0, ?)",
                ((key(identity), identity, concept_key(s), predicate, concept_key(o),
                  qualifiers or "")
                 for identity, s, predicate, o, qualifiers in told))  # fmt: skip
            keys = [k for (k,) in store.connection.execute("SELECT id FROM assertions")]
            text = " ".join([SENTENCE] * EACH)
            papers = range((len(keys) + EACH - 1) // EACH)
            record = json.dumps([[], "en", "", "", "2001", "", [], [], [], [], []])
            run(
                "INSERT INTO versions VALUES (?, ?, ?, '', '1', ?, ?, NULL)",
                ((n + 1, f"{n:032x}", f"pubmed:{n + 1}", text, record) for n in papers),
            )
            store.connection.execute("INSERT INTO annotated SELECT id, '[]', x'' FROM versions")
            run(
                "INSERT INTO documents VALUES (?, ?, ?, '[]', '[]', 0, 1)",
                ((n + 1, f"pubmed:{n + 1}", n + 1) for n in papers),
            )
            run('INSERT INTO evidence(assertion, version, source, start, "end", section, status,'
                " score, link_score, details)"
                " VALUES (?, ?, 1, ?, ?, 'abstract', 'stated', ?, 1, '')",
                ((k, n // EACH + 1, n % EACH * (len(SENTENCE) + 1),
                  n % EACH * (len(SENTENCE) + 1) + len(SENTENCE), round(drawn.uniform(0.3, 1), 2))
                 for n, k in enumerate(keys)))  # fmt: skip
            store.connection.execute(
                "INSERT INTO evidence_ranges"
                " SELECT version, min(id), max(id), 1 FROM evidence GROUP BY version"
            )


def claims(
    drawn: random.Random, sizes: dict[str, int], weights: list[int]
) -> Iterator[tuple[str, str, str, str, str | None]]:
    seen: set[str] = set()
    while True:
        subject, predicate, object_, qualifiers, _ = drawn.choices(CLAIMS, weights)[0]
        # The square of a uniform number favours the first: a few concepts have very many edges.
        s = f"mesh:{subject}{int(drawn.random() ** 2 * sizes[subject])}"
        o = f"mesh:{object_}{int(drawn.random() ** 2 * sizes[object_])}"
        terms = tuple((n, v) for n, v in json.loads(qualifiers)) if qualifiers else ()
        identity = assertion_id(s, predicate, o, False, terms)
        if identity not in seen and s != o:
            seen.add(identity)
            yield identity, s, predicate, o, qualifiers


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = call()
    return time.perf_counter() - started, result


def rules_over(folder: Path, assertions: int) -> None:
    took, _ = timed(lambda: fill_drawn(folder, assertions))
    print(f"made a graph of {assertions:,} assertions in {took:.1f} s")
    with StoredGraph(folder) as graph:
        wall, (took, done) = timed(lambda: cpu(lambda: reason(graph, shipped_rules())))
    with open_layer(folder) as layer:
        print(f"shipped rules: {took:.1f} s of CPU, {wall:.1f} s, {layer.counts()}")
    print(f"the ways to one conclusion: {1000 * asking(folder):.3f} ms of CPU in the mean")
    library = Library(folder)
    for number in range(3):
        said = [Said("C7", "affects", f"G{number}",
                     qualifiers=(("biolink:object_direction_qualifier", "decreased"),)),
                Said(f"G{number}", "causes", f"D{number}")]  # fmt: skip
        library.add({f"pubmed:{90_000_000 + number}": said})
        with StoredGraph(folder) as graph:
            wall, (took, done) = timed(lambda: cpu(lambda: reason(graph, shipped_rules())))
        print(f"an added document: {1000 * took:.0f} ms of CPU, {1000 * wall:.0f} ms,"
              f" {done.added:,} facts new")  # fmt: skip
    library.remove("pubmed:90000001")
    with StoredGraph(folder) as graph:
        wall, (took, done) = timed(lambda: cpu(lambda: reason(graph, shipped_rules())))
    print(f"a removed document: {1000 * took:.0f} ms of CPU, {1000 * wall:.0f} ms,"
          f" {done.removed:,} facts gone")  # fmt: skip


MESH = "http://id.nlm.nih.gov/mesh/"
RELATIONS = (
    "related_to", "affects", "causes", "contributes_to", "treats", "associated_with",
    "correlated_with", "interacts_with", "precedes", "produces", "located_in", "disrupts",
)  # fmt: skip


def axioms(individuals: int) -> Iterator[str]:
    """The ontology as N-Triples: trees of classes and properties, and who is of which class."""
    rdf, rdfs, owl = (f"http://www.w3.org/{one}#" for one in (
        "1999/02/22-rdf-syntax-ns", "2000/01/rdf-schema", "2002/07/owl"))  # fmt: skip
    drawn = random.Random(7)
    for n in range(1, 400):
        yield f"<http://x/C{n}> <{rdfs}subClassOf> <http://x/C{(n - 1) // 3}> .\n"
    for n in range(1, len(RELATIONS)):
        yield f"<{named(n)}> <{rdfs}subPropertyOf> <{named((n - 1) // 2)}> .\n"
    yield f"<{named(1)}> <{rdfs}domain> <http://x/C5> .\n"
    yield f"<{named(2)}> <{rdfs}range> <http://x/C7> .\n"
    yield f"<{named(7)}> <{rdf}type> <{owl}SymmetricProperty> .\n"
    yield f"<{BIOLINK}treats> <{owl}inverseOf> <{BIOLINK}treated_by> .\n"
    yield f"<{BIOLINK}part_of> <{rdf}type> <{owl}TransitiveProperty> .\n"
    for n in range(individuals):
        yield f"<{MESH}I{n}> <{rdf}type> <http://x/C{drawn.randrange(400)}> .\n"


BIOLINK = "https://w3id.org/biolink/vocab/"


def named(number: int) -> str:
    return f"{BIOLINK}{RELATIONS[number]}"


def edges(count: int, individuals: int) -> Iterator[tuple[str, str, str]]:
    """Different edges between individuals; of ``part_of`` chains of eight."""
    drawn = random.Random(8)
    seen: set[tuple[str, str, str]] = set()
    while len(seen) < count:
        one, other = drawn.randrange(individuals), drawn.randrange(individuals)
        predicate = drawn.choice(RELATIONS)
        if drawn.random() < 0.03:
            one, predicate = one // 8 * 8 + drawn.randrange(7), "part_of"
            other = one + 1
        edge = (f"I{one}", predicate, f"I{other}")
        if edge not in seen:
            seen.add(edge)
            yield edge


def closures(folder: Path, triples: int) -> None:
    individuals = triples // 3
    ontology = list(axioms(individuals))
    told = list(edges(triples - len(ontology), individuals))
    lines = ontology + [f"<{MESH}{s}> <{BIOLINK}{p}> <{MESH}{o}> .\n" for s, p, o in told]
    print(f"closure of {len(lines):,} triples, CPU seconds:")
    slowest, out = by_owlrl(lines)
    print(f"  owlrl                       {slowest:8.2f}            {out:9,} triples")
    for name, reasoner in (("reasonable", by_reasonable), ("sparq", by_sparq)):
        try:
            took, out = reasoner(lines)
        except ImportError as error:
            print(f"  {name:27} {error}")
            continue
        print(f"  {name:27} {took:8.2f}  {slowest / took:6.0f} x  {out:9,} triples")
    fill(folder, ((f"mesh:I{n}", KINDS["G"]) for n in range(individuals)),
         ((assertion_id(f"mesh:{s}", f"biolink:{p}", f"mesh:{o}", False, ()), f"mesh:{s}",
           f"biolink:{p}", f"mesh:{o}", None) for s, p, o in told))  # fmt: skip
    path = folder / "axioms.nt"
    path.write_text("".join(ontology), "utf-8")
    with StoredGraph(folder) as graph:
        theory = theory_for(graph, read_ontology([path]))
        took, _ = cpu(lambda: reason(graph, theory.rules, axioms=theory.axioms))
        with open_layer(folder) as layer:
            counts = layer.counts()
        print(f"  kgbuild's rules, all of it  {took:8.2f}  {slowest / took:6.1f} x"
              f"  {counts['facts']:9,} facts")  # fmt: skip
        alone, gathering, ways = deriving(graph, theory, folder / "alone.sqlite")
        print(f"  deriving alone              {alone:8.2f}  {slowest / alone:6.1f} x")
        print(f"  finding every way again     {gathering:8.2f}  {slowest / gathering:6.1f} x"
              f"  {ways:9,} ways")  # fmt: skip
    print(f"  the ways to one conclusion  {1000 * asking(folder):8.3f} ms in the mean")


def deriving(graph: StoredGraph, theory: Theory, path: Path) -> tuple[float, float, int]:
    """The CPU seconds of a derivation without confidences, and of finding all ways; how many."""
    opened = sqlite3.connect(path, isolation_level=None)
    derivation = derivation_module._Derivation(
        opened, graph, theory.rules, theory.axioms, tuple, Limits()
    )
    derivation._weigh = lambda: None  # type: ignore[method-assign]
    alone, _ = cpu(lambda: derivation.run(None))
    gathering, ways = cpu(derivation._supports().gather)
    opened.close()
    return alone, gathering, ways


def asking(folder: Path) -> float:
    """The CPU seconds of asking for the ways to one conclusion, in the mean of 1,000."""
    with open_layer(folder) as layer:
        inferred = layer.inferred()
        some = random.Random(9).sample(inferred, min(1_000, len(inferred)))
        took, _ = cpu(lambda: [layer.supports(fact) for fact in some])
    return took / len(some)


def by_owlrl(lines: list[str]) -> tuple[float, int]:
    import owlrl
    import rdflib

    graph = rdflib.Graph().parse(data="".join(lines), format="nt")
    took, _ = cpu(lambda: owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph))
    return took, len(graph)


def by_reasonable(lines: list[str]) -> tuple[float, int]:
    import reasonable

    reasoner = reasonable.PyReasoner()
    with tempfile.NamedTemporaryFile("w", suffix=".ttl") as file:
        file.write("".join(lines))
        file.flush()
        reasoner.load_file(file.name)
    took, found = cpu(reasoner.reason)
    return took, len(found)


def by_sparq(lines: list[str]) -> tuple[float, int]:
    import sparq

    graph = sparq.Graph.load("".join(lines), format="ntriples")
    took, _ = cpu(lambda: graph.reason("owl"))
    return took, len(graph)


def large_closure(triples: int) -> None:
    individuals = triples // 3
    lines = list(axioms(individuals))
    lines += [f"<{MESH}{s}> <{BIOLINK}{p}> <{MESH}{o}> .\n"
              for s, p, o in edges(triples - len(lines), individuals)]  # fmt: skip
    import sparq

    reading, graph = timed(lambda: sparq.Graph.load("".join(lines), format="ntriples"))
    wall, (took, _) = timed(lambda: cpu(lambda: graph.reason("owl")))
    print(f"sparq, {len(lines):,} triples: {reading:.1f} s to read, {wall:.1f} s to close"
          f" ({took:.1f} s of CPU), {len(graph):,} triples")  # fmt: skip


def cpu(call: Callable[[], Any]) -> tuple[float, Any]:
    started = time.process_time()
    result = call()
    return time.process_time() - started, result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assertions", type=int, default=1_000_000)
    parser.add_argument("--triples", type=int, default=20_000)
    parser.add_argument("--closure", type=int, default=1_000_000)
    arguments = parser.parse_args()
    print(describe())
    with tempfile.TemporaryDirectory() as folder:
        if arguments.triples:
            closures(Path(folder) / "closure", arguments.triples)
        if arguments.closure:
            large_closure(arguments.closure)
        if arguments.assertions:
            rules_over(Path(folder) / "kg", arguments.assertions)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory: {peak:,.0f} MB")


if __name__ == "__main__":
    main()
