"""The weights of the words around a pair: learnt, and tried on sets that they never saw.

    python benchmarks/statement_weights.py [--write]

Logistic regression on the marked sentences of ``tests/statements`` (what is weighed:
``kgbuild.statements.doubt``), ``varied.txt`` among them, and on real prose that the cues read as
plain: sentences of the ADE corpus (Gurulingappa et al. 2012), each with a drug and what it did, and
pairs that BioRED and BC5CDR mark as related, of their train halves. The sets from the eighth on
are dealt into ``FOLDS`` and read by weights learnt from all the others; the threshold is where
``LOST`` of their plain sentences are lost. Then how many pairs of the development halves, read as
plain by the cues, are doubted. ``--write`` learns from all of them and writes
``kgbuild/statements/weights.tsv``.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _prose import Pair, pairs  # type: ignore[import-not-found]
from _weights import learn, write  # type: ignore[import-not-found]
from machine import describe  # type: ignore[import-not-found]
from statements import PARTS  # type: ignore[import-not-found]

from marked import Marked, marked  # type: ignore[import-not-found]  # isort: skip

from kgbuild import Span
from kgbuild.statements.cues import read_cues, surroundings
from kgbuild.statements.doubt import features

ROOT = Path(__file__).resolve().parents[1]
WEIGHTS = ROOT / "kgbuild" / "statements" / "weights.tsv"
CUES = read_cues(None, weighed=False)
TRIED = PARTS[PARTS.index("eighth") :]
LEARNT = "varied"
"""Sentences written to learn from, which are never tried."""

FOLDS = 4
ODD = {"eighteenth", "nineteenth", "thirtieth", "thirty_sixth", "thirty_seventh"}
"""Wording or registers sought to be unusual: learnt from, but no measure of what is lost."""

LOST = 0.03
PLAIN_COUNTS = 2.0
"""A plain sentence counts as so many others, for there are fewer of them."""

CORPORA = ROOT.parent / "shared" / "corpora"
ADE = CORPORA / "ade-corpus-v2" / "DRUG-AE.rel"
ADE_LINES = 3000
TRAIN = CORPORA / "biored" / "Train.PubTator", CORPORA / "bc5cdr" / "CDR_TrainingSet.PubTator.txt"
DEV = CORPORA / "biored" / "Dev.PubTator", CORPORA / "bc5cdr" / "CDR_DevelopmentSet.PubTator.txt"
PAIRS = 1500
"""So many of each half: BioRED has many of few texts."""

PROSE_COUNTS = 0.3
SHRINK = 0.3
LEAST = 0.3
"""Weights smaller than this are left out of the file, and the others rounded to one decimal."""

Weights = Mapping[str, float]


@dataclass(frozen=True)
class Example:
    """What is weighed in a sentence, and whether it is plain."""

    features: tuple[str, ...]
    plain: bool
    counts: float = 1.0

    def score(self, weights: Weights) -> float:
        return sum(weights.get(feature, 0.0) for feature in self.features)


def example(one: Marked) -> Example:
    around = surroundings(one.text, *one.pair, one.others)
    plain = one.expected == "plain"
    return Example(tuple(sorted(features(around))), plain, PLAIN_COUNTS if plain else 1.0)


def stated() -> list[Example]:
    """Sentences of ADE, each with a drug and what it did, that the cues read as plain."""
    found = []
    for line in ADE.read_text("utf-8").splitlines()[:ADE_LINES]:
        _, text, effect, _, _, drug, *_ = line.split("|")
        places = [Span(text.find(name), text.find(name) + len(name)) for name in (effect, drug)]
        one, two = sorted(places)
        if one.start >= 0 and one.end <= two.start and CUES.between(text, one, two).plain:
            around = surroundings(text, one, two)
            found.append(Example(tuple(sorted(features(around))), plain=True, counts=PROSE_COUNTS))
    return found


def prose(path: Path) -> list[Example]:
    """Pairs that a corpus marks as related, and that the cues read as plain in a sentence."""
    return [of_pair(one) for one in plain_pairs(path, PAIRS)]


def plain_pairs(path: Path, most: int) -> list[Pair]:
    """Those, of so many pairs of a corpus, that the cues read as plain."""
    return [p for p in pairs(path, most) if CUES.between(p.text, *p.ends, p.named).plain]


def of_pair(one: Pair) -> Example:
    """What the words say of a pair of real prose."""
    around = surroundings(one.text, *one.ends, one.named)
    return Example(tuple(sorted(features(around))), plain=True, counts=PROSE_COUNTS)


def learnt(examples: Sequence[Example]) -> Weights:
    """What speaks against a plain statement."""
    weights = learn(
        [one.features for one in examples],
        [not one.plain for one in examples],
        [one.counts for one in examples],
        shrink=SHRINK,
    )
    rounded = {feature: round(weight, 1) for feature, weight in weights.items()}
    return {feature: weight for feature, weight in rounded.items() if abs(weight) >= LEAST}


def threshold(scores: Sequence[float]) -> float:
    """The score over which ``LOST`` of the plain sentences lie."""
    return float(np.quantile(scores, 1 - LOST))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    print(describe())
    sets = {part: [example(one) for one in marked(part)] for part in PARTS}
    learning = [*stated(), *(example(one) for one in marked(LEARNT))]
    learning += [one for path in TRAIN for one in prose(path)]
    scores: dict[str, list[tuple[float, bool]]] = {}
    for fold in range(FOLDS):
        out = TRIED[fold::FOLDS]
        seen = [one for name in PARTS if name not in out for one in sets[name]]
        weights = learnt([*seen, *learning])
        scores |= {n: [(one.score(weights), one.plain) for one in sets[n]] for n in out}
    usual = [of for name, of in scores.items() if name not in ODD]
    least = threshold([score for of in usual for score, plain in of if plain])
    print(f"threshold {least:.2f}\n")
    print("| set | doubted, of those not plain | of the plain |\n|---|---|---|")
    for part in TRIED:
        of = scores[part]
        doubted = [score > least for score, plain in of if not plain]
        lost = [score > least for score, plain in of if plain]
        print(f"| {part} | {sum(doubted)} of {len(doubted)} | {sum(lost)} of {len(lost)} |")
    weights = learnt([*(one for of in sets.values() for one in of), *learning])
    print("\n| real prose | doubted, of those that the cues read as plain |\n|---|---|")
    for path in DEV:
        found = prose(path)
        print(f"| {path.stem} | {sum(o.score(weights) > least for o in found)} of {len(found)} |")
    if options.write:
        write({**weights, "all": weights.get("all", 0.0) - least}, WEIGHTS)


if __name__ == "__main__":
    main()
