"""Variants as tmVar writes them (``p|SUB|R|337|H``), in the words of HGVS (``p.R337H``).

tmVar (Wei et al. 2013, doi 10.1093/bioinformatics/btt156) splits a variant into sequence type,
change, and the change's parts. What has no place in the sequence, or is an allele and not a
change, has no HGVS name, and gets none here.
"""

from __future__ import annotations

import re

__all__ = ["hgvs_of"]

_HGVS = re.compile(r"[cgmnopr]\.[^\s|,;]+")
_ONE = r"[-*]?\d+(?:[+-]\d+)?"
_PLACE = re.compile(rf"(?:{_ONE}(?:_{_ONE})?|IVS\d+[+-]\d+)")
_NUCLEOTIDES = re.compile(r"[ACGTUN]+")
_RESIDUES = re.compile(r"[ACDEFGHIKLMNPQRSTVWYX*]+")


def hgvs_of(variant: str) -> str | None:
    """The HGVS name of a variant given in tmVar's form or in HGVS, or None.

    >>> hgvs_of("p|SUB|R|337|H"), hgvs_of("c|DEL|1314_1328|"), hgvs_of("c|DUP||15")
    ('p.R337H', 'c.1314_1328del', None)
    >>> hgvs_of("p.V600E")
    'p.V600E'
    """
    if _HGVS.fullmatch(variant):
        return variant
    level, *fields = (field.strip() for field in variant.split("|"))
    if level not in tuple("cgmnpr") or len(fields) < 3:
        return None
    name = _change(level, fields[0], fields[1:])
    return f"{level}.{name}" if name else None


def _change(level: str, kind: str, fields: list[str]) -> str | None:
    letters = _RESIDUES if level == "p" else _NUCLEOTIDES
    if kind in ("SUB", "FS"):
        return _substitution(level, kind, fields, letters)
    word = {"DEL": "del", "INS": "ins", "DUP": "dup", "INDEL": "delins"}.get(kind)
    place, sequence = fields[0], fields[1] if len(fields) > 1 else ""
    needed = kind in ("INS", "INDEL")
    if word is None or not _PLACE.fullmatch(place) or (needed and not sequence):
        return None
    return f"{place}{word}{sequence}" if not sequence or letters.fullmatch(sequence) else None


def _substitution(level: str, kind: str, fields: list[str], letters: re.Pattern[str]) -> str | None:
    before, place, after = (*fields, "", "")[:3]
    if not _PLACE.fullmatch(place) or not letters.fullmatch(before):
        return None
    if kind == "FS":
        return f"{before}{place}fs" if level == "p" else None
    if not letters.fullmatch(after):
        return None
    return f"{before}{place}{after}" if level == "p" else f"{place}{before}>{after}"
