"""Reasoning: rules over many assertions, an added document, best paths, closure beside owlrl.

    python benchmarks/reasoning.py [--assertions 1000000] [--closure 20000]

The graph is drawn with a fixed seed: chemicals, genes, diseases and variants with Zipf-like
numbers of edges, one sentence for each assertion, 25 sentences a paper. The closure is the same
rules over the same triples for all: subclass, inverse, symmetric and transitive relations.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from machine import describe  # type: ignore[import-not-found]

from kgbuild.assertion import assertion_id
from kgbuild.graph.reading import StoredGraph
from kgbuild.graph.rows import concept_key
from kgbuild.graph.schema import key
from kgbuild.graph.store import GraphStore
from kgbuild.reasoning.derivation import reason
from kgbuild.reasoning.layer import open_layer
from kgbuild.reasoning.rule_syntax import shipped_rules
from kgbuild.testing.library import Library, Said

EACH = 25
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


def fill(folder: Path, assertions: int) -> None:
    """A store of that many assertions, written row by row as ingest would leave them."""
    drawn = random.Random(6)
    number = max(assertions // 10, 400)
    sizes = {kind: max(int(number * share), 20) for kind, share in SHARE.items()}
    weights = [weight for *_, weight in CLAIMS]
    with GraphStore.create(folder) as store:
        run = store.connection.executemany
        store.connection.execute("INSERT INTO sources VALUES (1, 'bench', 'bench', '1', '')")
        with store.batch():
            run("INSERT INTO concepts VALUES (?, ?, ?, ?, '[]', '[]', 1, 1)",
                ((concept_key(f"mesh:{kind}{n}"), f"mesh:{kind}{n}", f"{kind}{n}", KINDS[kind])
                 for kind, size in sizes.items() for n in range(size)))  # fmt: skip
            run("INSERT OR IGNORE INTO assertions VALUES (?, ?, ?, ?, ?, 0, ?, 1)",
                ((key(identity), identity, concept_key(s), predicate, concept_key(o), qualifiers)
                 for identity, s, predicate, o, qualifiers
                 in islice(claims(drawn, sizes, weights), assertions)))  # fmt: skip
            keys = [k for (k,) in store.connection.execute("SELECT id FROM assertions")]
            sentence = "It was seen that the one does what is said here to the other one."
            text = " ".join([sentence] * EACH)
            papers = range((len(keys) + EACH - 1) // EACH)
            record = json.dumps([[], "en", "", "", "2001", "", [], [], [], [], []])
            run(
                "INSERT INTO versions VALUES (?, ?, ?, '', '1', '[]', ?, ?, ?, NULL, NULL)",
                ((n + 1, f"{n:032x}", f"pubmed:{n + 1}", n + 1, text, record) for n in papers),
            )
            run(
                "INSERT INTO documents VALUES (?, ?, ?, '[]', '[]', 0, 1)",
                ((n + 1, f"pubmed:{n + 1}", n + 1) for n in papers),
            )
            run('INSERT INTO evidence(assertion, version, source, start, "end", section, status,'
                " score) VALUES (?, ?, 1, ?, ?, 'abstract', 'stated', ?)",
                ((k, n // EACH + 1, n % EACH * (len(sentence) + 1),
                  n % EACH * (len(sentence) + 1) + len(sentence), round(drawn.uniform(0.3, 1), 2))
                 for n, k in enumerate(keys)))  # fmt: skip


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
    took, _ = timed(lambda: fill(folder, assertions))
    print(f"made a graph of {assertions:,} assertions in {took:.1f} s")
    with StoredGraph(folder) as graph:
        took, done = timed(lambda: reason(graph, shipped_rules()))
    with open_layer(folder) as layer:
        print(f"shipped rules: {took:.1f} s, {layer.counts()}")
    library = Library(folder)
    for number in range(3):
        said = [Said("C7", "affects", f"G{number}",
                     qualifiers=(("biolink:object_direction_qualifier", "decreased"),)),
                Said(f"G{number}", "causes", f"D{number}")]  # fmt: skip
        library.add({f"pubmed:{90_000_000 + number}": said})
        with StoredGraph(folder) as graph:
            took, done = timed(lambda: reason(graph, shipped_rules()))
        print(f"an added document: {1000 * took:.0f} ms, {done.added:,} facts new")
    library.remove("pubmed:90000001")
    with StoredGraph(folder) as graph:
        took, done = timed(lambda: reason(graph, shipped_rules()))
    print(f"a removed document: {1000 * took:.0f} ms, {done.removed:,} facts gone")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assertions", type=int, default=1_000_000)
    arguments = parser.parse_args()
    print(describe())
    with tempfile.TemporaryDirectory() as folder:
        rules_over(Path(folder) / "kg", arguments.assertions)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory: {peak:,.0f} MB")


if __name__ == "__main__":
    main()
