"""What a vocabulary's reader yields, and which file it reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

__all__ = ["Term", "TermEntry", "TermFile", "TermFormat", "TermMapping", "TermSource"]


class TermFormat(StrEnum):
    """How a vocabulary is written. AUTO decides by the file's name, and XML by its beginning."""

    AUTO = "auto"
    TSV = "tsv"
    OBO = "obo"
    RDF = "rdf"
    OBO_GRAPH = "obo-graph"
    SSSOM = "sssom"
    MESH = "mesh"
    UMLS = "umls"
    NCBI_GENE = "ncbi-gene"
    NAMES = "names"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermFile:
    """A file of a vocabulary; gzip is unpacked.

    ``languages`` are the two-letter codes of the labels that are read; labels without a language
    always are.
    """

    path: Path
    format: TermFormat = TermFormat.AUTO
    encoding: str = "utf-8"
    languages: tuple[str, ...] = ("en",)


class Term(NamedTuple):
    """What one place in a file says of a concept; identifiers as they stand there.

    A concept may be said in several places: then each has a part, and a part without a label
    adds to the others. ``id`` is empty in a list of bare names. ``exact_matches`` are said to be
    the same concept; ``xrefs`` are references that may be. ``replaced`` are identifiers that
    this one took the place of. A term that is ``obsolete`` gives no names; ``successor`` is what
    to use for it. ``taxon`` is the NCBI taxon of a gene.
    """

    line: int
    id: str
    label: str = ""
    synonyms: tuple[str, ...] = ()
    category: str = ""
    parents: tuple[str, ...] = ()
    exact_matches: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    obsolete: bool = False
    successor: str = ""
    xrefs: tuple[str, ...] = ()
    taxon: int = 0


class TermMapping(NamedTuple):
    """Two identifiers of one concept, from a mapping file."""

    line: int
    subject: str
    object: str


class TermSource(NamedTuple):
    """What a file says of itself; empty where it does not."""

    name: str = ""
    version: str = ""
    licence: str = ""


TermEntry = Term | TermMapping | TermSource
"""What a reader yields."""
