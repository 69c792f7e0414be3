"""Run the benchmarks, one after the other, and tell what each said.

    python benchmarks/run.py [NAME ...] [--quick] [--no-models] [--minutes 60]

What a benchmark prints goes to ``benchmarks/results/NAME.txt``; the table at the end, also in
``benchmarks/results/README.md``, says which ran, which were skipped for want of what, and which
failed. ``--quick`` makes everything smaller: for a look whether all of it runs, since small figures
are not to be quoted. ``--no-models`` leaves out what runs a neural model. The exit code is 1 where
one failed.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from machine import describe  # type: ignore[import-not-found]

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
SHARED = HERE.parents[1] / "shared"
CORPORA = SHARED / "corpora"
BIORED, BC5CDR = CORPORA / "biored", CORPORA / "bc5cdr"


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """A file of this folder: how it is called, and what it cannot do without."""

    name: str
    whole: str = ""
    quick: str = ""
    modules: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    neural: bool = False

    @property
    def lacking(self) -> str:
        """What it needs and is not here; empty where all is."""
        modules = [f"the module {m}" for m in self.modules if importlib.util.find_spec(m) is None]
        return ", ".join([*modules, *(str(file) for file in self.files if not file.exists())])


BENCHMARKS = (
    Benchmark(name="sentences", modules=("spacy", "pysbd", "sentencex", "segtok", "syntok")),
    Benchmark(name="medline_xml", quick="--records 2000 --rounds 1", modules=("pubmed_parser",)),
    Benchmark(name="pdf_text", quick="--files 1 --rounds 1",
              modules=("pdfminer", "pdfplumber", "pypdf")),
    Benchmark(name="lexicon", quick="--megabytes 1", modules=("kgbuild_lexicon", "spacy")),
    Benchmark(name="statement_weights", modules=("numpy", "kgbuild_spacy"),
              files=(CORPORA / "ade-corpus-v2", BC5CDR, BIORED)),
    Benchmark(name="denials", modules=("numpy", "kgbuild_spacy"),
              files=(SHARED / "papers", CORPORA / "mtl")),
    Benchmark(name="novelty", modules=("numpy",), files=(BIORED,)),
    Benchmark(name="statements", modules=("kgbuild_spacy",),
              files=(CORPORA / "negation-lexicons",)),
    Benchmark(name="statement_states", modules=("kgbuild_spacy", "kgbuild_transformer"),
              files=(CORPORA / "ade-corpus-v2", BC5CDR, BIORED), neural=True),
    Benchmark(name="statement_edges", modules=("kgbuild_spacy", "kgbuild_transformer"),
              neural=True),
    Benchmark(name="relation_rules", modules=("kgbuild_spacy",), files=(BC5CDR,)),
    Benchmark(name="belief", whole=f"--svg {RESULTS / 'belief.svg'}",
              quick=f"--svg {RESULTS / 'belief.svg'}", modules=("kgbuild_spacy", "torch"),
              files=(BC5CDR, BIORED)),
    Benchmark(name="belief_shipped", whole=f"--svg {RESULTS / 'belief_shipped.svg'}",
              quick="--texts 20", modules=("kgbuild_spacy", "kgbuild_transformer"),
              files=(BC5CDR, BIORED), neural=True),
    Benchmark(name="belief_linked", whole=str(RESULTS / "belief_linked"),
              quick=f"{RESULTS / 'belief_linked'} --texts 20",
              modules=("kgbuild_spacy", "kgbuild_transformer", "kgbuild_linker"),
              files=(BC5CDR, BIORED), neural=True),
    Benchmark(name="terminology", quick="--concepts 20000 --formats obo",
              modules=("kgbuild_linker",)),
    Benchmark(name="road", quick="--documents 1000", modules=("kgbuild_lexicon", "kgbuild_spacy")),
    Benchmark(name="store", quick="--evidences 50000"),
    Benchmark(name="scale", whole="--evidences 1000000", quick="--evidences 20000"),
    Benchmark(name="rdf_export", quick="--evidences 2000 --peer-evidences 300"),
    Benchmark(name="sparql", quick="--evidences 1000 --heavy 5000 --limit 10"),
    Benchmark(name="reasoning", quick="--assertions 20000 --triples 2000 --closure 20000",
              modules=("owlrl", "reasonable", "sparq")),
    Benchmark(name="rule_formats", quick="--assertions 2000 --shacl 100", modules=("pyshacl",)),
    Benchmark(name="paths", quick="--assertions 20000 --pairs 5"),
    Benchmark(name="real_papers", quick="--papers 20",
              modules=("kgbuild_transformer", "kgbuild_linker"),
              files=(SHARED / "papers" / "abstracts.jsonl",), neural=True),
    Benchmark(name="hand_check", whole=str(RESULTS / "hand_check"),
              quick=f"{RESULTS / 'hand_check'} --papers 20 --edges 5",
              modules=("kgbuild_transformer", "kgbuild_linker"),
              files=(SHARED / "papers" / "abstracts.jsonl",), neural=True),
    Benchmark(name="prediction", quick="--models TransE --epochs 5", modules=("pykeen",)),
    Benchmark(name="linking", modules=("kgbuild_linker",), files=(BIORED, BC5CDR)),
    Benchmark(name="tagger", whole="--peer", quick="--count 10",
              modules=("kgbuild_transformer",), neural=True),
    Benchmark(name="tagger_elsewhere", quick="--most 10", modules=("kgbuild_transformer",),
              files=(CORPORA,), neural=True),
    Benchmark(name="tagger_card", quick="--model fast --most 10",
              modules=("kgbuild_transformer",), files=(CORPORA,), neural=True),
    Benchmark(name="tagger_int8", quick="--count 5",
              modules=("kgbuild_transformer", "onnxruntime", "onnxscript"), neural=True),
    Benchmark(name="relations", quick="--texts 5", modules=("kgbuild_transformer",),
              files=(BIORED,), neural=True),
    Benchmark(name="treatment_folds", quick="--epochs 0.1", modules=("kgbuild_transformer",)),
    Benchmark(name="relation_folds", quick="--seeds 1", modules=("kgbuild_transformer",),
              files=(HERE.parents[1] / "corpora" / "sentence-gold",), neural=True),
)  # fmt: skip


def run(benchmark: Benchmark, *, quick: bool, minutes: float) -> str:
    """Run one; return what became of it."""
    if lacking := benchmark.lacking:
        return f"skipped: needs {lacking}"
    options = benchmark.quick if quick else benchmark.whole
    command = [sys.executable, "-u", str(HERE / f"{benchmark.name}.py"), *options.split()]
    with (RESULTS / f"{benchmark.name}.txt").open("w", encoding="utf-8") as file:
        print(f"$ python benchmarks/{benchmark.name}.py {options}", file=file, flush=True)
        # A group of its own, so that what it has started ends with it.
        process = subprocess.Popen(
            command, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            code = process.wait(minutes * 60)
        except subprocess.TimeoutExpired:
            return f"failed: ended after {minutes:g} minutes"
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    return "ran" if code == 0 else f"failed: exit code {code}"


def chosen(names: list[str], *, models: bool) -> list[Benchmark]:
    """Those of these names, or all."""
    known = {one.name: one for one in BENCHMARKS}
    if unknown := [name for name in names if name not in known]:
        sys.exit(f"no benchmark {', '.join(unknown)}; there is {', '.join(known)}")
    found = [known[name] for name in names] if names else list(BENCHMARKS)
    return [one for one in found if models or not one.neural]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="which; all where none is named")
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--no-models", action="store_true", help="without the neural ones")
    parser.add_argument("--minutes", type=float, default=60, help="the longest for one (60)")
    arguments = parser.parse_args()
    benchmarks = chosen(arguments.names, models=not arguments.no_models)
    # An end like any other, so that what runs is ended too: it has a group of its own.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    RESULTS.mkdir(exist_ok=True)
    lines = ["| benchmark | what became of it | minutes |", "|---|---|---:|"]
    for one in benchmarks:
        print(f"{one.name} …", end=" ", flush=True)
        began = time.perf_counter()
        outcome = run(one, quick=arguments.quick, minutes=arguments.minutes)
        print(outcome, flush=True)
        lines.append(f"| {one.name} | {outcome} | {(time.perf_counter() - began) / 60:.1f} |")
    title = "Small sizes: not to be quoted" if arguments.quick else "Whole sizes"
    report = "\n".join([f"# {title}", "", describe(), "", *lines, ""])
    (RESULTS / "README.md").write_text(report, encoding="utf-8")
    print(f"\n{report}\nwhat each printed: {RESULTS}")
    if any("| failed" in line for line in lines):
        sys.exit(1)


if __name__ == "__main__":
    main()
