"""Copy a graph, whole, at one moment, while others write to it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from kgbuild.errors import GraphError
from kgbuild.graph.store import connect, database_path

__all__ = ["back_up"]


def back_up(folder: Path, target: Path) -> int:
    """Copy the store to ``target/``; return the bytes of the copy.

    Uses SQLite's backup, which sees one moment of the file. The copy gets its final name when
    it is whole. Raises GraphError where the target holds a graph already.
    """
    final = database_path(target)
    if final.exists():
        raise GraphError(f"{target}: there is a graph already", hints=["name another folder"])
    target.mkdir(parents=True, exist_ok=True)
    partial = final.with_suffix(".partial")
    with closing(connect(database_path(folder))) as source:
        with closing(sqlite3.connect(partial)) as copy:
            source.backup(copy)
        os.replace(partial, final)  # noqa: PTH105 - the atomic rename is what this is about
    return final.stat().st_size
