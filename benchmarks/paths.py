"""Best paths between two concepts of a large graph: how long one waits.

    python benchmarks/paths.py [--assertions 1000000] [--pairs 50]

The graph is that of benchmarks/reasoning.py: Zipf-like numbers of edges, one sentence for each
assertion. Of its concepts pairs are drawn, each concept as likely as another; then pairs of
the most tied ones, which is the dear case. Each search opens the graph anew, as a verb does.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from machine import describe  # type: ignore[import-not-found]
from reasoning import fill_drawn, timed  # type: ignore[import-not-found]

from kgbuild.graph.reading import StoredGraph
from kgbuild.reasoning.derivation import reason
from kgbuild.reasoning.discovery import discover
from kgbuild.reasoning.paths import PathSearch, best_paths
from kgbuild.reasoning.rule_syntax import parse_rules

NOTHING = """
@prefix biolink: <https://w3id.org/biolink/vocab/> .
#[name("nothing")] #[display("{?a} is in {?b}")]
within(?a, ?b) :- biolink:located_in(?a, ?b) .
"""


def search(folder: Path, ends: Sequence[str], length: int) -> PathSearch:
    with StoredGraph(folder) as graph:
        return best_paths(graph, *ends, limit=10, length=length)


def report(title: str, folder: Path, pairs: Sequence[Sequence[str]], length: int) -> None:
    waited, worked, found, cut = [], [], 0, 0
    for ends in pairs:
        before = time.process_time()
        took, result = timed(lambda ends=ends: search(folder, ends, length))
        waited.append(1000 * took)
        worked.append(1000 * (time.process_time() - before))
        found += len(result.paths)
        cut += result.cut
    print(
        f"{title}, up to {length} edges: {_spread(waited)}; of the processor {_spread(worked)};"
        f" {found / len(pairs):.1f} paths each, {cut} cut short",
        flush=True,
    )


def _spread(milliseconds: list[float]) -> str:
    ordered = sorted(milliseconds)
    late = ordered[int(0.95 * (len(ordered) - 1))]
    return f"median {statistics.median(ordered):.0f} ms, 95% within {late:.0f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assertions", type=int, default=1_000_000)
    parser.add_argument("--pairs", type=int, default=50)
    parser.add_argument("--keep", type=Path, help="Keep the graph in this folder, or use it.")
    arguments = parser.parse_args()
    print(describe())
    drawn = random.Random(4)
    with tempfile.TemporaryDirectory() as temporary:
        folder = (arguments.keep or Path(temporary)) / "kg"
        if not folder.exists():
            fill_drawn(folder, arguments.assertions)
            with StoredGraph(folder) as graph:
                # A rule that concludes nothing here: what is wanted of the layer is the beliefs.
                reason(graph, parse_rules(NOTHING))
        with StoredGraph(folder) as graph:
            rows = graph.connection.execute(
                "SELECT c.curie FROM concepts c JOIN assertions a ON a.subject = c.id"
                " GROUP BY c.id ORDER BY count(*) DESC"
            )
            concepts = [curie for (curie,) in rows]
            (count,) = graph.connection.execute("SELECT count(*) FROM assertions").fetchone()
            print(f"{count:,} assertions, {len(concepts):,} concepts with edges")
        pairs = [drawn.sample(concepts, 2) for _ in range(arguments.pairs)]
        tied = [drawn.sample(concepts[: len(concepts) // 100], 2) for _ in range(arguments.pairs)]
        for length in (3, 4):
            report("any two concepts", folder, pairs, length)
            report("two of the 1% most tied", folder, tied, length)
        with StoredGraph(folder) as graph:
            times = [timed(lambda c=ends[0]: discover(graph, c))[0] for ends in pairs[:10]]
        print(f"open discovery: median {1000 * statistics.median(times):.0f} ms")


if __name__ == "__main__":
    main()
