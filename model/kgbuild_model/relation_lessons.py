"""What relation models learn from and are asked: gold documents as pages with questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from kgbuild_model.relation_examples import RelationExample, sentences_of
from kgbuild_model.relation_pages import Page, marks_of
from kgbuild_model.relation_reading import Asked, RelationRun, asked_of
from kgbuild_model.tokens import tokenise

if TYPE_CHECKING:
    from kgbuild_model.relations import RelationSet

__all__ = ["UNKNOWN", "Lesson", "Question", "RelationCorpus", "lessons_of"]

UNKNOWN = -100
"""The class of a pair of which the gold says nothing."""


@dataclass(frozen=True, kw_only=True)
class RelationCorpus:
    """Files of one corpus; as in a tagger's recipe, with its types and whether order counts.

    ``by_sentence``: its relations are of sentences, not of documents. ``denied`` names other
    corpora and the types there that are none of this corpus' types ("" is a pair that they leave
    unmarked): what they mark in a sentence is asked here too. A corpus that says little of what is
    no relation learns it so. ``same`` says which of its types mean the same as one of another
    corpus: {type: (corpus, type there)}. ``borrowed`` are other corpora whose pairs the wording
    learns from, too, and what their types are called here: {corpus: {type there: type}}; pairs of
    other types are not learnt, unmarked ones are none here, either.
    """

    name: str
    files: tuple[str, ...]
    labels: Mapping[str, str]
    types: tuple[str, ...]
    format: str = "pubtator"
    directed: bool = False
    by_sentence: bool = False
    denied: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    same: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    borrowed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    share: float = 1.0
    held_out_files: tuple[str, ...] = ()
    held_out_most: int = 0
    terms: str = "not stated"


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """The pairs of a document that are asked for one corpus, and their gold classes [pairs].

    A class is 0 for none, and ``UNKNOWN`` where the gold says nothing.
    """

    asked: Asked
    gold: Tensor
    relations: RelationSet


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A page of a document as the shared layers read it, with what is asked of it."""

    corpus: str
    document: str
    page: Page
    marks: Tensor
    questions: tuple[Question, ...]


def lessons_of(
    examples: Sequence[RelationExample],
    run: RelationRun,
    corpora: Sequence[RelationCorpus] = (),
    layers: int | None = None,
) -> Iterator[Lesson]:
    """What can be asked of each document: of its own corpus, and of those that it denies.

    The pages are read by ``layers``: those below the branch, unless said.
    """
    sets = {one.name: one for one in run.model.config.sets}
    labels = run.model.config.labels
    for example in examples:
        denying = {c.name: c.denied[example.corpus] for c in corpora if example.corpus in c.denied}
        known = [(sets[example.corpus], None), *((sets[n], d) for n, d in denying.items())]
        [words] = tokenise(run.run.tokenizer, [example.text])
        for page in run.pages(words, layers):
            questions = [_question(page, example, *one, labels) for one in known]
            if asked := tuple(q for q in questions if q is not None):
                marks = marks_of(page, example.concepts, labels)
                yield Lesson(example.corpus, example.id, page, marks, asked)


def _question(
    page: Page,
    example: RelationExample,
    relations: RelationSet,
    denied: Sequence[str] | None,
    labels: Sequence[str],
) -> Question | None:
    sentences = example.sentences or sentences_of(example.text)
    asked = asked_of(page, example.concepts, [relations], labels, sentences)
    if asked is None:
        return None
    every = torch.arange(len(asked.pairs.first))
    gold = [_gold(example, *pair, relations, denied) for pair in asked.named(every)]
    known = any(kind != UNKNOWN for kind in gold)
    return Question(asked, torch.tensor(gold), relations) if known else None


def _gold(
    example: RelationExample,
    first: str,
    second: str,
    relations: RelationSet,
    denied: Sequence[str] | None,
) -> int:
    kind = example.relations.get((first, second))
    if kind is None and (denied is not None or not relations.directed):
        kind = example.relations.get((second, first))
    if denied is not None:
        return 0 if (kind or "") in denied else UNKNOWN
    return 0 if kind is None or kind not in relations.types else 1 + relations.types.index(kind)
