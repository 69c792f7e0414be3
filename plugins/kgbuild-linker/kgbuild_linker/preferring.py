"""Which of the identifiers of one concept is used: a stated order for each kind of concept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kgbuild import Concept
from kgbuild_linker.records import Group
from kgbuild_linker.terminology import Terminology

__all__ = ["ORDER", "Preferring", "rank"]

ORDER: Mapping[Group, tuple[str, ...]] = {
    Group.GENE: ("ncbigene", "hgnc", "mgi", "rgd", "flybase", "ensembl", "uniprot", "fplx"),
    Group.SPECIES: ("ncbitaxon",),
    Group.CELL_LINE: ("cellosaurus", "clo"),
    Group.DISEASE: (
        "mesh", "omim", "mondo", "doid", "orpha", "hp", "efo", "ncit", "snomedct", "medgen",
        "icd10cm", "icd11", "meddra", "umls",
    ),
    Group.CHEMICAL: (
        "mesh", "chebi", "drugbank", "unii", "pubchem.compound", "chembl.compound", "rxnorm",
        "kegg.compound", "kegg.drug", "hmdb", "cas", "inchikey", "ncit", "snomedct", "umls",
    ),
    Group.OTHER: ("mesh", "go", "ncit", "snomedct", "umls"),
}  # fmt: skip
"""Prefixes of each kind of concept, the one to use first. MeSH leads where it has a record, since
literature is indexed with it."""

_RANKS = {
    prefix: place
    for place, prefix in enumerate(dict.fromkeys(p for order in ORDER.values() for p in order))
}


def rank(curie: str) -> int:
    """The place of an identifier's prefix in the order of its kind; of any other, after all."""
    return _RANKS.get(curie.partition(":")[0], len(_RANKS))


class Preferring:
    """A terminology with a user's order: kgbuild's component ``linker`` among the terminologies.

    ``order`` has, for some kinds, the prefixes that come before those of :data:`ORDER`.
    """

    def __init__(self, terminology: Terminology, order: Mapping[Group, Sequence[str]]) -> None:
        self._terminology = terminology
        self._order = {group: (*first, *ORDER[group]) for group, first in order.items()}

    def concept(self, curie: str) -> Concept | None:
        """What is known of a concept, under any of its identifiers that is not withdrawn."""
        return self._terminology.concept(curie)

    def parents(self, curie: str) -> Sequence[str]:
        """The concepts directly above it, each by the identifier to use."""
        return sorted({self.preferred(one) for one in self._terminology.parents(curie)})

    def preferred(self, curie: str) -> str:
        """The identifier to use: by the order of the concept's kind."""
        main = self._terminology.preferred(curie)
        if not self._order:
            return main
        group = self._terminology.group(main)
        order = self._order.get(group) if group is not None else None
        if order is None:
            return main
        places = {prefix: place for place, prefix in reversed(list(enumerate(order)))}
        members = (main, *self._terminology.exact_matches(main))
        return min(
            members,
            key=lambda one: (places.get(one.partition(":")[0], len(order)), one != main, one),
        )
