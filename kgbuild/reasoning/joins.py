"""A rule as SQL: one join over the table of facts.

A fact is a row (relation, a, b, c, d, e) of integer keys. The premises of a rule are joined in
a fixed order: first the one that the changes stand in, then always one that shares most with
what is bound already (ties: the rarer relation), so that every step is a look-up in an index.

The same join finds conclusions, and afterwards the ways to them: which premises a conclusion
has is asked with its terms bound, so nothing need be written down while rules are applied.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto

from kgbuild.reasoning.rules import MAX_ARITY, MAX_PREMISES, Atom, Rule, Term, Variable

__all__ = ["COLUMNS", "Finds", "head_of", "join"]

COLUMNS = "abcde"[:MAX_ARITY]


class Finds(Enum):
    """What a join selects, in columns.

    ``CONCLUSIONS``: the terms of the conclusion. ``WAYS``: the fact that is the conclusion, and
    the facts that are its premises; ``WAYS_TO``: the same, to the facts of the table ``delta``.
    ``PREMISES``: these alone, the conclusion's terms being the parameters ``?1``, ``?2`` … What
    is missing in a row is 0.
    """

    CONCLUSIONS = auto()
    WAYS = auto()
    WAYS_TO = auto()
    PREMISES = auto()


Keys = Callable[[str], int]
"""The integer key of a constant or of a relation's name."""


def join(
    rule: Rule,
    key: Keys,
    relation: Keys,
    counts: Mapping[str, int],
    *,
    finds: Finds = Finds.CONCLUSIONS,
    changed: int | None = None,
    delta: str = "",
    blocked: bool = False,
    alive: bool = True,
) -> str:
    """The SELECT of what a rule concludes, or of the ways in which it does.

    ``changed`` is the place among ``body`` and then ``absent`` where only facts of the table
    ``delta`` count; None for all facts. ``blocked`` finds what is no longer so because a fact
    that must be absent is there, so absence is not asked for. Without ``alive``, facts that
    are about to go count too.
    """
    names = [f"f{n}" for n in range(len(rule.body) + len(rule.absent))]
    atoms = (*rule.body, *rule.absent)
    bound: dict[Variable, str] = {}
    tables: list[str] = []
    where: list[str] = []
    if finds is Finds.PREMISES:
        where += _given(rule.head, bound, key)
    if finds is Finds.WAYS_TO:
        tables.append(f"{delta} CROSS JOIN facts head ON head.id = {delta}.id")
        where += _conditions(rule.head, "head", bound, key, relation)
    if changed is not None:
        tables.append(f"{delta} CROSS JOIN facts {names[changed]}")
        where.append(f"{names[changed]}.id = {delta}.id")
        where += _conditions(atoms[changed], names[changed], bound, key, relation)
    waiting = [n for n in range(len(rule.body)) if n != changed]
    while waiting:
        chosen = max(waiting, key=lambda n: _rank(atoms[n], bound, counts))
        waiting.remove(chosen)
        tables.append(f"facts {names[chosen]} INDEXED BY {_index(atoms[chosen], bound)}")
        where += _conditions(atoms[chosen], names[chosen], bound, key, relation)
    where += [
        f"{_value(c.left, bound, key)} {'<>' if c.operator == '!=' else '='}"
        f" {_value(c.right, bound, key)}"
        for c in rule.comparisons
    ]
    if alive:
        where += [
            f"NOT EXISTS (SELECT 1 FROM dead WHERE dead.id = {names[n]}.id)"
            for n in range(len(rule.body))
        ]
    if not blocked:
        where += [_absence(atom, bound, key, relation, alive=alive) for atom in rule.absent]
    head = _padded([_value(term, bound, key) for term in rule.head.terms], MAX_ARITY)
    columns = head
    if finds is not Finds.CONCLUSIONS:
        columns = _padded([f"{names[n]}.id" for n in range(len(rule.body))], MAX_PREMISES)
    if finds is Finds.WAYS:
        tables.append("facts head INDEXED BY facts_by_terms")
        where.append(f"head.relation = {relation(rule.head.relation)}")
        where += [f"head.{column} = {value}" for column, value in zip(COLUMNS, head, strict=True)]
    if finds in (Finds.WAYS, Finds.WAYS_TO):
        # Not the fact itself among its own premises: that would say nothing.
        where.append(f"head.id NOT IN ({', '.join(columns)})")
        columns = ["head.id", *columns]
    return f"SELECT {', '.join(columns)} FROM {' CROSS JOIN '.join(tables)} WHERE " + " AND ".join(
        where
    )


def _padded(columns: Sequence[str], length: int) -> list[str]:
    return [*columns, *["0"] * (length - len(columns))]


def _given(head: Atom, bound: dict[Variable, str], key: Keys) -> list[str]:
    """Bind the variables of a conclusion to the parameters; what else the terms must be."""
    found = []
    for number, term in enumerate(head.terms, 1):
        if isinstance(term, Variable) and term not in bound:
            bound[term] = f"?{number}"
        else:
            found.append(f"?{number} = {_value(term, bound, key)}")
    return found


def _rank(
    atom: Atom, bound: Mapping[Variable, str], counts: Mapping[str, int]
) -> tuple[bool, int, int]:
    fixed = sum(1 for term in atom.terms if not isinstance(term, Variable) or term in bound)
    joined = any(isinstance(term, Variable) and term in bound for term in atom.terms)
    # A category holds of very many concepts: it is a check at the end, no place to begin.
    begins = bool(bound) or atom.relation != "category"
    return begins, (fixed if joined or not bound else -1), -counts.get(atom.relation, 0)


def _index(atom: Atom, bound: Mapping[Variable, str]) -> str:
    """The index that finds the rows of an atom: named, so that no guess of SQLite's decides."""
    fixed = [not isinstance(term, Variable) or term in bound for term in atom.terms]
    for place, index in ((0, "facts_by_terms"), (2, "facts_by_c"), (1, "facts_by_b")):
        if place < len(fixed) and fixed[place]:
            return index
    return "facts_by_terms"


def _conditions(
    atom: Atom, name: str, bound: dict[Variable, str], key: Keys, relation: Keys
) -> list[str]:
    """What makes a row stand for the atom; its new variables are bound to the row's columns."""
    found = [f"{name}.relation = {relation(atom.relation)}"]
    for column, term in zip(COLUMNS, atom.terms, strict=False):
        if isinstance(term, Variable) and term not in bound:
            bound[term] = f"{name}.{column}"
        else:
            found.append(f"{name}.{column} = {_value(term, bound, key)}")
        if column == "c":
            found.append(f"{name}.c <> 0")  # the index by c holds these rows alone
    return found


def _absence(
    atom: Atom, bound: Mapping[Variable, str], key: Keys, relation: Keys, *, alive: bool
) -> str:
    same = [f"n.relation = {relation(atom.relation)}"]
    same += [
        f"n.{column} = {_value(term, bound, key)}"
        for column, term in zip(COLUMNS, atom.terms, strict=False)
    ]
    if alive:
        same.append("NOT EXISTS (SELECT 1 FROM dead WHERE dead.id = n.id)")
    return f"NOT EXISTS (SELECT 1 FROM facts n WHERE {' AND '.join(same)})"


def _value(term: Term, bound: Mapping[Variable, str], key: Keys) -> str:
    return bound[term] if isinstance(term, Variable) else str(key(term))


def head_of(columns: Sequence[str], table: str = "found") -> str:
    """The condition that a row of ``facts`` has the terms of a row of another table."""
    return " AND ".join(f"facts.{column} = {table}.{column}" for column in columns)
