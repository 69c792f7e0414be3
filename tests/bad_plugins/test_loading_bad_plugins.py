"""Each row of "what a bad plugin gets" about loading: a real distribution, broken in that way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kgbuild.errors import PluginConflictError, PluginLoadError
from kgbuild.host import Host, PluginRecord, PluginStatus, list_plugins

Distribution = Callable[..., Path]

GOOD = """
    from kgbuild import Annotations, ExtractorSpec, hookimpl

    class Nothing:
        def extract(self, batch):
            return [Annotations() for task in batch]

    @hookimpl
    def kgbuild_extractors():
        yield ExtractorSpec(name="zz-good", summary="Finds nothing.", create=lambda s: Nothing())
"""


@pytest.fixture
def good(kgbuild_distribution: Distribution) -> None:
    """A plugin that works, loaded after the broken one: it must not suffer."""
    kgbuild_distribution(
        "kgbuild-zz-good",
        modules={"zz_good.py": GOOD},
        entry_points={"zz-good": "zz_good"},
        summary="A good plugin.",
    )


def broken(distribution: Distribution, source: str, **facts: object) -> None:
    """Install the plugin ``aa-bad`` from its source."""
    distribution(
        "kgbuild-aa-bad",
        modules={"aa_bad.py": source},
        entry_points={"aa-bad": "aa_bad"},
        version="0.3",
        **facts,
    )


def record(host: Host, name: str = "aa-bad") -> PluginRecord:
    return next(one for one in host.plugins if one.name == name)


def warning(host: Host) -> str:
    """The one warning about the bad plugin, with its hints."""
    (found,) = [w for w in host.warnings if getattr(w, "plugin", "") == "aa-bad"]
    return found.report()


def assert_broken_alone(host: Host) -> None:
    assert record(host).status is PluginStatus.BROKEN
    assert record(host, "zz-good").status is PluginStatus.LOADED
    assert "zz-good" in host.specs("extractor")
    assert "kgbuild-aa-bad 0.3" in warning(host)
    assert "hint: kgbuild plugins check aa-bad" in warning(host)


@pytest.mark.usefixtures("good")
def test_a_plugin_that_fails_to_import_is_broken_and_the_others_load(
    kgbuild_distribution: Distribution,
) -> None:
    broken(kgbuild_distribution, "import a_module_that_is_not_there")
    host = Host.load()
    assert_broken_alone(host)
    assert "No module named 'a_module_that_is_not_there'" in warning(host)


@pytest.mark.usefixtures("good")
def test_a_script_that_ends_python_when_imported_is_broken_too(
    kgbuild_distribution: Distribution,
) -> None:
    broken(kgbuild_distribution, "import sys; sys.exit(0)")
    host = Host.load()
    assert_broken_alone(host)
    assert "SystemExit" in warning(host)


@pytest.mark.usefixtures("good")
def test_an_unknown_hook_is_named_with_the_nearest_and_the_list(
    kgbuild_distribution: Distribution,
) -> None:
    broken(
        kgbuild_distribution,
        """
        from kgbuild import hookimpl
        @hookimpl
        def kgbuild_extractorz():
            return []
        """,
    )
    host = Host.load()
    assert_broken_alone(host)
    assert "unknown hook 'kgbuild_extractorz'" in warning(host)
    assert "did you mean 'kgbuild_extractors'?" in warning(host)
    assert "kgbuild_after_document" in warning(host)


@pytest.mark.usefixtures("good")
def test_an_argument_that_the_hook_lacks_is_shown_with_both_signatures(
    kgbuild_distribution: Distribution,
) -> None:
    broken(
        kgbuild_distribution,
        """
        from kgbuild import hookimpl
        @hookimpl
        def kgbuild_extractors(config):
            return []
        """,
    )
    host = Host.load()
    assert_broken_alone(host)
    assert "hookimpl definition: kgbuild_extractors(config)" in warning(host)
    assert "hookspec definition: kgbuild_extractors() -> " in warning(host)


def test_a_default_for_a_hook_argument_is_warned_about(kgbuild_distribution: Distribution) -> None:
    broken(
        kgbuild_distribution,
        """
        from kgbuild import hookimpl
        @hookimpl
        def kgbuild_after_document(result=None):
            pass
        """,
    )
    assert "pluggy never passes arguments that have defaults" in warning(Host.load())


@pytest.mark.usefixtures("good")
@pytest.mark.parametrize(
    ("returned", "message"),
    [
        ("['shout']", "kgbuild_extractors must return ExtractorSpecs, got str"),
        ("7", "kgbuild_extractors raised TypeError: 'int' object is not iterable"),
        (
            "[kgbuild.SegmenterSpec(name='s', summary='', create=print)]",
            "kgbuild_extractors must return ExtractorSpecs, got SegmenterSpec",
        ),
        (
            "[kgbuild.ExtractorSpec(name='Big Name', summary='', create=print)]",
            "a name is lower case, joined by hyphens",
        ),
        (
            "[kgbuild.ExtractorSpec(name='s', summary='', create=print)] * 2",
            "kgbuild_extractors offers 's' twice",
        ),
    ],
)
def test_a_wrong_type_from_a_hook_is_named_with_the_expected_one(
    kgbuild_distribution: Distribution, returned: str, message: str
) -> None:
    broken(
        kgbuild_distribution,
        f"""
        import kgbuild
        @kgbuild.hookimpl
        def kgbuild_extractors():
            return {returned}
        """,
    )
    host = Host.load()
    assert "zz-good" in host.specs("extractor")
    assert_broken_alone(host)
    assert message in warning(host)


@pytest.mark.usefixtures("good")
def test_a_gathering_hook_that_raises_takes_back_all_that_its_plugin_offered(
    kgbuild_distribution: Distribution,
) -> None:
    broken(
        kgbuild_distribution,
        """
        from kgbuild import ExtractorSpec, SegmenterSpec, hookimpl
        @hookimpl
        def kgbuild_segmenters():
            yield SegmenterSpec(name="aa-lines", summary="", create=print)
        @hookimpl
        def kgbuild_extractors():
            yield ExtractorSpec(name="aa-first", summary="", create=print)
            raise RuntimeError("no word list")
        """,
    )
    host = Host.load()
    assert "aa-lines" in host.specs("segmenter")
    assert "aa-first" not in host.specs("extractor")
    assert_broken_alone(host)
    assert "kgbuild_extractors raised RuntimeError: no word list" in warning(host)
    assert "aa-lines" not in host.specs("segmenter")


@pytest.mark.usefixtures("good")
@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def kgbuild_extractors(): return []", "kgbuild_extractors is not marked as a hook"),
        ("x = 1", "implements no hook"),
        (
            """
            import kgbuild
            @kgbuild.hookimpl(wrapper=True)
            def kgbuild_extractors():
                return (yield)
            """,
            "kgbuild_extractors is a hook wrapper",
        ),
    ],
)
def test_a_hook_that_would_never_be_called_is_an_error(
    kgbuild_distribution: Distribution, source: str, message: str
) -> None:
    broken(kgbuild_distribution, source)
    host = Host.load()
    assert_broken_alone(host)
    assert message in warning(host)


def test_one_entry_point_name_in_two_distributions_stops_the_run(
    kgbuild_distribution: Distribution,
) -> None:
    first = kgbuild_distribution(
        "kgbuild-one", modules={"one.py": GOOD}, entry_points={"aa-same": "one"}, version="1.1"
    )
    second = kgbuild_distribution(
        "kgbuild-two", modules={"two.py": GOOD}, entry_points={"aa-same": "two"}, version="2.2"
    )
    with pytest.raises(PluginConflictError) as caught:
        Host.load()
    for fact in ("kgbuild-one 1.1", "kgbuild-two 2.2", str(first), str(second), "aa-same"):
        assert fact in str(caught.value)


def test_one_component_name_in_two_plugins_stops_the_run(
    kgbuild_distribution: Distribution,
) -> None:
    for name in ("one", "two"):
        kgbuild_distribution(
            f"kgbuild-aa-{name}",
            modules={f"aa_{name}.py": GOOD},
            entry_points={f"aa-{name}": f"aa_{name}"},
        )
    host = Host.load()
    with pytest.raises(PluginConflictError) as caught:
        host.specs("extractor")
    report = caught.value.report()
    assert "extractor 'zz-good' is offered by aa-one (kgbuild-aa-one 1.0)" in report
    assert "by aa-two (kgbuild-aa-two 1.0)" in report
    assert "hint: disable one in [plugins]: disable = ['aa-one'] or disable = ['aa-two']" in report
    assert "zz-good" in Host.load(disable=["aa-two"]).specs("extractor")


@pytest.mark.usefixtures("good")
def test_a_plugin_for_another_kgbuild_is_not_imported(kgbuild_distribution: Distribution) -> None:
    broken(
        kgbuild_distribution,
        "raise AssertionError('imported')",
        requires=["kgbuild-model>=9", 'kgbuild>=9; extra == "new"', "kgbuild>=7,<8"],
    )
    host = Host.load()
    assert record(host).status is PluginStatus.INCOMPATIBLE
    assert record(host).problem == "needs kgbuild<8,>=7; this is kgbuild 0.1.0"
    assert "zz-good" in host.specs("extractor")
    assert "kgbuild-aa-bad 0.3" in warning(host)


def test_strict_turns_a_broken_plugin_into_an_error_with_its_cause(
    kgbuild_distribution: Distribution,
) -> None:
    broken(kgbuild_distribution, "1 / 0")
    with pytest.raises(PluginLoadError) as caught:
        Host.load(strict=True)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_disabled_plugin_is_not_imported(kgbuild_distribution: Distribution) -> None:
    broken(kgbuild_distribution, "raise AssertionError('imported')")
    host = Host.load(disable=["aa-bad"])
    assert record(host).status is PluginStatus.DISABLED
    assert [w for w in host.warnings if getattr(w, "plugin", "") == "aa-bad"] == []


def test_plugins_are_listed_when_every_one_is_broken(kgbuild_distribution: Distribution) -> None:
    broken(kgbuild_distribution, "raise SystemExit('imported')", summary="Sees things.")
    kgbuild_distribution(
        "kgbuild-ab", modules={}, entry_points={"ab": "not.there"}, requires=["kgbuild<0.1"]
    )
    listed = {one.name: one for one in list_plugins(disable=["aa-bad"])}
    assert listed["aa-bad"].status is PluginStatus.DISABLED
    assert listed["aa-bad"].summary == "Sees things."
    assert (listed["aa-bad"].distribution, listed["aa-bad"].version) == ("kgbuild-aa-bad", "0.3")
    assert listed["ab"].status is PluginStatus.INCOMPATIBLE


def test_two_plugins_of_one_name_are_both_listed(kgbuild_distribution: Distribution) -> None:
    for name in ("one", "two"):
        kgbuild_distribution(f"kgbuild-{name}", modules={}, entry_points={"aa-same": name})
    listed = [one for one in list_plugins() if one.name == "aa-same"]
    assert [one.status for one in listed] == [PluginStatus.BROKEN] * 2
    assert "two plugins have this name" in listed[0].problem
