"""The ranking, trained from annotated papers; ``benchmarks/linking.py --train`` runs it.

What annotators chose for a name is learnt with the document left out, so that the model does not
trust it more than it may for a new document.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from kgbuild import AnnotatedDocument
from kgbuild_linker.candidates import candidates, learnt_key
from kgbuild_linker.context import read_context
from kgbuild_linker.ranking import features
from kgbuild_linker.records import Group
from kgbuild_linker.terminology import Terminology, group_of

__all__ = ["train"]

Example = tuple[dict[str, float], bool]
_MOST = 4
"""A name counts this often in a document at most."""


def train(terminology: Terminology, documents: Iterable[AnnotatedDocument], target: Path) -> None:
    """Fit the ranking and write it to ``target``."""
    documents = list(documents)
    choices = [_choices(terminology, document) for document in documents]
    whole: dict[str, Counter[str]] = defaultdict(Counter)
    for chosen in choices:
        for key, curie in chosen:
            whole[key][curie] += 1
    examples: dict[Group, list[Example]] = defaultdict(list)
    for document, chosen in zip(documents, choices, strict=True):
        for group, example in _examples(terminology, document, chosen, whole):
            examples[group].append(example)
    weights = {group.name: _fit(some) for group, some in sorted(examples.items())}
    learnt = {key: dict(sorted(counts.items())) for key, counts in sorted(whole.items())}
    text = json.dumps({"weights": weights, "learnt": learnt}, indent=0, sort_keys=True)
    target.write_text(f"{text}\n", encoding="utf-8")


def _choices(terminology: Terminology, document: AnnotatedDocument) -> list[tuple[str, str]]:
    """The names of a document and what they were said to name, a name a few times at most."""
    counts: Counter[tuple[str, str]] = Counter()
    for name, group, curie in _named(terminology, document):
        counts[learnt_key(name, group), curie] += 1
    return [pair for pair, count in counts.items() for _ in range(min(count, _MOST))]


def _named(
    terminology: Terminology, document: AnnotatedDocument
) -> Iterator[tuple[str, Group, str]]:
    several = Counter(link.mention for link in document.annotations.links)
    for link in document.annotations.links:
        group = group_of(link.mention.category)
        if group is not None and link.concept and several[link.mention] == 1:
            name = " ".join(link.mention.text.split())
            yield name, group, terminology.preferred(link.concept)


def _examples(
    terminology: Terminology,
    annotated: AnnotatedDocument,
    chosen: list[tuple[str, str]],
    whole: dict[str, Counter[str]],
) -> Iterator[tuple[Group, Example]]:
    context = read_context(terminology, annotated.document, annotated.annotations.mentions)
    rest = {key: Counter(whole[key]) for key, _ in chosen}
    for key, curie in chosen:
        rest[key][curie] -= 1
    learnt = {
        key: {curie: count for curie, count in counts.items() if count > 0}
        for key, counts in rest.items()
    }
    for written, group, curie in sorted(set(_named(terminology, annotated))):
        name = context.expanded(written) or written
        among = candidates(terminology, name, group, learnt, context.taxa)
        for one in among:
            said = features(name, one, among, group, context, learnt)
            yield group, (said, one.hit.curie == curie)


def _fit(examples: list[Example]) -> dict[str, float]:
    """Weights of a logistic regression with a little decay, by L-BFGS."""
    import torch

    names = sorted({name for said, _ in examples for name in said})
    place = {name: number for number, name in enumerate(names)}
    given = torch.zeros(len(examples), len(names), dtype=torch.float64)
    for row, (said, _) in enumerate(examples):
        for name, value in said.items():
            given[row, place[name]] = value
    right = torch.tensor([float(right) for _, right in examples], dtype=torch.float64)
    weights = torch.zeros(len(names), dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=500, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(given @ weights, right)
        loss = loss + 1e-4 * weights.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return {name: round(float(weights.detach()[number]), 4) for name, number in place.items()}
