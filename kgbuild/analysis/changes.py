"""What changed between two graphs: claims that are new, stronger, weaker, contradicted, gone.

Claims are compared by their identity, so it does not matter where the graphs lie or in what
order their papers came. The beliefs are each graph's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kgbuild.graph.reading import StoredGraph
from kgbuild.graph.rows import decode_terms
from kgbuild.graph.schema import key
from kgbuild.reasoning.contradictions import contradictions
from kgbuild.reasoning.strengths import beliefs

__all__ = ["KINDS", "Change", "difference"]

KINDS = ("new", "strengthened", "weakened", "contradicted", "withdrawn")
"""What can become of a claim, in the order in which changes are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of one claim.

    ``before`` and ``after`` are its beliefs, None in a graph that lacks it. ``against`` is the
    identity of the claim that contradicts it now, where ``kind`` is *contradicted*.
    """

    kind: str
    assertion: str
    subject: str
    predicate: str
    object: str
    negated: bool
    qualifiers: tuple[tuple[str, str], ...]
    subject_label: str
    object_label: str
    before: float | None
    after: float | None
    against: str = ""


def difference(old: StoredGraph, new: StoredGraph, *, least: float = 0.01) -> list[Change]:
    """The changes from one graph to another, by kind, then the greatest change first.

    A belief that moved by less than ``least`` has not changed. A claim that is new and
    contradicts one that was there is listed as new, the other as contradicted; a claim may be
    both weakened and contradicted.
    """
    before, after = beliefs(old), beliefs(new)
    found = [
        _change(new if number in after else old, kind, number, before, after)
        for kind, number in _moved(before, after, least)
    ]
    known = {_pair(one.first.id, one.second.id) for one in contradictions(old)}
    for one in contradictions(new):
        if _pair(one.first.id, one.second.id) not in known:
            hit, by = one.first.id, one.second.id
            if key(by) in before:
                hit, by = by, hit
            found.append(_change(new, "contradicted", key(hit), before, after, against=by))
    return sorted(found, key=_order)


def _moved(
    before: dict[int, float], after: dict[int, float], least: float
) -> Iterator[tuple[str, int]]:
    for number in after.keys() - before.keys():
        yield "new", number
    for number in before.keys() - after.keys():
        yield "withdrawn", number
    for number in before.keys() & after.keys():
        rise = after[number] - before[number]
        if abs(rise) >= least:
            yield ("strengthened" if rise > 0 else "weakened"), number


def _pair(one: str, other: str) -> tuple[str, ...]:
    return tuple(sorted((one, other)))


def _order(change: Change) -> tuple[int, float, str, str]:
    moved = abs((change.after or 0.0) - (change.before or 0.0))
    return KINDS.index(change.kind), -moved, change.assertion, change.against


def _change(
    graph: StoredGraph,
    kind: str,
    number: int,
    before: dict[int, float],
    after: dict[int, float],
    against: str = "",
) -> Change:
    identity, subject, subject_label, predicate, object_, object_label, negated, qualifiers = (
        graph.connection.execute(
            "SELECT a.identity, s.curie, s.label, a.predicate, o.curie, o.label, a.negated,"
            " a.qualifiers FROM assertions a JOIN concepts s ON s.id = a.subject"
            " JOIN concepts o ON o.id = a.object WHERE a.id = ?",
            (number,),
        ).fetchone()
    )
    return Change(
        kind=kind,
        assertion=identity,
        subject=subject,
        predicate=predicate,
        object=object_,
        negated=bool(negated),
        qualifiers=decode_terms(qualifiers),
        subject_label=subject_label,
        object_label=object_label,
        before=before.get(number),
        after=after.get(number),
        against=against,
    )
