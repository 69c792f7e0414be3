"""The linker on development halves: accuracy with gold mentions, calibration, speed.

    python benchmarks/linking.py [--train | --ship] [--keep FOLDER] [--errors N]
                                 [--end-to-end | --nearest | --processes N]

``--train`` first fits what is learnt, on the train halves, and leaves what ships as it is;
``--keep`` keeps that, and takes it from there another time. ``--ship`` makes what ships, which has
learnt the names of the development halves too: its figures here say nothing, nor do those without
any of these. ``--end-to-end`` takes the mentions of the shipped fast tagger, in the texts that it
has not learnt from, and counts each document's identifiers once. ``--nearest`` asks the vectors
alone: how often the nearest concept is the gold's, and how long a name takes. ``--processes``
links the development halves in so many processes at once, each with its caches cold, and says how
fast and with how much memory. Otherwise a mention is right if
its identifiers are exactly the gold's. Withdrawn identifiers go through the terminology on both
sides. Documents that also stand in a train half of another corpus are left out. Beside it:

- *dictionary*: the first concept by number with the same spelling;
- *lacking*: a gold identifier is not in the terminology (rat genes, rs numbers): wrong here;
- *unseen names*, *unseen identifiers*: of mentions that the train halves do not have.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from random import Random

from kgbuild_linker.context import read_context
from kgbuild_linker.keys import keys
from kgbuild_linker.linker import Linker
from kgbuild_linker.ranking import load_ranking
from kgbuild_linker.records import Group
from kgbuild_linker.settings import DEFAULT, LinkerSettings
from kgbuild_linker.terminology import Terminology, group_of
from kgbuild_linker.train import train
from machine import describe  # type: ignore[import-not-found]

from kgbuild import AnnotatedDocument, Link, Mention, PaperFile, Task
from kgbuild.evaluation import Counts
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
HELD_OUT_MOST = {"bc5cdr": 120}
"""Of these the fast tagger has learnt the rest (``model/recipes/tagger-fast.toml``)."""
BINS = 10
HUMAN = 9606


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
    return "variant" if group is None else group.name.lower()


def dictionary(terminology: Terminology, mention: Mention) -> set[str]:
    """The baseline: the concept of that spelling, the first if there are several."""
    hits = terminology.find(keys(mention.text).spelling)
    group = group_of(mention.category)
    return {hit.curie for hit in hits if hit.group is group}.intersection(
        hit.curie for hit in hits[:1]
    )


class Seen:
    """The names and the identifiers of the train halves."""

    def __init__(self, terminology: Terminology, documents: Iterable[AnnotatedDocument]) -> None:
        self.names: set[tuple[str, str]] = set()
        self.concepts: set[str] = set()
        for document in documents:
            for mention, concepts in wanted(terminology, document.annotations.links).items():
                self.names.add((kind_of(mention), keys(mention.text).spelling))
                self.concepts |= concepts


@dataclass(slots=True)
class Tally:
    """How many mentions there were, and what became of them."""

    whole: int = 0
    right: int = 0
    dictionary: int = 0
    lacking: int = 0
    unseen_names: list[bool] = field(default_factory=list)
    unseen_concepts: list[bool] = field(default_factory=list)


def kinds(terminology: Terminology, mention: Mention, concepts: set[str]) -> list[str]:
    """The rows that a mention counts in: genes once more by species."""
    kind = kind_of(mention)
    if kind != "gene":
        return [kind]
    found = [terminology.hit(one, "") for one in concepts]
    human = all(hit is not None and hit.taxon == HUMAN for hit in found)
    return [kind, "gene, human" if human else "gene, other"]


def measure(corpus: str, linker: Linker, seen: Seen, left_out: set[str], errors: int) -> None:
    """Link the development half of a corpus and print its rows."""
    terminology = linker.terminology
    tallies: dict[str, Tally] = defaultdict(Tally)
    wrong: Counter[str] = Counter()
    scores: list[tuple[float, bool]] = []
    mentions, spent = 0, 0.0
    for document in gold(DEV[corpus]):
        if document.document.id in left_out:
            continue
        begun = time.process_time()
        links = list(linker.link(document.document, document.annotations.mentions))
        spent += time.process_time() - begun
        mentions += len(document.annotations.mentions)
        given: dict[Mention, list[Link]] = defaultdict(list)
        for link in links:
            given[link.mention].append(link)
        for mention, concepts in wanted(terminology, document.annotations.links).items():
            answer = {terminology.preferred(link.concept) for link in given[mention]
                      if link.concept}  # fmt: skip
            right = answer == concepts
            for kind in kinds(terminology, mention, concepts):
                _count(tallies[kind], terminology, mention, concepts, right, seen)
            if not right:
                wrong[f"{mention.text} | {sorted(concepts)} | {sorted(answer)}"] += 1
            scores += [(link.candidates[0].score, link.concept in concepts)
                       for link in given[mention] if link.candidates]  # fmt: skip
    for kind, tally in sorted(tallies.items()):
        print(_row(corpus, kind, tally))
    print(f"{corpus}: calibration error {calibration(scores):.3f};"
          f" {mentions / spent:,.0f} mentions a second of one core")  # fmt: skip
    for text, count in wrong.most_common(errors):
        print(f"  {count} × {text}")


def _count(
    tally: Tally, terminology: Terminology, mention: Mention, concepts: set[str], right: bool,
    seen: Seen,
) -> None:  # fmt: skip
    tally.whole += 1
    tally.right += right
    tally.dictionary += dictionary(terminology, mention) == concepts
    tally.lacking += any(terminology.hit(one, "") is None for one in concepts)
    if (kind_of(mention), keys(mention.text).spelling) not in seen.names:
        tally.unseen_names.append(right)
    if not concepts <= seen.concepts:
        tally.unseen_concepts.append(right)


def _row(corpus: str, kind: str, tally: Tally) -> str:
    def share(some: list[bool]) -> str:
        return f"{100 * sum(some) / len(some):.1f} of {len(some):,}" if some else "-"

    return (
        f"| {corpus} | {kind} | {tally.whole:,} | {100 * tally.right / tally.whole:.1f}"
        f" | {share(tally.unseen_names)} | {share(tally.unseen_concepts)}"
        f" | {100 * tally.dictionary / tally.whole:.1f} | {tally.lacking:,} |"
    )


def calibration(scores: list[tuple[float, bool]]) -> float:
    """The expected calibration error, in ten bins of the same width."""
    bins = [[0.0, 0.0] for _ in range(BINS)]
    for score, right in scores:
        place = bins[min(BINS - 1, int(score * BINS))]
        place[0] += right
        place[1] += score
    return sum(abs(right - score) for right, score in bins) / max(1, len(scores))


def held_out(corpus: str) -> list[AnnotatedDocument]:
    """The development documents that the shipped fast tagger has not learnt from."""
    documents = gold(DEV[corpus])
    if corpus in HELD_OUT_MOST:
        Random(corpus).shuffle(documents)
    return documents[: HELD_OUT_MOST.get(corpus)]


def tagged(documents: list[AnnotatedDocument]) -> Iterator[AnnotatedDocument]:
    """The same documents with the mentions that the shipped fast tagger finds."""
    from kgbuild_transformer.settings import TaggerSettings
    from kgbuild_transformer.tagger import TransformerTagger

    tagger = TransformerTagger(TaggerSettings())
    for place in range(0, len(documents), 8):
        batch = [Task(document=one.document) for one in documents[place : place + 8]]
        for task, found in zip(batch, tagger.extract(batch), strict=True):
            yield AnnotatedDocument(document=task.document, annotations=found)


def end_to_end(
    corpus: str, linker: Linker, pairs: Iterable[tuple[AnnotatedDocument, AnnotatedDocument]]
) -> None:
    """Link what was tagged and print a row for each kind: a document's set of identifiers."""
    counts: dict[str, Counts] = defaultdict(Counts)
    documents = 0
    for wanted, given in pairs:
        documents += 1
        links = tuple(linker.link(given.document, given.annotations.mentions))
        answers = _concepts(linker.terminology, links)
        gold = _concepts(linker.terminology, wanted.annotations.links)
        for kind in gold.keys() | answers.keys():
            right = len(gold[kind] & answers[kind])
            counts[kind] += Counts(
                right=right, spurious=len(answers[kind]) - right, missed=len(gold[kind]) - right
            )
    marked = [kind for kind, one in counts.items() if one.right + one.missed and "," not in kind]
    counts["together"] = sum((counts[kind] for kind in marked), Counts())
    for kind, one in sorted(counts.items()):
        if one.right + one.missed:
            shares = (f"{100 * share:.1f}" for share in (one.precision, one.recall, one.f1))
            print(f"| {corpus} | {documents} | {kind} | {one.right + one.missed:,}", *shares,
                  sep=" | ", end=" |\n")  # fmt: skip


def _concepts(terminology: Terminology, links: Iterable[Link]) -> defaultdict[str, set[str]]:
    """The identifiers that a document names, by kind."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for link in links:
        if link.concept:
            concept = terminology.preferred(link.concept)
            for kind in kinds(terminology, link.mention, {concept}):
                found[kind].add(concept)
    return found


def speed(ranking: Path, processes: int) -> None:
    """Link the development halves in several processes at once; documents go round in turn."""
    begun = time.perf_counter()
    with get_context("spawn").Pool(processes) as pool:
        parts = [(ranking, number, processes) for number in range(processes)]
        found = pool.starmap(_linked, parts, chunksize=1)
    for number, (mentions, spent, memory) in enumerate(found, 1):
        print(f"process {number}: {mentions:,} mentions, {mentions / spent:,.0f} a CPU second,"
              f" {memory:,.0f} MB")  # fmt: skip
    together = sum(mentions / spent for mentions, spent, _ in found)
    print(f"together {together:,.0f} mentions a second where each has a core of its own;"
          f" {time.perf_counter() - begun:.1f} s on the clock with starting")  # fmt: skip


def _linked(ranking: Path, number: int, processes: int) -> tuple[int, float, float]:
    """Link a part of the documents: mentions, CPU seconds, the most memory in MB."""
    documents = [one for path in DEV.values() for one in gold(path)][number::processes]
    terminology = Terminology(DEFAULT / "terminology.sqlite")
    linker = Linker(terminology, load_ranking(ranking), threshold=LinkerSettings().threshold)
    begun = time.process_time()
    for one in documents:
        list(linker.link(one.document, one.annotations.mentions))
    spent = time.process_time() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return sum(len(one.annotations.mentions) for one in documents), spent, memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--ship", action="store_true")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    parser.add_argument("--end-to-end", action="store_true")
    parser.add_argument("--nearest", action="store_true")
    parser.add_argument("--processes", type=int, default=0)
    parser.add_argument("--errors", type=int, default=0)
    options = parser.parse_args()
    if not CORPORA.is_dir():
        print(f"left out: no corpora at {CORPORA}")
        return
    terminology = Terminology(DEFAULT / "terminology.sqlite")
    learnt = [one for path in TRAIN.values() for one in gold(path)]
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        ranking = DEFAULT / "ranking.json" if options.ship else folder / "ranking.json"
        if options.ship:
            more = [one for path in DEV.values() for one in gold(path)]
            train(terminology, learnt, ranking, more=more)
        elif options.train:
            train(terminology, learnt, ranking)
        elif not ranking.is_file():
            ranking = DEFAULT / "ranking.json"
        linker = Linker(terminology, load_ranking(ranking), threshold=LinkerSettings().threshold)
        if options.processes:
            speed(ranking, options.processes)
            return
    print(describe())
    left_out = {one.document.id for one in learnt}
    if options.nearest:
        print_nearest(linker, left_out)
    elif options.end_to_end:
        print_end_to_end(linker, left_out)
    else:
        print_with_gold_mentions(linker, Seen(terminology, learnt), left_out, options.errors)


def print_end_to_end(linker: Linker, left_out: set[str]) -> None:
    """What the tagger's mentions give, corpus by corpus."""
    print("| corpus (dev) | documents | kind | identifiers | precision | recall | F1 |")
    print("|---|---:|---|---:|---:|---:|---:|")
    for corpus in DEV:
        documents = [one for one in held_out(corpus) if one.document.id not in left_out]
        end_to_end(corpus, linker, zip(documents, tagged(documents), strict=True))


def print_nearest(linker: Linker, left_out: set[str]) -> None:
    """What the vectors alone say of mentions of one concept, corpus by corpus and kind by kind."""
    print("| corpus (dev) | kind | mentions | nearest right, % | vectors | ms a name |")
    print("|---|---|---:|---:|---:|---:|")
    for corpus, path in DEV.items():
        found: dict[str, list[bool]] = defaultdict(list)
        spent: dict[str, float] = defaultdict(float)
        for document in gold(path):
            if document.document.id not in left_out:
                for kind, right, seconds in nearest(linker, document):
                    found[kind].append(right)
                    spent[kind] += seconds
        for kind, some in sorted(found.items()):
            count = len(linker.ranking.vectors[Group[kind.upper()]].curies)
            print(f"| {corpus} | {kind} | {len(some):,} | {100 * sum(some) / len(some):.1f}"
                  f" | {count:,} | {1000 * spent[kind] / len(some):.2f} |")  # fmt: skip


def nearest(linker: Linker, document: AnnotatedDocument) -> Iterator[tuple[str, bool, float]]:
    """The kind of each mention of one concept, whether the nearest is right, the CPU seconds."""
    context = read_context(linker.terminology, document.document, document.annotations.mentions)
    for mention, concepts in wanted(linker.terminology, document.annotations.links).items():
        group, name = group_of(mention.category), " ".join(mention.text.split())
        if len(concepts) != 1 or group not in linker.ranking.vectors:
            continue
        linker.ranking.prepare([])  # forgets what was near, so that each name is timed
        begun = time.process_time()
        query = linker.ranking.query(context.expanded(name) or name, group, context)
        seconds = time.process_time() - begun
        if query.near is not None:  # a gene's symbol has no vector
            yield group.name.lower(), query.near.nearest[0] in concepts, seconds


def print_with_gold_mentions(linker: Linker, seen: Seen, left_out: set[str], errors: int) -> None:
    """What the gold's mentions give, corpus by corpus."""
    print("| corpus (dev) | kind | mentions | right, % | unseen names | unseen identifiers"
          " | dictionary, % | lacking |")  # fmt: skip
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for corpus in DEV:
        measure(corpus, linker, seen, left_out, errors)


if __name__ == "__main__":
    main()
