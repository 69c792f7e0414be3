"""The plugin keeps the laws of extractors, and is found where it is installed."""

from kgbuild.testing.contracts import ExtractorContract
from kgbuild.testing.installed import PluginContract

from kgbuild_hello.plugin import kgbuild_extractors


class TestHello(ExtractorContract):
    (spec,) = kgbuild_extractors()
    examples = (
        "Carriers of [rs334](variant:dbsnp:rs334) are protected.",
        "The primers rs, xrs12 and rs0 are no variants.",
    )


class TestInstalled(PluginContract):
    plugin = "hello"
