"""The weights that ship: they load, tag what is plain to see, and bear hostile text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("kgbuild_transformer")

from kgbuild_model.weights import shipped_weights, weights_folder
from kgbuild_transformer.relations import TransformerRelations
from kgbuild_transformer.settings import RelationSettings, TaggerSettings
from kgbuild_transformer.tagger import TransformerTagger

from kgbuild import Document, Task
from kgbuild.testing.builders import make_document

TEXT = (
    "Metformin lowers blood glucose in patients with type 2 diabetes mellitus. "
    "A BRCA1 mutation (p.R175H) was seen in mice and in HeLa cells."
)
PLAIN = {
    "Metformin": "biolink:ChemicalEntity",
    "type 2 diabetes mellitus": "biolink:DiseaseOrPhenotypicFeature",
    "BRCA1": "biolink:Gene",
    "p.R175H": "biolink:SequenceVariant",
    "mice": "biolink:OrganismTaxon",
    "HeLa": "biolink:CellLine",
}
HOSTILE = [
    "",
    "word",
    "x" * 1_000_000,
    "!?#%" * 300,
    "💊🧪🤒" * 100,
    "二甲双胍治疗糖尿病。" * 40,
    "Метформин и diabetes, 糖尿病 and السكري",
    "\x00\x01\x1f aspirin \x7f\u200b\ufeff",
]


@pytest.fixture(scope="module", params=shipped_weights())
def tagger(request: pytest.FixtureRequest) -> TransformerTagger:
    return TransformerTagger(TaggerSettings(model=request.param))


def test_both_weights_ship() -> None:
    assert shipped_weights() == ("accurate", "fast")
    assert shipped_weights("relations") == ("relations-accurate", "relations-fast")


def test_what_is_plain_to_see_is_tagged(tagger: TransformerTagger) -> None:
    [found] = tagger.extract([Task(document=Document(id="pubmed:1", text=TEXT))])
    tagged = {mention.text: mention.category for mention in found.mentions}
    missed = {name for name, category in PLAIN.items() if tagged.get(name) != category}
    assert len(missed) <= 1, (missed, tagged)


def test_a_small_word_that_denies_is_no_name(tagger: TransformerTagger) -> None:
    text = "Inhibition of TNF by aspirin was nil."
    (found,) = tagger.extract([Task(document=Document(id="pubmed:1", text=text))])
    assert "nil" not in [mention.text for mention in found.mentions]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_gives_exact_offsets(tagger: TransformerTagger, text: str) -> None:
    [found] = tagger.extract([Task(document=Document(id="pubmed:1", text=text))])
    for mention in found.mentions:
        assert text[mention.span.start : mention.span.end] == mention.text
        assert 0 <= mention.score <= 1


def test_every_convention_of_the_card_can_be_chosen(tagger: TransformerTagger) -> None:
    folder = weights_folder("fast")
    assert folder is not None
    names = json.loads((folder / "config.json").read_text())["conventions"]
    assert names[0] == "biored"
    for name in names[1:3]:
        other = TransformerTagger(TaggerSettings(convention=name))
        assert list(other.extract([Task(document=Document(id="pubmed:1", text=TEXT))]))


SAID = (
    "[Naloxone](chemical:mesh:D009270) reverses the antihypertensive effect of "
    "[clonidine](chemical:mesh:D003000).\n"
    "[Lisinopril](chemical:mesh:D017706) induced [cough](disease:mesh:D003371) in ten patients. "
    "[Lisinopril](chemical:mesh:D017706)-induced [cough](disease:mesh:D003371) is well known."
)


def test_a_relation_that_is_plain_to_see_is_found_with_its_sentence() -> None:
    extractor = TransformerRelations(RelationSettings())
    document, annotations = make_document(SAID)
    [found] = extractor.extract([Task(document=document, annotations=annotations)])
    shown = {
        (relation.predicate, span.of(document.text))
        for relation in found.relations
        for span in relation.evidence
    }
    assert (
        "biolink:contributes_to", "Lisinopril induced cough in ten patients."
    ) in shown  # fmt: skip


APART = (
    "[Lisinopril](chemical:mesh:D017706) was given to forty patients for a year. {}"
    "A nurse scored [cough](disease:mesh:D003371) each week."
)
SHOWN = "[Lisinopril](chemical:mesh:D017706) induced [cough](disease:mesh:D003371) in ten of them. "


def test_without_the_sentence_that_shows_it_a_relation_is_less_sure() -> None:
    """Where the model looked is what it goes by: ``benchmarks/relations.py`` measures how often."""
    extractor = TransformerRelations(RelationSettings(sets=["bc5cdr"]))
    sure = []
    for between in (SHOWN, ""):
        document, annotations = make_document(APART.format(between))
        [found] = extractor.extract([Task(document=document, annotations=annotations)])
        sure.append(max((relation.score for relation in found.relations), default=0.0))
        shown = {span.of(document.text) for one in found.relations for span in one.evidence}
        if between:
            assert "Lisinopril induced cough in ten of them." in shown
    assert sure[1] < sure[0] - 0.1


@pytest.mark.parametrize("name", [*shipped_weights(), *shipped_weights("relations")])
def test_no_file_is_too_large_and_nothing_is_pickled(name: str) -> None:
    folder = weights_folder(name)
    assert folder is not None
    for path in Path(folder).iterdir():
        assert path.stat().st_size < 100_000_000
        assert path.suffix in {".json", ".safetensors", ".svg", ".md"}
    assert sum(p.stat().st_size for p in folder.iterdir()) <= (
        120_000_000 if name == "accurate" else 50_000_000
    )
    for said in ("sha256", "Apache-2.0", "F1"):
        assert said in (folder / "README.md").read_text()
