"""Every verb shows an example in its --help; those about a graph run on the example papers."""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
from importlib import import_module
from pathlib import Path

import click
import pytest

from kgbuild.cli import VERBS, main
from kgbuild.host import Host

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ON_THE_DEMO_GRAPH = (
    "central",
    "communities",
    "contradictions",
    "diff",
    "doctor",
    "enrich",
    "export",
    "failures",
    "near",
    "paths",
    "predict",
    "query",
    "report",
    "status",
    "top",
    "verify",
)

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


def test_help_lists_every_verb_under_one_heading(capsys):
    assert main(["--help"]) == 0
    listed = re.findall(r"^  (\w+)  +\w", capsys.readouterr().out, re.MULTILINE)
    assert listed == list(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_shows_an_example(verb):
    command = import_module(f"kgbuild.cli.{verb}").command
    assert isinstance(command, click.Group) or examples(verb)


@pytest.mark.parametrize("verb", ON_THE_DEMO_GRAPH)
def test_the_examples_of_a_verb_run(verb, demo, monkeypatch, capsys):
    monkeypatch.chdir(demo)
    for example in examples(verb):
        code = main(shlex.split(example)[1:])
        said = capsys.readouterr()
        assert code == 0, (example, said.err)


def test_the_help_of_export_names_the_suffixes_of_all_formats(
    capsys: pytest.CaptureFixture[str],
) -> None:
    known = Host.load(only_builtins=True).specs("exporter").values()
    main(["export", "--help"])
    told = set(capsys.readouterr().out.split())
    assert {suffix for offer in known for suffix in offer.spec.suffixes} <= told
