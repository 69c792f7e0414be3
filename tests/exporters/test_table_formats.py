"""Neo4j's CSV files and Parquet tables, read back as their readers do."""

from __future__ import annotations

import csv
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kgbuild.annotation import Status
from kgbuild.components import ExporterSpec
from kgbuild.errors import UsageError
from kgbuild.exporters import export_graph, neo4j, parquet
from kgbuild.testing.example_graph import example_graph

DERIVED = {"mesh:D000319"}  # the example has one claim about a concept that no terminology names


def exported(specs: tuple[ExporterSpec, ...], folder: Path) -> Path:
    [spec] = specs
    target = folder / f"graph{spec.suffixes[0]}"
    spec.create(None).export(example_graph(), target)
    return target


def table(path: Path) -> tuple[list[str], list[list[str]]]:
    """A CSV file as neo4j-admin reads it: RFC 4180 quotes, one record a line."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, strict=True)
    lines = path.read_text(encoding="utf-8").split("\n")
    assert len(lines) == len(rows) + 2, "a field holds a line end"
    assert all(len(row) == len(header) for row in rows)
    return header, rows


def ids(rows: list[list[str]], place: int = 0) -> set[str]:
    return {row[place] for row in rows}


def test_every_relationship_of_neo4j_joins_nodes_that_are_there(tmp_path: Path) -> None:
    folder = exported(neo4j.SPECS, tmp_path)
    concepts, documents, evidence, assertions, found, about = (
        table(folder / f"{name}.csv")[1]
        for name in ("concepts", "documents", "evidence", "assertions", "found_in", "about")
    )
    for rows in (concepts, documents, evidence):
        assert len(ids(rows)) == len(rows), "an identifier is given twice"
    assert (ids(assertions) | ids(assertions, 1)) - DERIVED <= ids(concepts)
    assert ids(found) == ids(evidence)
    assert ids(found, 1) <= ids(documents)
    assert ids(about, 1) - DERIVED <= ids(concepts)
    assert ids(evidence, 1) <= ids(assertions, 3)


def test_neo4j_keeps_every_assertion_and_sentence(tmp_path: Path) -> None:
    folder = exported(neo4j.SPECS, tmp_path)
    header, rows = table(folder / "assertions.csv")
    graph = example_graph()
    expected = {a.id: a for a in graph.assertions()}
    assert ids(rows, header.index("id")) == set(expected)
    for row in rows:
        facts = dict(zip(header, row, strict=True))
        assertion = expected[facts["id"]]
        assert facts["negated:boolean"] == str(assertion.negated).lower()
        assert facts["plain:boolean"] == str(assertion.plain).lower()
        assert facts[":TYPE"] == assertion.predicate.removeprefix("biolink:")
        stated = {e.text for e in assertion.evidence if e.status is Status.STATED}
        assert len(list(filter(None, facts["sentences:string[]"].split(";")))) == len(stated)
    header, rows = table(folder / "evidence.csv")
    texts = {e.text for a in expected.values() for e in a.evidence}
    assert ids(rows, header.index("text")) == {
        " ".join(t.split()) if "\n" in t else t for t in texts
    }


def test_the_import_command_names_the_files_that_are_there(tmp_path: Path) -> None:
    folder = exported(neo4j.SPECS, tmp_path)
    admin = tmp_path / "bin" / "neo4j-admin"
    admin.parent.mkdir()
    admin.write_text('#!/bin/sh\npwd\nfor a in "$@"; do echo "$a"; done\n')
    admin.chmod(0o755)
    path = f"{admin.parent}:{os.environ['PATH']}"
    said = subprocess.run(
        ["sh", folder / "import.sh"], capture_output=True, text=True, check=True, env={"PATH": path}
    ).stdout.splitlines()
    assert said[0] == str(folder)
    assert said[1:5] == ["database", "import", "full", "kgbuild"]
    files = [line.partition("=")[2] for line in said if line.startswith(("--nodes", "--rel"))]
    assert {folder / name for name in files} == set(folder.glob("*.csv"))


def test_tables_are_typed_and_joined_by_their_identifiers(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    folder = exported(parquet.SPECS, tmp_path)
    tables: dict[str, Any] = {
        p.stem: pq.read_table(p).to_pylist() for p in folder.glob("*.parquet")
    }
    graph = example_graph()
    assert [row["id"] for row in tables["assertions"]] == [a.id for a in graph.assertions()]
    assert [row["plain"] for row in tables["assertions"]] == [a.plain for a in graph.assertions()]
    texts = {document.id: document.text for document in graph.documents()}
    for row in tables["evidence"]:
        if " … " not in row["text"]:
            assert texts[row["document"]][row["start"] : row["end"]] == row["text"]
    assert {row["assertion"] for row in tables["evidence"]} <= {
        row["id"] for row in tables["assertions"]
    }
    ends = {row[end] for row in tables["assertions"] for end in ("subject", "object")}
    assert ends - DERIVED <= {row["id"] for row in tables["concepts"]}


@pytest.mark.parametrize("specs", [neo4j.SPECS, parquet.SPECS], ids=["neo4j", "parquet"])
def test_the_bytes_depend_on_the_graph_alone(
    specs: tuple[ExporterSpec, ...], tmp_path: Path
) -> None:
    if specs is parquet.SPECS:
        pytest.importorskip("pyarrow")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two = exported(specs, tmp_path / "one"), exported(specs, tmp_path / "two")
    assert {p.name: p.read_bytes() for p in one.iterdir()} == {
        p.name: p.read_bytes() for p in two.iterdir()
    }


def test_a_folder_of_something_else_is_never_replaced(tmp_path: Path) -> None:
    target = tmp_path / "mine"
    target.mkdir()
    exporter = neo4j.Neo4jExporter()
    export_graph(exporter, example_graph(), target, folder=True)  # an empty one may be
    (target / "about.csv").write_text("older")
    export_graph(exporter, example_graph(), target, folder=True)
    assert (target / "about.csv").read_text() != "older"
    (target / "notes.txt").write_text("precious")
    before = sorted(target.iterdir())
    with pytest.raises(UsageError, match=r"holds 'notes.txt', which is not of this export"):
        export_graph(exporter, example_graph(), target, folder=True)
    assert sorted(target.iterdir()) == before
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("target", [".", "..", "/"])
def test_a_target_without_a_name_is_refused(target: str) -> None:
    with pytest.raises(UsageError):
        export_graph(neo4j.Neo4jExporter(), example_graph(), Path(target), folder=True)
