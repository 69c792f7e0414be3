"""Where a stretch of a sentence has a verb, as far as words and their endings tell."""

from __future__ import annotations

import re

from kgbuild.document import Span
from kgbuild.statements.hiding import MENTION

__all__ = ["VERB", "finite", "first_verb", "has_verb", "is_title"]

_PARTICIPLE = re.compile(r" (?:in|from|with|by|to|on|at|for|of|as|under|into|during|after)\b|[,;)]")
_AS_PREPARED = re.compile(
    r"perfused|transfected|cultured|isolated|purified|infected|sensiti[sz]ed|immortali[sz]ed"
    r"|ana?esthetized|ovariectomi[sz]ed|fixed|aged|selected|matched|related|combined"
)
_NOUN_FOLLOWS = (
    "to ",
    "of ",
    "the ",
    "a ",
    "an ",
    "with ",
    "by ",
    "in ",
    "for ",
    "and ",
    "or ",
)
_ADJECTIVE = "".join(rf"(?<!\b{word})" for word in _NOUN_FOLLOWS)
"""Not behind one of these: "binding of A to phosphorylated B" has no verb."""

VERB = re.compile(
    r"\b(?:is|are|was|were|been|has|have|had|do|does|did|can|could|cannot|may|might|will|would|must"
    r"|should|led|leads|bound|binds|gave|gives|arose|became|began|underwent|shows?|seems?|remains?"
    rf"|lacks?|fails?|{_ADJECTIVE}(?<!-)\w{{3,}}ed"
    r"|(?:caus|induc|reduc|produc|decreas|increas|prevent|inhibit|activat|block|treat|lower|rais"
    r"|affect|protect|promot|enhanc|trigger|regulat|stimulat|suppress|mediat|provok|elevat"
    r"|interact|contribut|predict|phosphorylat|modulat|reliev|improv|worsen|attenuat|explain"
    r"|result|control|catalys|degrad|cur|heal|kill|bind|stop|eas|alleviat|ameliorat|aggravat"
    r"|exacerbat|damag|harm|injur|target|cleav|encod|express|recruit|repress|ubiquitinat|acetylat"
    r"|methylat|transactivat|stabili[sz]|antagoni[sz]|potentiat|augment|abolish|impair|disrupt"
    r"|facilitat|driv|confer|underli|initiat|accelerat|destroy|halt|hasten|delay|shorten|prolong"
    r"|precipitat|clear|eradicat|revers|restor|normali[sz]|dampen|boost|sensiti[sz]|evok|elicit"
    r"|generat|hydroly[sz]|metaboli[sz]|transport|oxidi[sz]|dephosphorylat|deubiquitinat|silenc"
    r"|downregulat|upregulat|relax|constrict|dilat|abrogat|counteract|neutrali[sz]|retard|arrest"
    r"|restrict|limit|reliev|convert|account|belong|correlat|associat)e?s"
    rf"|(?:(?<={MENTION} )|(?<=[a-z]s )(?<!its )(?<!this )|(?<=also ))(?:cause|induce|inhibit"
    r"|activate|prevent|reduce|promote|suppress|impair|produce|confer|trigger))\b"
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|did|does|can|could|may|might|found|argues?|depends?|provides?"
    r"|plays?|represents?|occurs?|develops?|makes?|underlies|drives?|confers?|leads?|requires?"
    r"|shows?|supports?|suggests?|indicates?|reveals?|identif(?:y|ies)|demonstrates?)\b"
)
"""Verbs that no title has in which names alone are set beside one another."""


def first_verb(text: str) -> Span | None:
    """Where a stretch of a sentence has its first verb."""
    found = VERB.search(text)
    return Span(*found.span()) if found else None


def has_verb(text: str) -> bool:
    """Whether a stretch of a sentence has a verb in it."""
    return first_verb(text) is not None


def is_title(text: str) -> bool:
    """Whether the text is a title in which names are set beside one another."""
    heading, _, _ = text.partition(":")
    return VERB.search(heading) is None and _FINITE.search(text) is None


def finite(text: str, start: int, end: int) -> bool:
    """Whether a verb is among the words: no participle, as in "cells treated with"."""
    found = VERB.finditer(text, start, end)
    return any(not _AS_PREPARED.fullmatch(verb[0]) and not _participle(verb) for verb in found)


def _participle(verb: re.Match[str]) -> bool:
    return verb[0].endswith("ed") and _PARTICIPLE.match(verb.string, verb.end()) is not None
