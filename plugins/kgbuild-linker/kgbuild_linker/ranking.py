"""How likely each candidate is: a logistic choice among them and none, one model for each kind.

The model was trained on the train halves of the corpora (``train.py``); its weights are a table
that can be read, ``default/ranking.json``.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import repeat
from operator import mul
from pathlib import Path
from typing import Any

from kgbuild import ComponentUnavailableError
from kgbuild_linker.candidates import Found, Learnt, Query, Way, is_short, learnt_key
from kgbuild_linker.context import HUMAN, Context
from kgbuild_linker.keys import tokens
from kgbuild_linker.likeness import best_of, said_of_likeness
from kgbuild_linker.records import Group, Hit, NameKind
from kgbuild_linker.united import stands_for
from kgbuild_linker.vectors import Near, Vectors, load_vectors, tells

__all__ = [
    "Ranking", "fame", "features", "hits_of", "load_ranking", "near", "prepare", "vectors_of",
]  # fmt: skip

Features = dict[str, float]
_SUPPORTED = 0.5
_FEW = 4

_SUREST = {way: place for place, way in enumerate(Way)}
_NAME = {one: one.name for one in (*Way, *NameKind)}
"""Looked up, since an enumeration takes its time to tell."""


class _Among:
    """What the candidates of a name are, taken together; each is seen beside it."""

    def __init__(self, query: Query, among: Sequence[Found]) -> None:
        taxa = query.context.taxa
        self.crowd = math.log(len(among))
        ways = [_SUREST[one.way] for one in among if one.way is not Way.LEARNT]
        self.surest_way = min(ways, default=-1)
        kinds = [one.hit.kind for one in among]
        self.surest_kind = min(kinds)
        self.of_surest_kind = kinds.count(self.surest_kind)
        self.labels = kinds.count(NameKind.LABEL)
        self.weight = max(one.hit.weight for one in among)
        self.support = max(one.support for one in among)
        self.likeness = best_of([one.likeness for one in among])
        self.taxon_share = max(taxa.get(one.hit.taxon, 0.0) for one in among)
        self.of_taxa = sum(one.hit.taxon in taxa for one in among)
        self.choices = sum(query.chosen.values())
        self.short = is_short(query.name)


def features(query: Query, among: Sequence[Found]) -> list[Features]:
    """What speaks for each candidate and against it, by name; what is not named is 0."""
    if not among:
        return []
    together = _Among(query, among)
    return [_said_of(query, one, together) for one in among]


def _said_of(query: Query, found: Found, among: _Among) -> Features:
    name, group, context = query.name, query.group, query.context
    hit, way, kind = found.hit, _NAME[found.way], _NAME[found.hit.kind]
    few = len(name) <= _FEW
    prefix = _prefix(hit.curie)
    said: Features = {
        "bias": 1.0,
        f"way {way}": 1.0,
        f"kind {kind}": 1.0,
        f"prefix {prefix}": 1.0,
        "weight": hit.weight,
        "others": among.crowd,
        "dropped": float(found.dropped),
        "same case": float(hit.name == name),
        "short": float(few),
        "short, other case": float(hit.name != name and few),
        "is label": float(hit.name == hit.label),
        "surest way": float(_SUREST[found.way] <= among.surest_way),
        "surest kind": float(hit.kind == among.surest_kind),
        "only surest kind": float(hit.kind == among.surest_kind and among.of_surest_kind == 1),
        "heaviest": float(hit.weight == among.weight),
        "only label": float(hit.kind is NameKind.LABEL and among.labels == 1),
    }
    if among.choices:
        share = query.chosen.get(hit.curie, 0) / among.choices
        said["learnt share"] = share
        said["learnt share of a short name"] = share * few
        said["learnt never"] = float(share == 0)
        said["learnt often"] = share * math.log(1 + among.choices)
    fame = query.fame(hit.curie)
    said["chosen in other papers"] = math.log(1 + fame)
    said["never chosen"] = float(fame == 0)
    if group is Group.GENE and hit.taxon:
        said |= _species(query, found, among)
    if group is Group.SPECIES:
        said["taxon share"] = context.taxa.get(hit.taxon, 0.0)
    if context.names_elsewhere(hit.concept, name):
        said["named elsewhere"] = 1.0
    if group in (Group.DISEASE, Group.CHEMICAL):
        said |= said_of_likeness(found.likeness, among.likeness, way)
    if group is Group.DISEASE:
        said |= _in_hierarchy(found)
        said |= _of_kind_of_paper(query, found, prefix)
    if among.short:
        said["short, support"] = found.support
        said["short, spelled out"] = float(found.support == 1)
        said["short, without support"] = float(found.support < _SUPPORTED)
        said["short, others have more support"] = among.support - found.support
    if query.near:
        said |= _nearness(query.near, found)
    return said


def _prefix(curie: str) -> str:
    """The vocabulary of a concept; MeSH's descriptors and supplementary records are two."""
    prefix, _, local = curie.partition(":")
    return f"{prefix}{local[:1]}" if prefix == "mesh" else prefix


def _in_hierarchy(found: Found) -> Features:
    """Whether it is above or below of what other names of the document name."""
    way, said = _NAME[found.way], {}
    if found.above:
        said = {"above what is named": 1.0, f"above what is named, {way}": 1.0}
    if found.below:
        said |= {"below what is named": 1.0, f"below what is named, {way}": 1.0}
    return said


def _of_kind_of_paper(query: Query, found: Found, prefix: str) -> Features:
    """What a paper on inheritance, or on drugs, means by the name of a disease."""
    genetic, said = query.context.genetic, {}
    if genetic:
        said[f"genetics, prefix {prefix}"] = genetic
        said[f"genetics, way {_NAME[found.way]}"] = genetic
        said["genetics, chosen in other papers"] = genetic * math.log(
            1 + query.fame(found.hit.curie)
        )
    if "nduced" in found.hit.label:
        said["induced"] = 1.0
        said["induced, chemicals"] = float(query.context.chemicals)
    return said


def _species(query: Query, found: Found, among: _Among) -> Features:
    """Whether a gene is of the document's species, and is written as that species' genes are."""
    hit, taxa = found.hit, query.context.taxa
    share, best = taxa.get(hit.taxon, 0.0), among.taxon_share
    within = "of the document" if share else "of no species named"
    return {
        "taxon share": share,
        f"taxon {within}": 1.0,
        f"{_NAME[hit.kind]} {within}": 1.0,
        f"{_NAME[found.way]} {within}": 1.0,
        "human": float(hit.taxon == HUMAN),
        "best taxon": float(share == best),
        "taxon near": query.context.near_taxa.get(query.name, {}).get(hit.taxon, share),
        "taxon right before": float(hit.taxon in query.context.said_taxa.get(query.name, ())),
        "another taxon right before": float(
            bool(query.context.said_taxa.get(query.name, set()) - {hit.taxon})
        ),
        "human, none better": float(hit.taxon == HUMAN and best == 0),
        f"capitals, {'human' if hit.taxon == HUMAN else 'other'}": float(query.name.isupper()),
        f"small letters, {'human' if hit.taxon == HUMAN else 'other'}": float(
            query.name[1:].islower()
        ),
        "no other of the document": float(share > 0 and among.of_taxa == 1),
    }


def _nearness(near: Near, found: Found) -> Features:
    curie = found.like or found.hit.curie
    cosine = near.cosine(curie)
    if cosine is None:
        return {"without a vector": 1.0}
    said = {"cosine": cosine, "below the nearest": near.best - cosine}
    said[f"below the nearest, {_NAME[found.way]}"] = near.best - cosine
    if near.nearest[0] == curie:
        said["nearest"] = 1.0
        said[f"nearest, {_NAME[found.way]}"] = 1.0
        second = near.cosine(near.nearest[1]) if len(near.nearest) > 1 else 0.0
        said["before the second"] = cosine - (second or 0.0)
    return said


def near(vectors: Mapping[Group, Vectors], name: str, group: Group) -> Near | None:
    """What is near a name; nothing for the symbols of genes, which say nothing by their letters."""
    return vectors[group].near(name) if group in vectors and _says(name, group) else None


def prepare(vectors: Mapping[Group, Vectors], names: Collection[tuple[str, Group]]) -> None:
    """Make ready for the names of a document."""
    for group, some in vectors.items():
        some.prepare(sorted({name for name, kind in names if kind is group and _says(name, kind)}))


def _says(name: str, group: Group) -> bool:
    return bool(tokens(name)) and (group is not Group.GENE or tells(name))


def fame(learnt: Learnt) -> Counter[str]:
    """How often each concept was chosen for any name."""
    found: Counter[str] = Counter()
    for choices in learnt.values():
        for choice, count in choices.items():
            for curie in choice.split("+"):
                found[curie] += count
    return found


def hits_of(genes: Mapping[str, Sequence[Any]]) -> dict[str, Hit]:
    """Genes that are not in the terminology, each with a name and a taxon, as if they were."""
    return {
        curie: Hit(-1 - place, curie, label, Group.GENE, taxon, 1.0, NameKind.SYNONYM, label)
        for place, (curie, (label, taxon)) in enumerate(sorted(genes.items()))
    }


@dataclass(frozen=True)
class Ranking:
    """Weights of the features for each kind of concept, what annotators chose, and vectors.

    ``lacking`` are the genes that annotators chose and the terminology lacks.
    """

    weights: Mapping[Group, Mapping[str, float]]
    learnt: Learnt
    vectors: Mapping[Group, Vectors]
    lacking: Mapping[str, Hit] = field(default_factory=dict)

    def prepare(self, names: Collection[tuple[str, Group]]) -> None:
        """Make ready for the names of a document; without it each name takes longer."""
        prepare(self.vectors, names)

    def chosen(self, name: str, group: Group) -> Mapping[str, int]:
        """What annotators chose for a name, and how often."""
        return self.learnt.get(learnt_key(name, group), {})

    def query(self, name: str, group: Group, context: Context, written: str = "") -> Query:
        """A name with what was learnt of it; ``written`` is the abbreviation that stands for it."""
        return Query(
            name=name,
            group=group,
            written=written,
            context=context,
            chosen=self.chosen(name, group),
            near=near(self.vectors, name, group),
            fame=self._fame.__getitem__,
            lacking=self.lacking,
        )

    def knows(self, curie: str, group: Group) -> bool:
        """Whether annotators could choose from the vocabulary of a concept."""
        seen = self._prefixes.get(group)
        return not seen or _prefix(curie) in seen

    @cached_property
    def _prefixes(self) -> dict[Group, frozenset[str]]:
        return {
            group: frozenset(n.removeprefix("prefix ") for n in weights if n.startswith("prefix "))
            for group, weights in self.weights.items()
        }

    @cached_property
    def _fame(self) -> Counter[str]:
        return fame(self.learnt)

    def scores(self, group: Group, several: Sequence[Features]) -> list[float]:
        """The probability of each of a name's candidates to be the right one.

        What is left to 1 is the probability that none of them is.
        """
        weights = self.weights.get(group, {})
        totals = [min(30.0, _total(weights, said)) for said in several]
        whole = 1 + math.fsum(map(math.exp, totals))
        return [math.exp(total) / whole for total in totals]


def _total(weights: Mapping[str, float], said: Features) -> float:
    return math.fsum(map(mul, map(weights.get, said, repeat(0.0)), said.values()))


def vectors_of(ranking: Path) -> Path:
    """Where the vectors of a ranking lie: beside it."""
    return ranking.with_suffix(".npz")


def load_ranking(path: Path) -> Ranking:
    """Read a model. Raises ComponentUnavailableError where there is none."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        weights = {Group[name]: one for name, one in table["weights"].items()}
    except (OSError, ValueError, KeyError) as error:
        raise ComponentUnavailableError(
            f"{path}: is not a ranking: {error}", plugin="linker"
        ) from error
    lacking = hits_of(table.get("lacking", {}))
    learnt = {key: _united(choices) for key, choices in table["learnt"].items()}
    return Ranking(weights, learnt, load_vectors(vectors_of(path)), lacking)


def _united(choices: Mapping[str, int]) -> Mapping[str, int]:
    """What annotators chose, by the records that stand for others now."""
    if stands_for().keys().isdisjoint(choices):
        return choices
    found: Counter[str] = Counter()
    for choice, count in choices.items():
        found[stands_for().get(choice, choice)] += count
    return found
