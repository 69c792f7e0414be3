"""The graph as prediction sees it: links of some kinds, followed forwards and backwards.

The kind of a link is what is learnt about: the categories of its ends, its predicate and the
direction of the effect (a *metaedge*). A *step* is a kind followed one way: ``2 * kind`` from
subject to object, ``2 * kind + 1`` back. Links of a symmetric kind are followed forwards from
either end.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from kgbuild.graph.reading import StoredGraph
from kgbuild.reasoning.claims import Claim, claims
from kgbuild.vocabulary import is_symmetric

__all__ = ["DIRECTION", "Kind", "Link", "Links", "links_of", "pair"]

DIRECTION = "biolink:object_direction_qualifier"
DAMPING = 0.4
_WORTHLESS: Mapping[int, float] = MappingProxyType({})
_NONE: Mapping[int, Link] = MappingProxyType({})


class Kind(NamedTuple):
    """A kind of link. ``direction`` is *increased*, *decreased* … or empty."""

    subject: str
    predicate: str
    direction: str
    object: str

    def __str__(self) -> str:
        said = f"{self.predicate} {self.direction}".strip().replace("biolink:", "")
        ends = [category.removeprefix("biolink:") for category in (self.subject, self.object)]
        return f"{ends[0]} {said} {ends[1]}"

    @property
    def symmetric(self) -> bool:
        """Whether it says the same of its ends in either order."""
        return self.subject == self.object and is_symmetric(self.predicate)


class Link(NamedTuple):
    """A link: its kind by number, its ends, the assertion that states it best, and its belief."""

    kind: int
    subject: int
    object: int
    claim: int
    belief: float


def pair(link: Link) -> tuple[int, int]:
    """The two ends, in the same order for all links between them."""
    return min(link.subject, link.object), max(link.subject, link.object)


class Links:
    """Some links, by the concepts and the steps that they are followed with."""

    def __init__(self, kinds: Sequence[Kind], links: Iterable[Link]) -> None:
        self.kinds = tuple(kinds)
        self.links = tuple(links)
        self._onward: dict[int, dict[int, dict[int, Link]]] = {}
        self._degree: dict[int, int] = {}
        self._by_category: dict[str, list[int]] = {}
        for link in self.links:
            forwards, backwards = 2 * link.kind, self.back(2 * link.kind)
            self._keep(link.subject, forwards, link.object, link)
            self._keep(link.object, backwards, link.subject, link)
        self._worths = {start: self._worths_at(start) for start in self._onward}

    def _keep(self, start: int, step: int, end: int, link: Link) -> None:
        known = self._onward.setdefault(start, {}).setdefault(step, {})
        if end not in known or link.belief > known[end].belief:
            known[end] = link

    def _worths_at(self, start: int) -> dict[int, dict[int, float]]:
        """What a link adds to the worth of a path: see :mod:`kgbuild.prediction.paths`."""
        return {
            step: {
                end: link.belief
                * (len(onward) * len(self._onward[end][self.back(step)])) ** -DAMPING
                for end, link in onward.items()
            }
            for step, onward in self._onward[start].items()
        }

    def back(self, step: int) -> int:
        """The step that leads back."""
        return step if self.kinds[step // 2].symmetric else step ^ 1

    def steps(self, concept: int) -> Mapping[int, Mapping[int, Link]]:
        """The links at a concept: by step, then by the concept that the step leads to."""
        return self._onward.get(concept, {})

    def onward(self, concept: int, step: int) -> Mapping[int, Link]:
        """The links of one step at a concept, by the concept at the other end."""
        return self._onward.get(concept, {}).get(step, _NONE)

    def degree(self, concept: int) -> int:
        """How many links a concept has, each kind and way counted apart."""
        if concept not in self._degree:
            self._degree[concept] = sum(map(len, self.steps(concept).values()))
        return self._degree[concept]

    def neighbours(self, concept: int) -> int:
        """To how many other concepts a concept is tied."""
        return len({other for onward in self.steps(concept).values() for other in onward})

    def of_category(self, category: str) -> list[int]:
        """The concepts of a category that have a link, by key."""
        if category not in self._by_category:
            ends = {
                end
                for link in self.links
                for end, its in (
                    (link.subject, self.kinds[link.kind].subject),
                    (link.object, self.kinds[link.kind].object),
                )
                if its == category
            }
            self._by_category[category] = sorted(ends)
        return self._by_category[category]

    def worths(self, concept: int, step: int) -> Mapping[int, float]:
        """The worth of each link of one step at a concept, by the concept at the other end."""
        return self._worths.get(concept, {}).get(step, _WORTHLESS)

    def of_kind(self, kind: int) -> Iterator[Link]:
        """The links of one kind."""
        return (link for link in self.links if link.kind == kind)

    def starts(self, kind: int) -> list[int]:
        """The concepts from which links of the kind go forwards, by key."""
        return sorted(one for one, steps in self._onward.items() if 2 * kind in steps)

    def ends(self, kind: int) -> list[int]:
        """The concepts to which links of the kind lead, by key."""
        back = self.back(2 * kind)
        return sorted(one for one, steps in self._onward.items() if back in steps)

    def within(self, pairs: Collection[tuple[int, int]]) -> Links:
        """Only the links between these pairs."""
        return Links(self.kinds, (link for link in self.links if pair(link) in pairs))

    def apart_from(self, concepts: Collection[int]) -> Links:
        """Only the links that none of these concepts is an end of."""
        return Links(
            self.kinds,
            (one for one in self.links
             if one.subject not in concepts and one.object not in concepts),
        )  # fmt: skip


def links_of(graph: StoredGraph, *, before: str = "", kinds: Sequence[Kind] = ()) -> Links:
    """The links of a graph, as it was before a date where one is given.

    ``kinds`` numbers those that are known already, so that two sets of links can be compared.
    """
    categories = dict(graph.connection.execute("SELECT id, category FROM concepts"))
    numbers = {kind: number for number, kind in enumerate(kinds)}
    found = []
    for claim in claims(graph, before=before):
        if claim.belief > 0 and claim.subject != claim.object:
            kind = _kind(claim, categories)
            number = numbers.setdefault(kind, len(numbers))
            found.append(Link(number, claim.subject, claim.object, claim.key, claim.belief))
    return Links(tuple(numbers), found)


def _kind(claim: Claim, categories: Mapping[int, str]) -> Kind:
    terms = dict(json.loads(claim.qualifiers)) if claim.qualifiers else {}
    return Kind(
        categories[claim.subject],
        claim.predicate,
        terms.get(DIRECTION, ""),
        categories[claim.object],
    )
