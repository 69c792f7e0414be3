"""Treatments in BioText by five folds: "treats" against all else, with a branch of each fold's own.

    python benchmarks/treatment_folds.py [--tagger fast] [--epochs 2] [--sentences FILE]

The relations that ship have learnt from most of BioText's sentences, and their card measures the
fifth that is left. Here no fold is measured by what has learnt from it: the branch of relations is
trained anew above the tagger for each fold, on the other four, by what `kgbuild train` runs. It
learns from BioText alone, so it sees less of what is no treatment than the one that ships. Names
are the corpus' own. A sentence without a treatment and a disease asks nothing and can only be
right, so the other half of the corpus changes no figure.

Pairs are what is counted; intervals draw sentences anew. Beside it stands what one gets who calls
every pair a treatment, since most are.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import torch
from kgbuild_model.checkpoint import load_relations
from kgbuild_model.relation_examples import RelationExample, read_relations
from kgbuild_model.relation_lessons import RelationCorpus
from kgbuild_model.relation_measuring import FOLDS, Answered, answers_of
from kgbuild_model.relation_training import RelationRecipe, train_relations
from kgbuild_model.scoring import Score, bootstrap
from kgbuild_model.training import Optimisation
from kgbuild_model.weights import weights_folder
from machine import describe  # type: ignore[import-not-found]

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT.parent / "shared" / "corpora" / "biotext-treatment-disease"
SENTENCES = CORPUS / "sentences_with_roles_and_relations.txt"
LABELS = {"TREAT": "biolink:ChemicalEntity", "DIS": "biolink:DiseaseOrPhenotypicFeature"}
TYPES = ("TREAT_FOR_DIS", "PREVENT", "SIDE_EFF")
TREATS = 1
"""The class of the first type; 0 is none."""


def folds(file: Path, folder: Path) -> list[Path]:
    """The lines that name a treatment and a disease, drawn into files of a fifth each."""
    lines = file.read_text(encoding="latin-1").splitlines()
    asked = [
        n for n, e in enumerate(read_relations(file, LABELS, "biotext", "roles")) if e.relations
    ]
    Random(0).shuffle(asked)
    files = [folder / f"fold-{fold}.txt" for fold in range(FOLDS)]
    for fold, path in enumerate(files):
        path.write_text("\n".join(lines[n] for n in asked[fold::FOLDS]) + "\n", encoding="latin-1")
    return files


def recipe_of(tagger: str, files: Sequence[Path], epochs: float) -> RelationRecipe:
    corpus = RelationCorpus(
        name="biotext", format="roles", files=tuple(path.name for path in files),
        labels=LABELS, types=TYPES, directed=True, by_sentence=True,
    )  # fmt: skip
    rates = Optimisation(rate=2e-4, head_rate=2e-4, accumulate=4)
    return RelationRecipe(tagger=tagger, corpora=(corpus,), epochs=epochs, optimisation=rates)


def read_by_others(tagger: Path, files: Sequence[Path], epochs: float) -> Iterator[list[Score]]:
    """Of each fold, how right a branch is that has learnt from the others."""
    for fold, held in enumerate(files):
        others = [path for path in files if path != held]
        made = held.parent / f"branch-{fold}"
        recipe = recipe_of(tagger.name, others, epochs)
        train_relations(recipe, made, corpora=held.parent, taggers=tagger.parent)
        run = replace(load_relations(made, tagger), wordings={}, weighers={})
        examples = read_relations(held, LABELS, "biotext", "roles")
        yield [treats(one) for one in answers_of(run, examples, run.model.config.sets[0])]


def treats(one: Answered) -> Score:
    """The pairs of a sentence that are likelier treatments than all else together."""
    said, gold = one.chances[:, TREATS] > 0.5, one.gold == TREATS
    right = int((said & gold).sum())
    return Score(right, int(said.sum()) - right, int(gold.sum()) - right)


def all_treat(examples: Sequence[RelationExample]) -> list[Score]:
    """What calling each pair a treatment gives."""
    found = []
    for one in examples:
        right = sum(kind == TYPES[0] for kind in one.relations.values())
        found.append(Score(right, len(one.relations) - right, 0))
    return found


def tell(name: str, scores: Sequence[Score]) -> None:
    whole = sum(scores, Score())
    low, high = bootstrap(scores)
    figures = (whole.precision, whole.recall, whole.f1, low, high)
    print("| {} | {} | {:.1f} | {:.1f} | {:.1f} ({:.1f} to {:.1f}) |".format(
        name, len(scores), *(100 * figure for figure in figures)), flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tagger", default="fast")
    parser.add_argument("--epochs", type=float, default=2)
    parser.add_argument("--sentences", type=Path, default=SENTENCES, metavar="FILE")
    options = parser.parse_args()
    if not options.sentences.exists():
        print(f"left out: no corpus at {options.sentences}")
        return
    tagger = weights_folder(options.tagger) or Path(options.tagger)
    print(describe())
    print(
        "| treats against all else | sentences | precision | recall | F1 |\n|---|--:|--:|--:|---|"
    )
    with tempfile.TemporaryDirectory() as name:
        files = folds(options.sentences, Path(name))
        every = [e for path in files for e in read_relations(path, LABELS, "biotext", "roles")]
        tell("every pair called so", all_treat(every))
        found: list[Score] = []
        for fold, scores in enumerate(read_by_others(tagger, files, options.epochs), 1):
            found += scores
            tell(f"fold {fold}", scores)
        tell("five folds", found)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
