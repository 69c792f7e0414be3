"""Under which conditions a sentence says a thing: species, in vitro or in vivo, dose."""

from __future__ import annotations

import re

__all__ = ["conditions"]

_SPECIES = re.compile(
    r"\b(?:(?P<mouse>mice|mouse|murine)|(?P<rat>rats?)|(?P<rabbit>rabbits?)|(?P<dog>dogs?|canine)"
    r"|(?P<pig>pigs?|porcine)|(?P<zebrafish>zebrafish)|(?P<yeast>saccharomyces cerevisiae)"
    r"|(?P<human>patients?|humans?|volunteers|men|women|children|adults))\b(?![-])"
)
_TAXA = {
    "mouse": "ncbitaxon:10090",
    "rat": "ncbitaxon:10116",
    "rabbit": "ncbitaxon:9986",
    "dog": "ncbitaxon:9615",
    "pig": "ncbitaxon:9823",
    "zebrafish": "ncbitaxon:7955",
    "yeast": "ncbitaxon:4932",
    "human": "ncbitaxon:9606",
}
_SETTING = re.compile(r"\bin (?:vitro|vivo)\b")
_DOSE = re.compile(
    r"[ ,]*(?:\(|at |at a dose of )?(?P<dose>\d+(?:\.\d+)? ?(?:mg|g|µg|μg|ug|ng|mmol|nmol|iu)"
    r"(?:/kg(?:/(?:day|d|h))?|/day|/d)?)\b"
)


def conditions(sentence: str, chemical_end: int | None) -> tuple[tuple[str, str], ...]:
    """What the sentence says of species, setting and dose, sorted by name.

    A condition is given only where the sentence names one and no other: two species leave it
    open which is meant. The dose is what stands behind the chemical, whose end is given.

    >>> conditions("aspirin (10 mg/kg) reduced fever in rats in vivo.", 7)
    (('dose', '10 mg/kg'), ('setting', 'in vivo'), ('species', 'ncbitaxon:10116'))
    """
    found = []
    if chemical_end is not None and (dose := _DOSE.match(sentence, chemical_end)):
        found.append(("dose", dose["dose"]))
    if len(settings := {setting[0] for setting in _SETTING.finditer(sentence)}) == 1:
        found.append(("setting", settings.pop()))
    if len(species := {str(name.lastgroup) for name in _SPECIES.finditer(sentence)}) == 1:
        found.append(("species", _TAXA[species.pop()]))
    return tuple(found)
