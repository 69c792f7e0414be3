"""Denials that tell of whom, or of which cells, a thing is told: "a man with no history of B"."""

from __future__ import annotations

import re

from kgbuild.document import Span
from kgbuild.statements.denial.words import AUX, PEOPLE, RELATION
from kgbuild.statements.scope import Scope

__all__ = ["describes_group"]

_OF_BEFORE = re.compile(
    r" (?:[\w-]+ ){0,2}?(?:history|prior|previous|past|pre-?existing|known|personal|obvious|family"
    r"|underlying|concomitant|risk factors?)\b(?P<rest>[^,;]*)"
)
_WHO = re.compile(r"\b(?:who|whose)(?: \w+){0,2} \Z")
_FAMILIES = re.compile(
    r"\b(?:famil\w+|patients?|subjects?|individuals?|women|men|children|kindreds?) with \Z"
)
_KEPT_APART = re.compile(
    r" (?:express|receiv|taking|carry|harbou?r|contain|us)\w*ing\b| (?:taking|using)\b"
    r"| (?:treated|given|exposed|infected|transfected)\b| (?:typical|characteristic) (?:of|for)\b"
)
_AUX_BEFORE = re.compile(rf"\b{AUX} (?:\w+ly )?\Z")
_NONE = re.compile(r"(?:no|without|never|not|denied|any|none)\Z")


def describes_group(around: Scope, denial: Span) -> bool:
    """Whether the words say what those lack whom the sentence tells of."""
    text, cue = around.text, denial.of(around.text).strip()
    before = text[: denial.start]
    if cue.startswith(("that ", "which ", "who ")) and PEOPLE.search(before):
        return True
    if not _NONE.search(cue):
        return False
    if _WHO.search(before) or _FAMILIES.search(before):
        return True
    if cue.endswith("not"):
        return not _AUX_BEFORE.search(before) and bool(_KEPT_APART.match(text, denial.end))
    return _of_before(text, denial.end)


def _of_before(text: str, end: int) -> bool:
    """Whether what they did not have was before what is told of them."""
    had = _OF_BEFORE.match(text, end)
    return had is not None and RELATION.search(had["rest"]) is None
