"""Patterns of triples with slots, and what it takes to write them in some syntax.

The RDF model is a handful of patterns (:mod:`kgbuild.graph.rdf_model`). A pattern is written
down once, one triple a line, and a syntax turns it into one template; writing a record is then
a single ``%``. That is why the model has one definition, every format follows it, and a
triple costs well under a microsecond.

A line is ``subject predicate object``. A word of it is one of

- ``oa:start``        a constant: a CURIE, or a term of kgbuild's own vocabulary (``kgv:status``);
- ``@evidence:quote`` one of kgbuild's own nodes: base IRI, slot ``evidence``, ``:quote``;
- ``?document``       the IRI in slot ``document``;
- ``$text``           the string in slot ``text``;
- ``$start^^xsd:integer`` the typed literal whose lexical form is in slot ``start``.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from operator import itemgetter
from typing import Any, ClassVar

from kgbuild.vocabulary import OWN_IRI, expand

__all__ = [
    "Kind",
    "NQuads",
    "NTriples",
    "Pattern",
    "Statement",
    "Syntax",
    "Term",
    "joined",
    "pattern",
]

VOCABULARY_IRI = f"{OWN_IRI}vocab:"
"""Where kgbuild's own terms live, whatever the base IRI of the nodes is."""

_UNREGISTERED = {"kgv": VOCABULARY_IRI, "np": "http://www.nanopub.org/nschema#"}
"""Vocabularies that the registry of prefixes does not have: ours, and the nanopublications'."""


class Kind(Enum):
    """What a term of a pattern stands for."""

    CONSTANT = "constant"
    OWN = "own"
    IRI = "iri"
    LITERAL = "literal"


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a pattern. ``value`` is a CURIE, a suffix or a datatype, as the kind has it."""

    kind: Kind
    slot: int = -1
    value: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """Triples with slots, all of one layer (a named graph where the format has them)."""

    layer: str
    slots: tuple[str, ...]
    triples: tuple[tuple[Term, str, Term], ...]


Statement = tuple[Pattern, list[Any]]
"""A pattern and what fills its slots, in order. Whoever renders it may change the list."""


def pattern(layer: str, slots: str, triples: str) -> Pattern:
    """Read a pattern from its lines.

    >>> p = pattern("concepts", "concept label", "?concept rdfs:label $label")
    >>> [kind.kind.value for kind in (p.triples[0][0], p.triples[0][2])]
    ['iri', 'literal']
    """
    names = tuple(slots.split())
    lines = (line.split() for line in triples.strip().splitlines())
    return Pattern(layer, names, tuple((_term(s, names), p, _term(o, names)) for s, p, o in lines))


@cache
def joined(patterns: tuple[Pattern, ...], shared: frozenset[str]) -> Pattern:
    """The patterns one after another, as one; its values are theirs, one after another.

    A slot whose name is ``shared`` holds the same in all of them, so that triples with the
    same subject are seen to belong together.
    """
    slots: list[str] = []
    triples: list[tuple[Term, str, Term]] = []
    for part in patterns:
        by = len(slots)
        places = [
            slots.index(name) if name in shared and name in slots else by + index
            for index, name in enumerate(part.slots)
        ]
        triples += [(_moved(s, places), p, _moved(o, places)) for s, p, o in part.triples]
        slots += part.slots
    return Pattern(patterns[0].layer, tuple(slots), tuple(triples))


def _moved(term: Term, places: list[int]) -> Term:
    return term if term.kind is Kind.CONSTANT else replace(term, slot=places[term.slot])


def _term(word: str, slots: Sequence[str]) -> Term:
    name, _, datatype = word[1:].partition("^^")
    match word[0]:
        case "@":
            own, colon, suffix = name.partition(":")
            return Term(Kind.OWN, slots.index(own), colon + suffix)
        case "?":
            return Term(Kind.IRI, slots.index(name))
        case "$":
            return Term(Kind.LITERAL, slots.index(name), datatype)
    return Term(Kind.CONSTANT, value=word)


def term_iri(term: str) -> str:
    """The IRI of a constant of a pattern.

    >>> term_iri("kgv:status"), term_iri("oa:start")
    ('urn:kgbuild:vocab:status', 'http://www.w3.org/ns/oa#start')
    """
    prefix, _, name = term.partition(":")
    known = _UNREGISTERED.get(prefix)
    return expand(term) if known is None else known + name


Rendering = tuple[str, Callable[[Sequence[Any]], Any], tuple[int, ...], tuple[int, ...]]


UNSAFE = re.compile('["\\\\\x00-\x1f\x7f\ud800-\udfff]')
"""What a literal of N-Quads or Turtle escapes; a lone surrogate has no UTF-8 at all."""


class Syntax(ABC):
    """One way to write statements. A subclass says how a pattern looks; this does the rest.

    ``unsafe`` finds what makes a text need :meth:`text`; most texts have nothing of it, and so
    all texts of a statement are looked through at once.
    """

    unsafe: ClassVar[re.Pattern[str]] = UNSAFE

    def __init__(self, base_iri: str = OWN_IRI) -> None:
        self.base = base_iri
        self._renderings: dict[Pattern, Rendering] = {}

    @abstractmethod
    def template(self, pattern: Pattern) -> tuple[str, list[int]]:
        """The ``%`` template of a pattern, and the slots that fill it, in order."""

    @abstractmethod
    def text(self, text: str) -> str:
        """The string with what this syntax cannot hold escaped."""

    def iri(self, iri: str) -> str:
        """The IRI as this syntax writes it."""
        return iri

    def render(self, statement: Statement) -> str:
        """The statement, written out."""
        pattern, values = statement
        template, chosen, texts, iris = self._renderings.get(pattern) or self._prepare(pattern)
        if self.unsafe.search("".join([values[slot] for slot in texts])):
            for slot in texts:
                values[slot] = self.text(values[slot])
        for slot in iris:
            values[slot] = self.iri(values[slot])
        rendered: str = template % chosen(values)
        return rendered

    def _prepare(self, pattern: Pattern) -> Rendering:
        template, order = self.template(pattern)
        terms = [term for subject, _, object_ in pattern.triples for term in (subject, object_)]
        texts = {t.slot for t in terms if t.kind is Kind.LITERAL and not t.value}
        iris = {t.slot for t in terms if t.kind is Kind.IRI}
        if type(self).iri is Syntax.iri:
            iris = set()
        rendering = (template, itemgetter(*order), tuple(sorted(texts)), tuple(sorted(iris)))
        self._renderings[pattern] = rendering
        return rendering

    def document(self, statements: Iterable[Statement]) -> Iterator[str]:
        """The pieces of a whole file."""
        return map(self.render, statements)


# The canonical form of N-Quads (RDF 1.2): short escapes where there are some, else \u00XX.
_ESCAPES: dict[int, str] = {code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)}
_ESCAPES |= {ord(c): f"\\{short}" for c, short in zip('\b\t\n\f\r"\\', 'btnfr"\\', strict=True)}
_ESCAPES |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


_SURROGATE = re.compile("[\ud800-\udfff]")


def encodable(text: str) -> str:
    """The text with lone surrogates, which have no UTF-8, replaced by U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def escape_literal(text: str) -> str:
    r"""The inside of a quoted literal of N-Triples, N-Quads, Turtle and TriG.

    >>> print(escape_literal('say "no"\n'))
    say \"no\"\n
    """
    return text.translate(_ESCAPES) if UNSAFE.search(text) else text


class NTriples(Syntax):
    """N-Triples: one triple a line, graphs left out."""

    def template(self, pattern: Pattern) -> tuple[str, list[int]]:
        """One line for each triple."""
        order: list[int] = []
        graph = self.graph(pattern)
        lines = [
            f"{self._term(s, order)} <{percent(term_iri(p))}> {self._term(o, order)}{graph} .\n"
            for s, p, o in pattern.triples
        ]
        return "".join(lines), order

    def graph(self, pattern: Pattern) -> str:
        """What stands between the object and the full stop."""
        return ""

    def text(self, text: str) -> str:
        """Quotes, backslashes and control characters escaped."""
        return escape_literal(text)

    def _term(self, term: Term, order: list[int]) -> str:
        if term.kind is Kind.CONSTANT:
            return f"<{percent(term_iri(term.value))}>"
        order.append(term.slot)
        if term.kind is Kind.OWN:
            return f"<{percent(self.base)}%s{term.value}>"
        if term.kind is Kind.IRI:
            return "<%s>"
        return f'"%s"^^<{percent(term_iri(term.value))}>' if term.value else '"%s"'


class NQuads(NTriples):
    """N-Quads: one quad a line, the layer as its graph."""

    def graph(self, pattern: Pattern) -> str:
        """The layer's graph."""
        return f" <{percent(self.base)}graph:{pattern.layer}>"


def percent(text: str) -> str:
    """The text as a ``%`` template that gives it back."""
    return text.replace("%", "%%")
