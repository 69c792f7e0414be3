"""A denial between the two: "A did not cause B", "A lowered C, but not B"."""

from __future__ import annotations

import re

from kgbuild.document import Span
from kgbuild.statements.denial.words import (
    AUX,
    EFFECT,
    EXCEPT,
    FINDERS,
    FRONTED,
    GOES_ON,
    LACK,
    NAME,
    OBJECT,
    PEOPLE,
    RELATION,
    TURN,
    WITHIN,
    own,
)
from kgbuild.statements.hiding import MENTION
from kgbuild.statements.scope import Scope
from kgbuild.statements.verbs import first_verb, has_verb

__all__ = ["denied_between"]

_LACK_OF = re.compile(r"(?:lack|absence)\b")
_ITS_CAUSE = re.compile(
    r"\b(?:results? from|due to|because of|caused by|through|explained by|attribut\w+ to|owing to"
    r"|who)\b"
)
"""Behind such words a lack is why, or of whom, a thing is told."""
_CONTRASTED = re.compile(r", (?:although|whereas|while|when|where|because|since) ")
_HEAD = 8
"""So many words the head of a subject is among."""
_OF_USE = re.compile(
    r"activit|effect|benefit|consequence|success|avail|efficacy|affinity|site|response|influence"
    r"|impact|\buse\b|value"
)
_ELSEWHERE = re.compile(
    rf",|\b(?:in|after|during|before|for|at|by|from|following|under) |\band (?!{NAME})"
)
_FIRST_PLACE = re.compile(
    r"\A (?:\w+ )??(?:in|by|to|with|on|for|at|from|against)\b"
    r"(?: (?:those|patients) (?:on|with|given))?"
)
_MADE_OF = re.compile(
    r"[-–](?:induced|mediated|associated|related|evoked|elicited|dependent)"
    rf"(?: (?!by\b)[\w{MENTION}-]+)+ "
)
"""As in "A-induced pain did not …": of the pain it is said."""
_SENSITIVITY = re.compile(
    r"sensitiv|respon|suscept|affinity|(?:treatment|exposure|incubation|stimulation) of"
)
_AFTERWARDS = re.compile(
    rf" (?:after|during|following|before) (?:\w+ ){{0,2}}(?:{NAME} (?:or|and) )?\Z"
)
_GOES_ALONG = re.compile(r" (?:\w+ly )?(?:accompan|followed)")
_ALL = re.compile(r"\b(?:all|every|each|any|both|most|no|only)\b")
_INSTEAD = re.compile(r"rather than|instead of")
_BROUGHT = re.compile(
    r"\b(?:due|caus|attribut|trac|arose|result|account|driv|determin|induc|owing|because|found)"
)
_NOMINAL = re.compile(
    r"failure|inability|ineffectiveness|inefficacy|be (?:an?|the) (?:consequence|result)"
)
_SHOWS = re.compile(
    r"(?:\b(?:show|exhibit|display|ha[sd]|have|reveal|demonstrat)\w*(?: an?| the)?|:) \Z"
)
_PEOPLE_WITH = re.compile(
    r"\b(?:patients?|subjects?|people|individuals?|children|women|men) with \Z"
)
_BEHIND_FRONT = re.compile(r"\)?,|[^,]*, (?:[\w-]+ )*" + MENTION)
_FEW = 6
_PREPOSITION = re.compile(r"(?:in contrast|in comparison|unlike|compared)\b|" + FRONTED.pattern)
_INEFFECTIVE = re.compile(
    r"ineffect|inactiv|useless|avail|futile|disappoint|fail|fruitless|unhelpful"
)
_SEEN = r"observ|seen|found|detect|noted|present|available|record|report|evident|given|us"
_SUBORDINATE = re.compile(
    r"(?:\w+[,:] )?(?:when|if|while|although|though|whereas|since|because|as|once|after|until"
    r"|unless)\b[^,]*\Z"
)
"""A sentence that begins so has its main clause behind the next comma."""
_ANOTHER = re.compile(
    rf", (?:(?!and\b|or\b|nor\b)[\w-]+ ){{0,3}}{NAME}(?: (?!and\b|or\b)[\w-]+){{0,3}} (?:{AUX} )?\Z"
)
"""A name set apart by a comma stands right before what is denied, as its subject."""
_NEW_VERB = re.compile(rf" (?:[\w-]+ ){{1,4}}?{AUX} (?:\w+ ){{0,2}}(?:{_SEEN})\w*\b")
_JOINED = re.compile(r"(?:[;,]| and| but) (?:and )?\Z")
_ITS = re.compile(
    r"(?:, (?:it|they|this|these|those|there|we) | and |(?:,| but| yet) (?=[a-z]))"
    rf"(?:(?:{AUX}|also|\w+ly) )*\Z"
)
"""A further verb of what was the subject of the one before."""
_WHERE = re.compile(
    r"\b(?:where|in which|in whom|under which|for which)\b(?! (?:we|they|it|he|she) \w)"
)
"""A clause whose verb is what is denied; "where we went" has one of its own."""
_AGAIN = re.compile(r" (?:\w+ ){0,3}?(?:recurren|relaps)\w*")
_NOR_DID = re.compile(rf" (?:{AUX}) (?!it\b|they\b|this\b|these\b)")
_COMPARED_WITH = re.compile(
    r"\b(?:(?:compared|relative|comparison|contrast) (?:to|with)|than|versus|vs)"
    r"(?: (?:the|that|those|of|in|with|for|on))* \Z"
)
_DIFFERENCES = re.compile(r"\bdifferences? (?:in|of|between)(?: [\w-]+){0,8} \Z")
_ITSELF_CHANGED = re.compile(
    r"(?: \w+){0,3} (?:increased|decreased|rose|fell|declined)"
    r"(?: (?:\w+ly|\d|by|in|from|to|after|compared|with\b)|;|,)"
)
_CHANGES = re.compile(
    r" (?:\w+ ){0,2}(?:increase|decrease|change|rise|fall|reduction|elevation)s? (?:in|of)\b"
)
_NEW_SENTENCE = re.compile(r", (?:this|these|the|it|we|they) ")
_TURNED_BACK = re.compile(r",? (?:and|but) .{0,40}")
_IN_RELATIVE = re.compile(r", (?:which|who|whose) [^,]*\Z")


def denied_between(around: Scope, denial: Span) -> bool:
    """Whether the first does not do it, and does not do it to the second."""
    text, first, second = around.text, around.first, around.second
    said, denied = text[first.end : denial.start], text[denial.end : second.start]
    cue, lead = denial.of(text), own(text[: first.start])
    if EXCEPT.search(cue) and _ALL.search(text[: denial.start]) is None:
        return False
    if _INSTEAD.search(cue):
        return _BROUGHT.search(said) is not None and len(denied.split()) <= 2
    if not _is_subject(text, lead, said, cue, denied) or _turns_away(around, denial, said, denied):
        return False
    if _of_third(text, lead, said, cue, denied):
        return False
    if LACK.match(cue) and _lacks_else(said, cue, denied):
        return False
    if _MADE_OF.match(said) and " by " not in denied and not cue.startswith("un"):
        return False
    if said.endswith("but ") or cue.startswith("but"):
        return WITHIN.search(_FIRST_PLACE.sub("", denied, count=1)) is None
    if _AFTERWARDS.search(denied) and (_GOES_ALONG.match(denied) or EFFECT.match(denied.strip())):
        return False
    return _SENSITIVITY.search(denied) is not None or OBJECT.search(denied) is None


def _of_third(text: str, lead: str, said: str, cue: str, denied: str) -> bool:
    """Whether the subject or the object of what is denied is another than the two."""
    if _WHERE.search(said) or _ANOTHER.search(said) or _DIFFERENCES.search(lead):
        return True
    if cue.startswith("nor") and _NOR_DID.match(denied):
        return True
    if cue in {"no", "without"} and _AGAIN.match(denied):
        return True
    anew = _NEW_VERB.match(denied) if _JOINED.search(said) else None
    if anew and not RELATION.search(anew[0]):
        return True
    if cue.startswith("no") and _ITSELF_CHANGED.match(said) and _CHANGES.match(denied):
        return True
    return "other" not in cue and _COMPARED_WITH.search(denied) is not None


def _lacks_else(said: str, cue: str, denied: str) -> bool:
    """Whether what is lacking is not the second name, nor what the first does with it."""
    if _ITS_CAUSE.search(said) or (cue.startswith("without") and PEOPLE.search(said)):
        return True
    if _LACK_OF.match(cue):
        return RELATION.search(cue + denied) is None or bool(_NEW_SENTENCE.search(denied))
    return not _OF_USE.search(cue + denied) and _ELSEWHERE.search(denied) is not None


def _is_subject(text: str, lead: str, said: str, cue: str, denied: str) -> bool:
    """Whether the denied thing is said of the first name."""
    turns = [turn for turn in TURN.finditer(said) if not _is_comma_of_list(said, turn)]
    if turns and not GOES_ON.fullmatch(said, turns[-1].end()):
        return False
    joined = (
        turns or _ITS.search(said) or cue.startswith(("without", "but")) or said.endswith(" and ")
    )
    if joined and _is_object(lead):
        return False
    fronted = "," not in lead and _PREPOSITION.match(text) is not None
    if fronted and MENTION in said and _BEHIND_FRONT.match(said):
        return False
    if _NOMINAL.match(cue) and _SHOWS.search(said) is None:
        return False
    if cue.startswith("no") and _PEOPLE_WITH.search(said):
        return False
    if cue.startswith("no") and said.endswith(", ") and len(denied.split()) > _FEW:
        return False
    return not ("," in said and _IN_RELATIVE.search(lead))


def _is_comma_of_list(said: str, turn: re.Match[str]) -> bool:
    return turn[0] == ", and " and not has_verb(said[: turn.start()])


def _turns_away(around: Scope, denial: Span, said: str, denied: str) -> bool:
    """Whether something else has begun to be said before the second name."""
    whole = Span(around.place(denial).end, around.place(around.second).start)
    if _CONTRASTED.search(whole.of(around.sentence)):
        return True
    if ", " in denied and _SUBORDINATE.match(around.text[: denial.start]):
        return True
    turn = TURN.search(denied)
    if turn is None:
        return False
    if len(said.split()) > 3 or _INEFFECTIVE.search(around.text[denial.start : denial.end]) is None:
        return True
    return _TURNED_BACK.fullmatch(denied, turn.start()) is None


def _is_object(lead: str) -> bool:
    """Whether a name behind these words is acted on: the verb of somebody else is among them."""
    verb = first_verb(lead)
    subject = lead[: verb.end].split()[:_HEAD] if verb else ()
    return verb is not None and FINDERS.search(" ".join(subject)) is None
