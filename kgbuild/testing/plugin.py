"""Fixtures for pytest, available wherever kgbuild is installed.

``kgbuild_host`` loads a host, ``kgbuild_project`` makes a folder and runs commands in it,
``kgbuild_distribution`` installs a little plugin for one test, ``kgbuild_golden`` compares
with a file that ``--update-golden`` rewrites.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

# The laws then say what was compared, as in a test file.
pytest.register_assert_rewrite("kgbuild.testing.contracts", "kgbuild.testing.installed")

if TYPE_CHECKING:
    from kgbuild.host import Host

# kgbuild is imported inside the fixtures: a project that happens to have it installed pays
# nothing for this plugin, and coverage sees the imports.

__all__ = [
    "Outcome",
    "Project",
    "kgbuild_distribution",
    "kgbuild_golden",
    "kgbuild_host",
    "kgbuild_project",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--update-golden``."""
    parser.getgroup("kgbuild").addoption(
        "--update-golden",
        action="store_true",
        help="rewrite the golden files with what the tests made; review them with git",
    )


@pytest.fixture
def kgbuild_golden(request: pytest.FixtureRequest) -> Callable[[Path, str | bytes], None]:
    """Compare with a golden file: ``kgbuild_golden(path, content)``.

    A difference fails the test; ``--update-golden`` rewrites the file instead.
    """
    update = request.config.getoption("--update-golden")

    def compare(path: Path, content: str | bytes) -> None:
        given = content.encode() if isinstance(content, str) else content
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(given)
        if not path.is_file():
            pytest.fail(f"no golden file {path}: run pytest with --update-golden, and review it")
        expected = path.read_bytes()
        if isinstance(content, str):
            assert content == expected.decode()
        else:
            assert given == expected

    return compare


@pytest.fixture
def kgbuild_distribution(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Path]]:
    """Install a distribution for this test: see :func:`kgbuild.testing.distributions.install`.

    Each lies in a folder of its own at the front of ``sys.path``; its modules are forgotten
    when the test ends.
    """
    from kgbuild.testing.distributions import install

    before = set(sys.modules)
    sites: list[Path] = []

    def distribution(name: str, **facts: Any) -> Path:
        site = tmp_path / f"site-{len(sites)}"
        sites.append(install(site, name, **facts))
        monkeypatch.syspath_prepend(site)
        return site

    yield distribution
    for module in set(sys.modules) - before:
        if _lies_in(sys.modules[module], sites):
            del sys.modules[module]


def _lies_in(module: object, folders: Sequence[Path]) -> bool:
    file = getattr(module, "__file__", None) or ""
    return any(Path(file).is_relative_to(folder) for folder in folders)


@pytest.fixture
def kgbuild_host() -> Callable[..., Host]:
    """Load a host with all that is installed: ``kgbuild_host(disable=…, files=…)``."""
    from kgbuild.host import Host

    return Host.load


@dataclass(frozen=True)
class Outcome:
    """What a command did: its exit code, and what it wrote."""

    exit_code: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Project:
    """A folder in which ``kgbuild`` is run, in this process."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def run(self, *arguments: str) -> Outcome:
        """Run a command there: ``run("ingest", "papers")``."""
        from kgbuild.cli import main

        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            self.capsys.readouterr()
            exit_code = int(main(arguments))
        written = self.capsys.readouterr()
        return Outcome(exit_code, written.out, written.err)


@pytest.fixture
def kgbuild_project(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[[Mapping[str, str]], Project]:
    """Make a folder of files: ``kgbuild_project({"a.txt": "…"}).run("ingest", "a.txt")``."""

    def project(files: Mapping[str, str]) -> Project:
        folder = tmp_path / "project"
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        folder.mkdir(exist_ok=True)
        return Project(folder, capsys)

    return project
