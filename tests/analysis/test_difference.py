"""What became of claims between two graphs."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgbuild.analysis.changes import Change, difference
from kgbuild.testing.library import Library, Said

SAID = st.builds(
    Said,
    subject=st.sampled_from(["C1", "C2", "G1"]),
    predicate=st.sampled_from(["affects", "causes", "treats"]),
    object=st.sampled_from(["D1", "D2"]),
    negated=st.booleans(),
    score=st.integers(10, 99).map(lambda percent: percent / 100),
)
PAPERS = st.dictionaries(
    st.integers(1, 6).map(lambda n: f"pubmed:{n}"),
    st.lists(SAID, min_size=1, max_size=4),
    min_size=1,
    max_size=4,
)


def changes(old: Library, new: Library) -> list[Change]:
    with old.open() as before, new.open() as after:
        return difference(before, after)


def kinds(found: list[Change]) -> dict[str, set[str]]:
    told: dict[str, set[str]] = {}
    for change in found:
        told.setdefault(change.kind, set()).add(change.assertion)
    return told


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PAPERS, PAPERS)
def test_a_difference_turned_round_says_the_opposite(tmp_path_factory, first, second):
    """Laws: no graph differs from itself; new and withdrawn change places, as do stronger and
    weaker; the beliefs are the other way round."""
    folder = tmp_path_factory.mktemp("diff")
    one, other = Library(folder / "one"), Library(folder / "other")
    one.add(first)
    other.add(second)
    assert changes(one, one) == changes(other, other) == []
    there, back = changes(one, other), changes(other, one)
    forth, again = kinds(there), kinds(back)
    for kind, opposite in [("new", "withdrawn"), ("strengthened", "weakened")]:
        assert forth.get(kind) == again.get(opposite)
        assert forth.get(opposite) == again.get(kind)
    moved = {(c.assertion, c.before, c.after) for c in there if c.kind != "contradicted"}
    assert moved == {(c.assertion, c.after, c.before) for c in back if c.kind != "contradicted"}


@pytest.fixture
def two(tmp_path):
    old, new = Library(tmp_path / "old"), Library(tmp_path / "new")
    said = {
        "pubmed:1": [Said("C1", "affects", "G1"), Said("C1", "affects", "G2", score=0.5)],
        "pubmed:2": [Said("C2", "treats", "D1"), Said("C2", "treats", "D2")],
    }
    old.add({**said, "pubmed:3": [Said("C3", "treats", "D1")]})
    new.add(
        {
            **said,
            "pubmed:4": [Said("C1", "affects", "G2", words="C1 affects G2, we find again.")],
            "pubmed:5": [Said("C2", "causes", "D1"), Said("C2", "treats", "D2", negated=True)],
        }
    )
    return old, new


def test_each_kind_of_change_is_told(two):
    by_kind: dict[str, list[tuple[str, str, str]]] = {}
    for change in changes(*two):
        said = (change.subject_label, change.predicate, change.object_label)
        by_kind.setdefault(change.kind, []).append(said)
    assert list(by_kind) == ["new", "strengthened", "weakened", "contradicted", "withdrawn"]
    assert set(by_kind["new"]) == {
        ("c2", "biolink:causes", "d1"), ("c2", "biolink:treats", "d2"),
    }  # fmt: skip
    assert by_kind["strengthened"] == [("c1", "biolink:affects", "g2")]
    assert by_kind["weakened"] == [("c2", "biolink:treats", "d2")]
    assert set(by_kind["contradicted"]) == {
        ("c2", "biolink:treats", "d1"), ("c2", "biolink:treats", "d2"),
    }  # fmt: skip
    assert by_kind["withdrawn"] == [("c3", "biolink:treats", "d1")]


def test_a_contradicted_claim_names_what_contradicts_it(two):
    new = {c.assertion for c in changes(*two) if c.kind == "new"}
    against = {c.against for c in changes(*two) if c.kind == "contradicted"}
    assert against == new
