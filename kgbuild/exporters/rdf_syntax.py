"""Turtle, TriG, JSON-LD and RDF/XML: how a pattern looks in each.

N-Triples and N-Quads are in :mod:`kgbuild.graph.rdf_pattern`. Everything streams: prefixes
come first, then one block for each statement, grouped by subject. A subject may come again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib import resources
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from kgbuild.errors import VocabularyError
from kgbuild.graph.rdf_pattern import (
    Kind,
    Pattern,
    Statement,
    Syntax,
    Term,
    encodable,
    escape_literal,
    percent,
    term_iri,
)
from kgbuild.graph.rdf_view import prefixes
from kgbuild.markup import NOT_XML, as_xml
from kgbuild.vocabulary import OWN_IRI

__all__ = ["JsonLd", "RdfXml", "TriG", "Turtle", "context"]

Triple = tuple[Term, str, Term]

BARE = ("xsd:integer", "xsd:boolean")
"""Datatypes whose values Turtle and JSON write without quotes."""


def by_subject(pattern: Pattern) -> Iterator[tuple[Term, list[Triple]]]:
    """The triples of a pattern, those of one subject together, in order of appearance."""
    for subject in _subjects(pattern):
        yield subject, [triple for triple in pattern.triples if triple[0] == subject]


@cache
def _subjects(pattern: Pattern) -> tuple[Term, ...]:
    return tuple(dict.fromkeys(triple[0] for triple in pattern.triples))


def by_predicate(triples: list[Triple]) -> Iterator[tuple[str, list[Term]]]:
    """Predicates, each with its objects."""
    for predicate in dict.fromkeys(predicate for _, predicate, _ in triples):
        yield predicate, [object_ for _, known, object_ in triples if known == predicate]


_json_string = json.JSONEncoder(ensure_ascii=False).encode

_PLAIN_NAME = re.compile(r"[A-Za-z][\w.-]*:[A-Za-z_][\w-]*(\.[\w-]+)*")


class Turtle(Syntax):
    """Turtle: terms by prefix, kgbuild's own nodes as ``kgbuild:…``, all else in full."""

    def __init__(self, base_iri: str = OWN_IRI) -> None:
        super().__init__(base_iri)
        self.names = prefixes(base_iri)

    def template(self, pattern: Pattern) -> tuple[str, list[int]]:
        """One block for each subject."""
        order: list[int] = []
        blocks = []
        for subject, triples in by_subject(pattern):
            head = self._term(subject, order)
            lines = [
                f"{'a' if name == 'rdf:type' else self._constant(name)} "
                + ", ".join(self._term(object_, order) for object_ in objects)
                for name, objects in by_predicate(triples)
            ]
            blocks.append(f"{head} " + " ;\n    ".join(lines) + " .\n")
        return "".join(blocks), order

    def text(self, text: str) -> str:
        """As in N-Triples, so that no literal is longer than a line."""
        return escape_literal(text)

    def header(self) -> str:
        """The prefixes."""
        names = sorted(self.names.items())
        return "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in names) + "\n"

    def document(self, statements: Iterable[Statement]) -> Iterator[str]:
        """The prefixes, then the statements."""
        yield self.header()
        yield from self.blocks(statements)

    def blocks(self, statements: Iterable[Statement]) -> Iterator[str]:
        """The statements; one that goes on with the subject before it does not repeat it."""
        subject = ""
        for statement in statements:
            block = self.render(statement)
            head, _, rest = block.partition(" ")
            if head == subject:
                yield f" ;\n    {rest[:-3]}"
            else:
                yield f" .\n\n{block[:-3]}" if subject else block[:-3]
            only = len(_subjects(statement[0])) == 1
            subject = head if only else "several"
        if subject:
            yield " .\n"

    def _constant(self, name: str) -> str:
        known = _PLAIN_NAME.fullmatch(name) and name.partition(":")[0] in self.names
        return percent(name if known else f"<{term_iri(name)}>")

    def _term(self, term: Term, order: list[int]) -> str:
        if term.kind is Kind.CONSTANT:
            return self._constant(term.value)
        order.append(term.slot)
        if term.kind is Kind.OWN:
            return f"kgbuild:%s{term.value}"
        if term.kind is Kind.IRI:
            return "<%s>"
        if term.value in BARE:
            return "%s"
        return f'"%s"^^{self._constant(term.value)}' if term.value else '"%s"'


class TriG(Turtle):
    """TriG: Turtle in named graphs. A graph is opened again whenever the stream returns to it."""

    def document(self, statements: Iterable[Statement]) -> Iterator[str]:
        """The prefixes, then runs of statements of one graph."""
        yield self.header()
        for layer, run in groupby(statements, key=lambda statement: statement[0].layer):
            yield f"kgbuild:graph:{layer} {{\n"
            yield from self.blocks(run)
            yield "}\n\n"


_XML_UNSAFE = re.compile(f"[&<>\r]|{NOT_XML.pattern}")
_XML_NAME = re.compile(r"[A-Za-z_][\w.-]*\Z")


@lru_cache(maxsize=10_000)
def _xml_iri(iri: str) -> str:
    return iri.replace("&", "&amp;")


class RdfXml(Syntax):
    """RDF/XML. Characters that XML 1.0 cannot hold, even escaped, become U+FFFD."""

    unsafe = _XML_UNSAFE

    def template(self, pattern: Pattern) -> tuple[str, list[int]]:
        """One ``rdf:Description`` for each subject."""
        order: list[int] = []
        blocks = []
        for subject, triples in by_subject(pattern):
            about = self._iri(subject, order)
            lines = [self._property(name, object_, order) for _, name, object_ in triples]
            blocks.append(
                f'<rdf:Description rdf:about="{about}">\n{"".join(lines)}</rdf:Description>\n'
            )
        return "".join(blocks), order

    def text(self, text: str) -> str:
        """Markup escaped; a carriage return too, which a parser would turn into a newline."""
        return escape(as_xml(text), {"\r": "&#13;"})

    def iri(self, iri: str) -> str:
        """The IRI in an attribute."""
        return _xml_iri(iri)

    def document(self, statements: Iterable[Statement]) -> Iterator[str]:
        """The root element with the namespaces, and the statements in it."""
        names = sorted(prefixes(self.base).items())
        spaces = "".join(f"\n    xmlns:{name}={quoteattr(iri)}" for name, iri in names)
        yield f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{spaces}>\n'
        yield from map(self.render, statements)
        yield "</rdf:RDF>\n"

    def _property(self, name: str, object_: Term, order: list[int]) -> str:
        tag, space = self._name(name)
        if object_.kind is Kind.LITERAL:
            order.append(object_.slot)
            datatype = f' rdf:datatype="{term_iri(object_.value)}"' if object_.value else ""
            return f"  <{tag}{space}{datatype}>%s</{tag}>\n"
        return f'  <{tag}{space} rdf:resource="{self._iri(object_, order)}"/>\n'

    def _name(self, predicate: str) -> tuple[str, str]:
        """The predicate as a qualified name, with its namespace if the root does not give it."""
        prefix, _, local = predicate.partition(":")
        if prefix in prefixes() and _XML_NAME.match(local):
            return predicate, ""
        iri = term_iri(predicate)
        found = re.search(r"[A-Za-z_][\w.-]*\Z", iri)
        if found is None:
            raise VocabularyError(
                f"{predicate!r} has no name that RDF/XML can write",
                hints=["use another format, e.g. Turtle"],
            )
        return f"p:{found[0]}", percent(f" xmlns:p={quoteattr(iri[: found.start()])}")

    def _iri(self, term: Term, order: list[int]) -> str:
        if term.kind is Kind.CONSTANT:
            return percent(_xml_iri(term_iri(term.value)))
        order.append(term.slot)
        return f"{percent(_xml_iri(self.base))}%s{term.value}" if term.kind is Kind.OWN else "%s"


@cache
def context() -> dict[str, Any]:
    """The JSON-LD context that ships with kgbuild, as ``data/context.jsonld`` has it."""
    text = resources.files("kgbuild.data").joinpath("context.jsonld").read_text("utf-8")
    terms: dict[str, Any] = json.loads(text)["@context"]
    return terms


class JsonLd(Syntax):
    """JSON-LD 1.1 with its context in the file. One node object a line, in named graphs.

    Values are compacted as the context says, so that ``"oa:start": 12`` is a number and
    ``"oa:hasTarget"`` an IRI.
    """

    def template(self, pattern: Pattern) -> tuple[str, list[int]]:
        """One node object for each subject."""
        order: list[int] = []
        nodes = []
        for subject, triples in by_subject(pattern):
            members = [f'"@id":{self._iri(subject, order)}']
            for name, objects in by_predicate(triples):
                if name == "rdf:type":
                    values = [self._iri(object_, order) for object_ in objects]
                else:
                    values = [self._value(name, object_, order) for object_ in objects]
                value = values[0] if len(values) == 1 else f"[{','.join(values)}]"
                key = '"@type"' if name == "rdf:type" else percent(json.dumps(self._key(name)))
                members.append(f"{key}:{value}")
            nodes.append("{" + ",".join(members) + "}")
        return ",\n".join(nodes), order

    def text(self, text: str) -> str:
        """The inside of a JSON string."""
        return _json_string(encodable(text))[1:-1]

    def document(self, statements: Iterable[Statement]) -> Iterator[str]:
        """The context, then runs of nodes of one graph."""
        terms = context() | {"kgbuild": self.base}
        yield f'{{"@context":{json.dumps(terms, indent=1, ensure_ascii=False)},\n"@graph":['
        comma = "\n"
        for layer, run in groupby(statements, key=lambda statement: statement[0].layer):
            yield f'{comma}{{"@id":"{self.base}graph:{layer}","@graph":[\n'
            comma = ""
            for statement in run:
                yield comma + self.render(statement)
                comma = ",\n"
            yield "\n]}"
        yield "\n]}\n"

    def _key(self, name: str) -> str:
        return name if name.partition(":")[0] in context() else term_iri(name)

    def _value(self, name: str, term: Term, order: list[int]) -> str:
        coerced = context().get(name, {}).get("@type", "")
        if term.kind is not Kind.LITERAL:
            iri = self._iri(term, order)
            return iri if coerced == "@id" else f'{{"@id":{iri}}}'
        order.append(term.slot)
        if term.value in BARE:
            return "%s"
        plain = not term.value or coerced == term.value
        return '"%s"' if plain else f'{{"@value":"%s","@type":"{term.value}"}}'

    def _iri(self, term: Term, order: list[int]) -> str:
        if term.kind is Kind.CONSTANT:
            return percent(json.dumps(self._key(term.value)))
        order.append(term.slot)
        return f'"{percent(self.base)}%s{term.value}"' if term.kind is Kind.OWN else '"%s"'
