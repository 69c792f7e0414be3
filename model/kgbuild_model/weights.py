"""Where the weights lie that come with the distribution."""

from __future__ import annotations

from pathlib import Path

__all__ = ["shipped_weights", "weights_folder"]

_PLACES = (Path(__file__).parent / "shipped", Path(__file__).parents[1] / "weights")
"""Inside an installed wheel, and beside the package in a checkout."""


def shipped_weights() -> tuple[str, ...]:
    """The names of the checkpoints that are there, in order."""
    found = {path.parent.name for place in _PLACES for path in place.glob("*/config.json")}
    return tuple(sorted(found))


def weights_folder(name: str) -> Path | None:
    """The folder of a shipped checkpoint, or None if no such one is there."""
    if name not in shipped_weights():
        return None
    return next(place / name for place in _PLACES if (place / name).is_dir())
