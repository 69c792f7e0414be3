"""Published vocabularies, read as terms: one format a module, one term in memory at a time.

``read_terms`` yields what a file says, in its own order, with its own identifiers. What is made
of it (a lexicon, a linker's terminology) is for plugins; what they share is here: which
identifiers are the same, which are withdrawn, and a hierarchy without cycles.
"""

from kgbuild.terms.equivalence import Equivalence
from kgbuild.terms.hierarchy import acyclic, merged
from kgbuild.terms.identifiers import Identifiers
from kgbuild.terms.reading import read_terms
from kgbuild.terms.report import Omission, TermReport
from kgbuild.terms.source import digest
from kgbuild.terms.term import (
    Term,
    TermEntry,
    TermFile,
    TermFormat,
    TermMapping,
    TermSource,
)

__all__ = [
    "Equivalence",
    "Identifiers",
    "Omission",
    "Term",
    "TermEntry",
    "TermFile",
    "TermFormat",
    "TermMapping",
    "TermReport",
    "TermSource",
    "acyclic",
    "digest",
    "merged",
    "read_terms",
]
