"""Each format of word lists, on small files that are true to it."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from kgbuild_lexicon.loading import load
from kgbuild_lexicon.settings import LexiconSettings

if TYPE_CHECKING:
    from kgbuild_lexicon.lexicon import Lexicon

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "lexicon"
CURIES = (
    "mondo:0005148",
    "mondo:0005015",
    "mondo:0009999",
    "mondo:0000001",
    "mesh:D003924",
    "doid:9352",
    "mondo:0005147",
)


def described(lexicon: Lexicon, curies: Sequence[str]) -> str:
    """All that a lexicon says of some concepts, and its report."""
    lines = []
    for curie in curies:
        concept = lexicon.concept(curie)
        lines.append(f"{curie}: preferred {lexicon.preferred(curie)}")
        if concept is not None:
            lines.append(f"  {concept.category} {concept.label!r}")
            lines.append(f"  synonyms {', '.join(concept.synonyms)}")
            lines.append(f"  exact matches {', '.join(concept.exact_matches)}")
            lines.append(f"  parents {', '.join(lexicon.parents(curie))}")
    shown = sorted(
        f"{Path(o.file).name}:{o.line}: {o.what}: {o.why}" for o in lexicon.report.omissions
    )
    return "\n".join([*lines, "", *shown, lexicon.report.summary(), ""])


@pytest.mark.parametrize(
    "name", ["words.tsv", "words.obo", "words.ttl", "words.rdf", "words.jsonld"]
)
def test_a_format_says_what_it_should(
    name: str, kgbuild_golden: Callable[[Path, str], None]
) -> None:
    lexicon = load(LexiconSettings.model_validate({"files": [GOLDEN / name]}))
    kgbuild_golden(GOLDEN / f"{name}.expected", described(lexicon, CURIES))


def test_mappings_merge_what_is_the_same_and_nothing_else(
    kgbuild_golden: Callable[[Path, str], None],
) -> None:
    files = [GOLDEN / "words.tsv", GOLDEN / "maps.sssom.tsv"]
    lexicon = load(LexiconSettings.model_validate({"files": files, "prefer": ["doid"]}))
    kgbuild_golden(GOLDEN / "maps.sssom.tsv.expected", described(lexicon, CURIES))


def test_turtle_rdf_xml_and_json_ld_say_the_same() -> None:
    said = {
        described(load(LexiconSettings.model_validate({"files": [GOLDEN / name]})), CURIES).replace(
            name, "words"
        )
        for name in ("words.ttl", "words.rdf", "words.jsonld")
    }
    assert len(said) == 1


def test_a_list_may_be_compressed(tmp_path: Path) -> None:
    packed = tmp_path / "words.tsv.gz"
    packed.write_bytes(gzip.compress((GOLDEN / "words.tsv").read_bytes()))
    lexicon = load(LexiconSettings.model_validate({"files": [packed]}))
    assert lexicon.concept("mondo:0005148") is not None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    words = tmp_path / "words.tsv"
    words.write_bytes("id\tname\r\nmesh:D016511\tMénière\r\n".encode(encoding))
    said = "latin-1" if encoding == "latin-1" else "utf-8"
    files = [{"path": words, "encoding": said}]
    lexicon = load(LexiconSettings.model_validate({"files": files}))
    assert [m[2] for m in lexicon.find("MÉNIÈRE and ménière")] == ["MÉNIÈRE", "ménière"]


@pytest.mark.shared
def test_the_human_phenotype_ontology_is_read(shared: Path) -> None:
    words = shared / "terminologies" / "hpo" / "hp.obo.gz"
    files = [{"path": words, "category": "PhenotypicFeature"}]
    lexicon = load(LexiconSettings.model_validate({"files": files}))
    assert lexicon.report.concepts > 15_000
    assert lexicon.parents("hp:0000003") == ("hp:0000107",)
    assert [m[2] for m in lexicon.find("Multicystic kidneys")] == ["Multicystic kidneys"]
