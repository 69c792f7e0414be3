"""What was in the graph and is no longer: views that hold it must hear of that."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

__all__ = ["note_back", "note_gone"]


def note_gone(
    connection: sqlite3.Connection, kind: str, identities: Iterable[str], revision: int
) -> None:
    """Note that these have gone with a revision."""
    connection.executemany(
        "INSERT OR REPLACE INTO gone VALUES (?, ?, ?)",
        [(kind, identity, revision) for identity in identities],
    )


def note_back(connection: sqlite3.Connection, kind: str, identities: Iterable[str]) -> None:
    """Note that these are there, whether or not they were gone."""
    any_gone = connection.execute("SELECT 1 FROM gone WHERE kind = ? LIMIT 1", (kind,))
    if any_gone.fetchone():  # most graphs have lost nothing, and so need not look for each
        connection.executemany(
            "DELETE FROM gone WHERE kind = ? AND identity = ?",
            [(kind, identity) for identity in identities],
        )
