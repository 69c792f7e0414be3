"""The default terminology and the vocabularies that were added, made into one.

Of two identifiers that name one concept the one whose prefix comes first in the stated order
(:data:`~kgbuild_linker.preferring.ORDER`) is the concept's; the others are its exact matches.
What was added later comes before what was added earlier, and that before the default.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from kgbuild import normalise
from kgbuild.terms import Equivalence, TermReport
from kgbuild_linker.preferring import rank
from kgbuild_linker.records import Entry, Group, NameKind
from kgbuild_linker.staging import Tie
from kgbuild_linker.terminology import group_of

__all__ = ["merge"]

_WEIGHT = 0.8
"""How heavy an added concept is: as heavy as the default's lesser vocabularies."""

_CATEGORIES = {
    **dict.fromkeys(("mondo", "doid", "omim", "orpha", "hp", "efo", "medgen", "icd10cm", "icd11"),
                    "biolink:DiseaseOrPhenotypicFeature"),
    **dict.fromkeys(("chebi", "drugbank", "unii", "rxnorm", "pubchem.compound", "hmdb", "cas",
                     "chembl.compound", "kegg.compound", "kegg.drug"), "biolink:ChemicalEntity"),
    **dict.fromkeys(("ncbigene", "hgnc", "mgi", "rgd", "flybase", "ensembl"), "biolink:Gene"),
    "ncbitaxon": "biolink:OrganismTaxon",
    **dict.fromkeys(("cellosaurus", "clo"), "biolink:CellLine"),
}  # fmt: skip
"""What concepts are whose vocabulary does not say, by prefix."""

_MOST = 1000
"""Names of one concept that are looked at; the file keeps the 255 surest."""

_UNSAID = "biolink:NamedThing"
_PROCESSES = frozenset(
    f"biolink:{name}" for name in ("NamedThing", "BiologicalProcess", "Behavior", "Phenomenon")
)
"""Of the other kinds these may be meant by a disease's or a chemical's name."""


class _Row(NamedTuple):
    """What one vocabulary says of one identifier. ``vocabulary`` is 0 for the default."""

    main: str
    vocabulary: int
    curie: str
    label: str
    names: str
    parents: str
    category: str
    taxon: int
    group: int
    weight: int
    place: int


_ROWS = """
SELECT coalesce(m.main, b.curie), 0, b.curie, '', b.names, b.parents, '', b.taxon, b.kind, b.weight,
    b.id
FROM base.concepts b LEFT JOIN temp.mains m ON m.curie = b.curie
UNION ALL
SELECT coalesce(m.main, t.curie), t.vocabulary, t.curie, t.label, t.names, t.parents, t.category,
    t.taxon, -1, 0, t.rowid
FROM terms t LEFT JOIN temp.mains m ON m.curie = t.curie
ORDER BY 1, 2 DESC, 3, 11
"""
_REFERENCES = f"""
SELECT subject, object FROM (
    SELECT subject, object, count(*) OVER (PARTITION BY vocabulary, subject, prefix) AS ours,
        count(*) OVER (PARTITION BY vocabulary, object) AS theirs
    FROM (SELECT DISTINCT vocabulary, subject, object,
        substr(object, 1, instr(object, ':')) AS prefix FROM ties WHERE kind = {int(Tie.REFERENCE)})
) WHERE ours = 1 AND theirs = 1
"""
"""Cross-references that go one to one: of a concept one to that vocabulary, and to it no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of identifiers before concepts are made of them.

    ``base`` are the default's, by number; ``listed`` those that a vocabulary has now, ``gone``
    those that none has any more, some of them with ``successors``. ``stale`` are the parts of
    vocabularies that a newer release replaces.
    """

    base: list[str]
    listed: set[str]
    gone: set[str]
    successors: dict[str, str]
    stale: frozenset[str]


def merge(connection: sqlite3.Connection, base: Path, report: TermReport) -> Iterator[Entry]:
    """The concepts of the default and of what was added, in the order of their CURIEs."""
    connection.execute("ATTACH ? AS base", (str(base),))
    known = _known(connection)
    _report_duplicates(connection, report)
    equivalence = Equivalence(
        _pairs(connection),
        listed=known.listed,
        report=report,
        prefer=lambda curie: rank(curie) + (0 if curie in known.listed else 1000),
        successors=known.successors,
        trusted=_trusted(connection, known),
    )
    _write_mains(connection, equivalence, known.listed)
    withdrawn: dict[str, list[str]] = {}
    for old in sorted(known.successors):
        if old not in known.listed:
            withdrawn.setdefault(equivalence.preferred(old), []).append(old)
    return _Merging(known, equivalence, withdrawn, report).entries(connection)


def _known(connection: sqlite3.Connection) -> Known:
    rows = connection.execute("SELECT curie, taxon FROM base.concepts ORDER BY id").fetchall()
    live = {curie for (curie,) in connection.execute("SELECT DISTINCT curie FROM terms")}
    stale = frozenset(
        _realm(curie, taxon)
        for curie, taxon in connection.execute(
            "SELECT curie, max(taxon) FROM terms WHERE vocabulary IN"
            " (SELECT id FROM added WHERE replaces) GROUP BY curie"
        )
    )
    gone = {curie for curie, taxon in rows if _realm(curie, taxon) in stale} - live
    successors: dict[str, str] = {}
    for old, new in connection.execute(
        "SELECT subject, object FROM ties WHERE kind = ? ORDER BY vocabulary DESC, object",
        (int(Tie.SUCCESSOR),),
    ):
        if old not in live:
            gone.add(old)
            if new:
                successors.setdefault(old, new)
    base = [curie for curie, _ in rows]
    for old, concept in _same(connection, base):
        if _prefix(old) == _prefix(concept) and old not in live:
            successors.setdefault(old, concept)
    return Known(
        base=base, listed=(set(base) - gone) | live, gone=gone, successors=successors, stale=stale
    )


def _same(connection: sqlite3.Connection, base: list[str]) -> Iterator[tuple[str, str]]:
    """The default's other identifiers, each with its concept; one of a prefix is an older one."""
    rows = connection.execute("SELECT curie, concept FROM base.same ORDER BY curie")
    return ((normalise(curie), base[concept]) for curie, concept in rows)


def _trusted(connection: sqlite3.Connection, known: Known) -> Iterator[tuple[str, str]]:
    for other, concept in _same(connection, known.base):
        kept = concept not in known.gone or concept in known.successors
        if kept and _realm(other, 0) not in known.stale and _prefix(other) != _prefix(concept):
            yield other, concept


def _pairs(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    yield from connection.execute(
        "SELECT DISTINCT subject, object FROM ties WHERE kind = ?", (int(Tie.SAME),)
    )
    yield from connection.execute(_REFERENCES)


def _report_duplicates(connection: sqlite3.Connection, report: TermReport) -> None:
    for (curie,) in connection.execute(
        "SELECT curie FROM terms WHERE label != '' GROUP BY vocabulary, curie HAVING count(*) > 1"
    ):
        report.leave_out("", 0, curie, "duplicate identifier: names are united")


def _write_mains(
    connection: sqlite3.Connection, equivalence: Equivalence, listed: Container[str]
) -> None:
    """Which concept a listed identifier that is not its own belongs to."""
    connection.execute("CREATE TEMP TABLE mains(curie TEXT PRIMARY KEY, main TEXT) WITHOUT ROWID")
    connection.executemany(
        "INSERT INTO temp.mains VALUES (?, ?)",
        (
            (member, best)
            for best, members in equivalence.sets()
            for member in members
            if member != best and member in listed
        ),
    )


@dataclass(frozen=True, slots=True)
class _Merging:
    """Makes a concept of all that is said of it."""

    known: Known
    equivalence: Equivalence
    withdrawn: Mapping[str, list[str]]
    report: TermReport

    def entries(self, connection: sqlite3.Connection) -> Iterator[Entry]:
        rows = map(_Row._make, connection.execute(_ROWS))
        for main, some in groupby(rows, key=itemgetter(0)):
            kept = [row for row in some if row.vocabulary or row.curie not in self.known.gone]
            if kept:
                entry = self._entry(main, kept)
                if entry.label:
                    yield entry
                else:
                    self.report.leave_out("", 0, main, "a concept without a name")

    def _entry(self, main: str, rows: list[_Row]) -> Entry:
        own = [row for row in rows if row.curie == main]
        rows = [*own, *(row for row in rows if row.curie != main)]
        base = next((row for row in rows if not row.vocabulary), None)
        category = next(filter(None, (row.category for row in rows)), _by_prefix(rows))
        group = Group(base.group) if base is not None else group_of(category)
        if group is None:
            group = Group.OTHER
        entry = Entry(
            curie=main,
            label=next(filter(None, map(_label, rows)), ""),
            group=group,
            taxon=next((row.taxon for row in rows if row.taxon), 0),
            weight=base.weight / 100 if base is not None else _weight(group, category),
            same=[one for one in self.equivalence.members(main) if one != main],
            replaced=self.withdrawn.get(main, []),
        )
        alone = base is not None and len(rows) == 1 and base.curie == main
        if base is not None and alone and not self._stale(base):
            entry.kept = (base.place, base.names)
        else:
            for row in rows:
                self._name(entry, row)
        entry.parents = self._parents(main, own) or next(
            filter(None, (self._parents(main, [row]) for row in rows)), []
        )
        return entry

    def _name(self, entry: Entry, row: _Row) -> None:
        surest = NameKind.SYNONYM if row.curie == entry.curie else NameKind.MAPPED
        for name, kind in _names(row, stale=self._stale(row)):
            if len(entry.names) >= _MOST:
                why = f"more than {_MOST} names of one concept: the rest"
                self.report.leave_out("", 0, entry.curie, why)
                return
            entry.name(name, NameKind.LABEL if name == entry.label else max(kind, surest))

    def _parents(self, main: str, rows: Iterable[_Row]) -> list[str]:
        found: set[str] = set()
        for row in rows:
            if row.vocabulary:
                found.update(row.parents.split())
            elif not self._stale(row):
                found.update(self.known.base[int(number)] for number in row.parents.split())
        preferred = {self.equivalence.preferred(one) for one in found} - {main}
        for unknown in sorted(preferred - self.known.listed):
            self.report.leave_out("", 0, main, f"a parent that no vocabulary lists: {unknown}")
        return sorted(preferred & self.known.listed)

    def _stale(self, row: _Row) -> bool:
        return not row.vocabulary and _realm(row.curie, row.taxon) in self.known.stale


def _label(row: _Row) -> str:
    return row.label if row.vocabulary else row.names.partition("\n")[0][1:]


def _names(row: _Row, *, stale: bool) -> Iterator[tuple[str, NameKind]]:
    """The names of a row; of the default's, where its vocabulary was replaced, others' alone."""
    if row.vocabulary:
        yield from ((name, NameKind.SYNONYM) for name in (row.label, *row.names.split("\n")))
        return
    for line in row.names.split("\n"):
        kind = NameKind(int(line[0]))
        if not (stale and kind <= NameKind.SYNONYM):
            yield line[1:], kind


def _by_prefix(rows: Iterable[_Row]) -> str:
    return next(
        (_CATEGORIES[p] for row in rows if (p := _prefix(row.curie)) in _CATEGORIES), _UNSAID
    )


def _weight(group: Group, category: str) -> float:
    """Anatomy, devices and the like are known, but no mention is linked to them."""
    if group is Group.OTHER:
        return _WEIGHT / 2 if category in _PROCESSES else 0.0
    return _WEIGHT


def _prefix(curie: str) -> str:
    return curie.partition(":")[0]


def _realm(curie: str, taxon: int) -> str:
    """The part of a vocabulary that is published as one: MeSH's C records, the genes of a taxon.

    >>> _realm("mesh:D003924", 0), _realm("ncbigene:1", 9606), _realm("mondo:0000001", 0)
    ('mesh:D', 'ncbigene:9606', 'mondo:')
    """
    prefix, _, local = curie.partition(":")
    if prefix == "mesh":
        return f"mesh:{local[:1]}"
    return f"{prefix}:{taxon}" if prefix == "ncbigene" else f"{prefix}:"
