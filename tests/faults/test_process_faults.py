"""Faults of the process, the disk and the query: what is kept, what is said, what is refused."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from kgbuild.errors import GraphError
from kgbuild.exporters.kgx import SPECS as KGX
from kgbuild.exporters.network import SPECS as NETWORK
from kgbuild.graph import schema
from kgbuild.graph.reading import load
from kgbuild.graph.store import GraphStore, connect, database_path
from kgbuild.testing.memory_graph import MemoryGraph
from kgbuild.testing.plugin import Project

Projects = Callable[..., Project]

CONFIGURATION = "[pipeline]\ntrust_annotations = true\n[run]\nworkers = 0\n"
PAPERS = "".join(
    f"{990000000 + n}|t|Aspirin and headache.\n{990000000 + n}|a|Ümläute {n}.\n"
    f"{990000000 + n}\t0\t7\tAspirin\tChemical\tD001241\n"
    f"{990000000 + n}\t12\t20\theadache\tDisease\tD006261\n"
    f"{990000000 + n}\tCID\tD001241\tD006261\n\n"
    for n in range(20)
)


@pytest.fixture
def project(kgbuild_project: Projects) -> Project:
    made = kgbuild_project({"kgbuild.toml": CONFIGURATION, "papers/a.pubtator": PAPERS})
    assert made.run("ingest", "papers").exit_code == 0
    return made


def _changed(project: Project) -> None:
    (project.folder / "papers" / "a.pubtator").write_text(PAPERS.replace("Ümläute", "Other"))


# --- the disk --------------------------------------------------------------------------------


def test_what_is_acknowledged_is_on_the_disk(tmp_path: Path) -> None:
    """SQLite loses no committed batch to a power cut in WAL mode with synchronous=FULL."""
    with GraphStore.create(tmp_path / "kg") as store:
        settings = [
            store.connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous")
        ]
    assert settings == ["wal", 2]


def test_a_flipped_bit_is_found_by_the_doctor_who_says_what_to_do(project: Project) -> None:
    path = database_path(project.folder / "kg")
    with sqlite3.connect(path) as whole:
        (page,) = whole.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'evidence_by_assertion'"
        ).fetchone()
        (size,) = whole.execute("PRAGMA page_size").fetchone()
    whole.close()
    damaged = bytearray(path.read_bytes())
    damaged[(page - 1) * size + 3] ^= 0x7F
    path.write_bytes(damaged)
    outcome = project.run("doctor")
    assert outcome.exit_code == 1
    assert "is damaged" in outcome.stderr
    assert "hint: move the folder away and ingest again, or put a backup" in outcome.stderr


def test_a_file_that_is_no_database_is_named(project: Project) -> None:
    path = database_path(project.folder / "kg")
    for file in (project.folder / "kg").glob("graph.sqlite*"):
        file.unlink()
    path.write_bytes(b"not a database at all, but long enough " * 30)
    outcome = project.run("status")
    assert outcome.exit_code == 2
    assert str(path.name) in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_a_lost_view_is_made_anew(project: Project) -> None:
    ask = ("query", "ASK { mesh:D001241 ?p mesh:D006261 }")
    assert "true" in project.run(*ask).stdout
    (inside,) = (project.folder / "kg" / "view").iterdir()
    (inside / "whole").unlink()
    assert "true" in project.run(*ask).stdout


def test_a_reader_sees_one_graph_while_another_process_writes(project: Project) -> None:
    with load(project.folder / "kg") as graph:
        reading = graph.documents()
        first = next(reading)
        _changed(project)
        assert project.run("ingest", "papers").exit_code == 0
        texts = [first.text, *(document.text for document in reading)]
    assert len(texts) == 20
    assert all("Ümläute" in text for text in texts)
    with load(project.folder / "kg") as graph:
        assert all("Other" in document.text for document in graph.documents())


# --- kill points -----------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from kgbuild.cli import main
from kgbuild.faults import set_observer
def kill(reached):
    if reached == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)
set_observer(kill)
main(sys.argv[2:])
"""


def test_an_export_that_is_killed_leaves_the_old_file(project: Project) -> None:
    project.run("export", "graph.nq")
    before = (project.folder / "graph.nq").read_bytes()
    _changed(project)
    project.run("ingest", "papers")
    run = subprocess.run(
        [sys.executable, "-c", KILLED, "export.before-rename", "export", "graph.nq"],
        cwd=project.folder, capture_output=True,
    )  # fmt: skip
    assert run.returncode == -signal.SIGKILL, run.stderr
    assert (project.folder / "graph.nq").read_bytes() == before
    assert project.run("export", "graph.nq").exit_code == 0
    assert (project.folder / "graph.nq").read_bytes() != before
    assert not list(project.folder.glob(".graph.nq*"))


def test_a_migration_that_fails_leaves_the_older_graph_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:1])
        older.setattr(schema, "CURRENT", 1)
        GraphStore.create(tmp_path / "kg").close()
    with monkeypatch.context() as broken:
        wrong = f"{schema.MIGRATIONS[1]}; INSERT INTO no_such_table VALUES (1)"
        broken.setattr(schema, "MIGRATIONS", (schema.MIGRATIONS[0], wrong))
        with pytest.raises(GraphError, match="no_such_table"):
            GraphStore.create(tmp_path / "kg")
    with sqlite3.connect(database_path(tmp_path / "kg")) as left:
        assert left.execute("PRAGMA user_version").fetchone() == (1,)
        assert "work" not in [row[1] for row in left.execute("PRAGMA table_info(excluded)")]
    left.close()
    GraphStore.create(tmp_path / "kg").close()
    connection = connect(database_path(tmp_path / "kg"))
    assert connection.execute("PRAGMA user_version").fetchone() == (schema.CURRENT,)
    connection.close()


# --- the world around ------------------------------------------------------------------------


def test_locale_time_zone_and_hash_seed_do_not_change_a_byte(project: Project) -> None:
    exports = set()
    for number, world in enumerate(
        (
            {"LC_ALL": "C", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1"},
            {"LC_ALL": "tr_TR.UTF-8", "TZ": "America/St_Johns", "PYTHONHASHSEED": "2"},
        )
    ):
        for arguments in (("ingest", "papers"), ("export", f"{number}.trig")):
            run = subprocess.run(
                [sys.executable, "-m", "kgbuild", *arguments, "--kg", f"kg{number}"],
                cwd=project.folder, env={**os.environ, **world}, capture_output=True, text=True,
            )  # fmt: skip
            assert run.returncode == 0, run.stderr
        exports.add((project.folder / f"{number}.trig").read_bytes())
    assert len(exports) == 1


# --- queries ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }", "FROM <file:///etc/passwd> is refused"),
        ("SELECT * FROM NAMED <http://127.0.0.1:9/g> { GRAPH ?g { ?s ?p ?o } }", "is refused"),
        ("SELECT * { " + "{" * 10_000 + " ?s ?p ?o " + "}" * 10_000 + " }", "nested too deep"),
        ("SELECT * { ?s ?p ?o } #" + "x" * 1_000_000, "the limit is 1,000,000"),
        ("SELECT * { ?s ?p ?o } ; DROP ALL", "not a SPARQL 1.1 query"),
    ],
    ids=["a file", "an address", "nesting", "length", "two statements"],
)
def test_a_hostile_query_reads_nothing_and_is_answered_or_refused(
    project: Project, query: str, said: str
) -> None:
    (project.folder / "q.rq").write_text(query)
    outcome = project.run("query", "--file", "q.rq")
    assert "Traceback" not in outcome.stderr
    assert outcome.stdout == ""
    assert outcome.exit_code == 2
    assert said in outcome.stderr


def test_from_names_a_part_of_the_graph(project: Project) -> None:
    count = "SELECT (COUNT(*) AS ?n) FROM <urn:kgbuild:graph:{}> {{ ?s ?p ?o }} LIMIT 1"
    asserted = project.run("query", "--format", "csv", count.format("asserted")).stdout.split()[1]
    nothing = project.run("query", "--format", "csv", count.format("nothing")).stdout.split()[1]
    assert int(asserted) > 0
    assert int(nothing) == 0


def test_a_pattern_that_backtracks_is_ended_or_answered_in_time(project: Project) -> None:
    query = 'ASK { FILTER(REGEX("' + "a" * 40 + '!", "^(a+)+$")) }'
    outcome = project.run("query", "--timeout", "20", query)
    assert "false" in outcome.stdout or "stopped after" in outcome.stderr


@pytest.mark.parametrize("form", ["xml", "json", "csv", "tsv"])
def test_results_with_control_characters_are_valid(project: Project, form: str) -> None:
    query = r'SELECT ("a\u000Bb\u0000\uFFFE<&>" AS ?x) {}'
    outcome = project.run("query", "--format", form, query)
    assert outcome.exit_code == 0, outcome.stderr
    if form == "xml":
        assert "a\ufffdb" in "".join(etree.fromstring(outcome.stdout.encode()).itertext())


# --- hostile labels in exports that XML and spreadsheets read --------------------------------

HOSTILE = ("=cmd()", "+1", "@x", "a\tb\nc", 'say "hi"', "a\x0bb\x00", "<script>", "]]>", "a|b")


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_labels_stay_text_in_tables_and_xml(label: str, tmp_path: Path) -> None:
    from kgbuild.assertion import Concept

    graph = MemoryGraph(
        documents=(), concepts=(Concept(id="mesh:D001241", label=label),), assertions=()
    )
    KGX[0].create(None).export(graph, tmp_path / "kgx")
    _, row = (tmp_path / "kgx" / "nodes.tsv").read_text("utf-8").rstrip("\n").split("\n")
    cells = row.split("\t")
    assert len(cells) == 5
    assert cells[1][0] not in "=+@"
    NETWORK[0].create(None).export(graph, tmp_path / "g.graphml")
    read = etree.parse(tmp_path / "g.graphml").getroot()
    words = re.findall(r"\w+", label)
    assert all(word in "".join(read.itertext()) for word in words)


# --- identities ------------------------------------------------------------------------------


def test_a_clique_of_ten_thousand_equivalent_names_is_merged_in_time(tmp_path: Path) -> None:
    """A star and a ring of the same identifiers, none of which is registered but the first."""
    lexicon = pytest.importorskip("kgbuild_lexicon.loading")
    settings = pytest.importorskip("kgbuild_lexicon.settings")
    pairs = [
        pair
        for n in range(10_000)
        for pair in (("mesh:D000001", f"mondo:{n:07}"), (f"mondo:{n:07}", f"mondo:{n + 1:07}"))
    ]
    rows = "".join(f"{a}\tx\tskos:exactMatch\t{b}\n" for a, b in pairs)
    rows += "".join(f"nowhere:{n}\tx\tskos:exactMatch\tmesh:D000001\n" for n in range(10_000))
    (tmp_path / "ring.sssom.tsv").write_text(
        f"subject_id\tsubject_label\tpredicate_id\tobject_id\n{rows}"
    )
    (tmp_path / "words.tsv").write_text("id\tname\tcategory\nmesh:D000001\tx1\tChemicalEntity\n")
    files = [tmp_path / "words.tsv", tmp_path / "ring.sssom.tsv"]
    before = time.process_time()
    made = lexicon.load(settings.LexiconSettings(files=files))
    assert time.process_time() - before < 20
    assert len(made.concept("mesh:D000001").exact_matches) > 10_000
