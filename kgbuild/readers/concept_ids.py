"""Identifiers as annotated corpora write them, and the CURIEs that they stand for.

A corpus writes ``D006323`` and means MeSH, ``3630`` in a gene's column and means NCBI Gene,
``D001|D002`` for a mention that names two things, ``-1`` or ``-`` for none. The two directions
live side by side here, so that what is written is read back the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from kgbuild.errors import VocabularyError
from kgbuild.readers.variants import hgvs_of
from kgbuild.vocabulary import biolink_curie, normalise, valid

__all__ = ["NO_CONCEPT", "bare_spelling", "concept_of", "parts_of"]

NO_CONCEPT = frozenset({"", "-", "-1"})
"""How corpora say that a mention names no concept that they know."""

_BARE = (
    (re.compile(r"[CDQ]\d+", re.ASCII), "mesh:"),
    (re.compile(r"rs\d+", re.ASCII), "dbsnp:"),
    (re.compile(r"CVCL_[A-Z0-9]{4}", re.ASCII), "cellosaurus:"),
)
_NUMBERS: Mapping[str, str] = MappingProxyType(
    {"biolink:Gene": "ncbigene:", "biolink:OrganismTaxon": "ncbitaxon:"}
)
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_JOINED = re.compile(r"[|,;+]")
_COMMA = re.compile(",")
_NEVER = re.compile("(?!)")
_JOINED_VARIANTS = re.compile(r"[,;|]")
_PUBTATOR3_RS = re.compile(r"(?:^|;)RS#:(\d+)", re.ASCII)
_PUBTATOR3_HGVS = re.compile(r"(?:^|;)HGVS:([^;]+)")
_TMVAR = re.compile(r"[a-z]?\|[A-Za-z]+\|?")


def parts_of(given: str, category: str) -> tuple[str, ...]:
    """The single identifiers in what a corpus wrote for one mention, in order.

    What holds no identifier at all (DrugProt writes names, with their commas) stays whole.

    >>> parts_of("D001943|D010051", "biolink:DiseaseOrPhenotypicFeature")
    ('D001943', 'D010051')
    >>> parts_of("c|SUB|G|12|A", "biolink:SequenceVariant")
    ('c|SUB|G|12|A',)
    """
    parts = tuple(part.strip() for part in _separator(given.strip(), category).split(given))
    known = any(part in {"-", "-1"} or concept_of(part, category) for part in parts)
    return parts if known else (given.strip(),)


def _separator(given: str, category: str) -> re.Pattern[str]:
    if category != "biolink:SequenceVariant":
        return _JOINED
    if given.startswith("tmVar:") or _PUBTATOR3_RS.search(given) or _PUBTATOR3_HGVS.search(given):
        return _NEVER
    return _COMMA if _TMVAR.match(given) else _JOINED_VARIANTS


def concept_of(given: str, category: str = "") -> str | None:
    """The CURIE of one identifier, or None where it is not one that is registered.

    >>> concept_of("D006323"), concept_of("9606", "biolink:OrganismTaxon"), concept_of("imatinib")
    ('mesh:D006323', 'ncbitaxon:9606', None)
    >>> concept_of("p|SUB|V|600|E", "biolink:SequenceVariant"), concept_of("CVCL_0224")
    ('hgvs:p.V600E', 'cellosaurus:0224')
    """
    given = given.strip()
    if not given.isprintable():
        return None
    if prefix := next((p for pattern, p in _BARE if pattern.fullmatch(given)), ""):
        return normalise(prefix + given)
    if _NUMBER.fullmatch(given):
        return f"{_NUMBERS[category]}{given}" if category in _NUMBERS else None
    if category == "biolink:SequenceVariant" and (found := _variant(given)):
        return found
    try:
        return normalise(given) if valid(given) else None
    except VocabularyError:
        return None


def _variant(given: str) -> str | None:
    if found := _PUBTATOR3_RS.search(given):
        return f"dbsnp:rs{found[1]}"
    named = _PUBTATOR3_HGVS.search(given)
    name = hgvs_of(named[1] if named else given.removeprefix("tmVar:").partition(";")[0])
    return f"hgvs:{name}" if name else None


def bare_spelling(concept: str, category: str = "") -> str:
    """The identifier as BC5CDR and BioRED write it: without prefix where the corpus has none.

    ``category`` is the mention's: only a gene's number and a species' number stand alone.

    >>> bare_spelling("mesh:D006323"), bare_spelling("cellosaurus:0224")
    ('D006323', 'CVCL_0224')
    >>> bare_spelling("ncbigene:7200", "biolink:Gene"), bare_spelling("omim:219700")
    ('7200', 'OMIM:219700')
    """
    prefix, _, identifier = concept.partition(":")
    if prefix in ("mesh", "dbsnp") or _NUMBERS.get(category) == f"{prefix}:":
        return identifier
    if prefix == "hgvs" and category == "biolink:SequenceVariant":
        return identifier
    if prefix == "cellosaurus":
        return f"CVCL_{identifier}"
    return biolink_curie(concept)
