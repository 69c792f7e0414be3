"""What words beside two names make of a relation's name."""

from __future__ import annotations

import pytest

pytest.importorskip("kgbuild_transformer")

from kgbuild_transformer.indirect import (
    as_directed,
    as_furthered,
    as_handled,
    as_lessened,
    as_worded,
)


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ("Tea inhibits ", " mRNA expression in the liver."),
        ("Tea inhibits ", "-synthesis."),
        ("Tea inhibits the secretion of ", " in mice."),
        ("Tea lowers levels of human ", "."),
    ],
)
def test_how_much_is_made_is_an_indirect_effect(before: str, behind: str) -> None:
    assert as_worded("INHIBITOR", before, behind) == "INDIRECT-DOWNREGULATOR"
    assert as_worded("ACTIVATOR", before, behind) == "INDIRECT-UPREGULATOR"


@pytest.mark.parametrize(
    ("before", "behind"),
    [("Tea inhibits ", " activity."), ("The release of zinc by ", " was blocked by tea.")],
)
def test_what_is_done_to_the_product_is_as_it_was(before: str, behind: str) -> None:
    assert as_worded("INHIBITOR", before, behind) == "INHIBITOR"


def test_other_names_stay() -> None:
    assert as_worded("SUBSTRATE", "Tea lowers the level of ", ".") == "SUBSTRATE"


@pytest.mark.parametrize(
    "between",
    [" reduces ", ", given twice, markedly attenuated the development of ", " prevented "],
)
def test_what_lessens_an_illness_does_not_bring_it_on(between: str) -> None:
    assert as_lessened("CID", "In mice ", between) == "Negative_Correlation"
    assert as_lessened("Positive_Correlation", "In mice ", between) == "Negative_Correlation"
    assert as_lessened("Association", "In mice ", between) == "Association"


@pytest.mark.parametrize(
    ("before", "between"),
    [
        ("Withdrawal of ", " reduced "),
        ("", " was discontinued, which improved "),
        ("", " caused "),
        ("", " prevented sleep and caused "),
        ("Tea reduced ", "-induced "),
    ],
)
def test_what_is_brought_on_stays_so(before: str, between: str) -> None:
    assert as_lessened("CID", before, between) == "CID"


@pytest.mark.parametrize(
    ("between", "behind"),
    [
        (" kills cells by downregulating ", "."),
        (" acts via down-regulation of nuclear ", " levels."),
        (", an alkaloid, reduced ", " in mice."),
        (" reduced LPS-induced ", " in mice."),
    ],
)
def test_a_verb_right_before_a_gene_tells_less_from_more(between: str, behind: str) -> None:
    assert as_directed("INDIRECT-UPREGULATOR", "", between, behind) == "INDIRECT-DOWNREGULATOR"
    assert as_directed("Positive_Correlation", "", between, behind) == "Negative_Correlation"
    assert as_directed("INHIBITOR", "", between, behind) == "INHIBITOR"
    more = between.replace("down", "up").replace("reduced", "raised")
    assert as_directed("INHIBITOR", "", more, behind) == "ACTIVATOR"


@pytest.mark.parametrize(
    ("before", "between", "behind"),
    [
        ("", " reversed the stress that downregulates ", "."),
        ("Withdrawal of ", " lowered ", "."),
        ("", " prevented ", " degradation."),
        ("", " attenuated ", " inactivation by heat."),
        ("", ", which binds ", "."),
    ],
)
def test_what_is_undone_stays_as_it_was_read(before: str, between: str, behind: str) -> None:
    for name in ("ACTIVATOR", "INHIBITOR"):
        assert as_directed(name, before, between, behind) == name


def test_what_furthers_an_illness_does_not_treat_it() -> None:
    assert as_furthered("Negative_Correlation", "", " stimulated ", " cell growth.") == (
        "Positive_Correlation"
    )
    for before, between, behind in (
        ("", " increased ", " cell apoptosis."),
        ("", " blocks what worsens ", "."),
        ("Lack of ", " aggravated ", "."),
    ):
        kept = as_furthered("Negative_Correlation", before, between, behind)
        assert kept == "Negative_Correlation"


def test_what_acts_on_the_uptake_of_a_chemical_is_not_against_it() -> None:
    assert as_handled("Negative_Correlation", " inhibits the metabolism of ", ".") == "Association"
    assert as_handled("Negative_Correlation", " inhibits ", " reuptake.") == "Association"
    assert as_handled("Negative_Correlation", " lowers ", ".") == "Negative_Correlation"
    assert as_handled("Comparison", " and the uptake of ", ".") == "Comparison"
