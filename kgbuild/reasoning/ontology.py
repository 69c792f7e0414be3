"""Read ontologies: RDF files, as triples that remember their file and their line.

Turtle, N-Triples, N3, TriG, N-Quads, RDF/XML (``.owl``, ``.rdf``, ``.xml``) and JSON-LD are read
by Oxigraph, which is handed one line at a time: a triple ends on the line that was handed last.
JSON-LD is read as a whole, so its triples have no line. Nothing is fetched: ``owl:imports`` is
not followed, give the imported files too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import IO, NamedTuple, cast
from urllib.parse import quote

from kgbuild.assertion import content_id
from kgbuild.errors import InputError, LimitError, UnknownFormatError, VocabularyError
from kgbuild.reasoning.limits import Limits
from kgbuild.vocabulary import compress

__all__ = ["Ontology", "Triple", "name_of", "read_ontology"]

MAX_BYTES = 1_000_000_000
MAX_TRIPLES = 20_000_000
_MAX_ENTITY = 1_000
_OFTEN = 1_000
_EXTENSIONS = {"owl": "rdf", "json": "jsonld"}


class Triple(NamedTuple):
    """A triple: IRIs as they are, blank nodes as ``_:x``, literals as N-Triples writes them.

    ``at`` is the line of the file that it ends on; 0 where nobody knows.
    """

    subject: str
    predicate: str
    object: str
    file: str
    at: int = 0

    @property
    def line(self) -> str:
        """The triple as a line of N-Triples."""
        return f"{_written(self.subject)} <{self.predicate}> {_written(self.object)} .\n"


@dataclass(frozen=True, slots=True)
class Ontology:
    """What the files say, in their order."""

    files: tuple[str, ...]
    triples: tuple[Triple, ...]

    @property
    def digest(self) -> str:
        """The identity: a hash of what is said, whatever the order."""
        return content_id(*sorted(triple.line for triple in self.triples))


def read_ontology(files: Sequence[Path], limits: Limits | None = None) -> Ontology:
    """The triples of some files.

    Raises InputError with the file, and the line where the parser knows it; LimitError for a
    file of more than ``MAX_BYTES`` bytes, for more than ``MAX_TRIPLES`` triples in all, and
    where the time is up.
    """
    limits = limits or Limits()
    triples: list[Triple] = []
    for number, file in enumerate(files):
        for triple in _read(file, number):
            if len(triples) == MAX_TRIPLES:
                raise LimitError(
                    f"more than {MAX_TRIPLES:,} triples; none of them was kept",
                    file=str(file),
                    place=f"line {triple.at}" if triple.at else "",
                    hints=["give the part of it that speaks of the graph's concepts"],
                )
            if len(triples) % _OFTEN == 0:
                place = f"line {triple.at}" if triple.at else ""
                doing = f"reading it, at triple {len(triples) + 1:,}"
                limits.check(doing, file=str(file), place=place)
            triples.append(triple)
    return Ontology(tuple(map(str, files)), tuple(triples))


def _read(file: Path, number: int) -> Iterator[Triple]:
    import pyoxigraph

    suffix = file.suffix.lstrip(".").lower()
    form = pyoxigraph.RdfFormat.from_extension(_EXTENSIONS.get(suffix, suffix))
    if form is None:
        raise UnknownFormatError(
            f"no RDF format has the ending {file.suffix!r}",
            file=str(file),
            hints=["there are .ttl, .nt, .n3, .trig, .nq, .owl, .rdf, .xml and .jsonld"],
        )
    try:
        if file.stat().st_size > MAX_BYTES:
            raise LimitError(
                f"larger than {MAX_BYTES:,} bytes; nothing of it was read", file=str(file)
            )
        if form == pyoxigraph.RdfFormat.RDF_XML:
            _check_entities(file)
        with file.open("rb") as stream:
            # Relative IRIs must not depend on where the file lies.
            base = f"file:///{quote(file.name)}"
            lines = _Lines(stream)
            whole = form == pyoxigraph.RdfFormat.JSON_LD
            for quad in pyoxigraph.parse(cast("IO[bytes]", lines), format=form, base_iri=base):
                yield Triple(
                    _term(quad.subject, number), quad.predicate.value, _term(quad.object, number),
                    str(file), 0 if whole else lines.number,
                )  # fmt: skip
    except OSError as error:
        raise InputError(error.strerror or str(error), file=str(file)) from error
    except SyntaxError as error:
        line = error.lineno or _xml_line(file)
        raise InputError(
            f"is not {form.name}: {error.msg}",
            file=str(file),
            place=f"line {line}" if line else "",
        ) from error


class _Lines:
    """A file that is read one line at a time; ``number`` is the line that was read last."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._ended = True
        self.number = 0

    def read(self, size: int = -1) -> bytes:
        """A line, or as much of it as was asked for."""
        line = self._stream.readline(size)
        self.number += self._ended and bool(line)
        self._ended = line.endswith(b"\n")
        return line


def _check_entities(file: Path) -> None:
    """See that no entity grows: the parser expands them as often as they ask for.

    Ontologies use entities for namespaces, which are short and made of nothing else.
    """
    if not file.stat().st_size:
        return
    with file.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as text:
        for found in re.finditer(rb"<!ENTITY[^>]*", text):
            if b"&" in found.group() or len(found.group()) > _MAX_ENTITY:
                line = text[: found.start()].count(b"\n") + 1
                raise InputError(
                    "an entity made of entities, or a long one, is not read",
                    file=str(file),
                    place=f"line {line}",
                )


def _term(term: object, number: int) -> str:
    import pyoxigraph

    match term:
        case pyoxigraph.NamedNode():
            return term.value
        case pyoxigraph.BlankNode():
            return f"_:f{number}{term.value}"  # blank nodes of two files are different nodes
    return str(term)


def _xml_line(file: Path) -> int:
    """The line at which a file stops to be well-formed XML; 0 where it does not stop."""
    from lxml import etree

    try:
        etree.parse(file, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        return error.lineno or 0
    return 0


def _written(term: str) -> str:
    return term if term.startswith(("_:", '"', "<<")) else f"<{term}>"


@lru_cache(maxsize=1_000_000)
def name_of(iri: str) -> str:
    """The CURIE of an IRI; the IRI itself where no prefix is registered for it.

    >>> name_of("http://purl.obolibrary.org/obo/MONDO_0005044"), name_of("http://example.org/a")
    ('mondo:0005044', 'http://example.org/a')
    """
    try:
        return compress(iri)
    except VocabularyError:
        return iri
