"""What the linker learns from annotated papers; ``benchmarks/linking.py --train`` runs it.

What annotators chose for a name is learnt with the document left out, and the vectors of names
with half of the documents left out, so that the ranking does not trust them more than it may
for a new document.
"""

from __future__ import annotations

import json
import random
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from kgbuild import AnnotatedDocument
from kgbuild_linker.candidates import Query, candidates, learnt_key
from kgbuild_linker.context import HUMAN, Context, read_context
from kgbuild_linker.document_variants import variant_key
from kgbuild_linker.keys import keys
from kgbuild_linker.ranking import fame, features, hits_of, near, prepare, vectors_of
from kgbuild_linker.records import Group, Hit, NameKind
from kgbuild_linker.terminology import Terminology, group_of
from kgbuild_linker.variants import variant_of
from kgbuild_linker.vector_training import Example as Named
from kgbuild_linker.vector_training import Learner, save
from kgbuild_linker.vectors import Vectors, tells

__all__ = ["WITH_VECTORS", "learner_of_names", "train"]

Example = tuple[list[dict[str, float]], int | None, float]
"""The features of a name's candidates, which of them is right, and how much that counts."""
_MOST = 4
"""A name counts this often in a document at most."""
_FOLDS = 2
_DECAY = 2.0
"""The weight of the decay beside the sum of what the examples lose."""
WITH_VECTORS = (Group.CHEMICAL, Group.DISEASE, Group.GENE)
"""The kinds of concepts that have vectors."""
_INDEXED = {
    Group.CHEMICAL: ("mesh:D",),
    Group.DISEASE: ("mesh:", "omim:"),
    Group.GENE: ("ncbigene:",),
}
_BESIDE = 12_000
"""So many of the terminology's names are learnt again beside the annotators'."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What a document names: each name, its kind, what it was said to be, and how often.

    ``variants`` are the changes of its genes that have an rs number. Two corpora may have papers
    of one document.
    """

    document: str
    context: Context
    named: Counter[tuple[str, Group, str]]
    variants: frozenset[tuple[str, str]] = frozenset()

    @property
    def fold(self) -> int:
        """The part of the papers that it is left out with."""
        return zlib.crc32(self.document.encode()) % _FOLDS

    def choices(self) -> Iterator[tuple[str, str]]:
        """What is counted of it, once: the key of a name and the choice."""
        for name, group, choice in self.named:
            yield learnt_key(name, group), choice
        yield from self.variants


def train(
    terminology: Terminology,
    documents: Iterable[AnnotatedDocument],
    target: Path,
    *,
    more: Iterable[AnnotatedDocument] = (),
    names: Mapping[Group, Learner] | None = None,
) -> None:
    """Fit the ranking and write it to ``target``, the vectors beside it.

    The names in ``more`` documents are learnt too, the weights are fitted without them. ``names``
    have learnt the terminology's names already.
    """
    papers = [_paper(terminology, document) for document in documents]
    names = names or {group: learner_of_names(terminology, group) for group in WITH_VECTORS}
    weights = _weights(terminology, names, papers)
    papers += [_paper(terminology, document) for document in more]
    write(terminology, names, papers, weights, target)


def write(
    terminology: Terminology,
    names: Mapping[Group, Learner],
    papers: Sequence[Paper],
    weights: Mapping[str, Mapping[str, float]],
    target: Path,
) -> None:
    """Write weights, and what is learnt from the names of ``papers``."""
    learnt = {key: dict(sorted(counts.items())) for key, counts in sorted(_choices(papers).items())}
    table = {"weights": weights, "learnt": learnt, "lacking": _lacking(terminology, papers)}
    text = json.dumps(table, indent=0, sort_keys=True)
    target.write_text(f"{text}\n", encoding="utf-8")
    save(_with_papers(terminology, names, papers), vectors_of(target))


def _choices(papers: Sequence[Paper]) -> dict[str, Counter[str]]:
    whole: dict[str, Counter[str]] = defaultdict(Counter)
    for paper in papers:
        for key, choice in paper.choices():
            whole[key][choice] += 1
    return whole


def _lacking(terminology: Terminology, papers: Sequence[Paper]) -> dict[str, tuple[str, int]]:
    """The genes that the terminology lacks: what most call each, and whose gene it is.

    That is the species which its papers speak of most.
    """
    names: dict[str, Counter[str]] = defaultdict(Counter)
    taxa: dict[str, Counter[int]] = defaultdict(Counter)
    for paper in papers:
        for (name, group, choice), count in paper.named.items():
            if group is Group.GENE and "+" not in choice and terminology.hit(choice) is None:
                names[choice][name] += count
                taxa[choice].update({max(paper.context.taxa.items(), key=_most)[0]: count})
    return {
        curie: (max(names[curie].items(), key=_most)[0], max(taxa[curie].items(), key=_most)[0])
        for curie in sorted(names)
    }


def _most(pair: tuple[Any, float]) -> tuple[float, Any]:
    """To find what is counted most, and of several the last."""
    key, count = pair
    return count, key


def _weights(
    terminology: Terminology, names: Mapping[Group, Learner], papers: Sequence[Paper]
) -> dict[str, dict[str, float]]:
    whole = _choices(papers)
    renown = fame(whole)
    lacking = hits_of(_lacking(terminology, papers))
    of_document: dict[str, list[Paper]] = defaultdict(list)
    for paper in papers:
        of_document[paper.document].append(paper)
    examples: dict[Group, list[Example]] = defaultdict(list)
    for fold in range(_FOLDS):
        vectors = _with_papers(terminology, names, [one for one in papers if one.fold != fold])
        for paper in papers:
            if paper.fold == fold:
                own = _choices(of_document[paper.document])
                others = _Others(whole, own, renown, fame(own))
                for group, example in _examples(terminology, paper, others, lacking, vectors):
                    examples[group].append(example)
    return {group.name: _fit(some) for group, some in sorted(examples.items())}


def _paper(terminology: Terminology, annotated: AnnotatedDocument) -> Paper:
    context = read_context(terminology, annotated.document, annotated.annotations.mentions)
    chosen: dict[tuple[str, Group, int], list[str]] = defaultdict(list)
    for link in annotated.annotations.links:
        group = group_of(link.mention.category)
        if group is not None and link.concept:
            written = " ".join(link.mention.text.split())
            for name in {written, context.expanded(written) or written}:
                place = name, group, link.mention.span.start
                chosen[place].append(terminology.preferred(link.concept))
    named = Counter(
        (name, group, "+".join(sorted(set(curies)))) for (name, group, _), curies in chosen.items()
    )
    return Paper(annotated.document.id, context, named, _variants(terminology, annotated))


def _variants(terminology: Terminology, annotated: AnnotatedDocument) -> frozenset[tuple[str, str]]:
    """The changes that annotators gave an rs number, each with each gene of the document."""
    concepts = {link.concept for link in annotated.annotations.links if link.concept}
    hits = (terminology.hit(concept) for concept in concepts if concept.startswith("ncbigene:"))
    symbols = {hit.label for hit in hits if hit}
    found = set()
    for link in annotated.annotations.links:
        change = variant_of(link.mention.text)
        numbered = link.concept and link.concept.startswith("dbsnp:")
        if change and numbered and change.rule != "rs number":
            found |= {(variant_key(symbol, change.curie), link.concept or "") for symbol in symbols}
    return frozenset(found)


# --- vectors ---------------------------------------------------------------------------------


def _names(terminology: Terminology, group: Group) -> list[Named]:
    """The names of the concepts that papers are indexed with; of genes the human ones.

    A disease may be called as a process is, so processes are learnt beside diseases.
    """
    groups = {group, Group.OTHER} if group is Group.DISEASE else {group}
    return [
        Named(name, hit.curie, 0.5 if hit.group is Group.OTHER else 1.0)
        for hit, names in terminology.names(groups)
        if hit.curie.startswith(_INDEXED[group])
        and (group is not Group.GENE or (hit.taxon == HUMAN and hit.weight == 1))
        for name in names
        if group is not Group.GENE or tells(name)
    ]


def learner_of_names(terminology: Terminology, group: Group) -> Learner:
    """A learner that has learnt the terminology's names for a kind of concept."""
    names = _names(terminology, group)
    learner = Learner(sorted({one.concept for one in names}))
    learner.learn(names, epochs=5, rate=0.05)
    return learner


def _with_papers(
    terminology: Terminology, names: Mapping[Group, Learner], papers: Sequence[Paper]
) -> dict[Group, Vectors]:
    """Vectors that have learnt the names of papers too, each three times."""
    counts: Counter[tuple[Group, str, str]] = Counter()
    for paper in papers:
        for name, group, choice in paper.named:
            if "+" not in choice and not paper.context.expanded(name):
                counts[group, name, _standing(terminology, choice, group)] += 1
    found = {}
    for group, learnt in names.items():
        given = [
            Named(name, curie, min(count, _MOST) ** 0.5)
            for (kind, name, curie), count in sorted(counts.items())
            if kind is group and (group is not Group.GENE or tells(name))
        ]
        own = _names(terminology, group)
        beside = random.Random(0).sample(own, min(_BESIDE, len(own)))
        learner = learnt.copy()
        learner.learn(
            [*given * 3, *(one._replace(weight=one.weight / 2) for one in beside)],
            epochs=4,
            rate=0.03,
        )
        found[group] = learner.vectors()
    return found


def _standing(terminology: Terminology, curie: str, group: Group) -> str:
    """The concept whose vector stands for one: for a gene the human gene of the same symbol."""
    hit = terminology.hit(curie) if group is Group.GENE else None
    if hit is None or hit.taxon == HUMAN:
        return curie
    return next(
        (
            like.curie
            for like in terminology.find(keys(hit.label).spelling)
            if like.taxon == HUMAN and like.kind is NameKind.LABEL
        ),
        curie,
    )


# --- the ranking -----------------------------------------------------------------------------


class _Others(NamedTuple):
    """What is learnt from the other papers, beside those of one document."""

    whole: Mapping[str, Counter[str]]
    own: Mapping[str, Counter[str]]
    whole_fame: Counter[str]
    own_fame: Counter[str]

    def chosen(self, key: str) -> Counter[str]:
        """The choices for a name."""
        return self.whole.get(key, Counter()) - self.own.get(key, Counter())

    def fame(self, curie: str) -> int:
        """How often a concept is chosen at all."""
        return self.whole_fame[curie] - self.own_fame[curie]


def _examples(
    terminology: Terminology,
    paper: Paper,
    others: _Others,
    lacking: Mapping[str, Hit],
    vectors: Mapping[Group, Vectors],
) -> Iterator[tuple[Group, Example]]:
    prepare(vectors, [(name, group) for name, group, _ in paper.named])
    for (name, group, choice), count in sorted(paper.named.items()):
        if paper.context.expanded(name):
            continue
        query = Query(
            name=name,
            group=group,
            context=paper.context,
            chosen=others.chosen(learnt_key(name, group)),
            near=near(vectors, name, group),
            fame=others.fame,
            lacking=lacking,
        )
        among = candidates(terminology, query)
        curies = [one.hit.curie for one in among]
        right = curies.index(choice) if choice in curies else None
        yield group, (features(query, among), right, min(count, _MOST) ** 0.5)


def _fit(examples: list[Example]) -> dict[str, float]:
    """Weights of a choice among candidates and none, with a little decay, by L-BFGS."""
    import torch

    rows = [(number, said) for number, (several, *_) in enumerate(examples) for said in several]
    names = sorted({name for _, said in rows for name, value in said.items() if value})
    place = {name: number for number, name in enumerate(names)}
    given = torch.zeros(len(rows), len(names), dtype=torch.float64)
    for row, (_, said) in enumerate(rows):
        for name in place.keys() & said.keys():
            given[row, place[name]] = said[name]
    owner = torch.tensor([number for number, _ in rows])
    starts = [0]
    for several, *_ in examples:
        starts.append(starts[-1] + len(several))
    answered = [
        (start + one, count)
        for start, (_, one, count) in zip(starts, examples, strict=False)
        if one is not None
    ]
    right = torch.tensor([row for row, _ in answered])
    counted = torch.tensor([count for _, count in answered])
    counts = torch.tensor([count for *_, count in examples], dtype=torch.float64)
    weights = torch.zeros(len(names), dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=300, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        totals = (given @ weights).clamp(max=30)
        whole = torch.ones(len(examples), dtype=torch.float64).index_add(0, owner, totals.exp())
        loss = ((counts * whole.log()).sum() - (counted * totals[right]).sum()) / counts.sum()
        loss = loss + _DECAY / float(counts.sum()) * weights.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return {name: round(float(weights.detach()[number]), 4) for name, number in place.items()}
