"""What words beside two names make of a relation's name."""

from __future__ import annotations

import pytest

pytest.importorskip("kgbuild_transformer")

from kgbuild_transformer.indirect import as_lessened, as_worded


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
