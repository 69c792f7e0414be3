"""The machine that figures were measured on, in one line."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def _field(file: str, name: str) -> str:
    path = Path(file)
    lines = path.read_text().splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def describe() -> str:
    """CPU model, cores, memory, Python: what a figure means nothing without."""
    cpu = _field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()
    kilobytes = _field("/proc/meminfo", "MemTotal").split()[:1]
    memory = f"{int(kilobytes[0]) / 1024**2:.0f} GiB" if kilobytes else "memory unknown"
    return f"{cpu}, {os.cpu_count()} cores, {memory}, Python {platform.python_version()}"


if __name__ == "__main__":
    print(describe())
