"""What an extractor says that it left out is counted, also where it is not asked again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kgbuild.cli import main

PLUGIN = """
from pathlib import Path
from kgbuild import Annotations, ExtractorSpec, Mention, hookimpl

CALLS = Path(__file__).with_name("calls.txt")

class Short:
    def extract(self, batch):
        for task in batch:
            with CALLS.open("a") as calls:
                calls.write("called\\n")
            drug = Mention.at(task.document, 0, 7, "biolink:ChemicalEntity")
            yield Annotations(mentions=(drug,), left_out={LEFT_OUT})

class Silent:
    def extract(self, batch):
        return [Annotations() for task in batch]

@hookimpl
def kgbuild_extractors():
    yield ExtractorSpec(name="short", summary="Reads seven characters.",
        create=lambda settings: Short(), categories=frozenset({"biolink:ChemicalEntity"}))
    yield ExtractorSpec(name="silent", summary="Says nothing.", create=lambda settings: Silent(),
        predicates=frozenset({"biolink:treats"}))
"""
CONFIGURATION = """\
[pipeline]
extractors = {EXTRACTORS}
linkers = []
[run]
workers = 0
[plugins]
files = ["short.py"]
"""


def ingested(folder: Path, extractors: list[str]) -> int:
    (folder / "kgbuild.toml").write_text(
        CONFIGURATION.replace("{EXTRACTORS}", json.dumps(extractors)), "utf-8"
    )
    return main(["ingest", "papers"])


def left_out(capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    capsys.readouterr()
    assert main(["status", "--json"]) == 0
    counted: dict[str, int] = json.loads(capsys.readouterr().out)["left out"]
    return counted


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "a.txt").write_text("Aspirin helps in fever.\n", "utf-8")
    return tmp_path


def test_what_an_extractor_left_out_is_counted_until_it_is_asked_no_more(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = PLUGIN.replace("{LEFT_OUT}", '(("text behind its window", 16),)')
    (project / "short.py").write_text(told, "utf-8")
    assert ingested(project, ["short"]) == 0
    assert left_out(capsys) == {"short: text behind its window": 16}
    assert ingested(project, ["short", "silent"]) == 0
    assert left_out(capsys) == {"short: text behind its window": 16}
    assert (project / "calls.txt").read_text("utf-8").count("called") == 1
    assert ingested(project, ["silent"]) == 0
    assert left_out(capsys) == {}


@pytest.mark.parametrize("said", ['(("", 1),)', '(("much", -1),)', '("much",)', "((1, 1),)", "7"])
def test_what_is_no_reason_with_a_count_fails_the_document(
    project: Path, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "short.py").write_text(PLUGIN.replace("{LEFT_OUT}", said), "utf-8")
    assert ingested(project, ["short"]) == 1
    assert "short" in capsys.readouterr().err
    assert left_out(capsys) == {}


def test_annotate_says_what_an_extractor_left_out(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = PLUGIN.replace("{LEFT_OUT}", '(("text behind its window", 16),)')
    (project / "short.py").write_text(told, "utf-8")
    assert ingested(project, ["short"]) == 0
    capsys.readouterr()
    assert main(["annotate", "papers"]) == 0
    assert "left out: short: text behind its window (16)" in capsys.readouterr().err.splitlines()
