"""Belief against the relations that BC5CDR and BioRED mark: how well is it calibrated?

    python benchmarks/belief.py [--svg docs/reference/belief.svg]
    python benchmarks/belief.py --predictions FILE.jsonl    # scored relations of the dev texts

A candidate is a pair of concepts of one abstract for which some sentence was found to speak: by
the rules of kgbuild-spacy (which give no score), and by a bag-of-words classifier of sentences
(which does; it is trained here, on half of the training texts). The other half fits the
numbers of the formula; the development texts measure. No text stands on two sides. With
``--predictions``, the scored relations of a file of annotated documents take the place of both,
and half of its documents fit the numbers.

Compared: noisy-or over the scores as given; noisy-or over scores calibrated for each sentence;
INDRA's default model of random and systematic errors (0.3 and 0.05 for every reader); and
kgbuild's. Components are calibrated for each corpus apart: BC5CDR marks what a chemical brings on,
BioRED any relation, so a rule is right far more often there. Printed: Brier score,
expected calibration error (10 bins of equal width), log loss.
"""

from __future__ import annotations

import argparse
import math
import re
import sys
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from kgbuild_spacy.plugin import EXTRACTOR
from machine import describe  # type: ignore[import-not-found]

from kgbuild import Annotations, Mention, PaperFile, Relation, Span, Task
from kgbuild.readers.jsonl import SPEC as JSONL
from kgbuild.readers.pubtator import SPEC as PUBTATOR
from kgbuild.reasoning.belief import DEFAULT_MODEL, BeliefModel, Statement, against, weigh
from kgbuild.segmenters.rules import RuleSegmenter

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"
FILES = {
    "BC5CDR": ("bc5cdr", "CDR_TrainingSet.PubTator.txt", "CDR_DevelopmentSet.PubTator.txt"),
    "BioRED": ("biored", "Train.PubTator", "Dev.PubTator"),
}
CAUSES = {"biolink:causes", "biolink:has_adverse_event", "biolink:contributes_to"}
GAP, BINS = 250, 10
RULES = "rules, "
HASHED = 2**16
Pair = frozenset[str]


@dataclass(frozen=True)
class Said:
    """One sentence that speaks of a pair, as a component found it."""

    words: str
    component: str
    score: float
    status: str
    section: str
    negated: bool


@dataclass
class Candidate:
    """A pair of concepts of one document; ``true`` where the corpus relates the two."""

    document: str
    corpus: str
    true: bool
    said: list[Said] = field(default_factory=list)


@dataclass(frozen=True)
class Text:
    """A document with the mentions and the relations that the corpus marks."""

    task: Task
    corpus: str
    related: frozenset[Pair]

    @property
    def id(self) -> str:
        """The document's CURIE."""
        return self.task.document.id


# --- the corpora -----------------------------------------------------------------------------


Claims = Callable[[Text, Iterable[Relation]], Iterable[tuple[Pair, Relation]]]


def texts(corpus: str, part: int, claims: Claims | None = None) -> Iterator[Text]:
    """The documents of a corpus; part 1 is its training half, 2 its development half.

    ``claims`` names what is related; else that is each pair, whatever the type.
    """
    folder, *names = FILES[corpus]
    file = CORPORA / folder / names[part - 1]
    reader = PUBTATOR.create(PUBTATOR.settings_class()())
    for one in reader.read(PaperFile(name=file.name, open=lambda: file.open("rb"))):
        given = one.annotations
        document = one.document.with_sentences(tuple(RuleSegmenter().segment(one.document)))
        kept = Annotations(mentions=given.mentions, links=given.links)
        related = {frozenset((str(r.subject), str(r.object))) for r in given.relations}
        text = Text(Task(document=document, annotations=kept), corpus, frozenset(related))
        if claims is None:
            yield text
        else:
            yield replace(text, related=frozenset(c for c, _ in claims(text, given.relations)))


def concepts_of(annotations: Annotations) -> dict[Mention, set[str]]:
    named: dict[Mention, set[str]] = defaultdict(set)
    for link in annotations.links:
        if link.concept:
            named[link.mention].add(link.concept)
    return named


def section_of(text: Task, place: Span) -> str:
    inside = (s.kind.value for s in text.document.sections if place.start in range(*_ends(s.span)))
    return next(inside, "abstract")


def _ends(span: Span) -> tuple[int, int]:
    return span.start, span.end


# --- what speaks of a pair -------------------------------------------------------------------


def ruled(all_texts: Sequence[Text]) -> Iterator[tuple[Text, Pair, Said]]:
    """The sentences in which a rule finds a relation."""
    extractor = EXTRACTOR.create(EXTRACTOR.settings_class()())
    found = extractor.extract([text.task for text in all_texts])
    for text, said in zip(all_texts, found, strict=True):
        yield from relations(text, said.relations, f"{RULES}{text.corpus}")


def relations(
    text: Text, found: Iterable[Relation], component: str
) -> Iterator[tuple[Text, Pair, Said]]:
    named = concepts_of(text.task.annotations)
    for relation in found:
        if text.corpus == "BC5CDR" and relation.predicate not in CAUSES:
            continue
        ends = [
            {e} if isinstance(e, str) else named[e] for e in (relation.subject, relation.object)
        ]
        place = relation.evidence[0]
        said = Said(
            place.of(text.task.document.text),
            component,
            relation.score,
            relation.status.value,
            section_of(text.task, place),
            relation.negated,
        )
        for one in sorted(ends[0]):
            for other in sorted(ends[1] - {one}):
                yield text, frozenset((one, other)), said


KINDS = {
    "BC5CDR": {("biolink:ChemicalEntity", "biolink:DiseaseOrPhenotypicFeature")},
    "BioRED": set(),
}


def together(text: Text) -> Iterator[tuple[Pair, Span, list[int]]]:
    """Each pair in each sentence that names both, with the hashed features of its words."""
    document, named = text.task.document, concepts_of(text.task.annotations)
    for span in document.sentences:
        inside = [m for m in named if m.span in span]
        inside.sort(key=lambda m: m.span)
        best: dict[Pair, tuple[Mention, Mention]] = {}
        for number, first in enumerate(inside):
            for second in inside[number + 1 :]:
                for pair in _pairs(text.corpus, (first, second), named):
                    known = best.get(pair)
                    if known is None or _gap(first, second) < _gap(*known):
                        best[pair] = (first, second)
        for pair, (first, second) in best.items():
            yield pair, span, features(document.text, span, first, second, len(inside))


def _gap(first: Mention, second: Mention) -> int:
    return second.span.start - first.span.end


def _pairs(
    corpus: str, ends: tuple[Mention, Mention], named: dict[Mention, set[str]]
) -> list[Pair]:
    first, second = ends
    kinds = tuple(sorted((first.category, second.category)))
    if not 0 <= _gap(first, second) <= GAP or (KINDS[corpus] and kinds not in KINDS[corpus]):
        return []
    found = {tuple(sorted((a, b))) for a in named[first] for b in named[second] if a != b}
    return [frozenset(pair) for pair in sorted(found)]


def features(text: str, span: Span, first: Mention, second: Mention, mentions: int) -> list[int]:
    """Words before, between and behind the two, and the two categories, hashed."""
    parts = {
        "<": text[span.start : first.span.start],
        "=": text[first.span.end : second.span.start],
        ">": text[second.span.end : span.end],
    }
    kinds = f"{first.category}|{second.category}"
    told = [kinds, f"{kinds}|{min(mentions, 12)}", f"gap {_gap(first, second).bit_length()}"]
    for mark, words in parts.items():
        tokens = re.findall(r"[a-z]+|[^\sa-z]", words.lower())[-12 if mark == "<" else 0 :][:40]
        told += [mark + token for token in tokens]
        if mark == "=":
            told += [f"={kinds}{token}" for token in tokens]
            told += [f"={one} {other}" for one, other in pairwise(tokens)]
    return [zlib.crc32(one.encode()) % HASHED for one in told]


class SentenceClassifier:
    """A logistic regression on the words of a sentence: whether its pair is related."""

    def __init__(self, training: Sequence[Text]) -> None:
        torch.manual_seed(20261125)
        self._table = torch.nn.EmbeddingBag(HASHED, 1, mode="sum")
        torch.nn.init.zeros_(self._table.weight)
        rows = [(f, pair in text.related) for text in training for pair, _, f in together(text)]
        truth = torch.tensor([float(true) for _, true in rows])
        optimiser = torch.optim.Adam(self._table.parameters(), lr=0.02, weight_decay=1e-5)
        for _ in range(12):
            for batch in torch.randperm(len(rows)).split(128):
                optimiser.zero_grad()
                logits = self._logits([rows[int(n)][0] for n in batch])
                loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, truth[batch])
                loss.backward()
                optimiser.step()

    def _logits(self, rows: Sequence[list[int]]) -> torch.Tensor:
        starts = torch.tensor([0, *map(len, rows[:-1])]).cumsum(0)
        found: torch.Tensor = self._table(torch.tensor([n for row in rows for n in row]), starts)
        return found[:, 0]

    def said(self, text: Text) -> Iterator[tuple[Text, Pair, Said]]:
        """Every sentence that names both ends of a pair, with its score."""
        found = list(together(text))
        if not found:
            return
        with torch.no_grad():
            scores = torch.sigmoid(self._logits([row for _, _, row in found])).tolist()
        for (pair, span, _), score in zip(found, scores, strict=True):
            words, section = span.of(text.task.document.text), section_of(text.task, span)
            yield text, pair, Said(words, f"words, {text.corpus}", score, "stated", section, False)


def candidates(spoken: Iterable[tuple[Text, Pair, Said]]) -> list[Candidate]:
    found: dict[tuple[str, str, Pair], Candidate] = {}
    for text, pair, said in spoken:
        key = (text.id, text.corpus, pair)
        if key not in found:
            found[key] = Candidate(text.id, text.corpus, pair in text.related)
        found[key].said.append(said)
    # A pair of which nothing is said but denials is no candidate for a relation.
    return [one for one in found.values() if not all(said.negated for said in one.said)]


# --- the ways to weigh -----------------------------------------------------------------------


def noisy_or(candidate: Candidate, model: BeliefModel) -> float:
    def strength(negated: bool) -> float:
        chosen = [s for s in candidate.said if s.negated == negated]
        return 1 - math.prod(1 - model.calibrated(s.component, s.score) for s in chosen)

    return strength(False) * (1 - strength(True))


def indra(candidate: Candidate, random: float = 0.3, systematic: float = 0.05) -> float:
    """INDRA's SimpleScorer: each component is a source, each sentence an evidence."""

    def strength(negated: bool) -> float:
        counts: dict[str, set[str]] = defaultdict(set)
        for said in candidate.said:
            if said.negated == negated:
                counts[said.component].add(said.words)
        return 1 - math.prod(systematic + random ** len(words) for words in counts.values())

    return strength(False) * (1 - strength(True))


def ours(candidate: Candidate, model: BeliefModel) -> float:
    def strength(negated: bool) -> float:
        return weigh(
            (
                Statement(s.words, "d", model.weight(s.component, s.score, s.status, s.section))
                for s in candidate.said
                if s.negated == negated
            ),
            model,
        )

    return against(strength(False), strength(True))


# --- fitting the numbers ---------------------------------------------------------------------


def logit(score: float) -> float:
    bounded = min(max(score, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))


def fitted(training: Sequence[Candidate], start: BeliefModel) -> BeliefModel:
    """Calibrations and ρ that make the beliefs of the candidates likeliest; ε stays."""
    components = sorted({said.component for one in training for said in one.said})
    packed = _packed(training, components, start)
    truth = torch.tensor([float(one.true) for one in training])
    # A slope of 1 would leave no gradient to a component that always says 1.
    begin = [start.calibration.get(name, (0.2, 0.0)) for name in components]
    slopes = torch.tensor([slope for slope, _ in begin], requires_grad=True)
    intercepts = torch.tensor([intercept for _, intercept in begin], requires_grad=True)
    repetition = torch.zeros((), requires_grad=True)
    optimiser = torch.optim.LBFGS(
        [slopes, intercepts, repetition], max_iter=200, line_search_fn="strong_wolfe"
    )

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        believed = _beliefs(packed, slopes, intercepts, torch.sigmoid(repetition), start)
        loss = torch.nn.functional.binary_cross_entropy(believed.clamp(1e-6, 1 - 1e-6), truth)
        loss.backward()
        return loss

    for _ in range(5):
        optimiser.step(closure)  # type: ignore[no-untyped-call]
    numbers = zip(components, slopes.tolist(), intercepts.tolist(), strict=True)
    return BeliefModel(
        shared_error=start.shared_error,
        repetition=round(torch.sigmoid(repetition).item(), 3),
        calibration={name: (round(a, 3), round(b, 3)) for name, a, b in numbers},
    )


def _packed(
    training: Sequence[Candidate], components: Sequence[str], model: BeliefModel
) -> tuple[torch.Tensor, torch.Tensor]:
    """[candidates, statements, components]: logits of scores; what status and section leave."""
    statements = [sorted({s.words for s in one.said if not s.negated}) for one in training]
    shape = (len(training), max(map(len, statements)), len(components))
    logits, shares = torch.zeros(shape), torch.zeros(shape)
    for row, (one, words) in enumerate(zip(training, statements, strict=True)):
        for said in one.said:
            if not said.negated:
                place = row, words.index(said.words), components.index(said.component)
                logits[place] = logit(said.score)
                shares[place] = model.status[said.status] * model.section.get(said.section, 1.0)
    return logits, shares


def _beliefs(
    packed: tuple[torch.Tensor, torch.Tensor],
    slopes: torch.Tensor,
    intercepts: torch.Tensor,
    repetition: torch.Tensor,
    model: BeliefModel,
) -> torch.Tensor:
    logits, shares = packed
    weights = (torch.sigmoid(logits * slopes + intercepts) * shares).amax(2)
    weights = weights.sort(1, descending=True).values.clamp(max=1 - 1e-6)
    exponents = repetition ** torch.arange(weights.shape[1])
    missed = ((1 - weights).log() * exponents).sum(1).exp()
    return (1 - model.shared_error) * (1 - missed)


def by_sentence(training: Sequence[Candidate]) -> BeliefModel:
    """Calibrations of single sentences: what each alone would have to say of its pair."""
    alone = [
        Candidate(one.document, one.corpus, one.true, [said])
        for one in training
        for said in one.said
        if not said.negated
    ]
    # Noisy-or knows no hedges and no sections: they are left to its calibration.
    level = dict.fromkeys(DEFAULT_MODEL.status, 1.0)
    return fitted(alone, BeliefModel(shared_error=0.0, status=level, section={}))


# --- measuring -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """How well probabilities agree with the truth."""

    brier: float
    ece: float
    log_loss: float
    bins: tuple[tuple[float, float, int], ...]
    """Mean belief, share that is true, and number, of each bin that is not empty."""


def measured(beliefs: Sequence[float], truth: Sequence[bool]) -> Measured:
    binned: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for belief, true in zip(beliefs, truth, strict=True):
        binned[min(int(belief * BINS), BINS - 1)].append((belief, true))
    bins = tuple(
        (
            sum(b for b, _ in inside) / len(inside),
            sum(t for _, t in inside) / len(inside),
            len(inside),
        )
        for _, inside in sorted(binned.items())
    )
    total = len(truth)
    losses = (-math.log(max(b if t else 1 - b, 1e-6)) for b, t in zip(beliefs, truth, strict=True))
    return Measured(
        sum((b - t) ** 2 for b, t in zip(beliefs, truth, strict=True)) / total,
        sum(abs(mean - share) * count for mean, share, count in bins) / total,
        sum(losses) / total,
        bins,
    )


def compare(training: Sequence[Candidate], held_back: Sequence[Candidate]) -> dict[str, Measured]:
    """Fit on the one, measure on the other, print the table."""
    sentence = by_sentence(training)
    model = fitted(training, BeliefModel(calibration=sentence.calibration))
    print(f"numbers of the formula: ε {model.shared_error}, ρ {model.repetition}, "
          f"slope and intercept {dict(model.calibration)};")  # fmt: skip
    print(f"of single sentences {dict(sentence.calibration)}")
    ways: dict[str, Callable[[Candidate], float]] = {
        "noisy-or, scores as given": partial(noisy_or, model=BeliefModel()),
        "noisy-or, scores calibrated": partial(noisy_or, model=sentence),
        "INDRA's default": indra,
        "kgbuild, not fitted": partial(ours, model=BeliefModel()),
        "kgbuild": partial(ours, model=model),
    }
    truth = [one.true for one in held_back]
    print(f"{len(training):,} candidates fit, {len(held_back):,} measure ({sum(truth):,} true)")
    print("\n| | Brier | ECE | log loss |\n|---|--:|--:|--:|")
    found = {}
    for name, way in ways.items():
        found[name] = got = measured([way(one) for one in held_back], truth)
        print(f"| {name} | {got.brier:.4f} | {got.ece:.4f} | {got.log_loss:.3f} |")
    for corpus in sorted({one.corpus for one in held_back}):
        some = [one for one in held_back if one.corpus == corpus]
        got = measured([ours(one, model) for one in some], [one.true for one in some])
        print(f"| kgbuild, {corpus} alone ({len(some):,}) | {got.brier:.4f} | {got.ece:.4f} "
              f"| {got.log_loss:.3f} |")  # fmt: skip
    return found


def halves(documents: Iterable[str]) -> tuple[set[str], set[str]]:
    """The documents in two halves, by a hash of their names."""
    named = set(documents)
    first = {name for name in named if zlib.crc32(name.encode()) % 2}
    return first, named - first


def from_corpora() -> tuple[list[Candidate], list[Candidate]]:
    held_back = [text for corpus in FILES for text in texts(corpus, 2)]
    held = {text.id for text in held_back}
    training = [text for corpus in FILES for text in texts(corpus, 1) if text.id not in held]
    learns, fits = halves(text.id for text in training)
    # One for each corpus: they mean other things by a relation of a chemical and a disease.
    classifiers = {
        corpus: SentenceClassifier(
            [text for text in training if text.id in learns and text.corpus == corpus]
        )
        for corpus in FILES
    }

    def of(some: Sequence[Text]) -> list[Candidate]:
        scored = (row for text in some for row in classifiers[text.corpus].said(text))
        return candidates([*ruled(some), *scored])

    # BioRED has 204 abstracts of BC5CDR: one that stands in both development halves counts twice,
    # for the two corpora relate other things.
    return of([text for text in training if text.id in fits]), of(held_back)


def from_predictions(file: Path) -> tuple[list[Candidate], list[Candidate]]:
    """The scored relations of a file, of texts that a development half has."""
    known = {text.id: text for corpus in reversed(FILES) for text in texts(corpus, 2)}
    reader = JSONL.create(JSONL.settings_class()())
    spoken = [
        row
        for one in reader.read(PaperFile(name=file.name, open=lambda: file.open("rb")))
        if one.document.id in known
        for row in relations(_with(known[one.document.id], one), one.annotations.relations, "given")
    ]
    fits, held = halves(text.id for text, _, _ in spoken)
    found = candidates(spoken)
    return [c for c in found if c.document in fits], [c for c in found if c.document in held]


def _with(text: Text, given: Any) -> Text:
    return Text(
        Task(document=given.document, annotations=given.annotations), text.corpus, text.related
    )


# --- the picture -----------------------------------------------------------------------------

SVG, SHARE = "http://www.w3.org/2000/svg", "share that the corpus relates"
SHOWN = {
    "kgbuild": "#0b6e4f",
    "INDRA's default": "#b5541c",
    "noisy-or, scores as given": "#3f51b5",
}


def picture(found: dict[str, Measured], size: int = 360, edge: int = 48) -> str:
    """The reliability plot as SVG: belief along, share that is true up; areas are numbers."""
    inner, wide, half = size - 2 * edge, size + 205, size / 2

    def at(belief: float, share: float) -> tuple[float, float]:
        return round(edge + inner * belief, 1), round(size - edge - inner * share, 1)

    (x0, y0), (x1, y1) = at(0, 0), at(1, 1)
    parts = [
        f'<svg xmlns="{SVG}" viewBox="0 0 {wide} {size}" font-family="sans-serif" font-size="12">',
        "<title>Reliability: belief against the share of candidates that are true</title>",
        f'<rect width="{wide}" height="{size}" fill="#fff"/>',
        f'<path d="M{x0} {y0}H{x1}M{x0} {y0}V{y1}" stroke="#333" fill="none"/>',
        f'<path d="M{x0} {y0}L{x1} {y1}" stroke="#999" stroke-dasharray="4 4"/>',
        f'<text x="{half}" y="{size - 10}" text-anchor="middle">belief</text>',
        f'<text transform="translate(14 {half}) rotate(-90)" text-anchor="middle">{SHARE}</text>',
    ]
    for tick in (0.0, 0.5, 1.0):
        x, y = at(tick, tick)
        parts.append(f'<text x="{x}" y="{y0 + 16}" text-anchor="middle">{tick:g}</text>')
        parts.append(f'<text x="{x0 - 6}" y="{y + 4}" text-anchor="end">{tick:g}</text>')
    for row, (name, colour) in enumerate(SHOWN.items()):
        parts += _line(found[name], colour, at)
        y = edge + 20 * row
        parts.append(f'<circle cx="{size}" cy="{y - 4}" r="5" fill="{colour}"/>')
        parts.append(f'<text x="{size + 10}" y="{y}">{name} ({found[name].ece:.3f})</text>')
    y = edge + 20 * len(SHOWN)
    parts.append(f'<text x="{size - 5}" y="{y}" fill="#555">in brackets: calibration error</text>')
    return "\n".join([*parts, "</svg>", ""])


def _line(
    found: Measured, colour: str, at: Callable[[float, float], tuple[float, float]]
) -> Iterator[str]:
    total = sum(count for *_, count in found.bins)
    points = " ".join("{},{}".format(*at(mean, share)) for mean, share, _ in found.bins)
    yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-opacity=".6"/>'
    for mean, share, count in found.bins:
        x, y = at(mean, share)
        radius = round(2 + 14 * math.sqrt(count / total), 1)
        yield (
            f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colour}" fill-opacity=".55">'
            f"<title>{count} candidates</title></circle>"
        )


def ruled_alone(some: Iterable[Candidate]) -> list[Candidate]:
    """The candidates of which a rule speaks, with what rules say."""
    kept = [
        Candidate(c.document, c.corpus, c.true, [s for s in c.said if s.component[:7] == RULES])
        for c in some
    ]
    return [one for one in kept if not all(said.negated for said in one.said)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--svg", type=Path, help="Where to draw the reliability plot.")
    parser.add_argument("--predictions", type=Path, help="Annotated documents as JSON lines.")
    options = parser.parse_args()
    if not CORPORA.is_dir():
        sys.exit(f"{CORPORA}: the corpora are not here")
    print(describe())
    given = options.predictions
    fits, held_back = from_predictions(given) if given else from_corpora()
    found = compare(fits, held_back)
    if not given:
        print("\nThe rules of kgbuild-spacy alone:\n")
        compare(ruled_alone(fits), ruled_alone(held_back))
    if options.svg:
        options.svg.write_text(picture(found), "utf-8")


if __name__ == "__main__":
    main()
