"""The relation extractor: its speed beside the tagger's, and whether its evidence carries it.

    python benchmarks/relations.py [--model fast] [--tagger fast] [--texts N]

Speed: documents a second of the tagger alone, and of tagger and relations together, with links
already made (the linker has a benchmark of its own), on texts of BioRED's development half.

Evidence: each relation that is found with gold concepts is asked again of its text without the
sentences that were given as its evidence, and of its text without as many other sentences that name
neither concept. A rationale that carries the relation makes it vanish; other sentences do not.

A long text: all these texts after one another as one, read by both, with the most memory that the
process had before and has since, and what is told to be left out.

Unseen: EU-ADR (van Mulligen et al. 2012) marks whether a drug acts on a target, pair by pair within
a sentence, by another guideline than any corpus that was learnt. With its own mentions.
F1 elsewhere is `kgbuild evaluate --task relations`'s to say.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import torch
from kgbuild_model.checkpoint import load_relations
from kgbuild_model.relation_examples import read_relations
from kgbuild_model.relation_measuring import answers_of, scores_at
from kgbuild_model.scoring import Score, bootstrap
from kgbuild_model.weights import weights_folder
from kgbuild_transformer.relations import TransformerRelations
from kgbuild_transformer.settings import RelationSettings, TaggerSettings
from kgbuild_transformer.tagger import TransformerTagger
from machine import describe  # type: ignore[import-not-found]

from kgbuild import (
    AnnotatedDocument,
    Annotations,
    Document,
    Mention,
    PaperFile,
    Relation,
    Span,
    Task,
)
from kgbuild.readers.pubtator import SPEC as PUBTATOR
from kgbuild.segmenters.rules import SPEC as SENTENCES

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"
DEV = CORPORA / "biored" / "Dev.PubTator"
EU_ADR = CORPORA / "euadr" / "euadr.bioc.xml"


def gold(path: Path, count: int) -> list[Task]:
    """The first documents of a PubTator file, with sentences, mentions and links."""
    file = PaperFile(name=path.name, open=lambda: path.open("rb"))
    reader = PUBTATOR.create(PUBTATOR.settings_class()())
    splitter = SENTENCES.create(SENTENCES.settings_class()())
    found = [one for one in reader.read(file) if isinstance(one, AnnotatedDocument)][:count]
    return [
        Task(
            document=one.document.with_sentences(tuple(splitter.segment(one.document))),
            annotations=replace(one.annotations, relations=()),
        )
        for one in found
    ]


def rates(tagger: TransformerTagger, extractor: TransformerRelations, tasks: list[Task]) -> None:
    """Of the clock; on one thread of CPU time, which other work on the machine spoils less."""
    clock = time.perf_counter if torch.get_num_threads() > 1 else time.process_time
    tagging, relating = [], []
    for _ in range(3):
        began = clock()
        list(tagger.extract(tasks))
        tagged = clock()
        list(extractor.extract(tasks))
        tagging.append(tagged - began)
        relating.append(clock() - tagged)
    alone, both = min(tagging), min(tagging) + min(relating)
    print("| | documents/s | of the tagger's |")
    print("|---|---:|---:|")
    print(f"| tagger alone | {len(tasks) / alone:.1f} | 1 |")
    print(f"| tagger and relations | {len(tasks) / both:.1f} | {alone / both:.2f} |")


def without(task: Task, gone: Sequence[Span]) -> Task:
    """The text without some sentences, and what was annotated outside them."""
    text, sentences, moved = "", [], []
    for sentence in task.document.sentences:
        if sentence not in gone:
            start = len(text) + bool(text)
            text = f"{text} {sentence.of(task.document.text)}".strip()
            sentences.append(Span(start, len(text)))
            moved.append((sentence, start - sentence.start))
    document = Document(id=task.document.id, text=text, sentences=tuple(sentences))
    mentions: dict[Mention, Mention] = {}
    for mention in task.annotations.mentions:
        for sentence, by in moved:
            if mention.span in sentence:
                mentions[mention] = replace(mention, span=mention.span.shift(by))
    links = tuple(
        replace(link, mention=mentions[link.mention])
        for link in task.annotations.links
        if link.mention in mentions
    )
    return Task(
        document=document, annotations=Annotations(mentions=tuple(mentions.values()), links=links)
    )


def claims(task: Task, relations: Sequence[Relation]) -> dict[tuple[str, str, str], set[Span]]:
    """Each relation between concepts, with the sentences given for it."""
    concept = {link.mention: link.concept for link in task.annotations.links if link.concept}
    found: dict[tuple[str, str, str], set[Span]] = {}
    for one in relations:
        ends = [e if isinstance(e, str) else concept.get(e) for e in (one.subject, one.object)]
        if ends[0] and ends[1]:
            found.setdefault((ends[0], one.predicate, ends[1]), set()).update(one.evidence)
    return found


def others(task: Task, claim: tuple[str, str, str], evidence: set[Span]) -> Iterator[Span]:
    """Sentences that are no evidence and name neither end."""
    named = {claim[0], claim[2]}
    spans = [link.mention.span for link in task.annotations.links if link.concept in named]
    for sentence in task.document.sentences:
        if sentence not in evidence and not any(span in sentence for span in spans):
            yield sentence


def faithfulness(extractor: TransformerRelations, tasks: list[Task]) -> None:
    random = Random(0)
    asked = vanished = vanished_others = 0
    for task in tasks:
        [whole] = extractor.extract([task])
        for claim, evidence in claims(task, whole.relations).items():
            rest = list(others(task, claim, evidence))
            if len(rest) < len(evidence):
                continue
            asked += 1
            for gone, is_evidence in (
                (evidence, True),
                (random.sample(rest, len(evidence)), False),
            ):
                cut = without(task, list(gone))
                [left] = extractor.extract([cut])
                lost = claim not in claims(cut, left.relations)
                vanished += lost and is_evidence
                vanished_others += lost and not is_evidence
    print(f"{asked:,} relations whose text has as many other sentences as evidence:")
    print(f"without their evidence {100 * vanished / max(1, asked):.1f}% are no longer found,")
    print(f"without other sentences {100 * vanished_others / max(1, asked):.1f}%")


def joined(tasks: Sequence[Task]) -> Task:
    """The texts as one, with their sentences; what they name is left to the tagger and to links."""
    text, sentences, mentions, links = "", [], [], []
    for task in tasks:
        by = len(text)
        text += task.document.text + "\n"
        sentences += [span.shift(by) for span in task.document.sentences]
        for link in task.annotations.links:
            mention = replace(link.mention, span=link.mention.span.shift(by))
            mentions.append(mention)
            links.append(replace(link, mention=mention))
    return Task(
        document=Document(id="pubmed:1", text=text, sentences=tuple(sentences)),
        annotations=Annotations(mentions=tuple(dict.fromkeys(mentions)), links=tuple(links)),
    )


def long_text(tagger: TransformerTagger, extractor: TransformerRelations, task: Task) -> None:
    """What one long text takes, and what is said of it that was not asked."""
    before = peak()
    began = time.process_time()
    list(tagger.extract([task]))
    [found] = extractor.extract([task])
    size, spent = len(task.document.text), time.process_time() - began
    print(f"one text of {size:,} characters, {size / 3000:.0f} pages or so:", end=" ")
    print(f"{len(found.relations):,} relations, {spent:.1f} CPU seconds,", end=" ")
    print(f"{peak():.0f} MB at most ({before:.0f} before)")
    for reason, count in found.left_out:
        print(f"left out: {reason}: {count:,}")


def peak() -> float:
    """The most memory that the process had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def unseen(model: str, tagger: str) -> None:
    """Pairs of a drug and a target in EU-ADR; its one type is none of the model's."""
    folders = [weights_folder(name) or Path(name) for name in (f"relations-{model}", tagger)]
    run = load_relations(*folders)
    labels = {"CHEMICAL": "biolink:ChemicalEntity", "GENE-Y": "biolink:Gene"}
    examples = read_relations(EU_ADR, labels, "drugprot", "bioc")
    [relations] = [one for one in run.model.config.sets if one.name == "drugprot"]
    # the types are other ones: any relation will do
    marked = [
        replace(e, relations=dict.fromkeys(e.relations, relations.types[0])) for e in examples
    ]
    sure = run.thresholds[relations.name]
    each = [scores_at(one, sure)[1] for one in answers_of(run, marked, relations)]
    pairs, (low, high) = sum(each, Score()), bootstrap(each)
    print(f"EU-ADR, {len(examples)} texts, drug and target: ", end="")
    print(f"precision {pairs.precision:.3f}, recall {pairs.recall:.3f}, F1 {pairs.f1:.3f} ", end="")
    print(f"({low:.3f} to {high:.3f}, 95% by texts)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="fast")
    parser.add_argument("--tagger", default="fast")
    parser.add_argument("--texts", type=int, default=50)
    options = parser.parse_args()
    if not DEV.exists():
        print(f"left out: no corpus at {DEV}")
        return
    tasks = gold(DEV, options.texts)
    extractor = TransformerRelations(RelationSettings(model=options.model, tagger=options.tagger))
    threads = torch.get_num_threads()
    said = "1 thread, CPU seconds" if threads == 1 else f"{threads} threads"
    print(f"{describe()}, {said}")
    tagger = TransformerTagger(TaggerSettings(model=options.tagger))
    rates(tagger, extractor, tasks)
    long_text(tagger, extractor, joined(tasks))
    faithfulness(extractor, tasks)
    unseen(options.model, options.tagger)


if __name__ == "__main__":
    main()
