"""The predicted layer: suggestions with their reasons, in a file beside the store.

``predictions.sqlite`` says which revision of the graph it was made from. Of any other revision
it is not read: what was suggested from links that are gone, or is stated by now, is shown to
nobody.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from kgbuild.assertion import Prediction, Reason
from kgbuild.errors import GraphError
from kgbuild.graph.reading import StoredGraph

__all__ = ["keep", "predictions", "predictions_path", "remove", "stamp"]

SCHEMA_VERSION = 2
_SCHEMA = f"""
CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE predictions(id TEXT PRIMARY KEY, subject TEXT NOT NULL, predicate TEXT NOT NULL,
    object TEXT NOT NULL, qualifiers TEXT NOT NULL, probability REAL NOT NULL,
    score REAL NOT NULL, reasons TEXT NOT NULL) WITHOUT ROWID;
PRAGMA user_version = {SCHEMA_VERSION};
"""


def predictions_path(folder: Path | str) -> Path:
    """Where the layer of a graph's folder lies."""
    return Path(folder) / "predictions.sqlite"


def stamp(graph: StoredGraph) -> str:
    """What the layer was made with, if it is of the graph as it is now; else an empty text."""
    meta = _meta(predictions_path(graph.folder))
    return str(meta["made"]) if meta.get("revision") == graph.revision else ""


def _meta(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        with closing(_open(path)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version == SCHEMA_VERSION:
                return dict(connection.execute("SELECT name, value FROM meta"))
    except sqlite3.Error:
        pass  # a damaged layer holds nothing of its own: it is made anew
    return {}


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def keep(graph: StoredGraph, made: str, found: Iterable[Prediction]) -> None:
    """Write the layer anew; ``made`` says with what. Raises GraphError."""
    path = predictions_path(graph.folder)
    working = path.with_suffix(".making")
    try:
        working.unlink(missing_ok=True)
        with closing(sqlite3.connect(working)) as connection:
            connection.executescript(_SCHEMA)
            connection.executemany(
                "INSERT INTO predictions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(_row, found)
            )
            connection.executemany(
                "INSERT INTO meta VALUES (?, ?)", [("revision", graph.revision), ("made", made)]
            )
            connection.commit()
        working.replace(path)
    except (sqlite3.Error, OSError) as error:
        raise GraphError(f"{path}: {error}") from error


def _row(one: Prediction) -> tuple[Any, ...]:
    reasons = [(reason.rule, reason.weight, reason.assertions) for reason in one.reasons]
    return (
        one.id, one.subject, one.predicate, one.object, json.dumps(one.qualifiers),
        one.probability, one.score, json.dumps(reasons),
    )  # fmt: skip


def predictions(graph: StoredGraph, concept: str = "") -> Iterator[Prediction]:
    """What is predicted, or what is of one concept, the likeliest first; ties by identity.

    Nothing where the layer is missing or of another revision of the graph.
    """
    if not stamp(graph):
        return
    with closing(_open(predictions_path(graph.folder))) as connection:
        rows = connection.execute(
            "SELECT * FROM predictions WHERE ?1 IN ('', subject, object)"
            " ORDER BY probability DESC, score DESC, id",
            (concept,),
        )
        for _, subject, predicate, object_, qualifiers, probability, score, reasons in rows:
            yield Prediction(
                subject=subject,
                predicate=predicate,
                object=object_,
                qualifiers=tuple((name, value) for name, value in json.loads(qualifiers)),
                probability=probability,
                score=score,
                reasons=tuple(
                    Reason(rule=rule, weight=weight, assertions=tuple(assertions))
                    for rule, weight, assertions in json.loads(reasons)
                ),
            )


def remove(folder: Path | str) -> bool:
    """Take the layer away; return whether there was one."""
    path = predictions_path(folder)
    there = path.is_file()
    path.unlink(missing_ok=True)
    return there
