"""Texts that share an identifier, directly or through others, are one work, however they come."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from kgbuild.annotation import Annotations
from kgbuild.document import Document
from kgbuild.graph.store import GraphStore
from kgbuild.graph.works import best_identifier

CURIES = ["pubmed:1", "pubmed:2", "pubmed:3", "pmc:PMC1", "pmc:PMC2", "doi:10.1/a", "doi:10.1/b"]
Named = Sequence[str]
Works = list[tuple[str, list[str], str]]


def text(number: int) -> str:
    return "Longer is fuller. " * (number + 1)


def kept(names: Sequence[Named], together: int, withdrawn: set[str]) -> tuple[Works, list[str]]:
    """The works of a store that reads texts of such names, so many together, and what is gone."""
    with tempfile.TemporaryDirectory() as folder, GraphStore.create(folder) as store:
        readings = [
            (Document(id=first, text=text(number), exact_matches=tuple(others)), Annotations())
            for number, (first, *others) in enumerate(names)
        ]
        for start in range(0, len(readings), together):
            with store.batch():
                store.begin_file(str(start), "", "", "")
                store.keep_versions(str(start), readings[start : start + together])
        with store.batch():
            for curie in sorted(withdrawn):
                store.keep_withdrawal("notices", curie)
        rows = store.connection.execute(
            "SELECT d.curie, d.exact_matches, v.text FROM documents d"
            " JOIN versions v ON v.id = d.version ORDER BY d.curie"
        ).fetchall()
        gone = store.connection.execute("SELECT identity FROM gone WHERE kind = 'document'")
        return [(name, json.loads(others), said) for name, others, said in rows], [
            name for (name,) in gone
        ]


def expected(names: Sequence[Named], withdrawn: set[str]) -> Works:
    shared = nx.Graph([(number, curie) for number, own in enumerate(names) for curie in own])
    works = []
    for component in nx.connected_components(shared):
        curies = {one for one in component if isinstance(one, str)}
        if not curies & withdrawn:
            name = best_identifier(curies)
            fullest = max(one for one in component if isinstance(one, int))
            works.append((name, sorted(curies - {name}), text(fullest)))
    return sorted(works)


@settings(max_examples=40)
@given(
    st.lists(st.lists(st.sampled_from(CURIES), min_size=1, max_size=3, unique=True), max_size=8),
    st.integers(1, 8),
    st.sets(st.sampled_from(CURIES), max_size=1),
)
def test_a_work_is_what_identifiers_join(
    names: list[list[str]], together: int, withdrawn: set[str]
) -> None:
    works, gone = kept(names, together, withdrawn)
    assert works == expected(names, withdrawn)
    assert not {name for name, *_ in works} & set(gone)
