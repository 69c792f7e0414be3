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
    summary: str
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
    BuiltIn("kgbuild.readers.bioc_json", "kgbuild_readers", "reads BioC JSON"),
    BuiltIn("kgbuild.readers.bioc_xml", "kgbuild_readers", "reads BioC XML"),
    BuiltIn("kgbuild.readers.html", "kgbuild_readers", "reads HTML"),
    BuiltIn("kgbuild.readers.jats", "kgbuild_readers", "reads PMC JATS XML"),
    BuiltIn("kgbuild.readers.markdown", "kgbuild_readers", "reads Markdown"),
    BuiltIn("kgbuild.readers.jsonl", "kgbuild_readers", "reads JSON lines with id and text"),
    BuiltIn("kgbuild.readers.medline", "kgbuild_readers", "reads MEDLINE/nbib"),
    BuiltIn("kgbuild.readers.pdf", "kgbuild_readers", "reads PDF"),
    BuiltIn("kgbuild.readers.pubmed_xml", "kgbuild_readers", "reads PubMed/MEDLINE XML"),
    BuiltIn("kgbuild.readers.pubtator", "kgbuild_readers", "reads PubTator"),
    BuiltIn("kgbuild.readers.ris", "kgbuild_readers", "reads RIS"),
    BuiltIn("kgbuild.readers.text", "kgbuild_readers", "reads plain text", essential=True),
    BuiltIn("kgbuild.segmenters.rules", "kgbuild_segmenters", "splits sentences", essential=True),
    BuiltIn("kgbuild.reasoning.biomedicine", "kgbuild_rules", "rules of biomedicine"),
    BuiltIn("kgbuild.exporters.annotated_jsonl", "kgbuild_exporters", "writes annotations as JSON"),
    BuiltIn("kgbuild.exporters.bioc", "kgbuild_exporters", "writes BioC XML and JSON"),
    BuiltIn("kgbuild.exporters.kgx", "kgbuild_exporters", "writes KGX, TSV and JSON lines"),
    BuiltIn("kgbuild.exporters.nanopublications", "kgbuild_exporters", "writes nanopublications"),
    BuiltIn("kgbuild.exporters.neo4j", "kgbuild_exporters", "writes CSV for neo4j-admin import"),
    BuiltIn("kgbuild.exporters.network", "kgbuild_exporters", "writes GraphML and Cytoscape JSON"),
    BuiltIn("kgbuild.exporters.parquet", "kgbuild_exporters", "writes Parquet"),
    BuiltIn("kgbuild.exporters.pubtator", "kgbuild_exporters", "writes PubTator"),
    BuiltIn("kgbuild.exporters.rdf", "kgbuild_exporters", "writes RDF: Turtle, N-Quads, TriG …"),
)
"""In the order of registration. The essential ones cannot be disabled."""
