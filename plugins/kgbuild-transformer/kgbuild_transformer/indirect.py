"""What the words beside two names make of a relation's name.

Whether a chemical acts on a gene's product, or on how much of it is made:
DrugProt tells INHIBITOR from INDIRECT-DOWNREGULATOR. Where ChemProt has one of the two and words
beside a name speak of its expression, synthesis, release or level, some 85% are of the indirect
kind. A model that reads "A inhibits IL5 synthesis" as inhibition of IL5 claims more than is said.

Whether a chemical brings an illness on, or is said to lessen it ("reducing aggression"), or to
further it. Whether a gene's product becomes more or less: where a verb of either kind stands
right before the gene and nothing undoes it, 95 to 97% of DrugProt's and ChemProt's relations are of
that direction, and 79 of 84 of BioRED's correlations. What two chemicals are to each other where
one acts on the uptake or metabolism of the other: neither more nor less of it, and BioRED mostly
marks an association.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["as_directed", "as_furthered", "as_handled", "as_lessened", "as_worded"]

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


_FILL = (
    r"(?P<rest>(?: (?:and|\w+ly|the|both|their|its|of|in|on|for|\w+ion|levels?|activit(?:y|ies)"
    r"|m?RNA|protein|gene|phospho|endogenous|basal|cellular|intracellular|nuclear|total|serum"
    r"|plasma|growth|risk|development|progression|severity|incidence|symptoms|acute|chronic|human"
    r"|mouse|rat|cells?|[\w-]+-(?:induced|mediated|evoked|stimulated)))*) \Z"
)
_ENDED = r"(?:e|e?s|e?d|ing|ion|tion|ment|ation)?"
_FALLS = re.compile(
    r"(?<![\w-])(?:down-?regulat|reduc|decreas|inhibit|suppress|attenuat|block|diminish|lower|abolish"
    rf"|deplet|prevent|impair|repress){_ENDED}{_FILL}",
    re.IGNORECASE,
)
_RISES = re.compile(
    r"(?<![\w-])(?:up-?regulat|increas|activat|induc|stimulat|enhanc|elevat|augment|rais|potentiat"
    rf"|promot|accelerat|exacerbat|aggravat|worsen){_ENDED}{_FILL}",
    re.IGNORECASE,
)
_UNDOES = re.compile(
    r"\b(?:(?:down-?regul|reduc|decreas|inhibit|suppress|attenuat|block|diminish|lower|abolish"
    r"|deplet|antagoni|prevent|impair|silenc|repress|lack|absen|revers|withdraw|discontin|loss|fail"
    r"|deficien|knock|restor|counteract|ameliorat|protect|abrogat|eliminat|halt|forestall)\w*"
    r"|no|nor|not|without|against|unable)\b",
    re.IGNORECASE,
)
_UNDONE = re.compile(
    r"(?:[- ][\w()-]+){0,3}?[- ](?:degrad|inhibit|down-?regul|inactivat|deplet|apopto|death"
    r"|sensitiv|to decrease|loss|suppress|antagonis|block)"
)
_LESS: Mapping[str, str] = MappingProxyType(
    {
        "Positive_Correlation": "Negative_Correlation",
        "ACTIVATOR": "INHIBITOR",
        "INDIRECT-UPREGULATOR": "INDIRECT-DOWNREGULATOR",
    }
)
_MORE: Mapping[str, str] = MappingProxyType({less: more for more, less in _LESS.items()})


def as_directed(name: str, before: str, between: str, behind: str) -> str:
    """The name of a relation of a chemical and a gene behind it, by the verb before the gene.

    >>> as_directed("INDIRECT-UPREGULATOR", "", " kills cells by downregulating ", " in mice.")
    'INDIRECT-DOWNREGULATOR'
    >>> as_directed("INDIRECT-UPREGULATOR", "", " restored cells by downregulating ", " in mice.")
    'INDIRECT-UPREGULATOR'
    """
    for verb, turned in ((_FALLS, _LESS), (_RISES, _MORE)):
        if name in turned and _plainly(verb, before, between, behind):
            return turned[name]
    return name


def as_furthered(name: str, before: str, between: str, behind: str) -> str:
    """The name of a relation of a chemical and an illness behind it, where it is said to be more.

    >>> as_furthered("Negative_Correlation", "", " stimulated ", " cell proliferation.")
    'Positive_Correlation'
    >>> as_furthered("Negative_Correlation", "", " stimulated ", " cell apoptosis.")
    'Negative_Correlation'
    """
    if name == _LESSENED and _plainly(_RISES, before, between, behind):
        return "Positive_Correlation"
    return name


def _plainly(verb: re.Pattern[str], before: str, between: str, behind: str) -> bool:
    """Whether such a verb stands right before the second name, and nothing undoes it."""
    said = verb.search(between)
    if said is None or _UNDONE.match(behind):
        return False
    return not _UNDOES.search(f"{before} {between[: said.start()]} |{said['rest']}")


_HANDLING = (
    r"(?:(?:re-?)?uptake|metaboli\w+|transport\w*|clearance|elimination|efflux|absorption|turnover"
    r"|\w*oxidation|\w*methylation|hydroxylation|glucuronidation)"
)
_HANDLED = re.compile(rf"[- ](?:and [\w-]+ )?{_HANDLING}\b", re.IGNORECASE)
_HANDLES = re.compile(rf"\b{_HANDLING} of (?:the |both |[\w-]+ and )?\Z", re.IGNORECASE)


def as_handled(name: str, between: str, behind: str) -> str:
    """The name of a relation of two chemicals, where one acts on what the body does to the other.

    >>> as_handled("Negative_Correlation", " blocks reuptake of ", ".")
    'Association'
    >>> as_handled("Negative_Correlation", " lowered ", " in plasma.")
    'Negative_Correlation'
    """
    correlated = name in ("Negative_Correlation", "Positive_Correlation")
    if correlated and (_HANDLES.search(between) or _HANDLED.match(behind)):
        return "Association"
    return name
