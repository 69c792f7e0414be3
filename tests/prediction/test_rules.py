"""What is learnt from links, and what paths are worth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild.prediction.learning import folds
from kgbuild.prediction.links import DAMPING, Kind, Link, Links, pair
from kgbuild.prediction.mining import mine
from kgbuild.prediction.paths import reach, walk
from kgbuild.prediction.scoring import popularity, reasons, scores

C, G, D = "biolink:ChemicalEntity", "biolink:Gene", "biolink:Disease"
KINDS = [
    Kind(C, "biolink:affects", "decreased", G),
    Kind(G, "biolink:causes", "", D),
    Kind(C, "biolink:treats", "", D),
    Kind(G, "biolink:interacts_with", "", G),
]
AFFECTS, CAUSES, TREATS, INTERACTS = range(4)


def links(*told: tuple[int, int, int]) -> Links:
    return Links(KINDS, [Link(k, s, o, n + 1, 0.5) for n, (k, s, o) in enumerate(told)])


def test_the_law_of_a_graph_is_mined_and_applied():
    """Chemical n lowers gene 100+n, which causes disease 200+n; the first six treat it."""
    told = [(AFFECTS, n, 100 + n) for n in range(1, 9)]
    told += [(CAUSES, 100 + n, 200 + n) for n in range(1, 9)]
    graph = links(*told, *((TREATS, n, 200 + n) for n in range(1, 7)))
    [rule] = mine(graph, TREATS)
    assert (rule.steps, rule.support) == ((2 * AFFECTS, 2 * CAUSES), 6)
    assert rule.confidence == pytest.approx(6 / (6 + 5))
    score = pytest.approx(rule.confidence * 0.5 * 0.5)
    assert scores(graph, [rule], 7) == {207: score}
    assert scores(graph, [rule], 207, backwards=True) == {7: score}
    [[(adds, used, way)]] = reasons(graph, [rule], 7, [207], 3).values()
    assert (adds, used, way.concepts) == (score, rule, (7, 107, 207))


def test_crowded_links_are_worth_less():
    graph = links((AFFECTS, 1, 101), (AFFECTS, 2, 101), (CAUSES, 101, 201), (CAUSES, 101, 202))
    each = pytest.approx((0.5 * 2**-DAMPING) ** 2)
    assert reach(graph, 1, (2 * AFFECTS, 2 * CAUSES)) == {201: each, 202: each}


def test_symmetric_links_are_followed_from_either_end():
    graph = links((INTERACTS, 101, 102))
    assert graph.back(2 * INTERACTS) == 2 * INTERACTS
    assert list(graph.onward(102, 2 * INTERACTS)) == [101]
    assert graph.back(2 * CAUSES) == 2 * CAUSES + 1


def test_the_baseline_knows_degrees_alone():
    graph = links((TREATS, 1, 201), (TREATS, 2, 201), (TREATS, 2, 202))
    assert popularity(graph, TREATS) == {201: 2.0, 202: 1.0}
    assert popularity(graph, TREATS, backwards=True) == {1: 1.0, 2: 2.0}


TOLD = st.lists(
    st.one_of(
        st.tuples(st.just(AFFECTS), st.integers(1, 4), st.integers(101, 104)),
        st.tuples(st.just(CAUSES), st.integers(101, 104), st.integers(201, 204)),
        st.tuples(st.just(TREATS), st.integers(1, 4), st.integers(201, 204)),
        st.tuples(st.just(INTERACTS), st.integers(101, 104), st.integers(101, 104)),
    ).filter(lambda told: told[1] != told[2]),
    max_size=25,
    unique=True,
)
STEPS = st.lists(st.integers(0, 7), min_size=1, max_size=3).map(tuple)


@given(TOLD, STEPS, st.sampled_from([1, 101, 201]))
def test_what_is_reached_is_what_the_paths_add_up_to(told, steps, start):
    """Law: ``reach`` is ``walk`` summed up; paths are simple and their links join them."""
    graph = links(*told)
    summed: dict[int, float] = {}
    for way in walk(graph, start, steps):
        assert len(set(way.concepts)) == len(way.concepts) == len(steps) + 1
        for here, there, link in zip(way.concepts, way.concepts[1:], way.links, strict=False):
            assert {here, there} == {link.subject, link.object}
        summed[way.concepts[-1]] = summed.get(way.concepts[-1], 0.0) + way.worth
    assert reach(graph, start, steps) == pytest.approx(summed)


@given(TOLD, STEPS)
def test_a_path_is_worth_the_same_from_either_end(told, steps):
    """Law: following the steps back gives the same worth between the same ends."""
    graph = links(*told)
    back = tuple(map(graph.back, reversed(steps)))
    for start in (1, 101, 201):
        for end, worth in reach(graph, start, steps).items():
            assert reach(graph, end, back)[start] == pytest.approx(worth)


@given(TOLD, st.integers(0, 5))
def test_hiding_keeps_the_links_of_a_pair_together(told, seed):
    """Law: the folds part the pairs, and no pair has links in two of them."""
    graph = links(*told)
    parts = folds(graph, seed)
    assert sum(map(len, parts)) == len(set().union(*parts)) == len(set(map(pair, graph.links)))
    for part in parts:
        rest = graph.within(set().union(*parts) - part)
        assert not part & set(map(pair, rest.links))
