"""The words of the graph: CURIEs and prefixes, Biolink categories and predicates.

Identifiers are stored with bioregistry's prefixes (``mesh:D006323``). Aliases are understood
(``MESH:``, ``MeSH:``); exports write what their consumers expect (``MESH:`` in KGX). Categories
and predicates are the Biolink Model's, read from a table, not subclasses.

>>> normalise("MESH:D006323"), expand("mesh:D006323")
('mesh:D006323', 'http://id.nlm.nih.gov/mesh/D006323')
>>> compress("http://id.nlm.nih.gov/mesh/D006323"), biolink_curie("mesh:D006323")
('mesh:D006323', 'MESH:D006323')
>>> is_symmetric("biolink:interacts_with"), inverse("biolink:treats")
(True, 'biolink:treated_by')
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from kgbuild.errors import VocabularyError, nearest

__all__ = [
    "BIORED_TYPES",
    "CATEGORIES",
    "OWN_IRI",
    "ancestors",
    "biolink_curie",
    "broad_category",
    "category_of",
    "check_category",
    "check_predicate",
    "compress",
    "expand",
    "in_words",
    "inverse",
    "is_symmetric",
    "normalise",
    "own_curie",
    "predicates",
    "prefix_map",
    "qualifiers",
]

OWN_IRI = "urn:kgbuild:"
"""Where kgbuild's own nodes live: assertions, evidence, documents without public identifier."""

BIOLINK_IRI = "https://w3id.org/biolink/vocab/"

BIORED_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "ChemicalEntity": "biolink:ChemicalEntity",
        "DiseaseOrPhenotypicFeature": "biolink:DiseaseOrPhenotypicFeature",
        "GeneOrGeneProduct": "biolink:Gene",
        "SequenceVariant": "biolink:SequenceVariant",
        "OrganismTaxon": "biolink:OrganismTaxon",
        "CellLine": "biolink:CellLine",
    }
)
"""BioRED's names of the six kinds of entities, and the Biolink classes that stand for them."""

CATEGORIES = tuple(BIORED_TYPES.values())
"""The six categories that every first-party extractor uses."""

_TYPE_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        **{name.lower(): category for name, category in BIORED_TYPES.items()},
        "chemical": "biolink:ChemicalEntity",
        "drug": "biolink:ChemicalEntity",
        "disease": "biolink:DiseaseOrPhenotypicFeature",
        "specificdisease": "biolink:DiseaseOrPhenotypicFeature",
        "diseaseclass": "biolink:DiseaseOrPhenotypicFeature",
        "compositemention": "biolink:DiseaseOrPhenotypicFeature",
        "modifier": "biolink:DiseaseOrPhenotypicFeature",
        "phenotype": "biolink:DiseaseOrPhenotypicFeature",
        "gene": "biolink:Gene",
        "gene-y": "biolink:Gene",
        "gene-n": "biolink:Gene",
        "protein": "biolink:Gene",
        "species": "biolink:OrganismTaxon",
        "organism": "biolink:OrganismTaxon",
        "mutation": "biolink:SequenceVariant",
        "variant": "biolink:SequenceVariant",
        "dnamutation": "biolink:SequenceVariant",
        "proteinmutation": "biolink:SequenceVariant",
        "snp": "biolink:SequenceVariant",
    }
)


@dataclass(frozen=True, slots=True)
class _Prefix:
    name: str
    iri: str
    pattern: str
    biolink: str

    def has_form(self, identifier: str) -> bool:
        """Whether an identifier looks as those of the prefix do."""
        # compiled at the first use: to compile all at the start takes as long as a document
        return not self.pattern or re.fullmatch(self.pattern, identifier) is not None


@cache
def _table(name: str) -> Any:
    return json.loads(resources.files("kgbuild.data").joinpath(name).read_text("utf-8"))


@cache
def _prefixes() -> Mapping[str, _Prefix]:
    """Every spelling of every prefix, in lower case, to what is known of it."""
    table = _table("prefixes.json")
    rows = {
        name: _Prefix(
            name,
            row["iri"],
            row.get("pattern", ""),
            row.get("biolink", name),
        )
        for name, row in table.items()
    }
    spellings: dict[str, _Prefix] = {}
    for name, row in table.items():
        for synonym in (row.get("biolink", name), *row.get("synonyms", ())):
            spellings.setdefault(synonym.lower(), rows[name])
    spellings |= {name.lower(): prefix for name, prefix in rows.items()}
    spellings["pmid"] = rows["pubmed"]
    spellings["pmcid"] = rows["pmc"]
    spellings["biolink"] = _Prefix("biolink", BIOLINK_IRI, "", "biolink")
    spellings["kgbuild"] = _Prefix("kgbuild", OWN_IRI, "", "kgbuild")
    return spellings


def _prefix(curie: str) -> tuple[_Prefix, str]:
    name, colon, identifier = curie.partition(":")
    if not colon or not identifier:
        raise VocabularyError(
            f"{curie!r} is not a CURIE", hints=["a CURIE is prefix:identifier, e.g. mesh:D006323"]
        )
    prefix = _prefixes().get(name.lower())
    if prefix is None:
        raise VocabularyError(
            f"unknown prefix {name!r} in {curie!r}", hints=_prefixes_like(name.lower())
        )
    return prefix, identifier


@lru_cache(maxsize=1_000)
def _prefixes_like(name: str) -> tuple[str, ...]:
    """The hint for a prefix: a list may have it a million times, and to look for it is slow."""
    return nearest(name, list(_prefixes()))


@lru_cache(maxsize=100_000)
def normalise(curie: str) -> str:
    """The CURIE in bioregistry's spelling. Raises VocabularyError for an unknown prefix.

    A prefix said twice is said once (``MESH:MESH:D1``), and a banana is peeled
    (``CHEBI:CHEBI:15365``), as bioregistry has it.
    """
    prefix, identifier = _prefix(curie.strip())
    doubled, colon, rest = identifier.partition(":")
    if colon and rest and _prefixes().get(doubled.lower()) is prefix:
        identifier = rest
    if prefix.name == "pmc" and identifier.isdigit():
        identifier = f"PMC{identifier}"
    if prefix.name == "cellosaurus":
        identifier = identifier.removeprefix("CVCL_")
    if prefix.name == "doi":
        identifier = identifier.lower()
    if any(character.isspace() for character in identifier):
        raise VocabularyError(f"{curie!r} has white space in its identifier")
    return f"{prefix.name}:{identifier}"


@lru_cache(maxsize=1024)  # asked of a work's identifiers several times in a row
def valid(curie: str) -> bool:
    """Whether the prefix is registered and the identifier has the form it should have."""
    try:
        prefix, identifier = _prefix(normalise(curie))
    except VocabularyError:
        return False
    return prefix.has_form(identifier)


@lru_cache(maxsize=100_000)
def expand(curie: str) -> str:
    """The IRI of a CURIE, with characters that an IRI may not hold percent-encoded."""
    prefix, identifier = _prefix(curie)
    # RFC 3987: everything but unreserved, reserved and non-ASCII characters is encoded.
    return prefix.iri + "".join(
        c if ord(c) > 0x9F else quote(c, safe="!$&'()*+,;=:@/?#~-._") for c in identifier
    )


@cache
def _by_iri() -> Mapping[str, str]:
    table = {prefix.iri: prefix.name for prefix in _prefixes().values()}
    return dict(sorted(table.items()))


def compress(iri: str) -> str:
    """The CURIE of an IRI, by the longest registered beginning. Raises VocabularyError."""
    table = _by_iri()
    for end in range(len(iri), 0, -1):
        if (name := table.get(iri[:end])) and end < len(iri):
            return f"{name}:{iri[end:]}"
    raise VocabularyError(f"no registered prefix for <{iri}>")


def biolink_curie(curie: str) -> str:
    """The CURIE as the Biolink Model and KGX spell it: ``MESH:D006323``."""
    prefix, identifier = _prefix(curie)
    if prefix.name == "cellosaurus":
        identifier = f"CVCL_{identifier}"
    return f"{prefix.biolink}:{identifier}"


def prefix_map() -> Mapping[str, str]:
    """Every registered prefix and its IRI, in bioregistry's spelling."""
    return {prefix.name: prefix.iri for prefix in _prefixes().values()}


def own_curie(kind: str, identity: str) -> str:
    """The CURIE of one of kgbuild's own nodes: ``kgbuild:assertion:1f3a…``."""
    return f"kgbuild:{kind}:{identity}"


def category_of(name: str) -> str | None:
    """The Biolink class for a type name of BioRED, PubTator or another corpus, or None.

    >>> category_of("Chemical"), category_of("GeneOrGeneProduct"), category_of("Figure")
    ('biolink:ChemicalEntity', 'biolink:Gene', None)
    """
    if name in _table("biolink.json")["categories"]:
        return name
    return _TYPE_ALIASES.get(name.lower())


def check_category(category: str) -> str:
    """The category itself, if the Biolink Model has it. Raises VocabularyError."""
    known = _table("biolink.json")["categories"]
    if category not in known:
        raise VocabularyError(
            f"unknown category {category!r}", hints=nearest(category, list(known))
        )
    return category


def predicates() -> Mapping[str, Mapping[str, Any]]:
    """The Biolink predicates: parent, inverse, symmetric, domain, range, deprecated."""
    table: Mapping[str, Mapping[str, Any]] = _table("biolink.json")["predicates"]
    return table


def qualifiers() -> Mapping[str, Mapping[str, Any]]:
    """The Biolink qualifiers that may stand on an assertion."""
    table: Mapping[str, Mapping[str, Any]] = _table("biolink.json")["qualifiers"]
    return table


def check_predicate(predicate: str) -> str:
    """The predicate itself, if the Biolink Model has it. Raises VocabularyError."""
    if predicate not in predicates():
        raise VocabularyError(
            f"unknown predicate {predicate!r}", hints=nearest(predicate, list(predicates()))
        )
    return predicate


def in_words(
    predicate: str, qualifiers: Iterable[tuple[str, str]] = (), *, negated: bool = False
) -> str:
    """A predicate as people read it, with its qualifiers.

    ``qualified_predicate`` is left out: the predicate and a direction imply it.

    >>> in_words("biolink:affects", [("biolink:object_direction_qualifier", "decreased"),
    ...                              ("biolink:object_aspect_qualifier", "activity")])
    'biolink:affects (decreased activity)'
    >>> in_words("biolink:causes", negated=True)
    'not biolink:causes'
    """
    given = dict(qualifiers)
    given.pop("biolink:qualified_predicate", None)
    words = [said.format(given.pop(name)) for name, said in _SAID.items() if name in given]
    words += [f"{name.removeprefix('biolink:')}: {value}" for name, value in given.items()]
    return ("not " if negated else "") + predicate + (f" ({' '.join(words)})" if words else "")


_SAID = {
    "biolink:object_direction_qualifier": "{}",
    "biolink:object_aspect_qualifier": "{}",
    "biolink:causal_mechanism_qualifier": "by {}",
}
"""How the commonest qualifiers are said, in this order; any other with its name."""


def is_symmetric(predicate: str) -> bool:
    """Whether A-predicate-B says the same as B-predicate-A."""
    return bool(predicates().get(predicate, {}).get("symmetric"))


@cache
def _inverses() -> Mapping[str, str]:
    table: dict[str, str] = {}
    for name, row in predicates().items():
        if other := row.get("inverse"):
            table[name] = other
            table.setdefault(other, name)
    return table


def inverse(predicate: str) -> str | None:
    """The predicate that says the same from the object's side, or None."""
    return _inverses().get(predicate)


def ancestors(term: str) -> Iterator[str]:
    """The classes above a category (mixins included), or the predicates above a predicate."""
    table = _table("biolink.json")
    rows = table["categories"] if term in table["categories"] else table["predicates"]
    seen: set[str] = set()
    waiting = [term]
    while waiting:
        row = rows.get(waiting.pop(), {})
        for above in (row.get("parent"), *row.get("mixins", ())):
            if above and above not in seen:
                seen.add(above)
                waiting.append(above)
                yield above


def broad_category(category: str) -> str:
    """The one of the six categories that a category is or lies under; else itself.

    >>> broad_category("biolink:Disease"), broad_category("biolink:Protein")
    ('biolink:DiseaseOrPhenotypicFeature', 'biolink:Gene')
    """
    return _broad(category)


@lru_cache(maxsize=1024)  # asked of every mention
def _broad(category: str) -> str:
    above = (category, *ancestors(category))
    if "biolink:GeneProductMixin" in above or "biolink:GeneOrGeneProduct" in above:
        return "biolink:Gene"
    return next((c for c in above if c in CATEGORIES), category)
