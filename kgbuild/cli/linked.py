"""The share of mentions that are linked, as a person reads it, kind by kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kgbuild.graph.linking import LinkedKind

__all__ = ["linked_lines"]


def linked_lines(kinds: Iterable[LinkedKind]) -> Iterator[str]:
    """A line for each kind: its share, and why the others are NIL."""
    for kind in kinds:
        name = kind.category.removeprefix("biolink:")
        share = f"linked: {kind.linked:,} of {kind.mentions:,} {name} ({_percent(kind)})"
        reasons = "; ".join(f"{count:,} {reason}" for reason, count in kind.nil.items())
        yield f"{share}, NIL: {reasons}" if reasons else share


def _percent(kind: LinkedKind) -> str:
    return f"{100 * kind.linked / kind.mentions:.1f}%"
