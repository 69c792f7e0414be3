"""When two names are alike: keys that names and mentions are looked up by.

Three keys, each more forgiving than the one before:

- *spelling*: case, hyphens, spaces, Greek letters, plurals, British spelling, Roman numerals;
- *words*: the same words in any order, without the little ones ("Diabetes Mellitus, Type 2");
- *sense*: words that mean the same in names are one word ("renal failure", "kidney
  insufficiency").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import chain
from typing import NamedTuple

from kgbuild_linker.shipped import shipped_rows

__all__ = ["LITTLE", "SALTS", "Keys", "hashed", "keys", "meanings", "stems", "tokens"]


_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu", "ξ": "xi", "π": "pi",
    "ρ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi",
    "ω": "omega",
}  # fmt: skip
_GREEK_LETTER = re.compile(f"[{''.join(_GREEK)}]")
_OE = re.compile("oe(?=[adnst])")  # oedema, oestrogen, dyspnoea, but not thromboembolism
_TOKEN = re.compile(r"[a-z]+|\d+|[^\W\d_]+")
LITTLE = frozenset("of the a an in by to with and or for from due".split())  # noqa: SIM905
"""Words that tell nothing apart."""
SALTS = frozenset(
    """hydrochloride hcl sodium potassium sulfate sulphate acetate maleate phosphate chloride
    bromide mesylate methanesulfonate tartrate bitartrate citrate hydrobromide nitrate fumarate
    succinate calcium magnesium dihydrate monohydrate lactate besylate gluconate tosylate
    dihydrochloride pamoate disodium""".split()  # noqa: SIM905
)
"""Words for the other half of a drug's salt, and its water."""

_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_ROMAN_LETTER = {"i": "1", "v": "5"}
_MAY_BE_ROMAN = _ROMAN.keys() | _ROMAN_LETTER.keys()
_NUMBERED = frozenset({"type", "factor", "class", "grade", "stage", "phase", "group"})


@lru_cache(maxsize=65_536)
def tokens(name: str) -> tuple[str, ...]:
    """The words and numbers of a name, folded: the unit of every key.

    >>> tokens("Type II Diabetes"), tokens("TNF-α"), tokens("anaemias")
    (('type', '2', 'diabete'), ('tnf', 'alpha'), ('anemia',))
    """
    text = name.lower() if name.isascii() else _plain(name)
    found = list(map(_folded, _TOKEN.findall(text.replace("'s ", " "))))
    return tuple(found) if _MAY_BE_ROMAN.isdisjoint(found) else tuple(_arabic(found))


def _arabic(found: list[str]) -> Iterator[str]:
    """The words of a name with Roman numerals written as Arabic ones."""
    for place, token in enumerate(found):
        numbered = place > 0 and found[place - 1] in _NUMBERED
        yield _ROMAN.get(token) or (_ROMAN_LETTER.get(token, token) if numbered else token)


def _plain(name: str) -> str:
    """Without accents, in small letters, Greek ones written out."""
    text = unicodedata.normalize("NFKD", name)
    text = "".join(c for c in text if not unicodedata.combining(c)).lower()
    return _GREEK_LETTER.sub(lambda found: f" {_GREEK[found[0]]} ", text)


@lru_cache(maxsize=65_536)
def _folded(token: str) -> str:
    return _singular(_american(token))


def _american(token: str) -> str:
    """One spelling for British and American words; no dictionary, as both sides go through it."""
    if len(token) < 5:
        return token
    token = _OE.sub("e", token.replace("ae", "e")).replace("sulph", "sulf")
    token = token.replace("isation", "ization").replace("aemi", "emi")
    return f"{token[:-3]}or" if token.endswith("our") and len(token) > 5 else token


def _singular(token: str) -> str:
    if len(token) < 4 or not token.endswith("s") or token.endswith(("ss", "us", "is")):
        return token
    if token.endswith("ies") and len(token) > 4:
        return f"{token[:-3]}y"
    return token[:-2] if token.endswith(("sses", "xes", "ches")) else token[:-1]


@cache
def _senses() -> dict[str, tuple[str, ...]]:
    """Word to the words that stand for it, from ``senses.tsv``."""
    table: dict[str, tuple[str, ...]] = {}
    for meaning, words in shipped_rows("senses.tsv"):
        stands = tokens(meaning) if meaning != "-" else ()
        for word in words.split():
            table["".join(tokens(word))] = stands
    return table


class Keys(NamedTuple):
    """The keys of a name. The last two are of one kind, so that one finds the other."""

    spelling: str
    words: str
    sense: str


@lru_cache(maxsize=65_536)
def keys(name: str) -> Keys:
    """The keys of a name.

    >>> keys("Diabetes Mellitus, Type 2").words == keys("type II diabetes mellitus").words
    True
    >>> keys("renal failure").sense == keys("kidney insufficiency").sense
    True
    """
    words = tokens(name)
    spelling = "".join(words)
    telling = [word for word in words if word not in LITTLE]
    if not telling:
        return Keys(spelling, spelling, spelling)
    meant = sorted({part for word in telling for part in meanings(word)})
    return Keys(spelling, " ".join(sorted(telling)), " ".join(meant) or spelling)


def meanings(word: str) -> tuple[str, ...]:
    """What stands for a word where meanings are compared."""
    found = _senses().get(word)
    return (_noun(word),) if found is None else found


_STEM = 5


def stems(name: str) -> frozenset[str]:
    """The beginnings of the words that a name means; for what is alike, not for look-up.

    >>> sorted(stems("menstrual disorders")), sorted(stems("Diseases of Menstruation"))
    (['disea', 'menst'], ['disea', 'menst'])
    """
    words = tokens(name)
    found = frozenset(chain.from_iterable(map(_stems_of, words)))
    return found or frozenset(word[:_STEM] for word in words)


@lru_cache(maxsize=65_536)
def _stems_of(word: str) -> tuple[str, ...]:
    return () if word in LITTLE else tuple(part[:_STEM] for part in meanings(word))


_NOUNS = (
    ("penic", "penia"), ("emic", "emia"), ("uric", "uria"), ("algesic", "algesia"),
    ("kinetic", "kinesia"), ("pathic", "pathy"), ("plegic", "plegia"), ("trophic", "trophy"),
    ("plastic", "plasia"), ("ostotic", "ostosis"), ("rrhotic", "rrhosis"), ("brotic", "brosis"),
    ("crotic", "crosis"), ("riatic", "riasis"), ("rotic", "rosis"), ("tonic", "tonia"),
    ("thymic", "thymia"), ("phobic", "phobia"), ("taxic", "taxia"), ("edematous", "edema"),
    ("deficient", "deficiency"), ("systolic", "systole"), ("genic", "genesis"),
)  # fmt: skip


@lru_cache(maxsize=65_536)
def _noun(word: str) -> str:
    """The noun of an adjective for an illness, by its ending: neutropenic, neutropenia."""
    for adjective, noun in _NOUNS:
        if word.endswith(adjective) and len(word) > len(adjective) + 1:
            return word[: -len(adjective)] + noun
    return word


def hashed(key: str) -> int:
    """A key as a number below 2^47: SQLite keeps it in six bytes.

    With two million keys a name that is none of them hits one by chance once in 10^7.
    """
    return int.from_bytes(blake2b(key.encode(), digest_size=6).digest(), "big") >> 1
