"""Whether a relation is a finding of its text or was known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild import Meaning
from kgbuild.statements import novelty
from kgbuild.statements.weights import read_weights

DRUG, HARM = "biolink:ChemicalEntity", "biolink:DiseaseOrPhenotypicFeature"
TREATS = Meaning(predicate="biolink:treats")
CAUSES = Meaning(predicate="biolink:contributes_to")
NUMBERS = st.sets(st.integers(0, 11), min_size=1).map(sorted)


def test_what_title_and_end_speak_of_is_novel_and_what_the_beginning_alone_names_is_not() -> None:
    assert novelty(TREATS, (DRUG, HARM), [0, 3, 8, 11], [0, 8, 11], 12) == "Novel"
    assert novelty(TREATS, (DRUG, HARM), [1], [1], 12) == "No"


@given(NUMBERS, NUMBERS, st.sampled_from([TREATS, CAUSES]))
def test_the_order_of_the_ends_means_nothing(
    first: list[int], second: list[int], meaning: Meaning
) -> None:
    told = novelty(meaning, (DRUG, HARM), first, second, 12)
    assert told in ("Novel", "No")
    assert novelty(meaning, (HARM, DRUG), second, first, 12) == told


def test_a_relation_and_kinds_that_were_never_seen_are_read_by_their_places() -> None:
    own = Meaning(predicate="biolink:related_to", conditions=(("relation", "own type"),))
    assert novelty(own, ("a:B", "c:D"), [0, 3, 11], [0, 11], 12) == "Novel"
    assert novelty(own, ("a:B", "c:D"), [0], [0], 1) in ("Novel", "No")


@pytest.mark.parametrize("table", ["novelty.tsv", "weights.tsv", "denial.tsv"])
def test_weights_are_whole_tenths_whose_sum_does_not_hang_on_their_order(table: str) -> None:
    weights = read_weights(table)
    assert weights["all"]
    assert all(type(weight) is int for weight in weights.values())
