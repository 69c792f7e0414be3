"""Every example that a verb's --help shows runs as it stands, on the example papers."""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
from importlib import import_module
from pathlib import Path

import pytest

from kgbuild.cli import VERBS, main

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NEEDS_MORE = {
    "init": "a folder without a configuration",
    "ingest": "examples that tell of other files",
    "annotate": "examples that tell of other files",
    "link": "the terminology of kgbuild-linker",
    "terminology": "the terminology of kgbuild-linker",
    "evaluate": "gold annotations",
    "train": "gold annotations",
    "pretrain": "texts, and minutes",
    "show": "examples that tell of other papers",
    "explain": "examples that tell of other papers",
    "discover": "examples that tell of other papers",
    "reason": "files of rules",
    "remove": "examples that tell of other papers",
    "merge": "another graph",
    "review": "an assertion's identifier",
    "plugins": "a group of verbs",
    "config": "a group of verbs",
    "backup": "a folder that is not there",
}

pytestmark = pytest.mark.skipif(
    any(importlib.util.find_spec(f"kgbuild_{p}") is None for p in ("lexicon", "spacy")),
    reason="the plugins of this repository are not installed",
)


def examples(verb: str) -> list[str]:
    text = import_module(f"kgbuild.cli.{verb}").command.help or ""
    return re.findall(rf"\bkgbuild {verb}\b.*", text.partition("Example:")[2])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example papers, ingested, reasoned over and backed up."""
    folder = tmp_path_factory.mktemp("demo") / "examples"
    shutil.copytree(EXAMPLES, folder, ignore=shutil.ignore_patterns("kg", ".*"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["ingest", "papers"]) == 0
        assert main(["reason"]) == 0
        assert main(["backup", "kg-last-month"]) == 0
    return folder


@pytest.mark.parametrize("verb", sorted(set(VERBS) - set(NEEDS_MORE)))
def test_the_examples_of_a_verb_run(verb, demo, monkeypatch, capsys):
    monkeypatch.chdir(demo)
    assert examples(verb)
    for example in examples(verb):
        code = main(shlex.split(example)[1:])
        said = capsys.readouterr()
        assert code == 0, (example, said.err)
