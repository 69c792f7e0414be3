"""Denials of no pair, wherever they stand: how it was, a comparison, a kind, names of one list."""

from __future__ import annotations

import re

from kgbuild.document import Span
from kgbuild.statements.denial.words import (
    EXCEPT,
    FRONTED,
    KIND,
    LISTED,
    NAME,
    PEOPLE,
    TO_COMPARE_WITH,
    mutual,
    own,
)
from kgbuild.statements.hiding import CONTRACTED, MENTION
from kgbuild.statements.scope import Scope
from kgbuild.statements.verbs import has_verb

__all__ = ["compares", "modifies", "side_by_side", "tells_how"]

_OF_BOTH = re.compile(
    r"\b(?:between|associations?|correlations?|relation(?:ship)?s?|links?|interactions?|dependence)"
    rf"\b(?: [\w{MENTION},-]+){{0,8}} \Z"
)
_HOW = re.compile(
    r"(?:despite|in spite of|as much|insufficient|inadequate|inappropriate|tolerated|inactive"
    r"|non-?essential|(?:show|ha[sd]|have|display|exhibit)\w* (?:\w+ )?normal)\Z"
)
"""Words that mostly tell how a thing was, and not that it was not."""
_NOT_ALONE = re.compile(
    r"(?:(?:\w+ )?not|(?:by )?no means) (?:(?:the|an?|be|remain\w*) )*(?:only|sole)\b"
)
_NOT_WHOLLY = re.compile(
    rf"(?:\w+ ){{0,2}}(?:not|{CONTRACTED}t) (?:(?:be|by itself|alone|in itself|\w+ly) )?"
    r"(?:always|sufficient|enough|invariably|universally|completely|fully|entirely|totally"
    r"|exclusively|solely|wholly)\b"
)
""""Not always" and "not sufficient to" leave it standing."""
_OF_OTHERS = re.compile(
    r"(?:none|no|not)(?: of)?(?: the)? (?:controls?|others?|remaining|rest|placebo|untreated)\b"
)
_NOUN_FOLLOWS = re.compile(
    rf" (?!(?:in|for|on|at|with|after|during|and|or|by|when|as|to|from|under)\b)[\w{MENTION}]"
)
_DESPITE = re.compile(r"despite|in spite")
_WENT_ON = re.compile(r"\b(?:persist|remain|progress|continu|worsen|unchanged|course)")
_SAID_OF_IT = re.compile(
    r"\b(?:is|are|was|were|be|been|prove\w*|remain\w*|found|seem\w*|appear\w*|considered)"
    r"(?: (?!an?\b|the\b)\w+)? \Z"
)
_BY_THE_WAY = re.compile(r"inborn errors?\Z|with or without|, (?=irrespective|regardless)")
_UNTOLD = re.compile(
    r"(?:has|have|had) (?:not|never),?(?: yet| however)?,? been (?:\w+ly )?"
    r"(?:report|describ|stud|investigat|evaluat|address|document|characteri)"
    r"|(?:is|are|was|were|remains?) not (?:\w+ ){0,2}"
    r"(?:defined|understood|known|clear|elucidated|studied|investigated|determined)\b"
    r"|no (?:\w+ ){0,2}(?:published|reported|described|documented) (?:cases?|reports?)"
    r"|no (?:\w+ ){0,2}(?:information|data|stud(?:y|ies)|assays?) [^,;]{0,80}\bavailable\b"
)
_OF_DENIAL = re.compile(r"-negative\Z|\bno (?:\w+ )?contraindicat\w+\Z|[\"“']no\Z")
_SHARED = re.compile(
    r" (?:be )?(?:shared by|share (?:the|this|these|an?|its|their))\b|(?<=excluded) from "
)
_ALIKE = re.compile(
    r"\b(?:differen\w*|differ\w*|similar|comparable|identical|equal|same|alike|indistinguishable)\b"
)
_NO_DIFFERENCE = re.compile(r"no (?:(?:significant|further|clear|major|\w+ly) )*difference")
_MAKES = re.compile(r"\b(?:makes?|made|making) \Z")
_COMPARED_ENDS = re.compile(r", (?:while|whereas|but|although)|; ")
_EXPOSED = re.compile(r"treated|given|exposed")
_PLACE = re.compile(
    r"\b(?:(?<!\bby )(?<!\bby the )presence of(?: the)?"
    r"|(?:normal|control|healthy|wild[- ]type|standard) (?:\S+ )?and(?: in)?(?: the)?"
    r"(?: \w+ model of)?) \Z"
)
_NAMED_KIND = re.compile(
    rf"(?: receptors?)?(?: \w+)? (?:{KIND}),?(?: such as| like| including)? \(?"
)
_KIND_IN_BRACKETS = re.compile(rf"(?: receptors?)? (?:{KIND})\b[^()]*\)")
_OF_A_KIND = re.compile(rf"(?: receptors?)? (?:{KIND}),? {NAME}")
_KIND_OF = re.compile(rf"\b(?:{KIND}) (?:of|for|at) (?:the )?\Z")
_KIND_ALONE = re.compile(rf"(?:-| receptor | )(?:{KIND})\b(?! (?:such as|like|including)| {NAME})")
_BY = re.compile(r" (?:\w+ )?\w+ed by ")
_ADJECTIVE = re.compile(
    rf"[- ](?:related|sensitive|like|specific|containing|resistant)(?: \w+)? (?:{NAME} and )?"
)
_LIST_GOES_ON = re.compile(
    rf"(?: [\w-]+){{0,2}},? (?:and|or|nor) |(?: [\w-]+){{0,2}}, (?:[\w-]+ ){{0,2}}{NAME}"
)
_DEFICIENT = re.compile(
    r"[- ]?(?:deficien|null|knock-?out|ko\b|deplet|delet|silenc|muta(?:nt|ted)|\(?-/-)"
)
_DEVELOPS = re.compile(
    r" (?:develop|show|exhibit|display|have|had|present|an? (?:\w+ )?model\b)\w*"
)
"""What mice that lack a gene do not do is what the gene has a part in."""


def tells_how(around: Scope, denial: Span) -> bool:
    """Whether the words tell how or where it was, or that it was not looked at."""
    text, cue = around.text, denial.of(around.text).strip()
    before = text[: denial.start]
    if _PLACE.search(text[: around.second.start]) or _UNTOLD.match(text, denial.start):
        return True
    if _BY_THE_WAY.search(before + cue) or (cue.endswith("not") and PEOPLE.search(before)):
        return True
    if _NOT_WHOLLY.match(text, denial.start):
        return True
    if _NOT_ALONE.match(text, denial.start) or _OF_OTHERS.match(text, denial.start):
        return True
    if cue.endswith("normal") and _NOUN_FOLLOWS.match(text, denial.end):
        return True
    if _OF_DENIAL.search(before + cue) or _SHARED.match(text, denial.end):
        return True
    if cue.endswith("failure") and text.startswith(" of ", denial.end):
        return True
    if _DESPITE.search(cue):
        return _WENT_ON.search(before + cue) is None
    return _HOW.search(cue) is not None and _SAID_OF_IT.search(before) is None


def compares(around: Scope, denial: Span) -> bool:
    """Whether groups or measures are said to be alike, and none of them is one to compare with."""
    text, end = around.text, around.second.end
    none = _NO_DIFFERENCE.match(text, denial.start) and not _MAKES.search(text[: denial.start])
    if not none and _ALIKE.search(denial.of(text)) is None:
        return False
    turn = _COMPARED_ENDS.search(text, end)
    clause = text[around.clause.start : turn.start() if turn else len(text)]
    exposed = _EXPOSED.search(text, end) is not None and "between" not in text
    return not exposed and TO_COMPARE_WITH.search(clause) is None


def modifies(around: Scope, denial: Span) -> bool:
    """Whether one of the two tells only what kind of thing a third, or the other, is."""
    text, first, second = around.text, around.first, around.second
    between = text[first.end : second.start]
    lacks = _DEVELOPS.match(text, denial.end) or denial.of(text) in {"none", "devoid of"}
    if (lacks and _DEFICIENT.match(text, first.end)) or _DEFICIENT.match(text, second.end):
        return True
    if between in {" (", "/", " plus "} or _NAMED_KIND.fullmatch(between):
        return True
    if _ADJECTIVE.fullmatch(between) and not around.compound:
        return True
    if _KIND_ALONE.match(text, second.end) and not _BY.match(text, denial.end):
        return True
    if denial.start < second.start and EXCEPT.search(denial.of(text)):
        if around.compound:
            return True
        return _NAMED_KIND.fullmatch(text, first.end, denial.start) is not None
    if denial.start > first.end and _KIND_IN_BRACKETS.match(text, first.end):
        return True
    if denial.start > first.end and _KIND_OF.search(text[: first.start]):
        return True
    kinds = (_OF_A_KIND.match(text, end.end) for end in (first, second))
    return any(kind and kind.end() != second.end for kind in kinds)


def side_by_side(around: Scope, denial: Span) -> bool:
    """Whether the two are names of one list, of which something is denied."""
    text, cue = around.text, denial.of(around.text)
    between = Span(around.first.end, around.second.start)
    if denial in between and "nor" not in cue:
        return between.of(text).rstrip().endswith("but not") and len(between.of(text).split()) <= 3
    if between.of(text) == ", and " and has_verb(text[: around.first.start]):
        return False
    if cue.strip() == "neither" and " nor " in between.of(text) and not has_verb(between.of(text)):
        return not mutual(around)
    if between.of(text) == ", " and _LIST_GOES_ON.match(text, around.second.end):
        return not (FRONTED.match(own(text[: around.first.start])) or mutual(around))
    if not _in_list(between.of(text)) or _OF_BOTH.search(text[: around.first.start]):
        return False
    return not mutual(around)


def _in_list(between: str) -> bool:
    return not ("neither" in between or has_verb(between)) and bool(LISTED.fullmatch(between))
