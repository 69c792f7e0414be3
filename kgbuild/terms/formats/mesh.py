"""MeSH in XML, as NLM publishes it: descriptors (``desc``) and supplementary records (``supp``).

A descriptor's names are the terms of its preferred concept and of its other concepts (which MeSH
indexes together); its parents are the descriptors one level up in the trees, given at the end of
the file as parts. A supplementary record's parents are the headings that it is mapped to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kgbuild.readers.safe_xml import iterate
from kgbuild.terms.report import TermReport
from kgbuild.terms.source import opened
from kgbuild.terms.term import Term, TermFile, TermSource

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["read"]

_DISEASE = "biolink:DiseaseOrPhenotypicFeature"
_CHEMICAL = "biolink:ChemicalEntity"
_TREES = {
    "C": _DISEASE,
    "F03": _DISEASE,
    "D": _CHEMICAL,
    "B": "biolink:OrganismTaxon",
    "A11": "biolink:Cell",
    "A": "biolink:AnatomicalEntity",
    "G": "biolink:BiologicalProcess",
    "F01": "biolink:Behavior",
    "E": "biolink:Procedure",
}
_CLASSES = {"1": _CHEMICAL, "3": _DISEASE, "4": "biolink:OrganismTaxon"}
_HEADING = "HeadingMappedToList/HeadingMappedTo/DescriptorReferredTo/DescriptorUI"
_YEAR = re.compile(r"(?:19|20)\d\d")
_LICENCE = "NLM terms and conditions for MeSH"


def read(file: TermFile, report: TermReport) -> Iterator[Term | TermSource]:
    """A term for each record, then a part for each descriptor that has another above it."""
    trees: dict[str, str] = {}
    source: TermSource | None = None
    with opened(file.path) as stream:
        tags = ("DescriptorRecord", "SupplementalRecord")
        for record in iterate(stream, tags, file=str(file.path)):
            if source is None:
                source = _source(file, record.tag)
                yield source
            term = _descriptor(record, trees) if record.tag == tags[0] else _supplement(record)
            if term.id:
                yield term
            else:
                line = _line(record)
                report.leave_out(str(file.path), line, term.label, "no identifier")
    yield from _above(trees)


def _source(file: TermFile, tag: str) -> TermSource:
    year = _YEAR.search(file.path.name)
    name = "MeSH descriptors" if tag == "DescriptorRecord" else "MeSH supplementary concepts"
    return TermSource(name, year[0] if year else "", _LICENCE)


def _line(record: etree._Element) -> int:
    line: object = record.sourceline
    return line if isinstance(line, int) else 0


def _text(record: etree._Element, path: str) -> str:
    return (record.findtext(path) or "").strip()


def _names(record: etree._Element) -> tuple[str, ...]:
    found = record.iterfind("ConceptList/Concept/TermList/Term/String")
    return tuple(dict.fromkeys(one.text.strip() for one in found if one.text))


def _curie(identifier: str) -> str:
    return f"mesh:{identifier}" if identifier else ""


def _descriptor(record: etree._Element, trees: dict[str, str]) -> Term:
    identifier = _curie(_text(record, "DescriptorUI"))
    numbers = [one.text.strip() for one in record.iterfind("TreeNumberList/TreeNumber") if one.text]
    trees.update(dict.fromkeys(numbers, identifier))
    return Term(
        line=_line(record),
        id=identifier,
        label=_text(record, "DescriptorName/String"),
        synonyms=_names(record),
        category=next(
            (
                category
                for top, category in _TREES.items()
                if any(number.startswith(top) for number in numbers)
            ),
            "",
        ),
    )


def _supplement(record: etree._Element) -> Term:
    mapped = record.iterfind(_HEADING)
    return Term(
        line=_line(record),
        id=_curie(_text(record, "SupplementalRecordUI")),
        label=_text(record, "SupplementalRecordName/String"),
        synonyms=_names(record),
        category=_CLASSES.get(record.get("SCRClass", ""), ""),
        parents=tuple(_curie(one.text.strip().lstrip("*")) for one in mapped if one.text),
    )


def _above(trees: dict[str, str]) -> Iterator[Term]:
    for number in sorted(trees):
        above = trees.get(number.rpartition(".")[0], "")
        if above and above != trees[number]:
            yield Term(0, trees[number], parents=(above,))
