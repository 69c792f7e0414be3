"""A denial in front of the two: "no evidence that A causes B", "C did not alter A in B"."""

from __future__ import annotations

import re

from kgbuild.document import Span
from kgbuild.statements.denial.words import (
    AUX,
    FINDERS,
    LACK,
    NAME,
    OBJECT,
    RELATION,
    TIE,
    TO_COMPARE_WITH,
    TURN,
    WITHIN,
    own,
)
from kgbuild.statements.hiding import CONTRACTED, MENTION
from kgbuild.statements.scope import Scope
from kgbuild.statements.verbs import has_verb

__all__ = ["denied_before"]

_VERBAL = re.compile(
    r"(?:\b(?:not|never|cannot|nor|not able to|(?:fail\w*|unable|inability) to)"
    rf"|{CONTRACTED}t) ?\Z"
)
"""Denials that a verb follows, of what is denied."""
_ACTING_ON_LINKS = re.compile(r"oppos|abolish|remov|weaken|eliminat|nullif|eras")
_NOBODY = re.compile(
    r"none|nobody|no one|no-one|not one|no (?:stud|trial|report|patient|author|group)|any"
)
_THERE_IS = re.compile(r"\bthere (?:is|was|were|are)\Z|we \w+\Z")
_HAS = re.compile(r"\b(?:ha[sd]|have|show\w*|exert\w*|exhibit\w*|produc\w*)\Z")
_FINDING = re.compile(
    r"\b(?:show|found|find|confirm|support|demonstrat|prov|detect|observ|see|seen|saw|believ|reveal"
    r"|indicat|suggest|establish|replicat|reproduc|identif|note|associat|correlat|relat|link|connect"
    r"|report|record|develop|experienc|occur|exist|receiv|given|taking|took|treat|use|is\b|are\b|was\b"
    r"|were\b|be\b|been\b|has\b|have\b|had\b|did\b|does\b|do\b|could\b|can\b|may\b|might\b|due|expos"
    r"|attribut|obtain|conclud|true|the case|exert|benefi|respon|improv|recover|tolerat|differ"
    r"|relaps|resolv|suffer|recommend|claim|argu|known|come|came|so\b|appear|seem|lead|led\b|cause|convinc"
    r"|implicat|imput|blam|tie|recogni|mention|speak|spok|point|advis|advocat|bear|meet|hold|encounter"
    r"|licen[sc]|approv)\w*"
)
"""What finders do, and what is said of those who have a thing."""
_DONE = re.compile(rf"\s*(?:{AUX} )?(?:\w+ly )?(?P<verb>[a-z]+)")
_NO_VERB = re.compile(r"an?|the|of|in|on|any|one|at|to|even|able|for|with|under|by")
_EVENT = re.compile(
    r"\b(?:cases?|instances?|episodes?|signs?|symptoms?|traces?|risks?|incidence|rates?|patients?"
    r"|users?|who|recurrence|development|occurrence|evidence|carriers?|excess|one|members?"
    r"|stud(?:y|ies)|children|mice|rats|women|men|subjects|animals|number|dose|cause|mutations?|variants?"
    r"|amplifications?|deletions?|co-\w+)\b"
)
_PROPERTY = re.compile(r" (?:[\w-]+ ){1,3}of ")
_LACKING = re.compile(
    r"\b(?:lacking|deficient|deleted|knock-?outs?|null|without|devoid of)\b|[-(][-–/][-)]"
)
_UPON_IT = re.compile(r" (?:on|to|with|for) (?:the |an? )?")
_LITTLE = re.compile(rf"{NAME}|\b(?:the|an?|any|of|in|with|on|by|to|for|those|and|or|nor)\b|[,()]")
_CAME_WITH = re.compile(r"(?: was| were)? (?:after|in|with|on|under|during|among|from|by|noted)\b")
_MEANS = re.compile(r"\b(?:suggest|indicat|mean|caus|lead|led|explain|show)\w*")
_DID, _DOES = re.compile(r"\b\w{3,}ed\b"), re.compile(r"\b\w{3,}[^s]s\b")


_THOSE = r"(?:patients|those|subjects|mice|rats|cells|people|women|men|children)"
_IN_THOSE = re.compile(rf" (?:in|with|during|after|on) (?:the )?(?:[\w-]+ )?{_THOSE}\b")
_IN_PEOPLE = re.compile(
    rf"\w+(?:ed|s) (?:[\w-]+ ){{1,5}}in (?:[\w-]+ ){{0,2}}{_THOSE} with (?:\w+ )?\Z"
)
_CONCLUDES = re.compile(r", (?:suggest|indicat|confirm|imply|demonstrat|show|prov)\w*ing that ")
_NOUNS = re.compile(r"(?:failure|inability|lack|absence|loss|deficiency)\b")
_BRINGS = re.compile(
    r"\b(?:results? in|leads? to|causes?|plays?|had|has|exerts?|contributes? to)\b"
)
_CONCEDES = re.compile(
    r"(?:\A|[,;] )(?:while|although|though|whereas|since|because|as|when|if)(?: \w+)* \Z"
)
_MAIN_CLAUSE = re.compile(r", (?!and\b|or\b|which\b|who\b|whose\b|but\b)(?:\w+ )?")
_AMONG = re.compile(rf"(?: [\w{MENTION}-]+){{0,3}} and (?:[\w-]+ ){{1,4}}(?:among|in) ")
_OF_TIE = re.compile(rf"(?: (?!plays?\b|had\b|has\b|exert\w*)[\w{MENTION}-]+)*? (?:{TIE.pattern})")


def denied_before(around: Scope, denial: Span) -> bool:
    """Whether it is the tie of the two that is not found, or is not there."""
    text, cue = around.text, denial.of(around.text)
    lead = own(text[: denial.start]).strip()
    gap = text[denial.end : max(denial.end, around.listed)]
    between = text[around.first.end : around.second.start]
    if _of_another(around, lead, cue, gap) or _acts_elsewhere(between):
        return False
    if _of_third(around, text[: denial.start], lead, cue, gap, between):
        return False
    if gap.strip() in {"and", "but"} and not _NOBODY.match(cue):
        return False
    if _near(cue, gap):
        if RELATION.search(cue) and lead and _UPON_IT.fullmatch(gap):
            return _THERE_IS.search(lead) is not None
        if LACK.search(cue) and not RELATION.search(cue):
            return bool(
                _OF_TIE.match(between) or (_CAME_WITH.match(between) and not _MEANS.search(between))
            )
        return True
    return _from_afar(lead, cue, gap.rpartition(" that ")[2])


def _of_another(around: Scope, lead: str, cue: str, gap: str) -> bool:
    """Whether a lack of something, its difference, or one of its properties is told."""
    if _LACKING.search(lead) or (_ACTING_ON_LINKS.match(cue) and MENTION in lead):
        return True
    if "difference" in gap and TO_COMPARE_WITH.search(around.text, around.first.end) is None:
        return True
    named = _EVENT.search(gap) or RELATION.search(gap)
    return cue.rstrip().endswith(("no", "any")) and not named and bool(_PROPERTY.match(gap))


def _of_third(around: Scope, ahead: str, lead: str, cue: str, gap: str, between: str) -> bool:
    """Whether the denial ends before the two, or is of a third in those who have them."""
    contrasted = cue.startswith("but not") or lead.endswith(" but")
    if contrasted and (_IN_THOSE.match(gap) or _IN_PEOPLE.search(between)):
        return True
    if _CONCLUDES.search(between) or (_NOUNS.match(cue) and _BRINGS.search(between)):
        return True
    if _CONCEDES.search(ahead) and ("," in gap or _MAIN_CLAUSE.search(between)):
        return True
    return "association" in cue + gap and _AMONG.fullmatch(between) is not None


def _acts_elsewhere(between: str) -> bool:
    """Whether what the first did it did to a third thing, and the second tells when or where."""
    done = [*_DID.finditer(between)][-1:] or [*_DOES.finditer(between)][:1]
    return bool(done) and OBJECT.search(between, done[0].end()) is not None


def _near(cue: str, gap: str) -> bool:
    """Whether the first name is itself what is denied, small words and adjectives apart."""
    bare = _LITTLE.sub("", gap).strip()
    if not bare:
        return True
    if _VERBAL.search(cue) or " on " in gap or len(bare.split()) > 2:
        return False
    event = (" of " not in gap and " in " not in gap) or _EVENT.search(gap + cue)
    return bool(event) and not has_verb(bare) and not RELATION.search(bare)


def _from_afar(lead: str, cue: str, gap: str) -> bool:
    """Whether those who find a thing do not find, or there is no tie of the two, some words on."""
    if MENTION in gap or TURN.search(gap) or has_verb(_FINDING.sub("", gap)):
        return False
    done = _DONE.match(gap) if _VERBAL.search(cue) else None
    if done and not (_FINDING.match(done["verb"]) or _NO_VERB.fullmatch(done["verb"])):
        return False
    if not lead or FINDERS.search(lead) or _NOBODY.match(cue):
        return not (LACK.search(cue) and WITHIN.search(gap))
    if _VERBAL.search(cue) or _HAS.search(lead) or MENTION in lead:
        return False
    told = cue + gap
    relation = RELATION.search(told)
    return relation is not None and not told.startswith(" on ", relation.end())
