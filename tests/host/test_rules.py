"""Rules that plugins offer: chosen by name, applied, named in proofs, and refused where wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kgbuild.host import Host
from kgbuild.host.checking import check_plugin
from kgbuild.testing.library import Library, Said
from kgbuild.testing.plugin import Project

PLUGIN = '''
    from kgbuild import RulesSpec, hookimpl

    RULES = """
    % What causes a disease harms.
    #[name("harmful-cause")] #[display("{{?x}} causes {{?d}}")] #[confidence(0.5)]
    harms(?x, {disease}) :- biolink:causes(?x, ?d) .
    """

    class Mine:
        def texts(self):
            return {texts}

    @hookimpl
    def kgbuild_rules():
        yield RulesSpec(name="harm", summary="What harms.", create=lambda settings: Mine())
'''


@pytest.fixture
def project(tmp_path: Path, kgbuild_project: Callable[..., Project]) -> Project:
    Library(tmp_path / "project" / "kg").add({"pubmed:1": [Said("C1", "causes", "D1")]})
    return kgbuild_project({})


@pytest.fixture
def install(kgbuild_distribution: Callable[..., Path]) -> Callable[..., None]:
    def installed(disease: str = "?d", texts: str = '{"harm.rls": RULES}') -> None:
        kgbuild_distribution(
            "kgbuild-harm",
            modules={"harm_rules.py": PLUGIN.format(disease=disease, texts=texts)},
            entry_points={"harm": "harm_rules"},
            summary="What harms.",
            requires=("kgbuild>=0.1,<0.2",),
        )

    return installed


def test_rules_of_a_plugin_are_applied_where_they_are_named(project, install):
    install()
    assert "harms" not in project.run("reason", "--list").stdout
    listed = project.run("reason", "--rules", "harm", "--list").stdout
    assert "c1 — harms — d1  [harmful-cause]" in listed
    both = project.run("reason", "--rules", "harm", "--rules", "biomedicine", "--list").stdout
    assert "harms" in both
    assert "promotes" in both


def test_the_configuration_names_sets_of_rules(project, install):
    install()
    listed = project.run("reason", "--list", "--set", 'reasoning.rules=["harm"]').stdout
    assert "harms" in listed
    assert "promotes" not in listed


def test_a_proof_says_which_plugin_its_rule_is_from(project, install):
    install()
    project.run("reason", "--rules", "harm")
    told = project.run("explain", "mesh:C1", "harms", "mesh:D1").stdout
    assert "by rule harmful-cause (harm.rls of plugin harm, line 3, confidence 0.5)" in told
    tree = json.loads(project.run("explain", "mesh:C1", "harms", "mesh:D1", "--json").stdout)
    assert tree["proofs"][0]["tree"]["file"] == "harm.rls of plugin harm"
    assert project.run("verify").exit_code == 0


def test_plugins_show_names_the_rules(project, install):
    install()
    shown = project.run("plugins", "show", "harm").stdout
    assert "rules harm: What harms." in shown
    assert "  harmful-cause: harms  {?x} causes {?d}" in shown


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"disease": "?e"}, "harm.rls of plugin harm, line 3: rule 'harmful-cause': ?e stands in"),
        ({"texts": "[1]"}, "texts raised TypeError"),
        ({"texts": '{"harm.rls": 1}'}, "texts must map names of files to rules as text"),
    ],
)
def test_rules_that_cannot_be_applied_are_named_with_their_plugin(project, install, wrong, told):
    install(**wrong)
    outcome = project.run("reason", "--rules", "harm")
    assert outcome.exit_code == 2
    assert told in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_a_set_that_nobody_offers_is_an_error_that_lists_what_is(project):
    outcome = project.run("reason", "--rules", "biomedicin")
    assert outcome.exit_code == 2
    assert "no rules named 'biomedicin'" in outcome.stderr
    assert "available: biomedicine" in outcome.stderr


def test_the_contract_suite_runs_on_rules(install):
    install()
    findings = check_plugin(Host.load(), "harm")
    assert "the rules can be applied" in {finding.law for finding in findings}
    assert not [str(finding) for finding in findings if finding.failed]
