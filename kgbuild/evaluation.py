"""How right annotations are, against gold: mentions, links, relations.

The counts are those of the public scorers: a mention is right if document, place and type are
(strict); links count as the set of a document's identifiers of a type (BC5CDR's disease task);
relations as the set of a document's pairs of identifiers, with and without the type (BC5CDR's CID
task, BioRED). Only types that the gold marks are scored: a chemical in a disease corpus is
neither right nor wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from kgbuild.annotation import AnnotatedDocument, Mention
from kgbuild.exporters.corpus_spelling import Dialect, Spelling
from kgbuild.vocabulary import broad_category

__all__ = ["Counts", "Evaluation", "Mistake", "Pair", "Task", "evaluate", "names_of"]

Pair = tuple[AnnotatedDocument, AnnotatedDocument]
"""A document's gold, and what was predicted for it."""


class Task(StrEnum):
    """What is scored."""

    MENTIONS = "mentions"
    LINKS = "links"
    RELATIONS = "relations"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many answers were right, spurious and missed.

    >>> both = Counts(right=3, spurious=1) + Counts(right=1, missed=3)
    >>> both.precision, both.recall, round(both.f1, 3)
    (0.8, 0.571..., 0.667)
    """

    right: int = 0
    spurious: int = 0
    missed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.right + other.right, self.spurious + other.spurious, self.missed + other.missed
        )

    @property
    def precision(self) -> float:
        """The share of the answers that is right; 0 without answers."""
        return self.right / max(1, self.right + self.spurious)

    @property
    def recall(self) -> float:
        """The share of the gold that was found; 0 without gold."""
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        """The harmonic mean of the two; 0 without answers and gold."""
        return 2 * self.right / max(1, 2 * self.right + self.spurious + self.missed)


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """A wrong answer: where, what kind, and the text."""

    document: str
    kind: str
    type: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The result: counts together, by type, and in parts; an interval; the mistakes.

    ``types`` has a row for each type; ``parts`` has "seen" and "unseen" mentions (recall only:
    what is spurious is neither) and, for relations, "pair" without the type. ``interval`` is the
    95% interval of F1 when documents are drawn anew (bootstrap). ``confusion`` counts mentions
    of the right place and the wrong type.
    """

    task: Task
    documents: int
    whole: Counts
    types: Mapping[str, Counts]
    parts: Mapping[str, Counts] = field(default_factory=dict)
    interval: tuple[float, float] = (0.0, 0.0)
    confusion: Mapping[tuple[str, str], int] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()


Answer = tuple[str, ...]
"""An answer in one document: its type first, then what makes it that answer."""


def evaluate(pairs: Sequence[Pair], task: Task, seen: frozenset[str] = frozenset()) -> Evaluation:
    """Score predictions against gold.

    ``seen`` are the names of training mentions, in lower case (:func:`names_of`); with them
    mentions are scored apart by whether their name was seen.
    """
    answers_of = {Task.MENTIONS: _mentions, Task.LINKS: _links, Task.RELATIONS: _relations}[task]
    scored = _types(gold for gold, _ in pairs) if task is not Task.RELATIONS else None
    each: list[Counts] = []
    types: dict[str, Counts] = {}
    parts: dict[str, Counts] = {}
    mistakes: list[Mistake] = []
    confusion: Counter[tuple[str, str]] = Counter()
    for gold, predicted in pairs:
        wanted, given = answers_of(gold), answers_of(predicted)
        if scored is not None:
            given = {answer: text for answer, text in given.items() if answer[0] in scored}
        each.append(_counts(wanted, given))
        for type_ in sorted({answer[0] for answer in (*wanted, *given)}):
            counts = _counts(_of_type(wanted, type_), _of_type(given, type_))
            types[type_] = types.get(type_, Counts()) + counts
        for name, counts in _parts(task, wanted, given, seen).items():
            parts[name] = parts.get(name, Counts()) + counts
        mistakes += _mistakes(gold.document.id, wanted, given)
        if task is Task.MENTIONS:
            confusion.update(_confused(wanted, given))
    return Evaluation(
        task=task,
        documents=len(pairs),
        whole=sum(each, Counts()),
        types=dict(sorted(types.items())),
        parts=parts,
        interval=_bootstrap(each),
        confusion=dict(confusion.most_common()),
        mistakes=tuple(sorted(mistakes)),
    )


def names_of(documents: Iterable[AnnotatedDocument]) -> frozenset[str]:
    """The names of all mentions, in lower case: what a tagger trained on them has seen."""
    return frozenset(m.text.lower() for d in documents for m in d.annotations.mentions)


# --- what counts as an answer ----------------------------------------------------------------


def _mentions(document: AnnotatedDocument) -> dict[Answer, str]:
    return {
        (_type(m), str(m.span.start), str(m.span.end)): m.text
        for m in document.annotations.mentions
    }


def _links(document: AnnotatedDocument) -> dict[Answer, str]:
    return {
        (_type(link.mention), link.concept): link.mention.text
        for link in document.annotations.links
        if link.concept is not None
    }


def _relations(document: AnnotatedDocument) -> dict[Answer, str]:
    """Pairs of identifiers, in no order: BioRED's types have no direction."""
    spelling = Spelling(document.annotations, Dialect.BIORED, Counter())
    return {
        (relation.name, *sorted((relation.subject, relation.object))): " – ".join(
            (relation.subject, relation.object)
        )
        for relation in spelling.relations()
    }


def _type(mention: Mention) -> str:
    return broad_category(mention.category)


def _types(gold: Iterable[AnnotatedDocument]) -> frozenset[str]:
    return frozenset(_type(m) for document in gold for m in document.annotations.mentions)


# --- counting --------------------------------------------------------------------------------


def _counts(wanted: Mapping[Answer, str], given: Mapping[Answer, str]) -> Counts:
    right = len(wanted.keys() & given.keys())
    return Counts(right, len(given) - right, len(wanted) - right)


def _of_type(answers: Mapping[Answer, str], type_: str) -> dict[Answer, str]:
    return {answer: text for answer, text in answers.items() if answer[0] == type_}


def _parts(
    task: Task,
    wanted: Mapping[Answer, str],
    given: Mapping[Answer, str],
    seen: frozenset[str],
) -> dict[str, Counts]:
    if task is Task.RELATIONS:
        return {"pair": _counts(_untyped(wanted), _untyped(given))}
    if task is not Task.MENTIONS or not seen:
        return {}

    def part(choose: Callable[[str], bool]) -> Counts:
        chosen = {answer: text for answer, text in wanted.items() if choose(text.lower())}
        right = len(chosen.keys() & given.keys())
        return Counts(right, 0, len(chosen) - right)

    return {"seen": part(lambda name: name in seen), "unseen": part(lambda name: name not in seen)}


def _untyped(answers: Mapping[Answer, str]) -> dict[Answer, str]:
    return {("pair", *answer[1:]): text for answer, text in answers.items()}


def _mistakes(
    document: str, wanted: Mapping[Answer, str], given: Mapping[Answer, str]
) -> list[Mistake]:
    missed = [Mistake(document, "missed", a[0], wanted[a]) for a in wanted.keys() - given.keys()]
    return missed + [
        Mistake(document, "spurious", a[0], given[a]) for a in given.keys() - wanted.keys()
    ]


def _confused(
    wanted: Mapping[Answer, str], given: Mapping[Answer, str]
) -> Iterable[tuple[str, str]]:
    """The types of mentions at one place where gold and prediction differ."""
    places = {answer[1:]: answer[0] for answer in wanted}
    for type_, *place in given:
        gold = places.get(tuple(place))
        if gold is not None and gold != type_:
            yield gold, type_


def _bootstrap(each: Sequence[Counts], samples: int = 1000) -> tuple[float, float]:
    """The 2.5% and 97.5% points of F1 over documents drawn with replacement (Efron 1979)."""
    if not each:
        return 0.0, 0.0
    random = Random(0)
    rows = [(2 * c.right, 2 * c.right + c.spurious + c.missed) for c in each]
    found = []
    for _ in range(samples):
        drawn = random.choices(rows, k=len(rows))
        found.append(sum(a for a, _ in drawn) / max(1, sum(b for _, b in drawn)))
    found.sort()
    return found[round(0.025 * (samples - 1))], found[round(0.975 * (samples - 1))]
