"""The rules of kgbuild-spacy: right and wrong, and their time beside spaCy's own matcher.

    python benchmarks/relation_rules.py [--pubtator FILE] [--biored FILE]

Statements: the marked sentences of ``tests/plugins/spacy/statements.txt``. Corpus: BC5CDR's
development part with its own mentions; a plain "causes" or "has adverse event" between two
concepts is right when the corpus has that pair as chemical-induced disease.

Untuned: rules between chemicals (drug interactions, conversions), on BioRED's training part with
its own mentions. It marks a dozen of these relations, so the rules were written without a look at
it, and stay as they are whatever this says. Beside what has the same type stands what BioRED
relates in any way.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from kgbuild_spacy.plugin import EXTRACTOR
from machine import describe  # type: ignore[import-not-found]

from kgbuild import Annotations, PaperFile, Relation, Status, Task
from kgbuild.data.relation_names import biored_name
from kgbuild.readers.pubtator import SPEC as PUBTATOR
from kgbuild.segmenters.rules import RuleSegmenter

ROOT = Path(__file__).resolve().parents[1]
CORPORA = ROOT.parent / "shared" / "corpora"
CORPUS = CORPORA / "bc5cdr" / "CDR_DevelopmentSet.PubTator.txt"
BIORED = CORPORA / "biored" / "Train.PubTator"
CAUSES = {"biolink:causes", "biolink:has_adverse_event"}


def statements() -> None:
    sys.path.insert(0, str(ROOT / "tests" / "plugins" / "spacy"))
    import test_statements as marked  # type: ignore[import-not-found]

    for part in ("dev", "held-out", "fresh"):
        pairs = marked.statements(part)
        said = [(expected, marked.said(sentence)) for expected, sentence in pairs]
        right = sum(expected == got for expected, got in said)
        plain = sum(got == "stated" != expected for expected, got in said)
        print(f"| {part} | {len(said)} | {right} | {plain} |")


Typed = dict[frozenset[str], str]
"""Pairs of concepts, with BioRED's name of what relates them."""


def read(file: Path) -> tuple[list[Task], list[Typed]]:
    """The documents with linked mentions, and the pairs of concepts that the corpus relates."""
    reader = PUBTATOR.create(PUBTATOR.settings_class()())
    tasks, pairs = [], []
    for one in reader.read(PaperFile(name=file.name, open=lambda: file.open("rb"))):
        given = one.annotations
        document = one.document.with_sentences(tuple(RuleSegmenter().segment(one.document)))
        kept = Annotations(mentions=given.mentions, links=given.links)
        tasks.append(Task(document=document, annotations=kept))
        pairs.append(
            {frozenset((str(r.subject), str(r.object))): named(r) for r in given.relations}
        )
    return tasks, pairs


def named(relation: Relation) -> str:
    return biored_name(relation.predicate, relation.qualifiers, relation.conditions)


def stated(found: Annotations) -> list[Relation]:
    return [r for r in found.relations if r.status is Status.STATED and not r.negated]


def concepts(task: Task, relation: Relation) -> frozenset[str]:
    names = {link.mention: str(link.concept) for link in task.annotations.links}
    return frozenset(names[m] for m in (relation.subject, relation.object))  # type: ignore[index]


def microseconds(work: Callable[[], object], documents: int) -> float:
    """CPU time of one document, the best of three."""
    times = []
    for _ in range(3):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return 1e6 * min(times) / documents


def corpus(file: Path) -> None:
    extractor = EXTRACTOR.create(EXTRACTOR.settings_class()())
    tasks, marked = read(file)
    right = wrong = 0
    for task, pairs, found in zip(tasks, marked, extractor.extract(tasks), strict=True):
        said = {concepts(task, r) for r in stated(found) if r.predicate in CAUSES}
        right += len(said & pairs.keys())
        wrong += len(said - pairs.keys())
    total = sum(map(len, marked))
    print(f"{file.name}: precision {right / (right + wrong):.3f}, recall {right / total:.3f}")
    ours = microseconds(lambda: list(extractor.extract(tasks)), len(tasks))
    tokens, matching = spacys_own(tasks)
    print(f"microseconds a document: rules {ours:.0f}; spaCy's tokens alone {tokens:.0f},")
    print(f"its Matcher on those tokens with 66 patterns of one verb {matching:.0f} more")


def untuned(file: Path) -> None:
    """What rules say of two chemicals, beside a corpus that they were not written from."""
    extractor = EXTRACTOR.create(EXTRACTOR.settings_class()())
    tasks, marked = read(file)
    given = list(zip(tasks, marked, extractor.extract(tasks), strict=True))
    print(f"\n| untuned, {file.name} | marked | found | of them marked so | related at all |")
    print("|---|--:|--:|--:|--:|")
    for name in ("Drug_Interaction", "Conversion"):
        total = sum(list(pairs.values()).count(name) for pairs in marked)
        said = [
            pairs.get(pair)
            for task, pairs, found in given
            for pair in {concepts(task, r) for r in stated(found) if named(r) == name}
        ]
        related = len(said) - said.count(None)
        print(f"| {name} | {total} | {len(said)} | {said.count(name)} | {related} |")


def spacys_own(tasks: list[Task]) -> tuple[float, float]:
    """What tokens and token patterns cost on the sentences that the rules look at."""
    import spacy
    from kgbuild_spacy.relations import _sentences
    from spacy.matcher import Matcher

    pipeline = spacy.blank("en")
    matcher = Matcher(pipeline.vocab)
    for number in range(66):
        verb = {"LOWER": {"IN": [f"verb{number}", "caused", "induced"]}}
        words = {"IS_PUNCT": False, "OP": "*"}
        matcher.add(f"rule {number}", [[{"LOWER": "x"}, words, verb, words, {"LOWER": "y"}]])
    texts = [sentence.text for task in tasks for sentence in _sentences(task)]
    parsed = [pipeline(text) for text in texts]
    return (
        microseconds(lambda: [pipeline(text) for text in texts], len(tasks)),
        microseconds(lambda: [matcher(one) for one in parsed], len(tasks)),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pubtator", type=Path, default=CORPUS)
    parser.add_argument("--biored", type=Path, default=BIORED)
    options = parser.parse_args()
    print(describe())
    print("| statements | all | read as marked | wrongly a plain positive |\n|---|--:|--:|--:|")
    statements()
    if options.pubtator.exists():
        corpus(options.pubtator)
    if options.biored.exists():
        untuned(options.biored)


if __name__ == "__main__":
    main()
