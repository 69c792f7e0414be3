"""Which concepts are central to the graph, by three measures.

*degree* is the sum of the beliefs of a concept's edges. *pagerank* (Brin and Page 1998) is how
often one comes by who walks along edges, in proportion to their beliefs, and begins anywhere
once in a while. *betweenness* (Freeman 1977) is the share of shortest paths that lead through
a concept, estimated from some of the starts in a large graph (Brandes and Pich 2007).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kgbuild.errors import UsageError, nearest

if TYPE_CHECKING:
    import networkx

__all__ = ["MEASURES", "Central", "central", "pagerank"]

_DAMPING = 0.85
_ROUNDS = 100
_TOLERANCE = 1e-9
_STARTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Central:
    """A concept, how central it is, and how many neighbours it has."""

    concept: str
    label: str
    category: str
    score: float
    neighbours: int


def central(net: networkx.Graph[str], by: str = "degree", *, seed: int = 0) -> list[Central]:
    """All concepts of a network, the most central first; ties by CURIE.

    ``seed`` draws the starts for *betweenness* in a network of more than 200 concepts. Raises
    UsageError for a measure that is none of ``MEASURES``.
    """
    if by not in MEASURES:
        raise UsageError(f"no centrality {by!r}; there is {', '.join(MEASURES)}",
                         hints=nearest(by, MEASURES))  # fmt: skip
    if by == "pagerank":
        scores = pagerank(net)
    elif by == "betweenness":
        scores = _betweenness(net, seed)
    else:
        scores = dict(net.degree(weight="belief"))
    found = [
        Central(
            concept=concept,
            label=net.nodes[concept]["label"],
            category=net.nodes[concept]["category"],
            score=round(score, 12),
            neighbours=net.degree(concept),
        )
        for concept, score in scores.items()
    ]
    return sorted(found, key=lambda one: (-one.score, one.concept))


MEASURES = ("degree", "pagerank", "betweenness")
"""The measures of centrality."""


def pagerank(net: networkx.Graph[str]) -> Mapping[str, float]:
    """PageRank with beliefs as weights; the ranks add up to 1.

    NetworkX's own needs SciPy, which kgbuild does without; a test holds the two together.
    """
    if not len(net):
        return {}
    strength = dict(net.degree(weight="belief"))
    rank = dict.fromkeys(net, 1 / len(net))
    for _ in range(_ROUNDS):
        lost = sum(rank[one] for one in net if not strength[one])
        base = (1 - _DAMPING + _DAMPING * lost) / len(net)
        share = {one: _DAMPING * rank[one] / (strength[one] or 1.0) for one in net}
        further = {
            one: base + sum(share[other] * tie["belief"] for other, tie in net.adj[one].items())
            for one in net
        }
        moved = sum(abs(further[one] - rank[one]) for one in net)
        rank = further
        if moved < len(net) * _TOLERANCE:
            break
    return rank


def _betweenness(net: networkx.Graph[str], seed: int) -> Mapping[str, float]:
    import networkx as nx

    found: Mapping[str, float] = nx.betweenness_centrality(
        net, k=min(len(net), _STARTS) or None, seed=seed
    )
    return found
