"""kgbuild alone, without a plugin: it works with its built-in parts and says what to install."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kgbuild.testing.plugin import Project

Projects = Callable[..., Project]

PUBTATOR = """\
990000001|t|Aspirin and headache.
990000001|a|One treats the other.
990000001\t0\t7\tAspirin\tChemical\tD001241
990000001\t12\t20\theadache\tDisease\tD006261
990000001\tCID\tD001241\tD006261

"""


@pytest.fixture
def project(kgbuild_project: Projects) -> Project:
    return kgbuild_project({"papers/a.pubtator": PUBTATOR})


def test_what_to_install_is_said_where_the_pipeline_is_empty(project: Project) -> None:
    said = project.run("init", "--no-plugins").stderr
    assert "note: no extractor is installed" in said
    assert "hint: pip install one or more of kgbuild-transformer" in said
    for verb in ("ingest", "annotate"):
        assert (
            "note: no extractor is installed" in project.run(verb, "papers", "--no-plugins").stderr
        )
    outcome = project.run("doctor", "--no-plugins")
    assert outcome.exit_code == 0
    assert "note: no extractor is installed" in outcome.stderr
    assert "no problems found" in outcome.stdout


def test_annotations_that_come_with_papers_make_a_graph(project: Project) -> None:
    project.run("init", "--no-plugins")
    options = ("--no-plugins", "--trust-annotations", "--workers", "0")
    outcome = project.run("ingest", "papers", *options)
    assert outcome.exit_code == 0
    assert "note:" not in outcome.stderr
    assert "Aspirin — biolink:contributes_to — headache" in project.run("show", "aspirin").stdout


def test_a_part_that_is_not_there_says_how_to_install_it(project: Project) -> None:
    outcome = project.run(
        "annotate", "papers", "--no-plugins", "--set", 'pipeline.extractors=["transformer"]'
    )
    assert outcome.exit_code == 2
    assert "hint: pip install kgbuild-transformer" in outcome.stderr
