"""``kgbuild.annotate``: one string in Python."""

from __future__ import annotations

from pathlib import Path

import pytest

import kgbuild


@pytest.fixture
def project(small_project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(small_project)
    return small_project


def test_a_string_is_annotated_by_the_configured_pipeline(project: Path) -> None:
    said = kgbuild.annotate("Aspirin treats headache. It is cheap.")
    assert [m.text for m in said.annotations.mentions] == ["Aspirin", "headache"]
    assert [r.predicate for r in said.annotations.relations] == ["biolink:treats"]
    assert len(said.document.sentences) == 2
    assert kgbuild.annotate("Aspirin treats headache. It is cheap.") == said


def test_a_configuration_can_be_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.parent)
    said = kgbuild.annotate("Aspirin.", config=project / "kgbuild.toml")
    assert [link.concept for link in said.annotations.links] == ["mesh:D001241"]


def test_a_document_keeps_its_identifier(project: Path) -> None:
    document = kgbuild.Document(id="pubmed:1", text="Aspirin.")
    assert kgbuild.annotate(document).document.id == "pubmed:1"


def test_nothing_in_a_text_is_no_failure(project: Path) -> None:
    assert not kgbuild.annotate("").annotations
    assert not kgbuild.annotate("Nothing here.").annotations


def test_a_component_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kgbuild.toml").write_text('[pipeline]\nextractors = ["no-such"]\n')
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kgbuild.KgbuildError, match="no-such"):
        kgbuild.annotate("Aspirin.")
