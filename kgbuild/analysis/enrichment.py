"""What a list of genes, drugs or other concepts has in common, beyond chance.

For each concept of the graph: are more of the list tied to it than a random list of that size
would be? The p-value is the upper tail of the hypergeometric distribution (Fisher's exact test,
one-sided), the q-value corrects for the many questions (Benjamini and Hochberg 1995). The
background is every concept of the list's categories that is tied to anything, unless given: a
list drawn from genes is compared with genes.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from kgbuild.analysis.networks import ties
from kgbuild.errors import UsageError
from kgbuild.graph.reading import StoredGraph
from kgbuild.graph.rows import concept_key

__all__ = ["Enriched", "adjusted", "enrich", "upper_tail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Enriched:
    """A concept that the list is tied to more often than chance would have it.

    ``hits`` are the concepts of the list that are tied to it; ``tied`` is how many of the
    background are. ``fold`` is the hits over what chance would give.
    """

    concept: str
    label: str
    category: str
    p: float
    q: float
    fold: float
    hits: tuple[str, ...]
    tied: int
    listed: int
    background: int


def enrich(
    graph: StoredGraph,
    listed: Collection[str],
    *,
    background: Collection[str] = (),
    predicates: Collection[str] = (),
    fewest: int = 2,
) -> list[Enriched]:
    """The concepts that at least ``fewest`` of the listed ones are tied to, the least p first.

    ``listed`` and ``background`` are CURIEs; what stands in no claim (with one of the
    ``predicates``) does not count. Every concept that any of the background is tied to is a
    question that the q-values correct for, if enough are tied to it to be an answer.
    Raises NotInGraphError for a concept that the graph lacks, UsageError for an empty list.
    """
    chosen = {concept_key(graph.concept(one).id) for one in listed}
    partners: dict[int, set[int]] = {}
    for claim in ties(graph, predicates):
        partners.setdefault(claim.subject, set()).add(claim.object)
        partners.setdefault(claim.object, set()).add(claim.subject)
    among = {concept_key(one) for one in background} | chosen if background else (
        _alike(graph, chosen)
    )  # fmt: skip
    among &= partners.keys()
    chosen &= among
    if not chosen:
        raise UsageError("none of the list is tied to anything in this graph")
    tied: dict[int, set[int]] = {}
    for one in among:
        for partner in partners[one]:
            tied.setdefault(partner, set()).add(one)
    asked = sorted(partner for partner, ones in tied.items() if len(ones) >= fewest)
    sizes = len(among), len(chosen)
    p_values = [upper_tail(len(tied[o] & chosen), len(tied[o]), sizes[1], sizes[0]) for o in asked]
    found = [
        _enriched(graph, partner, p, q, (tied[partner], chosen), sizes)
        for partner, p, q in zip(asked, p_values, adjusted(p_values), strict=True)
        if len(tied[partner] & chosen) >= fewest
    ]
    return sorted(found, key=lambda one: (one.p, one.concept))


def _alike(graph: StoredGraph, chosen: set[int]) -> set[int]:
    """The concepts of the categories that the chosen ones have."""
    rows = graph.connection.execute("SELECT id, category FROM concepts").fetchall()
    categories = {category for number, category in rows if number in chosen}
    return {number for number, category in rows if category in categories}


def _enriched(
    graph: StoredGraph,
    partner: int,
    p: float,
    q: float,
    groups: tuple[set[int], set[int]],
    sizes: tuple[int, int],
) -> Enriched:
    tied, chosen = groups
    background, listed = sizes
    names = "SELECT curie, label, category FROM concepts WHERE id = ?"
    curie, label, category = graph.connection.execute(names, (partner,)).fetchone()
    hits = [graph.connection.execute(names, (hit,)).fetchone()[0] for hit in tied & chosen]
    return Enriched(
        concept=curie,
        label=label,
        category=category,
        p=p,
        q=q,
        fold=round(len(hits) * background / (listed * len(tied)), 6),
        hits=tuple(sorted(hits)),
        tied=len(tied),
        listed=listed,
        background=background,
    )


def upper_tail(hits: int, tied: int, listed: int, background: int) -> float:
    """P(X ≥ hits) where ``listed`` are drawn from ``background``, of which ``tied`` are tied.

    >>> round(upper_tail(2, 3, 4, 10), 6)  # (C(3,2)·C(7,2) + C(3,3)·C(7,1)) / C(10,4)
    0.333333
    >>> upper_tail(0, 3, 4, 10)
    1.0
    """
    first, last = max(hits, listed + tied - background, 0), min(tied, listed)
    if hits <= max(listed + tied - background, 0):
        return 1.0
    if hits > last:
        return 0.0
    chance = math.exp(
        _log_choose(tied, first)
        + _log_choose(background - tied, listed - first)
        - _log_choose(background, listed)
    )
    terms = [chance]
    for k in range(first, last):
        chance *= (tied - k) * (listed - k) / ((k + 1) * (background - tied - listed + k + 1))
        terms.append(chance)
    return min(math.fsum(terms), 1.0)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def adjusted(p_values: Sequence[float]) -> list[float]:
    """The q-values of Benjamini and Hochberg, in the order of the p-values.

    >>> adjusted([0.01, 0.04, 0.03])
    [0.03, 0.04, 0.04]
    """
    total, least = len(p_values), 1.0
    found = [1.0] * total
    for rank, place in reversed(list(enumerate(sorted(range(total), key=p_values.__getitem__), 1))):
        least = min(least, p_values[place] * (total / rank))
        found[place] = least
    return found
