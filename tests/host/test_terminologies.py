"""Several terminologies asked as one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kgbuild import Concept
from kgbuild.terminologies import Terminologies


class Table:
    """A terminology of a few concepts: labels, parents, other identifiers."""

    def __init__(self, labels, parents=None, same=None):
        self.labels, self.above, self.same = labels, parents or {}, same or {}

    def concept(self, curie):
        label = self.labels.get(curie)
        return Concept(id=curie, label=label) if label else None

    def parents(self, curie):
        return self.above.get(curie, [])

    def preferred(self, curie):
        return self.same.get(curie, curie)


FIRST = Table({"mesh:D1": "one"}, {"mesh:D1": ["mesh:D2"]}, {"mondo:1": "mesh:D1"})
SECOND = Table({"mesh:D1": "uno", "mesh:D2": "due"}, {"mesh:D2": ["mesh:D3"]})


def test_the_first_that_knows_a_concept_answers():
    both = Terminologies([FIRST, SECOND])
    assert both.concept("MESH:D1").label == "one"
    assert both.concept("mesh:D2").label == "due"
    assert both.concept("mesh:D9") is None
    assert both.preferred("MONDO:1") == "mesh:D1"
    assert both.preferred("mesh:D9") == "mesh:D9"


def test_ancestors_go_from_one_terminology_to_the_next():
    assert Terminologies([FIRST, SECOND]).ancestors("mesh:D1") == ["mesh:D2", "mesh:D3"]


EDGES = st.dictionaries(
    st.integers(1, 6).map("mesh:D{}".format),
    st.lists(st.integers(1, 6).map("mesh:D{}".format), max_size=3),
)


@given(EDGES)
def test_ancestors_are_closed_and_end_even_where_a_terminology_has_a_cycle(parents):
    """What is above an ancestor is an ancestor, and nothing is its own."""
    names = Terminologies([Table({}, parents)])
    for curie in parents:
        above = set(names.ancestors(curie))
        assert curie not in above
        assert set(names.parents(curie)) - {curie} <= above
        for one in above:
            assert set(names.parents(one)) - {curie} <= above
