"""What language a text is in, where the file does not say.

A text is told by its letters (Chinese, Japanese, Korean, Cyrillic, Greek, Arabic, Hebrew), else
by its function words. It is a guess for one question only: can the configured extractors read
this? What cannot be told is "" and is read as if it could be.

>>> guess("The effect of aspirin on the course of the disease was studied in patients.")
'en'
>>> guess("Die Wirkung von Aspirin auf den Verlauf der Krankheit wurde bei Patienten untersucht.")
'de'
"""

from __future__ import annotations

import re
from itertools import chain

__all__ = ["guess"]

_SCRIPTS = {
    "ja": "\u3040-\u30ff",
    "zh": "\u4e00-\u9fff",
    "ko": "\uac00-\ud7af",
    "ru": "\u0400-\u04ff",
    "el": "\u0370-\u03ff",
    "ar": "\u0600-\u06ff",
    "he": "\u0590-\u05ff",
}
_NOT_LATIN = re.compile("[\u0370-\U0010ffff]")
_WORDS = {
    "en": "the of and in to was with were for that is by we from this are which",
    "de": "der die das und von mit bei den wurde eine ist nicht auf zur werden im zu",
    "fr": "le la les des et une dans est avec pour sur par au qui nous cette chez",
    "es": "el los las del en una con para por se que fue como su más entre es",
    "it": "il di che della nel una con per sono gli dei è stato alla dal nei",
    "pt": "os dos da na em uma com para por foi não que ao pela são entre",
    "nl": "de het een van en met voor bij werd zijn op niet door dat te",
    "pl": "i w z na do się że jest oraz u po dla od przez przy",
}
_LANGUAGES = {
    word: tuple(code for code, words in _WORDS.items() if word in words.split())
    for words in _WORDS.values()
    for word in words.split()
}
_SAMPLE = 600


def guess(text: str) -> str:
    """The BCP 47 code of the language, or "" where the text is too short or too strange."""
    sample = text[:_SAMPLE]
    if not sample.isascii() and (code := _by_script(sample)):
        return code
    known = filter(None, map(_LANGUAGES.get, sample.lower().split()))
    votes = list(chain.from_iterable(known))
    best = min(set(votes), key=lambda code: (-votes.count(code), code), default="")
    return best if votes.count(best) >= 3 else ""


def _by_script(sample: str) -> str:
    """The language by its letters; "" where most are Latin: a Greek letter is common in English."""
    letters, enough = "".join(_NOT_LATIN.findall(sample)), 0.2 * len(sample)
    if len(letters) <= enough:
        return ""
    counts = {code: len(re.findall(f"[{script}]", letters)) for code, script in _SCRIPTS.items()}
    return next((code for code, count in counts.items() if count > enough), "")
