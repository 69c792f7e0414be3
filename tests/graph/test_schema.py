"""A graph that an older kgbuild wrote opens, holds what it held, and becomes like a new one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

import kgbuild
from kgbuild.annotation import Cue
from kgbuild.document import Span
from kgbuild.errors import GraphLockedError, GraphVersionError
from kgbuild.graph import schema
from kgbuild.graph.rows import decode_details
from kgbuild.graph.store import CHANGED_ASSERTIONS, GraphStore, database_path, read_layers
from kgbuild.testing.library import Library, Said


def tables_and_indices(path: Path) -> set[tuple[str, str]]:
    connection = sqlite3.connect(path)
    try:
        return set(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    finally:
        connection.close()


@pytest.fixture
def oldest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A graph as the first version of kgbuild made it, with a review in it."""
    with monkeypatch.context() as patch:
        patch.setattr(schema, "CURRENT", 1)
        with GraphStore.create(tmp_path / "old") as store, store.batch():
            store.keep_review("0" * 32, "me", "rejected", "not so")
    return tmp_path / "old"


def test_an_older_graph_is_brought_up_to_date_when_it_is_read(oldest: Path) -> None:
    with kgbuild.load(oldest) as graph:
        [kept] = graph.connection.execute("SELECT reviewer, reason FROM reviews")
    assert kept == ("me", "not so")


def test_a_migrated_graph_has_the_tables_and_indices_of_a_new_one(
    oldest: Path, tmp_path: Path
) -> None:
    GraphStore.create(tmp_path / "new").close()
    before = tables_and_indices(database_path(oldest))
    GraphStore.create(oldest).close()
    assert before != tables_and_indices(database_path(oldest))
    assert tables_and_indices(database_path(oldest)) == tables_and_indices(
        database_path(tmp_path / "new")
    )


def test_the_evidence_of_an_older_graph_is_found_by_its_text(oldest: Path) -> None:
    connection = sqlite3.connect(database_path(oldest))
    connection.executemany(
        'INSERT INTO evidence(assertion, version, source, start, "end", section, status, score)'
        " VALUES (1, ?, 1, 0, 9, 'abstract', 'stated', 1.0)",
        [(7,), (7,), (3,)],
    )
    connection.commit()
    connection.close()
    with kgbuild.load(oldest) as graph:
        ranges = graph.connection.execute(
            "SELECT version, first, last FROM evidence_ranges"
        ).fetchall()
        changed = graph.connection.execute(CHANGED_ASSERTIONS, (graph.revision - 1,)).fetchall()
    assert changed == [(1,)]  # a view of before hears of all
    assert ranges == [(3, 3, 3), (7, 1, 2)]


def test_what_was_made_of_the_texts_of_an_older_graph_is_kept(oldest: Path) -> None:
    connection = sqlite3.connect(database_path(oldest))
    connection.executemany(
        "INSERT INTO versions VALUES (?, 'identity', 'x:1', 'digest', '1', ?, 1, 'It is.', '[]',"
        " NULL, ?)",
        [(7, '["a"]', b"12345678"), (8, None, None), (9, "[]", None)],
    )
    connection.commit()
    connection.close()
    with kgbuild.load(oldest) as graph:
        annotated = graph.connection.execute("SELECT * FROM annotated").fetchall()
        texts = graph.connection.execute("SELECT id, text FROM versions").fetchall()
    assert annotated == [(7, '["a"]', b"12345678"), (9, "[]", b"")]
    assert texts == [(7, "It is."), (8, "It is."), (9, "It is.")]


def test_spans_cues_and_conditions_of_an_older_graph_are_kept(oldest: Path) -> None:
    connection = sqlite3.connect(database_path(oldest))
    connection.executemany(
        'INSERT INTO evidence(assertion, version, source, start, "end", section, status, score,'
        " more_spans, cues, conditions) VALUES (1, 7, 1, 0, 9, 'abstract', 'stated', 1.0, ?, ?, ?)",
        [
            (None, None, None),
            ("[[12,15]]", None, None),
            (None, '[["hedge",2,5]]', '[["species","café"]]'),
        ],
    )
    connection.execute("INSERT INTO assertions VALUES (1, 'i', 2, 'biolink:treats', 3, 0, NULL, 1)")
    connection.commit()
    connection.close()
    with kgbuild.load(oldest) as graph:
        packed = [one for (one,) in graph.connection.execute("SELECT details FROM evidence")]
        [(qualifiers,)] = graph.connection.execute("SELECT qualifiers FROM assertions")
    assert [decode_details(one) for one in packed] == [
        ((), (), ()),
        ((Span(12, 15),), (), ()),
        ((), (Cue(kind="hedge", span=Span(2, 5)),), (("species", "café"),)),
    ]
    assert packed[0] == qualifiers == ""


def test_what_mentions_links_and_relations_of_an_older_graph_lack_is_an_empty_text(
    oldest: Path,
) -> None:
    connection = sqlite3.connect(database_path(oldest))
    connection.executescript("""
        INSERT INTO sources VALUES (1, 'tagger', 'tests', '1', '0');
        INSERT INTO mentions VALUES (7, 0, 0, 2, 'biolink:Gene', 1.0, 1, NULL),
            (7, 1, 3, 5, 'biolink:Gene', 1.0, 1, '[[3,4],[4,5]]');
        INSERT INTO links VALUES (7, 0, 0, 0, NULL, 0.0, 'no such name', '', NULL, 1);
        INSERT INTO relations VALUES
            (7, 0, '#0', 'biolink:affects', '#1', 0, 'stated', 1.0, '[[0,6]]', NULL, NULL, NULL, 1);
    """)
    connection.close()
    with kgbuild.load(oldest) as graph:
        [(_, layer)] = read_layers(graph.connection, 7, "It is.")
        for column, table in (
            ("parts", "mentions"), ("curie", "links"), ("cues", "relations"),
            ("qualifiers", "relations"), ("conditions", "relations"),
        ):  # fmt: skip
            [(empty,)] = graph.connection.execute(f"SELECT min({column}) FROM {table}")
            assert empty == ""
    first, second = layer.mentions
    assert (first.parts, second.parts) == ((), (Span(3, 4), Span(4, 5)))
    assert [link.candidates for link in layer.links] == [()]
    [relation] = layer.relations
    assert (relation.cues, relation.qualifiers, relation.conditions) == ((), (), ())


def test_which_text_counts_is_told_by_the_document_alone(oldest: Path) -> None:
    connection = sqlite3.connect(database_path(oldest))
    connection.executescript("""
        INSERT INTO versions VALUES (7, 'a', 'x:1', 'd', '1', NULL, 5, 'It is.', '[]', NULL, NULL);
        INSERT INTO versions VALUES (8, 'b', 'x:1', 'd', '0', NULL, NULL, 'It.', '[]', NULL, NULL);
        INSERT INTO identifiers VALUES ('x:1', 7), ('x:1', 8);
        INSERT INTO documents VALUES (5, 'x:1', 7, '[]', '[]', 0, 1);
        INSERT INTO drops VALUES (7, 'counts', 2), (8, 'does not', 3);
    """)
    connection.close()
    with kgbuild.load(oldest) as graph:
        assert graph.counts()["other versions"] == 1
        assert graph.drops() == {"counts": 2}


def test_the_evidence_of_a_text_lies_together_whatever_comes_and_goes(tmp_path: Path) -> None:
    library = Library(tmp_path / "kg")
    said = [Said("C1", "treats", "D1"), Said("C2", "causes", "D1")]
    library.add({f"pubmed:{number}": said for number in range(1, 5)})
    library.remove("pubmed:4")
    library.remove("pubmed:2")
    library.add({"pubmed:5": said[:1], "pubmed:2": said})
    with library.open() as graph:
        told = graph.connection.execute(
            "SELECT version, min(id), max(id), count(*) FROM evidence GROUP BY version"
        ).fetchall()
        ranges = graph.connection.execute(
            "SELECT version, first, last FROM evidence_ranges"
        ).fetchall()
    assert [row[:3] for row in told] == ranges
    assert all(last - first + 1 == count for _, first, last, count in told)
    assert len(told) == 4


def test_an_older_graph_that_is_being_written_to_says_by_whom(
    oldest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(schema, "CURRENT", 1)
        writer = GraphStore.create(oldest)
    with writer, pytest.raises(GraphLockedError, match="being written to by process"):
        kgbuild.load(oldest)


def test_a_newer_graph_is_refused(oldest: Path) -> None:
    connection = sqlite3.connect(database_path(oldest))
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(GraphVersionError, match="schema 99 is newer"):
        kgbuild.load(oldest)
