"""Measure the taggers that ship anew, and write what was found into their model cards.

    python benchmarks/tagger_card.py [--model fast accurate] [--most 150] [--write]

Weights that kept texts out of their training (fast) are measured on those: strict F1, the error of
calibration, recall of names that the training texts mark and of others, what is wrong with wrong
spans, labels that are confused. Those that have learnt all (accurate) keep the figures of the
weights before them. Both are measured on corpora that neither learnt from, as
`benchmarks/tagger_elsewhere.py` draws them. No text of a corpus goes into a card. Without --write
the cards are printed; the digest of a checkpoint does not take in its card.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgbuild_model.calibration import Calibration
from kgbuild_model.card import model_card
from kgbuild_model.checkpoint import load_tagger
from kgbuild_model.held_out import answers_to, calibrated, strictly_scored
from kgbuild_model.mistakes import mistakes, names_of
from kgbuild_model.tagger_training import TaggerRecipe, gold_examples
from kgbuild_model.texts import letters
from kgbuild_model.weights import weights_folder
from kgbuild_transformer.settings import TaggerSettings
from kgbuild_transformer.tagger import precision_of
from machine import describe  # type: ignore[import-not-found]
from tagger_elsewhere import (  # type: ignore[import-not-found]
    CORPORA,
    ELSEWHERE,
    RECIPE,
    drawn,
)

if TYPE_CHECKING:
    from kgbuild_model.examples import Example
    from kgbuild_model.tagging import TaggerRun

COMMAND = "Measured by `python benchmarks/tagger_card.py --write`"


def held_out(
    run: TaggerRun, recipe: TaggerRecipe, learning: Sequence[Example], held: Sequence[Example]
) -> dict[str, Any]:
    """The figures of a card on texts that the weights did not learn from."""
    answers = answers_to(recipe, run, held)
    raw = answers_to(recipe, replace(run, calibration=Calibration()), held)
    return {
        "held_out": {
            corpus.name: strictly_scored(theirs, set(corpus.labels.values()))
            for corpus in recipe.corpora
            if (theirs := [one for one in answers if one[0].convention == corpus.name])
        },
        "calibration": calibrated(recipe, raw)[1],
        "mistakes": mistakes(answers, names_of(learning), most=0),
    }


def elsewhere(
    run: TaggerRun, learnt: Sequence[Example], corpora: Path, most: int
) -> dict[str, Any]:
    """The figures on corpora of other makers; names are seen that any corpus of ours marks."""
    known = "\n".join(letters(one.text) for one in learnt)
    scores, together = {}, []
    for corpus in ELSEWHERE:
        if not corpus.marks_all:
            continue
        texts = [replace(t, convention=corpus.name) for t in drawn(corpus, corpora, known, most)[0]]
        labels = set(corpus.labels.values())
        found = run.tag([text.text for text in texts])
        answers = [
            (text, [span for span in spans if span.label in labels])
            for text, spans in zip(texts, found, strict=True)
        ]
        scores[corpus.name] = strictly_scored(answers, labels)
        together += answers
    return {
        "measured_on": "Strict F1 of these weights on texts of other corpora that no training "
        f"corpus has, at most {most} of each, under the convention `biored`.",
        "scores": scores,
        "mistakes": mistakes(together, names_of(learnt), most=0),
    }


def measured(folder: Path, corpora: Path, most: int) -> dict[str, Any]:
    """The facts of a shipped checkpoint, with all that can be measured of it measured anew."""
    facts: dict[str, Any] = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    recipe = TaggerRecipe.read(RECIPE)
    learning, held = gold_examples(recipe, corpora)
    run = load_tagger(folder, precision=precision_of(TaggerSettings()))
    kind = str(precision_of(TaggerSettings())).removeprefix("torch.")
    command = f"{COMMAND} in {kind}: {describe()}."
    if json.loads((folder / "recipe.json").read_text(encoding="utf-8"))["hold_out"]:
        facts |= held_out(run, recipe, learning, held) | {"measured_by": command}
    facts["elsewhere"] = elsewhere(run, learning + held, corpora, most)
    facts["elsewhere"]["measured_on"] += f" {command}"
    return facts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", nargs="+", default=["fast", "accurate"])
    parser.add_argument("--corpora", type=Path, default=CORPORA)
    parser.add_argument("--most", type=int, default=150)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    for model in arguments.model:
        folder = weights_folder(model)
        if folder is None:
            parser.error(f"no weights called {model} ship")
        facts = measured(folder, arguments.corpora, arguments.most)
        card = model_card(facts)
        print(card)
        if arguments.write:
            text = json.dumps(facts, indent=1, ensure_ascii=False) + "\n"
            (folder / "metrics.json").write_text(text, encoding="utf-8")
            (folder / "README.md").write_text(card, encoding="utf-8")


if __name__ == "__main__":
    main()
