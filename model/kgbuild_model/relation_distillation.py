"""A relation model learns from a larger one's chances, in texts whose relations nobody has marked.

Hinton et al. (2015), as taggers do (:mod:`~kgbuild_model.distillation`). The names of these texts
must be known. Of each text the teacher is asked what every corpus asks, and the student learns the
chances of all classes of every pair. Texts are cut into wordpieces by each in its own way, so a
pair is known by its ends, not by its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from kgbuild_model.relation_examples import sentences_of
from kgbuild_model.relation_pages import marks_of
from kgbuild_model.relation_reading import asked_by_kind
from kgbuild_model.tokens import tokenise

if TYPE_CHECKING:
    from kgbuild_model.relation_examples import RelationExample
    from kgbuild_model.relation_pages import Page
    from kgbuild_model.relation_reading import Asked, RelationRun
    from kgbuild_model.relations import RelationSet

__all__ = ["SoftLesson", "SoftLessons", "teach_relations"]

_LEAST = 1e-6  # a chance under this counts as this


@dataclass(frozen=True, slots=True, eq=False)
class _Asking:
    """What relations of one kind, of sentences or of documents, ask of a page."""

    asked: Asked
    sets: Sequence[RelationSet]

    def keys(self, example: RelationExample) -> Tensor:
        """The ends of each pair [pairs, 4]: concept and sentence of one, then of the other.

        A concept is its place among the text's; a relation that is of no sentence has -1.
        """
        places = {name: place for place, name in enumerate(example.concepts)}
        ends = torch.tensor(
            [
                (places[name], -1 if number is None else number)
                for name, number in zip(self.asked.concepts, self.asked.sentences, strict=True)
            ],
            dtype=torch.int32,
        )
        return torch.cat([ends[self.asked.pairs.first], ends[self.asked.pairs.second]], dim=1)


def _askings(run: RelationRun, example: RelationExample) -> Iterator[tuple[Page, list[_Asking]]]:
    """The pages of a text, with all that is asked of each."""
    config = run.model.config
    sentences = example.sentences or sentences_of(example.text)
    [words] = tokenise(run.run.tokenizer, [example.text])
    for page in run.pages(words):
        found = [
            _Asking(asked, kind)
            for kind, asked in asked_by_kind(
                page, example.concepts, config.sets, config.labels, sentences
            )
        ]
        if found:
            yield page, found


def teach_relations(
    teacher: RelationRun,
    examples: Sequence[RelationExample],
    file: Path,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Write what the teacher says of each text, without what words alone say.

    ``file`` is a safetensors file; of the text at a place and a corpus it has ``PLACE.CORPUS.ends``
    [pairs, 4] and ``PLACE.CORPUS.chances`` [pairs, 1 + types] in fp16. It is not there until it is
    whole. Where two pages name a pair, the one that is surer of a relation counts.
    """
    answers: dict[str, Tensor] = {}
    for place, example in enumerate(examples):
        for name, (ends, chances) in _taught(teacher, example).items():
            answers |= {f"{place}.{name}.ends": ends, f"{place}.{name}.chances": chances.half()}
        if place % 200 == 199:
            tell(f"{place + 1} of {len(examples)} texts read by the teacher")
    partial = file.with_suffix(".partial")
    save_file(answers, partial)
    partial.replace(file)


@torch.no_grad()
def _taught(teacher: RelationRun, example: RelationExample) -> dict[str, tuple[Tensor, Tensor]]:
    """Of each corpus that asks something of a text: the ends and the chances of its pairs."""
    found: dict[str, dict[tuple[int, ...], Tensor]] = {}
    for page, askings in _askings(teacher, example):
        hidden = teacher.hidden_of(page, marks_of(page, example.concepts, _labels(teacher)))
        for asking in askings:
            keys = asking.keys(example)
            for said in teacher.answers(page, hidden, asking.asked, asking.sets):
                known = found.setdefault(said.relations.name, {})
                for key, chances in zip(keys[said.rows].tolist(), said.chances, strict=True):
                    pair = tuple(key)
                    if pair not in known or chances[0] < known[pair][0]:
                        known[pair] = chances
    return {
        name: (torch.tensor(list(known), dtype=torch.int32), torch.stack(list(known.values())))
        for name, known in found.items()
    }


def _labels(run: RelationRun) -> tuple[str, ...]:
    return run.model.config.labels


@dataclass(frozen=True, slots=True, eq=False)
class _SoftQuestion:
    """The pairs ``rows`` of a page that the teacher has answered for one corpus.

    ``taught`` [rows, 1 + types] are its chances.
    """

    asked: Asked
    relations: RelationSet
    rows: Tensor
    taught: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class SoftLesson:
    """A page as the shared layers read it, with what the teacher says of it."""

    page: Page
    marks: Tensor
    questions: tuple[_SoftQuestion, ...]


class SoftLessons:
    """Texts with a teacher's answers, one a batch; the shared layers read each once.

    Of a text of gold the own corpus' questions are left out: the gold answers them.
    """

    def __init__(
        self, student: RelationRun, examples: Sequence[RelationExample], file: Path
    ) -> None:
        self._student = student
        self._examples = examples
        self._read: dict[int, tuple[SoftLesson, ...]] = {}
        with safe_open(file, "pt") as answers:
            self._answers: Mapping[str, Tensor] = {k: answers.get_tensor(k) for k in answers.keys()}  # noqa: SIM118 - no mapping

    def plan(self, epochs: float, seed: int) -> list[int]:
        """Which text each step learns from: all of them in each epoch, in an order of its own."""
        random = Random(seed)
        places = range(len(self._examples))
        drawn: list[int] = []
        while epochs > 0:
            drawn += random.sample(places, round(len(places) * min(epochs, 1.0)))
            epochs -= 1
        return drawn

    def batch(self, place: int) -> tuple[SoftLesson, ...]:
        """The pages of a text."""
        if place not in self._read:
            self._read[place] = tuple(self._lessons(place))
        return self._read[place]

    def _lessons(self, place: int) -> Iterator[SoftLesson]:
        example = self._examples[place]
        for page, askings in _askings(self._student, example):
            questions = tuple(
                question
                for asking in askings
                for relations in asking.sets
                if relations.name != example.corpus
                and (question := self._question(place, asking, relations))
            )
            if questions:
                marks = marks_of(page, example.concepts, _labels(self._student))
                yield SoftLesson(page, marks, questions)

    def _question(
        self, place: int, asking: _Asking, relations: RelationSet
    ) -> _SoftQuestion | None:
        ends = self._answers.get(f"{place}.{relations.name}.ends")
        if ends is None:
            return None
        chances = self._answers[f"{place}.{relations.name}.chances"].float()
        keys = asking.keys(self._examples[place]).tolist()
        rows = {tuple(key): row for row, key in enumerate(keys)}
        met = [(rows[tuple(e)], n) for n, e in enumerate(ends.tolist()) if tuple(e) in rows]
        if not met:
            return None
        here, there = torch.tensor(met).T
        return _SoftQuestion(asking.asked, relations, here, chances[there])

    def loss(self, lessons: Sequence[SoftLesson]) -> Tensor:
        """That of a text's pages; nothing where nothing is asked."""
        nothing = 0 * self._student.model.prior.sum()
        return sum((self._page_loss(lesson) for lesson in lessons), nothing)

    def _page_loss(self, lesson: SoftLesson) -> Tensor:
        """How far the student's chances are from the teacher's, over the root of the pairs' number.

        Gold counts in the same way.
        """
        run = self._student
        hidden = run.hidden_of(lesson.page, lesson.marks)
        total = hidden.new_zeros(())
        scored: dict[int, Tensor] = {}
        for question in lesson.questions:
            asked, relations, rows = question.asked, question.relations, question.rows
            if id(asked) not in scored:
                scored[id(asked)], _ = run.scores(lesson.page, hidden, asked.pairs)
            if not relations.directed and torch.rand(()) < 0.5:
                rows = asked.turned(rows)
            scores = scored[id(asked)][rows][:, run.model.classes_of(relations.name)]
            total = total + _divergence(scores, question.taught) / len(rows) ** 0.5
        return total


def _divergence(scores: Tensor, taught: Tensor) -> Tensor:
    """The sum of the Kullback-Leibler divergences of [pairs, classes]; zero at its least."""
    with torch.autocast("cpu", enabled=False):
        said = functional.log_softmax(scores.float(), dim=-1)
        known = taught.clamp(min=_LEAST)
        return (known * (known.log() - said)).sum()
