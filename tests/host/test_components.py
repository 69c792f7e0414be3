"""Settings, sources, and the choice of readers and exporters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kgbuild.errors import (
    AmbiguousFormatError,
    ConfigError,
    ContractError,
    UnknownComponentError,
    UnknownFormatError,
    UsageError,
)
from kgbuild.host import Host

Distribution = Callable[..., Path]

PLUGIN = """
from pathlib import Path
from pydantic import BaseModel, ConfigDict
from kgbuild import Annotations, ExporterSpec, ExtractorSpec, ReaderSpec, hookimpl

class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    minimum: int = 3
    terms: Path | None = None
    only: frozenset[str] = frozenset()

class Component:
    def __init__(self, settings):
        self.settings = settings
    def extract(self, batch):
        return [Annotations() for task in batch]

@hookimpl
def kgbuild_extractors():
    yield ExtractorSpec(name="mine", summary="Mine.", create=Component, settings=Settings)

@hookimpl
def kgbuild_readers():
    def reader(name, accepts, **facts):
        return ReaderSpec(name=name, summary=name, create=Component, accepts=accepts,
                          suffixes=(".zz",), **facts)
    yield reader("zz-one", lambda name, head: name.endswith(".zz"))
    yield reader("zz-two", lambda name, head: head == b"two")
    yield reader("zz-rest", lambda name, head: head == b"\\0rest", fallback=True)
    yield reader("zz-bad", lambda name, head: 1 / 0)

@hookimpl
def kgbuild_exporters():
    def exporter(name, *suffixes):
        return ExporterSpec(name=name, summary=name, create=Component, suffixes=suffixes)
    yield exporter("zz-table", ".zz")
    yield exporter("zz-graph", ".graph.zz", ".both")
    yield exporter("zz-other", ".both")
"""


@pytest.fixture
def host(kgbuild_distribution: Distribution) -> Host:
    kgbuild_distribution(
        "kgbuild-zz", modules={"zz_plugin.py": PLUGIN}, entry_points={"zz": "zz_plugin"}
    )
    return Host.load()


def test_a_component_gets_its_checked_settings(host: Host) -> None:
    assert host.create("extractor", "mine", {"minimum": "7"}).settings.minimum == 7
    assert host.create("extractor", "mine").settings.minimum == 3


def test_an_error_in_settings_says_where_each_key_was_written(host: Host) -> None:
    def place(key: str) -> str:
        return {"components.mine.minimum": "kgbuild.toml, line 9"}[key]

    with pytest.raises(ConfigError, match=r"components\.mine\.minimum: .*kgbuild\.toml, line 9"):
        host.create("extractor", "mine", {"minimum": "few"}, place=place)


def test_relative_paths_start_from_the_project(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    project = Host.load(root=Path("/project"))
    made = project.create("extractor", "mine", {"terms": "lists/terms.tsv"})
    assert made.settings.terms == Path("/project/lists/terms.tsv")
    assert host.create("extractor", "mine", {"terms": "a"}).settings.terms == Path("a")


def test_a_fingerprint_hashes_settings_in_any_order_and_spelling(host: Host) -> None:
    given = host.source("extractor", "mine", {"only": ["b", "a"], "minimum": 3})
    assert host.source("extractor", "mine", {"minimum": "3", "only": ["a", "b"]}) == given
    assert host.source("extractor", "mine", {"only": ["a"]}) != given
    assert (given.component, given.distribution, given.version) == ("mine", "kgbuild-zz", "1.0")


def test_a_fingerprint_is_of_the_file_and_not_of_where_it_lies(host: Host, tmp_path: Path) -> None:
    paths = [tmp_path / "a.tsv", tmp_path / "b.tsv"]
    for path in paths:
        path.write_text("aspirin\tmesh:D001241\n", encoding="utf-8")
    first, second = (host.source("extractor", "mine", {"terms": str(path)}) for path in paths)
    assert first == second
    paths[0].write_text("aspirin\tmesh:D000001\n", encoding="utf-8")
    assert host.source("extractor", "mine", {"terms": str(paths[0])}) != first


def test_a_fingerprint_has_not_changed_since_it_was_first_written(host: Host) -> None:
    """It names stages in stores that people have: changing it repeats all their work."""
    source = host.source("extractor", "mine", {"minimum": 3})
    assert source.fingerprint == "ed5c89d8b5f24d2178ff8356d1aa2f1f"


def test_the_reader_that_claims_a_file_reads_it(host: Host) -> None:
    assert host.reader_for("a.zz", b"") == "zz-one"
    assert host.reader_for("a", b"two") == "zz-two"


def test_a_fallback_reads_what_nobody_else_claims(host: Host) -> None:
    assert host.reader_for("a.unclaimed", b"\0rest") == "zz-rest"
    assert host.reader_for("a.zz", b"\0rest") == "zz-one"


def test_two_readers_that_claim_one_file_are_an_error_unless_one_is_named(host: Host) -> None:
    with pytest.raises(AmbiguousFormatError) as caught:
        host.reader_for("a.zz", b"two")
    assert caught.value.readers == ("zz-one", "zz-two")
    assert host.reader_for("a.zz", b"two", forced="zz-two") == "zz-two"


def test_a_file_that_nobody_claims_is_an_error_that_lists_the_readers(host: Host) -> None:
    with pytest.raises(UnknownFormatError) as caught:
        host.reader_for("a.unclaimed", b"\x00\x01\x02")
    assert "zz-one (.zz)" in caught.value.hints[0]
    assert "a.unclaimed" in str(caught.value)


def test_a_reader_that_raises_when_asked_claims_nothing_and_is_warned_about_once(
    host: Host,
) -> None:
    for _ in range(2):
        assert host.reader_for("a.zz", b"") == "zz-one"
    (warning,) = [w for w in host.warnings if isinstance(w, ContractError)]
    assert str(warning) == "zz-bad on a.zz: accepts raised ZeroDivisionError: division by zero"


def test_a_reader_that_is_not_there_is_named(host: Host) -> None:
    with pytest.raises(UnknownComponentError, match="no reader named 'zz-won'"):
        host.reader_for("a.zz", b"", forced="zz-won")


def test_the_longest_suffix_chooses_the_exporter(host: Host) -> None:
    assert host.exporter_for(Path("out/a.zz")) == "zz-table"
    assert host.exporter_for(Path("out/a.GRAPH.zz")) == "zz-graph"
    assert host.exporter_for(Path("out/a.zz"), "zz-graph") == "zz-graph"


def test_two_exporters_of_one_suffix_are_an_error_that_names_both(host: Host) -> None:
    with pytest.raises(UsageError, match=r"zz-graph and zz-other both write 'a\.both'"):
        host.exporter_for(Path("a.both"))


def test_a_suffix_that_no_exporter_has_is_an_error_that_lists_them(host: Host) -> None:
    with pytest.raises(UsageError, match=r"no exporter for 'a\.docx'; there is .*zz-table \(\.zz"):
        host.exporter_for(Path("a.docx"))
