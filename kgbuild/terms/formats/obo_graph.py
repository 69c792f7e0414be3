"""OBO Graph JSON (https://github.com/geneontology/obographs), as ROBOT writes it.

Of each class: label, exact synonyms, ``exactMatch``, xrefs, deprecation and its successor; of the
edges, ``is_a``; and the sets of equivalent nodes. Read as a stream: edges come after the nodes, so
a class's parents are a part of their own.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

import ijson

from kgbuild.terms.report import TermReport
from kgbuild.terms.source import opened, refuse
from kgbuild.terms.term import Term, TermFile, TermMapping, TermSource

__all__ = ["read"]

_META = "graphs.item.meta"
_NODE = "graphs.item.nodes.item"
_EDGE = "graphs.item.edges.item"
_SAME = "graphs.item.equivalentNodesSets.item"

_EXACT_MATCH = "http://www.w3.org/2004/02/skos/core#exactMatch"
_REPLACED_BY = "http://purl.obolibrary.org/obo/IAO_0100001"
_ALTERNATIVE = "http://www.geneontology.org/formats/oboInOwl#hasAlternativeId"
_SMALL = 64 << 20


def read(file: TermFile, report: TermReport) -> Iterator[Term | TermMapping | TermSource]:
    """What the graph says of itself, a term for each class, a part for each is-a."""
    found = False
    for place, value in _values(file):
        found = True
        if place == _META:
            yield _source(value)
        elif place == _NODE and value.get("type", "CLASS") == "CLASS" and value.get("id"):
            yield _term(value, file, report)
        elif place == _EDGE and value.get("pred") == "is_a" and value.get("sub"):
            yield Term(0, str(value["sub"]), parents=(str(value.get("obj", "")),))
        elif place == _SAME:
            first, *others = [str(one) for one in value.get("nodeIds", ())] or [""]
            yield from (TermMapping(0, first, other) for other in others)
    if not found:
        raise refuse(file.path, "has no graphs with nodes: it is no OBO Graph", line=1)


def _values(file: TermFile) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects at the places that matter. Raises InputError."""
    wanted = (_META, _NODE, _EDGE, _SAME)
    with opened(file.path) as stream:
        try:
            yield from _objects(ijson.parse(stream), wanted)
        except (ijson.JSONError, UnicodeDecodeError) as error:
            problem = " ".join(str(error).split())
            raise refuse(file.path, f"is no JSON: {problem}", line=_line(file)) from error


def _objects(
    events: Iterator[tuple[str, str, Any]], wanted: Collection[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for place, event, value in events:
        if event == "start_map" and place in wanted:
            builder = ijson.ObjectBuilder()
            builder.event(event, value)
            for inner, one, said in events:
                builder.event(one, said)
                if one == "end_map" and inner == place:
                    break
            yield place, builder.value


def _line(file: TermFile) -> int:
    """The line that is wrong, by a second reading; 0 where the file is too large for that."""
    with opened(file.path) as stream:
        content = stream.read(_SMALL + 1)
    if len(content) > _SMALL:
        return 0
    try:
        json.loads(content)
    except json.JSONDecodeError as error:
        return error.lineno
    except UnicodeDecodeError as error:
        return content.count(b"\n", 0, error.start) + 1
    return 0


def _source(meta: dict[str, Any]) -> TermSource:
    said = {p.get("pred", "").rpartition("/")[2].rpartition("#")[2]: p.get("val", "")
            for p in meta.get("basicPropertyValues", ())}  # fmt: skip
    dated = str(meta.get("version", "")).partition("releases/")[2].partition("/")[0]
    return TermSource(
        said.get("title", ""), said.get("versionInfo", "") or dated, said.get("license", "")
    )


def _term(node: dict[str, Any], file: TermFile, report: TermReport) -> Term:
    meta = node.get("meta", {})
    some = _some(meta, "basicPropertyValues")
    properties = [(one.get("pred", ""), str(one.get("val", ""))) for one in some]
    return Term(
        line=0,
        id=str(node["id"]),
        label=str(node.get("lbl") or ""),
        synonyms=tuple(_synonyms(node, file, report)),
        exact_matches=tuple(value for pred, value in properties if pred == _EXACT_MATCH),
        replaced=tuple(value for pred, value in properties if pred == _ALTERNATIVE),
        obsolete=bool(meta.get("deprecated")),
        successor=next((value for pred, value in properties if pred == _REPLACED_BY), ""),
        xrefs=tuple(str(one.get("val", "")) for one in _some(meta, "xrefs")),
    )


def _some(meta: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return [one for one in meta.get(key, ()) if isinstance(one, dict)]


def _synonyms(node: dict[str, Any], file: TermFile, report: TermReport) -> Iterator[str]:
    for synonym in _some(node.get("meta", {}), "synonyms"):
        name = str(synonym.get("val", ""))
        if str(synonym.get("pred", "")).endswith("hasExactSynonym"):
            yield name
        else:
            report.leave_out(str(file.path), 0, name, "not an exact synonym")
