"""KGX: nodes and edges as the Biolink Model spells them, in TSV or JSON lines.

Format: KGX (biolink/kgx, specification/kgx-format.md). A folder with ``nodes`` and ``edges``.
Every assertion that is not rejected is an edge, a negated one with ``negated`` true, so nobody
need read absence from silence; its sentences are in ``supporting_text``, its belief in Biolink's
``has_confidence_score``. Our own are ``contested``, true where another claim contradicts it, and
``conditions``, what the sentences name. An edge that no text states outright is left out: KGX has
no place for hedging.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from kgbuild.annotation import Status
from kgbuild.assertion import Assertion, Concept
from kgbuild.components import ExporterSpec, Graph
from kgbuild.errors import VocabularyError
from kgbuild.graph.contested import contested
from kgbuild.graph.knowledge import knowledge_of
from kgbuild.reasoning.contradictions import NO_CIRCUMSTANCES
from kgbuild.vocabulary import biolink_curie

__all__ = ["SPECS", "KgxExporter"]

NODE_COLUMNS = ("id", "name", "category", "synonym", "xref")
QUALIFIERS = (
    "qualified_predicate", "subject_aspect_qualifier", "subject_direction_qualifier",
    "object_aspect_qualifier", "object_direction_qualifier", "causal_mechanism_qualifier",
)  # fmt: skip
"""Biolink's qualifiers of direction, aspect and mechanism: those that enter a claim's identity."""

OTHER_QUALIFIERS = "other_qualifiers"
"""What a plugin has put on a claim besides, as ``name=value``: no slot of the Biolink Model."""

CONDITIONS = "conditions"
"""What its sentences name (species, dose …), as ``name=value``: no slot of the Biolink Model.

Biolink has qualifiers of context, which would hold of the claim; these are of one sentence each.
"""

CONTESTED = "contested"
"""Whether texts disagree: no slot of the Biolink Model."""

EDGE_COLUMNS = (
    "id", "subject", "predicate", "object", "category", "negated", *QUALIFIERS,
    "knowledge_level", "agent_type", "primary_knowledge_source", "publications",
    "supporting_text", OTHER_QUALIFIERS, CONDITIONS, "has_confidence_score", CONTESTED,
)  # fmt: skip

Row = Mapping[str, Any]


class KgxExporter:
    """Writes ``nodes`` and ``edges`` with one suffix into a folder, a row at a time."""

    def __init__(self, suffix: str, write: Callable[[IO[str], Sequence[str], Row], None]) -> None:
        self._suffix = suffix
        self._write = write

    def export(self, graph: Graph, target: Path) -> None:
        """Write both files into the folder ``target``."""
        target.mkdir()
        with ExitStack() as files:
            for name, columns, rows in (
                ("nodes", NODE_COLUMNS, map(_node, graph.concepts())),
                ("edges", EDGE_COLUMNS, _edges(graph)),
            ):
                path = target / f"{name}{self._suffix}"
                file = files.enter_context(path.open("w", encoding="utf-8", newline=""))
                if self._suffix == ".tsv":
                    file.write("\t".join(columns) + "\n")
                for row in rows:
                    self._write(file, columns, row)


def _node(concept: Concept) -> Row:
    return {
        "id": biolink_curie(concept.id),
        "name": concept.label,
        "category": [concept.category],
        "synonym": list(concept.synonyms),
        "xref": [_spelled(match) for match in concept.exact_matches],
    }


def _spelled(curie: str) -> str:
    try:
        return biolink_curie(curie)
    except VocabularyError:
        return curie


def _edges(graph: Graph) -> Iterator[Row]:
    disputed = contested(graph)
    for assertion in graph.assertions():
        stated = [e for e in assertion.evidence if e.status is Status.STATED]
        if stated and not assertion.rejected:
            yield _edge(assertion) | {
                "has_confidence_score": round(graph.belief(assertion), 6),
                CONTESTED: assertion.id in disputed,
            }


def _edge(assertion: Assertion) -> dict[str, Any]:
    stated = [e for e in assertion.evidence if e.status is Status.STATED]
    level, agent = knowledge_of(assertion)
    qualifiers = {name.removeprefix("biolink:"): value for name, value in assertion.qualifiers}
    return {
        "id": f"urn:kgbuild:assertion:{assertion.id}",
        "subject": biolink_curie(assertion.subject),
        "predicate": assertion.predicate,
        "object": biolink_curie(assertion.object),
        "category": ["biolink:Association"],
        "negated": assertion.negated,
        "knowledge_level": level,
        "agent_type": agent,
        "primary_knowledge_source": "infores:kgbuild",
        "publications": sorted({_spelled(e.document) for e in stated}),
        "supporting_text": sorted({e.text for e in stated}),
        **{name: value for name, value in qualifiers.items() if name in QUALIFIERS},
        OTHER_QUALIFIERS: [f"{n}={v}" for n, v in qualifiers.items() if n not in QUALIFIERS],
        CONDITIONS: sorted(
            {f"{n}={v}" for e in stated for n, v in e.conditions if n not in NO_CIRCUMSTANCES}
        ),
    }


def _write_tsv(file: IO[str], columns: Sequence[str], row: Row) -> None:
    file.write("\t".join(_cell(row.get(column, "")) for column in columns) + "\n")


def _cell(value: Any) -> str:
    """A cell: lists joined by ``|``; tabs, line ends and bars inside a value become spaces.

    A value that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "|".join(_plain(one).replace("|", " ") for one in value)
    text = _plain(str(value))
    return f"'{text}" if text[:1] in ("=", "+", "@") else text


def _plain(text: str) -> str:
    return " ".join(text.split()) if any(c in text for c in "\t\r\n\v\f\x85\u2028\u2029") else text


def _write_jsonl(file: IO[str], columns: Sequence[str], row: Row) -> None:
    given = {column: row[column] for column in columns if row.get(column) not in (None, "", [])}
    file.write(json.dumps(given, ensure_ascii=False) + "\n")


def _create_tsv(settings: Any) -> KgxExporter:
    return KgxExporter(".tsv", _write_tsv)


def _create_jsonl(settings: Any) -> KgxExporter:
    return KgxExporter(".jsonl", _write_jsonl)


SPECS = (
    ExporterSpec(
        name="kgx",
        summary="KGX as TSV: a folder with nodes.tsv and edges.tsv.",
        create=_create_tsv,
        suffixes=(".kgx",),
        folder=True,
    ),
    ExporterSpec(
        name="kgx-jsonl",
        summary="KGX as JSON lines: a folder with nodes.jsonl and edges.jsonl.",
        create=_create_jsonl,
        suffixes=(".kgx-jsonl",),
        folder=True,
    ),
)
