"""Train the relation model on several corpora at once, above a tagger that stays as it is."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from kgbuild_model.batching import interleaved
from kgbuild_model.card import curves_svg, read_log, relation_card
from kgbuild_model.checkpoint import (
    PRECISIONS,
    digest,
    load_relations,
    load_tagger,
    save_relations,
)
from kgbuild_model.corrections import correct_branch
from kgbuild_model.digest import digests_of
from kgbuild_model.errors import RecipeError
from kgbuild_model.gold_split import learnt_and_held_out
from kgbuild_model.recipes import read_recipe
from kgbuild_model.relation_distillation import SoftLessons, teach_relations
from kgbuild_model.relation_examples import RelationExample, read_named, read_relations
from kgbuild_model.relation_lessons import UNKNOWN, Lesson, RelationCorpus, lessons_of
from kgbuild_model.relation_measuring import Fit, answers_of, measure_relations
from kgbuild_model.relation_phrases import Phrases, phrases_of
from kgbuild_model.relation_reading import RelationRun
from kgbuild_model.relation_wording import Wording
from kgbuild_model.relations import RelationConfig, RelationModel, RelationSet, layers_moved
from kgbuild_model.texts import letters
from kgbuild_model.training import Optimisation, Source, claim, train

__all__ = [
    "RelationRecipe",
    "fitted",
    "gold_relations",
    "sets_of",
    "train_relations",
    "wordings_of",
]


_BORROWED = 0.5
"""What a pair of another corpus is worth to a wording."""


@dataclass(frozen=True, kw_only=True)
class RelationRecipe:
    """All that a training run depends on: the tagger below, how many layers are shared, corpora.

    ``dropout`` is that of the branch's layers: of what they give, and of their attention. ``start``
    names relation weights above the same tagger to go on from, with the same corpora's types; where
    they share more layers, the branch begins with the tagger's own in between.
    With ``rank`` only corrections of that rank of the branch are learnt, besides the heads, and the
    checkpoint has them in a file of their own beside those of ``start``. With ``corrects_tagger``
    they are corrections of the tagger's own layers, and begin as the nearest to those of ``start``,
    so the checkpoint needs nothing else. ``precision`` is how its matrices are stored.
    ``teacher`` names relation weights, and ``teacher_tagger`` the tagger that they are read above,
    whose chances are learnt over ``distil_files`` (PubTator, whose names are known, with
    ``distil_labels``), ``distil_share`` times in an epoch, and over the texts of corpora whose
    relations are of documents, for what other corpora ask of them.
    """

    tagger: str
    corpora: tuple[RelationCorpus, ...]
    trunk: int = 3
    epochs: float = 10
    start: str = ""
    dropout: float = 0.1
    hold_out: bool = True
    rank: int = 0
    corrects_tagger: bool = False
    precision: str = "int8"
    teacher: str = ""
    teacher_tagger: str = ""
    distil_files: tuple[str, ...] = ()
    distil_labels: Mapping[str, str] = field(default_factory=dict)
    distil_share: float = 1.0
    notes: tuple[str, ...] = ()
    optimisation: Optimisation = field(default_factory=Optimisation)

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        if self.rank and not self.start:
            raise RecipeError(
                f"rank is {self.rank}, and there is nothing to correct",
                hint="name the relation weights to go on from as start",
            )
        if self.corrects_tagger and not self.rank:
            raise RecipeError("corrects_tagger needs a rank: that of the corrections")
        if self.precision not in PRECISIONS:
            raise RecipeError(
                f"no precision {self.precision!r}", hint=f"one of {', '.join(PRECISIONS)}"
            )
        if bool(self.teacher) != bool(self.teacher_tagger):
            raise RecipeError("teacher and teacher_tagger stand together, or neither does")

    @classmethod
    def read(cls, path: Path) -> RelationRecipe:
        """Read a recipe (TOML); raises RecipeError with the file and the key where one is wrong."""
        return read_recipe(path, cls, {"corpus": "corpora"})


def gold_relations(
    recipe: RelationRecipe, root: Path
) -> tuple[list[RelationExample], list[RelationExample]]:
    """The documents to learn from and those held out, by the recipe."""

    def read(corpus: RelationCorpus, files: Sequence[str]) -> list[RelationExample]:
        return [
            example
            for file in files
            for example in read_relations(root / file, corpus.labels, corpus.name, corpus.format)
        ]

    return learnt_and_held_out(recipe.corpora, read, hold_out=recipe.hold_out)


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
        found.append(
            RelationSet(
                name=corpus.name,
                types=corpus.types,
                directed=corpus.directed,
                pairs=tuple(sorted(pairs)),
                by_sentence=corpus.by_sentence,
                same=tuple((kind, *there) for kind, there in corpus.same.items()),
            )
        )
    return tuple(found)


class Lessons:
    """Documents to learn from, one a batch; the shared layers read each when its turn first comes.

    What they read is kept: the layers below stay as they are.
    """

    def __init__(
        self, recipe: RelationRecipe, examples: Sequence[RelationExample], run: RelationRun
    ) -> None:
        self.run = run
        self._corpora = recipe.corpora
        self._examples = examples
        self._read: dict[int, tuple[Lesson, ...]] = {}
        self.plan = _plan(recipe, examples)

    def batch(self, step: int) -> tuple[Lesson, ...]:
        """The pages of the document of a step."""
        place = self.plan[step]
        if place not in self._read:
            self._read[place] = tuple(lessons_of([self._examples[place]], self.run, self._corpora))
        return self._read[place]

    def loss(self, lessons: Sequence[Lesson]) -> Tensor:
        """That of a document's pages; nothing where nothing is asked."""
        nothing = 0 * self.run.model.prior.sum()  # has a gradient, as a step needs one
        return sum((self._page_loss(lesson) for lesson in lessons), nothing)

    def _page_loss(self, lesson: Lesson) -> Tensor:
        """The cross-entropy of a page's pairs, divided by the root of their number.

        So a document of many pairs counts for more than one of few, and a sentence with one pair
        still counts.
        """
        hidden = self.run.hidden_of(lesson.page, lesson.marks)
        total = hidden.new_zeros(())
        for question in lesson.questions:
            asked, relations = question.asked, question.relations
            rows = asked.rows(relations, self.run.model.config.labels)
            if not relations.directed and torch.rand(()) < 0.5:
                rows = asked.turned(rows)
            gold = question.gold[rows]
            scores, _ = self.run.scores(lesson.page, hidden, asked.pairs.at(rows))
            scores = scores[:, self.run.model.classes_of(relations.name)]
            with torch.autocast("cpu", enabled=False):
                losses = functional.cross_entropy(
                    scores.float(), gold, reduction="sum", ignore_index=UNKNOWN
                )
            total = total + losses / int((gold != UNKNOWN).sum()) ** 0.5
        return total


def _plan(recipe: RelationRecipe, examples: Sequence[RelationExample]) -> list[int]:
    """Which document each step learns from: each epoch has them all, by their corpus' share."""
    shares = {corpus.name: corpus.share for corpus in recipe.corpora}
    random = Random(recipe.optimisation.seed)
    plan: list[int] = []
    left = recipe.epochs
    while left > 0:
        chosen: list[int] = []
        for place, example in enumerate(examples):
            whole, part = divmod(shares[example.corpus] * min(left, 1.0), 1)
            chosen += [place] * (int(whole) + (random.random() < part))
        random.shuffle(chosen)
        plan += chosen
        left -= 1
    return plan


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
    learning, held = gold_relations(recipe, corpora)
    if not learning:
        raise RecipeError("the recipe's corpora hold no text to train on")
    facts = [_corpus_facts(corpus, corpora) for corpus in recipe.corpora]
    run = _fresh(recipe, taggers, sets_of(recipe, learning))
    if not recipe.rank:
        run = replace(run, wordings=wordings_of(recipe, learning, run))
    distilled = digests_of(recipe.distil_files, corpora)
    claim(work, {"recipe": asdict(recipe), "corpora": facts, "distilled": distilled})
    lessons = Lessons(recipe, learning, run)
    tell(f"{len(learning)} documents to learn from, {len(held)} held out")
    plan: list[tuple[Source, int]] = [(lessons, step) for step in range(len(lessons.plan))]
    soft = _soft(recipe, run, learning, held, work, corpora=corpora, taggers=taggers, tell=tell)
    if soft is not None:
        places = soft.plan(recipe.epochs * recipe.distil_share, recipe.optimisation.seed)
        plan = interleaved(plan, [(soft, place) for place in places])
        tell(f"{len(places)} times a text with the teacher's answers")
    train(
        run.model,
        batches=len(plan),
        batch_of=lambda step: (plan[step][0], plan[step][0].batch(plan[step][1])),
        loss_of=lambda drawn: drawn[0].loss(drawn[1]),
        settings=recipe.optimisation,
        folder=work,
        measure_every=measure_every,
        measure=(lambda _: measure_relations(run, held)) if held else None,
        tell=tell,
    )
    _write(
        run,
        recipe,
        held,
        folder,
        corpora=facts,
        distilled=distilled,
        taggers=taggers,
        log=read_log(work / "log.jsonl"),
    )


def _soft(
    recipe: RelationRecipe,
    run: RelationRun,
    learning: Sequence[RelationExample],
    held: Sequence[RelationExample],
    work: Path,
    *,
    corpora: Path,
    taggers: Path,
    tell: Callable[[str], None],
) -> SoftLessons | None:
    """The teacher's answers, made once and kept in the run's folder.

    Unlabelled texts with the letters of gold are left out: the gold texts to learn from are asked
    as well, and on the others the student is measured.
    """
    if not recipe.teacher:
        return None
    read = [
        text
        for file in recipe.distil_files
        for text in read_named(corpora / file, recipe.distil_labels)
    ]
    gold = {letters(one.text) for one in (*learning, *held)}
    unlabelled = [text for text in read if letters(text.text) not in gold]
    tell(f"{len(read) - len(unlabelled)} of {len(read)} texts are gold: the teacher skips them")
    of_documents = {one.name for one in recipe.corpora if not one.by_sentence}
    texts = [*unlabelled, *(one for one in learning if one.corpus in of_documents)]
    answers = work / "teacher.safetensors"
    if not answers.exists():
        teacher = load_relations(taggers / recipe.teacher, taggers / recipe.teacher_tagger)
        below = replace(teacher.run, autocast=recipe.optimisation.bf16)
        teach_relations(replace(teacher, run=below, weighers={}), texts, answers, tell)
    return SoftLessons(run, texts, answers)


def _write(
    run: RelationRun,
    recipe: RelationRecipe,
    held: Sequence[RelationExample],
    folder: Path,
    *,
    corpora: Sequence[Mapping[str, Any]],
    distilled: Mapping[str, str],
    taggers: Path,
    log: Sequence[Mapping[str, Any]],
) -> None:
    """Write trained weights with their card; ``log`` has a line for each step.

    What the card reports is of the weights as they are stored, on fifths of the held-out documents
    by turns; weigher, threshold and calibration are fitted on all of them.
    """
    tagger = taggers / recipe.tagger
    own = recipe.corrects_tagger
    save = partial(
        save_relations,
        tagger=digest(tagger),
        precision=recipe.precision,
        corrects=taggers / recipe.start if recipe.rank and not own else None,
        corrects_tagger=own,
    )
    bare = folder.with_name(folder.name + ".bare")
    shutil.rmtree(bare, ignore_errors=True)  # of a run that was stopped while it measured
    save(bare, replace(run, weighers={}))
    stored = replace(run, model=load_relations(bare, tagger, run=run.run).model, weighers={})
    shutil.rmtree(bare)
    fit = fitted(stored, held)
    report = {
        "name": folder.name,
        "tagger": recipe.tagger,
        "held_out": measure_relations(stored, held),
        "corpora": list(corpora),
        "teacher": recipe.teacher,
        "distilled": dict(distilled),
        "steps": len(log),
        "seconds": round(sum(line["seconds"] for line in log)),
        "notes": list(recipe.notes),
    }
    papers = {
        "metrics.json": json.dumps(report, indent=1, ensure_ascii=False) + "\n",
        "recipe.json": json.dumps(asdict(recipe), indent=1) + "\n",
        "curves.svg": curves_svg(log),
        "README.md": relation_card(report),
    }
    save(folder, replace(fit, model=run.model), papers=papers)


def _corpus_facts(corpus: RelationCorpus, root: Path) -> dict[str, Any]:
    return {
        "name": corpus.name,
        "share": corpus.share,
        "terms": corpus.terms,
        "types": list(corpus.types),
        "files": digests_of((*corpus.files, *corpus.held_out_files), root),
    }


def _fresh(recipe: RelationRecipe, taggers: Path, sets: Sequence[RelationSet]) -> RelationRun:
    tagger = load_tagger(taggers / recipe.tagger)
    tagger = replace(tagger, autocast=recipe.optimisation.bf16)
    torch.manual_seed(recipe.optimisation.seed)
    config = RelationConfig(
        trunk=recipe.trunk,
        labels=tagger.tags.labels,
        sets=tuple(sets),
        width=tagger.tagger.encoder.config.width,
    )
    model = RelationModel.above(tagger.tagger, config)
    run = RelationRun(run=tagger, model=model)
    own = copy.deepcopy(model.state_dict()) if recipe.corrects_tagger else None
    if recipe.start:
        begun = load_relations(taggers / recipe.start, taggers / recipe.tagger)
        _go_on(model, begun.model)
        run = replace(run, wordings=begun.wordings)
    if recipe.rank:
        correct_branch(model, rank=recipe.rank, of=own)
    model.drop(recipe.dropout)
    return run


def _go_on(model: RelationModel, start: RelationModel) -> None:
    """Take over what another model has learnt. Raises RecipeError where it is of another shape."""
    types = [(one.name, one.types) for one in start.config.sets]
    if types != [(one.name, one.types) for one in model.config.sets]:
        raise RecipeError(
            "the weights to start from know other corpora or types",
            hint="give the same corpora with the same types in the same order",
        )
    more = start.config.trunk - model.config.trunk
    if more < 0:
        raise RecipeError(f"the weights to start from share {start.config.trunk} layers")
    begun = start.state_dict()
    heads = {name: value for name, value in begun.items() if not name.startswith("encoder.")}
    model.load_state_dict(model.state_dict() | heads | layers_moved(begun, more))


def wordings_of(
    recipe: RelationRecipe, learning: Sequence[RelationExample], run: RelationRun
) -> dict[str, Wording]:
    """What the words between names say in each corpus, and in those that it borrows from.

    A corpus that says little of what is no relation has none.
    """
    heard = {
        relations.name: _heard(learning, run, relations)
        for relations, corpus in zip(run.model.config.sets, recipe.corpora, strict=True)
        if not corpus.denied
    }
    kinds = {corpus.name: corpus.types for corpus in recipe.corpora}
    return {
        corpus.name: _wording(corpus, heard, kinds)
        for corpus in recipe.corpora
        if corpus.name in heard and heard[corpus.name][0].pairs
    }


def _heard(
    learning: Sequence[RelationExample], run: RelationRun, relations: RelationSet
) -> tuple[Phrases, Tensor]:
    """The phrases of all pairs of a corpus, and their classes."""
    phrases, gold = [], [torch.zeros(0, dtype=torch.long)]
    for example in learning:
        if example.corpus == relations.name:
            for lesson in lessons_of([example], run, layers=0):
                [question] = lesson.questions
                rows = question.asked.rows(relations, run.model.config.labels)
                phrases.append(phrases_of(lesson.page, question.asked, rows, relations))
                gold.append(question.gold[rows])
    return Phrases.joined(phrases), torch.cat(gold)


def _wording(
    corpus: RelationCorpus,
    heard: Mapping[str, tuple[Phrases, Tensor]],
    kinds: Mapping[str, Sequence[str]],
) -> Wording:
    phrases, gold = heard[corpus.name]
    parts, golds, worth = [phrases], [gold], [torch.ones(len(gold))]
    for name, types in corpus.borrowed.items():
        phrases, gold = heard[name]
        ours = [
            0,
            *(1 + corpus.types.index(types[k]) if k in types else UNKNOWN for k in kinds[name]),
        ]
        gold = torch.tensor(ours)[gold]
        parts.append(phrases)
        golds.append(gold.clamp(min=0))
        worth.append(_BORROWED * (gold != UNKNOWN))
    return Wording.fitted(
        Phrases.joined(parts), torch.cat(golds), torch.cat(worth), 1 + len(corpus.types)
    )


def fitted(run: RelationRun, held: Sequence[RelationExample]) -> RelationRun:
    """The run with weigher, threshold and calibration for each corpus with held-out documents."""
    plain = replace(run, weighers={})
    fits = {
        relations.name: Fit.on(documents, worded=relations.name in run.wordings)
        for relations in run.model.config.sets
        if (documents := answers_of(plain, held, relations))
    }
    return replace(
        run,
        weighers={name: fit.weigher for name, fit in fits.items() if fit.weigher},
        thresholds={name: fit.threshold for name, fit in fits.items()},
        calibrations={name: fit.calibration for name, fit in fits.items()},
    )
