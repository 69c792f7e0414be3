"""The plugin that ``plugins new`` writes passes its own tests; the example is that plugin."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kgbuild import Task
from kgbuild.errors import UsageError
from kgbuild.host import Host, PluginStatus
from kgbuild.host.checking import check_plugin
from kgbuild.plugin_template import write_plugin
from kgbuild.testing.builders import make_document

EXAMPLE = Path(__file__).parents[2] / "examples" / "kgbuild-hello"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], Path]]:
    """Install a folder with pip, as a stranger would, where this test alone finds it."""
    before = set(sys.modules)

    def install(folder: Path) -> Path:
        site = tmp_path / "site"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
        options = ["--no-build-isolation", "--disable-pip-version-check", "--target", str(site)]
        subprocess.run([*pip, *options, str(folder)], check=True, cwd=tmp_path)
        monkeypatch.syspath_prepend(site)
        return site

    yield install
    for module in set(sys.modules) - before:
        if module.startswith("kgbuild_"):
            del sys.modules[module]


def test_the_example_is_what_the_template_writes(tmp_path: Path) -> None:
    for written in write_plugin("hello", tmp_path):
        path = written.relative_to(tmp_path / "kgbuild-hello")
        assert (EXAMPLE / path).read_text("utf-8") == written.read_text("utf-8")


def test_the_example_has_thirty_lines_or_fewer() -> None:
    source = (EXAMPLE / "kgbuild_hello" / "plugin.py").read_text("utf-8")
    assert len(source.splitlines()) <= 30


@pytest.mark.parametrize("name", ["Hello", "hello world", "", "-x", "1st", "a_b", "../up"])
def test_a_name_that_is_no_name_is_a_usage_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot name a plugin"):
        write_plugin(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_plugin_is_never_written_over_something(tmp_path: Path) -> None:
    write_plugin("mine", tmp_path)
    (tmp_path / "kgbuild-mine" / "README.md").write_text("precious", encoding="utf-8")
    with pytest.raises(UsageError, match="is not empty"):
        write_plugin("mine", tmp_path)
    assert (tmp_path / "kgbuild-mine" / "README.md").read_text("utf-8") == "precious"


def test_the_example_is_installed_and_found_as_a_strangers_would_be(
    installed: Callable[[Path], Path], tmp_path: Path
) -> None:
    # pip builds in the folder: build a copy, the tree stays clean.
    write_plugin("hello", tmp_path)
    installed(tmp_path / "kgbuild-hello")
    host = Host.load()
    (record,) = [one for one in host.plugins if one.name == "hello"]
    assert (record.provider, record.status) == ("kgbuild-hello 0.1.0", PluginStatus.LOADED)
    document, gold = make_document("Carriers of [rs334](variant:dbsnp:rs334) are protected.")
    (found,) = host.create("extractor", "hello").extract([Task(document=document)])
    assert (found.mentions, found.links[0].concept) == (gold.mentions, "dbsnp:rs334")
    assert host.source("extractor", "hello").distribution == "kgbuild-hello"


@pytest.mark.slow
def test_a_new_plugin_passes_its_own_tests_and_the_contract_suite(
    installed: Callable[[Path], Path], tmp_path: Path
) -> None:
    write_plugin("two-words", tmp_path)
    folder = tmp_path / "kgbuild-two-words"
    site = installed(folder)
    script = (
        f"import sys; sys.path.insert(0, {str(site)!r}); import pytest; sys.exit(pytest.main())"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout
    findings = check_plugin(Host.load(), "two-words")
    assert [str(finding) for finding in findings if finding.failed] == []
    assert {finding.component for finding in findings} == {"plugin", "extractor two-words"}


def test_a_new_plugin_is_a_plugin_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_plugin("two-words", tmp_path)
    monkeypatch.syspath_prepend(tmp_path / "kgbuild-two-words")
    host = Host.load(files=[tmp_path / "kgbuild-two-words" / "kgbuild_two_words" / "plugin.py"])
    assert "two-words" in host.specs("extractor")
