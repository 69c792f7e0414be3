"""The small project, and a way to run verbs in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kgbuild.cli import main
from kgbuild.faults import set_observer


class Project:
    """A folder with papers in which ``kgbuild`` is run in this process."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.papers = folder / "papers"
        self._capsys = capsys

    def write(self, name: str, text: str) -> None:
        (self.papers / name).write_text(text, encoding="utf-8")

    def run(self, *arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        output = self._capsys.readouterr()
        return code, output.out, output.err

    def ingest_until_ended(self) -> None:
        """Ingest the papers, ended by a person once they are read and before any is annotated."""

        def interrupt(point: str) -> None:
            if point == "ingest.read-batch":
                raise KeyboardInterrupt

        set_observer(interrupt)
        try:
            assert self.run("ingest", "papers")[0] == 130
        finally:
            set_observer(None)

    def on_a_terminal(self, *arguments: str) -> tuple[int, str]:
        """The exit code, and what the verb writes where both its streams go to one terminal."""
        ours, theirs = os.openpty()
        run = subprocess.run(
            [sys.executable, "-m", "kgbuild", *arguments],
            cwd=self.folder, stdout=theirs, stderr=theirs, check=False,
        )  # fmt: skip
        os.close(theirs)
        said = os.read(ours, 10_000).decode()
        os.close(ours)
        return run.returncode, said

    def exported(self) -> bytes:
        code, _, errors = self.run("export", "graph.nq")
        assert code == 0, errors
        return (self.folder / "graph.nq").read_bytes()


@pytest.fixture
def project(
    small_project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Project:
    monkeypatch.chdir(small_project)
    return Project(small_project, capsys)
