"""Put the rows of an answer in order here, where Oxigraph takes long for it.

Oxigraph's ``ORDER BY`` fetches both strings from disk for each comparison. So a query that ends in
``ORDER BY`` some variables and a LIMIT that its rows do not reach is asked without that order, and
its rows, which are all there are, are sorted once they are here. Any other query is asked as it is.
The order is SPARQL's: what is unbound first, IRIs, then literals (SPARQL 1.1, section 15.1).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

__all__ = ["ordered"]

Row = Mapping[str, Mapping[str, str]]
Key = tuple[str, bool]
"""A variable, and whether the greatest comes first."""

_VARIABLE = r"(?:(?:(?:ASC|DESC)\s*\(\s*[?$]\w+\s*\)|[?$]\w+)\s*)"
_ORDER = re.compile(rf"\bORDER\s+BY\s*({_VARIABLE}+)(LIMIT\s+(\d+))\s*\Z", re.IGNORECASE)
_KEY = re.compile(r"(?:(ASC|DESC)\s*\(\s*)?[?$](\w+)", re.IGNORECASE)
_FEWEST = 1_000
"""A smaller limit asks for the first of many: there, all rows would be too much."""

_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMBERS = frozenset(f"{_XSD}{name}" for name in ("integer", "decimal", "double", "float"))


def ordered(ask: Callable[[str], bytes], text: str) -> bytes:
    """The JSON results of a SELECT query that ``ask`` answers, in the query's order."""
    found = _ORDER.search(text)
    if not found or int(found[3]) < _FEWEST:
        return ask(text)
    keys = [(name, way.upper() == "DESC") for way, name in _KEY.findall(found[1])]
    if not {name for name, _ in keys} <= _named_first(text):
        return ask(text)
    answer = json.loads(ask(f"{text[: found.start()]}{found[2]}"))
    rows: list[Row] = answer["results"]["bindings"]
    known = all(name in answer["head"]["vars"] for name, _ in keys)
    if len(rows) >= int(found[3]) or not known or not _comparable(rows, keys):
        return ask(text)
    _sort(rows, keys)
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


def _named_first(text: str) -> set[str]:
    """The variables before the first brace: those that the rows have are among them."""
    return set(re.findall(r"[?$](\w+)", text.partition("{")[0]))


def _comparable(rows: Sequence[Row], keys: Sequence[Key]) -> bool:
    """Whether each variable has literals of one kind only, beside IRIs and what is unbound."""
    for name, _ in keys:
        kinds = {_kind(row[name]) for row in rows if name in row} - {"uri"}
        if len(kinds) > 1 or "other" in kinds:
            return False
    return True


def _kind(term: Mapping[str, str]) -> str:
    datatype = term.get("datatype", "")
    if term["type"] == "uri":
        return "uri"
    if term["type"] != "literal" or "xml:lang" in term or term["value"] == "NaN":
        return "other"
    if datatype in _NUMBERS:
        return "number"
    return {"": "string", f"{_XSD}boolean": "boolean"}.get(datatype, "other")


def _sort(rows: list[Row], keys: Sequence[Key]) -> None:
    for name, descending in reversed(keys):

        def rank(row: Row, name: str = name) -> tuple[int, str | Decimal]:
            term = row.get(name)
            if term is None or term["type"] == "uri":
                return (0, "") if term is None else (1, term["value"])
            number = term.get("datatype") in _NUMBERS
            return 2, Decimal(term["value"]) if number else term["value"]

        rows.sort(key=rank, reverse=descending)
