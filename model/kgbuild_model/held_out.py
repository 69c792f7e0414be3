"""What a tagger answers to the texts held out from it, and how sure it may be of its answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kgbuild_model.calibration import Calibration, expected_calibration_error
from kgbuild_model.scoring import Score, bootstrap, strict_scores

if TYPE_CHECKING:
    from kgbuild_model.examples import Example
    from kgbuild_model.tagger_training import TaggerRecipe
    from kgbuild_model.tagging import ScoredSpan, TaggerRun

    Answers = Sequence[tuple[Example, Sequence[ScoredSpan]]]

__all__ = ["answers_to", "calibrated", "strictly_scored"]


def answers_to(
    recipe: TaggerRecipe, run: TaggerRun, held: Sequence[Example]
) -> list[tuple[Example, list[ScoredSpan]]]:
    """What a tagger finds in held-out texts, under their conventions, of the labels marked."""
    answers: list[tuple[Example, list[ScoredSpan]]] = []
    for place, corpus in enumerate(recipe.corpora if recipe.hold_out else ()):
        texts = [example for example in held if example.convention == corpus.name]
        found = replace(run, convention=place).tag([example.text for example in texts])
        for example, spans in zip(texts, found, strict=True):
            answers.append((example, [span for span in spans if span.label in example.marked]))
    return answers


def strictly_scored(answers: Answers, labels: Collection[str]) -> dict[str, Any]:
    """Strict F1 of ``labels``, together with its interval, and by label; ready for JSON."""
    each = [
        strict_scores(
            [(s.start, s.end, s.label) for s in example.spans],
            [(s.start, s.end, s.label) for s in spans],
            labels,
        )
        for example, spans in answers
    ]
    together = [sum(scores.values(), Score()) for scores in each]
    whole = sum(together, Score())
    return {
        "texts": len(answers),
        "f1": round(whole.f1, 4),
        "precision": round(whole.precision, 4),
        "recall": round(whole.recall, 4),
        "interval": [round(bound, 4) for bound in bootstrap(together)],
        "labels": {
            label: round(sum((scores[label] for scores in each), Score()).f1, 4)
            for label in sorted(labels)
        },
    }


def calibrated(recipe: TaggerRecipe, answers: Answers) -> tuple[Calibration, dict[str, Any]]:
    """The curve fitted on all held-out texts; its error by cross-fitting over two halves."""
    if recipe.calibration or not answers:
        points = tuple((float(x), float(y)) for x, y in recipe.calibration)
        given = Calibration(points) if points else Calibration()
        return given, {
            "error": recipe.calibration_error,
            "how": "as measured before, by the recipe",
        }
    halves: list[tuple[list[float], list[bool]]] = [([], []), ([], [])]
    for number, (example, spans) in enumerate(answers):
        gold = {(s.start, s.end, s.label) for s in example.spans}
        for span in spans:
            halves[number % 2][0].append(span.score)
            halves[number % 2][1].append((span.start, span.end, span.label) in gold)
    errors = []
    for (scores, right), (others, known) in (halves, halves[::-1]):
        curve = Calibration.fitted(others, known)
        errors.append(expected_calibration_error([curve.of(s) for s in scores], right))
    scores, right = halves[0][0] + halves[1][0], halves[0][1] + halves[1][1]
    how = "fitted on one half of the held-out texts, measured on the other, both ways"
    raw = expected_calibration_error(scores, right)
    return Calibration.fitted(scores, right), {"error": sum(errors) / 2, "raw": raw, "how": how}
