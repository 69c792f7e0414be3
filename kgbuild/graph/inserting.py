"""Many rows by one INSERT: half the time of a statement for each row goes into its start.

The rows are joined just before they are written. To join them all first takes longer than it
saves, since by then they have left the processor's cache.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from typing import Any

__all__ = ["batched", "insert_many", "insert_new"]

_TOGETHER = 32
"""Rows of one statement; 64 are hardly faster, 8 are slower."""

Row = tuple[Any, ...]


def insert_many(
    connection: sqlite3.Connection, into: str, rows: Iterable[Row], width: int, conflict: str = ""
) -> None:
    """Write rows of so many values ``into`` a table, in their order.

    ``conflict`` is an ON CONFLICT clause that changes nothing. Where a row cannot be written,
    those before it stay until the transaction is rolled back, as is the caller's duty.
    """
    left: list[Row] = []
    connection.executemany(_statement(into, width, _TOGETHER, conflict), _joined(rows, left))
    connection.executemany(_statement(into, width, 1, conflict), left)


def insert_new(
    connection: sqlite3.Connection, into: str, rows: Iterable[Row], width: int
) -> Iterator[list[Row]]:
    """Write the rows whose ``id`` is new; tell the rows of each statement of which not all were.

    A row is written when its statement's turn comes: go to the end.
    """
    for some in batched(rows):
        before = connection.total_changes
        statement = _statement(into, width, len(some), "ON CONFLICT(id) DO NOTHING")
        connection.execute(statement, list(chain.from_iterable(some)))
        if connection.total_changes - before < len(some):
            yield some


def batched(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows, so many together as go into one statement."""
    rest = iter(rows)
    while some := list(islice(rest, _TOGETHER)):
        yield some


def _joined(rows: Iterable[Row], left: list[Row]) -> Iterator[list[Any]]:
    """The values of so many rows together; what remains at the end goes to ``left``."""
    for some in batched(rows):
        if len(some) < _TOGETHER:
            left += some
        else:
            yield list(chain.from_iterable(some))


@lru_cache
def _statement(into: str, width: int, rows: int, conflict: str) -> str:
    row = f"({', '.join('?' * width)})"
    # OR FAIL: SQLite need not copy each page that it writes to, in order to undo one statement.
    return f"INSERT OR FAIL INTO {into} VALUES {', '.join([row] * rows)} {conflict}"
