"""How a sentence says a thing: for extractors of relations, whoever writes them.

``hidden`` makes what the cues read: the sentence in lower case, its mentions hidden. ``Cues``
say whether a statement between two mentions is negated, hedged, asked or told of others;
``conditions`` under which species, setting and dose it holds; ``novelty`` whether it is a finding
of the text or was known.

What the code and the tables here read of a sentence may change: hash
``kgbuild.tables_fingerprint("kgbuild.statements")`` in the fingerprint of a component that uses it.
"""

from kgbuild.statements.conditions import conditions
from kgbuild.statements.cues import ASIDE, Cues, Reading, read_cues
from kgbuild.statements.hiding import MENTION, hidden, is_name, lowered
from kgbuild.statements.novelty import novelty

__all__ = [
    "ASIDE",
    "MENTION",
    "Cues",
    "Reading",
    "conditions",
    "hidden",
    "is_name",
    "lowered",
    "novelty",
    "read_cues",
]
