"""What the graph as a whole looks like: who is central, what hangs together, what changed.

The algorithms are NetworkX's; this room says what they are run on and names what they find. It
reads the graph and never writes to it. Scripts and notebooks may use the names in ``__all__``.
"""

from kgbuild.analysis.centrality import Central, central
from kgbuild.analysis.changes import Change, difference
from kgbuild.analysis.community import Community, communities
from kgbuild.analysis.enrichment import Enriched, enrich
from kgbuild.analysis.neighbourhood import Near, near
from kgbuild.analysis.networks import network

__all__ = [
    "Central",
    "Change",
    "Community",
    "Enriched",
    "Near",
    "central",
    "communities",
    "difference",
    "enrich",
    "near",
    "network",
]
