"""From a recipe to a checkpoint: read, train, measure, calibrate, write.

The folder of a run has beside it ``FOLDER.run`` (state and log, with which a stopped run goes on,
and the recipe and the digests of the gold, without which it would be another run).
The checkpoint itself has weights, tokenizer, labels, ``metrics.json``, ``recipe.json``,
``curves.svg`` and the model card ``README.md``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from kgbuild_model.batching import interleaved
from kgbuild_model.card import curves_svg, model_card, read_log
from kgbuild_model.checkpoint import load_tagger, read_config, save_tagger
from kgbuild_model.corrections import correct
from kgbuild_model.digest import digests_of
from kgbuild_model.distillation import SoftSet, teach
from kgbuild_model.early_stopping import kept_line
from kgbuild_model.errors import RecipeError
from kgbuild_model.held_out import answers_to, calibrated
from kgbuild_model.mistakes import mistakes, names_of
from kgbuild_model.published import load_encoder
from kgbuild_model.tagger import Tagger
from kgbuild_model.tagger_training import (
    Corpus,
    TaggerRecipe,
    TrainingSet,
    gold_examples,
    measure_tagger,
)
from kgbuild_model.tagging import TaggerRun
from kgbuild_model.tags import TagSet
from kgbuild_model.texts import letters, read_texts
from kgbuild_model.training import Source, claim, train

if TYPE_CHECKING:
    from kgbuild_model.examples import Example
    from kgbuild_model.tagging import ScoredSpan

__all__ = ["Places", "fine_tune"]


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where a recipe's names are looked for: its corpora and its encoders."""

    corpora: Path
    encoders: Path


def fine_tune(
    recipe: TaggerRecipe,
    folder: Path,
    places: Places,
    *,
    measure_every: int = 0,
    precision: str = "int8",
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Train by a recipe and write the checkpoint ``folder``; a stopped run goes on.

    Raises RecipeError, GoldError, CheckpointError.
    """
    if folder.exists():
        raise RecipeError(f"{folder} is there already", hint="name another folder, or remove it")
    work = folder.with_name(folder.name + ".run")
    learning, held = gold_examples(recipe, places.corpora)
    if not learning:
        raise RecipeError("the recipe's corpora hold no text to train on")
    digests = [_digests(corpus, places) for corpus in recipe.corpora]
    run = _student(recipe, places)  # refused before there is a folder that another would stumble on
    claim(work, {"recipe": asdict(recipe), "gold": digests})
    gold = TrainingSet(recipe, learning, run)
    tell(f"{len(learning)} texts to learn from, {len(held)} held out, {len(gold)} batches of gold")
    plan: list[tuple[Source, Any]] = [(gold, step) for step in range(len(gold))]
    soft = _soft(recipe, places, run, {letters(one.text) for one in learning + held}, work, tell)
    if soft is not None:
        distilled = soft.plan(recipe.distil_share, recipe.tokens, recipe.optimisation.seed)
        plan = interleaved(plan, [(soft, group) for group in distilled])
        tell(f"{len(distilled)} batches of the teacher's answers")
        if soft.left_out:
            tell(f"{soft.left_out} texts left out: student and teacher cut them differently")

    train(
        run.tagger,
        batches=len(plan),
        batch_of=lambda step: (plan[step][0], plan[step][0].batch(plan[step][1])),
        loss_of=lambda drawn: drawn[0].loss(drawn[1]),
        settings=recipe.optimisation,
        folder=work,
        measure_every=measure_every,
        measure=(lambda _: measure_tagger(run, recipe, held)) if held else None,
        tell=tell,
    )
    _write(
        recipe, run, answers_to(recipe, run, held), names_of(learning), folder, places, precision
    )


def _digests(corpus: Corpus, places: Places) -> dict[str, str]:
    return digests_of((*corpus.files, *corpus.held_out_files), places.corpora)


def _student(recipe: TaggerRecipe, places: Places) -> TaggerRun:
    """The tagger that is trained: from a published encoder, or from a checkpoint of ours."""
    torch.manual_seed(recipe.optimisation.seed)
    source = places.encoders / recipe.encoder
    tags = TagSet(recipe.labels)
    conventions = len(recipe.corpora)
    if (source / "weights-1.safetensors").is_file():
        begun = load_tagger(source)
        encoder, tokenizer = begun.tagger.encoder, begun.tokenizer
        tagger = Tagger(encoder, tags=len(tags), conventions=conventions, dropout=recipe.dropout)
        tagger.shapes.load_state_dict(begun.tagger.shapes.state_dict())
        if begun.tags == tags and begun.tagger.convention_bias.shape[0] == conventions:
            tagger.load_state_dict(begun.tagger.state_dict())
    elif recipe.rank:
        raise RecipeError(
            f"rank corrects a tagger, and {source} is none",
            hint="name weights that ship, or a folder that kgbuild train wrote",
        )
    else:
        encoder, tokenizer = load_encoder(source)
        tagger = Tagger(encoder, tags=len(tags), conventions=conventions, dropout=recipe.dropout)
    if recipe.rank:
        correct(tagger, rank=recipe.rank, layers=recipe.upper_layers)
    return TaggerRun(
        tagger=tagger,
        tokenizer=tokenizer,
        tags=tags,
        pieces=recipe.pieces,
        autocast=recipe.optimisation.bf16,
    )


def _soft(
    recipe: TaggerRecipe,
    places: Places,
    student: TaggerRun,
    gold: set[str],
    work: Path,
    tell: Callable[[str], None],
) -> SoftSet | None:
    """The teacher's answers, made once and kept in the run's folder.

    Texts with the letters of gold are left out: a student that was taught on the held-out texts
    would be measured on what it has seen, if not on its labels. Corpora set spaces otherwise.
    """
    if not recipe.teacher:
        return None
    folder = places.encoders / recipe.teacher
    texts = [text for file in recipe.distil_texts for text in read_texts(places.corpora / file)]
    unlabelled = [text for text in texts if letters(text) not in gold]
    tell(f"{len(texts) - len(unlabelled)} of {len(texts)} texts are gold: the teacher skips them")
    texts = unlabelled[: recipe.distil_most or None]
    names = read_config(folder)["conventions"]
    ours = [corpus.name for corpus in recipe.corpora]
    unknown = [name for name in recipe.distil_conventions if name not in names or name not in ours]
    if unknown:
        raise RecipeError(f"teacher and recipe do not both have the convention {unknown[0]!r}")
    work.mkdir(parents=True, exist_ok=True)
    answers = work / "teacher.safetensors"
    if not answers.exists():
        teacher = replace(load_tagger(folder), autocast=recipe.optimisation.bf16)
        taught = [names.index(name) for name in recipe.distil_conventions]
        teach(teacher, texts, taught, answers, tell)
    conventions = [ours.index(name) for name in recipe.distil_conventions]
    return SoftSet(student, texts, answers, conventions, pieces=recipe.pieces)


def _write(
    recipe: TaggerRecipe,
    run: TaggerRun,
    answers: Sequence[tuple[Example, Sequence[ScoredSpan]]],
    learnt: Set[str],
    folder: Path,
    places: Places,
    precision: str,
) -> None:
    log = read_log(folder.with_name(folder.name + ".run") / "log.jsonl")
    kept = kept_line(log, recipe.optimisation.patience)
    names = tuple(corpus.name for corpus in recipe.corpora)
    curve, calibration = calibrated(recipe, answers)
    facts: dict[str, Any] = {
        "name": folder.name,
        "encoder": recipe.encoder,
        "labels": list(recipe.labels),
        "measured_on": _measured_on(recipe, log, kept),
        "held_out": recipe.measured or kept.get("measured", {}),
        "calibration": calibration,
        "mistakes": mistakes(answers, learnt) if answers else {},
        "corpora": [
            {
                "name": corpus.name,
                "share": corpus.share,
                "terms": corpus.terms,
                "files": _digests(corpus, places),
            }
            for corpus in recipe.corpora
        ],
        "steps": len(log),
        "seconds": round(sum(line["seconds"] for line in log)),
        "notes": list(recipe.notes),
    }
    papers = {
        "metrics.json": json.dumps(facts, indent=1, ensure_ascii=False) + "\n",
        "recipe.json": recipe.to_json() + "\n",
        "curves.svg": curves_svg(log),
        "README.md": model_card(facts),
    }
    save_tagger(
        folder,
        replace(run, calibration=curve),
        names,
        precision=precision,
        papers=papers,
        corrects=places.encoders / recipe.encoder if recipe.rank else None,
    )


def _measured_on(
    recipe: TaggerRecipe, log: Sequence[Mapping[str, Any]], kept: Mapping[str, Any]
) -> str:
    if recipe.optimisation.patience and sum("measured" in line for line in log) > 1:
        return (
            "Strict F1 on held-out texts that it was not trained on. They chose the weights, those "
            f"after step {kept['step'] + 1:,}, so the figures flatter a little."
        )
    if recipe.hold_out:
        return "Strict F1 on held-out texts that it was not trained on."
    if recipe.measured:
        return (
            "Strict F1 of the weights that these went on from, on texts held out from them. "
            "These weights have then learnt those texts as well."
        )
    return "Strict F1 on texts that it WAS trained on as well: no measure of what it can do."
