"""A denial behind the two: "the effect of A on B was not seen", "A in B did not change C"."""

from __future__ import annotations

import re

from kgbuild.document import Span
from kgbuild.statements.denial.words import (
    AUX,
    EFFECT,
    FRONTED,
    GOES_ON,
    KIND,
    LACK,
    LISTED,
    NAME,
    TIE,
    TURN,
    mutual,
    own,
)
from kgbuild.statements.hiding import MENTION
from kgbuild.statements.scope import Scope
from kgbuild.statements.verbs import has_verb

__all__ = ["denied_behind"]

_AUXILIARY = re.compile(rf"\b{AUX}\b")
_THROWN_IN = re.compile(rf", (?:if|though|although|albeit|as|when)\b[^,{MENTION}]*, (?={AUX}\b|\Z)")
_ANOTHER_SUBJECT = re.compile(r" and (?:the|an?|this|its|their|all|other) ")
_FRONT_ENDS = re.compile(r"[^,]*,(?: [a-z]+){0,2} ")
_SETTLED = re.compile(
    r"\b(?:that|view|notion|belief|idea|hopes?|left|leaves?|leaving|affinity|trial|treat\w*|therap\w*"
    r"|use|using|administ\w*|give[ns]?|giving|add\w*)\b"
)
_TREATED = re.compile(r"\b(?:treat|therap|patients?)")
_LEFT = re.compile(r"left|leav")
_COMES_ABOUT = re.compile(
    r"\b(?:observ|seen|detect|found|not(?:ed|iced)\b|record|confirm|demonstrat|shown|establish|support"
    r"|apparent|evident|significan(?!tly)|replicat|reproduc|prove|substantiat|true\b|present\b|occur"
    r"|develop|exist|appear(?!s? to)|identif|encounter|report|correct|differ|tenable|held|the case"
    r"|emerge|verif|absen|lacking"
    r"|ruled out|exclu|disprov|refut|reject|unlikely|negligible|unfounded"
    r"|correlat|take place|associat|relat|link|lost|nil|none|zero|null|work|help|effective|benefi"
    r"|materiali|ensue|fulfil|borne|met\b|survive|hold|vanish|disappear|respon|improve|abate|resolve"
    r"|unity|distinguish|unchanged|unaltered|unaffected|untouched|intact|without|useless|avail|dud"
    r"|placebo|express|exceed|equal|only|negative|disappoint|fruitless|hopeless|failed|myth|mistaken"
    r"|basis|wrong|absurd|common|obstacle)"
)
"""That a thing came about, was found, held or helped: denied of two, it is denied of their tie."""
_AGENT = re.compile(
    r"\b(?:ha[sd]|have|did|does|fail\w*|could|can|without)\b|unable|ineffect|inactiv"
)
_HAVE_IN_COMMON = re.compile(r"without|failed")
"""Words of denials of anything."""
_NOTHING_MORE = re.compile(
    r"(?: (?:have|show|exert|produce|cause|do|be))?(?: (?:an?|any|such|this))?"
    r"(?: (?!on\b|to\b)[\w-]+){0,2}(?=[.,;]|\Z| on (?:the )?"
    rf"{NAME}| (?:in|at|by|for|under|during|after|with|either|when|even|or|upon|against|over|until"
    r"|and)\b)"
)
"""Behind a denial: it has no object of its own ("whereas A had no effect")."""
_PASSED = re.compile(r"disappear|vanish|lost")
_SINCE = re.compile(r" (?:with|by|upon|on|in)\b")
_AS_MUCH = re.compile(r" ?(?:just|as|no more|no \w+er) ")
_SECOND_VERB = re.compile(r" (?:and|but)(?: \w+ly)? \Z")
_SMALL = re.compile(
    r"(?:(?:the|an?|that|those|their|in|of|with|for|to|on|by|patients|given|taking|treated|after"
    rf"|under) )*(?:(?:[\w-]+ |{NAME} ){{1,2}}(?:{KIND}),? |(?:{NAME}(?:, | and | or ))+)?"
)
"""All that may stand before a name that is the subject of its clause."""
_MUTANT = re.compile(r"\b(?:deficient|null|knock-?outs?|lacking|mutants?)\b|-/-")
_MEASURE = re.compile(
    r"(?: \w+){0,2} (?:levels?|concentrations?|expression|activity|contents?|values?|titers?)\b"
)
_RELATIVE = re.compile(r"\b(?:who|whose|which)\b(?! \Z)|whose \Z")
_WHICH_IS = re.compile(r"\bwhich (?:is|are|was|were|has|have) [^,]*\Z")
_UPON = re.compile(rf"{NAME}.*\b(?:on|upon)\b")
_ACTED_ON = re.compile(
    r"\b(?:affect|alter|chang|modif|influenc|compet|revers|antagoni|prevent|block|inhibit"
    r"|potentiat|attenuat|abolish|enhanc|reduc|increas|impair|mimic)\w*ed (?:out )?by\b"
)
"""What a third did or did not do to the tie of the two."""
_TOGETHER = re.compile(
    r"\b(?:addition|combination|combining|adding|co-?administration|conversion|switch\w*)"
    r" (?:of|from)?(?: \w+)?\Z"
)
_WITH_IT = re.compile(r"(?: [\w-]+){0,2} (?:to|with|and|plus) (?:[\w-]+ )?\Z")
_BY_NAME = re.compile(rf" by (?:the )?{NAME}")


def denied_behind(around: Scope, denial: Span) -> bool:
    """Whether what was said of the two, or the second's part in it, did not come about."""
    text, first, second = around.text, around.first, around.second
    said, gap = text[first.end : second.start], text[second.end : denial.start]
    lead, cue, rest = own(text[: first.start]).strip(), denial.of(text), text[denial.end :]
    if _is_aside(lead, said, gap) or _has_more(cue, gap, rest) or _joint(lead, said, cue):
        return False
    whole = around.compound or re.search(r"\bthat\b[^,]*\Z", text[: first.start])
    if _AS_MUCH.match(cue) or (whole and not EFFECT.search(cue + rest[:20])):
        return True
    turns = [*TURN.finditer(said)]
    if turns and not _SMALL.fullmatch(said, turns[-1].end()):
        return False
    if turns or (FRONTED.match(lead) and _FRONT_ENDS.fullmatch(said)):
        told = text[second.end : denial.end]
        alone = not has_verb(_AUXILIARY.sub("", gap)) and (", and " in gap or "," not in gap)
        return alone and _of_second(lead, said, told, rest, bool(turns))
    if LISTED.fullmatch(said) and mutual(around):
        return True
    if EFFECT.search(cue + rest[:35].partition(",")[0]) and not _LEFT.search(said):
        if around.compound:
            return False
        return _TREATED.search(lead + said) is not None
    told = f"{lead} {said}"
    came = _COMES_ABOUT.search(cue + re.split("[,;]", rest[:30])[0])
    return bool(came or _SETTLED.search(told) or TIE.search(told))


def _joint(lead: str, said: str, cue: str) -> bool:
    """Whether the two are given together, and what both do is denied."""
    return _TOGETHER.search(lead) is not None and _WITH_IT.match(said) is not None


def _has_more(cue: str, gap: str, rest: str) -> bool:
    """Whether the denial is of a third thing behind it, or of some case alone."""
    if _MUTANT.search(rest.partition(",")[0]) or _BY_NAME.match(rest):
        return True
    if _ACTED_ON.search(cue + rest.partition(",")[0]):
        return True
    if LACK.match(cue) and not _AUXILIARY.search(gap):
        return True
    return bool(_PASSED.search(cue) and _SINCE.match(rest))


def _is_aside(lead: str, said: str, gap: str) -> bool:
    """Whether the two stand in another clause than the denial, or are what a third acts upon."""
    gap = _THROWN_IN.sub(" ", gap)
    turns = [*TURN.finditer(gap)]
    if turns and not GOES_ON.fullmatch(gap, turns[-1].end()):
        return True
    if _ANOTHER_SUBJECT.search(gap) or (_SECOND_VERB.search(gap) and has_verb(said)):
        return True
    return bool(_RELATIVE.search(said) or _WHICH_IS.search(lead) or _UPON.search(lead))


def _of_second(lead: str, said: str, told: str, rest: str, turned: bool) -> bool:
    """Whether what is denied of the second is what was said, or would be, of the first.

    ``told`` is the denial with what leads to it. "GC cured A, whereas B had no effect" denies it;
    "A was given, whereas B did not cause C", "A rose, whereas B levels were normal" do not.
    """
    agent = _AGENT.search(told) is not None
    came = _HAVE_IN_COMMON.sub("", told) + rest[:4]
    if agent and not (_COMES_ABOUT.match(rest.strip()) or _COMES_ABOUT.search(came)):
        more = _NOTHING_MORE.match(rest) is None
        if more or (turned and not has_verb(lead)):
            return False
    return not (turned and _MEASURE.match(said))
