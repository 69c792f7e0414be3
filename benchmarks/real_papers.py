"""Reasoning on real papers: what follows from some hundred abstracts, and what is predicted.

    python benchmarks/real_papers.py [--papers 250] [--keep FOLDER]

Abstracts drawn with a fixed seed go through the pipeline that ``kgbuild init`` sets up, then
through the verbs: ``reason``, ``verify``, ``explain`` of the surest hypothesis,
``contradictions``, ``predict``. CPU seconds of each.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from machine import describe  # type: ignore[import-not-found]

PAPERS = Path(__file__).resolve().parents[2] / "shared" / "papers" / "abstracts.jsonl"


class Project:
    """A folder in which verbs are run, each timed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def run(self, *words: str) -> str:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-m", "kgbuild", *words], cwd=self._folder, text=True, check=True,
            capture_output=True, env={**os.environ, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        said = done.stderr.strip().splitlines()
        print(f"{took:7.1f} s  kgbuild {' '.join(words)}  {said[-1] if said else ''}", flush=True)
        return done.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json"))


def sample(path: Path, papers: int) -> None:
    lines = PAPERS.read_text("utf-8").splitlines(keepends=True)
    random.Random(6).shuffle(lines)
    path.write_text("".join(lines[:papers]), "utf-8")


def show(folder: Path, papers: int) -> None:
    sample(folder / "sample.jsonl", papers)
    project = Project(folder)
    project.run("init")
    project.run("ingest", "sample.jsonl")
    print(project.run("status"))
    project.run("reason")
    project.run("verify")
    concluded = project.json("reason", "--list", "-n", "100000")
    guesses = [one for one in concluded if one["hypothesis"]]
    print(f"{len(concluded):,} conclusions, {len(guesses):,} of them hypotheses")
    if guesses:
        first, second = guesses[0]["arguments"]
        print(project.run("explain", first, guesses[0]["relation"], second, "-n", "1"))
    kinds = [one["kind"] for one in project.json("contradictions", "-n", "100000")]
    print("contradictions:", ", ".join(f"{kinds.count(k)} {k}" for k in sorted(set(kinds))))
    print(project.run("predict", "-n", "10"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--papers", type=int, default=250)
    parser.add_argument("--keep", type=Path, help="An empty folder for the graph, which is kept.")
    options = parser.parse_args()
    if not PAPERS.is_file():
        sys.exit(f"{PAPERS}: the papers are not here")
    print(describe())
    if options.keep:
        options.keep.mkdir(parents=True)
        show(options.keep, options.papers)
        return
    with tempfile.TemporaryDirectory() as folder:
        show(Path(folder), options.papers)


if __name__ == "__main__":
    main()
