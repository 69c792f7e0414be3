"""How far the figures of relations hang on which texts are held out: three seeds, five folds.

    python benchmarks/relation_folds.py [--model fast] [--tagger fast] [--seeds N]
                                        [--corpora FOLDER]

FOLDER holds the corpora that the recipe of the weights names, each in a folder of its own, and
`sentence-gold`, which `python model/recipes/sentence_gold.py FOLDER FOLDER/sentence-gold` makes of
them. None of it can lie in the repository.

The held-out texts are drawn into fifths, anew for each seed; what is fitted on them (weigher and
threshold) is fitted on four and measured on the fifth, by turns. So the encoder alone, the words
alone, and both weighed, with gold concepts. What takes hours to train is not trained anew.

DrugProt besides by cross-validation: all its texts, those to learn from as well, in fifths. The
words' reader is fitted on four, with the sentences of ChemProt that stand in none of the texts,
and reads the fifth. The encoder is left out: it has learnt from most of these texts.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import torch
from kgbuild_model.checkpoint import load_relations
from kgbuild_model.relation_measuring import FOLDS, Answered, answers_of, measured
from kgbuild_model.relation_training import RelationRecipe, gold_relations, wordings_of
from kgbuild_model.relations import RelationModel
from kgbuild_model.weights import weights_folder
from machine import describe  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from kgbuild_model.relation_examples import RelationExample
    from kgbuild_model.relation_reading import RelationRun

ROOT = Path(__file__).resolve().parents[1]
CORPORA = ROOT.parent / "corpora"
NEEDED = ("biored", "bc5cdr", "drugprot-part", "biotext-treatment-disease", "sentence-gold")
RECIPES = {"fast": "relations-fast-3.toml", "accurate": "relations-accurate-2.toml"}


def _worded(one: Answered) -> Answered:
    """What the words alone say."""
    return replace(one, chances=one.heard)


READERS: Mapping[str, tuple[Callable[[Answered], Answered], bool]] = {
    "encoder": (lambda one: one, False),
    "words": (_worded, False),
    "both, weighed": (lambda one: one, True),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="fast")
    parser.add_argument("--tagger", default="fast")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--corpora", type=Path, metavar="FOLDER", help=f"by default {CORPORA}")
    options = parser.parse_args()
    corpora = options.corpora or CORPORA
    if lacking := [name for name in NEEDED if not (corpora / name).is_dir()]:
        told = f"{corpora} has no {', '.join(lacking)}; see --help for what --corpora names"
        if options.corpora:
            parser.error(told)
        print(f"left out: {told}")
        return
    print(describe())
    recipe = RelationRecipe.read(ROOT / "model" / "recipes" / RECIPES[options.model])
    learning, held = gold_relations(recipe, corpora)
    folders = [
        weights_folder(name) or Path(name)
        for name in (f"relations-{options.model}", options.tagger)
    ]
    run = replace(load_relations(*folders), weighers={})
    print("| | texts | read by | F1 of pair and type | of pairs |\n|---|---:|---|---|---|")
    for relations in run.model.config.sets:
        documents = answers_of(run, held, relations)
        for reader, (view, weighed) in READERS.items():
            if relations.name in run.wordings or reader == "encoder":
                read = [view(one) for one in documents]
                _tell(relations.name, reader, _drawn(read, options.seeds, worded=weighed))
    every = [one for one in (*learning, *held) if one.corpus == "drugprot"]
    _tell("drugprot, all", "words", list(_crossed(run, recipe, every, options.seeds)))


def _drawn(documents: Sequence[Answered], seeds: int, *, worded: bool) -> list[Mapping[str, Any]]:
    """What is measured of the documents in the order of each seed, which makes the fifths."""
    orders = [Random(seed).sample(documents, len(documents)) for seed in range(seeds)]
    return [measured(order, worded=worded) for order in orders]


def _crossed(
    run: RelationRun, recipe: RelationRecipe, examples: Sequence[RelationExample], seeds: int
) -> Iterator[Mapping[str, Any]]:
    """Of each seed: what the words alone say of each fifth of the texts, learnt on the others."""
    corpora = tuple(one for one in recipe.corpora if one.name == "drugprot")
    alone = replace(recipe, corpora=corpora)
    config = run.model.config
    sets = tuple(one for one in config.sets if one.name == "drugprot")
    bare = replace(run, model=RelationModel(replace(config, trunk=0, sets=sets), []).eval())
    texts = [one for one in examples if len(one.sentences) != 1]
    sentences = [
        one
        for one in examples
        if len(one.sentences) == 1 and not any(one.text in t.text for t in texts)
    ]
    for seed in range(seeds):
        order = Random(seed).sample(texts, len(texts))
        found: list[Answered] = []
        for fold in range(FOLDS):
            others = [one for n, one in enumerate(order) if n % FOLDS != fold]
            words = wordings_of(alone, [*others, *sentences], bare)
            found += answers_of(replace(bare, wordings=words), order[fold::FOLDS], sets[0])
        yield measured([_worded(one) for one in found], worded=False)


def _tell(name: str, reader: str, reports: Sequence[Mapping[str, Any]]) -> None:
    typed, paired = ([100 * one[key] for one in reports] for key in ("f1", "pair_f1"))
    said = [f"{sum(f) / len(f):.1f} ({min(f):.1f} to {max(f):.1f})" for f in (typed, paired)]
    print(f"| {name} | {reports[0]['texts']} | {reader} | {' | '.join(said)} |", flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
