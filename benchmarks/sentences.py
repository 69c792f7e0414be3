"""Sentence splitters side by side: speed, and accuracy on text that we marked by hand.

    python benchmarks/sentences.py [--abstracts FILE.jsonl] [--errors]

Accuracy is counted on ``sentences_gold.txt`` beside this file: a hard case is right when every
sentence in it is; on the passages we give F1 over sentences with both ends exact. Speed is CPU
time of one thread over real abstracts where there are some, else over the passages repeated.
"""

from __future__ import annotations

import argparse
import json
import re
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from machine import describe  # type: ignore[import-not-found]

from kgbuild import Document
from kgbuild.segmenters.rules import RuleSegmenter, sentences

Spans = list[tuple[int, int]]
Splitter = Callable[[str], Spans]

GOLD = Path(__file__).with_name("sentences_gold.txt")
ABSTRACTS = Path(__file__).resolve().parents[2] / "shared" / "papers" / "abstracts.jsonl"
SECONDS = 2.0


@dataclass(frozen=True)
class Case:
    """A text and where its sentences lie."""

    part: str
    text: str
    spans: Spans


def gold() -> list[Case]:
    """The marked cases, in the order of the file."""
    cases, part = [], ""
    for line in GOLD.read_text("utf-8").splitlines():
        if line.startswith("["):
            part = line.strip("[]")
        elif line and not line.startswith("#"):
            marked = line.replace("\\n", "\n")
            text = marked.replace("‖", "")
            ends, position = [0], 0
            for piece in marked.split("‖"):
                position += len(piece)
                ends.append(position)
            cases.append(Case(part, text, _trimmed(text, pairwise(ends))))
    return cases


def _trimmed(text: str, spans: Iterable[tuple[int, int]]) -> Spans:
    """The spans without white space at their ends; blank lines end a sentence for everybody."""
    piece = re.compile(r"\S(?:.*?\S)??(?=\s*\n\s*\n|\s*\Z)", re.DOTALL)
    return [
        (start + found.start(), start + found.end())
        for start, end in spans
        for found in piece.finditer(text[start:end])
    ]


def _located(text: str, pieces: Iterable[str]) -> Spans:
    """Offsets for splitters that give strings: each is looked for behind the one before."""
    spans, position = [], 0
    for piece in pieces:
        if words := piece.split():
            match = re.compile(r"\s*".join(map(re.escape, words))).search(text, position)
            if match:
                spans.append(match.span())
                position = match.end()
    return spans


def _naive() -> Splitter:
    border = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9(\[\"'])")

    def split(text: str) -> Spans:
        ends = [0, *(m.end() for m in border.finditer(text)), len(text)]
        return list(pairwise(ends))

    return split


def _spacy() -> Splitter:
    import spacy

    pipeline = spacy.blank("en")
    pipeline.max_length = 100_000_000
    pipeline.add_pipe("sentencizer")
    return lambda text: [(s.start_char, s.end_char) for s in pipeline(text).sents]


def _sentencex() -> Splitter:
    import sentencex

    def split(text: str) -> Spans:
        found = sentencex.get_sentence_boundaries("en", text)
        return [(b["start_index"], b["end_index"]) for b in found]

    return split


def _segtok() -> Splitter:
    from segtok.segmenter import split_single

    return lambda text: _located(text, split_single(text))


def _syntok() -> Splitter:
    from syntok import segmenter

    def split(text: str) -> Spans:
        spans = []
        for paragraph in segmenter.analyze(text):
            for sentence in paragraph:
                last = sentence[-1]
                spans.append((sentence[0].offset, last.offset + len(last.value)))
        return spans

    return split


def _pysbd() -> Splitter:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pysbd

        splitter = pysbd.Segmenter(language="en", clean=False, char_span=True)
    return lambda text: [(s.start, s.end) for s in splitter.segment(text)]


def _with_spans() -> Splitter:
    rules = RuleSegmenter()
    return lambda text: [
        (s.start, s.end) for s in rules.segment(Document(id="kgbuild:x", text=text))
    ]


SPLITTERS: dict[str, Callable[[], Splitter]] = {
    "kgbuild rules": lambda: lambda text: list(sentences(text)),
    "kgbuild rules, as Spans": _with_spans,
    "sentencex": _sentencex,
    "naive regex": _naive,
    "spaCy sentencizer": _spacy,
    "segtok": _segtok,
    "syntok": _syntok,
    "pySBD": _pysbd,
}


def right(splitter: Splitter, cases: list[Case]) -> list[Case]:
    """The cases in which every sentence is found with both ends exact."""
    return [case for case in cases if _trimmed(case.text, splitter(case.text)) == case.spans]


def f1(splitter: Splitter, cases: list[Case]) -> float:
    """F1 over sentences with both ends exact, all cases taken together."""
    hits = found = marked = 0
    for case in cases:
        spans = set(_trimmed(case.text, splitter(case.text)))
        hits += len(spans & set(case.spans))
        found += len(spans)
        marked += len(case.spans)
    return 2 * hits / (found + marked)


def speed(splitter: Splitter, texts: list[str]) -> float:
    """MB of UTF-8 per second of CPU time, over as many texts as fit in a few seconds."""
    splitter(texts[0])
    size, started = 0, time.process_time()
    while time.process_time() - started < SECONDS:
        for text in texts:
            splitter(text)
            size += len(text.encode())
            if time.process_time() - started > SECONDS:
                break
    return size / (time.process_time() - started) / 1e6


def texts_for_speed(file: Path, cases: list[Case]) -> list[str]:
    """Titles and abstracts of the file, or the passages again and again."""
    if not file.exists():
        return [case.text for case in cases if case.part.startswith("passages")] * 100
    with file.open(encoding="utf-8") as lines:
        return [f"{record['title']} {record['abstract']}" for record in map(json.loads, lines)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--abstracts", type=Path, default=ABSTRACTS)
    parser.add_argument("--errors", action="store_true", help="show our wrong dev cases")
    options = parser.parse_args()
    cases = gold()
    parts = {part: [c for c in cases if c.part == part] for part in {c.part: 0 for c in cases}}
    if options.errors:
        show_errors(parts)
        return
    texts = texts_for_speed(options.abstracts, cases)
    hard, passages = ["hard dev", "hard held-out"], ["passages dev", "passages held-out"]
    rows = []
    for name, make in SPLITTERS.items():
        splitter = make()
        marks = [f"{len(right(splitter, parts[part]))}/{len(parts[part])}" for part in hard]
        scores = [f"{100 * f1(splitter, parts[part]):.1f}" for part in passages]
        rows.append((name, speed(splitter, texts), marks, scores))
    spacy = next(rate for name, rate, *_ in rows if name.startswith("spaCy"))
    print(f"{describe()}; {len(texts):,} texts")
    print(
        "| splitter | MB/s | × spaCy | "
        + " | ".join(f"{p} (F1)" if p in passages else p for p in hard + passages)
        + " |"
    )
    print("|---|--:|--:|" + "--:|" * 4)
    for name, rate, marks, scores in rows:
        print(f"| {name} | {rate:.1f} | {rate / spacy:.1f} | " + " | ".join(marks + scores) + " |")


def show_errors(parts: dict[str, list[Case]]) -> None:
    """Our wrong cases of the development halves; the held-out ones are nobody's business."""
    rules = SPLITTERS["kgbuild rules"]()
    for part in ("hard dev", "passages dev"):
        fine = right(rules, parts[part])
        for case in parts[part]:
            if case not in fine:
                print(part, [case.text[a:b] for a, b in rules(case.text)])


if __name__ == "__main__":
    main()
