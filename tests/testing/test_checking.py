"""``plugins check``: the contract suite on a plugin, in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from kgbuild.errors import UsageError
from kgbuild.host import Host
from kgbuild.host.checking import check_plugin
from kgbuild.testing.plugin import Project

Distribution = Callable[..., Path]
MakeProject = Callable[[dict[str, str]], Project]

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


def test_a_plugin_in_a_file_is_checked_where_it_lies(kgbuild_project: MakeProject) -> None:
    quiet = NOISY.replace("print(self.word)", "pass").replace("word: str", 'word: str = ""')
    project = kgbuild_project({"quiet.py": dedent(quiet).replace("(result=None)", "(result)")})
    outcome = project.run("plugins", "check", "quiet", "--plugin", "quiet.py")
    assert outcome.exit_code == 0, outcome.stdout
    assert "passed: extractor aa-noisy: every promise is kept" in outcome.stdout
    assert " 0 broken" in outcome.stdout


MEDDLING = """
    from pydantic import BaseModel, ConfigDict
    from kgbuild import Annotations, ExtractorSpec, hookimpl

    class Settings(BaseModel):
        model_config = ConfigDict(extra="forbid")

    class Meddling:
        def __init__(self, settings):
            import random, torch
            self.random, self.torch = random, torch
        def extract(self, batch):
            for task in batch:
                {act}
            return [Annotations() for task in batch]

    @hookimpl
    def kgbuild_extractors():
        yield ExtractorSpec(name="aa-meddling", summary="Meddling.", create=Meddling,
                            settings=Settings, categories=frozenset({{"biolink:Gene"}}))
"""


@pytest.mark.parametrize(
    ("act", "law"),
    [
        ("self.random.seed(0)", "it leaves the process as it was"),
        ("self.torch.set_num_threads(1)", "it leaves the process as it was"),
        ('object.__setattr__(task.document, "text", "")', "the input is unchanged"),
    ],
    ids=["seeds", "threads", "edits"],
)
def test_a_plugin_that_meddles_is_told_with_what(
    kgbuild_distribution: Distribution, act: str, law: str
) -> None:
    pytest.importorskip("torch")
    kgbuild_distribution(
        "kgbuild-aa",
        modules={"aa_meddling.py": MEDDLING.format(act=act)},
        entry_points={"aa": "aa_meddling"},
    )
    assert law in {one.law for one in check_plugin(Host.load(), "aa") if one.failed}


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


def test_the_command_says_how_many_laws_hold(
    kgbuild_distribution: Distribution, kgbuild_project: Callable[..., Project]
) -> None:
    kgbuild_distribution(
        "kgbuild-aa", modules={"aa_noisy.py": NOISY}, entry_points={"aa": "aa_noisy"}
    )
    project = kgbuild_project({"kgbuild.toml": "[components.aa-noisy]\nword = 'hark'\n"})
    outcome = project.run("plugins", "check", "aa")
    assert outcome.exit_code == 1
    assert "laws tried, 3 broken" in outcome.stdout
    good = project.run("plugins", "check", "kgbuild.segmenters.rules")
    assert (good.exit_code, "failed" in good.stdout) == (0, False)


def test_the_command_writes_a_plugin_where_one_stands(
    kgbuild_project: Callable[..., Project],
) -> None:
    project = kgbuild_project({"papers/a.txt": "Aspirin."})
    outcome = project.run("plugins", "new", "mine")
    assert outcome.exit_code == 0
    assert (project.folder / "kgbuild-mine" / "kgbuild_mine" / "plugin.py").is_file()
