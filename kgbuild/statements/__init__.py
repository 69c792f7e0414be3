"""How a sentence says a thing: for extractors of relations, whoever writes them.

``hidden`` makes what the cues read: the sentence in lower case, its mentions hidden. ``Cues``
say whether a statement between two mentions is negated, hedged, asked or told of others;
``conditions`` under which species, setting and dose it holds.
"""

from kgbuild.statements.conditions import conditions
from kgbuild.statements.cues import Cues, Reading, read_cues
from kgbuild.statements.hiding import MENTION, hidden, lowered

__all__ = ["MENTION", "Cues", "Reading", "conditions", "hidden", "lowered", "read_cues"]
