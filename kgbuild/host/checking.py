"""Run the contract suite on one plugin: what ``kgbuild plugins check NAME`` does.

The suite runs under pytest in a process of its own, because a plugin under suspicion may do
anything to the process that it is in.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from kgbuild.errors import UsageError, nearest
from kgbuild.host.host import Host
from kgbuild.host.kinds import KINDS, Kind, Offer
from kgbuild.host.plugins import PluginRecord, PluginStatus

__all__ = ["Finding", "check_plugin"]

_RUN = "import sys; sys.path[:] = {path!r}; import pytest; sys.exit(pytest.main({arguments!r}))"

_SUITE = """\
from pathlib import Path
from kgbuild.host import Host
from kgbuild.testing.installed import suite
host = Host.load(files=[Path(f) for f in {files!r}], root=Path({root!r}))
globals().update(suite({name!r}, {settings!r}, host))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one law found: ``outcome`` is "passed", "failed" or "left out"; ``detail`` says why."""

    component: str
    law: str
    outcome: str
    detail: str = ""

    @property
    def failed(self) -> bool:
        """Whether the law is broken."""
        return self.outcome == "failed"

    def __str__(self) -> str:
        detail = f": {self.detail}" if self.detail else ""
        return f"{self.outcome}: {self.component}: {self.law}{detail}"


def check_plugin(
    host: Host, name: str, settings: Mapping[str, Mapping[str, Any]] | None = None
) -> list[Finding]:
    """Run the laws of a plugin's kinds on what it offers.

    ``settings`` maps a component's name to the settings to check it with; relative paths in
    them start from the host's root. A component that needs settings and has none is left out,
    and the finding names them. A plugin that did not load gives one finding, the reason. Raises
    ConfigError for settings that are wrong, and UsageError for a name that no plugin has, and
    where pytest is not installed.
    """
    record = _record(host, name)
    if record.status is not PluginStatus.LOADED:
        problem = record.problem or record.status.value
        return [Finding(component=name, law="it loads", outcome="failed", detail=problem)]
    missing = [m for m in ("pytest", "hypothesis") if importlib.util.find_spec(m) is None]
    if missing:
        raise UsageError(
            f"checking a plugin needs {' and '.join(missing)}",
            hints=["pip install 'kgbuild[test]'"],
        )
    given = settings or {}
    offers = [(kind, o) for kind in KINDS for o in host.specs(kind).values() if o.plugin == name]
    left_out = [
        _left_out(kind, offer, needed)
        for kind, offer in offers
        if (needed := _needed(host, kind, offer, given))
    ]
    names = {o.spec.name for _, o in offers} - {f.component.partition(" ")[2] for f in left_out}
    ready = {component: given.get(component, {}) for component in sorted(names)}
    return [*left_out, *_findings(record, ready, host.root)]


def _needed(
    host: Host, kind: Kind, offer: Offer, settings: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """The settings that a component must be given and was not; those given are checked."""
    name = offer.spec.name
    if not settings.get(name):
        fields = offer.spec.settings_class().model_fields
        return [key for key, field in fields.items() if field.is_required()]
    host.settings(kind, name, settings[name])
    return []


def _left_out(kind: Kind, offer: Offer, needed: Sequence[str]) -> Finding:
    name = offer.spec.name
    keys = " and ".join(f"components.{name}.{key}" for key in needed)
    return Finding(
        component=f"{kind} {name}",
        law="it is configured",
        outcome="left out",
        detail=f"set {keys} in kgbuild.toml, or with --set",
    )


def _record(host: Host, name: str) -> PluginRecord:
    records = {record.name: record for record in host.plugins}
    if name not in records:
        raise UsageError(f"there is no plugin {name!r}", hints=nearest(name, list(records)))
    return records[name]


def _findings(
    record: PluginRecord, settings: Mapping[str, Mapping[str, Any]], root: Path
) -> Iterator[Finding]:
    with tempfile.TemporaryDirectory() as folder:
        report, tests = Path(folder, "report.xml"), Path(folder, "test_contracts.py")
        files = [record.place] if record.place.endswith(".py") else []
        tests.write_text(
            _SUITE.format(
                name=record.name,
                settings=json.loads(json.dumps(settings, default=str)),
                files=files,
                root=str(root),
            ),
            encoding="utf-8",
        )
        options = ["-q", "-p", "no:cacheprovider", "--rootdir", folder, f"--junitxml={report}"]
        script = _RUN.format(path=sys.path, arguments=[*options, str(tests)])
        run = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=folder
        )
        if not report.is_file():
            yield Finding(component="the suite", law="it runs", outcome="failed", detail=run.stderr)
            return
        yield from map(_finding, ElementTree.parse(report).iter("testcase"))  # noqa: S314


def _finding(case: ElementTree.Element) -> Finding:
    component = case.get("classname", "").rpartition(".")[2].removeprefix("Test ")
    law = case.get("name", "").removeprefix("test_").replace("_", " ")
    for child in case:
        if child.tag == "error":  # the suite itself: what pytest calls the message is its heading
            detail = (child.text or "").strip()
            return Finding(component="the suite", law="it runs", outcome="failed", detail=detail)
        outcome = "left out" if child.tag == "skipped" else "failed"
        detail = child.get("message") or (child.text or "").strip()
        return Finding(component=component, law=law, outcome=outcome, detail=detail)
    return Finding(component=component, law=law, outcome="passed")
