"""The cookbook: every query runs on the example papers and answers what its title says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kgbuild.cli import main
from kgbuild.query.cookbook import recipes

EXAMPLES = Path(__file__).parents[2] / "examples"

MAY_BE_EMPTY = {
    "two-steps", "shared-gene", "best-inhibitors", "several-ways", "repurposing",
    "inferred-with-premises", "inferred-with-sentences", "conclusions-by-rule",
}  # fmt: skip
"""What the example papers need not hold."""

HOLDS: dict[str, dict[str, str]] = {
    "drugs-that-treat": {"chemical": "aspirin", "disease": "headache"},
    "adverse-effects": {"chemical": "lisinopril", "disease": "cough"},
    "negated": {"subject": "fluoxetine", "object": "migraine"},
    "contested": {"subject": "fluoxetine", "object": "migraine"},
    "contested-beliefs": {"subject": "fluoxetine", "object": "migraine"},
    "doubtful": {"subject": "fluoxetine", "object": "migraine"},
    "only-hedged": {"subject": "lisinopril", "object": "angioedema"},
    "retracted-support": {"subject": "fluoxetine", "object": "migraine"},
    "shared-treatment": {"one": "aspirin", "other": "ibuprofen", "disease": "headache"},
    "side-effect-of-a-treatment": {"chemical": "lisinopril", "causes": "cough"},
    "sentences": {"subject": "aspirin", "sentence": "Aspirin treats headache."},
}


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("kgbuild_lexicon")
    pytest.importorskip("kgbuild_spacy")
    folder = tmp_path_factory.mktemp("cookbook") / "kg"
    config = str(EXAMPLES / "kgbuild.toml")
    papers = str(EXAMPLES / "papers")
    assert main(["ingest", papers, "--config", config, "--kg", str(folder), "--workers", "0"]) == 0
    return folder


def test_there_are_at_least_twenty_queries() -> None:
    assert len(recipes()) >= 20
    assert all(title.endswith(("?", ".")) for title in recipes().values())


@pytest.mark.parametrize("name", sorted(recipes()))
def test_a_query_answers(name: str, graph: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["query", "--cookbook", name, "--kg", str(graph), "--format", "json"]) == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["results"]["bindings"]
    assert rows or name in MAY_BE_EMPTY
    if name in HOLDS:
        wanted = HOLDS[name].items()
        assert any(all(row[key]["value"] == value for key, value in wanted) for row in rows)


def test_an_unknown_name_lists_the_known(graph: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "--cookbook", "negates", "--kg", str(graph)]) == 2
    assert "did you mean 'negated'" in capsys.readouterr().err
