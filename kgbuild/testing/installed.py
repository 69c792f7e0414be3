"""The laws of a plugin as it is installed, and the suite behind ``kgbuild plugins check``."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from typing import Any, ClassVar

import pytest

from kgbuild.host import KINDS, Host, Kind, PluginStatus
from kgbuild.testing.contracts import (
    Contract,
    ExporterContract,
    ExtractorContract,
    LinkerContract,
    ReaderContract,
    RulesContract,
    SegmenterContract,
    TerminologyContract,
)

__all__ = ["PluginContract", "suite"]

_HEAVY = ("torch", "spacy", "transformers", "numpy", "networkx", "rdflib", "lxml", "pyarrow")
"""What importing a plugin may not pull in: it is imported by every command."""


class PluginContract:
    """The laws of a plugin as it is installed. ``plugin`` is the name of its entry point."""

    plugin: ClassVar[str]

    def entry_point(self) -> metadata.EntryPoint:
        """The plugin's entry point."""
        found = list(metadata.entry_points(group="kgbuild", name=self.plugin))
        assert found, f"no entry point {self.plugin!r} in the group kgbuild: is it installed?"
        assert len(found) == 1, f"{self.plugin!r} is the entry point of two distributions"
        return found[0]

    def test_it_loads_and_offers_something(self) -> None:
        """The host loads it, gathers from it without a warning, and gets a Spec or a hook."""
        host = Host.load()
        (record,) = [one for one in host.plugins if one.name == self.plugin]
        for kind in KINDS:
            host.specs(kind)
        (record,) = [one for one in host.plugins if one.name == self.plugin]
        assert record.status is PluginStatus.LOADED, record.problem
        mine = [w.report() for w in host.warnings if getattr(w, "plugin", "") == self.plugin]
        assert mine == [], "\n".join(mine)

    def test_the_distribution_says_what_it_needs(self) -> None:
        """It has a summary, and a range of kgbuild's versions among its requirements."""
        distribution = self.entry_point().dist
        assert distribution is not None
        assert distribution.metadata["Summary"]
        ours = [r for r in distribution.requires or () if re.match(r"kgbuild\s*[<>=!~]", r)]
        assert ours, "require a range: kgbuild>=0.1,<0.2"

    def test_importing_it_is_cheap_and_silent(self) -> None:
        """The module of the entry point imports nothing heavy and prints nothing."""
        script = (
            f"import sys; sys.path[:] = {sys.path!r}; import kgbuild; before = set(sys.modules)\n"
            f"import {self.entry_point().module}\n"
            "print(sorted({m.partition('.')[0] for m in set(sys.modules) - before}))"
        )
        run = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", script], capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stderr
        assert run.stderr == ""
        assert run.stdout.startswith("["), f"importing it prints {run.stdout!r}"
        imported = set(re.findall(r"'(\w+)'", run.stdout))
        assert not imported & set(_HEAVY), f"import these in `create`: {imported & set(_HEAVY)}"


CONTRACTS: Mapping[Kind, type[Contract]] = {
    "reader": ReaderContract,
    "segmenter": SegmenterContract,
    "extractor": ExtractorContract,
    "linker": LinkerContract,
    "terminology": TerminologyContract,
    "rules": RulesContract,
    "exporter": ExporterContract,
}


def suite(plugin: str, settings: Mapping[str, Mapping[str, Any]], host: Host) -> dict[str, type]:
    """The contracts of an installed plugin and of all that it offers, as classes for pytest.

    ``settings`` maps a component's name to the settings to test it with; one that is not
    there cannot be tested. What a stranger cannot know (a reader's files, a terminology's
    concepts) is left out.
    """
    classes: dict[str, type] = {}
    if list(metadata.entry_points(group="kgbuild", name=plugin)):
        classes["Test plugin"] = type("Test plugin", (PluginContract,), {"plugin": plugin})
    for kind, contract in CONTRACTS.items():
        for name, offer in host.specs(kind).items():
            if offer.plugin != plugin or name not in settings:
                continue
            facts: dict[str, Any] = {
                "spec": offer.spec,
                "settings": settings[name],
                "root": host.root,
                **_UNKNOWABLE.get(kind, {}),
            }
            title = f"Test {kind} {name}"
            classes[title] = type(title, (contract,), facts)
    return classes


def _left_out(self: object) -> None:
    pytest.skip("needs to be told: inherit from the contract in the plugin's own tests")


_UNKNOWABLE: Mapping[Kind, Mapping[str, Any]] = {
    "reader": {
        "files": {},
        "test_it_claims_its_own_files": _left_out,
        "test_every_promise_is_kept": _left_out,
        "test_a_damaged_file_is_an_input_error_at_most": _left_out,
    },
    "terminology": {"test_it_knows_what_it_says_it_knows": _left_out},
}
