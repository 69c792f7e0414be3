"""The whole road, without a neural model: papers in, a graph out, then again.

    python benchmarks/road.py [--abstracts FILE.jsonl] [--documents 10000]

Measures in one run, each in a process of its own: a first ingest, an ingest where nothing has
changed, one where one paper of all has changed; and what the same texts cost to read and split
alone, without a graph (the bare alternative). Real abstracts are repeated under other identifiers
where there are too few.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import describe  # type: ignore[import-not-found]

ROOT = Path(__file__).resolve().parents[1]
ABSTRACTS = ROOT.parent / "shared" / "papers" / "abstracts.jsonl"
PER_FILE = 500


def papers(source: Path, count: int, folder: Path) -> int:
    """Write the abstracts as JSON lines in files; give the mean number of characters."""
    lines = [json.loads(line) for line in source.read_text(encoding="utf-8").split("\n") if line]
    folder.mkdir()
    characters = 0
    for start in range(0, count, PER_FILE):
        with (folder / f"{start:06}.jsonl").open("w", encoding="utf-8") as file:
            for number in range(start, min(start + PER_FILE, count)):
                record = lines[number % len(lines)]
                text = f"{record['title']} {record['abstract']}"
                characters += len(text)
                row = {"id": f"pubmed:{50_000_000 + number}", "text": text}
                file.write(json.dumps(row) + "\n")
    return characters // count


def run(folder: Path, *arguments: str) -> tuple[float, str]:
    began = time.perf_counter()
    command = [sys.executable, "-m", "kgbuild", "ingest", "papers", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return time.perf_counter() - began, done.stdout.splitlines()[0]


def change_one(folder: Path) -> None:
    path = sorted((folder / "papers").iterdir())[3]
    first, *rest = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    record = json.loads(first)
    record["text"] += " Aspirin treats headache."
    path.write_text("\n".join([json.dumps(record), *rest]) + "\n", encoding="utf-8")


def reading_alone(folder: Path) -> float:
    """Seconds to parse the JSON and split sentences, in one process, keeping nothing."""
    from kgbuild.segmenters.rules import sentences

    began = time.perf_counter()
    for path in sorted((folder / "papers").iterdir()):
        for line in path.open(encoding="utf-8"):
            sentences(json.loads(line)["text"])
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--abstracts", type=Path, default=ABSTRACTS)
    parser.add_argument("--documents", type=int, default=10_000)
    arguments = parser.parse_args()
    count = arguments.documents
    print(describe())
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        characters = papers(arguments.abstracts, count, folder / "papers")
        example = ROOT / "examples"
        terms = (example / "lexicon" / "terms.tsv").resolve()
        (folder / "kgbuild.toml").write_text(
            (example / "kgbuild.toml").read_text().replace("lexicon/terms.tsv", str(terms))
        )
        print(f"{count:,} abstracts of {characters:,} characters; {terms.name} and the rules")
        bare = reading_alone(folder)
        print(f"reading and splitting alone  {bare:7.2f} s {count / bare:9,.0f} abstracts/s")
        first = 0.0
        for workers in (0, 1, 2):
            took, said = run(folder, "--kg", f"kg{workers}", "--set", f"run.workers={workers}")
            first = took if workers == 2 else first
            rate = f"{count / took:9,.0f} abstracts/s"
            print(f"first ingest, {workers} workers      {took:7.2f} s {rate}: {said}")
        again, said = run(folder, "--kg", "kg2", "--set", "run.workers=2")
        print(f"nothing changed              {again:7.2f} s: {said}")
        change_one(folder)
        one, said = run(folder, "--kg", "kg2", "--set", "run.workers=2")
        print(f"one of {count:,} changed      {one:7.2f} s, {one / first:.1%} of the first: {said}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"memory of the largest process {peak:,.0f} MB")


if __name__ == "__main__":
    main()
