"""Words that more than one place of a denial asks for, and what stands where in a clause."""

from __future__ import annotations

import re

from kgbuild.statements.hiding import CONTRACTED, MENTION
from kgbuild.statements.scope import Scope

__all__ = [
    "AUX",
    "EFFECT",
    "EXCEPT",
    "FINDERS",
    "FRONTED",
    "GOES_ON",
    "KIND",
    "LACK",
    "LISTED",
    "NAME",
    "OBJECT",
    "PEOPLE",
    "RELATION",
    "TIE",
    "TO_COMPARE_WITH",
    "TURN",
    "WITHIN",
    "_WORD",
    "mutual",
    "own",
]

NAME = rf"{MENTION}+"
AUX = (
    r"(?:is|are|was|were|be|been|has|have|had|did|does|do|can|could|may|might|would|will|should"
    r"|ca|wo)"
)
LACK = re.compile(r"free (?:of|from)|lack|absence of|devoid of|negative for|without(?! avail)")
"""Words that say what is not there."""
TURN = re.compile(
    r"[;:] |,? (?:but|whereas|while|although|though|because|since|whenever|if|until"
    r"|when(?! (?:given|used|added|applied|combined))"
    r"|so that|suggesting|indicating|implying|demonstrating|showing|as indicated)[ ,]"
    r"|\b(?:suggest|indicat|show|reveal|demonstrat)\w* that "
    r"|, (?:and|which|whose|where|as|with) |,? which | and, | and,? (?=(?:[\w,]+ ){0,4}there )"
    r"|(?<=[a-z])\.(?=[a-z]{3})"
)
"""Where something else begins to be said."""
_ADVERB = re.compile(
    r"\A\s*(?:(?:\w+ly|however|moreover|furthermore|thus|also|in addition),? |even )*"
)
_CLAUSE = re.compile(r"\bthat\b|, and |[;:] |\b(?:whereas|while|although|but|because)\b")
GOES_ON = re.compile(
    r"\s*(?:.* (?:and|but|nor|or|yet) )?"
    rf"(?:(?:{AUX}|{CONTRACTED}t|n|it|they|there|(?:this|these)(?: \w+)?|in|on|at|by|for|to|with"
    r"|of|those|that|also|still|then|thus|however|yet|seen|found|\w+ly)\b[ ,]*){0,12}"
)
"""Behind a turn and before the denial: a further verb of the same subject, or of none."""
FRONTED = re.compile(
    r"(?!in (?:contrast|comparison|addition|support|agreement))"
    r"(?:in|on|with|under|after|during|following|for|among|by|upon|despite|as|when|while|although"
    r"|at|of|whereas|once|from|given)\b"
)
"""In front of a sentence's subject."""
FINDERS = re.compile(
    r"\b(?:we|i|there|it|one|nobody|none|no|neither|nothing|nowhere|authors?|investigators?"
    r"|stud(?:y|ies)|data|results?|findings?|evidence|analys[ei]s|meta-analys[ei]s|trials?|reports?"
    r"|literature|experiments?|observations?|surveys?|reviews?|researchers?|cohorts?|cases?|they"
    r"|tests?|testing|assays?|examination|regression|comparison|screening|sequencing|co-?(?:immuno|precip)\w+"
    r"|patients?|subjects?|animals?|humans?|people|volunteers?|participants?|individuals?|carriers?"
    r"|(?:wo)?m[ae]n|boys?|girls?|adults?|adolescents?|child(?:ren)?|infants?|mice|mouse|rats?|dogs?"
    r"|rabbits?|monkeys?|controls?|users?|famil(?:y|ies)|who|those)\b"
)
"""Subjects that find a thing, or have it, and do nothing to it."""
_TIES = (
    r"associations?|correlations?|relation(?:ship)?s?|links?|linkage|connections?|interactions?"
    r"|effects?|influences?|impact|roles?|involvement|contributions?|causality|contact|evidence"
    r"|cause|binding|inhibition|activation|affinity|efficacy|response|risks?|protection|action"
    r"|bearing|signals?"
)
TIE = re.compile(rf"\b(?:{_TIES}|induction)\b")
"""Names of what two have to do with each other."""
RELATION = re.compile(
    rf"\b(?:{_TIES}|participation|proof|indication|support|signs?|hint|reason|activity|changes?"
    r"|increases?|decreases?|reductions?|improvement|benefits?|differences?|cases?|expression"
    r"|responsiveness|use|dependence|segregation|hopes|heterodimeri[sz]ation|view|notion|belief"
    r"|idea|claim)\b"
)
"""Such names, and those of what is looked for, hoped or held of the two."""
EFFECT = re.compile(
    r"\b(?:chang|affect|alter|modif|influenc|increas|reduc|decreas|induc|prevent|block|inhibit"
    r"|effects?\b|impact|rescu|result in|impair|modulat|mediat|disrupt|enhanc|depend|attenuat"
    r"|abolish)\w*"
)
"""What is done to a thing."""
_WORD = r"(?: (?!(?:with|of|on|in|by|for|to|from|and|or|nor)\b)[\w-]+)"
LISTED = re.compile(
    rf"{_WORD}{{0,3}}(?:,? {NAME}{_WORD}{{0,2}})*,? (?:and|or|nor|as well as|and/or)"
    rf"(?:{_WORD}{{0,2}} (?:of|by))?(?: (?:the|in|to|by|of|with|for))*{_WORD}{{0,2}} ?"
    rf"(?:{NAME}{_WORD}{{0,2}}(?:,? (?:and|or|nor) |, ))*"
)
"""Between two names of one list."""
_MUTUAL = re.compile(
    r"correlat|associat|relat|interact|link|bind|bound|connect|complex|together|each other"
    r"|one another|independent|in common|contact|coincid"
    r"|\bco-\w|\bco(?:precip|locali|express|segreg|immuno|occur|exist)"
)
TO_COMPARE_WITH = re.compile(
    r"\b(?:controls?|placebo|untreated|vehicle|sham|healthy|saline|without|non-?\w+|comparators?"
    r"|unexposed|wild[- ]types?|littermates|baseline|background|general population|those)\b"
    rf"|\bwhether\b[^{MENTION}]*{MENTION}"
)
"""Groups that others are set against."""
KIND = (
    r"(?:ant)?agonists?|inhibitors?|blockers?|activators?|ligands?|substrates?|modulators?|inducers?"
    r"|analog(?:ue)?s?|depletors?|depleters?|precursors?|releasers?|scavengers?|donors?|chelators?"
    r"|derivatives?|metabolites?"
)
"""What kind of thing a name is of: "the A antagonist B"."""
PEOPLE = re.compile(
    r"\b(?:populations?|patients?|mice|rats|people|subjects|individuals|animals|children|women|men"
    r"|cells)(?: that were| who were)? \Z"
)
WITHIN = re.compile(r"\b(?:in|after|during|before|with|by|at|from|following|under|on|for|to)\b")
OBJECT = re.compile(
    rf"(?<!than )(?<!over )(?<!{MENTION}){NAME}(?:[ -][\w-]+){{0,4}}"
    r" (?<!induced )(?<!produced )(?<!caused )(?<!evoked )(?<!elicited )(?<!invoked )"
    r"(?:in|by|from|during|after|following|through|via|with|for|to|on)\b"
)
"""Another thing that is acted on: what comes behind it is where, when or how."""
EXCEPT = re.compile(r"except|other than")


def mutual(around: Scope) -> bool:
    """Whether what is said behind the two is said of what they are to each other."""
    said = around.text[around.second.end : around.second.end + 60].partition(MENTION)[0]
    return _MUTUAL.search(said) is not None


def own(lead: str) -> str:
    """What stands before a name in a clause of its own."""
    return _ADVERB.sub("", _CLAUSE.split(lead)[-1])
