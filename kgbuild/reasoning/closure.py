"""What follows from a graph and an ontology, by a reasoner that others wrote.

A reasoner is a function from triples to all that follows from them under OWL 2 RL, themselves
included. ``sparq`` is the fastest of those that pass (docs/decisions), ``owlrl`` the reference.
Neither says why anything follows: :mod:`kgbuild.reasoning.owl_rules` does, and what it cannot
explain does not enter the graph.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping
from multiprocessing.connection import Connection
from types import MappingProxyType
from typing import NamedTuple, cast

from kgbuild.errors import LimitError, UsageError
from kgbuild.graph.rdf_iri import iri_of
from kgbuild.graph.reading import StoredGraph
from kgbuild.reasoning.expressions import OWL, RDF, RDFS
from kgbuild.reasoning.limits import Limits
from kgbuild.reasoning.ontology import Ontology, name_of
from kgbuild.reasoning.owl_rules import SAME, SUBCLASS, TYPE
from kgbuild.reasoning.stated import PLAIN
from kgbuild.vocabulary import ancestors

__all__ = ["REASONERS", "Entailed", "check_installed", "closure", "entailed"]

Edge = tuple[str, str, str]
"""A triple of IRIs; a blank node begins with ``_:``."""

Reasoner = Callable[[Iterable[str]], Iterator[Edge]]
"""Takes lines of N-Triples; gives the triples of the closure that have no literal."""

_VOCABULARIES = (RDF, RDFS, OWL, "http://www.w3.org/2001/XMLSchema#")
_AS_OWL = {SUBCLASS: f"{RDFS}subClassOf", SAME: f"{OWL}sameAs"}
_AS_BIOLINK = {iri: name for name, iri in _AS_OWL.items()} | {f"{RDF}type": TYPE}


class Entailed(NamedTuple):
    """A relation of two terms that a reasoner concludes."""

    relation: str
    subject: str
    object: str


def _sparq(lines: Iterable[str]) -> Iterator[Edge]:
    sparq = _imported("sparq")
    graph = sparq.Graph.load("".join(lines) or "\n", format="ntriples")  # type: ignore[attr-defined]
    graph.reason("owl")
    named = json.loads(graph.query_json("SELECT DISTINCT ?p WHERE { ?s ?p ?o }"))
    for row in named["results"]["bindings"]:
        predicate = row["p"]["value"]
        # One predicate at a time: the whole closure at once would need gigabytes.
        told = graph.query_json(f"SELECT ?s ?o WHERE {{ ?s <{predicate}> ?o }}")
        for found in json.loads(told)["results"]["bindings"]:
            if found["o"]["type"] != "literal" and found["s"]["type"] != "literal":
                yield _json_term(found["s"]), predicate, _json_term(found["o"])


def _json_term(term: Mapping[str, str]) -> str:
    return f"_:{term['value']}" if term["type"] == "bnode" else term["value"]


def _owlrl(lines: Iterable[str]) -> Iterator[Edge]:
    import rdflib

    owlrl = _imported("owlrl")
    graph = rdflib.Graph().parse(data="".join(lines), format="nt")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)  # type: ignore[attr-defined]
    for subject, predicate, object_ in graph:
        if not isinstance(object_, rdflib.Literal) and not isinstance(subject, rdflib.Literal):
            yield _rdflib_term(subject), str(predicate), _rdflib_term(object_)


def _rdflib_term(term: object) -> str:
    import rdflib

    return f"_:{term}" if isinstance(term, rdflib.BNode) else str(term)


def _imported(module: str) -> object:
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError as error:
        raise UsageError(
            f"the reasoner {module} is not installed",
            hints=[
                "pip install 'kgbuild[ontology]'",
                "--reasoner none explains with kgbuild's own rules, and compares with nothing",
            ],
        ) from error


REASONERS: Mapping[str, Reasoner] = MappingProxyType({"sparq": _sparq, "owlrl": _owlrl})


def check_installed(reasoner: str) -> None:
    """See that a reasoner can be used. Raises UsageError."""
    _imported(reasoner)


def closure(reasoner: str, lines: Iterable[str]) -> Iterator[Edge]:
    """All that follows from some N-Triples. Raises UsageError."""
    return REASONERS[reasoner](lines)


def entailed(
    reasoner: str, graph: StoredGraph, ontology: Ontology, limits: Limits | None = None
) -> Iterator[Entailed]:
    """What a reasoner concludes of the graph's concepts, beyond what it was told.

    What OWL says of its own vocabulary, of everything (``owl:Thing``) and of a thing and itself
    is left out. With ``limits`` it runs in a process of its own, which is ended when the time is
    up, since nothing else stops it. Raises LimitError.
    """
    about = {iri_of(concept.id) for concept in graph.concepts()}
    claims = set(_claims(graph))
    told = {*claims, *((t.subject, t.predicate, t.object) for t in ontology.triples)}
    lines = [f"<{s}> <{p}> <{o}> .\n" for s, p, o in sorted(claims)]
    lines += [triple.line for triple in ontology.triples]
    asked = (reasoner, lines, about, told)
    found = _new(*asked) if limits is None else ended(_new, asked, limits)
    for subject, predicate, object_ in found:
        relation = _AS_BIOLINK.get(predicate) or name_of(predicate)
        yield Entailed(relation, name_of(subject), name_of(object_))


def _new(reasoner: str, lines: Iterable[str], about: set[str], told: set[Edge]) -> list[Edge]:
    """What of a closure is about some things, and was not told."""
    return [
        edge
        for edge in closure(reasoner, lines)
        if edge[0] in about and edge not in told and _telling(*edge)
    ]


def ended(
    work: Callable[..., list[Edge]], arguments: tuple[object, ...], limits: Limits
) -> list[Edge]:
    """What a function gives, run in a process that is ended when the time is up.

    Raises LimitError; what the function raises, as it is.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(theirs, work, arguments), daemon=True)
    process.start()
    theirs.close()
    doing = "another reasoner was at work"
    try:
        if not ours.poll(limits.left):
            limits.check(doing)
        found = ours.recv()
    except EOFError as error:
        raise LimitError(
            f"stopped while {doing}: its process ended, maybe for want of memory",
            hints=["--reasoner none compares with nothing"],
        ) from error
    finally:
        process.kill()
        process.join()
        ours.close()
    if isinstance(found, Exception):
        raise found
    return cast("list[Edge]", found)


def _answer(
    pipe: Connection, work: Callable[..., list[Edge]], arguments: tuple[object, ...]
) -> None:
    try:
        pipe.send(work(*arguments))
    except Exception as error:  # noqa: BLE001 - the other process raises it
        pipe.send(error)


def _telling(subject: str, predicate: str, object_: str) -> bool:
    if predicate.startswith(_VOCABULARIES) and predicate not in _AS_BIOLINK:
        return False
    return subject != object_ and not object_.startswith(("_:", *_VOCABULARIES))


def _claims(graph: StoredGraph) -> Iterator[Edge]:
    """The graph's plain edges, and the categories of its concepts as their classes."""
    rows = graph.connection.execute(
        "SELECT DISTINCT s.curie, a.predicate, o.curie FROM assertions a"
        " JOIN concepts s ON s.id = a.subject JOIN concepts o ON o.id = a.object"
        f" WHERE NOT a.negated AND {PLAIN.format(then='')}"
    )
    for subject, predicate, object_ in rows:
        yield iri_of(subject), _AS_OWL.get(predicate) or iri_of(predicate), iri_of(object_)
    for concept in graph.concepts():
        for category in (concept.category, *ancestors(concept.category)):
            yield iri_of(concept.id), f"{RDF}type", iri_of(category)
