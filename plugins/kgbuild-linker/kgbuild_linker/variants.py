"""Variants by rule: rs numbers, and changes in the words of HGVS, as far as a text has them.

The forms are those that tmVar lists (Wei et al. 2013, doi 10.1093/bioinformatics/btt156), and the
identifiers are spelled as its are: a stop is X, a deleted residue stands behind ``del``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

__all__ = ["Change", "place_of", "variant_of"]

_AMINO_ACIDS = """
ala A alanine;arg R arginine;asn N asparagine;asp D aspartate;asp D aspartic;cys C cysteine
gln Q glutamine;glu E glutamate;glu E glutamic;gly G glycine;his H histidine;ile I isoleucine
leu L leucine;lys K lysine;met M methionine;phe F phenylalanine;pro P proline;ser S serine
thr T threonine;trp W tryptophan;tyr Y tyrosine;val V valine;ter X stop
"""
_LETTERS = {
    word: letter
    for short, letter, long in map(str.split, _AMINO_ACIDS.strip().replace("\n", ";").split(";"))
    for word in (short, long)
} | {"*": "X", "x": "X"}
_AMINO = "|".join(sorted((word for word in _LETTERS if len(word) > 1), key=len, reverse=True))
_BASES = {"adenine": "A", "guanine": "G", "cytosine": "C", "thymine": "T", "adenosine": "A",
          "guanosine": "G", "cytidine": "C", "thymidine": "T"}  # fmt: skip
_BASE_WORD = re.compile("|".join(_BASES), re.IGNORECASE)


class Change(NamedTuple):
    """A variant: its CURIE, and the rule that gave it."""

    curie: str
    rule: str


def variant_of(name: str) -> Change | None:
    """The variant that a name spells out, or None.

    >>> variant_of("Val600Glu").curie, variant_of("rs6275").curie
    ('hgvs:p.V600E', 'dbsnp:rs6275')
    >>> variant_of("rs6275T").curie  # with an allele
    'dbsnp:rs6275'
    >>> variant_of("-643C>T").curie, variant_of("IVS4 +1G-->A").curie
    ('hgvs:c.-643C>T', 'hgvs:c.IVS4+1G>A')
    >>> variant_of("proline to arginine at position 150").curie
    'hgvs:p.P150R'
    """
    tidy = _tidied(name)
    return next((change for rule in _RULES if (change := rule(tidy)) is not None), None)


def _tidied(name: str) -> str:
    """One spelling for what stands between the letters and the numbers of a change."""
    text = _BASE_WORD.sub(lambda word: _BASES[word[0].lower()], name)
    text = re.sub(r"\b(?:in |of )?(?:exon|intron) [\dIVX]+\b", "", text)
    text = re.sub(r"[−–]", "-", text)
    text = re.sub(r"\s*(?:-+>|=+>|→)\s*|(?<=[a-zA-Z)\d])-*\s*-{2,}\s*(?=[a-zA-Z])", ">", text)
    text = re.sub(r"(?<=[\d])\s*([+_])\s*(?=\d)", r"\1", text)
    text = re.sub(r"(?<=\d) -(?=\d)", "-", text)
    text = re.sub(r"\b([cgmnp])\.\s+", r"\1.", text)
    return re.sub(r"\s+", " ", text).strip()


def _rule(
    pattern: str, name: str, curie: Callable[[re.Match[str]], str], flags: int = 0
) -> Callable[[str], Change | None]:
    compiled = re.compile(pattern, flags)

    def apply(text: str) -> Change | None:
        found = compiled.search(text)
        return Change(curie(found), name) if found else None

    return apply


def _residue(name: str) -> str:
    return _LETTERS.get(name.lower(), name)


def _protein(first: int, place: int, second: int) -> Callable[[re.Match[str]], str]:
    """A change of a residue, from the groups of a match."""
    return lambda m: f"hgvs:p.{_residue(m[first])}{m[place]}{_residue(m[second])}"


def _base(place: int, first: int, second: int) -> Callable[[re.Match[str]], str]:
    """A change of a base, by default of the coding sequence."""

    def curie(found: re.Match[str]) -> str:
        level = (found.groupdict().get("level") or "c").lower()
        return f"hgvs:{level}.{found[place].lstrip('+')}{found[first]}>{found[second]}"

    return curie


def _span(found: re.Match[str]) -> str:
    """A deletion, an insertion or both; of residues where the letters are no bases."""
    start, end, kind, letters = found["start"], found["end"], found["kind"], found["letters"]
    if (both := re.fullmatch(r"(\d+)-(\d+)", start)) and int(both[1]) < int(both[2]):
        start, end = both.groups()  # a range, not a place in an intron
    level = found["level"] or ("p" if set(letters) - set("ACGTUN") else "c")
    place = f"{start}_{end}" if end else start
    return f"hgvs:{level.lower()}.{place}{kind.lower()}{letters}"


def _turned(found: re.Match[str]) -> str:
    """A change of a base as C677T; of a residue where the number is small or no base changes."""
    before, place, after = found[1], found[2].replace("(", "").lstrip("+"), found[3]
    if before == after or (place.isdigit() and int(place) < _CODON):
        return f"hgvs:p.{before}{place}{after}"
    return f"hgvs:c.{place}{before}>{after}"


def _counted(found: re.Match[str]) -> str:
    start, count = int(found["start"]), int(found["count"])
    end = f"_{start + count - 1}" if count > 1 else ""
    return f"hgvs:{(found['level'] or 'c').lower()}.{start}{end}{found['kind'].lower()}"


_CODON = 100
"""A letter, a number below this and a letter are rather residues than bases."""
_AA = "[ACDEFGHIKLMNPQRSTVWY]"
_PLACE = r"(?:IVS ?\d+|\*)?[-+]?\d+(?:[-+]\d+)?"
_START = r"(?<![A-Za-z\d_+-])"
_LEVEL = rf"{_START}(?:(?P<level>[cgmn])\.)?"
_AT = r"(?:amino[- ]acid |nucleotide |codon |position |residue |base |at |in |of |the )*"
_GLOSS = r"(?: \([^)]*\))?(?: acid)?(?: residue)?(?: \([^)]*\))?"
_TO = r"(?:-?to-?|>|/|by|with|for|into| )(?: an?| the)? ?"
_KIND = "(?P<kind>del|ins|dup)"
_RULES = (
    _rule(r"\brs\s?#?\s?(\d{2,12})(?:[ACGT]{1,2})?\b", "rs number", lambda m: f"dbsnp:rs{m[1]}",
          re.IGNORECASE),
    _rule(rf"\b(?:p\.)?\(?((?i:{_AMINO})|[A-Z])(\d+)(?:(?i:{_AMINO})|[A-Z])?fs", "frame shift",
          lambda m: f"hgvs:p.{_residue(m[1])}{m[2]}fs"),
    _rule(rf"{_LEVEL}({_PLACE})[\s,]*\(?([ACGT])\s*(?:>|/|-?to-?)\s*([ACGT])(?![A-Za-z])",
          "base change", _base(2, 3, 4)),
    _rule(rf"{_LEVEL}(?P<start>\d+){_KIND}(?P<count>\d+)\b", "deletion or insertion", _counted,
          re.IGNORECASE),
    _rule(rf"{_LEVEL}(?P<start>{_PLACE})(?:_(?P<end>{_PLACE}))?\s?{_KIND} ?(?P<letters>[A-Z]*)"
          r"(?![a-z])", "deletion or insertion", _span),
    _rule(r"\bp\.([A-Z])(\d+)(del|dup)\b", "deletion or insertion",
          lambda m: f"hgvs:p.{m[2]}{m[3]}{m[1]}"),
    _rule(r"\b(?:p\.)?[A-Z](\d+)_[A-Z](\d+) ?(del|dup)", "deletion or insertion",
          lambda m: f"hgvs:p.{m[1]}_{m[2]}{m[3]}"),
    _rule(r"\b([ACGT])(?: nucleotide)?[- ]?(del|ins|dup)(?:etion|ertion|lication)?"
          r" ?(?:at )?(\d+)\b", "deletion or insertion", lambda m: f"hgvs:c.{m[3]}{m[2]}{m[1]}"),
    _rule(r"\b(del|ins|dup) ?(\d+)([ACGT]+)\b", "deletion or insertion",
          lambda m: f"hgvs:c.{m[2]}{m[1]}{m[3]}"),
    _rule(rf"(?:p\.)?\(?\b({_AMINO})[-\s(]*(\d{{1,5}})[-)\s>]*({_AMINO}|[X*])(?![a-z\d])",
          "protein change", _protein(1, 2, 3), re.IGNORECASE),
    _rule(rf"\b{_AT}(\d{{1,5}}),? ?(?:from )?({_AMINO}){_GLOSS} ?{_TO}({_AMINO})\b",
          "protein change", _protein(2, 1, 3), re.IGNORECASE),
    _rule(rf"\b({_AMINO}){_GLOSS} ?{_TO}({_AMINO}){_GLOSS}\b.*?(\d{{1,5}})", "protein change",
          _protein(1, 3, 2), re.IGNORECASE),
    _rule(rf"\b({_AMINO}){_GLOSS},? {_AT}(\d{{1,5}}) ?{_TO}({_AMINO})\b", "protein change",
          _protein(1, 2, 3), re.IGNORECASE),
    _rule(r"\b([ACGT])\s*(?:>|/|-to-|\bto\b)\s*([ACGT])\b.*?((?<![A-Za-z\d])[-+]?\d{1,6})",
          "base change", _base(3, 1, 2)),
    _rule(rf"\b({_AA})(?: to |>|-to-)({_AA})\b.*?(?:residue|amino acid|codon|position)\D*(\d+)",
          "protein change", _protein(1, 3, 2)),
    _rule(r"^([ACGT])\s?(-?\(?[-+]?\d{1,6})\)?[-\s]*([ACGT])$", "base change", _turned),
    _rule(rf"\b(?:p\.)?\(?({_AA})[- ]?(\d{{1,5}})[- ]?({_AA}|[X*]|stop|ter)(?!\w)",
          "protein change", _protein(1, 2, 3)),
    _rule(rf"(?<![-\w])(\d{{1,5}}) ?({_AA})/({_AA})\b", "protein change", _protein(2, 1, 3)),
)  # fmt: skip
"""In this order: the first that a name fits."""


def place_of(name: str) -> int | None:
    """The only number of a name, or None.

    >>> place_of("-511CC"), place_of("hgvs:c.-511C>T"), place_of("c.76+5G>A"), place_of("G/A")
    (511, 511, None, None)
    """
    numbers = re.findall(r"\d+", name)
    return int(numbers[0]) if len(numbers) == 1 else None
