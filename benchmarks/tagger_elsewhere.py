"""The tagger on corpora that it was not trained on, with seen and unseen names apart.

    python benchmarks/tagger_elsewhere.py [--model fast] [--corpora FOLDER] [--most 300]

Strict scores of whole texts: Species-800 (species, sentences of abstracts joined), EU-ADR's part of
drugs and targets (chemicals and genes, abstracts), and the ADE corpus (drugs and adverse effects,
sentences of case reports; only pairs are marked, so what is found besides says nothing and there
is recall alone). A name is seen if a training corpus marks it, in any case, under any label.
Texts are drawn evenly over a corpus; those that a training corpus has, too, are left out.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kgbuild_model.checkpoint import load_tagger
from kgbuild_model.examples import Example, LabelledSpan, read_examples, relabelled
from kgbuild_model.scoring import Score, bootstrap, strict_scores
from kgbuild_model.tagger_training import TaggerRecipe, gold_examples
from kgbuild_model.texts import letters
from kgbuild_model.weights import weights_folder
from kgbuild_transformer.settings import TaggerSettings
from kgbuild_transformer.tagger import precision_of
from machine import describe  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from kgbuild_model.tagging import ScoredSpan

ROOT = Path(__file__).resolve().parents[1]
RECIPE = ROOT / "model/recipes/tagger-fast-distilled.toml"
CORPORA = ROOT.parent / "shared" / "corpora"
CHEMICAL, GENE = "biolink:ChemicalEntity", "biolink:Gene"
DISEASE, SPECIES = "biolink:DiseaseOrPhenotypicFeature", "biolink:OrganismTaxon"


@dataclass(frozen=True)
class Elsewhere:
    """A corpus: its files and how they are read, its labels as ours, and whether it marks all."""

    name: str
    files: Sequence[str]
    read: Callable[[Path], Iterator[Example]]
    labels: Mapping[str, str]
    marks_all: bool = True


def pairs(path: Path) -> Iterator[Example]:
    """ADE: ``PMID|sentence|effect|start|end|drug|start|end``; the places are of another text."""
    found: dict[str, set[LabelledSpan]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        _, sentence, effect, _, _, drug, _, _ = line.split("|")
        for name, label in ((effect, "effect"), (drug, "drug")):
            start = sentence.index(name)
            span = LabelledSpan(start, start + len(name), label)
            found.setdefault(sentence, set()).add(span)
    for number, (sentence, spans) in enumerate(found.items()):
        yield Example(id=f"ade:{number}", text=sentence, spans=tuple(sorted(spans)))


ELSEWHERE = (
    Elsewhere(
        "Species-800",
        ("species800/train.tsv", "species800/devel.tsv"),
        lambda path: read_examples(path, "iob"),
        {"entity": SPECIES},
    ),
    Elsewhere(
        "EU-ADR, drugs and targets",
        ("euadr/euadr.bioc.xml",),
        lambda path: read_examples(path, "bioc"),
        {"CHEMICAL": CHEMICAL, "GENE-Y": GENE},
    ),
    Elsewhere(
        "ADE, pairs",
        ("ade-corpus-v2/DRUG-AE.rel",),
        pairs,
        {"drug": CHEMICAL, "effect": DISEASE},
        marks_all=False,
    ),
)


def drawn(corpus: Elsewhere, root: Path, known: str, most: int) -> tuple[list[Example], int]:
    """At most ``most`` texts, evenly over the corpus, and how many were known."""
    texts = [text for file in corpus.files for text in corpus.read(root / file)]
    new = [text for text in texts if letters(text.text) not in known]
    step = max(1, len(new) // most)
    return list(relabelled(new[::step][:most], corpus.labels)), len(texts) - len(new)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="fast")
    parser.add_argument("--convention", default="biored")
    parser.add_argument("--corpora", type=Path, default=CORPORA)
    parser.add_argument("--most", type=int, default=300)
    arguments = parser.parse_args()
    learning, held = gold_examples(TaggerRecipe.read(RECIPE), arguments.corpora)
    learnt = learning + held
    seen = {one.text[s.start : s.end].lower() for one in learnt for s in one.spans}
    known = "\n".join(letters(one.text) for one in learnt)
    folder = weights_folder(arguments.model) or Path(arguments.model)
    run = load_tagger(
        folder, convention=arguments.convention, precision=precision_of(TaggerSettings())
    )
    print(describe())
    print(f"{arguments.model}, convention {arguments.convention}, {len(seen):,} names seen\n")
    print("| corpus | texts | kind | names | precision | recall | F1 | seen | unseen |")
    print("|---|---|---|---|---|---|---|---|---|")
    for corpus in ELSEWHERE:
        texts, left_out = drawn(corpus, arguments.corpora, known, arguments.most)
        show(corpus, texts, run.tag([text.text for text in texts]), seen)
        if left_out:
            print(f"| | {left_out:,} left out: in a training corpus | | | | | | | |")


def show(
    corpus: Elsewhere, texts: list[Example], found: list[list[ScoredSpan]], seen: set[str]
) -> None:
    """A row for each label: strict scores, and the recall of names seen and not seen."""
    for label in corpus.labels.values():
        each, parts = [], {True: [0, 0], False: [0, 0]}
        for text, spans in zip(texts, found, strict=True):
            wanted = [(s.start, s.end, s.label) for s in text.spans]
            given = {(s.start, s.end, s.label) for s in spans}
            each.append(strict_scores(wanted, given, [label])[label])
            for span in wanted:
                if span[2] == label:
                    part = parts[text.text[span[0] : span[1]].lower() in seen]
                    part[0] += span in given
                    part[1] += 1
        whole = sum(each, Score())
        low, high = bootstrap(each)
        rates = (
            f"{100 * whole.precision:.1f} | {100 * whole.recall:.1f} | "
            f"{100 * whole.f1:.1f} ({100 * low:.1f} to {100 * high:.1f})"
            if corpus.marks_all
            else f"| {100 * whole.recall:.1f} |"
        )
        recalls = " | ".join(
            f"{100 * right / max(1, count):.1f} of {count:,}" for right, count in parts.values()
        )
        kind = label.removeprefix("biolink:")
        names = sum(count for _, count in parts.values())
        print(f"| {corpus.name} | {len(texts)} | {kind} | {names:,} | {rates} | {recalls} |")


if __name__ == "__main__":
    main()
