"""Whether a relation is a finding of the text or was known: learnt from BioRED, and measured.

    python benchmarks/novelty.py [--write]

Logistic regression over where a text speaks of the two ends (what is weighed:
``kgbuild.statements.novelty``), learnt from the gold relations of BioRED's train half. Measured on
its dev half, and in ten parts of both together, beside calling every relation novel.
``--write`` learns from both halves and writes ``kgbuild/statements/novelty.tsv``.
"""

from __future__ import annotations

import argparse
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _prose import documents  # type: ignore[import-not-found]
from _weights import write  # type: ignore[import-not-found]
from machine import describe  # type: ignore[import-not-found]

from kgbuild import AnnotatedDocument, Meaning, Relation, Span, broad_category
from kgbuild.segmenters.rules import SPEC as SENTENCES
from kgbuild.statements.novelty import novelty_features

ROOT = Path(__file__).resolve().parents[1]
WEIGHTS = ROOT / "kgbuild" / "statements" / "novelty.tsv"
BIORED = ROOT.parent / "shared" / "corpora" / "biored"
PARTS = 10
SEEN = 10
"""Features that fewer relations have are left out."""

SHRINK = 1e-3
STEPS = 3000
RATE = 0.5

Weights = Mapping[str, float]


@dataclass(frozen=True)
class Marked:
    """A gold relation: its text, what is weighed, and whether it is novel."""

    text: str
    features: frozenset[str]
    novel: bool

    def read(self, weights: Weights) -> bool:
        return round(sum(weights.get(feature, 0.0) for feature in self.features), 1) > 0


def gold(path: Path) -> list[Marked]:
    splitter = SENTENCES.create(SENTENCES.settings_class()())
    return [
        one for read in documents(path) for one in marked(read, splitter.segment(read.document))
    ]


def marked(read: AnnotatedDocument, sentences: Sequence[Span]) -> Iterator[Marked]:
    named, kinds = places(read, sentences)
    for relation in read.annotations.relations:
        ends = str(relation.subject), str(relation.object)
        told = dict(relation.conditions).get("novelty")
        if told and all(end in named for end in ends):
            first, second = (sorted(named[end]) for end in ends)
            pair = kinds[ends[0]], kinds[ends[1]]
            features = novelty_features(said(relation), pair, first, second, len(sentences))
            yield Marked(read.document.id, frozenset(features), told == "Novel")


def said(relation: Relation) -> Meaning:
    return Meaning(
        predicate=relation.predicate,
        qualifiers=relation.qualifiers,
        conditions=relation.conditions,
    )


def places(
    read: AnnotatedDocument, sentences: Sequence[Span]
) -> tuple[dict[str, set[int]], dict[str, str]]:
    """In which sentences a text names each concept, and of what kind it is."""
    starts = [sentence.start for sentence in sentences]
    named: dict[str, set[int]] = {}
    kinds: dict[str, str] = {}
    for link in read.annotations.links:
        if link.concept:
            number = bisect_right(starts, link.mention.span.start) - 1
            named.setdefault(link.concept, set()).add(max(0, number))
            kinds[link.concept] = broad_category(link.mention.category)
    return named, kinds


def learnt(relations: Sequence[Marked]) -> Weights:
    """Weights by gradient descent, held near 0 by their squares, rounded to one decimal."""
    counts = Counter(feature for one in relations for feature in one.features)
    names = sorted(feature for feature, count in counts.items() if count >= SEEN)
    seen = np.array([[name in one.features for name in names] for one in relations], float)
    novel = np.array([one.novel for one in relations], float)
    weights = np.zeros(len(names))
    held = SHRINK * np.array([name != "all" for name in names])
    for _ in range(STEPS):
        read = 1 / (1 + np.exp(-seen @ weights))
        weights -= RATE * (seen.T @ (read - novel) / len(novel) + 2 * held * weights)
    rounded = zip(names, weights.round(1).tolist(), strict=True)
    return {name: weight for name, weight in rounded if weight}


def right(relations: Sequence[Marked], weights: Weights) -> int:
    return sum(one.read(weights) == one.novel for one in relations)


def in_parts(relations: Sequence[Marked]) -> int:
    """How many are read right by weights learnt from the other parts' texts."""
    texts = sorted({one.text for one in relations})
    part = {text: number % PARTS for number, text in enumerate(texts)}
    total = 0
    for out in range(PARTS):
        weights = learnt([one for one in relations if part[one.text] != out])
        total += right([one for one in relations if part[one.text] == out], weights)
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if not BIORED.exists():
        print(f"left out: no corpus at {BIORED}")
        return
    train, dev = (gold(BIORED / f"{half}.PubTator") for half in ("Train", "Dev"))
    both = [*train, *dev]
    print(describe() + "\n")
    print("| gold relations of BioRED | read right | all called novel |\n|---|---:|---:|")
    for name, relations, count in (
        (f"dev ({len(dev):,}), learnt from train", dev, right(dev, learnt(train))),
        (f"both ({len(both):,}), in {PARTS} parts", both, in_parts(both)),
    ):
        novel = sum(one.novel for one in relations)
        print(f"| {name} | {count / len(relations):.1%} | {novel / len(relations):.1%} |")
    if options.write:
        write(learnt(both), WEIGHTS)


if __name__ == "__main__":
    main()
