"""Run SPARQL on a graph's RDF view with Oxigraph, in a process that can be ended.

The view is made by :mod:`kgbuild.query.view`. Oxigraph's Python package cannot stop a query, so
each runs in a process of its own that is ended at the deadline and may not take more than its
share of memory.
"""

from __future__ import annotations

import json
import multiprocessing
import re
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from kgbuild.errors import QueryError
from kgbuild.graph.reading import StoredGraph
from kgbuild.query.ordering import ordered
from kgbuild.query.predicted import predicted_view
from kgbuild.query.safety import Checked, check_prefixes, check_query
from kgbuild.query.view import prepare_view
from kgbuild.vocabulary import OWN_IRI, prefix_map

if TYPE_CHECKING:
    from pyoxigraph import Store

__all__ = ["Answer", "answer", "prefixes", "prefixes_in", "query"]

_MEMORY = 4 * 1024**3


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gives: SPARQL 1.1 JSON results, or N-Triples for a graph.

    ``truncated`` says that there were more rows than allowed.
    """

    form: str
    content: bytes
    truncated: bool = False

    def rows(self) -> tuple[list[str], list[dict[str, Any]]]:
        """The variables, and the rows as the JSON results have them."""
        results = json.loads(self.content)
        return results["head"].get("vars", []), results["results"]["bindings"]


def prefixes() -> Mapping[str, str]:
    """The prefixes that a query may use without declaring them."""
    return {
        **prefix_map(),
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "dcterms": "http://purl.org/dc/terms/",
        "prov": "http://www.w3.org/ns/prov#",
        "oa": "http://www.w3.org/ns/oa#",
        "kgv": f"{OWN_IRI}vocab:",
    }


_PREFIX = re.compile(r"([A-Za-z][\w.-]*):")


def prefixes_in(text: str) -> dict[str, str]:
    """Those of :func:`prefixes` that a query names; to declare all takes longer than to answer."""
    known = prefixes()
    return {name: known[name] for name in set(_PREFIX.findall(text)) if name in known}


def query(
    graph: StoredGraph,
    text: str,
    *,
    timeout: float = 60.0,
    max_rows: int = 10_000,
    predicted: bool = False,
) -> Answer:
    """Run a query on the graph; with ``predicted`` also on what ``kgbuild predict`` suggests.

    Raises QueryError: refused (see :mod:`kgbuild.query.safety`), not understood by Oxigraph,
    or stopped after ``timeout`` seconds.
    """
    checked = check_query(text, max_rows=max_rows)
    check_prefixes(text, prefixes())
    view = predicted_view(graph) if predicted else prepare_view(graph)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(
        target=_answer, args=(theirs, str(view), checked, prefixes_in(text)), daemon=True
    )
    process.start()
    theirs.close()
    try:
        if not ours.poll(timeout):
            raise QueryError(
                f"stopped after {timeout:g} seconds",
                hints=["--timeout allows more; LIMIT and fewer OPTIONALs make it faster"],
            )
        outcome = ours.recv()
    except EOFError as error:
        raise QueryError(
            "the query took too much memory and was ended", hints=["ask for less at once"]
        ) from error
    finally:
        process.kill()
        process.join()
        ours.close()
    if isinstance(outcome, str):
        raise QueryError(outcome)
    return _cut(Answer(checked.form, outcome), max_rows)


def _cut(answer: Answer, max_rows: int) -> Answer:
    if answer.form != "SELECT":
        return answer
    results = json.loads(answer.content)
    rows = results["results"]["bindings"]
    if len(rows) <= max_rows:
        return answer
    results["results"]["bindings"] = rows[:max_rows]
    return Answer(answer.form, json.dumps(results).encode(), truncated=True)


def _answer(connection: Connection, view: str, checked: Checked, names: dict[str, str]) -> None:
    """Answer one query: the bytes of its results, or a string that says what is wrong."""
    import resource

    import pyoxigraph

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    try:
        connection.send(answer(pyoxigraph.Store.read_only(view), checked, names))
    except (SyntaxError, ValueError, OSError, RuntimeError) as error:
        connection.send(f"{error}")


def answer(store: Store, checked: Checked, names: Mapping[str, str]) -> bytes:
    """The bytes of a query's results, asked of an Oxigraph store in this process.

    Raises what Oxigraph does: SyntaxError, ValueError, OSError, RuntimeError.
    """
    from pyoxigraph import QueryResultsFormat, QueryTriples, RdfFormat

    # FROM would be passed over, were the default graph the union of all.
    union = not checked.dataset

    def ask(text: str) -> bytes:
        results = store.query(text, prefixes=dict(names), use_default_graph_as_union=union)
        if isinstance(results, QueryTriples):
            return results.serialize(format=RdfFormat.N_TRIPLES) or b""
        return results.serialize(format=QueryResultsFormat.JSON) or b""

    return ordered(ask, checked.text) if checked.form == "SELECT" else ask(checked.text)
