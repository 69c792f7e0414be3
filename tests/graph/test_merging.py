"""Merging graphs: union by identity, in any order, any number of times."""

from __future__ import annotations

import itertools
import random
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

import kgbuild
from kgbuild.cli import main

SENTENCES = (
    "Aspirin treats headache.",
    "Lisinopril causes cough.",
    "Lisinopril may cause headache.",
    "Aspirin did not cause cough.",
)


@pytest.fixture
def folder(small_project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for number in range(8):
        said = " ".join(random.Random(number).sample(SENTENCES, 2))
        (small_project / "papers" / f"{number}.nbib").write_text(
            f"PMID- {900 + number}\nTI  - Paper.\nAB  - {said}\n\n"
        )
    monkeypatch.chdir(small_project)
    return small_project


def ingested(kg: str, numbers: Any) -> str:
    for number in numbers:
        assert main(["ingest", f"papers/{number}.nbib", "--kg", kg]) == 0
    return kg


def merged(kg: str, *others: str) -> bytes:
    assert main(["merge", *others, "--kg", kg]) == 0
    return exported(kg)


def exported(kg: str) -> bytes:
    assert main(["export", f"{kg}.nq", "--kg", kg]) == 0
    return Path(f"{kg}.nq").read_bytes()


def test_parts_merged_in_any_order_are_the_whole(folder: Path) -> None:
    """Law: merging commutes, is associative and idempotent, and a split graph is the whole."""
    ingested("whole", range(8))
    parts = {"a": range(4), "b": range(2, 7), "c": (0, 7)}  # overlapping
    for name, numbers in parts.items():
        ingested(name, numbers)
    expected = exported("whole")
    for number, order in enumerate(itertools.permutations(parts)):
        assert merged(f"m{number}", *order) == expected
    assert merged("m0", "a", "m1", "m0x" if Path("m0x").exists() else "b") == expected


def test_what_came_by_merging_is_not_annotated_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ingested("a", range(4))
    merged("b", "a")
    capsys.readouterr()
    assert main(["ingest", "papers", "--kg", "b", "--json"]) == 0
    assert '"documents_annotated": 4' in capsys.readouterr().out
    assert exported("b") == exported(ingested("whole", range(8)))


def test_reviews_come_along_and_a_rejection_stands(folder: Path) -> None:
    for kg, verdict in (("a", "accept"), ("b", "reject")):
        ingested(kg, range(8))
        with kgbuild.load(kg) as graph:
            [assertion, *_] = graph.assertions()
        assert (
            main(
                [
                    "review",
                    assertion.id,
                    f"--{verdict}",
                    "--reviewer",
                    "me",
                    "--reason",
                    "read it",
                    "--kg",
                    kg,
                ]
            )
            == 0
        )
    shutil.copytree("a", "a2")
    one, two = merged("a", "b"), merged("b", "a2")
    assert one == two
    with kgbuild.load("a") as graph:
        assert graph.assertion(assertion.id).rejected


def test_a_withdrawn_or_excluded_document_stays_out(folder: Path) -> None:
    ingested("a", range(3))
    ingested("b", range(3))
    assert main(["remove", "pubmed:901", "--keep-out", "duplicate", "--kg", "a"]) == 0
    shutil.copytree("a", "a2")
    one, two = merged("a", "b"), merged("b", "a2")
    assert one == two
    assert b"pubmed/901" not in one


def test_a_graph_that_cannot_be_merged_is_refused_and_nothing_changes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ingested("a", range(2))
    before = exported("a")
    assert main(["merge", "nowhere", "--kg", "a"]) == 2
    assert "there is no graph here" in capsys.readouterr().err
    assert main(["merge", "a", "--kg", "a"]) == 2
    assert "is this graph itself" in capsys.readouterr().err
    Path("bad").mkdir()
    Path("bad/kg.sqlite").write_bytes(b"SQLite format 3\0" + b"\x07" * 5000)
    name = next(Path("a").glob("*.sqlite*")).name
    Path("bad/kg.sqlite").rename(Path("bad") / name)
    assert main(["merge", "bad", "--kg", "a"]) == 2
    shutil.copytree("a", "newer")
    with sqlite3.connect(Path("newer") / name) as other:
        other.execute("PRAGMA user_version = 99")
    assert main(["merge", "newer", "--kg", "a"]) == 2
    assert "schema 99" in capsys.readouterr().err
    assert exported("a") == before
