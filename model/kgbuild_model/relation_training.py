"""Train the relation model on several corpora at once, above a tagger that stays as it is."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from kgbuild_model.calibration import Calibration
from kgbuild_model.card import curves_svg, read_log
from kgbuild_model.checkpoint import digest, load_tagger, save_relations
from kgbuild_model.errors import RecipeError
from kgbuild_model.relation_examples import RelationExample, read_relations
from kgbuild_model.relation_reading import Asked, RelationRun, Shared, asked_of, swap
from kgbuild_model.relations import RelationConfig, RelationModel, RelationSet
from kgbuild_model.scoring import Score
from kgbuild_model.tokens import tokenise
from kgbuild_model.training import Optimisation, train

__all__ = [
    "Answer",
    "RelationCorpus",
    "RelationRecipe",
    "answers_of",
    "best_threshold",
    "fitted",
    "gold_relations",
    "measure_relations",
    "scores_at",
    "sets_of",
    "train_relations",
]


@dataclass(frozen=True, kw_only=True)
class RelationCorpus:
    """Files of one corpus; as in a tagger's recipe, with its types and whether order counts."""

    name: str
    files: tuple[str, ...]
    labels: Mapping[str, str]
    types: tuple[str, ...]
    directed: bool = False
    share: float = 1.0
    held_out_files: tuple[str, ...] = ()
    held_out_most: int = 0
    terms: str = "not stated"


@dataclass(frozen=True, kw_only=True)
class RelationRecipe:
    """All that a training run depends on: the tagger below, how many layers are shared, corpora."""

    tagger: str
    corpora: tuple[RelationCorpus, ...]
    trunk: int = 3
    epochs: float = 10
    hold_out: bool = True
    optimisation: Optimisation = field(default_factory=Optimisation)

    @classmethod
    def read(cls, path: Path) -> RelationRecipe:
        """Read a recipe (TOML); raises RecipeError with the file and the key where one is wrong."""
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            corpora = tuple(RelationCorpus(**_tuples(one)) for one in table.pop("corpus"))
            optimisation = Optimisation(**table.pop("optimisation", {}))
            return cls(corpora=corpora, optimisation=optimisation, **table)
        except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
            raise RecipeError(f"{path}: {error}") from error


def _tuples(table: Mapping[str, Any]) -> dict[str, Any]:  # TOML has lists
    return {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}


def gold_relations(
    recipe: RelationRecipe, root: Path
) -> tuple[list[RelationExample], list[RelationExample]]:
    """The documents to learn from and those held out; one held out of a corpus is in no other."""
    learning: list[RelationExample] = []
    held: list[RelationExample] = []
    for corpus in recipe.corpora:
        learning += _read(corpus, corpus.files, root)
        kept = _read(corpus, corpus.held_out_files, root)
        if corpus.held_out_most:
            Random(corpus.name).shuffle(kept)
            learning += kept[corpus.held_out_most :]
            kept = kept[: corpus.held_out_most]
        held += kept
    if not recipe.hold_out:
        return learning + held, held
    names = {example.id for example in held}
    return [e for e in learning if e.id not in names], held


def _read(corpus: RelationCorpus, files: Sequence[str], root: Path) -> list[RelationExample]:
    return [
        example
        for file in files
        for example in read_relations(root / file, corpus.labels, corpus.name)
    ]


def sets_of(recipe: RelationRecipe, learning: Sequence[RelationExample]) -> tuple[RelationSet, ...]:
    """What each corpus marks; the pairs of labels are those that its gold has relations between."""
    found = []
    for corpus in recipe.corpora:
        pairs = set()
        for example in learning:
            if example.corpus == corpus.name:
                for a, b in example.relations:
                    pair = (example.concepts[a].label, example.concepts[b].label)
                    pairs.add(pair if corpus.directed else (min(pair), max(pair)))
        found.append(RelationSet(corpus.name, corpus.types, corpus.directed, tuple(sorted(pairs))))
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A document with its pairs and their gold classes [pairs]: 0 for none."""

    shared: Shared
    asked: Asked
    gold: Tensor
    relations: RelationSet


class Lessons:
    """Documents to learn from, one a batch; the shared layers read each of them once."""

    def __init__(
        self, recipe: RelationRecipe, examples: Sequence[RelationExample], run: RelationRun
    ) -> None:
        self.run = run
        self.lessons = list(_lessons(examples, run))
        shares = {corpus.name: corpus.share for corpus in recipe.corpora}
        random = Random(recipe.optimisation.seed)
        self.plan: list[int] = []
        left = recipe.epochs
        while left > 0:
            chosen: list[int] = []
            for place, lesson in enumerate(self.lessons):
                whole, part = divmod(shares[lesson.relations.name] * min(left, 1.0), 1)
                chosen += [place] * (int(whole) + (random.random() < part))
            random.shuffle(chosen)
            self.plan += chosen
            left -= 1
        self.usual = sum(len(one.gold) for one in self.lessons) / max(len(self.lessons), 1)

    def batch(self, step: int) -> Lesson:
        """The document of a step."""
        return self.lessons[self.plan[step]]

    def loss(self, lesson: Lesson) -> Tensor:
        """The cross-entropy of a document's pairs; every pair counts alike in all documents."""
        pairs = lesson.asked.pairs
        if not lesson.relations.directed and torch.rand(()) < 0.5:
            pairs = swap(pairs)
        scores, _ = self.run.scores(self.run.hidden_of(lesson.shared), pairs, lesson.relations)
        with torch.autocast("cpu", enabled=False):
            total = functional.cross_entropy(scores.float(), lesson.gold, reduction="sum")
        return total / self.usual


def _lessons(examples: Sequence[RelationExample], run: RelationRun) -> list[Lesson]:
    sets = {one.name: one for one in run.model.config.sets}
    found = []
    for example in examples:
        relations = sets[example.corpus]
        [words] = tokenise(run.run.tokenizer, [example.text])
        asked = asked_of(words, example.concepts, relations, run.model.config.labels)
        if asked is None:
            continue
        gold = torch.tensor(
            [
                _gold(example, asked.concepts[a], asked.concepts[b], relations)
                for a, b in zip(
                    asked.pairs.first.tolist(), asked.pairs.second.tolist(), strict=True
                )
            ]
        )
        found.append(Lesson(run.share(words), asked, gold, relations))
    return found


def _gold(example: RelationExample, first: str, second: str, relations: RelationSet) -> int:
    kind = example.relations.get((first, second))
    if kind is None and not relations.directed:
        kind = example.relations.get((second, first))
    return 0 if kind is None or kind not in relations.types else 1 + relations.types.index(kind)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said of one pair: how sure it is of any relation, of its best type, and gold."""

    related: float
    score: float
    kind: int
    gold: int


@torch.no_grad()
def answers_of(
    run: RelationRun, examples: Sequence[RelationExample], relations: RelationSet
) -> tuple[list[Answer], int]:
    """The model's answers on a corpus' documents with gold concepts, and how many are gold."""
    chosen = [one for one in examples if one.corpus == relations.name]
    answers = []
    for lesson in _lessons(chosen, run):
        chances, _ = run.chances(run.hidden_of(lesson.shared), lesson.asked, relations)
        best, which = chances[:, 1:].max(dim=1)
        rows = zip(
            (1 - chances[:, 0]).tolist(), best.tolist(), which.tolist(), lesson.gold.tolist(),
            strict=True,
        )  # fmt: skip
        answers += [Answer(related, score, kind + 1, gold) for related, score, kind, gold in rows]
    return answers, sum(len(_distinct(one, relations)) for one in chosen)


def scores_at(answers: Sequence[Answer], gold: int, threshold: float) -> tuple[Score, Score]:
    """Pairs with their type, and pairs alone; a pair that could not be asked for is missed."""
    found = [one for one in answers if one.related >= threshold]
    typed = sum(one.kind == one.gold for one in found)
    paired = sum(one.gold > 0 for one in found)
    return (
        Score(typed, len(found) - typed, gold - typed),
        Score(paired, len(found) - paired, gold - paired),
    )


def best_threshold(answers: Sequence[Answer], gold: int) -> float:
    """The threshold in hundredths with the best F1 of pairs with their type."""
    steps = [n / 100 for n in range(10, 91, 2)]
    return max(steps, key=lambda step: (scores_at(answers, gold, step)[0].f1, step))


def measure_relations(
    run: RelationRun, held: Sequence[RelationExample]
) -> dict[str, dict[str, float]]:
    """F1 of pairs with their type, and of pairs, for each corpus, with gold concepts.

    The threshold is chosen on one half of the documents and used on the other, both ways.
    """
    report: dict[str, dict[str, float]] = {}
    for relations in run.model.config.sets:
        chosen = [one for one in held if one.corpus == relations.name]
        if len(chosen) < 2:
            continue
        halves = [answers_of(run, chosen[part::2], relations) for part in (0, 1)]
        typed, paired = Score(), Score()
        for (answers, gold), (others, other_gold) in (halves, halves[::-1]):
            found = scores_at(answers, gold, best_threshold(others, other_gold))
            typed, paired = typed + found[0], paired + found[1]
        report[relations.name] = {
            "texts": len(chosen),
            "f1": round(typed.f1, 4),
            "precision": round(typed.precision, 4),
            "recall": round(typed.recall, 4),
            "pair_f1": round(paired.f1, 4),
        }
    return report


def _distinct(example: RelationExample, relations: RelationSet) -> set[tuple[str, str]]:
    if relations.directed:
        return set(example.relations)
    return {(min(pair), max(pair)) for pair in example.relations}


def train_relations(
    recipe: RelationRecipe,
    folder: Path,
    *,
    corpora: Path,
    taggers: Path,
    measure_every: int = 0,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Train by a recipe and write the checkpoint ``folder``; a stopped run goes on.

    Thresholds and calibration are fitted on the held-out documents. Raises RecipeError, GoldError,
    CheckpointError.
    """
    if folder.exists():
        raise RecipeError(f"{folder} is there already", hint="name another folder, or remove it")
    work = folder.with_name(folder.name + ".run")
    below = taggers / recipe.tagger
    learning, held = gold_relations(recipe, corpora)
    if not learning:
        raise RecipeError("the recipe's corpora hold no text to train on")
    run = _fresh(recipe, below, sets_of(recipe, learning))
    lessons = Lessons(recipe, learning, run)
    tell(f"{len(lessons.lessons)} documents to learn from, {len(held)} held out")
    train(
        run.model,
        batches=len(lessons.plan),
        batch_of=lessons.batch,
        loss_of=lessons.loss,
        settings=recipe.optimisation,
        folder=work,
        measure_every=measure_every,
        measure=(lambda _: measure_relations(run, held)) if held else None,
        tell=tell,
    )
    log = read_log(work / "log.jsonl")
    facts = {"steps": len(log), "held_out": log[-1].get("measured", {})}
    papers = {
        "metrics.json": json.dumps(facts, indent=1) + "\n",
        "recipe.json": json.dumps(asdict(recipe), indent=1) + "\n",
        "curves.svg": curves_svg(log),
    }
    save_relations(folder, fitted(run, held), digest(below), papers)


def _fresh(recipe: RelationRecipe, below: Path, sets: Sequence[RelationSet]) -> RelationRun:
    tagger = replace(load_tagger(below), autocast=recipe.optimisation.bf16)
    torch.manual_seed(recipe.optimisation.seed)
    config = RelationConfig(
        trunk=recipe.trunk,
        labels=tagger.tags.labels,
        sets=tuple(sets),
        width=tagger.tagger.encoder.config.width,
    )
    return RelationRun(run=tagger, model=RelationModel.above(tagger.tagger, config))


def fitted(run: RelationRun, held: Sequence[RelationExample]) -> RelationRun:
    """The run with a threshold and a calibration for each corpus that has held-out documents."""
    thresholds: dict[str, float] = {}
    curves: dict[str, Calibration] = {}
    for relations in run.model.config.sets:
        answers, gold = answers_of(run, held, relations)
        if answers:
            thresholds[relations.name] = best_threshold(answers, gold)
            right = [one.kind == one.gold for one in answers]
            curves[relations.name] = Calibration.fitted([one.score for one in answers], right)
    return replace(run, thresholds=thresholds, calibrations=curves)
