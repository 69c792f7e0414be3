"""A terminology of a few concepts, and a linker with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from kgbuild_linker.linker import Linker
from kgbuild_linker.ranking import load_ranking
from kgbuild_linker.records import Entry, Group, Name, NameKind
from kgbuild_linker.settings import DEFAULT
from kgbuild_linker.terminology import Terminology
from kgbuild_linker.writing import write


def entry(curie: str, group: Group, label: str, *synonyms: str, **facts: object) -> Entry:
    names = [Name(label, NameKind.LABEL)]
    names += [Name(synonym, NameKind.SYNONYM) for synonym in synonyms]
    return Entry(curie=curie, label=label, group=group, names=names, **facts)  # type: ignore[arg-type]


ENTRIES = (
    entry("mesh:D1", Group.DISEASE, "Breast Neoplasms", "breast cancer", parents=["mesh:D3"]),
    entry("mesh:D2", Group.DISEASE, "Ovarian Neoplasms", "ovarian cancer", parents=["mesh:D3"],
          same=["mondo:2"], replaced=["mesh:D9"]),
    entry("mesh:D3", Group.DISEASE, "Neoplasms", parents=["mesh:D4"]),
    entry("mesh:D4", Group.DISEASE, "Disease"),
    entry("mesh:D5", Group.DISEASE, "Acute Kidney Injury", "acute renal injury"),
    entry("mesh:D6", Group.CHEMICAL, "Cisplatin", "CDDP"),
    entry("mesh:D7", Group.CHEMICAL, "Metrizoic Acid"),
    entry("mesh:D8", Group.DISEASE, "Abacus Disease, Type 2"),
    entry("mesh:D11", Group.DISEASE, "Ocular Hypertension"),
    entry("hp:1", Group.DISEASE, "Counting weakness"),
    entry("hp:2", Group.DISEASE, "Renal harm", "acute renal injury"),
    entry("ncbigene:1", Group.GENE, "ABC1", "abacin", "AB1", "abacus receptor",
          "tyrosine kinase", taxon=9606),
    entry("ncbigene:3", Group.GENE, "ABK1", "abacus kinase 1", taxon=9606),
    entry("ncbigene:31", Group.GENE, "ABK2", "abacus kinase 2", taxon=9606),
    entry("ncbigene:32", Group.GENE, "ABK3", "abacus kinase 3", taxon=9606),
    entry("ncbigene:5", Group.GENE, "XYZB", "XYZ-beta", taxon=9606),
    entry("ncbigene:6", Group.GENE, "ABL1", "abacus ligase 1", taxon=9606),
    entry("fplx:ABC", Group.GENE, "ABC1", "the ABC family"),
    entry("ncbigene:2", Group.GENE, "Abc1", taxon=10090),
    entry("ncbitaxon:10090", Group.SPECIES, "Mus musculus", "mice", taxon=10090),
    entry("ncbitaxon:9823", Group.SPECIES, "Sus scrofa", "pig", taxon=9823),
    entry("ncbitaxon:9606", Group.SPECIES, "Homo sapiens", "patient", taxon=9606),
)  # fmt: skip


@pytest.fixture(scope="session")
def terminology(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    path: Path = tmp_path_factory.mktemp("terminology") / "few.sqlite"
    write(path, ENTRIES, [("Few", "none", "1", "CC0", "")], {"name": "few"})
    return Terminology(path)


@pytest.fixture
def linker(terminology: Terminology) -> Linker:
    return Linker(terminology, load_ranking(DEFAULT / "ranking.json"))
