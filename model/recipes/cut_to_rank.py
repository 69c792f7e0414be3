"""Make a large branch of relations small: what it learnt, as corrections of the tagger's layers.

    python model/recipes/cut_to_rank.py RECIPE WEIGHTS OUT [--rank N] [--precision P]

WEIGHTS are those that ``kgbuild train RECIPE`` wrote, with all layers whole; OUT has corrections of
low rank of the tagger's layers, and the heads. Weigher, threshold and calibration are fitted anew
on what is held out, and the card says what the cut weights reach. The corpora are looked for beside
the recipe, or in KGBUILD_CORPORA; the tagger among the weights that ship.
"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import replace
from pathlib import Path

from kgbuild_model.card import relation_card
from kgbuild_model.checkpoint import digest, load_relations, save_relations
from kgbuild_model.relation_measuring import measure_relations
from kgbuild_model.relation_training import RelationRecipe, fitted, gold_relations

PAPERS = ("recipe.json", "curves.svg")
FITTED = ("weighers", "thresholds", "calibrations")


def main() -> None:
    """Cut, measure, fit, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recipe", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rank", type=int, default=64)
    parser.add_argument("--precision", default="int4")
    options = parser.parse_args()
    recipe = RelationRecipe.read(options.recipe)
    corpora = Path(os.environ.get("KGBUILD_CORPORA", options.recipe.parent))
    _, held = gold_relations(recipe, corpora)
    tagger = options.recipe.parents[1] / "weights" / recipe.tagger
    run = load_relations(options.weights, tagger)
    bare = options.out.with_name(options.out.name + ".cut")
    save_relations(bare, run, digest(tagger), rank=options.rank, precision=options.precision)
    cut = load_relations(bare, tagger)
    facts = json.loads((options.weights / "metrics.json").read_text(encoding="utf-8"))
    facts |= {"name": options.out.name, "held_out": measure_relations(cut, held)}
    papers = {name: (options.weights / name).read_text(encoding="utf-8") for name in PAPERS}
    papers |= {
        "metrics.json": json.dumps(facts, indent=1, ensure_ascii=False) + "\n",
        "README.md": relation_card(facts),
    }
    ready = replace(run, **{k: getattr(fitted(cut, held), k) for k in FITTED})
    save_relations(
        options.out, ready, digest(tagger), papers, rank=options.rank, precision=options.precision
    )


if __name__ == "__main__":
    main()
