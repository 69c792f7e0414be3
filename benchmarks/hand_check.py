"""Random edges with their sentences, for a person to judge.

    python benchmarks/hand_check.py FOLDER [--papers 300] [--seed 1] [--not-in FOLDER ...]
                                    [--edges 60] [--belief 0.8] [--denied]

Abstracts that no corpus has, and no FOLDER of an earlier draw, go through the pipeline that
``kgbuild init`` sets up, where FOLDER has no graph yet. Then edges of that graph are printed: the
claim, both ends as they are written and as they are linked, the sentences. A seed has the same
abstracts and edges in every run.
An edge is right if the identifiers of both ends, the predicate, its direction and whether it is
denied or only supposed are what the sentences say.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from _installed import ingest  # type: ignore[import-not-found]

import kgbuild
from kgbuild import Assertion, Graph
from kgbuild.assertion import Evidence
from kgbuild.document import Span

SHARED = Path(__file__).resolve().parents[2] / "shared"


def numbers_in(folder: Path) -> set[str]:
    """Whatever may be a PubMed number in the files of a folder, or in their names."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    told = {path.stem for path in files}
    for path in files:
        told.update(re.findall(r"\b\d{4,8}\b", path.read_text("utf-8", "replace")))
    return told


def fresh(papers: int, seed: int, known: set[str]) -> list[dict[str, str]]:
    """Abstracts that are not known, drawn at random."""
    lines = (SHARED / "papers" / "abstracts.jsonl").read_bytes().splitlines()
    unknown = [one for one in map(json.loads, lines) if one["pmid"] not in known]
    return random.Random(seed).sample([one for one in unknown if one.get("abstract")], papers)


def make_graph(folder: Path, papers: int, seed: int, earlier: Iterable[Path]) -> None:
    known = numbers_in(SHARED / "corpora").union(
        *({path.stem for path in (one / "papers").iterdir()} for one in earlier)
    )
    (folder / "papers").mkdir(parents=True)
    for one in fresh(papers, seed, known):
        text = f"{one['title']}\n\n{one['abstract']}\n"
        (folder / "papers" / f"{one['pmid']}.txt").write_text(text, "utf-8")
    ingest(folder, "papers")


def drawn(graph: Graph, edges: int, seed: int, least: float, denied: bool) -> list[Assertion]:
    held = [one for one in graph.assertions()
            if graph.belief(one) >= least and (one.negated or not denied)]  # fmt: skip
    held.sort(key=lambda one: one.id)
    print(f"{len(held)} edges to draw from\n")
    return random.Random(seed).sample(held, min(edges, len(held)))


def described(graph: Graph, number: int, one: Assertion) -> Iterator[str]:
    qualifiers = " ".join(f"{name}={value}" for name, value in one.qualifiers)
    denied = " NOT" if one.negated else ""
    yield f"{number}. {graph.belief(one):.3f}{denied} {one.predicate} {qualifiers}"
    for name, end in (("subject", one.subject), ("object", one.object)):
        concept = graph.concept(end)
        kind = concept.category.removeprefix("biolink:")
        written = {_written(each, getattr(each, f"{name}_span")) for each in one.evidence}
        yield f"   {name}: {end} {concept.label} ({kind}), written {', '.join(sorted(written))}"
    for each in one.evidence:
        scores = f"relation {each.score:.2f}, links {each.link_score:.2f}"
        said = ", ".join([each.status.value, *(cue.kind for cue in each.cues)])
        yield f"   - {each.document} {each.source.component} {scores} ({said}): {each.text}"


def _written(evidence: Evidence, span: Span | None) -> str:
    """The name of an end as the evidence has it; empty where no place of it is told."""
    offset = 0
    for sentence in evidence.spans:
        if span and span in sentence:
            start = offset + span.start - sentence.start
            return evidence.text[start : start + span.end - span.start]
        offset += sentence.end - sentence.start + len(" … ")
    return ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="Where the graph is, or will be.")
    parser.add_argument("--papers", type=int, default=300)
    parser.add_argument("--edges", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--belief", type=float, default=0.8, help="The least belief of an edge.")
    parser.add_argument("--denied", action="store_true", help="Only edges that are denials.")
    parser.add_argument("--not-in", type=Path, nargs="*", default=())
    told = parser.parse_args()
    if not (told.folder / "kg").is_dir():
        make_graph(told.folder, told.papers, told.seed, told.not_in)
    with kgbuild.load(told.folder / "kg") as graph:
        for number, one in enumerate(
            drawn(graph, told.edges, told.seed, told.belief, told.denied), start=1
        ):
            print("\n".join(described(graph, number, one)), "\n")


if __name__ == "__main__":
    main()
