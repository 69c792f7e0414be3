"""Refuse a query that would reach out of the graph, before any engine sees it.

Oxigraph connects out on SERVICE. The query is parsed by rdflib, and its tree searched, so that
a word in a string or a name is no reason to refuse. An engine that reads the same text in
another way is guarded against by a second look at the bare words.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from kgbuild.errors import QueryError, nearest
from kgbuild.vocabulary import OWN_IRI

__all__ = ["Checked", "check_prefixes", "check_query"]

_NOT_WORDS = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
    r'|<[^<>"{}|^`\\\x00-\x20]*>|#[^\n]*',
    re.DOTALL,
)
_SERVICE = re.compile(r"(?<![\w:?$.-])service(?![\w:.-])", re.IGNORECASE)
_PREFIX = re.compile(r"(?<![\w:?$.-])([A-Za-z][\w.-]*):")
_DECLARED = re.compile(r"\bprefix\s+([\w.-]+):", re.IGNORECASE)
_LONGEST = 1_000_000
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES = {"insert", "delete", "load", "clear", "drop", "create", "add", "move", "copy", "with"}


@dataclass(frozen=True, slots=True)
class Checked:
    """A query that may be run. ``form`` is SELECT, ASK, CONSTRUCT or DESCRIBE.

    ``dataset`` says that it names the graphs it is about, with FROM; else it is about all.
    """

    text: str
    form: str
    dataset: bool = False


def check_query(text: str, *, max_rows: int) -> Checked:
    """The query, with a limit on its rows if it has none of its own.

    Raises QueryError: a syntax error with its place, an update, SERVICE, FROM with a file or an
    address, a LIMIT too large.
    """
    if len(text) > _LONGEST:
        raise QueryError(f"the query has {len(text):,} characters; the limit is {_LONGEST:,}")
    tree = _parsed(text)
    form = tree.name.removesuffix("Query").upper()
    words = _NOT_WORDS.sub(" ", text)
    if _has_service(tree) or _SERVICE.search(words):
        raise QueryError(
            "SERVICE is refused: a query reads this graph and nothing else",
            hints=["export the graph and use an engine of your own for federated queries"],
        )
    dataset = _names_graphs(tree)
    limited = _limited(text, tree, max_rows) if form == "SELECT" else text
    return Checked(limited, form, dataset)


def check_prefixes(text: str, known: Collection[str]) -> None:
    """Raise QueryError for a prefix that the query does not declare and that is not ``known``."""
    words = _NOT_WORDS.sub(" ", text)
    known = {*known, *_DECLARED.findall(words)}
    for name in _PREFIX.findall(words):
        if name not in known:
            raise QueryError(
                f"unknown prefix {name!r}",
                hints=[*nearest(name, sorted(known)), f"PREFIX {name}: <…> declares it"],
            )


def _parsed(text: str) -> Any:
    from pyparsing.exceptions import ParseBaseException
    from rdflib.plugins.sparql.parser import parseQuery

    try:
        return parseQuery(text)[1]
    except ParseBaseException as error:
        raise _not_understood(text, error.lineno, error.column) from error
    except RecursionError as error:
        raise QueryError("the query is nested too deep") from error


def _not_understood(text: str, line: int, column: int) -> QueryError:
    """Why a text is no query; rdflib's parser gave up at the place given."""
    first, *_ = [*_NOT_WORDS.sub(" ", text).split(), ""]
    if first.lower() in _UPDATES:
        return QueryError(
            "a query may not change the graph",
            hints=["kgbuild ingest, review and remove change it"],
        )
    if first and first.upper() not in (*_FORMS, "PREFIX", "BASE"):
        return QueryError(
            f"a query begins with {', '.join(_FORMS)}, PREFIX or BASE, not {first!r}",
            hints=nearest(first.upper(), _FORMS),
        )
    line, column = _fault(text) or (line, column)
    rest = text.split("\n")[line - 1][column - 1 :]
    return QueryError(
        f"not a SPARQL 1.1 query: unexpected {repr(rest[:20]) if rest else 'end'}"
        f" (line {line}, column {column})",
        hints=["kgbuild query --cookbook list has queries to begin with"],
    )


def _fault(text: str) -> tuple[int, int] | None:
    """The line and column, from 1, at which Oxigraph stops to understand a query.

    rdflib names the place at which it began to try, which is seldom that of the mistake.
    """
    import pyoxigraph

    names = dict.fromkeys(_PREFIX.findall(_NOT_WORDS.sub(" ", text)), "urn:any:")
    try:
        pyoxigraph.Store().query(text, prefixes=names)
    except (SyntaxError, ValueError) as error:
        place = re.match(r"error at (\d+):(\d+)", str(error))
        return (int(place[1]), int(place[2])) if place else None
    return None


def _has_service(tree: Any) -> bool:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if getattr(node, "name", "") == "ServiceGraphPattern":
            return True
        if isinstance(node, dict):
            waiting += node.values()
        elif hasattr(node, "__iter__") and not isinstance(node, str):
            waiting += list(node)
    return False


def _names_graphs(tree: Any) -> bool:
    """Whether there is a FROM. Raises QueryError where it names what lies outside the graph."""
    if "datasetClause" not in tree:
        return False
    for clause in tree["datasetClause"]:
        (named,) = clause.values()
        if isinstance(named, str) and not named.startswith(OWN_IRI):
            raise QueryError(
                f"FROM <{named}> is refused: a query reads this graph and nothing else",
                hints=[f"FROM may name the graph's own parts, which begin with {OWN_IRI}"],
            )
    return True


def _limit(tree: Any) -> Any:
    # A parse tree's own get() evaluates what it finds, so the keys are looked for.
    if "limitoffset" in tree and "limit" in tree["limitoffset"]:
        return tree["limitoffset"]["limit"]
    return None


def _limited(text: str, tree: Any, max_rows: int) -> str:
    """The query with one row more than is allowed, so that too many can be told from enough."""
    limit = _limit(tree)
    if limit is not None:
        if int(limit) > max_rows:
            raise QueryError(
                f"LIMIT {int(limit):,} is more than {max_rows:,} rows",
                hints=["--max-rows allows more"],
            )
        return text
    if "valuesClause" in tree:
        raise QueryError("a query that ends in VALUES needs a LIMIT of its own")
    return f"{text}\nLIMIT {max_rows + 1}"
