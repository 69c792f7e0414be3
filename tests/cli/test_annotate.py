"""``kgbuild annotate``: formats, dialects, and what a format could not hold."""

from __future__ import annotations

from typing import Any

import pytest

TEXT = "Aspirin treats headache. Lisinopril may cause cough."
PUBTATOR = """\
990000001|t|Aspirin and headache.
990000001|a|Lisinopril causes cough.
990000001\t0\t7\tAspirin\tChemical\tD001241
990000001\t12\t20\theadache\tDisease\tD006261
990000001\tCID\tD001241\tD006261

"""


def test_a_dialect_is_spoken_throughout(project: Any) -> None:
    project.write("a.pubtator", PUBTATOR)
    arguments = ("annotate", "papers", "--trust-annotations", "--set", "pipeline.extractors=[]")
    code, out, err = project.run(*arguments, "--set", "pipeline.linkers=[]", "--dialect", "bc5cdr")
    assert code == 0, err
    assert out == PUBTATOR
    _, out, _ = project.run(*arguments, "--set", "pipeline.linkers=[]")
    assert "\tChemicalEntity\tD001241" in out
    assert "\tDiseaseOrPhenotypicFeature\tD006261" in out


def test_what_the_format_does_not_hold_is_said_at_the_end(project: Any) -> None:
    project.write("a.txt", TEXT)
    code, _, err = project.run("annotate", "papers", "-o", "out.pubtator")
    assert code == 0
    assert "pubtator does not hold: relation that is negated or not stated (1)" in err
    _, _, err = project.run("annotate", "papers", "-o", "out.jsonl", "--format", "jsonl")
    assert "does not hold" not in err


def test_a_document_in_a_language_that_nothing_reads_is_said_at_the_end(project: Any) -> None:
    project.write("a.txt", "患者服用aspirin治疗hypertension。糖尿病患者应避免使用这种药物。")
    project.write("b.txt", TEXT)
    code, _, err = project.run("annotate", "papers", "-o", "out.pubtator")
    assert code == 0
    [line] = [line for line in err.splitlines() if line.startswith("left out: ")]
    assert line.endswith(": document in 'zh', which it does not read (1)")


def test_hedged_relations_are_written_where_asked_for_and_denied_ones_never(project: Any) -> None:
    project.write("a.txt", TEXT + " Lisinopril does not cause headache.")
    _, plain, _ = project.run("annotate", "papers")
    _, hedged, err = project.run("annotate", "papers", "--hedged")
    assert "\tPositive_Correlation\t" not in plain
    assert hedged.count("\tPositive_Correlation\t") == 1
    assert hedged.count("\tNegative_Correlation\t") == plain.count("\tNegative_Correlation\t") == 1
    assert "pubtator does not hold: relation that is negated or not stated (1)" in err
    code, _, err = project.run("annotate", "papers", "--hedged", "--format", "jsonl")
    assert code == 2
    assert "--hedged is not for jsonl" in err


@pytest.mark.parametrize("format_", ["pubtator", "bioc-xml", "bioc-json"])
def test_an_export_says_what_the_format_does_not_hold_as_annotate_does(
    project: Any, format_: str
) -> None:
    project.write("a.txt", TEXT)
    project.run("ingest", "papers")
    lost = f"{format_} does not hold: relation that is negated or not stated (1)\n"
    assert lost in project.run("annotate", "papers", "--format", format_)[2]
    assert project.run("export", "out", "--format", format_)[2] == lost
    assert project.run("export", "graph.nq")[2] == ""


@pytest.mark.parametrize("format_", ["bioc-xml", "bioc-json", "jsonl"])
def test_a_dialect_of_a_format_that_has_none_is_refused(project: Any, format_: str) -> None:
    project.write("a.txt", TEXT)
    code, _, err = project.run("annotate", "papers", "--format", format_, "--dialect", "bc5cdr")
    assert code == 2
    assert "--dialect is for PubTator" in err


def test_on_a_terminal_progress_and_failures_have_lines_of_their_own(project: Any) -> None:
    project.write("a.txt", TEXT)
    project.write("b.pubtator", PUBTATOR.replace("\t0\t7", "\t1\t7"))
    code, said = project.on_a_terminal("annotate", "papers", "-o", "out.pubtator")
    assert code == 1
    lines = [line.rpartition("\x1b[K")[2] for line in said.splitlines()]
    assert "annotating: 1 document" in said
    assert lines[-1] == "2 documents, 1 failure"
    wrong = "the text at its offsets is not the annotation's text"
    assert f"papers/b.pubtator, pubmed:990000001, line 3: pubtator: annotation: {wrong}" in lines


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("a.xml", "<?xml"),
        ("a.bioc.json", '{"source"'),
        ("a.JSONL", '{"format":"kgbuild-annotated-1"'),
        ("a.pubtator", "kgbuild:document:"),
        ("a", "kgbuild:document:"),
    ],
)
def test_the_suffix_of_the_file_tells_the_format(project: Any, name: str, begins: str) -> None:
    project.write("a.txt", TEXT)
    assert project.run("annotate", "papers", "-o", name)[0] == 0
    assert (project.folder / name).read_text().startswith(begins)
    project.run("annotate", "papers", "-o", name, "--format", "pubtator")
    assert (project.folder / name).read_text().startswith("kgbuild:document:")


@pytest.mark.parametrize(
    ("output", "why"),
    [
        ("nowhere/a.pubtator", "there is no such folder"),
        ("papers", "the format wants a file"),
        ("a" * 300 + ".pubtator", "File name too long"),
    ],
)
def test_a_file_that_cannot_be_written_is_told_before_anything_is_read(
    project: Any, output: str, why: str
) -> None:
    project.write("a.txt", "")
    code, _, err = project.run("annotate", "papers", "-o", output)
    assert code == 2
    assert why in err
    assert "a.txt" not in err
