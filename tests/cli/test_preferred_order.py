"""Another order of identifiers rebuilds assertions; what was tagged is not tagged again."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgbuild.cli import main

pytest.importorskip("kgbuild_linker")

PLUGIN = """
from pathlib import Path
from kgbuild import Annotations, ExtractorSpec, Mention, Relation, Span, hookimpl

CALLS = Path(__file__).with_name("calls.txt")

class Counting:
    def extract(self, batch):
        for task in batch:
            with CALLS.open("a") as calls:
                calls.write(task.document.id + "\\n")
            yield Annotations(mentions=tuple(
                Mention.at(task.document, start, start + len(name), category)
                for name, category in (
                    ("Metformin", "biolink:ChemicalEntity"),
                    ("type 2 diabetes", "biolink:DiseaseOrPhenotypicFeature"))
                if (start := task.document.text.find(name)) >= 0))

class Treating:
    def extract(self, batch):
        for task in batch:
            drug, disease = task.annotations.mentions
            yield Annotations(relations=(Relation(
                subject=drug, predicate="biolink:treats", object=disease,
                evidence=task.document.sentences[:1]),))

CATEGORIES = frozenset({"biolink:ChemicalEntity", "biolink:DiseaseOrPhenotypicFeature"})

@hookimpl
def kgbuild_extractors():
    yield ExtractorSpec(name="counting", summary="Two names.", create=lambda settings: Counting(),
        categories=CATEGORIES)
    yield ExtractorSpec(name="treating", summary="One treats the other.",
        create=lambda settings: Treating(), predicates=frozenset({"biolink:treats"}),
        requires=frozenset({"links"}))
"""
CONFIGURATION = """\
[pipeline]
extractors = ["counting", "treating"]
linkers = ["linker"]
terminologies = ["linker"]
[run]
workers = 0
[plugins]
files = ["counting.py"]
[components.linker]
prefer = {PREFER}
"""


def ends(quads: str) -> list[tuple[str, str]]:
    """Subject and object of each plain edge, without the beginnings of their IRIs."""
    rows = [line.split() for line in quads.splitlines() if "vocab/treats>" in line]
    plain = [row for row in rows if row[1].endswith("vocab/treats>")]
    return [("/".join(r[0].split("/")[-2:]), "/".join(r[2].split("/")[-2:])) for r in plain]


def test_another_order_rebuilds_assertions_and_tags_nothing_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ingested(prefer: str) -> str:
        configuration = CONFIGURATION.replace("{PREFER}", prefer)
        (tmp_path / "kgbuild.toml").write_text(configuration, "utf-8")
        assert main(["ingest", "papers"]) == 0
        assert main(["export", "graph.nq"]) == 0
        capsys.readouterr()
        return (tmp_path / "graph.nq").read_text("utf-8")

    monkeypatch.chdir(tmp_path)
    (tmp_path / "counting.py").write_text(PLUGIN, "utf-8")
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "a.txt").write_text("Metformin helps in type 2 diabetes.\n", "utf-8")
    first = ingested("{}")
    second = ingested('{disease = ["mondo"]}')
    assert ends(first) == [("mesh/D008687>", "mesh/D003924>")]
    assert ends(second) == [("mesh/D008687>", "obo/MONDO_0005148>")]
    assert ingested("{}") == first
    assert len((tmp_path / "calls.txt").read_text().splitlines()) == 1
