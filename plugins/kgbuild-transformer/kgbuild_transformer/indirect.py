"""What the words beside two names make of a relation's name.

Whether a chemical acts on a gene's product, or on how much of it is made:
DrugProt tells INHIBITOR from INDIRECT-DOWNREGULATOR. Where ChemProt has one of the two and words
beside a name speak of its expression, synthesis, release or level, some 85% are of the indirect
kind. A model that reads "A inhibits IL5 synthesis" as inhibition of IL5 claims more than is said.

Whether a chemical brings an illness on, or is said to lessen it ("reducing aggression").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["as_lessened", "as_worded"]

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


_BRINGS_ON = frozenset({"CID", "Positive_Correlation"})
_LESSENED = "Negative_Correlation"
_LESSENS = re.compile(
    r"(?<![\w-])(?:reduc|attenuat|ameliorat|alleviat|mitigat|prevent|suppress|abolish|revers|reliev"
    r"|diminish|improv|antagoni[sz]|protect)(?:e|e?s|e?d|ing)?"
    r"(?: (?:and|\w+ly|the|both|their|its|severity|incidence|frequency|symptoms|signs|onset"
    r"|development|progression|degree|extent|duration|of|in|from|against|acute|chronic))* \Z"
)
_LESS_OF = re.compile(
    r"\b(?:withdraw\w*|discontinu\w+|cessation|stop\w*|remov\w+|absence|without|lower\w*|reduc\w+"
    r"|antagonist|inhibitor|block\w*|depletion|deficien\w+)\b",
    re.IGNORECASE,
)


def as_lessened(name: str, before: str, between: str) -> str:
    """The name of a relation of a chemical and an illness behind it, where it is said to be less.

    ``before`` is what a sentence says before the two, ``between`` what between them. Where less of
    the chemical made the illness less, the chemical brought it on.

    >>> as_lessened("CID", "", " dose-dependently reduced the severity of ")
    'Negative_Correlation'
    >>> as_lessened("CID", "Withdrawal of ", " reduced ")
    'CID'
    """
    said = _LESSENS.search(between) if name in _BRINGS_ON else None
    if said is None or _LESS_OF.search(f"{before} {between[: said.start()]}"):
        return name
    return _LESSENED
