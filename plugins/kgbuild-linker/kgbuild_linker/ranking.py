"""How likely each candidate is: a logistic choice among them and none, one model for each kind.

The model was trained on the train halves of the corpora (``train.py``); its weights are a table
that can be read, ``default/ranking.json``.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from kgbuild import ComponentUnavailableError
from kgbuild_linker.candidates import Found, Learnt, Query, Way, is_short, learnt_key
from kgbuild_linker.context import HUMAN, Context
from kgbuild_linker.keys import tokens
from kgbuild_linker.likeness import said_of_likeness
from kgbuild_linker.records import Group, NameKind
from kgbuild_linker.terminology import Hit
from kgbuild_linker.vectors import Near, Vectors, load_vectors, tells

__all__ = ["Ranking", "fame", "features", "hits_of", "load_ranking", "near", "vectors_of"]

Features = dict[str, float]
_SUPPORTED = 0.5

_SUREST = {way: place for place, way in enumerate(Way)}


def features(query: Query, found: Found, among: Sequence[Found]) -> Features:
    """What speaks for a candidate and against it, by name; what is not named is 0."""
    name, group, context = query.name, query.group, query.context
    hit = found.hit
    prefix = hit.curie.partition(":")[0]
    if prefix == "mesh":
        prefix += hit.curie[5]
    said: Features = {
        "bias": 1.0,
        f"way {found.way.name}": 1.0,
        f"kind {hit.kind.name}": 1.0,
        f"prefix {prefix}": 1.0,
        "weight": hit.weight,
        "others": math.log(len(among)),
        "dropped": float(found.dropped),
        "same case": float(hit.name == name),
        "short": float(len(name) <= 4),
        "short, other case": float(hit.name != name and len(name) <= 4),
        "is label": float(hit.name == hit.label),
    }
    ways = [one.way for one in among if one.way is not Way.LEARNT]
    said["surest way"] = float(bool(ways) and _SUREST[found.way] <= min(_SUREST[w] for w in ways))
    if whole := sum(query.chosen.values()):
        share = query.chosen.get(hit.curie, 0) / whole
        said["learnt share"] = share
        said["learnt share of a short name"] = share * (len(name) <= 4)
        said["learnt never"] = float(share == 0)
        said["learnt often"] = share * math.log(1 + whole)
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
        said |= said_of_likeness(found.likeness, (one.likeness for one in among), found.way.name)
    if group is Group.DISEASE:
        said |= _in_hierarchy(found)
        said |= _of_kind_of_paper(query, found, prefix)
    if is_short(name):
        said["short, support"] = found.support
        said["short, spelled out"] = float(found.support == 1)
        said["short, without support"] = float(found.support < _SUPPORTED)
        best = max((one.support for one in among), default=0.0)
        said["short, others have more support"] = best - found.support
    if query.near:
        said |= _nearness(query.near, found)
    rivals = [one for one in among if one is not found]
    said["surest kind"] = float(all(hit.kind <= one.hit.kind for one in rivals))
    said["only surest kind"] = float(all(hit.kind < one.hit.kind for one in rivals))
    said["heaviest"] = float(all(hit.weight >= one.hit.weight for one in rivals))
    said["only label"] = float(
        hit.kind is NameKind.LABEL and not any(one.hit.kind is NameKind.LABEL for one in rivals)
    )
    return {key: value for key, value in said.items() if value}


def _in_hierarchy(found: Found) -> Features:
    """Whether it is above or below of what other names of the document name."""
    return {
        "above what is named": float(found.above),
        "below what is named": float(found.below),
        f"above what is named, {found.way.name}": float(found.above),
        f"below what is named, {found.way.name}": float(found.below),
    }


def _of_kind_of_paper(query: Query, found: Found, prefix: str) -> Features:
    """What a paper on inheritance, or on drugs, means by the name of a disease."""
    genetic = query.context.genetic
    induced = "nduced" in found.hit.label
    return {
        f"genetics, prefix {prefix}": genetic,
        f"genetics, way {found.way.name}": genetic,
        "genetics, chosen in other papers": genetic * math.log(1 + query.fame(found.hit.curie)),
        "induced": float(induced),
        "induced, chemicals": float(induced and query.context.chemicals),
    }


def _species(query: Query, found: Found, among: Sequence[Found]) -> Features:
    """Whether a gene is of the document's species, and is written as that species' genes are."""
    hit, taxa = found.hit, query.context.taxa
    share = taxa.get(hit.taxon, 0.0)
    best = max((taxa.get(one.hit.taxon, 0.0) for one in among), default=0.0)
    within = "of the document" if share else "of no species named"
    return {
        "taxon share": share,
        f"taxon {within}": 1.0,
        f"{hit.kind.name} {within}": 1.0,
        f"{found.way.name} {within}": 1.0,
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
        "no other of the document": float(
            share > 0 and sum(one.hit.taxon in taxa for one in among) == 1
        ),
    }


def _nearness(near: Near, found: Found) -> Features:
    curie = found.like or found.hit.curie
    cosine = near.cosine(curie)
    if cosine is None:
        return {"without a vector": 1.0}
    said = {"cosine": cosine, "below the nearest": near.best - cosine}
    said[f"below the nearest, {found.way.name}"] = near.best - cosine
    if near.nearest[0] == curie:
        said["nearest"] = 1.0
        said[f"nearest, {found.way.name}"] = 1.0
        second = near.cosine(near.nearest[1]) if len(near.nearest) > 1 else 0.0
        said["before the second"] = cosine - (second or 0.0)
    return said


def near(vectors: Mapping[Group, Vectors], name: str, group: Group) -> Near | None:
    """What is near a name; nothing for the symbols of genes, which say nothing by their letters."""
    if group not in vectors or not tokens(name) or (group is Group.GENE and not tells(name)):
        return None
    return vectors[group].near(name)


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

    def query(self, name: str, group: Group, context: Context) -> Query:
        """A name with what was learnt of it."""
        return Query(
            name=name,
            group=group,
            context=context,
            chosen=self.learnt.get(learnt_key(name, group), {}),
            near=near(self.vectors, name, group),
            fame=lambda curie: self._fame[curie],
            lacking=self.lacking,
        )

    @cached_property
    def _fame(self) -> Counter[str]:
        return fame(self.learnt)

    def scores(self, group: Group, several: Sequence[Features]) -> list[float]:
        """The probability of each of a name's candidates to be the right one.

        What is left to 1 is the probability that none of them is.
        """
        weights = self.weights.get(group, {})
        totals = [
            min(30.0, math.fsum(weights.get(key, 0.0) * value for key, value in said.items()))
            for said in several
        ]
        whole = 1 + math.fsum(map(math.exp, totals))
        return [math.exp(total) / whole for total in totals]


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
    return Ranking(weights, table["learnt"], load_vectors(vectors_of(path)), lacking)
