"""``kgbuild plugins``: what each verb does, also where the plugin in question is broken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kgbuild.testing.plugin import Project

Distribution = Callable[..., Path]
Projects = Callable[..., Project]

TOML = """\
# what is done to a document
[pipeline]
segmenter = "rules"  # ours

[plugins]
disable = [
    "bb",  # until it is mended
]
"""


@pytest.fixture
def broken(kgbuild_distribution: Distribution) -> None:
    """A plugin that leaves a trace when it is imported, and fails."""
    kgbuild_distribution(
        "kgbuild-aa",
        modules={"aa_broken.py": "open('imported', 'w').close()\nimport nothing_of_the_kind\n"},
        entry_points={"aa": "aa_broken"},
    )


def test_a_broken_plugin_is_disabled_and_enabled_without_being_imported(
    broken: None, kgbuild_project: Projects
) -> None:
    project = kgbuild_project({})
    assert project.run("plugins", "disable", "aa").exit_code == 0
    assert "aa " in project.run("plugins", "list").stdout
    assert "disabled" in _line(project, "aa")
    assert not (project.folder / "imported").exists()
    assert project.run("plugins", "enable", "aa").exit_code == 0
    assert "installed" in _line(project, "aa")
    assert not (project.folder / "imported").exists()


def test_a_disabled_plugin_is_not_loaded_by_other_verbs(
    broken: None, kgbuild_project: Projects
) -> None:
    project = kgbuild_project({"kgbuild.toml": ""})
    assert "nothing_of_the_kind" in project.run("doctor").stderr
    project.run("plugins", "disable", "aa")
    (project.folder / "imported").unlink()
    project.run("doctor")
    assert not (project.folder / "imported").exists()


def test_comments_and_order_of_the_file_stay(broken: None, kgbuild_project: Projects) -> None:
    project = kgbuild_project({"kgbuild.toml": TOML})
    file = project.folder / "kgbuild.toml"
    project.run("plugins", "disable", "aa")
    assert file.read_text() == TOML.replace("mended\n", 'mended\n    "aa",\n')
    project.run("plugins", "enable", "aa")
    assert file.read_text() == TOML


def test_the_table_of_a_pyproject_is_changed_there(broken: None, kgbuild_project: Projects) -> None:
    project = kgbuild_project({"pyproject.toml": "[tool.kgbuild.run]\nworkers = 0\n"})
    assert project.run("plugins", "disable", "aa").exit_code == 0
    assert not (project.folder / "kgbuild.toml").exists()
    assert "disabled" in _line(project, "aa")
    assert "workers = 0" in (project.folder / "pyproject.toml").read_text()


@pytest.mark.parametrize(
    ("name", "said"),
    [("lexicom", "lexicon"), ("kgbuild.readers.text", "is essential and cannot be disabled")],
)
def test_what_cannot_be_disabled_is_refused(
    kgbuild_project: Projects, name: str, said: str
) -> None:
    project = kgbuild_project({})
    outcome = project.run("plugins", "disable", name)
    assert outcome.exit_code == 2
    assert said in outcome.stderr
    assert not (project.folder / "kgbuild.toml").exists()


def test_the_environment_disables_besides_the_file(
    broken: None, kgbuild_project: Projects, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = kgbuild_project({"kgbuild.toml": '[plugins]\ndisable = ["spacy"]\n'})
    monkeypatch.setenv("KGBUILD_DISABLE_PLUGINS", "aa")
    assert "disabled" in _line(project, "aa")
    assert "KGBUILD_DISABLE_PLUGINS" in project.run("config", "show").stdout
    outcome = project.run("plugins", "enable", "aa")
    assert outcome.exit_code == 2
    assert "is disabled by kgbuild.toml, line 2, KGBUILD_DISABLE_PLUGINS" in outcome.stderr


def test_showing_a_plugin_loads_it_alone(broken: None, kgbuild_project: Projects) -> None:
    project = kgbuild_project({})
    outcome = project.run("plugins", "show", "kgbuild.readers.text")
    assert outcome.exit_code == 0
    assert "reader text: " in outcome.stdout
    assert not (project.folder / "imported").exists()
    outcome = project.run("plugins", "show", "aa")
    assert outcome.exit_code == 1
    assert "nothing_of_the_kind" in outcome.stderr


def test_a_plugin_shows_what_each_of_its_settings_is_for(kgbuild_project: Projects) -> None:
    """With its default; the keys of the tables in a list are shown too."""
    pytest.importorskip("kgbuild_lexicon")
    said = kgbuild_project({}).run("plugins", "show", "lexicon").stdout
    assert "  min_length = 2  the least number of characters in a name\n" in said
    assert "  files = required  the word lists; " in said
    assert "  files.path = required  the file\n" in said
    assert "  files.case = 'smart'  whether capitals matter: " in said


def test_a_plugin_is_checked_with_the_projects_settings_and_files(
    kgbuild_project: Projects,
) -> None:
    pytest.importorskip("kgbuild_lexicon")
    project = kgbuild_project(
        {
            "kgbuild.toml": "[components.lexicon]\nfiles = ['words/terms.tsv']\n",
            "words/terms.tsv": "id\tname\tcategory\nmesh:D001241\taspirin\tChemicalEntity\n",
        }
    )
    outcome = project.run("plugins", "check", "lexicon")
    assert "0 broken" in outcome.stdout, outcome.stdout
    assert outcome.exit_code == 0


def test_a_plugin_without_its_settings_is_left_out_and_not_called_broken(
    kgbuild_project: Projects,
) -> None:
    pytest.importorskip("kgbuild_lexicon")
    outcome = kgbuild_project({}).run("plugins", "check", "lexicon")
    assert "left out: extractor lexicon: it is configured: set components.lexicon.files" in (
        outcome.stdout
    )
    assert "0 broken" in outcome.stdout
    assert outcome.exit_code == 0


def _line(project: Project, name: str) -> str:
    lines = project.run("plugins", "list").stdout.splitlines()
    return next(line for line in lines if line.split()[0] == name)
