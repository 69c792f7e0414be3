"""How likely each candidate is: a logistic model of what speaks for it, one for each kind.

The model was trained on the train halves of the corpora (``train.py``); its weights are a table
that can be read, ``default/ranking.json``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kgbuild import ComponentUnavailableError
from kgbuild_linker.candidates import Found, Learnt, Way, learnt_key
from kgbuild_linker.context import HUMAN, Context
from kgbuild_linker.records import Group, NameKind

__all__ = ["Ranking", "features", "load_ranking"]

Features = dict[str, float]

_SUREST = {way: place for place, way in enumerate(Way)}


def features(
    name: str, found: Found, among: Sequence[Found], group: Group, context: Context,
    learnt: Learnt,
) -> Features:  # fmt: skip
    """What speaks for a candidate and against it, by name; what is not named is 0."""
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
    chosen = learnt.get(learnt_key(name, group), {})
    whole = sum(chosen.values())
    if whole:
        share = chosen.get(hit.curie, 0) / whole
        said["learnt share"] = share
        said["learnt share of a short name"] = share * (len(name) <= 4)
        said["learnt never"] = float(share == 0)
        said["learnt often"] = share * math.log(1 + whole)
    if group is Group.GENE and hit.taxon:
        share = context.taxa.get(hit.taxon, 0.0)
        said["taxon share"] = share
        said["taxon of the document"] = float(share > 0)
        said["human"] = float(hit.taxon == HUMAN)
        best = max((context.taxa.get(one.hit.taxon, 0.0) for one in among), default=0.0)
        said["best taxon"] = float(share == best)
        said["human, none better"] = float(hit.taxon == HUMAN and best == 0)
    if group is Group.SPECIES:
        said["taxon share"] = context.taxa.get(hit.taxon, 0.0)
    rivals = [one for one in among if one is not found]
    said["surest kind"] = float(all(hit.kind <= one.hit.kind for one in rivals))
    said["only surest kind"] = float(all(hit.kind < one.hit.kind for one in rivals))
    said["heaviest"] = float(all(hit.weight >= one.hit.weight for one in rivals))
    said["only label"] = float(
        hit.kind is NameKind.LABEL and not any(one.hit.kind is NameKind.LABEL for one in rivals)
    )
    return {key: value for key, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class Ranking:
    """Weights of the features for each kind of concept, and what annotators chose."""

    weights: Mapping[Group, Mapping[str, float]]
    learnt: Learnt

    def score(self, group: Group, said: Features) -> float:
        """The probability that a candidate with these features is the right one."""
        weights = self.weights.get(group, {})
        total = math.fsum(weights.get(key, 0.0) * value for key, value in said.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def load_ranking(path: Path) -> Ranking:
    """Read a model. Raises ComponentUnavailableError where there is none."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        weights = {Group[name]: one for name, one in table["weights"].items()}
        return Ranking(weights, table["learnt"])
    except (OSError, ValueError, KeyError) as error:
        raise ComponentUnavailableError(
            f"{path}: is not a ranking: {error}", plugin="linker"
        ) from error
