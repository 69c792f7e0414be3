"""What a format's reader yields: a term, or a mapping between two identifiers."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Mapping", "Term"]


class Term(NamedTuple):
    """One concept as a file has it; identifiers as they stand there.

    ``id`` is empty in a list of bare names. ``replaced`` are identifiers that this one took the
    place of. A term that is ``obsolete`` gives no names; ``successor`` is what to use for it.
    """

    line: int
    id: str
    label: str
    synonyms: tuple[str, ...] = ()
    category: str = ""
    parents: tuple[str, ...] = ()
    exact_matches: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    obsolete: bool = False
    successor: str = ""


class Mapping(NamedTuple):
    """Two identifiers of one concept, from a mapping file."""

    line: int
    subject: str
    object: str
