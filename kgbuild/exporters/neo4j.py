"""Neo4j: CSV files for ``neo4j-admin database import``, with the command that reads them.

Format: the header syntax of neo4j-admin (Neo4j Operations Manual 5, "Import", CSV header
format). A folder with nodes (concepts, documents, evidence), relationships, and ``import.sh``.
Concepts have their Biolink class as label; each assertion is a relationship between concepts
whose type is the predicate, and each sentence a node of its own, tied to the assertion by its
``assertion`` property and to its document and both concepts by relationships, for Neo4j has no
relationship from a relationship.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from kgbuild.annotation import Status
from kgbuild.assertion import Assertion, Concept, Evidence
from kgbuild.components import ExporterSpec, Graph
from kgbuild.document import Document
from kgbuild.graph.contested import contested

__all__ = ["SPECS", "Neo4jExporter"]

Row = Sequence[str]

_CONCEPTS = ("id:ID(Concept)", "label", "synonyms:string[]", "exactMatches:string[]", ":LABEL")
_DOCUMENTS = (
    "id:ID(Document)", "title", "journal", "date", "licence", "retracted:boolean", ":LABEL",
)  # fmt: skip
_EVIDENCE = (
    "id:ID(Evidence)", "assertion", "text", "section", "start:long", "end:long", "status",
    "score:double", "component", "conditions:string[]", ":LABEL",
)  # fmt: skip
_ASSERTIONS = (
    ":START_ID(Concept)", ":END_ID(Concept)", ":TYPE", "id", "negated:boolean", "plain:boolean",
    "stated:int", "evidence:int", "qualifiers:string[]", "sentences:string[]", "belief:double",
    "contested:boolean",
)  # fmt: skip
_IN = (":START_ID(Evidence)", ":END_ID(Document)", ":TYPE")
_ABOUT = (":START_ID(Evidence)", ":END_ID(Concept)", ":TYPE")

_COMMAND = """\
#!/bin/sh
# Reads these files into the database "kgbuild" of a Neo4j 5 that is stopped.
# Run it from this folder, or give the folder: sh import.sh /path/to/this
cd "${1:-$(dirname "$0")}" || exit 1
exec neo4j-admin database import full kgbuild \\
  --overwrite-destination \\
  --array-delimiter=";" \\
  --nodes=concepts.csv \\
  --nodes=documents.csv \\
  --nodes=evidence.csv \\
  --relationships=assertions.csv \\
  --relationships=found_in.csv \\
  --relationships=about.csv
"""


class Neo4jExporter:
    """Writes the CSV files and the import command into a folder, a row at a time."""

    def export(self, graph: Graph, target: Path) -> None:
        """Write all files into the folder ``target``."""
        target.mkdir()
        _write(target / "concepts.csv", _CONCEPTS, map(_concept, graph.concepts()))
        _write(target / "documents.csv", _DOCUMENTS, map(_document, graph.documents()))
        _write(target / "assertions.csv", _ASSERTIONS, _weighed(graph))
        _write(target / "evidence.csv", _EVIDENCE, _each(graph, _evidence))
        _write(target / "found_in.csv", _IN, _each(graph, _found_in))
        _write(target / "about.csv", _ABOUT, _each(graph, _about))
        (target / "import.sh").write_text(_COMMAND, encoding="utf-8", newline="\n")


def _write(path: Path, header: Row, rows: Iterable[Row]) -> None:
    """RFC 4180, as neo4j-admin reads it: quotes doubled, a backslash stands for itself."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_MINIMAL, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _concept(concept: Concept) -> Row:
    return (
        concept.id,
        _line(concept.label),
        _array(concept.synonyms),
        _array(concept.exact_matches),
        _name(concept.category),
    )


def _document(document: Document) -> Row:
    return (
        document.id,
        _line(document.title),
        _line(document.journal),
        document.date,
        document.licence,
        _boolean(document.retracted),
        "Document",
    )


def _weighed(graph: Graph) -> Iterator[Row]:
    disputed = contested(graph)
    for assertion in graph.assertions():
        belief = repr(graph.belief(assertion))
        yield (*_assertion(assertion), belief, _boolean(assertion.id in disputed))


def _assertion(assertion: Assertion) -> Row:
    stated = [e for e in assertion.evidence if e.status is Status.STATED]
    return (
        assertion.subject,
        assertion.object,
        _name(assertion.predicate),
        assertion.id,
        _boolean(assertion.negated),
        _boolean(assertion.plain),
        str(len(stated)),
        str(len(assertion.evidence)),
        _array(f"{name}={value}" for name, value in assertion.qualifiers),
        _array(sorted({e.text for e in stated})),
    )


def _each(graph: Graph, rows: Any) -> Iterator[Row]:
    for assertion in graph.assertions():
        for evidence in assertion.evidence:
            yield from rows(assertion, evidence)


def _evidence(assertion: Assertion, evidence: Evidence) -> Iterator[Row]:
    yield (
        _evidence_id(assertion, evidence),
        assertion.id,
        _line(evidence.text),
        evidence.section,
        str(evidence.spans[0].start),
        str(evidence.spans[-1].end),
        evidence.status.value,
        repr(float(evidence.score)),
        evidence.source.component,
        _array(f"{name}={value}" for name, value in evidence.conditions),
        "Evidence",
    )


def _found_in(assertion: Assertion, evidence: Evidence) -> Iterator[Row]:
    yield _evidence_id(assertion, evidence), evidence.document, "FOUND_IN"


def _about(assertion: Assertion, evidence: Evidence) -> Iterator[Row]:
    identity = _evidence_id(assertion, evidence)
    yield identity, assertion.subject, "SUBJECT"
    yield identity, assertion.object, "OBJECT"


def _evidence_id(assertion: Assertion, evidence: Evidence) -> str:
    """One sentence may carry two assertions; each is a node."""
    return f"{assertion.id[:32]}:{evidence.id[:32]}"


def _name(curie: str) -> str:
    return curie.removeprefix("biolink:")


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _array(values: Iterable[str]) -> str:
    """Joined by semicolons, which a value therefore cannot hold: they become commas."""
    return ";".join(_line(value).replace(";", ",") for value in values)


def _line(text: str) -> str:
    """In one line: neo4j-admin does not read line ends in a field unless told to."""
    return (
        " ".join(text.split()) if any(c in text for c in "\r\n\x0b\x0c\x85\u2028\u2029") else text
    )


def _create(settings: Any) -> Neo4jExporter:
    return Neo4jExporter()


SPECS = (
    ExporterSpec(
        name="neo4j",
        summary="CSV files for neo4j-admin, with the import command.",
        create=_create,
        suffixes=(".neo4j",),
        folder=True,
    ),
)
