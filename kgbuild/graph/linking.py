"""How much of what texts name is linked, kind by kind, and why the rest is not."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["LinkedKind", "linked_kinds"]

UNASKED = "no linker looks up names of its kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedKind:
    """The mentions of one Biolink class: how many there are, and how many are linked.

    ``nil`` counts the others by reason, most first: by what a linker's reason says before its
    first colon. A composite mention is linked where one of its parts is.
    """

    category: str
    mentions: int
    linked: int
    nil: Mapping[str, int] = field(default_factory=dict)


def linked_kinds(connection: sqlite3.Connection) -> list[LinkedKind]:
    """The kinds of mentions of a graph, the most frequent first."""
    counts: dict[str, dict[str | None, int]] = {}
    for category, reason, count in connection.execute(_COUNTS, {"unasked": UNASKED}):
        counts.setdefault(category, {})[reason] = count
    kinds = [_kind(category, by_reason) for category, by_reason in counts.items()]
    return sorted(kinds, key=lambda kind: (-kind.mentions, kind.category))


def _kind(category: str, counts: dict[str | None, int]) -> LinkedKind:
    linked = counts.pop(None, 0)
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0] or ""))
    return LinkedKind(
        category=category,
        mentions=linked + sum(counts.values()),
        linked=linked,
        nil={reason: count for reason, count in ordered if reason is not None},
    )


_COUNTS = """
SELECT m.category, CASE
    WHEN EXISTS (SELECT 1 FROM links l WHERE l.version = m.version AND l.mention = m.n
        AND l.rank = 0 AND l.concept IS NOT NULL) THEN NULL
    ELSE coalesce((SELECT min(substr(l.reason, 1, instr(l.reason || ':', ':') - 1)) FROM links l
        WHERE l.version = m.version AND l.mention = m.n AND l.rank = 0), :unasked)
    END AS reason, count(*)
FROM mentions m GROUP BY 1, 2
"""
