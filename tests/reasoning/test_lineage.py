"""The probability of a formula is what counting all worlds gives."""

from __future__ import annotations

import math
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild.reasoning import formulas
from kgbuild.reasoning.formulas import Claimed, bounds

PROOFS = st.lists(
    st.frozensets(st.sampled_from("abcdef"), min_size=1, max_size=4), min_size=1, max_size=7
)
CHANCES = st.fixed_dictionaries({name: st.floats(0, 1) for name in "abcdef"})


def by_worlds(proofs: list[frozenset[str]], chance: dict[str, float]) -> float:
    total = 0.0
    for world in product((True, False), repeat=len(chance)):
        holds = dict(zip(chance, world, strict=True))
        if any(all(holds[one] for one in proof) for proof in proofs):
            total += math.prod(p if holds[name] else 1 - p for name, p in chance.items())
    return total


@given(PROOFS, CHANCES)
def test_the_confidence_is_exact(proofs, chance):
    lower, upper = bounds(proofs, chance)
    assert lower == upper == pytest.approx(by_worlds(proofs, chance), abs=1e-9)


@given(PROOFS, CHANCES)
def test_where_it_is_cut_short_the_bounds_hold(proofs, chance):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(formulas, "MAX_STEPS", 1)
        lower, upper = bounds(proofs, chance)
    assert lower - 1e-9 <= by_worlds(proofs, chance) <= upper + 1e-9


@given(PROOFS, PROOFS, CHANCES)
def test_proofs_that_are_missing_leave_the_upper_bound_open(proofs, missing, chance):
    lower, upper = bounds(proofs, chance, complete=False)
    assert lower - 1e-9 <= by_worlds(proofs + missing, chance) <= upper + 1e-9


def test_paths_that_share_an_edge_are_not_independent():
    chance = dict.fromkeys("abcde", 0.7)
    paths = [frozenset("abc"), frozenset("ade")]
    assert bounds(paths, chance)[0] == pytest.approx(0.7 * (1 - (1 - 0.49) ** 2))


CLAIMS = [Claimed(pair, number) for pair in (1, 2) for number in range(3)]
TOLD = st.lists(
    st.frozensets(st.sampled_from([*CLAIMS, "rule"]), min_size=1, max_size=4),
    min_size=1, max_size=6,
)  # fmt: skip


def by_inclusion(proofs, chance):
    """Inclusion and exclusion; of the claims about one pair that must hold, the least decides."""
    total = 0.0
    for size in range(1, len(proofs) + 1):
        for some in combinations(proofs, size):
            least = {}
            for one in frozenset().union(*some):
                about = one.pair if isinstance(one, Claimed) else one
                least[about] = min(chance[one], least.get(about, 1.0))
            total -= (-1) ** size * math.prod(least.values())
    return total


@given(TOLD, st.fixed_dictionaries({one: st.floats(0, 1) for one in (*CLAIMS, "rule")}))
def test_claims_about_one_pair_hang_together(proofs, chance):
    lower, upper = bounds(proofs, chance)
    assert lower == upper == pytest.approx(by_inclusion(proofs, chance), abs=1e-9)
