"""Rules and cues as data: those that ship are good, a user's own are used or clearly refused."""

from __future__ import annotations

import pytest
from kgbuild_spacy.plugin import EXTRACTOR
from kgbuild_spacy.rules import read_rules
from kgbuild_spacy.vocabulary import PREDICATES

from kgbuild import ConfigError, Task, relation_of
from kgbuild.host import Host
from kgbuild.statements import read_cues
from kgbuild.testing.builders import make_document
from kgbuild.vocabulary import check_category, check_predicate, qualifiers

RULES, VERBS = read_rules(None)

OWN = """
[categories]
drug = ["biolink:ChemicalEntity"]
illness = ["biolink:DiseaseOrPhenotypicFeature"]

[macros]
fixes = "(?:fixes|fixed)"

[[rule]]
id = "fixes"
predicate = "biolink:treats"
subject = "drug"
object = "illness"
first = "subject"
triggers = ["fix"]
between = "{gap} {fixes}{np}"
"""


def made(**settings):
    return EXTRACTOR.create(EXTRACTOR.settings_class()(**settings))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_shipped_rule_is_a_pattern_and_speaks_biolink(rule):
    rule.check()
    check_predicate(rule.meaning.predicate)
    for category in rule.first | rule.second:
        check_category(category)
    assert {key for key, _ in rule.meaning.qualifiers} <= set(qualifiers())
    for _, kept in rule.meaning.conditions:
        assert relation_of(kept) == rule.meaning


def test_shipped_rules_have_names_of_their_own():
    names = [rule.id for rule in RULES] + [verb.id for _, verb in VERBS]
    assert len(set(names)) == len(names) >= 60


def test_what_is_declared_exists_in_biolink():
    assert {check_predicate(predicate) for predicate in PREDICATES} == PREDICATES


def test_a_users_own_rules_take_the_place_of_ours(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(OWN)
    document, gold = make_document(
        "[Tea](chemical:mesh:D1) fixed [gout](disease:mesh:D2). "
        "[Tea](chemical:mesh:D1) caused [gout](disease:mesh:D2)."
    )
    (found,) = made(rules=path).extract([Task(document=document, annotations=gold)])
    assert [r.predicate for r in found.relations] == ["biolink:treats"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('"biolink:treats"', '"biolink:cures"'), "biolink:cures"),
        (("{fixes}", "{mends}"), "mends"),
        (('subject = "drug"', 'subject = "herb"'), "herb"),
        (("{np}", "(("), "not a pattern"),
        (('first = "subject"', 'first = "verb"'), "first"),
        (("[[rule]]", "[[rule"), "TOML"),
        (('id = "fixes"', 'id = "fixes"\nweight = 3'), "weight"),
    ],
)
def test_a_wrong_rule_is_named(tmp_path, change, told):
    path = tmp_path / "wrong.toml"
    path.write_text(OWN.replace(*change, 1))
    with pytest.raises(ConfigError, match=told.replace("(", r"\(")) as caught:
        made(rules=path)
    assert str(path) in str(caught.value)


def test_missing_files_of_rules_and_cues_are_named_with_a_hint(tmp_path):
    for key in ("rules", "cues"):
        with pytest.raises(ConfigError, match=r"absent\.toml") as caught:
            made(**{key: tmp_path / "absent.toml"})
        assert caught.value.hints


def test_a_wrong_cue_is_refused(tmp_path):
    path = tmp_path / "cues.toml"
    path.write_text('[[status]]\nkind = "rumoured"\n')
    with pytest.raises(ConfigError, match="rumoured"):
        read_cues(path)


def test_other_rules_give_another_fingerprint(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(OWN)
    host = Host.load()
    shipped = host.source("extractor", EXTRACTOR.name)
    assert host.source("extractor", EXTRACTOR.name, {"rules": str(path)}) != shipped
