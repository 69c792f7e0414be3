"""Parquet: concepts, assertions, evidence and documents as typed tables, for data frames.

A folder with four files. Needs pyarrow (``pip install 'kgbuild[parquet]'``). Rows are written in
groups, so memory does not grow with the graph, and the bytes depend on the graph and on pyarrow's
version alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from kgbuild.annotation import Status
from kgbuild.assertion import Assertion, Concept
from kgbuild.components import ExporterSpec, Graph
from kgbuild.document import Document
from kgbuild.errors import ComponentUnavailableError
from kgbuild.graph.contested import contested

__all__ = ["SPECS", "ParquetExporter"]

_GROUP = 20_000

_TABLES: Mapping[str, Mapping[str, str]] = {
    "concepts": {
        "id": "string", "label": "string", "category": "string", "synonyms": "list",
        "exact_matches": "list",
    },
    "documents": {
        "id": "string", "title": "string", "journal": "string", "date": "string",
        "licence": "string", "language": "string", "retracted": "bool",
    },
    "assertions": {
        "id": "string", "subject": "string", "predicate": "string", "object": "string",
        "negated": "bool", "plain": "bool", "rejected": "bool", "stated": "int32",
        "evidence": "int32", "qualifiers": "list", "belief": "double", "contested": "bool",
    },
    "evidence": {
        "id": "string", "assertion": "string", "document": "string", "version": "string",
        "section": "string", "start": "int64", "end": "int64", "text": "string",
        "subject_start": "int64", "subject_end": "int64", "object_start": "int64",
        "object_end": "int64", "status": "string", "score": "double", "link_score": "double",
        "component": "string", "component_version": "string", "conditions": "list",
    },
}  # fmt: skip


class ParquetExporter:
    """Writes the four tables into a folder."""

    def __init__(self) -> None:
        try:
            import pyarrow.parquet
        except ImportError as error:
            raise ComponentUnavailableError(
                "needs pyarrow, which is not installed",
                plugin="parquet",
                hints=["pip install 'kgbuild[parquet]'"],
            ) from error
        self._arrow = pyarrow

    def export(self, graph: Graph, target: Path) -> None:
        """Write the tables into the folder ``target``."""
        target.mkdir()
        for name, rows in (
            ("concepts", map(_concept, graph.concepts())),
            ("documents", map(_document, graph.documents())),
            ("assertions", _weighed(graph)),
            ("evidence", (row for one in graph.assertions() for row in _evidence(one))),
        ):
            self._write(target / f"{name}.parquet", _TABLES[name], rows)

    def _write(
        self, path: Path, columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]
    ) -> None:
        arrow = self._arrow
        types: dict[str, Callable[[], Any]] = {
            "string": arrow.string, "bool": arrow.bool_, "int32": arrow.int32,
            "int64": arrow.int64, "double": arrow.float64,
            "list": lambda: arrow.list_(arrow.string()),
        }  # fmt: skip
        schema = arrow.schema([(name, types[kind]()) for name, kind in columns.items()])
        with arrow.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
            rest = iter(rows)
            while group := list(islice(rest, _GROUP)):
                writer.write_table(arrow.Table.from_pylist(group, schema=schema))


def _concept(concept: Concept) -> Mapping[str, Any]:
    return {
        "id": concept.id,
        "label": concept.label,
        "category": concept.category,
        "synonyms": list(concept.synonyms),
        "exact_matches": list(concept.exact_matches),
    }


def _document(document: Document) -> Mapping[str, Any]:
    return {
        "id": document.id,
        "title": document.title,
        "journal": document.journal,
        "date": document.date,
        "licence": document.licence,
        "language": document.language,
        "retracted": document.retracted,
    }


def _weighed(graph: Graph) -> Iterator[Mapping[str, Any]]:
    disputed = contested(graph)
    for assertion in graph.assertions():
        weighed = {"belief": graph.belief(assertion), "contested": assertion.id in disputed}
        yield {**_assertion(assertion), **weighed}


def _assertion(assertion: Assertion) -> Mapping[str, Any]:
    return {
        "id": assertion.id,
        "subject": assertion.subject,
        "predicate": assertion.predicate,
        "object": assertion.object,
        "negated": assertion.negated,
        "plain": assertion.plain,
        "rejected": assertion.rejected,
        "stated": sum(e.status is Status.STATED for e in assertion.evidence),
        "evidence": len(assertion.evidence),
        "qualifiers": [f"{name}={value}" for name, value in assertion.qualifiers],
    }


def _evidence(assertion: Assertion) -> Iterator[Mapping[str, Any]]:
    for one in assertion.evidence:
        subject, object_ = one.subject_span, one.object_span
        yield {
            "id": one.id,
            "assertion": assertion.id,
            "document": one.document,
            "version": one.version,
            "section": one.section,
            "start": one.spans[0].start,
            "end": one.spans[-1].end,
            "text": one.text,
            "subject_start": subject.start if subject else None,
            "subject_end": subject.end if subject else None,
            "object_start": object_.start if object_ else None,
            "object_end": object_.end if object_ else None,
            "status": one.status.value,
            "score": one.score,
            "link_score": one.link_score,
            "component": one.source.component,
            "component_version": one.source.version,
            "conditions": [f"{name}={value}" for name, value in one.conditions],
        }


def _create(settings: Any) -> ParquetExporter:
    return ParquetExporter()


SPECS = (
    ExporterSpec(
        name="parquet",
        summary="Typed tables for data frames; needs pyarrow.",
        create=_create,
        suffixes=(".parquet",),
        folder=True,
    ),
)
