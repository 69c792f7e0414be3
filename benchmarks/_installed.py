"""A graph by the pipeline that ``kgbuild init`` writes for what is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def ingest(folder: Path, papers: str) -> None:
    """Set the pipeline up in a folder and ingest its papers, on one thread."""
    for words in (("init",), ("ingest", papers)):
        subprocess.run(
            [sys.executable, "-m", "kgbuild", *words],
            cwd=folder, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
