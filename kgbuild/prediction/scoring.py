"""How strongly rules suggest each link from a concept; and the guess that knows degrees alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kgbuild.prediction.links import Links
from kgbuild.prediction.mining import PathRule
from kgbuild.prediction.paths import Way, reach, walk

__all__ = ["popularity", "reasons", "scores"]


def scores(
    links: Links, rules: Iterable[PathRule], concept: int, *, backwards: bool = False
) -> dict[int, float]:
    """Each concept that a rule's path leads to, with its score: higher is likelier.

    The score is the sum over all paths of the worth of the path times the confidence of its
    rule. ``backwards`` asks for the subjects of links to the concept.
    """
    found: dict[int, float] = {}
    for rule in rules:
        steps = tuple(map(links.back, reversed(rule.steps))) if backwards else rule.steps
        for end, worth in reach(links, concept, steps).items():
            found[end] = found.get(end, 0.0) + rule.confidence * worth
    return found


def reasons(
    links: Links, rules: Iterable[PathRule], start: int, ends: Iterable[int], limit: int
) -> Mapping[int, list[tuple[float, PathRule, Way]]]:
    """For each of the ends the paths that add most to its score: (what it adds, rule, path)."""
    found: dict[int, list[tuple[float, PathRule, Way]]] = {end: [] for end in ends}
    for rule in rules:
        for way in walk(links, start, rule.steps):
            if (end := way.concepts[-1]) in found:
                found[end].append((rule.confidence * way.worth, rule, way))
    return {
        end: sorted(ways, key=lambda one: (-one[0], one[2].concepts))[:limit]
        for end, ways in found.items()
    }


def popularity(links: Links, kind: int, *, backwards: bool = False) -> dict[int, float]:
    """The baseline: each concept with how many links of the kind lead to it, whoever asks."""
    step = 2 * kind if backwards else links.back(2 * kind)
    concepts = links.starts(kind) if backwards else links.ends(kind)
    return {concept: float(len(links.onward(concept, step))) for concept in concepts}
