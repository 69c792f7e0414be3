"""How right annotations are, against gold: mentions, links, relations.

The counts are those of the public scorers: a mention is right if document, place and type are
(strict); links count as the set of a document's identifiers of a type (BC5CDR's disease task);
relations as the set of a document's pairs of identifiers, with and without the type, as a
:class:`Convention` counts them. Only types that the gold marks are scored: a chemical in a disease
corpus is neither right nor wrong, nor is a bound protein where the gold has CID alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from random import Random

from kgbuild.annotation import AnnotatedDocument, Link, Mention
from kgbuild.exporters.corpus_spelling import ConceptRelation, Dialect, Spelling
from kgbuild.vocabulary import broad_category, is_symmetric

__all__ = [
    "Convention",
    "Counts",
    "Evaluation",
    "Mistake",
    "Pair",
    "Task",
    "convention_of",
    "evaluate",
    "names_of",
    "with_preferred",
]

_DRAWS = 1000
"""Of the bootstrap."""

Pair = tuple[AnnotatedDocument, AnnotatedDocument]
"""A document's gold, and what was predicted for it."""


class Task(StrEnum):
    """What is scored."""

    MENTIONS = "mentions"
    LINKS = "links"
    RELATIONS = "relations"


class Convention(StrEnum):
    """How relations count.

    - ``biored``: the nearest of BioRED's eight types, between two identifiers in no order;
    - ``cid``: chemical-induced disease alone, from the chemical to the disease;
    - ``biolink``: predicate and qualifiers, from subject to object unless symmetric.
    """

    BIORED = "biored"
    CID = "cid"
    BIOLINK = "biolink"


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
    what is spurious is neither) and, for relations, "pair" without the type, and "novelty": pair,
    type and whether it is a finding of the text, where the gold marks that. ``interval`` is the 95%
    interval of F1 when documents are drawn anew (bootstrap), ``type_intervals`` those of the types,
    ``part_intervals`` those of the parts that have precision too. ``confusion`` counts mentions of
    the right place and the wrong type. ``convention`` is how relations were counted.
    """

    task: Task
    documents: int
    whole: Counts
    types: Mapping[str, Counts]
    parts: Mapping[str, Counts] = field(default_factory=dict)
    interval: tuple[float, float] = (0.0, 0.0)
    type_intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    part_intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    convention: Convention | None = None
    confusion: Mapping[tuple[str, str], int] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()


_WHOLE_PARTS = ("pair", "novelty")
"""Those with precision."""

Answer = tuple[str, ...]
"""An answer in one document: its type first, then what makes it that answer."""


def evaluate(
    pairs: Sequence[Pair],
    task: Task,
    seen: frozenset[str] = frozenset(),
    convention: Convention | None = None,
) -> Evaluation:
    """Score predictions against gold.

    ``seen`` are the names of training mentions, in lower case (:func:`names_of`); with them
    mentions are scored apart by whether their name was seen. Relations count by ``convention``,
    else by the gold's (:func:`convention_of`).
    """
    convention = convention or convention_of([gold for gold, _ in pairs])
    relations = {
        Convention.BIORED: _biored_relations,
        Convention.CID: _cid_relations,
        Convention.BIOLINK: _biolink_relations,
    }[convention]
    answers_of = {Task.MENTIONS: _mentions, Task.LINKS: _links, Task.RELATIONS: relations}[task]
    scored = _types(gold for gold, _ in pairs) if task is not Task.RELATIONS else None
    with_novelty = task is Task.RELATIONS and any(map(_marks_novelty, (gold for gold, _ in pairs)))
    each: list[Counts] = []
    types: dict[str, list[Counts]] = {}
    parts: dict[str, list[Counts]] = {}
    mistakes: list[Mistake] = []
    confusion: Counter[tuple[str, str]] = Counter()
    for gold, predicted in pairs:
        wanted, given = answers_of(gold), answers_of(predicted)
        if scored is not None:
            given = {answer: text for answer, text in given.items() if answer[0] in scored}
        each.append(_counts(wanted, given))
        for type_ in sorted({answer[0] for answer in (*wanted, *given)}):
            counts = _counts(_of_type(wanted, type_), _of_type(given, type_))
            types.setdefault(type_, []).append(counts)
        for name, counts in _parts(task, wanted, given, seen).items():
            parts.setdefault(name, []).append(counts)
        if with_novelty and convention is Convention.BIORED:
            counts = _counts(_novel_relations(gold), _novel_relations(predicted))
            parts.setdefault("novelty", []).append(counts)
        mistakes += _mistakes(gold.document.id, wanted, given)
        if task is Task.MENTIONS:
            confusion.update(_confused(wanted, given))
    return Evaluation(
        task=task,
        documents=len(pairs),
        whole=sum(each, Counts()),
        types={type_: sum(counts, Counts()) for type_, counts in sorted(types.items())},
        parts={name: sum(counts, Counts()) for name, counts in parts.items()},
        interval=_bootstrap(each),
        type_intervals={
            type_: _bootstrap(_padded(counts, len(pairs)))
            for type_, counts in sorted(types.items())
        },
        part_intervals={name: _bootstrap(parts[name]) for name in _WHOLE_PARTS if name in parts},
        convention=convention if task is Task.RELATIONS else None,
        confusion=dict(confusion.most_common()),
        mistakes=tuple(sorted(mistakes)),
    )


def names_of(documents: Iterable[AnnotatedDocument]) -> frozenset[str]:
    """The names of all mentions, in lower case: what a tagger trained on them has seen."""
    return frozenset(m.text.lower() for d in documents for m in d.annotations.mentions)


def convention_of(gold: Iterable[AnnotatedDocument]) -> Convention:
    """CID where the gold has no other relation than of chemicals that contribute to diseases."""
    predicates: set[str] = set()
    for one in gold:
        predicates.update(relation.predicate for relation in one.annotations.relations)
    only_cid = predicates == {"biolink:contributes_to"}
    return Convention.CID if only_cid else Convention.BIORED


def with_preferred(
    annotated: AnnotatedDocument, preferred: Callable[[str], str]
) -> AnnotatedDocument:
    """The document with each concept under its preferred identifier, withdrawn ones too."""

    def linked(link: Link) -> Link:
        candidates = (replace(one, concept=preferred(one.concept)) for one in link.candidates)
        return replace(link, candidates=tuple(candidates))

    def end(one: Mention | str) -> Mention | str:
        return preferred(one) if isinstance(one, str) else one

    given = annotated.annotations
    relations = (replace(r, subject=end(r.subject), object=end(r.object)) for r in given.relations)
    return replace(
        annotated,
        annotations=replace(
            given, links=tuple(map(linked, given.links)), relations=tuple(relations)
        ),
    )


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


def _biored_relations(document: AnnotatedDocument) -> dict[Answer, str]:
    """Pairs of identifiers, in no order: BioRED's types have no direction."""
    return {(one.name, *_unordered(one)): _named(one) for one in _in_biored(document)}


def _novel_relations(document: AnnotatedDocument) -> dict[Answer, str]:
    """The same, and whether each is a finding of the text."""
    return {(one.name, one.novelty, *_unordered(one)): _named(one) for one in _in_biored(document)}


def _in_biored(document: AnnotatedDocument) -> list[ConceptRelation]:
    return Spelling(document.annotations, Dialect.BIORED, Counter()).relations()


def _unordered(relation: ConceptRelation) -> list[str]:
    return sorted((relation.subject, relation.object))


def _marks_novelty(document: AnnotatedDocument) -> bool:
    return any("novelty" in dict(one.conditions) for one in document.annotations.relations)


def _cid_relations(document: AnnotatedDocument) -> dict[Answer, str]:
    return {
        (relation.name, relation.subject, relation.object): _named(relation)
        for relation in Spelling(document.annotations, Dialect.BC5CDR, Counter()).relations()
    }


def _biolink_relations(document: AnnotatedDocument) -> dict[Answer, str]:
    spelling = Spelling(document.annotations, Dialect.BIORED, Counter())
    answers: dict[Answer, str] = {}
    for relation in spelling.stated():
        values = (value for key, value in relation.qualifiers if key not in _IMPLIED)
        said = " ".join((relation.predicate.removeprefix("biolink:"), *values))
        for subject in spelling.ends(relation.subject):
            for object_ in spelling.ends(relation.object):
                ends = (subject.spelt, object_.spelt)
                pair = sorted(ends) if is_symmetric(relation.predicate) else ends
                answers[(said, *pair)] = " – ".join(ends)
    return answers


_IMPLIED = frozenset({"biolink:qualified_predicate"})


def _named(relation: ConceptRelation) -> str:
    return f"{relation.subject} – {relation.object}"


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


def _padded(counts: Sequence[Counts], documents: int) -> list[Counts]:
    """The counts with those of the documents that have nothing of the type."""
    return [*counts, *[Counts()] * (documents - len(counts))]


def _bootstrap(each: Sequence[Counts]) -> tuple[float, float]:
    """The 2.5% and 97.5% points of F1 over documents drawn with replacement (Efron 1979)."""
    if not each:
        return 0.0, 0.0
    random = Random(0)
    rows = [(2 * c.right, 2 * c.right + c.spurious + c.missed) for c in each]
    found = []
    for _ in range(_DRAWS):
        drawn = random.choices(rows, k=len(rows))
        found.append(sum(a for a, _ in drawn) / max(1, sum(b for _, b in drawn)))
    found.sort()
    return found[round(0.025 * (_DRAWS - 1))], found[round(0.975 * (_DRAWS - 1))]
