"""What the host finds, in which order, and what it leaves alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kgbuild.errors import (
    PluginConflictError,
    UnknownComponentError,
    UsageError,
)
from kgbuild.host import Host, PluginStatus, list_plugins

Distribution = Callable[..., Path]

EXTRACTOR = """
from kgbuild import Annotations, ExtractorSpec, hookimpl

class Nothing:
    def extract(self, batch):
        return [Annotations() for task in batch]

@hookimpl
def kgbuild_extractors():
    yield ExtractorSpec(name="{name}", summary="Nothing.", create=lambda settings: Nothing())
"""


def install(distribution: Distribution, name: str) -> None:
    module = name.replace("-", "_")
    distribution(
        f"kgbuild-{name}",
        modules={f"{module}.py": EXTRACTOR.format(name=name)},
        entry_points={name: module},
        version="2.5",
    )


def test_entry_points_load_in_the_order_of_their_names(kgbuild_distribution: Distribution) -> None:
    for name in ("zz-last", "aa-first", "mm-middle"):
        install(kgbuild_distribution, name)
    names = [record.name for record in Host.load().plugins if not record.built_in]
    assert names == sorted(names)
    assert {"aa-first", "mm-middle", "zz-last"} <= set(names)


def test_built_ins_come_first_and_alone_when_asked(kgbuild_distribution: Distribution) -> None:
    install(kgbuild_distribution, "aa-first")
    assert Host.load().plugins[0].built_in
    assert all(record.built_in for record in Host.load(only_builtins=True).plugins)


def test_a_loaded_plugin_says_where_it_comes_from(kgbuild_distribution: Distribution) -> None:
    install(kgbuild_distribution, "aa-first")
    host = Host.load()
    (record,) = [one for one in host.plugins if one.name == "aa-first"]
    assert (record.provider, record.status) == ("kgbuild-aa-first 2.5", PluginStatus.LOADED)
    offer = host.specs("extractor")["aa-first"]
    assert (offer.plugin, offer.provider) == ("aa-first", "kgbuild-aa-first 2.5")


def test_an_essential_built_in_cannot_be_disabled() -> None:
    with pytest.raises(UsageError, match=r"'kgbuild\.readers\.text' is essential"):
        Host.load(disable=["kgbuild.readers.text"])


def test_another_built_in_can_be_disabled() -> None:
    host = Host.load(disable=["kgbuild.readers.ris"], only_builtins=True)
    assert "ris" not in host.specs("reader")
    with pytest.raises(UnknownComponentError) as caught:
        host.spec("reader", "ris")
    assert "plugin 'kgbuild.readers.ris' is disabled" in caught.value.hints


def test_a_name_to_disable_that_no_plugin_has_is_warned_about() -> None:
    (warning,) = Host.load(disable=["kgbuild.readers.riss"]).warnings
    assert "there is no plugin 'kgbuild.readers.riss' to disable" in str(warning)
    assert warning.hints == ("did you mean 'kgbuild.readers.ris'?",)


def test_an_unknown_component_lists_those_there_are_and_the_nearest(
    kgbuild_distribution: Distribution,
) -> None:
    install(kgbuild_distribution, "aa-shout")
    with pytest.raises(UnknownComponentError) as caught:
        Host.load().create("extractor", "aa-shot")
    assert "aa-shout" in caught.value.available
    assert "did you mean 'aa-shout'?" in caught.value.hints


def test_an_unknown_component_points_at_the_broken_plugin_that_may_have_had_it(
    kgbuild_distribution: Distribution,
) -> None:
    kgbuild_distribution("kgbuild-ab", modules={}, entry_points={"ab": "not_there_at_all"})
    with pytest.raises(UnknownComponentError) as caught:
        Host.load().spec("extractor", "ab")
    assert any("plugin 'ab' is broken: fails to import" in hint for hint in caught.value.hints)


def test_a_plugin_file_is_run_when_it_is_named(tmp_path: Path) -> None:
    file = tmp_path / "loud.py"
    file.write_text(EXTRACTOR.format(name="loud"), encoding="utf-8")
    host = Host.load(files=[file])
    assert host.specs("extractor")["loud"].distribution == "loud.py"
    assert host.source("extractor", "loud").version.startswith("sha256:")


def test_a_changed_plugin_file_has_another_version(tmp_path: Path) -> None:
    file = tmp_path / "loud.py"
    versions = set()
    for comment in ("# one\n", "# two\n"):
        file.write_text(comment + EXTRACTOR.format(name="loud"), encoding="utf-8")
        versions.add(Host.load(files=[file]).source("extractor", "loud").version)
    assert len(versions) == 2


def test_nothing_in_the_working_directory_is_run_uninvited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("plugin.py", "conftest.py", "kgbuild_plugin.py"):
        (tmp_path / name).write_text("raise SystemExit('run')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert all(record.place != str(tmp_path) for record in Host.load().plugins)


def test_a_plugin_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no plugin file .*gone\.py"):
        Host.load(files=[tmp_path / "gone.py"])


def test_a_file_and_an_entry_point_of_one_name_are_a_conflict(
    kgbuild_distribution: Distribution, tmp_path: Path
) -> None:
    install(kgbuild_distribution, "loud")
    file = tmp_path / "loud.py"
    file.write_text(EXTRACTOR.format(name="other"), encoding="utf-8")
    with pytest.raises(PluginConflictError):
        Host.load(files=[file])


def test_a_trace_line_names_hook_plugin_result_and_time(
    kgbuild_distribution: Distribution,
) -> None:
    install(kgbuild_distribution, "aa-first")
    lines: list[str] = []
    Host.load(trace=lines.append).specs("extractor")
    (line,) = [line for line in lines if "[aa-first]" in line]
    assert line.startswith("kgbuild_extractors [aa-first] -> aa-first (")
    assert line.endswith(" ms)")


def test_listing_imports_no_plugin(kgbuild_distribution: Distribution) -> None:
    install(kgbuild_distribution, "aa-first")
    assert "aa-first" in [record.name for record in list_plugins()]
    assert "aa_first" not in sys.modules


def test_a_host_imports_no_format_before_it_is_wanted() -> None:
    script = (
        "import sys; from kgbuild.host import Host; host = Host.load(only_builtins=True)\n"
        "heavy = {'lxml', 'rdflib', 'networkx', 'numpy', 'pydantic', 'pypdfium2', 'pyoxigraph'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "host.specs('segmenter'); assert 'lxml' not in sys.modules\n"
        "host.specs('reader'); assert 'lxml' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
