"""NCBI Gene's ``gene_info`` and ``gene_history`` tables (https://ftp.ncbi.nlm.nih.gov/gene/DATA/).

The columns are found by the header, in either of its spellings. Regions and placeholders
(``biological-region``, ``NEWENTRY``) are no genes. ``gene_history`` says what became of
discontinued identifiers.
"""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild.terms.report import TermReport
from kgbuild.terms.source import read_lines, refuse
from kgbuild.terms.term import Term, TermFile, TermSource

__all__ = ["read"]

_SOURCE = TermSource("NCBI Gene", "", "US public domain (NCBI)")
_INFO = ("tax_id", "GeneID", "Symbol", "Synonyms", "dbXrefs", "description", "type_of_gene",
         "Full_name_from_nomenclature_authority", "Other_designations")  # fmt: skip
_HISTORY = ("GeneID", "Discontinued_GeneID")


def read(file: TermFile, report: TermReport) -> Iterator[Term | TermSource]:
    """A term for each gene, or for each discontinued identifier."""
    yield _SOURCE
    lines = read_lines(file)
    _, first = next(lines, (1, ""))
    header = first.removeprefix("#Format:").removeprefix("#").partition("(tab is")[0].split()
    history = "Discontinued_GeneID" in header
    columns = _HISTORY if history else _INFO
    if missing := [name for name in columns if name not in header]:
        problem = f"no column {' or '.join(missing)}"
        raise refuse(file.path, problem, "is it gene_info or gene_history of NCBI Gene?", line=1)
    places = [header.index(name) for name in columns]
    for number, line in lines:
        cells = line.split("\t")
        if len(cells) == len(header):
            chosen = ["" if cells[place] == "-" else cells[place] for place in places]
            term = _retired(number, chosen) if history else _gene(number, chosen, file, report)
            if term:
                yield term
        elif line.strip():
            why = f"wrong number of cells: {len(cells)} where the header has {len(header)}"
            report.leave_out(str(file.path), number, line, why)


def _gene(number: int, cells: list[str], file: TermFile, report: TermReport) -> Term | None:
    taxon, gene, symbol, synonyms, xrefs, description, kind, full, others = cells
    if not gene.isdigit() or not taxon.isdigit():
        report.leave_out(str(file.path), number, symbol, "no identifier")
        return None
    if kind == "biological-region" or symbol == "NEWENTRY":
        report.leave_out(str(file.path), number, symbol, "not a gene")
        return None
    names = (full, description, *synonyms.split("|"), *others.split("|"))
    return Term(
        line=number,
        id=f"ncbigene:{gene}",
        label=symbol,
        synonyms=tuple(dict.fromkeys(name for name in names if name)),
        category="biolink:Gene",
        xrefs=tuple(_last_two(one) for one in xrefs.split("|") if one),
        taxon=int(taxon),
    )


def _last_two(reference: str) -> str:
    """``HGNC:5`` of ``HGNC:HGNC:5``, where a prefix is said twice."""
    return ":".join(reference.split(":")[-2:])


def _retired(number: int, cells: list[str]) -> Term | None:
    current, old = cells
    if not old.isdigit():
        return None
    successor = f"ncbigene:{current}" if current.isdigit() else ""
    return Term(number, f"ncbigene:{old}", obsolete=True, successor=successor)
