"""What a person's own script may do wrong when it starts worker processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = """\
from kgbuild.config import load_configuration
from kgbuild.errors import KgbuildError
from kgbuild.host import Host
from kgbuild.workers import HostOptions, annotators
try:
    annotators(Host.load(), load_configuration(), HostOptions())
except KgbuildError as error:
    print(error.report())
"""


def test_a_script_on_standard_input_is_told_why_it_has_no_workers(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-"], input=SCRIPT, cwd=tmp_path, text=True, capture_output=True
    )
    assert run.stderr == ""
    assert "worker processes cannot be started by a script from <stdin>" in run.stdout
    assert "hint: save the script in a file, or set run.workers to 0" in run.stdout
