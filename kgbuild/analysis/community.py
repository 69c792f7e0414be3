"""What hangs together: communities of concepts, each with a name of its own.

Louvain's method (Blondel et al. 2008) over beliefs. A community is named after the concepts
that most of its inner belief falls on, and its commonest category.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx

__all__ = ["Community", "communities"]

_NAMING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """Concepts that are tied to each other more than to others.

    ``label`` joins the names of the strongest, ``members`` are all, the strongest first.
    ``inside`` is the share of its members' belief that stays within.
    """

    label: str
    category: str
    inside: float
    members: tuple[str, ...]


def communities(
    net: networkx.Graph[str], *, resolution: float = 1.0, smallest: int = 3, seed: int = 0
) -> list[Community]:
    """The communities of at least ``smallest`` concepts, the largest first.

    A higher ``resolution`` gives more and smaller ones. The same seed gives the same ones.
    """
    import networkx as nx

    # Louvain depends on the order of nodes and edges; this one depends on the graph alone.
    ordered: networkx.Graph[str] = nx.Graph()
    ordered.add_nodes_from(sorted(net))
    ordered.add_edges_from(sorted((min(ends), max(ends)) for ends in net.edges()))
    for one, other, tie in ordered.edges(data=True):
        tie["belief"] = net.edges[one, other]["belief"]
    groups = nx.community.louvain_communities(
        ordered, weight="belief", resolution=resolution, seed=seed
    )
    found = [_community(net, group) for group in groups if len(group) >= smallest]
    return sorted(found, key=lambda one: (-len(one.members), one.members))


def _community(net: networkx.Graph[str], group: set[str]) -> Community:
    within = net.subgraph(group)
    strength = dict(within.degree(weight="belief"))
    members = sorted(group, key=lambda one: (-strength[one], one))
    whole = sum(belief for _, belief in net.degree(group, weight="belief"))
    categories = Counter(net.nodes[one]["category"] for one in group)
    return Community(
        label="; ".join(net.nodes[one]["label"] or one for one in members[:_NAMING]),
        category=min(categories, key=lambda one: (-categories[one], one)),
        inside=round(sum(strength.values()) / whole, 6) if whole else 1.0,
        members=tuple(members),
    )
