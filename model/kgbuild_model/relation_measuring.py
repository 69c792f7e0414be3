"""How right a relation model is on gold documents with their gold concepts, and what that fits.

What is fitted on documents (a weigher, a threshold, a calibration) is measured on others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from kgbuild_model.calibration import Calibration, expected_calibration_error
from kgbuild_model.relation_examples import RelationExample
from kgbuild_model.relation_lessons import lessons_of
from kgbuild_model.relation_reading import RelationRun
from kgbuild_model.relation_weighing import Weigher, features_of, standing_of
from kgbuild_model.relations import RelationSet
from kgbuild_model.scoring import Score, bootstrap

__all__ = [
    "FOLDS",
    "Answered",
    "Fit",
    "Folds",
    "answers_of",
    "measure_relations",
    "measured",
    "scores_at",
]

FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """What a model said of the pairs of one document.

    ``chances`` and ``heard`` [pairs, classes] and ``standing`` [pairs, features] are as a weigher
    wants them, ``gold`` [pairs] is the class; ``relations`` counts those of the document, those
    between concepts that were not asked too. Of a corpus without a wording nothing is heard.
    """

    chances: Tensor
    heard: Tensor
    standing: Tensor
    gold: Tensor
    relations: int

    def related(self) -> Tensor:
        """How sure the model is of any relation, [pairs]."""
        return 1 - self.chances[:, 0]

    def best(self) -> tuple[Tensor, Tensor]:
        """The chance and the class of each pair's best type."""
        chance, kind = self.chances[:, 1:].max(dim=1)
        return chance, kind + 1


@dataclass(frozen=True)
class Fit:
    """What is fitted on a corpus' documents that the model has not learnt from.

    A corpus without a wording has no weigher, nor has one whose encoder knows better.
    """

    weigher: Weigher | None
    threshold: float
    calibration: Calibration

    @classmethod
    def on(cls, documents: Sequence[Answered], *, worded: bool) -> Fit:
        """What fits these documents best: the threshold by the F1 of pairs with their type.

        Threshold and calibration are fitted on what weighers say of documents that they were not
        fitted on: of its own a weigher is too sure. Where that finds less than the encoder
        alone there is none.
        """
        weighed = _weighed_apart(documents) if worded else documents
        threshold, alone = _best_threshold(weighed), _best_threshold(documents)
        if worded and _typed(weighed, threshold).f1 >= _typed(documents, alone).f1:
            return cls(_weigher(documents), threshold, _calibration(weighed, threshold))
        return cls(None, alone, _calibration(documents, alone))


def _weigher(documents: Sequence[Answered]) -> Weigher:
    return Weigher.fitted(
        torch.cat([one.chances for one in documents]),
        torch.cat([one.heard for one in documents]),
        torch.cat([one.standing for one in documents]),
        torch.cat([one.gold for one in documents]),
    )


def _weighed_apart(documents: Sequence[Answered]) -> list[Answered]:
    """Each document as a weigher of the other fifths of them weighs it, in their order."""
    weighed = list(documents)
    for fold in range(min(FOLDS, len(documents))):
        others = [one for n, one in enumerate(documents) if n % FOLDS != fold]
        weigher = _weigher(others or documents)
        weighed[fold::FOLDS] = [_weighed(one, weigher) for one in documents[fold::FOLDS]]
    return weighed


def _weighed(one: Answered, weigher: Weigher | None) -> Answered:
    if weigher is None:
        return one
    return replace(one, chances=weigher.weighed(one.chances, one.heard, one.standing))


@torch.no_grad()
def answers_of(
    run: RelationRun, examples: Sequence[RelationExample], relations: RelationSet
) -> list[Answered]:
    """The model's answers on a corpus' documents.

    A pair that several pages of a document name has the surest answer.
    """
    return [
        _answered(run, example, relations)
        for example in examples
        if example.corpus == relations.name
    ]


def _answered(run: RelationRun, example: RelationExample, relations: RelationSet) -> Answered:
    marked = len(_distinct(example, relations))
    labels = len(run.model.config.labels)
    worded = relations.name in run.wordings
    found: dict[tuple[str, str], tuple[Tensor, ...]] = {}
    for lesson in lessons_of([example], run):
        [question] = lesson.questions
        hidden = run.hidden_of(lesson.page, lesson.marks)
        [said] = run.answers(lesson.page, hidden, question.asked, [relations])
        standing = standing_of(question.asked.pairs, said.rows, said.chances, labels)
        heard = torch.zeros_like(said.chances)
        if worded:
            heard = run.heard(lesson.page, question.asked, said.rows, relations)
        rows = zip(said.chances, heard, standing, question.gold[said.rows], strict=True)
        for pair, row in zip(question.asked.named(said.rows), rows, strict=True):
            if pair not in found or row[0][0] < found[pair][0][0]:
                found[pair] = row
    if not found:
        chances = torch.zeros(0, 1 + len(relations.types))
        none = torch.zeros(0, features_of(labels))
        return Answered(chances, chances, none, torch.zeros(0).long(), marked)
    chances, heard, standing, gold = map(torch.stack, zip(*found.values(), strict=True))
    return Answered(chances, heard, standing, gold, marked)


def _distinct(example: RelationExample, relations: RelationSet) -> set[tuple[str, str]]:
    marked = {pair for pair, kind in example.relations.items() if kind in relations.types}
    return marked if relations.directed else {(min(pair), max(pair)) for pair in marked}


def scores_at(one: Answered, threshold: float) -> tuple[Score, Score]:
    """A document's pairs with their type, and pairs alone; a pair that was not asked is missed."""
    found = one.related() >= threshold
    gold, kind = one.gold[found], one.best()[1][found]
    count, typed, paired = len(gold), int((kind == gold).sum()), int((gold > 0).sum())
    return (
        Score(typed, count - typed, one.relations - typed),
        Score(paired, count - paired, one.relations - paired),
    )


def _best_threshold(documents: Sequence[Answered]) -> float:
    steps = [n / 100 for n in range(10, 91, 2)]
    return max(steps, key=lambda step: (_typed(documents, step).f1, step))


def _typed(documents: Sequence[Answered], threshold: float) -> Score:
    return sum((scores_at(one, threshold)[0] for one in documents), Score())


def _calibration(documents: Sequence[Answered], threshold: float) -> Calibration:
    """What the score of a pair that is found is worth: fitted on those that nearly are, too."""
    return Calibration.logistic(*_found(documents, threshold / 2))


def _found(documents: Sequence[Answered], threshold: float) -> tuple[list[float], list[bool]]:
    scores: list[float] = []
    right: list[bool] = []
    for one in documents:
        found = one.related() >= threshold
        chance, kind = one.best()
        scores += chance[found].tolist()
        right += (kind == one.gold)[found].tolist()
    return scores, right


def measure_relations(
    run: RelationRun, held: Sequence[RelationExample]
) -> dict[str, dict[str, Any]]:
    """What is measured on each corpus of which five documents or more are held out."""
    plain = replace(run, weighers={})
    report: dict[str, dict[str, Any]] = {}
    for relations in run.model.config.sets:
        documents = answers_of(plain, held, relations)
        if len(documents) >= FOLDS:
            report[relations.name] = measured(documents, worded=relations.name in run.wordings)
    return report


@dataclass(frozen=True)
class Folds:
    """What is found on documents with what was fitted on others.

    ``typed`` and ``paired`` are the scores of each document; ``worth`` and ``right`` say of each
    relation found what its calibrated score is, and whether it is right.
    """

    typed: list[Score]
    paired: list[Score]
    worth: list[float]
    right: list[bool]

    @classmethod
    def of(cls, documents: Sequence[Answered], *, worded: bool) -> Folds:
        """Weigher (where ``worded``), threshold and calibration fitted on four fifths, by turns."""
        found = cls([], [], [], [])
        for fold in range(FOLDS):
            others = [one for n, one in enumerate(documents) if n % FOLDS != fold]
            fit = Fit.on(others, worded=worded)
            asked = [_weighed(one, fit.weigher) for one in documents[fold::FOLDS]]
            scores = [scores_at(one, fit.threshold) for one in asked]
            found.typed.extend(score for score, _ in scores)
            found.paired.extend(score for _, score in scores)
            raw, right = _found(asked, fit.threshold)
            found.worth.extend(fit.calibration.of(score) for score in raw)
            found.right.extend(right)
        return found


def measured(documents: Sequence[Answered], *, worded: bool) -> dict[str, Any]:
    """F1 of pairs with their type and of pairs, and the calibration error, of one corpus.

    Weigher (where ``worded``), threshold and calibration are fitted on four fifths of the documents
    and used on the other, by turns. Intervals are of 95%, by documents.
    """
    found = Folds.of(documents, worded=worded)
    whole, pairs = sum(found.typed, Score()), sum(found.paired, Score())
    return {
        "texts": len(documents),
        "relations": sum(one.relations for one in documents),
        "f1": round(whole.f1, 4),
        "precision": round(whole.precision, 4),
        "recall": round(whole.recall, 4),
        "interval": [round(bound, 4) for bound in bootstrap(found.typed)],
        "pair_f1": round(pairs.f1, 4),
        "pair_interval": [round(bound, 4) for bound in bootstrap(found.paired)],
        "calibration_error": round(expected_calibration_error(found.worth, found.right), 4),
    }
