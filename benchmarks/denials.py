"""What denials of real texts are of: weights learnt from those judged by eye, and tried.

    python benchmarks/denials.py [--write]

``denials.tsv`` has denials that the cues find in texts of ``../shared``, each with whether a reader
found it a denial of what the two have to do with each other: 1,291 in abstracts, and 225 that
became edges of paragraphs of papers (``jats``), of single sentences (``mtl``) and of further
abstracts, drawn later (set ``f``), of at most three pairs a sentence: ``r`` right, ``d`` in doubt,
``w`` wrong. The texts are read from there.
Learnt from: the first, those in doubt left out, and the sentences of ``tests/statements`` that deny
and that the rules take for denials, each for a thirtieth. Sets c and d are read by weights learnt
without them; the fresh ones by what ships, judged before the weights were asked; all but these by
weights learnt from four folds of five. ``--write`` learns and writes
``kgbuild/statements/denial.tsv``.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import zlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from _weights import learn, write  # type: ignore[import-not-found]
from machine import describe  # type: ignore[import-not-found]
from statements import PARTS  # type: ignore[import-not-found]

from marked import marked  # type: ignore[import-not-found]  # isort: skip

from kgbuild import Document, PaperFile, Span
from kgbuild.readers.jats import JatsReader
from kgbuild.statements.cues import Reading, read_cues, surroundings
from kgbuild.statements.denial import denies
from kgbuild.statements.denial.weighing import features
from kgbuild.statements.scope import Scope

HERE = Path(__file__).resolve().parent
JUDGED = HERE / "denials.tsv"
SHARED = HERE.parents[1] / "shared"
WEIGHTS = HERE.parent / "kgbuild" / "statements" / "denial.tsv"
RULES = read_cues(None, weighed=False)
FOLDS = 5
UNTOUCHED = "c", "d"
FRESH = "f"
EVEN = 0.5
INVENTED_COUNTS = 0.03
SHRINK = 1.0
SCALE = 10
"""The file has one decimal, of tenths of the log of the odds."""

LEAST = 0.5
"""Weights smaller than this, in tenths, are left out of the file."""

Weights = Mapping[str, float]


@dataclass(frozen=True)
class Example:
    """What is weighed of a denial, what it is (r, d, w), and what the rules say."""

    features: tuple[str, ...]
    judged: str
    denied: bool
    of: str
    fold: int = 0
    counts: float = 1.0

    def likely(self, weights: Weights) -> float:
        """The chance of being a denial of the two."""
        against = sum(weights.get(feature, 0.0) for feature in self.features)
        return 1 / (1 + math.exp(against / SCALE))


def judged() -> Iterator[Example]:
    papers = map(json.loads, (SHARED / "papers" / "abstracts.jsonl").read_bytes().splitlines())
    abstracts = {one["pmid"]: f"{one['title']}\n\n{one['abstract']}\n" for one in papers}
    for line in JUDGED.read_text("utf-8").splitlines()[1:]:
        name, start, length, pair, others, denial, said, of = line.split("\t")
        text = abstracts[name] if name in abstracts else text_of(name)
        sentence = text[int(start) : int(start) + int(length)]
        first, second = spans(pair)
        around = surroundings(sentence, first, second, spans(others))
        denials = [kept(around, span) for span in spans(denial)]
        reading = RULES.between(sentence, first, second, spans(others))
        found = tuple(sorted(features(around, denials)))
        denied = reading.negated and any(denies(around, one) for one in denials)
        yield Example(found, said, denied or of == FRESH, of, zlib.crc32(name.encode()) % FOLDS)


@cache
def text_of(name: str) -> str:
    """A paper (``jats/FILE``), or a sentence of a corpus (``mtl/FOLDER/FILE#NUMBER``)."""
    folder, _, place = name.partition("/")
    if folder == "jats":
        path = SHARED / "papers" / "jats" / place
        [document] = JatsReader().read(PaperFile(name=place, open=lambda: path.open("rb")))
        assert isinstance(document, Document)
        return document.text
    file, _, number = place.partition("#")
    block = blocks(file)[int(number)]
    return joined([line.partition("\t")[0] for line in block.strip().split("\n")])


@cache
def blocks(file: str) -> Sequence[str]:
    return (SHARED / "corpora" / "mtl" / file).read_text("utf-8").split("\n\n")


def joined(tokens: Sequence[str]) -> str:
    """Tokens as they may have stood in the text."""
    text = re.sub(r" ([,;:.?!)\]%])", r"\1", " ".join(tokens))
    text = re.sub(r" ?([-/'’]) ?", r"\1", re.sub(r"([(\[]) ", r"\1", text))
    return re.sub(r"(?<=\d)\. (?=\d)", ".", text)


def spans(told: str) -> list[Span]:
    return [Span(*map(int, one.split("-"))) for one in told.split()]


def kept(around: Scope, span: Span) -> Span:
    """A span of the sentence as one of what is read of it."""
    places = [around.place(Span(n, n + 1)).start for n in range(len(around.text))]
    start = bisect_left(places, span.start)
    return Span(start, max(start + 1, bisect_left(places, span.end)))


def invented() -> Iterator[Example]:
    """Denials of the marked sentences."""
    for one in (one for part in PARTS for one in marked(part)):
        reading = RULES.between(one.text, *one.pair, one.others)
        if one.expected == "negated" and reading.negated:
            around = surroundings(one.text, *one.pair, one.others)
            denials = [kept(around, span) for span in denying(reading)]
            found = tuple(sorted(features(around, denials)))
            yield Example(found, "r", True, "invented", counts=INVENTED_COUNTS)


def denying(reading: Reading) -> list[Span]:
    return [cue.span for cue in reading.cues if cue.kind == "negated"]


def learnt(examples: Iterable[Example]) -> Weights:
    """What speaks against a denial of the two, in tenths."""
    sure = [one for one in examples if one.judged != "d"]
    weights = learn(
        [one.features for one in sure],
        [one.judged == "w" for one in sure],
        [one.counts for one in sure],
        shrink=SHRINK,
    )
    rounded = {feature: round(SCALE * weight, 1) for feature, weight in weights.items()}
    return {feature: weight for feature, weight in rounded.items() if abs(weight) >= LEAST}


def row(name: str, read: Sequence[tuple[Example, float]]) -> str:
    """How right denials are by the rules, how well their chances tell, and the surer ones."""
    denied = [both for both in read if both[0].denied]
    surer = [one for one, likely in denied if likely >= EVEN]
    rest = [one for one, likely in denied if likely < EVEN]
    sure = [(likely, one.judged == "r") for one, likely in denied if one.judged != "d"]
    mean = sum(likely for likely, _ in sure) / len(sure)
    error = sum((likely - right) ** 2 for likely, right in sure) / len(sure)
    told = [counted(some) for some in ([one for one, _ in denied], surer, rest)]
    return f"| {name} | {' | '.join(told)} | {area(sure):.2f} | {mean:.2f} | {error:.3f} |"


def area(sure: Sequence[tuple[float, bool]]) -> float:
    """How often a right one is likelier than a wrong one; even chances count half."""
    right = [likely for likely, is_right in sure if is_right]
    wrong = [likely for likely, is_right in sure if not is_right]
    above = sum((one > two) + (one == two) / 2 for one in right for two in wrong)
    return above / (len(right) * len(wrong))


def counted(some: Iterable[Example]) -> str:
    counts = Counter(one.judged for one in some)
    right, doubt, wrong = (counts[one] for one in "rdw")
    return f"{right}, {doubt}, {wrong} ({right / max(1, right + doubt + wrong):.0%})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    print(describe())
    every, made = list(judged()), list(invented())
    real = [one for one in every if one.of != FRESH]
    without = learnt([*(one for one in real if one.of not in UNTOUCHED), *made])
    apart = [(one, one.likely(without)) for one in real if one.of in UNTOUCHED]
    folds = []
    for fold in range(FOLDS):
        weights = learnt([*(one for one in real if one.fold != fold), *made])
        folds += [(one, one.likely(weights)) for one in real if one.fold == fold]
    shipped = learnt([*real, *made])
    fresh = [(one, one.likely(shipped)) for one in every if one.of == FRESH]
    print("| set | right, in doubt, wrong | chance of 0.5 and more | less | area | mean | error |")
    print("|---|---|---|---|---|---|---|")
    for name, read in (("c and d", apart), ("all but fresh", folds), ("fresh", fresh)):
        print(row(name, read))
    sure = sum(one.likely(shipped) >= EVEN for one in made)
    print(f"\n{sure} of {len(made)} invented denials are at 0.5 and more; {len(shipped)} weights")
    if options.write:
        write(shipped, WEIGHTS)


if __name__ == "__main__":
    main()
