"""The linker on development halves: accuracy with gold mentions, calibration, speed.

    python benchmarks/linking.py [--train] [--errors N]

``--train`` first fits the ranking that ships, on the train halves. A mention is right if its
identifiers are exactly the gold's; withdrawn identifiers of the gold go through the terminology.
Beside it stands what a dictionary gives, the first concept by number with the same spelling, and
how many mentions have a gold identifier that the terminology lacks: withdrawn ones of MeSH, genes
of other species, rs numbers.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from kgbuild_linker.keys import keys
from kgbuild_linker.linker import Linker
from kgbuild_linker.ranking import load_ranking
from kgbuild_linker.records import Group
from kgbuild_linker.settings import DEFAULT
from kgbuild_linker.terminology import Terminology, group_of
from kgbuild_linker.train import train
from machine import describe  # type: ignore[import-not-found]

from kgbuild import AnnotatedDocument, Link, Mention, PaperFile
from kgbuild.readers.pubtator import SPEC as PUBTATOR

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"
TRAIN = {
    "biored": CORPORA / "biored" / "Train.PubTator",
    "bc5cdr": CORPORA / "bc5cdr" / "CDR_TrainingSet.PubTator.txt",
    "ncbi-disease": CORPORA / "ncbi-disease" / "NCBItrainset_corpus.txt",
}
DEV = {
    "biored": CORPORA / "biored" / "Dev.PubTator",
    "bc5cdr": CORPORA / "bc5cdr" / "CDR_DevelopmentSet.PubTator.txt",
    "ncbi-disease": CORPORA / "ncbi-disease" / "NCBIdevelopset_corpus.txt",
}
BINS = 10


def gold(path: Path) -> list[AnnotatedDocument]:
    """The annotated documents of a PubTator file."""
    file = PaperFile(name=path.name, open=lambda: path.open("rb"))
    reader = PUBTATOR.create(PUBTATOR.settings_class()())
    return [one for one in reader.read(file) if isinstance(one, AnnotatedDocument)]


def wanted(terminology: Terminology, links: Iterable[Link]) -> dict[Mention, set[str]]:
    """What the gold says that each mention names."""
    found: dict[Mention, set[str]] = defaultdict(set)
    for link in links:
        if link.concept:
            found[link.mention].add(terminology.preferred(link.concept))
    return found


def kind_of(mention: Mention) -> str:
    group = group_of(mention.category)
    return "VARIANT" if group is None else group.name


def dictionary(terminology: Terminology, mention: Mention) -> set[str]:
    """The baseline: the concept of that spelling, the first if there are several."""
    hits = terminology.find(keys(mention.text).spelling)
    group = group_of(mention.category)
    return {hit.curie for hit in hits if hit.group is group and hit.group is not Group.OTHER} and {
        next(hit.curie for hit in hits if hit.group is group)
    }


def measure(corpus: str, linker: Linker, errors: int) -> None:
    documents = gold(DEV[corpus])
    right: Counter[str] = Counter()
    plain: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    lacking: Counter[str] = Counter()
    wrong: Counter[tuple[str, ...]] = Counter()
    bins = [[0, 0.0, 0.0] for _ in range(BINS)]
    mentions, spent = 0, 0.0
    for document in documents:
        begun = time.perf_counter()
        links = list(linker.link(document.document, document.annotations.mentions))
        spent += time.perf_counter() - begun
        mentions += len(document.annotations.mentions)
        given: dict[Mention, list[Link]] = defaultdict(list)
        for link in links:
            given[link.mention].append(link)
        for mention, concepts in wanted(linker.terminology, document.annotations.links).items():
            kind = kind_of(mention)
            answer = {link.concept for link in given[mention] if link.concept}
            whole[kind] += 1
            lacking[kind] += any(linker.terminology.concept(one) is None for one in concepts)
            right[kind] += answer == concepts
            plain[kind] += dictionary(linker.terminology, mention) == concepts
            if answer != concepts:
                wrong[kind, mention.text, ",".join(sorted(concepts)),
                      ",".join(sorted(map(str, answer)))] += 1  # fmt: skip
            for link in given[mention]:
                if link.candidates:
                    score = link.candidates[0].score
                    place = bins[min(BINS - 1, int(score * BINS))]
                    place[0] += 1
                    place[1] += link.concept in concepts
                    place[2] += score
    total = sum(place[0] for place in bins)
    error = sum(abs(place[1] - place[2]) for place in bins) / max(1, total)
    for kind, count in sorted(whole.items()):
        print(
            f"| {corpus} | {kind.lower()} | {count:,} | {100 * right[kind] / count:.1f}"
            f" | {100 * plain[kind] / count:.1f} | {lacking[kind]:,} |"
        )
    print(f"{corpus}: calibration error {error:.3f}; {mentions / spent:,.0f} mentions/s")
    for (kind, *facts), count in wrong.most_common(errors):
        print(f"  {count} × {kind} {' | '.join(facts)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--errors", type=int, default=0)
    options = parser.parse_args()
    if not CORPORA.is_dir():
        print(f"left out: no corpora at {CORPORA}")
        return
    terminology = Terminology(DEFAULT / "terminology.sqlite")
    ranking = DEFAULT / "ranking.json"
    if options.train:
        train(terminology, [one for path in TRAIN.values() for one in gold(path)], ranking)
    linker = Linker(terminology, load_ranking(ranking))
    print(describe())
    print("| corpus (dev) | kind | mentions | right, % | dictionary, % | lacking |")
    print("|---|---|---:|---:|---:|---:|")
    for corpus in DEV:
        measure(corpus, linker, options.errors)


if __name__ == "__main__":
    main()
