"""The beliefs of many assertions at once, straight from the store's rows.

The formula is :mod:`kgbuild.reasoning.belief`'s; a test holds the two ways together.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from kgbuild.assertion import assertion_id
from kgbuild.graph.reading import StoredGraph
from kgbuild.graph.rows import decode_details, decode_notices, decode_terms
from kgbuild.graph.schema import key
from kgbuild.reasoning.belief import (
    DEFAULT_MODEL,
    BeliefModel,
    Statement,
    against,
    reviewed,
    standing,
    weigh,
)

__all__ = ["EARLIER", "beliefs", "denials", "strengths"]

_EVIDENCE = (
    "SELECT e.assertion, e.version, e.id, e.source, e.score, e.status, e.section, e.link_score"
    " FROM evidence e"
)
_BATCH = 500


def beliefs(
    graph: StoredGraph,
    among: Iterable[int] | None = None,
    model: BeliefModel = DEFAULT_MODEL,
    *,
    twins: Mapping[int, int] | None = None,
) -> dict[int, float]:
    """The belief of each assertion, or of those with the given keys, by key.

    ``twins`` is what :func:`denials` gives, for whoever has it already.
    """
    if twins is None:
        twins = denials(graph.connection)
    wanted = None if among is None else set(among)
    if wanted is not None:
        wanted |= {twins[one] for one in wanted if one in twins}
    found = dict(strengths(graph.connection, wanted, model))
    return {
        one: against(strength, found.get(twins[one], 0.0)) if one in twins else strength
        for one, strength in found.items()
    }


def strengths(
    connection: sqlite3.Connection,
    among: Iterable[int] | None = None,
    model: BeliefModel = DEFAULT_MODEL,
    *,
    before: str = "",
) -> Iterator[tuple[int, float]]:
    """What the evidence for each assertion is worth, its denials aside, by key.

    With ``before``, an ISO date or a year, only documents of an earlier date count, and none
    without a date.
    """
    verdicts = _verdicts(connection)
    weight = _Weights(connection, model)
    for assertion, group in groupby(_rows(connection, among, before), key=itemgetter(0)):
        rows = list(group)
        strength = weigh(_statements(connection, rows, weight), model)
        if assertion in verdicts:
            strength = reviewed(strength, verdicts[assertion])
        yield assertion, strength


EARLIER = (
    "EXISTS (SELECT 1 FROM versions v WHERE v.id = e.version"
    " AND json_extract(v.record, '$[4]') <> '' AND json_extract(v.record, '$[4]') < ?)"
)
"""Whether evidence ``e`` is of a document dated before what is bound."""


def _rows(
    connection: sqlite3.Connection, among: Iterable[int] | None, before: str
) -> Iterator[tuple[Any, ...]]:
    dated, date = (EARLIER, [before]) if before else ("1", [])
    if among is None:
        yield from connection.cursor().execute(
            # By +: reading all in the table's order and sorting beats a million look-ups.
            f"{_EVIDENCE} WHERE {dated} ORDER BY +e.assertion",
            date,
        )
        return
    keys = sorted(among)
    for start in range(0, len(keys), _BATCH):
        some = keys[start : start + _BATCH]
        marks = ",".join("?" * len(some))
        yield from connection.cursor().execute(
            f"{_EVIDENCE} WHERE e.assertion IN ({marks}) AND {dated} ORDER BY e.assertion",
            [*some, *date],
        )


def _statements(
    connection: sqlite3.Connection, rows: Sequence[tuple[Any, ...]], weight: _Weights
) -> list[Statement]:
    """What is weighed of each; the words of a lone evidence are not looked up."""
    if len(rows) == 1:
        [row] = rows
        return [Statement("", "", weight.of(row), row[-1])]
    return [
        Statement(_words(connection, row[2]), str(row[1]), weight.of(row), row[-1]) for row in rows
    ]


class _Weights:
    """Step 1 of the formula, for rows; few documents have notices, and few sources there are."""

    def __init__(self, connection: sqlite3.Connection, model: BeliefModel) -> None:
        self._model = model
        self._components = dict(connection.execute("SELECT id, component FROM sources"))
        self._standings = {
            version: standing(decode_notices(json.loads(notices)))
            for version, notices in connection.execute(
                "SELECT version, notices FROM documents WHERE notices <> '[]'"
            )
        }

    def of(self, row: tuple[Any, ...]) -> float:
        """The weight of one evidence."""
        _, version, _, source, score, status, section, _ = row
        weight = self._model.weight(self._components[source], score, status, section)
        return weight * self._standings.get(version, 1.0)


def _words(connection: sqlite3.Connection, evidence: int) -> str:
    words, details, version = connection.execute(
        'SELECT substr(v.text, e.start + 1, e."end" - e.start), e.details, v.id'
        " FROM evidence e JOIN versions v ON v.id = e.version WHERE e.id = ?",
        (evidence,),
    ).fetchone()
    if more := decode_details(details)[0]:
        (text,) = connection.execute(
            "SELECT text FROM versions WHERE id = ?", (version,)
        ).fetchone()
        words = " … ".join([words, *(span.of(text) for span in more)])
    return str(words)


def _verdicts(connection: sqlite3.Connection) -> Mapping[int, list[str]]:
    """What reviewers said, by the key of the assertion."""
    found: dict[int, list[str]] = {}
    for identity, verdict in connection.execute("SELECT assertion, verdict FROM reviews"):
        found.setdefault(key(identity), []).append(verdict)
    for assertion, verdict in connection.execute("SELECT assertion, verdict FROM policy_reviews"):
        found.setdefault(assertion, []).append(verdict)
    return found


def denials(connection: sqlite3.Connection, among: Iterable[int] | None = None) -> dict[int, int]:
    """Each denied claim's key to its denial's, and the other way round.

    Of all denials, or of those with the given keys.
    """
    select = (
        "SELECT a.id, s.curie, a.predicate, o.curie, a.qualifiers FROM assertions a"
        " JOIN concepts s ON s.id = a.subject JOIN concepts o ON o.id = a.object WHERE a.negated"
    )
    if among is None:
        rows = connection.execute(select).fetchall()
    else:
        rows = [
            row for one in among for row in connection.execute(f"{select} AND a.id = ?", (one,))
        ]
    found: dict[int, int] = {}
    for denial, subject, predicate, object_, qualifiers in rows:
        claim = assertion_id(subject, predicate, object_, False, decode_terms(qualifiers))
        found[denial] = key(claim)
        found[key(claim)] = denial
    return found
