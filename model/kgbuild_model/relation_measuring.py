"""How right a relation model is on gold documents with their gold concepts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from kgbuild_model.calibration import Calibration, expected_calibration_error
from kgbuild_model.relation_examples import RelationExample
from kgbuild_model.relation_lessons import lessons_of
from kgbuild_model.relation_reading import RelationRun
from kgbuild_model.relations import RelationSet
from kgbuild_model.scoring import Score, bootstrap

__all__ = [
    "Answer",
    "Answered",
    "answers_of",
    "best_threshold",
    "calibration_of",
    "measure_relations",
    "scores_at",
]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said of one pair: how sure it is of any relation, of its best type, and gold."""

    related: float
    score: float
    kind: int
    gold: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers on one document; ``gold`` counts its relations, those not asked for too."""

    answers: tuple[Answer, ...]
    gold: int


@torch.no_grad()
def answers_of(
    run: RelationRun, examples: Sequence[RelationExample], relations: RelationSet
) -> list[Answered]:
    """The model's answers on a corpus' documents.

    A pair that several pages of a document name has the surest answer.
    """
    found = []
    for example in examples:
        if example.corpus == relations.name:
            answers: dict[tuple[str, str], Answer] = {}
            for lesson in lessons_of([example], run):
                [question] = lesson.questions
                hidden = run.hidden_of(lesson.page, lesson.marks)
                [said] = run.answers(lesson.page, hidden, question.asked, [relations])
                best, which = said.chances[:, 1:].max(dim=1)
                related = (1 - said.chances[:, 0]).tolist()
                gold = question.gold[said.rows].tolist()
                rows = zip(related, best.tolist(), (which + 1).tolist(), gold, strict=True)
                for pair, row in zip(question.asked.named(said.rows), rows, strict=True):
                    if pair not in answers or answers[pair].related < row[0]:
                        answers[pair] = Answer(*row)
            found.append(Answered(tuple(answers.values()), len(_distinct(example, relations))))
    return found


def _distinct(example: RelationExample, relations: RelationSet) -> set[tuple[str, str]]:
    marked = {pair for pair, kind in example.relations.items() if kind in relations.types}
    return marked if relations.directed else {(min(pair), max(pair)) for pair in marked}


def scores_at(one: Answered, threshold: float) -> tuple[Score, Score]:
    """A document's pairs with their type, and pairs alone; a pair that was not asked is missed."""
    found = [answer for answer in one.answers if answer.related >= threshold]
    typed = sum(answer.kind == answer.gold for answer in found)
    paired = sum(answer.gold > 0 for answer in found)
    return (
        Score(typed, len(found) - typed, one.gold - typed),
        Score(paired, len(found) - paired, one.gold - paired),
    )


def best_threshold(documents: Sequence[Answered]) -> float:
    """The threshold in hundredths with the best F1 of pairs with their type."""
    steps = [n / 100 for n in range(10, 91, 2)]
    return max(steps, key=lambda step: (_typed(documents, step).f1, step))


def _typed(documents: Sequence[Answered], threshold: float) -> Score:
    return sum((scores_at(one, threshold)[0] for one in documents), Score())


def calibration_of(documents: Sequence[Answered], threshold: float) -> Calibration:
    """What the score of a pair that is found is worth: fitted on those that nearly are, too."""
    scores, right = _found(documents, threshold / 2)
    return Calibration.fitted(scores, right) if scores else Calibration()


def _found(documents: Sequence[Answered], threshold: float) -> tuple[list[float], list[bool]]:
    found = [a for one in documents for a in one.answers if a.related >= threshold]
    return [a.score for a in found], [a.kind == a.gold for a in found]


def measure_relations(
    run: RelationRun, held: Sequence[RelationExample]
) -> dict[str, dict[str, Any]]:
    """F1 of pairs with their type and of pairs, and the calibration error, for each corpus.

    Threshold and calibration are fitted on one half of the documents and used on the other, both
    ways. Intervals are of 95%, by documents.
    """
    report: dict[str, dict[str, Any]] = {}
    for relations in run.model.config.sets:
        documents = answers_of(run, held, relations)
        if len(documents) > 1:
            report[relations.name] = _measured(documents)
    return report


def _measured(documents: Sequence[Answered]) -> dict[str, Any]:
    halves = documents[::2], documents[1::2]
    typed: list[Score] = []
    paired: list[Score] = []
    errors = []
    for half, other in (halves, halves[::-1]):
        threshold = best_threshold(other)
        scores = [scores_at(one, threshold) for one in half]
        typed += [score for score, _ in scores]
        paired += [score for _, score in scores]
        curve = calibration_of(other, threshold)
        found, right = _found(half, threshold)
        errors.append(expected_calibration_error([curve.of(score) for score in found], right))
    whole, pairs = sum(typed, Score()), sum(paired, Score())
    return {
        "texts": len(documents),
        "relations": sum(one.gold for one in documents),
        "f1": round(whole.f1, 4),
        "precision": round(whole.precision, 4),
        "recall": round(whole.recall, 4),
        "interval": [round(bound, 4) for bound in bootstrap(typed)],
        "pair_f1": round(pairs.f1, 4),
        "pair_interval": [round(bound, 4) for bound in bootstrap(paired)],
        "calibration_error": round(sum(errors) / 2, 4),
    }
