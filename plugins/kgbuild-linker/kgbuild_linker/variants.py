"""Variants by rule: rs numbers, and changes in the words of HGVS, as far as a text has them.

The forms are those that tmVar lists (Wei et al. 2013, doi 10.1093/bioinformatics/btt156).
"""

from __future__ import annotations

import re

__all__ = ["variant_of"]

_AMINO_ACIDS = """
ala A alanine;arg R arginine;asn N asparagine;asp D aspartate;asp D aspartic;cys C cysteine
gln Q glutamine;glu E glutamate;glu E glutamic;gly G glycine;his H histidine;ile I isoleucine
leu L leucine;lys K lysine;met M methionine;phe F phenylalanine;pro P proline;ser S serine
thr T threonine;trp W tryptophan;tyr Y tyrosine;val V valine;ter * stop
"""
_LETTERS = {
    word: letter
    for short, letter, long in map(str.split, _AMINO_ACIDS.strip().replace("\n", ";").split(";"))
    for word in (short, long)
}
_AMINO = "|".join(sorted(_LETTERS, key=len, reverse=True))
_TO = r"\s*(?:-+>?|→|>|/|\bto\b|\bfor\b|\s)\s*"
_RS = re.compile(r"\brs\s?#?\s?(\d{2,12})\b", re.IGNORECASE)
_PROTEIN = re.compile(
    r"\b(?:p\.)?\(?([ACDEFGHIKLMNPQRSTVWY])(\d{1,5})([ACDEFGHIKLMNPQRSTVWYX*])(?!\w)"
)
_LONG = re.compile(
    rf"(?:p\.)?\(?({_AMINO})[-\s(]*(\d{{1,5}})[-)\s]*({_AMINO}|\*)(?![a-z])", re.IGNORECASE
)
_WORDS = re.compile(
    rf"({_AMINO})(?: acid)?{_TO}(?:an? )?({_AMINO})(?: acid)?\b.*?(\d{{1,5}})", re.IGNORECASE
)  # fmt: skip
_BEFORE = re.compile(rf"^(\d{{1,5}})\s*({_AMINO})(?:{_TO})({_AMINO})", re.IGNORECASE)
_BASE = re.compile(
    r"\b([cgmn])?\.?\s?((?:IVS\d+)?[-+*]?\d+(?:[-+]\d+)?)\s*([ACGT])"
    r"\s*(?:-+>|→|>|/|to)\s*([ACGT])\b"
)
_TURNED = re.compile(r"\b([ACGT])[-(\s]*([-+]?\d{1,6})\)?[-\s]*([ACGT])\b")
_ARROW = re.compile(r"\b([ACGT])\s*(?:-+>|→|>|/|\bto\b)\s*([ACGT])\b.*?([-+]?\d{1,6})")
_SPAN = re.compile(
    r"\b([cgmn])?\.?\s?(\d+(?:_\d+)?)\s?(del|ins|dup)\s?([ACGT]*|\d*)", re.IGNORECASE
)
_SHIFT = re.compile(rf"\b(?:p\.)?((?i:{_AMINO})|[A-Z])(\d+)(?:(?i:{_AMINO})|[A-Z])?fs")


def variant_of(name: str) -> tuple[str, str] | None:
    """The CURIE of a variant and the rule that gave it, or None.

    >>> variant_of("Val600Glu"), variant_of("rs6275")
    (('hgvs:p.V600E', 'protein change'), ('dbsnp:rs6275', 'rs number'))
    >>> variant_of("643C>T")
    ('hgvs:c.643C>T', 'base change')
    >>> variant_of("657del5")
    ('hgvs:c.657del5', 'deletion or insertion')
    """
    if found := _RS.search(name):
        return f"dbsnp:rs{found[1]}", "rs number"
    if found := _SHIFT.search(name):
        return f"hgvs:p.{_one(found[1])}{found[2]}fs", "frame shift"
    if found := _BASE.search(name):
        return f"hgvs:{found[1] or 'c'}.{found[2]}{found[3]}>{found[4]}", "base change"
    if found := _SPAN.search(name):
        rest = f"{found[3].lower()}{found[4].upper()}"
        return f"hgvs:{found[1] or 'c'}.{found[2]}{rest}", "deletion or insertion"
    if found := _LONG.search(name):
        return f"hgvs:p.{_one(found[1])}{found[2]}{_one(found[3])}", "protein change"
    if found := _BEFORE.search(name):
        return f"hgvs:p.{_one(found[2])}{found[1]}{_one(found[3])}", "protein change"
    if found := _WORDS.search(name):
        return f"hgvs:p.{_one(found[1])}{found[3]}{_one(found[2])}", "protein change"
    if found := _ARROW.search(name):
        return f"hgvs:c.{found[3]}{found[1]}>{found[2]}", "base change"
    if (found := _TURNED.fullmatch(name.strip())) and found[1] != found[3]:
        return f"hgvs:c.{found[2]}{found[1]}>{found[3]}", "base change"
    if found := _PROTEIN.search(name):
        return f"hgvs:p.{found[1]}{found[2]}{found[3].replace('X', '*')}", "protein change"
    return None


def _one(name: str) -> str:
    return _LETTERS.get(name.lower(), name)
