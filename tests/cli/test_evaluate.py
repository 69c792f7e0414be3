"""``kgbuild evaluate``: the configured pipeline, or a file, against gold."""

from __future__ import annotations

import json
from typing import Any

import pytest

GOLD = """\
1|t|Aspirin eases headache.
1|a|Ibuprofen may cause nausea or cough.
1\t0\t7\tAspirin\tChemical\tD001241
1\t14\t22\theadache\tDisease\tD006261
1\t24\t33\tIbuprofen\tChemical\tD007052
1\t44\t50\tnausea\tDisease\tD000001
1\tCID\tD007052\tD006261

"""


def evaluated(project: Any, *arguments: str) -> dict[str, Any]:
    project.write("gold.pubtator", GOLD)
    code, out, err = project.run("evaluate", "papers/gold.pubtator", "--json", *arguments)
    assert code == 0, err
    result: dict[str, Any] = json.loads(out)
    return result


def test_the_pipeline_is_scored_by_mentions(project: Any) -> None:
    result = evaluated(project)
    together = result["together"]
    # "cough" is in the word list but not in the gold
    assert (together["right"], together["spurious"], together["missed"]) == (4, 1, 0)
    assert result["mistakes"] == [
        {
            "document": "pubmed:1",
            "kind": "spurious",
            "type": "biolink:DiseaseOrPhenotypicFeature",
            "text": "cough",
        }
    ]


def test_links_are_scored_end_to_end_and_with_gold_mentions(project: Any) -> None:
    both = evaluated(project, "--task", "links")
    ends = both["together"]
    assert (ends["right"], ends["spurious"], ends["missed"]) == (3, 2, 1)
    given = evaluated(project, "--task", "links", "--gold-mentions")["together"]
    assert (given["right"], given["spurious"], given["missed"]) == (3, 1, 1)
    assert both["gold_entities"]["together"] == given
    assert evaluated(project, "--task", "links", "--gold-links")["together"]["f1"] == 1.0


def test_a_file_of_predictions_is_scored_and_nothing_is_run(project: Any) -> None:
    project.write("mine.pubtator", GOLD.replace("1\t0\t7\tAspirin\tChemical\tD001241\n", ""))
    result = evaluated(
        project, "--predictions", "papers/mine.pubtator", "--set", "pipeline.extractors=[]"
    )
    assert result["together"]["missed"] == 1
    perfect = evaluated(project, "--predictions", "papers/gold.pubtator", "--task", "relations")
    assert perfect["together"] == perfect["parts"]["pair"]
    assert perfect["together"]["right"] == 1


RELATED = """\
1|t|Aspirin caused headache.
1|a|Ibuprofen caused nausea in mice.
1\t0\t7\tAspirin\tChemical\tD001241
1\t15\t23\theadache\tDisease\tD006261
1\t25\t34\tIbuprofen\tChemical\tD007052
1\t42\t48\tnausea\tDisease\tD000001
1\tCID\tD001241\tD006261
1\tCID\tD007052\tD000001

"""


def test_relations_are_scored_end_to_end_and_with_the_golds_entities(project: Any) -> None:
    pytest.importorskip("kgbuild_spacy")
    project.write("related.pubtator", RELATED)
    code, out, err = project.run(
        "evaluate", "papers/related.pubtator", "--task", "relations", "--json"
    )
    assert code == 0, err
    result = json.loads(out)
    assert result["convention"] == "cid"
    # The word list gives nausea another identifier than the gold.
    ends, given = result["together"], result["gold_entities"]["together"]
    assert (ends["right"], ends["spurious"], ends["missed"]) == (1, 1, 1)
    assert (given["right"], given["spurious"], given["missed"]) == (2, 0, 0)
    assert result["gold_entities"]["part_intervals"]["pair"] == [1.0, 1.0]
    _, out, _ = project.run("evaluate", "papers/related.pubtator", "--task", "relations")
    assert "relations, 1 document, cid, end to end" in out
    assert "relations, 1 document, cid, gold entities" in out
    [header, *rows] = out.partition("gold entities\n")[2].splitlines()[:4]
    assert header.endswith("95% of F1, over documents")
    assert [row.split()[0] for row in rows] == ["CID", "together", "pair"]
    assert all(row.endswith("1.0000 to 1.0000") for row in rows)


def test_identifiers_are_mapped_by_the_terminology_unless_given_ones_are_wanted(
    project: Any,
) -> None:
    obo = "[Term]\nid: mesh:D001241\nname: aspirin\nalt_id: mesh:D999001\n"
    (project.folder / "terms.obo").write_text(f"format-version: 1.2\n\n{obo}")
    settings = project.folder / "kgbuild.toml"
    settings.write_text(settings.read_text().replace("terms.tsv", "terms.obo"))
    project.write("old.pubtator", RELATED.replace("D001241", "D999001"))
    project.write("mine.pubtator", RELATED)
    arguments = ["papers/old.pubtator", "--predictions", "papers/mine.pubtator", "--json"]
    mapped = project.run("evaluate", *arguments, "--task", "links")
    assert json.loads(mapped[1])["together"]["missed"] == 0
    given = project.run("evaluate", *arguments, "--task", "links", "--given-identifiers")
    assert json.loads(given[1])["together"]["missed"] == 1


def test_names_of_the_training_gold_are_scored_apart(project: Any) -> None:
    project.write("train.pubtator", GOLD.replace("headache", "migraine"))
    parts = evaluated(project, "--seen", "papers/train.pubtator")["parts"]
    assert parts["seen"]["right"] == 3
    assert parts["unseen"]["right"] == 1


def test_the_table_names_types_and_the_worst_mistakes(project: Any) -> None:
    project.write("gold.pubtator", GOLD)
    _, out, _ = project.run("evaluate", "papers/gold.pubtator")
    assert "ChemicalEntity" in out
    assert "1 spurious DiseaseOrPhenotypicFeature: 'cough' (in pubmed:1)" in out


def test_text_without_annotations_is_no_gold(project: Any) -> None:
    project.write("plain.txt", "Aspirin eases headache.")
    code, _, err = project.run("evaluate", "papers/plain.txt")
    assert code == 2
    assert "has no annotations to score against" in err
    assert "hint:" in err


def test_a_pipeline_that_finds_nothing_is_not_scored(project: Any) -> None:
    project.write("gold.pubtator", GOLD)
    gold, none = "papers/gold.pubtator", ("--set", "pipeline.extractors=[]")
    code, out, err = project.run("evaluate", gold, *none)
    assert (code, out) == (2, "")
    assert "no extractor is configured" in err
    assert "kgbuild init" in err
    linked = evaluated(project, "--task", "links", "--gold-mentions", *none)
    assert linked["together"]["right"] == 3
