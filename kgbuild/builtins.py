"""What kgbuild brings along: each built-in module is a plugin like any other.

A built-in is listed here and not imported: its module is loaded when its kind is first wanted,
so that ``kgbuild --help`` never pays for lxml. The module has ``SPEC`` or ``SPECS``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from kgbuild.components import Spec
from kgbuild.hookspecs import hookimpl

__all__ = ["BUILT_INS", "BuiltIn"]


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A module of kgbuild with Specs of one kind; its name is the plugin's name."""

    module: str
    hook: str
    essential: bool = False

    def plugin(self) -> ModuleType:
        """The plugin to register: one hook, which imports the module when it is called."""

        def offer() -> Iterable[Spec]:
            module = import_module(self.module)
            return module.SPECS if hasattr(module, "SPECS") else (module.SPEC,)

        plugin = ModuleType(self.module)
        setattr(plugin, self.hook, hookimpl(offer))
        return plugin


BUILT_INS: tuple[BuiltIn, ...] = (
    BuiltIn("kgbuild.readers.bioc_json", "kgbuild_readers"),
    BuiltIn("kgbuild.readers.bioc_xml", "kgbuild_readers"),
    BuiltIn("kgbuild.readers.html", "kgbuild_readers"),
    BuiltIn("kgbuild.readers.jats", "kgbuild_readers"),
    BuiltIn("kgbuild.readers.markdown", "kgbuild_readers"),
    BuiltIn("kgbuild.readers.jsonl", "kgbuild_readers"),
    BuiltIn("kgbuild.readers.medline", "kgbuild_readers"),
    BuiltIn("kgbuild.readers.pdf", "kgbuild_readers"),
    BuiltIn("kgbuild.readers.pubmed_xml", "kgbuild_readers"),
    BuiltIn("kgbuild.readers.pubtator", "kgbuild_readers"),
    BuiltIn("kgbuild.readers.ris", "kgbuild_readers"),
    BuiltIn("kgbuild.readers.text", "kgbuild_readers", essential=True),
    BuiltIn("kgbuild.segmenters.rules", "kgbuild_segmenters", essential=True),
    BuiltIn("kgbuild.reasoning.biomedicine", "kgbuild_rules"),
    BuiltIn("kgbuild.exporters.bioc", "kgbuild_exporters"),
    BuiltIn("kgbuild.exporters.kgx", "kgbuild_exporters"),
    BuiltIn("kgbuild.exporters.nanopublications", "kgbuild_exporters"),
    BuiltIn("kgbuild.exporters.neo4j", "kgbuild_exporters"),
    BuiltIn("kgbuild.exporters.network", "kgbuild_exporters"),
    BuiltIn("kgbuild.exporters.parquet", "kgbuild_exporters"),
    BuiltIn("kgbuild.exporters.pubtator", "kgbuild_exporters"),
    BuiltIn("kgbuild.exporters.rdf", "kgbuild_exporters"),
)
"""In the order of registration. The essential ones cannot be disabled."""
