"""Named points at which a test may kill the process, as RocksDB has them.

``reach("store.before-commit")`` does nothing in use. A test puts an observer in its place and
ends the process at any point by name.
"""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["reach", "set_observer"]


def _nothing(point: str) -> None:
    """Do nothing: the observer in use."""


_observer: Callable[[str], None] = _nothing


def reach(point: str) -> None:
    """Say that the named point has been reached."""
    _observer(point)


def set_observer(observer: Callable[[str], None] | None) -> None:
    """Be told of every point; None stops it. For tests only."""
    global _observer  # noqa: PLW0603 - a test's process has one observer
    _observer = observer or _nothing
