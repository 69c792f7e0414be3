"""Which identifiers name one concept, and which of them is used."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from kgbuild_lexicon.report import Report

__all__ = ["Equivalence"]


class Equivalence:
    """Classes of identifiers that were said to be the same.

    ``pairs`` come in any order, ``successors`` send withdrawn identifiers to current ones,
    ``listed`` are those that a word list has. The identifier to use is, of a class, the one
    whose prefix comes first in ``prefer``; then a listed one; then the first by spelling.

    A class with two listed identifiers of one prefix contradicts the list, which has two
    concepts there: such a class is reported and nothing in it is merged.

    >>> same = Equivalence([("mesh:D1", "mondo:1")], {}, {"mesh:D1"}, ("mondo",), Report())
    >>> same.preferred("mesh:D1"), same.members("mesh:D1"), same.preferred("mesh:D2")
    ('mondo:1', ('mesh:D1', 'mondo:1'), 'mesh:D2')
    """

    def __init__(
        self,
        pairs: Iterable[tuple[str, str]],
        successors: dict[str, str],
        listed: Collection[str],
        prefer: tuple[str, ...],
        report: Report,
    ) -> None:
        self._current = {old: _last(old, successors) for old in sorted(successors)}
        self._preferred: dict[str, str] = {}
        self._members: dict[str, tuple[str, ...]] = {}
        order = _order(listed, prefer)
        current = ((self._now(a), self._now(b)) for a, b in pairs)
        for members in _classes(current):
            if clash := _clash(members, listed):
                why = "two listed identifiers of one prefix are said to be the same"
                report.leave_out("", 0, " = ".join(clash), why)
                continue
            best = min(members, key=order)
            for member in members:
                self._preferred[member] = best
                self._members[member] = members

    def _now(self, curie: str) -> str:
        return self._current.get(curie, curie)

    def preferred(self, curie: str) -> str:
        """The identifier to use for a concept: its own where nothing else is known."""
        now = self._now(curie)
        return self._preferred.get(now, now)

    def members(self, curie: str) -> tuple[str, ...]:
        """All identifiers of its class, sorted; empty where there is no other."""
        return self._members.get(self._now(curie), ())


def _last(old: str, successors: dict[str, str]) -> str:
    """The end of a chain of successors; the identifier itself where the chain is a ring."""
    seen = {old}
    now = old
    while now in successors:
        now = successors[now]
        if now in seen:
            return old
        seen.add(now)
    return now


def _order(
    listed: Collection[str], prefer: tuple[str, ...]
) -> Callable[[str], tuple[int, bool, str]]:
    ranks = {prefix: rank for rank, prefix in enumerate(prefer)}
    return lambda c: (ranks.get(c.partition(":")[0], len(ranks)), c not in listed, c)


def _classes(pairs: Iterable[tuple[str, str]]) -> Iterable[tuple[str, ...]]:
    """Connected components, each sorted, in the order of their first members."""
    near: dict[str, set[str]] = {}
    for a, b in pairs:
        if a != b:
            near.setdefault(a, set()).add(b)
            near.setdefault(b, set()).add(a)
    seen: set[str] = set()
    for start in sorted(near):
        if start in seen:
            continue
        seen.add(start)
        members, waiting = [start], [start]
        while waiting:
            fresh = near[waiting.pop()] - seen
            seen |= fresh
            members += fresh
            waiting += fresh
        yield tuple(sorted(members))


def _clash(members: tuple[str, ...], listed: Collection[str]) -> tuple[str, ...]:
    """Two listed members with one prefix, or nothing. ``members`` is sorted."""
    first: dict[str, str] = {}
    for member in members:
        if member in listed:
            other = first.setdefault(member.partition(":")[0], member)
            if other != member:
                return (other, member)
    return ()
