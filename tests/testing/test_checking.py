"""``plugins check``: the contract suite on a plugin, in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kgbuild.errors import UsageError
from kgbuild.host import Host
from kgbuild.host.checking import check_plugin

Distribution = Callable[..., Path]

NOISY = """
    from pydantic import BaseModel, ConfigDict
    from kgbuild import Annotations, ExtractorSpec, hookimpl

    class Settings(BaseModel):
        model_config = ConfigDict(extra="forbid")
        word: str

    class Noisy:
        def __init__(self, settings):
            self.word = settings.word
        def extract(self, batch):
            print(self.word)
            return [Annotations() for task in batch]

    @hookimpl
    def kgbuild_extractors():
        yield ExtractorSpec(name="aa-noisy", summary="Noisy.", create=Noisy, settings=Settings,
                            categories=frozenset({"biolink:Gene"}))

    @hookimpl
    def kgbuild_after_document(result=None):
        pass
"""


def test_a_plugin_that_breaks_laws_is_told_which(kgbuild_distribution: Distribution) -> None:
    kgbuild_distribution(
        "kgbuild-aa", modules={"aa_noisy.py": NOISY}, entry_points={"aa": "aa_noisy"}
    )
    findings = check_plugin(Host.load(), "aa", {"aa-noisy": {"word": "hark"}})
    failed = {finding.law: finding.detail for finding in findings if finding.failed}
    assert set(failed) == {
        "it prints nothing",
        "it loads and offers something",
        "the distribution says what it needs",
    }
    assert (
        "pluggy never passes arguments that have defaults"
        in failed["it loads and offers something"]
    )
    assert "every promise is kept" in {finding.law for finding in findings}


def test_a_broken_plugin_gives_one_finding(kgbuild_distribution: Distribution) -> None:
    kgbuild_distribution("kgbuild-aa", modules={}, entry_points={"aa": "aa_is_not_there"})
    (finding,) = check_plugin(Host.load(), "aa")
    assert str(finding) == (
        "failed: aa: it loads: "
        "fails to import: ModuleNotFoundError: No module named 'aa_is_not_there'"
    )


def test_a_plugin_that_is_not_there_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="there is no plugin 'aa-nobody'"):
        check_plugin(Host.load(), "aa-nobody")


def test_without_pytest_the_error_says_what_to_install(
    kgbuild_distribution: Distribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host.load(only_builtins=True)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UsageError) as caught:
        check_plugin(host, "kgbuild.segmenters.rules")
    assert caught.value.hints == ("pip install 'kgbuild[test]'",)
