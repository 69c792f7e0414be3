"""A sentence as patterns see it: in lower case, with its mentions hidden."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from kgbuild.document import Span

__all__ = ["CONTRACTED", "MENTION", "hidden", "is_name", "lowered"]

MENTION = "\ue000"
"""Each character of a hidden mention, so that offsets stay."""

CONTRACTED = "\ue001"
"""The apostrophe of "n't", so that a denial is told from "22 nt"; the "n" stands in front of it."""

_CONTRACTED = re.compile(r"(?<=[a-z])n['’]t\b")
_WORD = re.compile(
    r"no|not|nil|non|none|null|zero|never|neither|nor|without|lack|if|may|might|can|could"
    r"|patients?|participants?|subjects?|animals?|humans?|people|volunteers?|(?:wo)?m[ae]n"
    r"|child(?:ren)?|infants?|mice|mouse|rats?"
)
"""Words that cues are made of ("no patient"), denials and whom a sentence tells of, even where they
were tagged: "no" is seldom nitric oxide."""

_NITRIC_OXIDE = re.compile(r"(?<=\w )NO\b(?! [A-Z]{2})")


def lowered(text: str) -> str:
    """The text in lower case, as long as before; of "isn't" the "n" is a space, "'" ``CONTRACTED``.

    "NO" within it is nitric oxide, not a denial.
    """
    # To look for two letters takes a tenth of the time of a pattern, and few sentences have them.
    if "NO" in text:
        text = _NITRIC_OXIDE.sub(MENTION * 2, text)
    small = text.lower()
    if len(small) != len(text):  # "İ" becomes two characters
        small = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    if "'t" in small or "’t" in small:
        small = _CONTRACTED.sub(f" {CONTRACTED}t", small)
    return small


@lru_cache(maxsize=4096)
def is_name(mention: str) -> bool:
    """Whether a mention, as it is written, is more than a word that cues are made of.

    >>> is_name("No"), is_name("no"), is_name("mice")
    (True, False, False)
    """
    return _WORD.fullmatch(mention) is None


def hidden(sentence: str, mentions: Iterable[Span]) -> str:
    """A sentence in lower case with the mentions, spans of it in order and apart, hidden.

    >>> hidden("aspirin helps", [Span(0, 7)]).endswith(" helps")
    True
    """
    parts, position = [], 0
    for span in mentions:
        parts += [sentence[position : span.start], MENTION * (span.end - span.start)]
        position = span.end
    return "".join((*parts, sentence[position:]))
