"""Identifiers as corpora write them: what each stands for, and what stands for nothing."""

from __future__ import annotations

import pytest

from kgbuild.readers.concept_ids import bare_spelling, concept_of, parts_of
from kgbuild.readers.variants import hgvs_of

DISEASE, GENE = "biolink:DiseaseOrPhenotypicFeature", "biolink:Gene"
VARIANT, TAXON = "biolink:SequenceVariant", "biolink:OrganismTaxon"


@pytest.mark.parametrize(
    ("given", "category", "concept"),
    [
        ("D006323", DISEASE, "mesh:D006323"),
        ("C12345", "", "mesh:C12345"),
        ("MESH:D006323", DISEASE, "mesh:D006323"),
        (" OMIM:219700 ", DISEASE, "omim:219700"),
        ("672", GENE, "ncbigene:672"),
        ("9606", TAXON, "ncbitaxon:9606"),
        ("672", DISEASE, None),
        ("CVCL_TT01", "biolink:CellLine", "cellosaurus:TT01"),
        ("CVCL:0030", "biolink:CellLine", "cellosaurus:0030"),
        ("rs113488022", VARIANT, "dbsnp:rs113488022"),
        ("p|SUB|R|337|H", VARIANT, "hgvs:p.R337H"),
        ("c|DUP||15", VARIANT, None),
        ("p.V600E", VARIANT, "hgvs:p.V600E"),
        ("tmVar:p|SUB|V|600|E;VariantGroup:8", VARIANT, "hgvs:p.V600E"),
        ("imatinib", "", None),
        ("mesh:", "", None),
        ("OMIM:abc", DISEASE, None),
        ("nowhere:1", "", None),
        ("D\N{ARABIC-INDIC DIGIT ONE}", "", None),
        ("hgvs:a\nb", VARIANT, None),
    ],
)
def test_an_identifier_is_normalised_or_is_none(
    given: str, category: str, concept: str | None
) -> None:
    assert concept_of(given, category) == concept
    if concept:
        assert concept_of(bare_spelling(concept, category), category) == concept


@pytest.mark.parametrize(
    ("given", "category", "parts"),
    [
        ("D1|D2", DISEASE, ("D1", "D2")),
        ("D1+D2", DISEASE, ("D1", "D2")),
        ("672,675;7157", GENE, ("672", "675", "7157")),
        ("D1|-1", DISEASE, ("D1", "-1")),
        ("-", DISEASE, ("-",)),
        ("", DISEASE, ("",)),
        ("protein kinase, type C", GENE, ("protein kinase, type C",)),
        ("c|SUB|G|12|A,rs9", VARIANT, ("c|SUB|G|12|A", "rs9")),
        ("|DEL|46|S", VARIANT, ("|DEL|46|S",)),
        ("c.76+5G>A", VARIANT, ("c.76+5G>A",)),
        ("rs1|rs2", VARIANT, ("rs1", "rs2")),
    ],
)
def test_what_is_joined_is_taken_apart(given: str, category: str, parts: tuple[str, ...]) -> None:
    assert parts_of(given, category) == parts


@pytest.mark.parametrize(
    ("variant", "name"),
    [
        ("c|SUB|G|1234|A", "c.1234G>A"),
        ("c|SUB|G|IVS2+1|A", "c.IVS2+1G>A"),
        ("c|DEL|12_13|AG", "c.12_13delAG"),
        ("c|DEL|12|15", None),
        ("c|INS|12_13|T", "c.12_13insT"),
        ("c|INS|12_13|", None),
        ("c|INDEL|12|AG", "c.12delinsAG"),
        ("c|DUP|12|AG|", "c.12dupAG"),
        ("p|FS|Y|97||", "p.Y97fs"),
        ("c|FS|G|97||", None),
        ("c|SUB|S|97|C", None),
        ("c|Allele|G|97", None),
        ("x|SUB|G|97|C", None),
    ],
)
def test_a_variant_in_tmvars_form_has_an_hgvs_name_or_none(variant: str, name: str | None) -> None:
    assert hgvs_of(variant) == name
