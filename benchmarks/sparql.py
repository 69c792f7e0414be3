"""Questions to a graph: the cookbook beside rdflib, rankings by SQL beside Oxigraph.

    python benchmarks/sparql.py [--evidences 3000] [--heavy 100000] [--limit 60]

Three tables, each on a made-up graph (``_graphs.py``), in CPU time of this process:

- the cookbook, answered as the process of ``kgbuild query`` does from its view on disk, and by
  rdflib on the same graph in memory: parsed, answered and ordered, to the bytes of SPARQL's JSON
  results, with at most ``--limit`` seconds for a query of rdflib's. Recipes put patterns into a
  SELECT of their own, which Oxigraph joins by hashes and rdflib slowly, so rdflib gets the text
  without those. Of ours are not counted: the start of that process, and the look for SERVICE
  before it (its time is printed);
- heavy questions by SQL on the store (``kgbuild top``) and in SPARQL by Oxigraph on the view;
- the view when one paper of all has changed: kept in step, and made anew.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import signal
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyoxigraph
from _graphs import fill, keep_papers, papers  # type: ignore[import-not-found]
from machine import describe  # type: ignore[import-not-found]

import kgbuild
from kgbuild.graph.ranking import hops, ranked
from kgbuild.graph.store import GraphStore
from kgbuild.query.cookbook import recipe, recipes
from kgbuild.query.engine import answer, prefixes_in
from kgbuild.query.safety import check_query
from kgbuild.query.view import prepare_view

JSON = pyoxigraph.QueryResultsFormat.JSON
COUNTS = """
SELECT ?a (COUNT(?e) AS ?n) WHERE {
  ?a biolink:negated false ; biolink:has_evidence ?e . ?e kgv:status kgv:stated
} GROUP BY ?a ORDER BY DESC(?n) STR(?a) LIMIT 10"""
PREDICATES = """
SELECT ?p (COUNT(?e) AS ?n) WHERE {
  ?a biolink:negated false ; rdf:predicate ?p ; biolink:has_evidence ?e . ?e kgv:status kgv:stated
} GROUP BY ?p ORDER BY DESC(?n) LIMIT 10"""
HOPS = """
SELECT ?s ?o (COUNT(DISTINCT ?b) AS ?n) WHERE {
  ?s biolink:affects ?b . ?b biolink:associated_with ?o
  FILTER(?s != ?o) FILTER NOT EXISTS { ?d rdf:subject ?s ; rdf:object ?o }
} GROUP BY ?s ?o ORDER BY DESC(?n) LIMIT 10"""


def seconds(work: Callable[[], Any], repeats: int = 3) -> float:
    """CPU seconds of the fastest of some runs."""
    times = []
    for _ in range(repeats):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
        if times[0] > 5:
            break
    return min(times)


@contextmanager
def ended_after(limit: int) -> Iterator[None]:
    """Raise TimeoutError in what takes longer; rdflib is Python, and so can be ended."""

    def end(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(limit)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def oxigraph(store: pyoxigraph.Store, text: str) -> Any:
    """The answer to a query, asked as ``kgbuild query`` asks it."""
    return store.query(text, prefixes=prefixes_in(text), use_default_graph_as_union=True)


INNER = re.compile(r"\{ SELECT [?\w ]+\{ ((?:[^{}]|\{[^{}]*\})*) \} \}")


def plain(text: str) -> str:
    """A recipe without the SELECTs within it: the same patterns, joined as the engine likes."""
    return INNER.sub(r"\1 .", text)


def by_rdflib(dataset: Any, text: str, limit: int) -> tuple[float, int | None]:
    """CPU seconds and rows of rdflib's answer; no rows where it was ended."""
    began, rows = time.process_time(), None
    try:
        with ended_after(limit):
            found = dataset.query(text, initNs=prefixes_in(text))
            found.serialize(format="json")
        rows = len(found)
    except TimeoutError:
        pass
    return time.process_time() - began, rows


def cookbook(folder: Path, limit: int) -> None:
    with kgbuild.load(folder) as graph:
        store = pyoxigraph.Store.read_only(str(prepare_view(graph)))
        dataset = graph.rdf()
    ratios: dict[str, float] = {}
    empty, checks = set(), []
    print(f"{'the cookbook':<28}{'rows':>8}{'kgbuild ms':>12}{'rdflib ms':>12}{'ratio':>9}")
    for name in recipes():
        text = recipe(name)
        checks.append(seconds(lambda text=text: check_query(text, max_rows=10_000)))  # type: ignore[misc]
        checked, names = check_query(text, max_rows=10_000), prefixes_in(text)
        ours = seconds(lambda c=checked, n=names: answer(store, c, n))  # type: ignore[misc]
        rows = len(json.loads(answer(store, checked, names))["results"]["bindings"])
        theirs, found = by_rdflib(dataset, plain(text), limit)
        more = ">" if found is None else ""
        # Of nothing grouped, rdflib makes one empty row where SPARQL has none.
        assert found in (None, rows) or not rows, (name, found, rows)
        ratios[name] = theirs / ours
        empty |= set() if rows else {name}
        print(
            f"{name:<28}{rows:>8,}{ours * 1e3:>12,.2f}{more + format(theirs * 1e3, ',.0f'):>12}"
            f"{more + format(theirs / ours, ',.0f'):>9}"
        )
    answered = [ratio for name, ratio in ratios.items() if name not in empty]
    print(f"median {statistics.median(ratios.values()):,.0f} times faster than rdflib,", end=" ")
    print(f"{statistics.median(answered):,.0f} in the {len(answered)} that find something")
    print(f"the look for SERVICE takes {statistics.median(checks) * 1e3:,.0f} ms (median)\n")


def heavy(folder: Path) -> None:
    questions: dict[str, tuple[Callable[[Any], list[int]], str]] = {
        "assertions by evidence": (lambda g: [r.count for r in ranked(g, "assertions")], COUNTS),
        "predicates by evidence": (
            lambda g: [r.count for r in ranked(g, "predicates")],
            PREDICATES,
        ),
        "two hops without an edge": (
            lambda g: [r.ways for r in hops(g, "biolink:affects", "biolink:associated_with")],
            HOPS,
        ),
    }
    with kgbuild.load(folder) as graph:
        store = pyoxigraph.Store.read_only(str(prepare_view(graph)))
        print(f"{'heavy questions':<28}{'SQL ms':>12}{'Oxigraph ms':>14}{'ratio':>9}")
        for name, (by_sql, sparql) in questions.items():
            answer = [int(row["n"].value) for row in oxigraph(store, sparql)]
            assert answer == by_sql(graph), (name, answer, by_sql(graph))
            ours = seconds(lambda by_sql=by_sql: by_sql(graph))  # type: ignore[misc]
            theirs = seconds(lambda sparql=sparql: list(oxigraph(store, sparql)))  # type: ignore[misc]
            print(f"{name:<28}{ours * 1e3:>12,.1f}{theirs * 1e3:>14,.1f}{theirs / ours:>9,.1f}")
    print()


def kept_in_step(folder: Path, evidences: int) -> None:
    """One paper more, whose claims others have: what it costs the view."""
    [*_, last] = papers(evidences + 25)
    with GraphStore.create(folder) as store:
        ready = keep_papers(store, last[-1:], "one more")
        with store.batch():
            store.keep_annotations(ready)
    with kgbuild.load(folder) as graph:
        update = seconds(lambda: prepare_view(graph), repeats=1)
        shutil.rmtree(folder / "view")
        rebuild = seconds(lambda: prepare_view(graph), repeats=1)
    print(f"the view, one paper more: {update:.2f} s; made anew {rebuild:.2f} s, ratio", end=" ")
    print(f"{rebuild / update:.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--evidences", type=int, default=3_000)
    parser.add_argument("--heavy", type=int, default=100_000)
    parser.add_argument("--limit", type=int, default=60)
    arguments = parser.parse_args()
    print(describe())
    with tempfile.TemporaryDirectory() as temporary:
        small, large = Path(temporary) / "small", Path(temporary) / "large"
        fill(small, arguments.evidences)
        print(f"{arguments.evidences:,} evidences")
        cookbook(small, arguments.limit)
        fill(large, arguments.heavy)
        print(f"{arguments.heavy:,} evidences")
        heavy(large)
        kept_in_step(large, arguments.heavy)


if __name__ == "__main__":
    main()
