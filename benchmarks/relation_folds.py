"""How far the figures of relations hang on which texts are held out: three seeds, five folds.

    python benchmarks/relation_folds.py [--model fast] [--tagger fast] [--seeds N]
                                        [--corpora FOLDER]

FOLDER holds the corpora that the recipe of the weights names, each in a folder of its own, and
`sentence-gold`, which `python model/recipes/sentence_gold.py FOLDER FOLDER/sentence-gold` makes of
them. None of it can lie in the repository.

The held-out texts are drawn into fifths, anew for each seed; what is fitted on them (weigher and
threshold) is fitted on four and measured on the fifth, by turns. So the encoder alone, the words
alone, and both weighed, with gold concepts. What takes hours to train is not trained anew. Beside
the calibration error stands what scores that are exactly right would show by chance, so few
relations there are; the last row before DrugProt's is of all corpora together.

DrugProt besides by cross-validation: all its texts, those to learn from as well, in fifths. The
words' reader is fitted on four, with the sentences of ChemProt that stand in none of the texts,
and reads the fifth. The encoder is left out: it has learnt from most of these texts.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import torch
from kgbuild_model.calibration import calibration_error_by_chance, expected_calibration_error
from kgbuild_model.checkpoint import load_relations
from kgbuild_model.relation_measuring import FOLDS, Answered, Folds, answers_of
from kgbuild_model.relation_training import RelationRecipe, gold_relations, wordings_of
from kgbuild_model.relations import RelationModel
from kgbuild_model.scoring import Score
from kgbuild_model.weights import weights_folder
from machine import describe  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from kgbuild_model.relation_examples import RelationExample
    from kgbuild_model.relation_reading import RelationRun

ROOT = Path(__file__).resolve().parents[1]
CORPORA = ROOT.parent / "corpora"
NEEDED = ("biored", "bc5cdr", "drugprot-part", "biotext-treatment-disease", "sentence-gold")
RECIPES = {"fast": "relations-fast-taught.toml", "accurate": "relations-accurate-taught.toml"}


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
    print("| | texts | read by | F1 of pair and type | of pairs | calibration error | by chance |")
    print("|---|---:|---|---|---|---|---|")
    shipped = []
    for relations in run.model.config.sets:
        documents = answers_of(run, held, relations)
        for reader, (view, weighed) in READERS.items():
            if relations.name in run.wordings or reader == "encoder":
                read = [view(one) for one in documents]
                drawn = _drawn(read, options.seeds, worded=weighed)
                _tell(relations.name, reader, drawn)
        shipped.append(drawn)
    _tell("all", "as it ships", _joined(shipped))
    every = [one for one in (*learning, *held) if one.corpus == "drugprot"]
    _tell("drugprot, all", "words", list(_crossed(run, recipe, every, options.seeds)))


def _drawn(documents: Sequence[Answered], seeds: int, *, worded: bool) -> list[Folds]:
    """What is found in the documents in the order of each seed, which makes the fifths."""
    orders = [Random(seed).sample(documents, len(documents)) for seed in range(seeds)]
    return [Folds.of(order, worded=worded) for order in orders]


def _crossed(
    run: RelationRun, recipe: RelationRecipe, examples: Sequence[RelationExample], seeds: int
) -> Iterator[Folds]:
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
        yield Folds.of([_worded(one) for one in found], worded=False)


def _tell(name: str, reader: str, drawn: Sequence[Folds]) -> None:
    scores = ([100 * sum(part, Score()).f1 for part in (one.typed, one.paired)] for one in drawn)
    said = [_spread(part, 1) for part in zip(*scores, strict=True)]
    print(f"| {name} | {len(drawn[0].typed)} | {reader} | {' | '.join(said)} | {_errors(drawn)} |",
          flush=True)  # fmt: skip


def _errors(drawn: Sequence[Folds]) -> str:
    """The calibration error, and what scores that are exactly right would show by chance."""
    errors = [expected_calibration_error(one.worth, one.right) for one in drawn]
    chance = [calibration_error_by_chance(one.worth) for one in drawn]
    return f"{_spread(errors, 3)} | {sum(chance) / len(chance):.3f}"


def _spread(values: Sequence[float], digits: int) -> str:
    """The mean, the least and the most."""
    mean, least, most = sum(values) / len(values), min(values), max(values)
    return f"{mean:.{digits}f} ({least:.{digits}f} to {most:.{digits}f})"


def _joined(parts: Sequence[Sequence[Folds]]) -> list[Folds]:
    """What several corpora have found, seed by seed."""
    return [
        Folds(*([x for one in some for x in getattr(one, f.name)] for f in fields(Folds)))
        for some in zip(*parts, strict=True)
    ]


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
