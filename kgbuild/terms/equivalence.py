"""Which identifiers name one concept, and which of them is used.

What is said to be the same, by cross-references and mappings, is united (union-find), so the order
in which it is said does not matter. What is broader or narrower is never said to be the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from kgbuild.terms.report import TermReport

__all__ = ["Equivalence"]

Pair = tuple[str, str]


class Equivalence:
    """Sets of identifiers that were said to be the same.

    ``pairs`` come in any order, ``successors`` send withdrawn identifiers to current ones,
    ``listed`` are those that a vocabulary at hand has. The identifier to use is, of a set, the one
    whose prefix comes first in ``prefer``, an order of prefixes or a function from an identifier
    to its rank; then a listed one; then the first by spelling.

    A set with two listed identifiers of one prefix contradicts their vocabulary, which has two
    concepts there: it is reported, and of what is said of it only ``trusted`` pairs count.

    >>> same = Equivalence([("mesh:D1", "mondo:1")], listed={"mesh:D1"}, report=TermReport(),
    ...     prefer=("mondo",))
    >>> same.preferred("mesh:D1"), same.members("mesh:D1"), same.preferred("mesh:D2")
    ('mondo:1', ('mesh:D1', 'mondo:1'), 'mesh:D2')
    """

    def __init__(
        self,
        pairs: Iterable[Pair],
        *,
        listed: Collection[str],
        report: TermReport,
        prefer: Sequence[str] | Callable[[str], int] = (),
        successors: Mapping[str, str] | None = None,
        trusted: Iterable[Pair] = (),
    ) -> None:
        successors = successors or {}
        self._current = {old: _last(old, successors) for old in sorted(successors)}
        self._preferred: dict[str, str] = {}
        self._members: dict[str, tuple[str, ...]] = {}
        rank = prefer if callable(prefer) else _by_prefix(prefer)
        trusted = [(self._now(a), self._now(b)) for a, b in trusted]
        doubted: set[str] = set()
        both = (*trusted, *((self._now(a), self._now(b)) for a, b in pairs))
        for members in _classes(both):
            if clash := _clash(members, listed):
                why = "two listed identifiers of one prefix are said to be the same"
                report.leave_out("", 0, " = ".join(clash), why)
                doubted.update(members)
            else:
                self._unite(members, listed, rank)
        for members in _classes(pair for pair in trusted if pair[0] in doubted):
            if not _clash(members, listed):
                self._unite(members, listed, rank)

    def _unite(
        self, members: tuple[str, ...], listed: Collection[str], rank: Callable[[str], int]
    ) -> None:
        best = min(members, key=lambda one: (rank(one), one not in listed, one))
        for member in members:
            self._preferred[member] = best
            self._members[member] = members

    def _now(self, curie: str) -> str:
        return self._current.get(curie, curie)

    def current(self, curie: str) -> str:
        """The identifier itself, or the last of its successors."""
        return self._now(curie)

    def preferred(self, curie: str) -> str:
        """The identifier to use for a concept: its own where nothing else is known."""
        now = self._now(curie)
        return self._preferred.get(now, now)

    def members(self, curie: str) -> tuple[str, ...]:
        """All identifiers of its set, sorted; empty where there is no other."""
        return self._members.get(self._now(curie), ())

    def sets(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The preferred identifier and the members of every set."""
        return ((best, self._members[best]) for best in sorted(set(self._preferred.values())))


def _last(old: str, successors: Mapping[str, str]) -> str:
    """The end of a chain of successors; the identifier itself where the chain is a ring."""
    seen = {old}
    now = old
    while now in successors:
        now = successors[now]
        if now in seen:
            return old
        seen.add(now)
    return now


def _by_prefix(prefer: Sequence[str]) -> Callable[[str], int]:
    ranks = {prefix: rank for rank, prefix in enumerate(prefer)}
    return lambda curie: ranks.get(curie.partition(":")[0], len(ranks))


def _classes(pairs: Iterable[Pair]) -> Iterator[tuple[str, ...]]:
    """The sets of two or more, each sorted, in the order of their first members."""
    above: dict[str, str] = {}
    for a, b in pairs:
        one, other = _root(above, a), _root(above, b)
        # The lesser is the root, so that the result does not depend on the order.
        above[max(one, other)] = min(one, other)
    members: dict[str, list[str]] = {}
    for curie in sorted(above):
        members.setdefault(_root(above, curie), []).append(curie)
    return (tuple(some) for some in members.values() if len(some) > 1)


def _root(above: dict[str, str], curie: str) -> str:
    """The root of the tree that an identifier is in; the way there is halved."""
    above.setdefault(curie, curie)
    while above[curie] != curie:
        above[curie] = above[above[curie]]
        curie = above[curie]
    return curie


def _clash(members: tuple[str, ...], listed: Collection[str]) -> tuple[str, ...]:
    """Two listed members with one prefix, or nothing. ``members`` is sorted."""
    first: dict[str, str] = {}
    for member in members:
        if member in listed:
            other = first.setdefault(member.partition(":")[0], member)
            if other != member:
                return (other, member)
    return ()
