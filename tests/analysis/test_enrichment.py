"""p-values are the exact tail, q-values are Benjamini and Hochberg's; the graph gives the sets."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild.analysis.enrichment import adjusted, enrich, upper_tail
from kgbuild.errors import NotInGraphError, UsageError
from kgbuild.testing.library import Said

SIZES = st.integers(1, 60).flatmap(
    lambda background: st.tuples(
        st.integers(0, background), st.integers(0, background), st.just(background)
    )
)


@given(SIZES)
def test_the_tail_is_the_exact_one_and_falls_with_the_hits(sizes):
    """Law: p is in [0, 1], never rises with the hits, and is the sum of exact chances."""
    tied, listed, background = sizes
    tails = [upper_tail(hits, tied, listed, background) for hits in range(listed + 2)]
    assert all(0.0 <= p <= 1.0 for p in tails)
    assert tails == sorted(tails, reverse=True)
    for hits, p in enumerate(tails):
        chances = [
            comb(tied, k) * comb(background - tied, listed - k)
            for k in range(hits, min(tied, listed) + 1)
        ]
        exact = Fraction(sum(chances), comb(background, listed))
        assert p == pytest.approx(float(exact), rel=1e-9, abs=1e-12)


@given(st.lists(st.floats(0, 1), max_size=40))
def test_correction_keeps_the_order_and_never_lowers_a_p_value(p_values):
    """Law: p ≤ q ≤ 1, and a smaller p never has a greater q."""
    q_values = adjusted(p_values)
    assert all(p <= q <= 1.0 for p, q in zip(p_values, q_values, strict=True))
    pairs = sorted(zip(p_values, q_values, strict=True))
    assert [q for _, q in pairs] == sorted(q for _, q in pairs)


@given(st.floats(0, 1), st.integers(1, 20))
def test_equal_p_values_stay_as_they_are(p, count):
    assert adjusted([p] * count) == [p] * count


@pytest.fixture
def genes(library):
    """G1 to G4 are tied to D1, G5 to G9 to D2, G9 to both."""
    library.add(
        {
            "pubmed:1": [Said(f"G{n}", "associated_with", "D1") for n in (1, 2, 3, 4, 9)],
            "pubmed:2": [Said(f"G{n}", "causes", "D2") for n in (5, 6, 7, 8, 9)],
            "pubmed:3": [Said("C1", "treats", "D1"), Said("C2", "treats", "D2")],
        }
    )
    return library


def test_what_the_list_shares_comes_first(genes):
    with genes.open() as graph:
        found = enrich(graph, ["mesh:G1", "mesh:G2", "mesh:G3"])
    [only] = found
    assert (only.concept, only.tied, only.listed, only.background) == ("mesh:D1", 5, 3, 9)
    assert only.hits == ("mesh:G1", "mesh:G2", "mesh:G3")
    assert only.p == pytest.approx(comb(5, 3) / comb(9, 3))
    assert only.q == pytest.approx(2 * only.p)
    assert only.fold == pytest.approx(9 / 5)


def test_the_background_and_the_predicates_can_be_given(genes):
    some = ["mesh:G1", "mesh:G2"]
    with genes.open() as graph:
        [narrow] = enrich(graph, some, background=["mesh:G5", "mesh:G6"])
        assert narrow.background == 4
        assert enrich(graph, some, predicates=["biolink:associated_with"])
        with pytest.raises(UsageError, match="none of the list"):
            enrich(graph, some, predicates=["biolink:causes"])
        with pytest.raises(NotInGraphError):
            enrich(graph, ["mesh:G77"])


def test_hedged_and_denied_claims_tie_nothing(library):
    said = [Said("G1", "causes", "D1", negated=True), Said("G2", "causes", "D1")]
    library.add({"pubmed:1": said})
    with library.open() as graph, pytest.raises(UsageError, match="none of the list"):
        enrich(graph, ["mesh:G1"])
