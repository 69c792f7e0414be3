"""How annotated corpora name a document: a PMID, a PMCID, or a CURIE."""

from __future__ import annotations

from kgbuild.readers.composition import identifiers

__all__ = ["work_identifiers", "work_name"]


def work_identifiers(name: str) -> tuple[str, ...]:
    """The CURIE that a document's name in a corpus stands for; none for a name of its own.

    >>> work_identifiers("354896"), work_identifiers("PMC13901"), work_identifiers("doc-1")
    (('pubmed:354896',), ('pmc:PMC13901',), ())
    """
    name = name.strip()
    if name.isascii() and name.isdigit():
        return identifiers(pmid=name)
    if name[:3].upper() == "PMC" and name[3:].isdigit():
        return identifiers(pmcid=name.upper())
    return identifiers(others=(name,))


def work_name(curie: str) -> str:
    """The name that a corpus gives a document: a bare PMID or PMCID, else the CURIE.

    >>> work_name("pubmed:354896"), work_name("doi:10.1000/x")
    ('354896', 'doi:10.1000/x')
    """
    prefix, _, identifier = curie.partition(":")
    return identifier if prefix in ("pubmed", "pmc") else curie
