"""What a writer keeps in mind between batches never shows; what it writes at once is in order."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild.errors import GraphError
from kgbuild.graph.inserting import batched, insert_many, insert_new
from kgbuild.graph.store import GraphStore
from kgbuild.testing.library import Library, Said

SAID = [Said("C1", "treats", "D1"), Said("C2", "causes", "D1")]


def concepts(store: GraphStore) -> list[tuple[str]]:
    return store.connection.execute("SELECT curie FROM concepts ORDER BY curie").fetchall()


@given(st.lists(st.tuples(st.integers(0, 99), st.text(max_size=3)), max_size=100))
def test_many_rows_are_written_in_their_order(rows: list[tuple[int, str]]) -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE kept(number INTEGER, word TEXT)")
    insert_many(connection, "kept", iter(rows), 2)
    written = connection.execute("SELECT number, word FROM kept ORDER BY rowid").fetchall()
    connection.close()
    assert written == rows
    assert [row for some in batched(rows) for row in some] == rows


def test_of_many_rows_one_that_cannot_be_written_is_an_error() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE kept(id INTEGER PRIMARY KEY, word TEXT NOT NULL)")
    rows = [(number, "word") for number in range(70)]
    insert_many(connection, "kept", rows, 2)
    insert_many(connection, "kept", rows, 2, "ON CONFLICT(id) DO NOTHING")
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        insert_many(connection, "kept", rows, 2)
    with pytest.raises(sqlite3.IntegrityError, match="NOT NULL"):
        insert_many(connection, "kept", [(99, None)] * 40, 2, "ON CONFLICT(id) DO NOTHING")
    connection.close()


@given(st.lists(st.integers(0, 150), max_size=120), st.lists(st.integers(0, 150), max_size=120))
def test_new_rows_are_written_and_those_beside_old_ones_are_told(
    first: list[int], second: list[int]
) -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE kept(id INTEGER PRIMARY KEY, word TEXT)")
    assert not list(insert_new(connection, "kept", ((one, "a") for one in sorted({*first})), 2))
    told = [row for some in insert_new(connection, "kept", ((one, "b") for one in second), 2)
            for row in some]  # fmt: skip
    kept = dict(connection.execute("SELECT id, word FROM kept"))
    connection.close()
    assert kept == dict.fromkeys(second, "b") | dict.fromkeys(first, "a")
    old = {one for one in second if one in first or second.count(one) > 1}
    assert old <= {one for one, _ in told} <= {*second}


def test_a_concept_comes_back_while_the_store_is_open(tmp_path: Path) -> None:
    library = Library(tmp_path)
    with GraphStore.create(tmp_path) as store:
        for _ in range(2):
            with store.batch():
                library.keep(store, {"pubmed:1": SAID})
            assert concepts(store) == [("mesh:C1",), ("mesh:C2",), ("mesh:D1",)]
            store.remove("pubmed:1")
            assert concepts(store) == []


def test_a_concept_of_a_batch_that_was_undone_is_written_by_the_next(tmp_path: Path) -> None:
    library = Library(tmp_path)
    with GraphStore.create(tmp_path) as store:
        with pytest.raises(ZeroDivisionError), store.batch():
            library.keep(store, {"pubmed:1": SAID})
            raise ZeroDivisionError
        assert concepts(store) == []
        with store.batch():
            library.keep(store, {"pubmed:1": SAID})
        assert concepts(store) == [("mesh:C1",), ("mesh:C2",), ("mesh:D1",)]


def test_a_concept_that_has_not_changed_keeps_its_revision(tmp_path: Path) -> None:
    library, found = Library(tmp_path), []
    with GraphStore.create(tmp_path) as store:
        for name in ("pubmed:1", "pubmed:2"):
            with store.batch():
                library.keep(store, {name: SAID})
            rows = store.connection.execute("SELECT curie, revision FROM concepts ORDER BY curie")
            found.append(rows.fetchall())
    assert len(found[0]) == 3
    assert found[0] == found[1]


def test_two_claims_with_one_key_are_an_error_and_not_a_merge(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.add({"pubmed:1": SAID})
    with GraphStore.create(tmp_path) as store:
        store.connection.execute("UPDATE assertions SET identity = 'another' WHERE predicate = ?",
                                 ("biolink:causes",))  # fmt: skip
        message = r"assertions \w+ and another have one key"
        with pytest.raises(GraphError, match=message), store.batch():
            library.keep(store, {"pubmed:2": SAID})
        count = store.connection.execute("SELECT count(*) FROM evidence").fetchone()
    assert count == (2,)
