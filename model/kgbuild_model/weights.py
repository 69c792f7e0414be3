"""Where the weights lie that come with the distribution."""

from __future__ import annotations

import json
from pathlib import Path

__all__ = ["shipped_weights", "weights_folder"]

_PLACES = (Path(__file__).parent / "shipped", Path(__file__).parents[1] / "weights")
"""Inside an installed wheel, and beside the package in a checkout."""


def shipped_weights(kind: str = "tagger") -> tuple[str, ...]:
    """The names of the checkpoints of a kind, ``tagger`` or ``relations``, that are there."""
    found = {path.parent.name for place in _PLACES for path in place.glob("*/config.json")}
    return tuple(name for name in sorted(found) if _kind(name) == kind)


def weights_folder(name: str) -> Path | None:
    """The folder of a shipped checkpoint, or None if no such one is there."""
    return next((p / name for p in _PLACES if (p / name / "config.json").is_file()), None)


def _kind(name: str) -> str:
    folder = weights_folder(name)
    assert folder is not None
    kind: str = json.loads((folder / "config.json").read_text(encoding="utf-8"))["kind"]
    return kind
