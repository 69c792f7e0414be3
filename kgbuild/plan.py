"""What a configuration does to a document, stage by stage, before any component is made.

The order is declared, not configured: an extractor that requires links runs after the linkers,
the others before. Each step is a *stage* with a name that hashes the component, its version,
its settings and its resources. Names are cheap to tell, so a run in which nothing is to be done
loads no word list and no weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kgbuild.assertion import Source, content_id
from kgbuild.config import Configuration
from kgbuild.errors import ConfigError
from kgbuild.host import Host, Kind

__all__ = ["Plan", "Step"]

_ASSEMBLY = "assembly@2"
"""The last stage. Its number grows when assembly makes other assertions of the same layers."""


@dataclass(frozen=True, slots=True)
class Step:
    """A component that is to be used: what describes it, and who signs what it says."""

    kind: Kind
    spec: Any
    source: Source

    @property
    def stage(self) -> str:
        """The name that changes with all that its results depend on."""
        source = self.source
        return f"{source.component}@{source.version}:{source.fingerprint}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The steps that a configuration names, in the order in which they are taken."""

    segmenter: Step
    taggers: tuple[Step, ...]
    linkers: tuple[Step, ...]
    relaters: tuple[Step, ...]
    terminologies: tuple[Step, ...]
    trust_annotations: bool

    @classmethod
    def of(cls, host: Host, configuration: Configuration) -> Plan:
        """The steps of a configuration, their settings checked.

        Raises UnknownComponentError, ConfigError, and ComponentUnavailableError where a file
        that a result depends on cannot be read.
        """
        settings = configuration.settings.pipeline

        def steps(kind: Kind, names: Iterable[str]) -> tuple[Step, ...]:
            return tuple(_step(host, configuration, kind, name) for name in names)

        extractors = steps("extractor", settings.extractors)
        taggers = tuple(step for step in extractors if "links" not in step.spec.requires)
        relaters = tuple(step for step in extractors if "links" in step.spec.requires)
        linkers = steps("linker", settings.linkers)
        _check_needs(configuration, taggers, linkers, relaters)
        return cls(
            segmenter=_step(host, configuration, "segmenter", settings.segmenter),
            taggers=taggers,
            linkers=linkers,
            relaters=relaters,
            terminologies=steps("terminology", settings.terminologies),
            trust_annotations=settings.trust_annotations,
        )

    @property
    def stages(self) -> tuple[str, ...]:
        """The names of the stages, which a version of a document remembers."""
        return (
            f"given@{int(self.trust_annotations)}",
            self.segmenter.stage,
            *(step.stage for step in self.taggers),
            content_id(*(step.stage for step in self.linkers)),
            *(step.stage for step in self.relaters),
            content_id(_ASSEMBLY, *(step.stage for step in self.terminologies)),
        )


def _step(host: Host, configuration: Configuration, kind: Kind, name: str) -> Step:
    given = configuration.settings.component(name)
    source = host.source(kind, name, given, place=configuration.origin)
    return Step(kind=kind, spec=host.spec(kind, name), source=source)


def _check_needs(
    configuration: Configuration,
    taggers: Sequence[Step],
    linkers: Sequence[Step],
    relaters: Sequence[Step],
) -> None:
    """Raise ConfigError where a component needs what no component before it gives."""
    trusted = configuration.settings.pipeline.trust_annotations
    for number, step in enumerate(taggers):
        if "mentions" in step.spec.requires and not (number or trusted):
            _missing(configuration, step, "mentions", "an extractor before it")
    for step in relaters:
        if not (linkers or trusted):
            _missing(configuration, step, "links", "a linker")


def _missing(configuration: Configuration, step: Step, needed: str, giver: str) -> None:
    raise ConfigError(
        f"{step.source.component!r} needs {needed}, which nothing before it gives",
        place=configuration.origin("pipeline.extractors"),
        key="pipeline.extractors",
        hints=[f"name {giver} in [pipeline], or set trust_annotations"],
    )
