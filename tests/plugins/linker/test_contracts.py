"""The linker and its terminology keep kgbuild's contracts, with what ships."""

from __future__ import annotations

from typing import ClassVar

from kgbuild_linker import plugin
from kgbuild_linker.settings import DEFAULT
from kgbuild_linker.terminology import Terminology

from kgbuild.testing.contracts import LinkerContract, TerminologyContract

MISSING = {"terminology": "no-such.sqlite"}


class TestLinker(LinkerContract):
    spec = next(iter(plugin.kgbuild_linkers()))
    settings: ClassVar[dict[str, object]] = {}
    missing = MISSING
    examples = (
        "[Aspirin](chemical:mesh:D001241) inhibits [PTGS2](gene:ncbigene:5743) in"
        " [patients](biolink:OrganismTaxon:ncbitaxon:9606) with"
        " [type II diabetes](disease:mesh:D003924).",
        "[TNF-α](gene:ncbigene:7124) in [kidney cancers](disease:mesh:D007680).",
        "[Zorbliximab](chemical:-) was given for [haemorrhage](disease:mesh:D006470).",
        "[V600E](biolink:SequenceVariant:hgvs:p.V600E) was found.",
    )


class TestTerminology(TerminologyContract):
    spec = next(iter(plugin.kgbuild_terminologies()))
    settings: ClassVar[dict[str, object]] = {}
    missing = MISSING
    known = ("mesh:D001241", "ncbigene:5743", "ncbitaxon:10116", "mesh:D003924")


def test_what_ships_is_small_and_says_where_it_comes_from() -> None:
    path = DEFAULT / "terminology.sqlite"
    assert path.stat().st_size < 60_000_000
    vocabularies = Terminology(path).vocabularies()
    assert {"MeSH", "HGNC", "NCBI Taxonomy"} <= {one.name for one in vocabularies}
    assert all(one.version and one.licence and len(one.sha256) == 64 for one in vocabularies)
