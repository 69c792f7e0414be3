"""What words beside a gene make of a relation's name."""

from __future__ import annotations

import pytest

pytest.importorskip("kgbuild_transformer")

from kgbuild_transformer.indirect import as_worded


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
