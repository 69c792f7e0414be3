"""Whether a chemical acts on a gene's product, or on how much of it is made.

DrugProt tells INHIBITOR from INDIRECT-DOWNREGULATOR. Where ChemProt has one of the two and words
beside a name speak of its expression, synthesis, release or level, some 85% are of the indirect
kind. A model that reads "A inhibits IL5 synthesis" as inhibition of IL5 claims more than is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["as_worded"]

_INDIRECT: Mapping[str, str] = MappingProxyType(
    {"INHIBITOR": "INDIRECT-DOWNREGULATOR", "ACTIVATOR": "INDIRECT-UPREGULATOR"}
)
_AMOUNT = (
    r"(?:over)?express\w*|m?RNAs?|(?:bio)?synthesis|production|secretion|release|levels?|contents?"
    r"|transcri\w+|concentrations?|formation|generation|abundance"
)
_BEHIND = re.compile(
    rf"[- ](?:(?:gene|protein|m?RNA|messenger|surface|plasma|serum)[- ])*(?:{_AMOUNT})\b"
)
_BEFORE = re.compile(
    rf"\b(?:{_AMOUNT})(?: levels?| and \w+)? (?:of|for) (?:(?:the|both|human|mouse|rat) )*\Z"
)


def as_worded(name: str, before: str, behind: str) -> str:
    """The name of a relation, or of its indirect kind where the words beside the gene say so.

    >>> as_worded("INHIBITOR", "Tea inhibits ", " synthesis in mice.")
    'INDIRECT-DOWNREGULATOR'
    >>> as_worded("INHIBITOR", "Tea inhibits ", ", a kinase.")
    'INHIBITOR'
    """
    if name in _INDIRECT and (_BEHIND.match(behind) or _BEFORE.search(before)):
        return _INDIRECT[name]
    return name
