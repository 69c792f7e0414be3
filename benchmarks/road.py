"""The whole road, without a neural model: papers in, a graph out, then again.

    python benchmarks/road.py [--abstracts FILE.jsonl] [--documents 10000]
    python benchmarks/road.py --init --documents 300

Measures in one run, each in a process of its own: a first ingest, an ingest where nothing has
changed, one where one paper of all has changed, a first ingest with a word list of 200,000 names
more; and what the same texts cost to read and split alone, without a graph (the bare
alternative). kgbuild's modules are compiled first, as pip does for an installed one, whether or
not the environment lets Python keep bytecode. With ``--init`` the pipeline is the one that
``kgbuild init`` writes, neural models and all, and the first three are measured. That takes
minutes for 1,000 documents, so with fewer than 10,000 a quarter of them is ingested besides. What
each further document costs follows from that, and what share of 10,000 one changed document
takes: reckoned, not measured. Real abstracts are repeated under other identifiers where there are
too few. CPU time is that of all processes of a run.
"""

from __future__ import annotations

import argparse
import compileall
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lexicon import write_inputs  # type: ignore[import-not-found]
from machine import describe  # type: ignore[import-not-found]

ROOT = Path(__file__).resolve().parents[1]
ABSTRACTS = ROOT.parent / "shared" / "papers" / "abstracts.jsonl"
PER_FILE = 500
FULL = 10_000
"""Documents of which one has changed, as the project's aim has it."""


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


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(folder: Path, *arguments: str, papers: str = "papers") -> tuple[float, float, str]:
    """Seconds of an ingest by the clock and of CPU, and its first line."""
    began, cpu = time.perf_counter(), cpu_of_children()
    command = [sys.executable, "-m", "kgbuild", "ingest", papers, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    took, cpu = time.perf_counter() - began, cpu_of_children() - cpu
    return took, cpu, f"{cpu:.2f} s of CPU; {done.stdout.splitlines()[0]}"


def disk(folder: Path, count: int) -> str:
    """Megabytes of a graph's folder for 1,000 of so many papers."""
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return f"{size / count * 1000 / 1e6:.1f} MB on disk for 1,000"


def change_one(folder: Path) -> None:
    path = min((folder / "papers").iterdir())
    first, *rest = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    record = json.loads(first)
    record["text"] += " Aspirin treats headache."
    path.write_text("\n".join([json.dumps(record), *rest]) + "\n", encoding="utf-8")


def reading_alone(folder: Path) -> float:
    """CPU seconds to parse the JSON and split sentences, in one process, keeping nothing."""
    from kgbuild.segmenters.rules import sentences

    began = time.process_time()
    for path in sorted((folder / "papers").iterdir()):
        for line in path.open(encoding="utf-8"):
            list(sentences(json.loads(line)["text"]))
    return time.process_time() - began


def shares(folder: Path, kg: str, workers: int, count: int, first: tuple[float, float]) -> float:
    """Ingest again with nothing changed, then with one paper changed: shares of the first run.

    Gives the CPU seconds of the latter.
    """
    for title, change in (
        ("nothing changed", lambda _: None),
        (f"one of {count:,} changed", change_one),
    ):
        change(folder)
        took, cpu, said = run(folder, "--kg", kg, "--set", f"run.workers={workers}")
        share = f"{took / first[0]:.2%} of the first, {cpu / first[1]:.2%} of its CPU"
        print(f"{title:28} {took:7.2f} s, {share}: {said}")
    return cpu


def example(folder: Path, count: int) -> None:
    """The example's word list and rules."""
    terms = (ROOT / "examples" / "lexicon" / "terms.tsv").resolve()
    (folder / "kgbuild.toml").write_text(
        (ROOT / "examples" / "kgbuild.toml").read_text().replace("lexicon/terms.tsv", str(terms))
    )
    bare = reading_alone(folder)
    rate = f"{count / bare:,.0f} for a second of CPU"
    print(f"reading and splitting alone  {bare:7.2f} s of CPU, {rate}")
    for workers in (0, 1, 2):
        took, cpu, said = run(folder, "--kg", f"kg{workers}", "--set", f"run.workers={workers}")
        rate = f"{count / took:9,.0f} abstracts/s, {count / cpu:,.0f} for a second of CPU"
        print(f"first ingest, {workers} workers      {took:7.2f} s {rate}: {said}")
    print(f"the graph: {disk(folder / 'kg2', count)}")
    shares(folder, "kg2", 2, count, (took, cpu))
    write_inputs(folder, 0)
    lists = json.dumps([str(terms), str(folder / "words.tsv")])
    took, _, said = run(
        folder, "--kg", "kg3", "--set", "run.workers=1",
        "--set", f"components.lexicon.files={lists}",
    )  # fmt: skip
    rate = f"{count / took:9,.0f} abstracts/s"
    print(f"200,000 names, 1 worker      {took:7.2f} s {rate}: {said}")
    print(f"the graph: {disk(folder / 'kg3', count)}")


def installed(folder: Path, count: int) -> None:
    """The pipeline that is written for what is installed."""
    subprocess.run([sys.executable, "-m", "kgbuild", "init"], cwd=folder, check=True)
    took, cpu, said = run(folder)
    rate = f"{count / took:9,.1f} abstracts/s"
    print(f"first ingest, 1 worker       {took:7.2f} s {rate}: {said}")
    print(f"the graph: {disk(folder / 'kg', count)}")
    changed = shares(folder, "kg", 1, count, (took, cpu))
    if count < FULL:
        reckon(folder, count, cpu, changed)


def reckon(folder: Path, count: int, first: float, changed: float) -> None:
    """What one changed document is of a run over ``FULL``, from what each further one costs."""
    fewer = count // 4
    lines = [line for path in sorted((folder / "papers").iterdir()) for line in path.open()]
    (folder / "fewer").mkdir()
    (folder / "fewer" / "papers.jsonl").write_text("".join(lines[:fewer]), encoding="utf-8")
    _, cpu, _ = run(folder, "--kg", "kg-fewer", papers="fewer")
    each = (first - cpu) / (count - fewer)
    full = first + each * (FULL - count)
    print(
        f"reckoned: {each * 1e3:,.0f} ms of CPU for each further document,"
        f" {full:,.0f} s for {FULL:,}, of which one changed is {changed / full:.2%}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--abstracts", type=Path, default=ABSTRACTS)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--init", action="store_true")
    arguments = parser.parse_args()
    count = arguments.documents
    print(describe())
    for part in (ROOT / "kgbuild", ROOT / "plugins"):
        compileall.compile_dir(part, quiet=1)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        characters = papers(arguments.abstracts, count, folder / "papers")
        print(f"{count:,} abstracts of {characters:,} characters")
        measured = installed if arguments.init else example
        measured(folder, count)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"memory of the largest process {peak:,.0f} MB")


if __name__ == "__main__":
    main()
