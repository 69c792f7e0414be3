"""A document that is kept out stays out until it is let in again, and then is as it was."""

from __future__ import annotations

import shutil
import sqlite3
from typing import Any

import pytest

from kgbuild.errors import GraphVersionError
from kgbuild.graph import schema
from kgbuild.graph.reading import load
from kgbuild.graph.store import GraphStore, database_path

PAPER = """\
PMID- 990000001
TI  - A paper.
LID - 10.1000/x1 [doi]
AB  - Aspirin treats headache.

"""


@pytest.fixture
def kept_out(project: Any) -> bytes:
    """The graph's bytes before its document was taken out to stay out."""
    project.write("a.nbib", PAPER)
    project.run("ingest", "papers")
    before: bytes = project.exported()
    assert project.run("remove", "pubmed:990000001", "--keep-out", "not ours")[0] == 0
    return before


@pytest.mark.parametrize("name", ["pubmed:990000001", "DOI:10.1000/X1", "990000001", "10.1000/x1"])
@pytest.mark.parametrize("read_meanwhile", [False, True])
def test_one_of_its_identifiers_lets_the_whole_document_in_again(
    project: Any, kept_out: bytes, name: str, read_meanwhile: bool
) -> None:
    if read_meanwhile:
        project.run("ingest", "papers")
        assert b"aspirin" not in project.exported().lower()
    code, out, err = project.run("readmit", name)
    assert code == 0, err
    assert out == "let in again: doi:10.1000/x1, pubmed:990000001\n"
    project.run("ingest", "papers")
    assert project.exported() == kept_out


@pytest.mark.parametrize("name", ["990000001", "PMID: 990000001", "https://doi.org/10.1000/x1"])
def test_a_document_is_taken_out_by_its_identifier_as_people_write_it(
    project: Any, name: str
) -> None:
    project.write("a.nbib", PAPER)
    project.run("ingest", "papers")
    assert project.run("remove", name) == (0, f"removed {name}: 1 text\n", "")
    assert project.run("show", "pubmed:990000001")[0] == 2


def test_what_is_kept_out_is_listed_with_its_reason(project: Any, kept_out: bytes) -> None:
    _, out, _ = project.run("readmit")
    assert out == "doi:10.1000/x1  not ours\npubmed:990000001  not ours\n"
    project.run("readmit", "pubmed:990000001")
    assert project.run("readmit")[1:] == ("", "no document is kept out\n")


def test_a_document_that_is_not_kept_out_is_named(project: Any, kept_out: bytes) -> None:
    code, _, err = project.run("readmit", "pubmed:7")
    assert code == 2
    assert "pubmed:7 is not kept out" in err
    assert "hint: kgbuild readmit lists what is" in err


def test_what_a_graph_of_the_first_schema_keeps_out_can_be_let_in(
    project: Any, kept_out: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older graph keeps out each identifier alone, and does not say of which work it is."""
    shutil.rmtree(project.folder / "kg")
    with monkeypatch.context() as first:
        first.setattr(schema, "CURRENT", 1)
        with GraphStore.create(project.folder / "kg") as store, store.batch():
            store.connection.executemany(
                "INSERT INTO excluded VALUES (?, 'not ours')",
                [("pubmed:990000001",), ("doi:10.1000/x1",)],
            )
    assert project.run("ingest", "papers")[0] == 0
    assert b"aspirin" not in project.exported().lower()
    project.run("readmit", "pubmed:990000001")
    project.run("ingest", "papers")
    assert project.exported() == kept_out


def test_a_graph_of_a_newer_kgbuild_is_refused_for_reading_and_writing(
    project: Any, kept_out: bytes
) -> None:
    with sqlite3.connect(database_path(project.folder / "kg")) as newer:
        newer.execute(f"PRAGMA user_version = {schema.CURRENT + 1}")
    newer.close()
    for open_graph in (load, GraphStore.create):
        with pytest.raises(GraphVersionError, match="is newer than this kgbuild knows"):
            open_graph(project.folder / "kg")
