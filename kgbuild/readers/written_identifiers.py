"""Public identifiers as people and web pages write them: bare, with a prefix, or as a link."""

from __future__ import annotations

import re

from kgbuild.document import Unread
from kgbuild.readers.composition import identifiers

__all__ = ["written_identifiers"]

_BEFORE = {
    "pmid": re.compile(
        r"(?:pmid|pubmed):?\s*|https?://\S*?ncbi\.nlm\.nih\.gov/(?:pubmed/)?", re.IGNORECASE
    ),
    "pmcid": re.compile(r"(?:pmcid|pmc):\s*|https?://\S*?/(?=PMC\d)", re.IGNORECASE),
    "doi": re.compile(r"doi:\s*|https?://(?:dx\.)?doi\.org/", re.IGNORECASE),
}


def written_identifiers(
    *, pmid: str = "", pmcid: str = "", doi: str = "", others: tuple[str, ...] = ()
) -> tuple[tuple[str, ...], tuple[Unread, ...]]:
    """The CURIEs, the preferred one first, and what was given as an identifier and is none.

    >>> written_identifiers(pmid="PMID: 12", doi="https://doi.org/10.1000/X1")
    (('pubmed:12', 'doi:10.1000/x1'), ())
    >>> written_identifiers(pmid="n/a")[1][0].problem
    "'n/a' is not a PMID"
    """
    given = {
        name: _BEFORE[name].sub("", value.strip(), count=1).strip("/ ")
        for name, value in (("pmid", pmid), ("pmcid", pmcid), ("doi", doi))
        if value
    }
    curies = identifiers(**given, others=others)
    if len(curies) == len(given) + len(others):  # each is what it should be, as nearly always
        return curies, ()
    unread = [
        Unread(what="identifier", problem=f"{value[:60]!r} is not a {name.upper()}")
        for name, value in given.items()
        if value and not identifiers(**{name: value})
    ]
    unread += [
        Unread(what="identifier", problem=f"{value[:60]!r} is not a CURIE")
        for value in others
        if not identifiers(others=(value,))
    ]
    return curies, tuple(unread)
