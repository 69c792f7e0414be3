"""The front page: its commands run as a newcomer would run them, its table has every verb."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path

import pytest

from kgbuild.cli import VERBS, main

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PICTURES = ROOT / "docs" / "pictures"


def test_the_table_has_every_verb_as_help_has_it() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", README, re.MULTILINE)
    assert rows == list(VERBS.items()), "run: python docs/generate.py"


def test_the_commands_make_a_graph_in_an_empty_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a word list, so that no weights need be loaded; the verbs are the same."""
    pytest.importorskip("kgbuild_lexicon")
    pytest.importorskip("kgbuild_spacy")
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "note.txt").write_text("Lisinopril treats hypertension.\n")
    (tmp_path / "terms.tsv").write_text(
        "id\tname\tcategory\nmesh:D017706\tlisinopril\tChemicalEntity\n"
        "mesh:D006973\thypertension\tDiseaseOrPhenotypicFeature\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KGBUILD_DISABLE_PLUGINS", "transformer,linker")
    section = README.partition("## A first graph of your own")[2].partition("## ")[0]
    commands = re.findall(r"^    (kgbuild .+?)(?:  +#.*)?$", section, re.MULTILINE)
    assert len(commands) == 8
    said = {}
    for command in commands:
        words = shlex.split(command)[1:]
        words += ["--lexicon", "terms.tsv"] if words == ["init"] else []
        assert main(words) == 0, capsys.readouterr().err
        said[command] = capsys.readouterr().out
    assert "lisinopril — biolink:treats — hypertension" in said["kgbuild show lisinopril"]
    assert (tmp_path / "graph.ttl").stat().st_size > 1000


@pytest.mark.parametrize("name", ["first-graph", "question"])
def test_a_picture_shows_commands_that_are_there_and_loads_nothing(name: str) -> None:
    picture = (PICTURES / f"{name}.svg").read_text("utf-8")
    assert f"docs/pictures/{name}.svg" in README
    assert "@font-face" not in picture
    assert "url(http" not in picture
    script = (ROOT / "docs" / "pictures.py").read_text("utf-8")
    commands = re.findall(r'^        "kgbuild (\w+) ?.*",$', script, re.MULTILINE)
    assert commands
    assert set(commands) <= set(VERBS)


def test_every_picture_shows_what_its_commands_print_now() -> None:
    pytest.importorskip("kgbuild_lexicon")
    pytest.importorskip("kgbuild_spacy")
    spec = importlib.util.spec_from_file_location("pictures", ROOT / "docs" / "pictures.py")
    assert spec is not None
    assert spec.loader is not None
    pictures = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pictures)
    for path, svg in pictures.drawn():
        kept = pictures.shown(path.read_text("utf-8"))
        assert len(kept) > 200
        assert kept == pictures.shown(svg), f"{path.name}: run: python docs/pictures.py"


def test_the_site_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    """Built with mkdocs, no page has a script or a style sheet with an address."""
    pytest.importorskip("mkdocs", reason="make docs installs it")
    import subprocess
    import sys

    run = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    for page in (tmp_path / "site").rglob("*.html"):
        loaded = re.findall(
            r"<(?:script|link|img)[^>]*(?:src|href)=\"(https?:[^\"]+)", page.read_text()
        )
        assert loaded == [], page.name
