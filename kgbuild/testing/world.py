"""A made-up world whose truth is known, and the papers that reveal some of it year by year.

Genes work together in pathways, diseases come from pathways that fail, chemicals lower genes.
A chemical that lowers a gene of a disease's pathway treats the disease, more often than not:
that is the law which a prediction can find. Papers report true links at some time or never,
those of well-known concepts earlier, and false ones now and then. So it can be asked of a
prediction not only whether it was published later, but whether it is true.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kgbuild.testing.library import Said

__all__ = ["World", "papers_of"]

Link = tuple[str, str, str]

_DOWN = (("biolink:object_direction_qualifier", "decreased"),)
_ON_TARGET = 0.7
_EACH = 4


@dataclass(kw_only=True)
class World:
    """How large the world is, and what is true in it.

    ``law``: whether treatments follow from pathways. Without it as many are drawn at random, with
    the same preference for the well-known: nothing but popularity can be learnt.
    """

    chemicals: int = 150
    genes: int = 200
    diseases: int = 80
    pathways: int = 25
    law: bool = True
    seed: int = 0
    truth: set[Link] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        drawn = random.Random(self.seed)
        named = {kind: [f"{kind}{n}" for n in range(1, count + 1)] for kind, count in
                 {"C": self.chemicals, "G": self.genes, "D": self.diseases}.items()}  # fmt: skip
        works_in = {gene: drawn.randrange(self.pathways) for gene in named["G"]}
        fails_in = {disease: set(drawn.sample(range(self.pathways), drawn.choice((1, 1, 2))))
                    for disease in named["D"]}  # fmt: skip
        self._genetics(drawn, named["G"], works_in, fails_in)
        treatments = self._pharmacology(drawn, named, works_in, fails_in)
        if not self.law:
            treatments = {
                (_popular(drawn, named["C"]), "treats", _popular(drawn, named["D"]))
                for _ in treatments
            }
        self.truth |= treatments

    def _genetics(
        self,
        drawn: random.Random,
        genes: Sequence[str],
        works_in: dict[str, int],
        fails_in: dict[str, set[int]],
    ) -> None:
        for gene in genes:
            kin = [other for other in genes if works_in[other] == works_in[gene] and other > gene]
            self.truth |= {
                (gene, "interacts_with", other)
                for other in drawn.sample(kin, min(len(kin), 3))
            }  # fmt: skip
            self.truth |= {
                (gene, "associated_with", disease)
                for disease, failing in fails_in.items()
                if works_in[gene] in failing and drawn.random() < 0.5
            }

    def _pharmacology(
        self,
        drawn: random.Random,
        named: dict[str, list[str]],
        works_in: dict[str, int],
        fails_in: dict[str, set[int]],
    ) -> set[Link]:
        treatments = set()
        for chemical in named["C"]:
            targets = {_popular(drawn, named["G"]) for _ in range(drawn.choice((1, 2, 2, 3)))}
            self.truth |= {(chemical, "affects", gene) for gene in targets}
            reached = {works_in[gene] for gene in targets}
            for disease, failing in fails_in.items():
                if failing & reached and drawn.random() < _ON_TARGET:
                    treatments.add((chemical, "treats", disease))
            for _ in range(2):
                harm = (chemical, "causes", _popular(drawn, named["D"]))
                if (chemical, "treats", harm[2]) not in treatments:
                    self.truth.add(harm)
        return treatments


def _popular(drawn: random.Random, names: Sequence[str]) -> str:
    """One of the names; the first are drawn much more often."""
    return names[int(drawn.random() ** 2 * len(names))]


_YEARS = range(2000, 2021)
_PUBLISHED = 0.7
"""The share of what is true that is ever reported."""
_FALSE = 0.1
"""How many false links are reported for each true one."""


def papers_of(world: World) -> Iterator[tuple[str, dict[str, list[Said]]]]:
    """The papers of each year: (year, papers by CURIE).

    Some of what is true is never reported; some that is false is, mostly with lower scores.
    """
    drawn = random.Random(world.seed + 1)
    by_year: dict[int, list[Said]] = {year: [] for year in _YEARS}
    for link in sorted(world.truth):
        if drawn.random() < _PUBLISHED:
            by_year[_year(drawn, link)].append(_said(drawn, link, 0.75))
    true = sorted(world.truth)
    for _ in range(int(_FALSE * len(true))):
        subject, predicate, _ = drawn.choice(true)
        _, _, object_ = drawn.choice([link for link in true if link[1] == predicate])
        link = (subject, predicate, object_)
        if link not in world.truth and subject != object_:
            by_year[_year(drawn, link)].append(_said(drawn, link, 0.45))
    number = 0
    for year, said in by_year.items():
        drawn.shuffle(said)
        papers = {}
        for start in range(0, len(said), _EACH):
            number += 1
            papers[f"pubmed:{number}"] = said[start : start + _EACH]
        yield str(year), papers


def _year(drawn: random.Random, link: Link) -> int:
    """A year, on average earlier for concepts with low numbers: they are the well-known ones."""
    known = min(int(link[0][1:]), int(link[2][1:])) / 100
    place = int(drawn.betavariate(1 + known, 1.5) * len(_YEARS))
    return _YEARS[min(place, len(_YEARS) - 1)]


def _said(drawn: random.Random, link: Link, mean: float) -> Said:
    subject, predicate, object_ = link
    return Said(
        subject=subject,
        predicate=predicate,
        object=object_,
        score=round(min(max(drawn.gauss(mean, 0.15), 0.1), 0.99), 2),
        qualifiers=_DOWN if predicate == "affects" else (),
    )
