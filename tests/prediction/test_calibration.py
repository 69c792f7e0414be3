"""Probabilities rise with the scores and are right on average."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild.prediction.calibration import calibrated
from kgbuild.prediction.evaluation import calibration_error, filtered_rank

CASES = st.lists(
    st.tuples(st.integers(0, 50).map(lambda n: n / 10), st.booleans()), min_size=1, max_size=200
)


@given(CASES)
def test_probabilities_rise_with_the_score_and_are_right_on_average(cases):
    """Law: in [0, 1], never falling, and the mean over the cases is the share of true ones."""
    fitted = calibrated(cases)
    given_out = [fitted.probability(score) for score in sorted(score for score, _ in cases)]
    assert all(0.0 <= p <= 1.0 for p in given_out)
    assert given_out == sorted(given_out)
    true = sum(true for _, true in cases)
    assert sum(fitted.probability(score) for score, _ in cases) == pytest.approx(true)


@given(CASES)
def test_no_step_rests_on_a_few_cases(cases):
    """Law: a step has twenty cases, or all there are."""
    fitted = calibrated(cases)
    for probability in set(fitted.probabilities):
        held = [score for score, _ in cases if fitted.probability(score) == probability]
        assert len(held) >= min(20, len(cases))


def test_a_known_curve_is_found_again():
    drawn = random.Random(1)
    cases = [(score, drawn.random() < score**2) for score in (drawn.random() for _ in range(4000))]
    fitted = calibrated(cases)
    for score in (0.2, 0.5, 0.8):
        assert fitted.probability(score) == pytest.approx(score**2, abs=0.08)
    assert calibration_error([(fitted.probability(s), true) for s, true in cases]) < 0.01


RANKED = st.dictionaries(st.integers(0, 8), st.integers(0, 3).map(float), max_size=9)


@given(RANKED)
def test_ranks_share_the_places_there_are(scored):
    """Law: the ranks of all candidates add up to 1 + 2 + …; ties share theirs."""
    ranks = [filtered_rank(scored, one, range(9)) for one in range(9)]
    assert all(1 <= rank <= 9 for rank in ranks)
    assert sum(ranks) == sum(range(1, 10))
