"""The table of relations: every row is good Biolink, reads as its example says, and comes back."""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild import Span
from kgbuild.data.relation_names import (
    Meaning,
    RelationRow,
    biored_name,
    is_cid,
    relation_of,
    relation_table,
)
from kgbuild.statements import read_cues
from kgbuild.vocabulary import CATEGORIES, ancestors, inverse, is_symmetric, predicates, qualifiers

BIORED = (
    "Association", "Positive_Correlation", "Negative_Correlation", "Bind", "Cotreatment",
    "Comparison", "Drug_Interaction", "Conversion",
)  # fmt: skip
CHEMICAL, DISEASE, GENE, VARIANT = (
    "biolink:ChemicalEntity",
    "biolink:DiseaseOrPhenotypicFeature",
    "biolink:Gene",
    "biolink:SequenceVariant",
)
ROWS = relation_table()


def named(row: RelationRow) -> str:
    return f"{row.names[0]} {row.subject[8:] or 'any'} {row.object[8:] or 'any'}"


def model() -> Any:
    text = resources.files("kgbuild.data").joinpath("biolink.json").read_text("utf-8")
    return json.loads(text)


each_row = pytest.mark.parametrize("row", ROWS, ids=named)


def test_biolink_json_is_what_the_models_own_file_says() -> None:
    """Needs the package that publishes it: pip install --no-deps biolink-model==4.4.6."""
    pytest.importorskip("biolink_model")
    from kgbuild.data import build

    assert build.biolink() == model()


@each_row
def test_the_predicate_and_its_qualifiers_are_biolinks_and_not_deprecated(row: RelationRow) -> None:
    predicate = predicates()[row.meaning.predicate]
    assert not predicate.get("deprecated")
    for key, value in row.meaning.qualifiers:
        range_ = qualifiers()[key].get("range")
        if key == "biolink:qualified_predicate":
            assert not predicates()[value].get("deprecated")
        else:
            assert value in model()["enums"][range_], (key, value)
    assert row.knowledge_level in model()["enums"]["biolink:KnowledgeLevelEnum"]


def holds(end: str, wanted: str) -> bool:
    """Whether a category is, or lies under, what a predicate wants; also what may lie under it.

    A chemical of unknown kind may be the ChemicalOrDrugOrTreatment that ``treats`` wants.
    """
    return not wanted or end == wanted or wanted in ancestors(end)


def inherited(predicate: str, side: str) -> str:
    """The domain or range of a predicate, or of the nearest above it that has one."""
    found = (str(predicates()[p].get(side, "")) for p in (predicate, *ancestors(predicate)))
    return next((category for category in found if category), "")


@each_row
def test_the_kinds_fit_the_predicates_domain_and_range(row: RelationRow) -> None:
    for end, side in ((row.subject, "domain"), (row.object, "range")):
        wanted = inherited(row.meaning.predicate, side)
        for kind in [end] if end else [CHEMICAL, DISEASE, GENE, VARIANT]:
            assert holds(kind, wanted), (kind, side, wanted)


@each_row
def test_an_inverse_turns_back_and_has_no_symmetric_partner(row: RelationRow) -> None:
    other = inverse(row.meaning.predicate)
    if other is not None:
        assert inverse(other) == row.meaning.predicate
        assert not is_symmetric(row.meaning.predicate)
    # Between equal kinds a corpus without order can only say what is symmetric.
    if not row.ordered and row.subject == row.object:
        assert is_symmetric(row.meaning.predicate)


@each_row
def test_the_example_marks_both_ends_and_states_them_plainly(row: RelationRow) -> None:
    subject = re.search(r"\*\*(.+?)\*\*", row.example)
    object_ = re.search(r"(?<!\*)\*(?!\*)(.+?)(?<!\*)\*(?!\*)", row.example)
    assert subject
    assert object_
    text = row.example.replace("*", "")
    ends = [Span(text.index(n), text.index(n) + len(n)) for n in (subject[1], object_[1])]
    assert read_cues(None).between(text, *ends).plain


@each_row
def test_every_spelling_of_the_name_finds_the_row(row: RelationRow) -> None:
    ends = row.subject or VARIANT, row.object or VARIANT
    for name in row.names:
        for spelt in (name, name.upper(), name.replace("_", "-"), name.replace("-", " ")):
            assert relation_of(spelt, *ends) is not None


def test_no_row_stands_behind_one_that_takes_its_pairs() -> None:
    for n, row in enumerate(ROWS):
        for before in ROWS[:n]:
            if set(before.names) & set(row.names):
                assert not before.fits(row.subject, row.object), (named(before), named(row))


kinds = st.sampled_from(CATEGORIES)


@given(st.sampled_from(BIORED), kinds, kinds)
def test_biored_names_come_back_whatever_the_kinds(name: str, one: str, other: str) -> None:
    """Law: writing what was read gives the corpus' name again."""
    found = relation_of(name, one, other)
    if found is None:
        assert name == "Drug_Interaction"
        assert {one, other} != {CHEMICAL}
        return
    assert biored_name(found.predicate, found.qualifiers, found.conditions) == name


@given(st.sampled_from([row for row in ROWS if not row.ordered]), kinds, kinds)
def test_without_order_the_ends_may_change_places(row: RelationRow, one: str, other: str) -> None:
    """Law: an undirected relation is the same claim from either side."""
    forth, back = relation_of(row.names[0], one, other), relation_of(row.names[0], other, one)
    if forth is None or back is None:
        assert forth is back
        return
    assert (forth.predicate, forth.qualifiers) == (back.predicate, back.qualifiers)
    if one != other:
        assert forth.swapped != back.swapped or is_symmetric(forth.predicate)


def test_a_chemical_stands_before_the_disease_it_induces() -> None:
    for name in ("CID", "Positive_Correlation"):
        forth, back = relation_of(name, CHEMICAL, DISEASE), relation_of(name, DISEASE, CHEMICAL)
        assert forth
        assert back
        assert is_cid(forth.predicate)
        assert (forth.swapped, back.swapped) == (False, True)


def test_narrower_kinds_count_as_their_broad_one() -> None:
    found = relation_of("inhibitor", "biolink:Drug", "biolink:Protein")
    assert found == relation_of("INHIBITOR", CHEMICAL, GENE)


def test_kinds_that_a_corpus_does_not_relate_have_no_meaning() -> None:
    assert relation_of("CID", GENE, GENE) is None
    assert relation_of("no such name", CHEMICAL, GENE) is None


def test_where_the_kinds_are_not_known_the_most_general_row_holds() -> None:
    assert relation_of("Association") == Meaning(predicate="biolink:associated_with")
