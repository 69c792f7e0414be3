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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from kgbuild.errors import UsageError, nearest
from kgbuild.host.host import Host
from kgbuild.host.plugins import PluginRecord, PluginStatus

__all__ = ["Finding", "check_plugin"]

_RUN = "import sys; sys.path[:] = {path!r}; import pytest; sys.exit(pytest.main({arguments!r}))"

_SUITE = """\
from pathlib import Path
from kgbuild.host import Host
from kgbuild.testing.installed import suite
globals().update(suite({name!r}, {settings!r}, Host.load(files=[Path(f) for f in {files!r}])))
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

    ``settings`` maps a component's name to the settings to check it with. A plugin that did
    not load gives one finding, the reason. Raises UsageError for a name that no plugin has,
    and where pytest is not installed.
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
    return list(_findings(record, settings or {}))


def _record(host: Host, name: str) -> PluginRecord:
    records = {record.name: record for record in host.plugins}
    if name not in records:
        raise UsageError(f"there is no plugin {name!r}", hints=nearest(name, list(records)))
    return records[name]


def _findings(record: PluginRecord, settings: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    with tempfile.TemporaryDirectory() as folder:
        report, tests = Path(folder, "report.xml"), Path(folder, "test_contracts.py")
        files = [record.place] if record.place.endswith(".py") else []
        plain = json.loads(json.dumps(settings, default=str))
        tests.write_text(
            _SUITE.format(name=record.name, settings=plain, files=files), encoding="utf-8"
        )
        options = ["-q", "-p", "no:cacheprovider", "--rootdir", folder, f"--junitxml={report}"]
        script = _RUN.format(path=sys.path, arguments=[*options, str(tests)])
        run = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=folder
        )
        if not report.is_file():
            yield Finding(
                component=record.name, law="the suite runs", outcome="failed", detail=run.stderr
            )
            return
        yield from map(_finding, ElementTree.parse(report).iter("testcase"))  # noqa: S314


def _finding(case: ElementTree.Element) -> Finding:
    component = case.get("classname", "").rpartition(".")[2].removeprefix("Test")
    law = case.get("name", "").removeprefix("test_").replace("_", " ")
    for child in case:
        outcome = "left out" if child.tag == "skipped" else "failed"
        detail = child.get("message") or (child.text or "").strip()
        return Finding(component=component, law=law, outcome=outcome, detail=detail)
    return Finding(component=component, law=law, outcome="passed")
