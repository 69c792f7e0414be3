"""What scores of two chemicals are worth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("kgbuild_transformer")

from kgbuild_transformer.sobering import sobered

CHEMICAL, GENE = "biolink:ChemicalEntity", "biolink:Gene"
SCORES = st.floats(0, 1)


@given(SCORES, SCORES)
def test_order_stays(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert sobered(low, CHEMICAL, CHEMICAL) <= sobered(high, CHEMICAL, CHEMICAL) <= max(high, 0.65)


@given(SCORES)
def test_other_pairs_keep_their_score(score: float) -> None:
    assert sobered(score, CHEMICAL, GENE) == sobered(score, GENE, GENE) == score
