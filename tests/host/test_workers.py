"""Processes and components are made when there is something to do for them, not before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kgbuild.testing.plugin import Outcome, Project

PLUGIN = """
import time
from pathlib import Path
from kgbuild import Annotations, ExtractorSpec, hookimpl

class Noted:
    def extract(self, batch):
        while len(Path("made").read_text()) < {wanted}:
            time.sleep(0.01)
        return [Annotations() for _ in batch]

def create(settings):
    with open("made", "a") as file:
        file.write("x")
    return Noted()

@hookimpl
def kgbuild_extractors():
    yield ExtractorSpec(name="aa-noted", summary="Notes that it is made.", create=create)
"""
CONFIGURATION = """\
[pipeline]
extractors = ["aa-noted"]
[run]
batch_size = 1
timeout = 60
"""


class Noting:
    """A project whose one extractor notes each time that it is made.

    It says nothing before so many were made as ``wanted``.
    """

    def __init__(self, project: Project) -> None:
        self._project = project

    def write(self, name: str, text: str) -> None:
        (self._project.folder / "papers" / name).write_text(text)

    def ingest(self, workers: int) -> Outcome:
        return self._project.run("ingest", "papers", "--workers", str(workers))

    def made(self) -> int:
        """How many were made since it was last asked."""
        path = self._project.folder / "made"
        count = len(path.read_text()) if path.exists() else 0
        path.unlink(missing_ok=True)
        return count


@pytest.fixture
def noting(
    kgbuild_distribution: Callable[..., Path],
    kgbuild_project: Callable[[Mapping[str, str]], Project],
) -> Callable[[int], Noting]:
    def make(wanted: int) -> Noting:
        kgbuild_distribution(
            "kgbuild-aa-noted",
            modules={"aa_noted.py": PLUGIN.format(wanted=wanted)},
            entry_points={"aa-noted": "aa_noted"},
        )
        papers = {f"papers/{number}.txt": f"Text {number}." for number in range(8)}
        return Noting(kgbuild_project({"kgbuild.toml": CONFIGURATION, **papers}))

    return make


@pytest.mark.parametrize("workers", [0, 3])
def test_what_has_not_changed_makes_no_component(
    noting: Callable[[int], Noting], workers: int
) -> None:
    project = noting(1)
    assert project.ingest(workers).exit_code == 0
    assert project.made() >= 1
    outcome = project.ingest(workers)
    assert "8 unchanged" in outcome.stdout
    assert project.made() == 0


def test_one_changed_paper_starts_one_worker_of_those_allowed(
    noting: Callable[[int], Noting],
) -> None:
    project = noting(1)
    project.ingest(3)
    project.made()
    project.write("1.txt", "Other text.")
    outcome = project.ingest(3)
    assert "1 annotated" in outcome.stdout
    assert project.made() == 1


def test_more_workers_start_where_there_is_more_to_do(noting: Callable[[int], Noting]) -> None:
    project = noting(3)
    outcome = project.ingest(3)
    assert "8 annotated" in outcome.stdout, outcome.stderr
    assert project.made() == 3


def test_a_component_that_cannot_be_made_stops_the_run_and_leaves_no_graph(
    kgbuild_distribution: Callable[..., Path],
    kgbuild_project: Callable[[Mapping[str, str]], Project],
) -> None:
    source = PLUGIN.replace("return Noted()", "raise OSError('no weights here')")
    kgbuild_distribution(
        "kgbuild-aa-noted",
        modules={"aa_noted.py": source.format(wanted=0)},
        entry_points={"aa-noted": "aa_noted"},
    )
    project = kgbuild_project({"kgbuild.toml": CONFIGURATION, "papers/a.txt": "Aspirin."})
    outcome = project.run("ingest", "papers", "--workers", "1")
    assert outcome.exit_code == 2
    assert "no weights here" in outcome.stderr
    assert not (project.folder / "kg").exists()
