"""The seven kinds of components: the hook that gathers each, its Spec, its method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from kgbuild.components import (
    ExporterSpec,
    ExtractorSpec,
    LinkerSpec,
    ReaderSpec,
    RulesSpec,
    SegmenterSpec,
    Spec,
    TerminologySpec,
)

__all__ = ["KINDS", "Kind", "KindFacts", "Offer"]

Kind = Literal["reader", "segmenter", "extractor", "linker", "terminology", "rules", "exporter"]


@dataclass(frozen=True, slots=True)
class KindFacts:
    """``plural`` names the kind's table in the configuration; ``method`` is what it must have."""

    plural: str
    spec: type[Spec]
    method: str

    @property
    def hook(self) -> str:
        """The hook that gathers the Specs of this kind."""
        return f"kgbuild_{self.plural}"


KINDS: Mapping[Kind, KindFacts] = MappingProxyType(
    {
        "reader": KindFacts("readers", ReaderSpec, "read"),
        "segmenter": KindFacts("segmenters", SegmenterSpec, "segment"),
        "extractor": KindFacts("extractors", ExtractorSpec, "extract"),
        "linker": KindFacts("linkers", LinkerSpec, "link"),
        "terminology": KindFacts("terminologies", TerminologySpec, "concept"),
        "rules": KindFacts("rules", RulesSpec, "texts"),
        "exporter": KindFacts("exporters", ExporterSpec, "export"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A Spec, and the plugin that offers it."""

    spec: Spec
    kind: Kind
    plugin: str
    distribution: str
    version: str

    @property
    def provider(self) -> str:
        """The distribution and version, as messages name them."""
        return f"{self.distribution} {self.version}"
