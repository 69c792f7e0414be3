"""UMLS in Rich Release Format: MRCONSO, MRREL, MRSTY, MRCUI, each a file of its own.

Which one it is is told by its name. Read are the concepts' names in the languages asked for, what
is above them (``PAR``; ``RB``, "broader", is no is-a), their semantic types as Biolink classes, and
what became of retired ones. A code of another vocabulary is the same concept where it is that
vocabulary's preferred term for it. Suppressed rows are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from kgbuild.terms.report import TermReport
from kgbuild.terms.source import read_lines, refuse
from kgbuild.terms.term import Term, TermFile, TermSource

__all__ = ["read"]

_SOURCE = TermSource("UMLS", "", "UMLS Metathesaurus licence")
_WIDTHS = {"MRCONSO": 18, "MRREL": 16, "MRSTY": 6, "MRCUI": 7}

_LANGUAGES = {"en": "ENG", "de": "GER", "fr": "FRE", "es": "SPA", "it": "ITA", "pt": "POR",
              "nl": "DUT", "ru": "RUS", "ja": "JPN", "zh": "CHI"}  # fmt: skip
_VOCABULARIES = {
    "MSH": "mesh", "OMIM": "omim", "HPO": "hp", "NCI": "ncit", "SNOMEDCT_US": "snomedct",
    "GO": "go", "HGNC": "hgnc", "NCBI": "ncbitaxon", "ICD10CM": "icd10cm", "RXNORM": "rxnorm",
    "DRUGBANK": "drugbank", "ORPHANET": "orphanet", "MDR": "meddra", "FMA": "fma",
}  # fmt: skip
_PREFERRED = frozenset({"MH", "NM", "PT", "PF", "IN", "SCN"})

_CLASSES = {
    "biolink:DiseaseOrPhenotypicFeature": "T019 T020 T033 T037 T046 T047 T048 T049 T184 T190 T191",
    "biolink:ChemicalEntity": "T103 T104 T109 T114 T116 T120 T121 T122 T123 T125 T126 T127 T129"
    " T130 T131 T192 T195 T196 T197 T200",
    "biolink:Gene": "T028",
    "biolink:OrganismTaxon": "T001 T002 T004 T005 T007 T008 T010 T011 T012 T013 T014 T015 T016"
    " T194 T204",
    "biolink:Cell": "T025",
    "biolink:AnatomicalEntity": "T017 T018 T021 T022 T023 T024 T029 T030 T031",
    "biolink:BiologicalProcess": "T038 T039 T040 T041 T042 T043 T044 T045",
    "biolink:Procedure": "T058 T059 T060 T061 T063",
    "biolink:Device": "T074 T075 T203",
}
_CATEGORY = {kind: category for category, kinds in _CLASSES.items() for kind in kinds.split()}

Row = tuple[int, list[str]]


def read(file: TermFile, report: TermReport) -> Iterator[Term | TermSource]:
    """What one of the files says; other files of the release say the rest."""
    name = file.path.name.upper().partition(".")[0]
    if name not in _WIDTHS:
        known = ", ".join(f"{one}.RRF" for one in _WIDTHS)
        raise refuse(file.path, f"is none of the files that are read: {known}")
    yield _SOURCE
    rows = _rows(file, report, _WIDTHS[name])
    if name == "MRCONSO":
        yield from _concepts(rows, file.languages)
    elif name == "MRREL":
        yield from _parents(rows)
    elif name == "MRSTY":
        yield from _types(rows)
    else:
        yield from _retired(rows)


def _rows(file: TermFile, report: TermReport, width: int) -> Iterator[Row]:
    """The rows of the right width; each ends with a bar."""
    for number, line in read_lines(file):
        cells = line.removesuffix("|").split("|")
        if len(cells) == width:
            yield number, cells
        elif line.strip():
            why = f"wrong number of cells: {len(cells)} where the format has {width}"
            report.leave_out(str(file.path), number, line, why)


def _concepts(rows: Iterator[Row], languages: Sequence[str]) -> Iterator[Term]:
    wanted = {_LANGUAGES.get(one, one.upper()) for one in languages}
    kept = ((n, cells) for n, cells in rows if cells[1] in wanted and cells[16] not in "OEY")
    for concept, some in groupby(kept, key=lambda row: row[1][0]):
        atoms = list(some)
        chosen = min(atoms, key=lambda row: _standing(row[1]))
        names = dict.fromkeys(cells[14] for _, cells in atoms)
        yield Term(
            line=atoms[0][0],
            id=f"umls:{concept}",
            label=chosen[1][14],
            synonyms=tuple(names),
            exact_matches=tuple(dict.fromkeys(_codes(cells for _, cells in atoms))),
        )


def _standing(cells: list[str]) -> tuple[bool, bool, bool]:
    """The preferred name first: its term, its form, its atom."""
    return cells[2] != "P", cells[4] != "PF", cells[6] != "Y"


def _codes(atoms: Iterator[list[str]]) -> Iterator[str]:
    for cells in atoms:
        prefix = _VOCABULARIES.get(cells[11])
        if prefix and cells[12] in _PREFERRED and cells[13] not in ("", "NOCODE"):
            yield f"{prefix}:{cells[13].rpartition(':')[2]}"


def _parents(rows: Iterator[Row]) -> Iterator[Term]:
    for number, cells in rows:
        if cells[3] == "PAR" and cells[0] != cells[4] and cells[14] not in ("O", "E", "Y"):
            yield Term(number, f"umls:{cells[0]}", parents=(f"umls:{cells[4]}",))


def _types(rows: Iterator[Row]) -> Iterator[Term]:
    for number, cells in rows:
        if category := _CATEGORY.get(cells[1]):
            yield Term(number, f"umls:{cells[0]}", category=category)


def _retired(rows: Iterator[Row]) -> Iterator[Term]:
    for number, cells in rows:
        if cells[2] in ("DEL", "SY"):
            successor = f"umls:{cells[5]}" if cells[2] == "SY" and cells[5] else ""
            yield Term(number, f"umls:{cells[0]}", obsolete=True, successor=successor)
