"""What a terminology is made of, before it is written: entries, and what was left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

__all__ = ["Entry", "Group", "Hit", "LeftOut", "Name", "NameKind"]


class Group(IntEnum):
    """What kind of thing a concept is, as far as linking needs it."""

    CHEMICAL = 0
    DISEASE = 1
    GENE = 2
    SPECIES = 3
    CELL_LINE = 4
    OTHER = 5


class NameKind(IntEnum):
    """How a name belongs to its concept, the surest first."""

    LABEL = 0
    SYNONYM = 1
    MAPPED = 2
    RELATED = 3


class Name(NamedTuple):
    """A name and how it belongs to its concept."""

    text: str
    kind: NameKind


class Hit(NamedTuple):
    """A concept found by a key: the name that has it, and how that belongs to the concept."""

    concept: int
    curie: str
    label: str
    group: Group
    taxon: int
    weight: float
    kind: NameKind
    name: str


@dataclass(slots=True, kw_only=True)
class Entry:
    """One concept of a vocabulary.

    ``same`` are identifiers of it elsewhere, ``replaced`` those that it took the place of.
    ``taxon`` is the NCBI taxon of a gene, 0 where none is meant. ``weight`` is below 1 for
    concepts that texts seldom mean (supplementary records, predicted genes). ``kept`` is the
    number and the written names of a concept of the default that nothing was added to.
    """

    curie: str
    label: str
    group: Group
    names: list[Name] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    taxon: int = 0
    weight: float = 1.0
    kept: tuple[int, str] | None = None

    def name(self, text: str, kind: NameKind) -> None:
        """Add a name, unless it is there; the surer kind wins."""
        text = " ".join(text.split())
        for place, known in enumerate(self.names):
            if known.text == text:
                if kind < known.kind:
                    self.names[place] = Name(text, kind)
                return
        if text:
            self.names.append(Name(text, kind))


@dataclass(slots=True)
class LeftOut:
    """What was not taken, counted by source and reason, with the first examples."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, source: str, reason: str, example: str) -> None:
        """Count one."""
        self.counts[source, reason] += 1
        self.examples.setdefault((source, reason), example[:80])
