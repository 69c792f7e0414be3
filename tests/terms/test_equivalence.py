"""Laws of equivalence sets and hierarchies."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kgbuild.terms import Equivalence, TermReport, acyclic, merged

CURIES = st.builds(
    "{}:{}".format, st.sampled_from(["mesh", "mondo", "doid", "omim"]), st.integers(1, 4)
)
PAIRS = st.lists(st.tuples(CURIES, CURIES), max_size=12)
LISTED = st.frozensets(CURIES)
PREFER = st.permutations(["mesh", "mondo", "doid", "omim"])
EVERY = [f"{p}:{n}" for p in ("mesh", "mondo", "doid", "omim") for n in range(1, 5)]


def said(pairs, listed, prefer=(), trusted=(), successors=None):
    report = TermReport()
    same = Equivalence(pairs, listed=listed, report=report, prefer=prefer, trusted=trusted,
                       successors=successors)  # fmt: skip
    omissions = sorted(map(str, report.omissions))
    return [(same.preferred(c), same.members(c)) for c in EVERY], omissions


@given(PAIRS, LISTED, PREFER, st.randoms(use_true_random=False))
def test_order_and_direction_do_not_matter(pairs, listed, prefer, random):
    """The same pairs, shuffled and turned round, give the same sets and the same report."""
    shuffled = [pair[:: random.choice((1, -1))] for pair in pairs]
    random.shuffle(shuffled)
    assert said(pairs, listed, prefer) == said(shuffled, listed, prefer)


@given(PAIRS, LISTED, PREFER)
def test_the_preferred_identifier_is_of_the_set_and_prefers_itself(pairs, listed, prefer):
    same = Equivalence(pairs, listed=listed, report=TermReport(), prefer=prefer)
    for curie in EVERY:
        best = same.preferred(curie)
        assert best in (same.members(curie) or (curie,))
        assert same.preferred(best) == best
        for member in same.members(curie):
            assert same.preferred(member) == best
            assert prefer.index(best.partition(":")[0]) <= prefer.index(member.partition(":")[0])


@given(PAIRS, LISTED, PREFER, PREFER)
def test_another_order_changes_which_is_used_and_not_what_is_the_same(pairs, listed, prefer, other):
    members = [[pair[1] for pair in said(pairs, listed, order)[0]] for order in (prefer, other)]
    assert members[0] == members[1]


@given(PAIRS, LISTED)
def test_no_set_has_two_listed_identifiers_of_one_prefix(pairs, listed):
    """A contradiction merges nothing, and is reported."""
    same = Equivalence(pairs, listed=listed, report=TermReport())
    for curie in EVERY:
        prefixes = [c.partition(":")[0] for c in same.members(curie) if c in listed]
        assert len(prefixes) == len(set(prefixes))


@given(PAIRS, PAIRS, LISTED)
def test_what_is_trusted_survives_a_contradiction(trusted, pairs, listed):
    """Sets of trusted pairs that contradict nothing stay together, whatever else is said."""
    before = Equivalence(trusted, listed=listed, report=TermReport())
    after = Equivalence(pairs, listed=listed, report=TermReport(), trusted=trusted)
    for curie in EVERY:
        assert set(before.members(curie)) <= set(after.members(curie))


@given(st.dictionaries(CURIES, CURIES))
def test_successors_are_followed_to_the_end_and_a_ring_leads_nowhere(successors):
    same = Equivalence((), listed=(), report=TermReport(), successors=successors)
    for old in successors:
        now = same.preferred(old)
        assert now == old or now not in successors or same.current(now) == now


@given(st.lists(st.tuples(CURIES, CURIES), max_size=20), st.randoms(use_true_random=False))
def test_a_hierarchy_has_no_cycles_and_loses_only_what_lies_on_one(edges, random):
    report = TermReport()
    kept = acyclic(merged(edges), report)
    above = {child: set(parents) for child, parents in kept.items()}
    for child in kept:
        seen, waiting = set(), [child]
        while waiting:
            for parent in above.get(waiting.pop(), ()):
                assert parent != child
                if parent not in seen:
                    seen.add(parent)
                    waiting.append(parent)
    assert bool(report.reasons) == (kept != merged(edges))
    random.shuffle(edges)
    assert acyclic(merged(edges), TermReport()) == kept
