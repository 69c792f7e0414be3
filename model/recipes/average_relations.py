"""Average relation weights that went on from one another, and write the checkpoint that ships.

    KGBUILD_CORPORA=corpora/ python model/recipes/average_relations.py RECIPE OUT FOLDER ...

Weights of runs that began from the same weights may be averaged (Wortsman et al. 2022, "Model
soups"): the average is as right as the best of them on each corpus, or nearly. Thresholds and
calibration are fitted anew, on what RECIPE holds out; it names all the corpora learnt from.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from kgbuild_model.card import read_log
from kgbuild_model.checkpoint import load_relations
from kgbuild_model.relation_training import RelationRecipe, gold_relations, write_relations

if TYPE_CHECKING:
    from kgbuild_model.relation_reading import RelationRun

WEIGHTS = Path(__file__).parent.parent / "weights"


def averaged(folders: list[Path], tagger: Path) -> RelationRun:
    """The first folder's run, with the mean of all folders' weights."""
    runs = [load_relations(folder, tagger) for folder in folders]
    states = [run.model.state_dict() for run in runs]
    mean = {name: torch.stack([s[name] for s in states]).mean(0) for name in states[0]}
    runs[0].model.load_state_dict(mean)
    return runs[0]


def main(recipe_file: Path, out: Path, folders: list[Path]) -> None:
    """Average, measure on what is held out, and write."""
    recipe = RelationRecipe.read(recipe_file)
    corpora = Path(os.environ["KGBUILD_CORPORA"])
    _, held = gold_relations(recipe, corpora)
    run = averaged(folders, WEIGHTS / recipe.tagger)
    logs = [folder.with_name(folder.name + ".run") / "log.jsonl" for folder in folders]
    log = [line for file in logs if file.exists() for line in read_log(file)]
    write_relations(run, recipe, held, out, corpora=corpora, taggers=WEIGHTS, log=log)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), [Path(name) for name in sys.argv[3:]])
