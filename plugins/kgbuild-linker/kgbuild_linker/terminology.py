"""A terminology as it is asked: names to concepts, concepts to names, parents, equivalents."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple, TypeVar

from kgbuild import ComponentUnavailableError, Concept, Vocabulary, ancestors
from kgbuild_linker.keys import LITTLE, hashed, stems, tokens
from kgbuild_linker.rat_genes import rat_genes
from kgbuild_linker.records import Group, Hit, NameKind
from kgbuild_linker.united import other_record, stands_for
from kgbuild_linker.writing import FORMAT

__all__ = ["CATEGORY", "Hit", "Terminology", "group_of"]

CATEGORY = {
    Group.CHEMICAL: "biolink:ChemicalEntity",
    Group.DISEASE: "biolink:DiseaseOrPhenotypicFeature",
    Group.GENE: "biolink:Gene",
    Group.SPECIES: "biolink:OrganismTaxon",
    Group.CELL_LINE: "biolink:CellLine",
    Group.OTHER: "biolink:NamedThing",
}
"""The Biolink class of each kind of concept."""

NodeT = TypeVar("NodeT")

_MEMORY = 256 << 20

_LONG = 8
_MOST_LONG = 12
_MOST_COMPARED = 10
_FILE_SPELLING = {"orpha": "orphanet"}
"""Prefixes that the shipped file spells in another way than bioregistry."""


class _Row(NamedTuple):
    curie: str
    group: Group
    taxon: int
    weight: float
    parents: str
    names: tuple[str, ...]


class Terminology:
    """One file of concepts, mapped into memory; a component of kgbuild as it is.

    Raises ComponentUnavailableError where the file is missing, broken or of another version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise ComponentUnavailableError(
                f"{path}: there is no such terminology", plugin="linker",
                hints=["kgbuild terminology add FILE makes it from the default and FILE"],
            )  # fmt: skip
        try:
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True,
                check_same_thread=False,
            )  # fmt: skip
            self._connection.execute(f"PRAGMA mmap_size = {_MEMORY}")
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        except sqlite3.DatabaseError as error:
            raise ComponentUnavailableError(
                f"{path}: is not a terminology: {error}", plugin="linker"
            ) from error
        if version != FORMAT:
            raise ComponentUnavailableError(
                f"{path}: is a terminology of version {version}, this plugin reads {FORMAT}",
                plugin="linker",
                hints=["build it again: kgbuild terminology add"],
            )
        (self._count,) = self._connection.execute(
            "SELECT ifnull(max(id) + 1, 0) FROM concepts"
        ).fetchone()
        # A file from before there was such a table does not tell them from exact matches.
        self._tells_withdrawn = bool(
            self._connection.execute(
                "SELECT 1 FROM sqlite_master WHERE name = 'withdrawn'"
            ).fetchone()
        )
        self._row = lru_cache(maxsize=16_384)(self._read)
        self._curie = lru_cache(maxsize=16_384)(self._curie_of)
        self._number = lru_cache(maxsize=65_536)(self._bisect)
        self.find = lru_cache(maxsize=16_384)(self._find)
        self.labelled = lru_cache(maxsize=16_384)(self.hit)
        self.long_names = lru_cache(maxsize=16_384)(self._long_names)
        self.stems = lru_cache(maxsize=16_384)(self._stems)
        self.above = lru_cache(maxsize=16_384)(self._walk_up)
        self.preferred = lru_cache(maxsize=65_536)(self._preferred)

    # --- names to concepts

    def _find(self, key: str) -> tuple[Hit, ...]:
        """The concepts that have a name with this key, each once, by number."""
        found: dict[int, Hit] = {}
        rows = self._connection.execute("SELECT place FROM keys WHERE hash = ?", (hashed(key),))
        for (place,) in rows.fetchall():
            hit = self._named(place >> 8, place & 255)
            known = found.get(hit.concept)
            if known is None or hit.kind < known.kind:
                found[hit.concept] = hit
        return (
            *found.values(),
            *(hit for hit in rat_genes().named.get(key, ()) if self._lacks(hit.curie)),
        )

    def _named(self, number: int, index: int) -> Hit:
        """The concept that one of a row's names is a name of."""
        name = self._row(number).names[index]
        main, kind = self._main(number), NameKind(int(name[0]))
        if main != number:
            kind = max(kind, NameKind.MAPPED)
        row = self._row(main)
        label = row.names[0][1:]
        return Hit(main, row.curie, label, row.group, row.taxon, row.weight, kind, name[1:])

    def _main(self, number: int) -> int:
        """The number of the concept that a row is of: another's, where the file has it twice."""
        main = stands_for().get(self._curie(number))
        found = self._number(main) if main else None
        return number if found is None else found

    def _all_names(self, number: int) -> tuple[str, ...]:
        """The names of a concept, also those of its other row; each behind its kind."""
        row = self._row(number)
        other = self._number(other_record().get(row.curie, ""))
        return row.names if other is None else (*row.names, *self._row(other).names)

    def _lacks(self, curie: str) -> bool:
        return self._number(curie) is None

    def hit(self, curie: str, name: str = "") -> Hit | None:
        """A concept as if it had been found by ``name`` (its label); None where there is none."""
        main = self.preferred(curie)
        number = self._number(main)
        if number is None:
            beside = rat_genes().hits.get(main)
            return beside and beside._replace(name=name or beside.name)
        row = self._row(number)
        return self._hit(number, row, name or row.names[0][1:])

    def names(self, groups: Collection[Group]) -> Iterator[tuple[Hit, list[str]]]:
        """All concepts of some kinds by CURIE, and what each is called, the label first."""
        for number, kind in self._connection.execute("SELECT id, kind FROM concepts ORDER BY id"):
            if kind in groups and self._main(number) == number:
                row = self._read(number)
                names = [name[1:] for name in self._all_names(number)]
                yield self._hit(number, row, names[0]), names

    def _long_names(self, number: int) -> list[frozenset[str]]:
        """The words of the names of a concept that are no abbreviations; of many the first."""
        if number < 0:  # a concept that is not of this file
            return []
        long = [name[1:] for name in self._all_names(number) if " " in name or len(name) > _LONG]
        words = (frozenset(tokens(name)) - LITTLE for name in long[:_MOST_LONG])
        return [one for one in words if one]

    def _stems(self, number: int) -> list[frozenset[str]]:
        """The stems of the names of a concept; of many names the first."""
        if number < 0:
            return []
        some = (stems(name[1:]) for name in self._all_names(number)[:_MOST_COMPARED])
        return list(dict.fromkeys(filter(None, some)))

    def _hit(self, number: int, row: _Row, name: str) -> Hit:
        label = row.names[0][1:]
        return Hit(
            number, row.curie, label, row.group, row.taxon, row.weight, NameKind.SYNONYM, name
        )

    # --- what kgbuild asks of a terminology

    def concept(self, curie: str) -> Concept | None:
        """What is known of a concept, by any identifier that is not withdrawn; or None."""
        main = self.preferred(curie)
        number = self._number(main)
        if number is None:
            beside = rat_genes().hits.get(curie)
            return beside and Concept(id=curie, label=beside.label, category=CATEGORY[beside.group])
        matches = self.exact_matches(main)
        if curie not in (main, *matches):
            return None
        row = self._row(number)
        return Concept(
            id=curie,
            label=row.names[0][1:],
            category=CATEGORY[row.group],
            synonyms=tuple(sorted({name[1:] for name in self._all_names(number)[1:]})),
            exact_matches=tuple(sorted({main, *matches} - {curie})),
        )

    def exact_matches(self, curie: str) -> list[str]:
        """The other identifiers of a concept, sorted; those that are withdrawn are none."""
        main = self.preferred(curie)
        record = other_record().get(main, "")
        number, second = self._number(main), self._number(record)
        rows = self._others.execute(
            "SELECT curie FROM turned.others WHERE concept IN (?, ?)", (number, second)
        )
        others = [other for (other,) in rows.fetchall() if not self._is_withdrawn(other)]
        if second is not None:
            others.append(record)
        return sorted(map(_bioregistry_spelling, others))

    @cached_property
    def _others(self) -> sqlite3.Connection:
        """``same`` the other way round, made when it is first asked: an index is 4 MB of file."""
        self._connection.execute("ATTACH ':memory:' AS turned")
        self._connection.executescript(
            "CREATE TABLE turned.others(concept, curie, PRIMARY KEY(concept, curie)) WITHOUT ROWID;"
            "INSERT INTO turned.others SELECT concept, curie FROM same ORDER BY concept, curie;"
        )
        return self._connection

    def group(self, curie: str) -> Group | None:
        """The kind of a concept, or None where it is not known."""
        hit = self.hit(curie)
        return hit and hit.group

    def _is_withdrawn(self, curie: str) -> bool:
        return self._tells_withdrawn and bool(
            self._connection.execute("SELECT 1 FROM withdrawn WHERE curie = ?", (curie,)).fetchone()
        )

    def parents(self, curie: str) -> Sequence[str]:
        """The concepts directly above it; empty where there are none.

        A parent that lies below the concept too is left out: which edge of a cycle is wrong is
        not known.
        """
        number = self._number(self.preferred(curie))
        if number is None:
            return []
        above = (one for one in self._parents(number) if number not in self.above(one))
        return sorted(map(self._curie, above))

    def ancestors(self, curie: str) -> list[str]:
        """All concepts above it, sorted."""
        return sorted(_reached(curie, self.parents))

    def _parents(self, number: int) -> list[int]:
        return [self._main(int(one)) for one in self._row(number).parents.split()]

    def _walk_up(self, number: int) -> frozenset[int]:
        """All that the file says lies above, cycles and all."""
        return frozenset(_reached(number, self._parents))

    def _preferred(self, curie: str) -> str:
        """The identifier that stands for it: its own, or that of the concept it is the same as."""
        number = self._number(curie)
        if number is not None:
            return self._curie(self._main(number))
        prefix, _, local = curie.partition(":")
        spelled = f"{_FILE_SPELLING.get(prefix, prefix)}:{local}"
        row = self._connection.execute(
            "SELECT concept FROM same WHERE curie IN (?, ?)", (curie, spelled)
        ).fetchone()
        return self._curie(self._main(row[0])) if row else curie

    def vocabularies(self) -> list[Vocabulary]:
        """What the file was made from, and what stands beside it."""
        rows = self._connection.execute(
            "SELECT name, package, version, licence, sha256 FROM sources ORDER BY name"
        )
        of_file = [
            Vocabulary(name=name, version=f"{package} {version}", licence=licence, sha256=sha256)
            for name, package, version, licence, sha256 in rows
        ]
        return sorted([*of_file, rat_genes().vocabulary], key=lambda one: one.name)

    # --- rows

    def _read(self, number: int) -> _Row:
        curie, group, taxon, weight, parents, names = self._connection.execute(
            "SELECT curie, kind, taxon, weight, parents, names FROM concepts WHERE id = ?",
            (number,),
        ).fetchone()
        return _Row(curie, Group(group), taxon, weight / 100, parents, tuple(names.split("\n")))

    def _curie_of(self, number: int) -> str:
        (curie,) = self._connection.execute(
            "SELECT curie FROM concepts WHERE id = ?", (number,)
        ).fetchone()
        return str(curie)

    def _bisect(self, curie: str) -> int | None:
        """The number of a concept, by bisection: numbers are in the order of CURIEs."""
        low, high = 0, int(self._count)
        while low < high:
            middle = (low + high) // 2
            there = self._curie(middle)
            if there == curie:
                return middle
            low, high = (middle + 1, high) if there < curie else (low, middle)
        return None


def _bioregistry_spelling(curie: str) -> str:
    for ours, theirs in _FILE_SPELLING.items():
        if curie.startswith(f"{theirs}:"):
            return f"{ours}:{curie.partition(':')[2]}"
    return curie


_GROUPS = {
    "biolink:ChemicalEntity": Group.CHEMICAL,
    "biolink:DiseaseOrPhenotypicFeature": Group.DISEASE,
    "biolink:GeneOrGeneProduct": Group.GENE,
    "biolink:OrganismTaxon": Group.SPECIES,
    "biolink:CellLine": Group.CELL_LINE,
}


def _reached(start: NodeT, parents: Callable[[NodeT], Iterable[NodeT]]) -> set[NodeT]:
    """All that lies above a concept, however many steps; itself only where there is a cycle."""
    found: set[NodeT] = set()
    waiting = list(parents(start))
    while waiting:
        above = waiting.pop()
        if above not in found:
            found.add(above)
            waiting += parents(above)
    return found


@lru_cache(maxsize=256)
def group_of(category: str) -> Group | None:
    """The kind of concept that a mention of a Biolink class names; None where none is linked.

    >>> group_of("biolink:Disease").name, group_of("biolink:Gene").name
    ('DISEASE', 'GENE')
    """
    for one in (category, *ancestors(category)):
        if one in _GROUPS:
            return _GROUPS[one]
    return Group.GENE if category == "biolink:Gene" else None
