"""Python's collector is set for kgbuild's own processes, and left alone in anybody else's."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kgbuild.testing.plugin import Project

PLUGIN = """
import gc
from pathlib import Path
from kgbuild import Annotations, ExtractorSpec, hookimpl

class Asked:
    def extract(self, batch):
        Path("threshold").write_text(str(gc.get_threshold()[0]))
        return [Annotations() for _ in batch]

@hookimpl
def kgbuild_extractors():
    yield ExtractorSpec(name="aa-asked", summary="Notes the threshold.", create=lambda _: Asked())
"""
FILES = {
    "kgbuild.toml": '[pipeline]\nextractors = ["aa-asked"]\n[plugins]\nfiles = ["asked.py"]\n',
    "asked.py": PLUGIN,
    "papers/a.txt": "Aspirin relieves headache.",
}

MakeProject = Callable[[Mapping[str, str]], Project]


def threshold(folder: Path) -> int:
    return int((folder / "threshold").read_text())


@pytest.mark.parametrize("workers", ["0", "1"])
def test_the_command_and_its_workers_look_for_garbage_seldom(
    kgbuild_project: MakeProject, workers: str
) -> None:
    folder = kgbuild_project(FILES).folder
    command = [sys.executable, "-m", "kgbuild", "ingest", "papers", "--workers", workers]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    assert threshold(folder) >= 10_000


def test_a_caller_of_the_library_keeps_its_own(kgbuild_project: MakeProject) -> None:
    project, before = kgbuild_project(FILES), gc.get_threshold()
    assert project.run("ingest", "papers", "--workers", "0").exit_code == 0
    assert threshold(project.folder) == before[0]
    assert gc.get_threshold() == before
