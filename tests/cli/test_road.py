"""The whole road, through the command line: papers in, a graph one can query out."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SENTENCES = (
    "Aspirin treats headache in adults.",
    "Lisinopril may cause cough.",
    "Ibuprofen did not cause nausea.",
    "Ibuprofen treats headache.",
    "Lisinopril causes cough in many patients.",
)


def paper(number: int, *sentences: str) -> str:
    return f"PMID- {990000000 + number}\nTI  - Paper {number}.\nAB  - {' '.join(sentences)}\n\n"


def test_a_stated_sentence_becomes_an_edge_that_shows_it(project: Any) -> None:
    project.write("a.nbib", paper(1, SENTENCES[0]))
    code, out, err = project.run("ingest", "papers")
    assert code == 0, err
    assert "1 annotated" in out
    _, out, _ = project.run("show", "aspirin")
    assert "aspirin — biolink:treats — headache" in out
    identity = out.splitlines()[1].split()[0]
    _, out, _ = project.run("show", identity)
    assert SENTENCES[0] in out
    assert "pubmed:990000001" in out


def test_negated_and_hedged_sentences_make_no_plain_edge(project: Any) -> None:
    project.write("a.nbib", paper(1, SENTENCES[1], SENTENCES[2]))
    project.run("ingest", "papers")
    _, out, _ = project.run("query", "--format", "json", "SELECT * { ?s biolink:causes ?o }")
    assert json.loads(out)["results"]["bindings"] == []
    _, out, _ = project.run("show", "ibuprofen")
    assert "not biolink:" in out


def test_a_second_ingest_reads_nothing_and_changes_nothing(project: Any) -> None:
    project.write("a.nbib", paper(1, *SENTENCES))
    project.run("ingest", "papers")
    before = project.exported()
    _, out, _ = project.run("ingest", "papers", "--json")
    summary = json.loads(out)
    assert (summary["files_read"], summary["documents_annotated"]) == (0, 0)
    assert project.exported() == before


def test_a_changed_word_list_redoes_annotations_without_reading_files(project: Any) -> None:
    project.write("a.nbib", paper(1, "Metformin treats headache."))
    project.run("ingest", "papers")
    terms = project.folder / "terms.tsv"
    terms.write_text(
        terms.read_text() + "mesh:D008687\tmetformin\t\tbiolink:ChemicalEntity\n", encoding="utf-8"
    )
    _, out, _ = project.run("ingest", "papers", "--json")
    summary = json.loads(out)
    assert (summary["files_read"], summary["documents_annotated"]) == (0, 1)
    assert "metformin" in project.run("show", "metformin")[1]


def test_a_removed_document_leaves_no_byte_in_the_store(project: Any) -> None:
    project.write("a.nbib", paper(1, "Aspirin treats headache, says Xyzzyqwert."))
    project.write("b.nbib", paper(2, SENTENCES[0]))
    project.run("ingest", "papers")
    code, _, err = project.run("remove", "PMID:990000001")
    assert code == 0, err
    for path in (project.folder / "kg").glob("graph.sqlite*"):
        assert b"Xyzzyqwert" not in path.read_bytes()
    assert b"990000001" not in project.exported()


def test_an_update_equals_a_rebuild(project: Any) -> None:
    """Law: after any sequence of add, change, remove and re-add, as if built anew."""
    chance = random.Random(7)
    for _ in range(12):
        number = chance.randrange(5)
        path = project.papers / f"{number}.nbib"
        if path.exists() and chance.random() < 0.4:
            path.unlink()
        else:
            project.write(path.name, paper(number, *chance.sample(SENTENCES, 2)))
        assert project.run("ingest", "papers", "--prune")[0] == 0
    updated = project.exported()
    shutil.rmtree(project.folder / "kg")
    project.run("ingest", "papers")
    assert project.exported() == updated


def test_order_of_files_and_workers_do_not_matter(project: Any) -> None:
    """Law: the same papers give the same bytes, whatever the order and the workers."""
    for number in range(6):
        project.write(f"{number}.nbib", paper(number, *SENTENCES[number % 3 :]))
    project.run("ingest", "papers")
    at_once = project.exported()
    shutil.rmtree(project.folder / "kg")
    for number in (3, 0, 5, 1, 4, 2):
        project.run("ingest", f"papers/{number}.nbib", "--workers", "1")
    assert project.exported() == at_once


def test_abstract_and_full_text_are_one_document_in_either_order(project: Any) -> None:
    project.write("a.nbib", paper(1, SENTENCES[0]))
    project.write(
        "b.md",
        "---\npmid: 990000001\ntitle: Paper 1.\n---\n# Results\n\nIbuprofen treats headache.\n",
    )
    project.run("ingest", "papers/a.nbib")
    project.run("ingest", "papers/b.md")
    one = project.exported()
    shutil.rmtree(project.folder / "kg")
    project.run("ingest", "papers/b.md")
    project.run("ingest", "papers/a.nbib")
    assert project.exported() == one
    _, out, _ = project.run("status", "--json")
    assert json.loads(out)["counts"]["documents"] == 1


def test_one_bad_file_fails_alone_and_is_listed(project: Any) -> None:
    project.write("good.nbib", paper(1, SENTENCES[0]))
    (project.papers / "bad.pdf").write_bytes(b"%PDF-1.7 not really")
    code, out, err = project.run("ingest", "papers")
    assert code == 1
    assert "1 annotated" in out
    assert "bad.pdf" in err
    _, out, _ = project.run("failures")
    assert "bad.pdf" in out


def test_a_wrong_offset_is_a_failure_with_its_line_and_the_document_is_kept(project: Any) -> None:
    lines = "990000001|t|Aspirin.\n990000001|a|\n990000001\t{}\t7\tAspirin\tChemical\tD001241\n"
    project.write("a.pubtator", lines.format(2))
    code, out, _ = project.run("ingest", "papers")
    assert code == 1
    assert "1 annotated" in out
    said = "the text at its offsets is not the annotation's text"
    kept = f"papers/a.pubtator, pubmed:990000001, line 3: pubtator: UnreadPart: annotation: {said}"
    assert project.run("failures")[1] == f"{kept}\n"
    assert "[Aspirin](mesh:D001241)." in project.run("show", "pubmed:990000001")[1]
    project.write("a.pubtator", lines.format(0))
    assert project.run("ingest", "papers")[0] == 0
    assert project.run("failures")[1] == ""


def test_a_removed_document_takes_the_failures_of_its_parts_along(project: Any) -> None:
    text = "990000001|t|Aspirin.\n990000001|a|\n990000001\t9\t99\tAspirin\tChemical\tD001241\n"
    project.write("a.pubtator", text)
    project.run("ingest", "papers")
    project.run("remove", "pubmed:990000001")
    assert project.run("failures")[1] == ""


def test_what_a_reader_left_out_of_a_document_is_counted_in_the_status(project: Any) -> None:
    text = "# Results\n\nAspirin treats headache.\n\n```\ncode\n```\n"
    project.write("a.md", f"---\npmid: 990000001\ntitle: T\n---\n{text}")
    project.run("ingest", "papers")
    once = json.loads(project.run("status", "--json")[1])["left out"]
    assert once == {"unread: code block": 1}
    project.run("ingest", "papers", "--set", "pipeline.extractors=[]")
    assert json.loads(project.run("status", "--json")[1])["left out"] == once


def test_the_end_of_annotating_is_told_once(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the last texts were kept before the end was known."""
    monkeypatch.setattr("kgbuild.ingest._COMMIT_SECONDS", 0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    project.write("a.nbib", paper(1, *SENTENCES))
    _, _, told = project.run("ingest", "papers")
    assert told.count("annotating: 1 of 1 document") == 1


def test_a_rejected_edge_stays_rejected_over_re_ingest(project: Any) -> None:
    project.write("a.nbib", paper(1, SENTENCES[0]))
    project.run("ingest", "papers")
    identity = project.run("show", "aspirin")[1].splitlines()[1].split()[0]
    project.run("review", identity, "--reject", "--reviewer", "me", "--reason", "no")
    project.write("a.nbib", paper(1, SENTENCES[0], SENTENCES[3]))
    project.run("ingest", "papers")
    _, out, _ = project.run("query", "ASK { mesh:D001241 biolink:treats mesh:D006261 }")
    assert "false" in out
    assert "rejected by me: no" in project.run("show", identity)[1]


def test_a_second_writer_is_refused_by_name(project: Any) -> None:
    from kgbuild.graph.store import GraphStore

    project.write("a.nbib", paper(1, SENTENCES[0]))
    with GraphStore.create(project.folder / "kg"):
        code, _, err = project.run("ingest", "papers")
    assert code == 2
    assert f"process {os.getpid()}" in err


def test_a_misspelt_verb_or_name_is_answered_with_the_nearest(project: Any) -> None:
    project.write("a.nbib", paper(1, SENTENCES[0]))
    project.run("ingest", "papers")
    for words, meant in (
        (["ingset", "papers"], "ingest"), (["show", "Asprin"], "aspirin"),
        (["paths", "aspirin", "hedache"], "headache"),
    ):  # fmt: skip
        code, _, err = project.run(*words)
        assert code == 2
        assert err.endswith(f"hint: did you mean {meant!r}?\n")


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE"),
        ("LOAD <file:///etc/passwd>", "may not change"),
        ("INSERT DATA { <a:a> <a:b> <a:c> }", "may not change"),
        ("SELECT * { ?s ?p", "line 1"),
        ("SELECT * { ?s biolnk:treats ?o }", "did you mean 'biolink'?"),
        ("SELECT * { ?s my:treats ?o }", "hint: PREFIX my: <…> declares it"),
    ],
)
def test_a_query_that_reaches_out_or_changes_is_refused(
    project: Any, query: str, word: str
) -> None:
    project.write("a.nbib", paper(1, SENTENCES[0]))
    project.run("ingest", "papers")
    code, _, err = project.run("query", query)
    assert code == 2
    assert word in err


def test_a_runaway_query_is_ended_at_its_deadline(project: Any) -> None:
    project.write("a.nbib", paper(1, *SENTENCES))
    project.run("ingest", "papers")
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n2 ?o }"
    code, _, err = project.run("query", "--timeout", "1", endless)
    assert code == 2
    assert "stopped after 1 seconds" in err


def test_a_mistake_in_the_configuration_stops_before_any_file_is_read(project: Any) -> None:
    project.write("a.nbib", paper(1, SENTENCES[0]))
    code, _, err = project.run("ingest", "papers", "--set", 'pipeline.extractors=["lexikon"]')
    assert code == 2
    assert "did you mean 'lexicon'" in err
    assert not (project.folder / "kg").exists()


def test_a_mistake_in_a_table_of_a_list_names_the_key_and_the_line(project: Any) -> None:
    configuration = project.folder / "kgbuild.toml"
    wrong = configuration.read_text("utf-8").replace(
        '["terms.tsv"]', '[{ path = "terms.tsv", cas = "exact" }]'
    )
    configuration.write_text(wrong, encoding="utf-8")
    project.write("a.nbib", paper(1, SENTENCES[0]))
    code, _, err = project.run("ingest", "papers")
    assert code == 2
    assert "components.lexicon.files.0.cas: unknown key; known are case, category," in err
    assert "kgbuild.toml, line 8" in err
    assert "did you mean 'case'?" in err


KILLED = """
import sys
from kgbuild.cli import main
from kgbuild.faults import set_observer
import os, signal
point, count = sys.argv[1], int(sys.argv[2])
seen = 0
def kill(reached):
    global seen
    if reached == point:
        seen += 1
        if seen == count:
            os.kill(os.getpid(), signal.SIGKILL)
set_observer(kill)
if __name__ == "__main__":
    sys.exit(main(["ingest", "papers"]))
"""


@pytest.mark.parametrize(
    ("point", "count"),
    [
        ("store.begin", 1),
        ("store.before-commit", 1),
        ("store.after-commit", 1),
        ("ingest.read-batch", 1),
        ("store.before-commit", 2),
        ("ingest.annotated-batch", 1),
    ],
)
def test_a_killed_ingest_resumes_to_the_same_bytes(project: Any, point: str, count: int) -> None:
    for number in range(4):
        project.write(f"{number}.nbib", paper(number, *SENTENCES[number % 3 :]))
    script = project.folder / "killed.py"
    script.write_text(KILLED, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, str(script), point, str(count)], cwd=project.folder, capture_output=True
    )
    assert run.returncode == -signal.SIGKILL, run.stderr
    assert project.run("ingest", "papers")[0] == 0
    resumed = project.exported()
    shutil.rmtree(project.folder / "kg")
    project.run("ingest", "papers")
    assert project.exported() == resumed


def test_offsets_name_the_sentence_in_the_exported_evidence(project: Any) -> None:
    from kgbuild.graph.reading import load

    project.write("a.nbib", paper(1, "α-Blockers 😀 aside.", *SENTENCES))
    project.run("ingest", "papers")
    with load(Path("kg")) as graph:
        found = [e for assertion in graph.assertions() for e in assertion.evidence]
        assert found
        for evidence in found:
            text = graph.document(evidence.document).text
            assert evidence.text == evidence.spans[0].of(text)


def test_a_strict_run_ends_at_the_first_failure_and_keeps_what_is_whole(project: Any) -> None:
    project.write("a.nbib", paper(1, SENTENCES[0]))
    project.write("b.xml", "<PubmedArticleSet><PubmedArticle>")
    code, _, err = project.run("ingest", "papers", "--strict")
    assert code not in (0, 3)
    assert "b.xml" in err
    assert "Traceback" not in err
    code, _, _ = project.run("ingest", "papers")
    assert code == 1
    _, out, _ = project.run("show", "aspirin")
    assert "biolink:treats" in out


def test_a_run_is_kept_with_its_counts(project: Any) -> None:
    project.write("a.nbib", paper(1, SENTENCES[0]))
    project.run("ingest", "papers")
    _, out, _ = project.run("status", "--json")
    [run] = json.loads(out)["runs"]
    assert run["paths"] == ["papers"]
    assert run["started"] <= run["finished"]
    assert run["summary"]["counts"]["documents"] == 1
    _, out, _ = project.run("status")
    assert out.splitlines()[-1] == f"run {run['started']} to {run['finished']}: papers"


def test_on_a_terminal_the_line_of_progress_does_not_run_into_the_summary(project: Any) -> None:
    """Both go to one terminal; the second ingest reads a file and has nothing to annotate."""
    project.write("a.nbib", paper(1, SENTENCES[0]))
    project.run("ingest", "papers")
    project.write("b.nbib", paper(1, SENTENCES[0]))
    code, said = project.on_a_terminal("ingest", "papers")
    assert code == 0
    lines = said.splitlines()
    [summary] = [line for line in lines if "file read" in line]
    assert summary.rpartition("\x1b[K")[2].startswith("1 file read, 1 unchanged")
    assert "reading: 1 document" in "".join(lines)


def test_on_a_terminal_an_export_says_how_far_it_is(project: Any) -> None:
    project.write("a.nbib", paper(1, SENTENCES[0]))
    project.run("ingest", "papers")
    code, said = project.on_a_terminal("export", "graph.nq")
    assert code == 0
    assert "exporting: 0 of 1 assertion\r" in said
    assert said.rpartition("\x1b[K")[2].startswith("graph.nq: n-quads, ")


@pytest.mark.parametrize("verb", ["ingest", "annotate"])
def test_a_reader_that_there_is_not_stops_before_any_file_is_read(project: Any, verb: str) -> None:
    project.write("a.nbib", paper(1, SENTENCES[0]))
    project.run("ingest", "papers")
    before = project.exported()
    code, _, err = project.run(verb, "papers", "--reader", "medlin")
    assert code == 2
    assert "no reader named 'medlin'" in err
    assert "did you mean 'medline'?" in err
    assert project.exported() == before


def test_a_wrong_reader_takes_nothing_out_of_the_graph(project: Any) -> None:
    """What an earlier run read of the same bytes stays, and the next run is as if none had been."""
    project.write("a.nbib", paper(1, SENTENCES[0]))
    project.write("b.nbib", paper(2, SENTENCES[1]))
    project.run("ingest", "papers")
    before = project.exported()
    for reader in ("jats", "bioc-json", "jats"):
        code, out, err = project.run("ingest", "papers", "--reader", reader)
        assert code == 1
        assert "0 gone" in out
        assert err.count("; what was read of it before stays") == 2
        assert project.exported() == before
    assert len(project.run("failures")[1].splitlines()) == 2
    assert project.run("ingest", "papers")[0] == 0
    assert project.exported() == before
    assert project.run("failures")[1] == ""


def test_a_wrong_reader_keeps_nothing_of_a_file_that_has_changed(project: Any) -> None:
    """A graph holds what files say: what another text said is not kept for a mistake's sake."""
    project.write("a.nbib", paper(1, SENTENCES[0]))
    project.run("ingest", "papers")
    project.write("a.nbib", paper(1, SENTENCES[1]))
    assert project.run("ingest", "papers", "--reader", "jats")[0] == 1
    assert json.loads(project.run("status", "--json")[1])["counts"]["documents"] == 0


def test_another_reader_that_can_read_a_file_decides(project: Any) -> None:
    project.write("a.nbib", paper(1, SENTENCES[0]))
    project.run("ingest", "papers")
    before = project.exported()
    assert project.run("ingest", "papers", "--reader", "text")[0] == 0
    assert project.exported() != before
    project.run("ingest", "papers")
    assert project.exported() == before


def test_a_file_in_which_a_reader_finds_nothing_is_a_failure(project: Any) -> None:
    project.write("a.json", '{"documents": [], "source": "PMC", "date": "", "key": ""}')
    code, _, err = project.run("ingest", "papers", "--reader", "bioc-json")
    assert code == 1
    assert "papers/a.json: bioc-json: no document in it" in err


def test_many_failures_are_counted_and_what_is_read_is_told_once(project: Any) -> None:
    for number in range(12):
        project.write(f"{number}.docx", "PK\x00")
    code, _, err = project.run("ingest", "papers")
    assert code == 1
    assert err.count("readers: no reader claims it\n") == 10
    assert "  … and 2 more\n" in err
    assert err.count("hint: kgbuild plugins list has the readers") == 1
    assert "hint: kgbuild plugins list" in project.run("failures")[2]


def test_a_file_is_no_graph(project: Any) -> None:
    project.write("a.nbib", paper(1, SENTENCES[0]))
    code, _, err = project.run("ingest", "papers", "--kg", "terms.tsv")
    assert code == 2
    assert "error: terms.tsv: is a file, and a graph is a folder" in err


@pytest.mark.parametrize("said", [(), ("--accept", "--reject")])
def test_a_review_says_one_thing(project: Any, said: tuple[str, ...]) -> None:
    project.write("a.nbib", paper(1, SENTENCES[0]))
    project.run("ingest", "papers")
    code, _, err = project.run("review", "a", "--reviewer", "ada", *said)
    assert code == 2
    assert "say --accept or --reject, and not both" in err


def test_a_text_without_a_title_is_called_by_its_beginning(project: Any) -> None:
    project.write("a.nbib", "PMID- 990000001\nAB  - Aspirin treats headache.\n\n")
    long = "Aspirin treats headache. " + "It is an old drug. " * 10
    project.write("b.nbib", f"PMID- 990000002\nAB  - {long}\n\n")
    project.run("ingest", "papers")
    _, out, _ = project.run("top", "documents")
    called = [line.split(maxsplit=1)[1].partition("  (")[0] for line in out.splitlines()]
    assert called == ["Aspirin treats headache.", f"{long[:80]} …"]


def test_failures_of_earlier_runs_are_not_forgotten(project: Any) -> None:
    project.write("a.bin", "\0\1")
    assert project.run("ingest", "papers")[0] == 1
    code, _, err = project.run("ingest", "papers")
    assert code == 0
    assert "note: 1 failure of earlier runs" in err
    assert "hint: kgbuild failures lists them; --retry tries them again" in err
