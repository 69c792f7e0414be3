"""How learnt weights are written, for ``kgbuild.statements.weights`` to read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def write(weights: Mapping[str, float], file: Path) -> None:
    """A line for each weight, rounded to one decimal, with the features that have it."""
    alike: dict[float, list[str]] = {}
    for feature, weight in sorted(weights.items()):
        alike.setdefault(round(weight, 1), []).append(feature)
    lines = ("\t".join([f"{weight}", *alike[weight]]) + "\n" for weight in sorted(alike))
    file.write_text("".join(lines), "utf-8")
