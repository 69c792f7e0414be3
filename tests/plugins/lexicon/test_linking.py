"""What a found name names: candidates, their order, scores and reasons."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from kgbuild_lexicon.components import LexiconLinker, LexiconTagger
from kgbuild_lexicon.lexicon import Lexicon

from kgbuild import Document, Mention, Span, Task

Make = Callable[..., Lexicon]


def mention(text: str, category: str) -> Mention:
    return Mention(span=Span(0, len(text)), text=text, category=category)


@pytest.mark.parametrize(
    ("text", "score", "reason"),
    [
        ("aspirin", 1.0, "exact name"),
        ("acetylsalicylic acid", 1.0, "exact synonym"),
        ("Aspirin", 0.98, "name, other capitals"),
        ("acetylsalicylic-acid", 0.95, "synonym, other spelling"),
        ("aspirins", 0.95, "plural of name"),
    ],
)
def test_a_candidate_says_how_it_was_found(
    lexicon_of: Make, text: str, score: float, reason: str
) -> None:
    lexicon = lexicon_of("mesh:D001241 aspirin|acetylsalicylic acid", category="ChemicalEntity")
    (candidate,) = lexicon.candidates(text, "biolink:ChemicalEntity")
    assert candidate.concept == "mesh:D001241"
    assert (candidate.score, candidate.reason, candidate.label) == (score, reason, "aspirin")


def test_an_ambiguous_name_gives_every_concept_and_shares_the_score(lexicon_of: Make) -> None:
    lexicon = lexicon_of(
        "mesh:D3 cold|common cold", "mesh:D2 low temperature|cold", "mesh:D1 x|Cold"
    )
    found = lexicon.candidates("cold", "biolink:NamedThing")
    assert [(c.concept, c.reason) for c in found] == [
        ("mesh:D3", "exact name"),
        ("mesh:D2", "exact synonym"),
        ("mesh:D1", "synonym, other capitals"),
    ]
    assert [c.score for c in found] == [1 / 3, 1 / 3, pytest.approx(0.98 / 3)]


def test_a_mention_of_another_tagger_is_linked_by_its_text_and_category(lexicon_from: Make) -> None:
    rows = "id\tname\tcategory\nmesh:D007328\tinsulin\tChemicalEntity\nncbigene:3630\tINS|\tGene\n"
    rows += "ncbigene:3630\tinsulin\tGene\n"
    linker = LexiconLinker(lexicon_from("words.tsv", rows))
    asked = [mention("insulin", c) for c in ("biolink:Drug", "biolink:Protein", "biolink:Disease")]
    links = list(linker.link(Document(id="pubmed:1", text="insulin"), asked))
    assert [(one.mention.category, one.concept) for one in links] == [
        ("biolink:Drug", "mesh:D007328"),
        ("biolink:Protein", "ncbigene:3630"),
    ]


def test_an_unknown_name_gets_no_link(lexicon_of: Make) -> None:
    linker = LexiconLinker(lexicon_of("mesh:D1 aspirin"))
    document = Document(id="pubmed:1", text="ibuprofen")
    assert list(linker.link(document, [mention("ibuprofen", "biolink:Drug")])) == []


def test_bare_names_are_tagged_and_not_linked(lexicon_from: Make) -> None:
    lexicon = lexicon_from("mine.txt", "# my compounds\nfoobarine\n\n", category="Drug")
    document = Document(id="pubmed:1", text="Foobarine helps.")
    (found,) = LexiconTagger(lexicon).extract([Task(document=document)])
    assert [(m.text, m.category) for m in found.mentions] == [("Foobarine", "biolink:Drug")]
    assert list(LexiconLinker(lexicon).link(document, found.mentions)) == []


def test_equivalent_concepts_are_one_candidate(lexicon_from: Make) -> None:
    lexicon = lexicon_from(
        "words.tsv",
        "id\tname\nmesh:D003924\ttype 2 diabetes\nmondo:0005148\ttype 2 diabetes\n",
        "same.sssom.tsv",
        "subject_id\tpredicate_id\tobject_id\nmesh:D003924\tskos:exactMatch\tmondo:0005148\n",
    )
    (candidate,) = lexicon.candidates("type 2 diabetes", "biolink:Disease")
    assert (candidate.concept, candidate.score) == ("mesh:D003924", 1.0)


def test_an_earlier_list_comes_first(lexicon_from: Make) -> None:
    first = "id\tname\nmesh:D2\tcold\n"
    second = "id\tname\nmesh:D1\tcold\nmesh:D2\tfrost\n"
    lexicon = lexicon_from("a.tsv", first, "b.tsv", second)
    found = lexicon.candidates("cold", "biolink:NamedThing")
    assert [c.concept for c in found] == ["mesh:D2", "mesh:D1"]
    concept = lexicon.concept("mesh:D2")
    assert concept is not None
    assert (concept.label, concept.synonyms) == ("cold", ("frost",))


def test_equivalent_concepts_share_what_is_above_them(lexicon_from):
    lexicon = lexicon_from(
        "words.tsv", "id\tname\tparents\texact_matches\n"
        "mondo:1\tfrost fever\tmondo:2\tmesh:D1\nmondo:2\tfever\t\tmesh:D2\nmesh:D2\tpyrexia\t\t\n",
        "order.sssom.tsv",
        "subject_id\tpredicate_id\tobject_id\nmondo:1\tskos:exactMatch\tdoid:1\n",
    )  # fmt: skip
    for curie in ("mondo:1", "mesh:D1", "doid:1"):
        assert lexicon.parents(curie) == (lexicon.preferred("mondo:2"),)
