"""The Biolink classes a word list may have, and which of them may name the same thing."""

from __future__ import annotations

from functools import cache

from kgbuild import ancestors, category_of

__all__ = ["CATEGORIES", "UNSAID", "category_named", "compatible"]

UNSAID = "biolink:NamedThing"
"""The category of concepts whose list does not say one: compatible with every other."""

CATEGORIES = tuple(
    f"biolink:{name}"
    for name in (
        "ChemicalEntity",
        "DiseaseOrPhenotypicFeature",
        "Gene",
        "SequenceVariant",
        "OrganismTaxon",
        "CellLine",
        "AnatomicalEntity",
        "Behavior",
        "BiologicalProcess",
        "Cell",
        "CellularComponent",
        "ChemicalMixture",
        "ClinicalFinding",
        "Device",
        "Disease",
        "Drug",
        "Food",
        "GeneFamily",
        "GrossAnatomicalStructure",
        "MacromolecularComplex",
        "MolecularActivity",
        "NamedThing",
        "Pathway",
        "PhenotypicFeature",
        "Phenomenon",
        "PopulationOfIndividualOrganisms",
        "Procedure",
        "Protein",
        "SmallMolecule",
        "Treatment",
    )
)

_BY_NAME = {category.removeprefix("biolink:").lower(): category for category in CATEGORIES}
_FAMILY = "biolink:GeneOrGeneProduct"


def category_named(name: str) -> str | None:
    """The category that a list means, in any case, with or without ``biolink:``; None for none.

    Names that corpora give to types are understood, too.

    >>> category_named("disease"), category_named("biolink:Gene"), category_named("Thing")
    ('biolink:Disease', 'biolink:Gene', None)
    >>> category_named("chemical")
    'biolink:ChemicalEntity'
    """
    category = _BY_NAME.get(name.removeprefix("biolink:").lower()) or category_of(name)
    return category if category in CATEGORIES else None


@cache
def compatible(one: str, other: str) -> bool:
    """Whether a mention of one category may name a concept of the other.

    It may if one is above the other in the Biolink Model, or both are genes or their products:
    texts use one name for a gene and its protein.

    >>> compatible("biolink:Drug", "biolink:ChemicalEntity")
    True
    >>> compatible("biolink:Gene", "biolink:Protein"), compatible("biolink:Gene", "biolink:Drug")
    (True, False)
    """
    if one == other or UNSAID in (one, other):
        return True
    above_one, above_other = set(ancestors(one)), set(ancestors(other))
    return other in above_one or one in above_other or _FAMILY in above_one & above_other
