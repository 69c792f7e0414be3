"""Corrections by a curator: this name, in this document or anywhere, is this concept, or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kgbuild import (
    Candidate,
    ComponentUnavailableError,
    Document,
    Link,
    Mention,
    VocabularyError,
    normalise,
)

__all__ = ["Corrections", "read_corrections"]

_COLUMNS = ("name", "document", "concept")


@dataclass(frozen=True, slots=True)
class Corrections:
    """Concepts by (name, document); an empty document means any, an empty concept means none."""

    concepts: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def link(self, document: Document, mention: Mention) -> Link | None:
        """The link that a curator gave, or None where nothing was said."""
        name = " ".join(mention.text.split())
        found = self.concepts.get((name, document.id)) or self.concepts.get((name, ""))
        if found is None:
            return None
        concept, reason = found
        candidates = (Candidate(concept=concept, reason=reason),) if concept else ()
        return Link(mention=mention, candidates=candidates, reason=reason)


def read_corrections(path: Path) -> Corrections:
    """Read a TSV with the columns name, document, concept; ``none`` is a concept for NIL.

    Raises ComponentUnavailableError with the line that cannot be used.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ComponentUnavailableError(f"{path}: {error}", plugin="linker") from error
    return Corrections(dict(_rows(path, lines)))


def _rows(path: Path, lines: list[str]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    if not lines or tuple(lines[0].split("\t")) != _COLUMNS:
        raise _refused(path, 1, f"the first line names the columns: {', '.join(_COLUMNS)}")
    for number, line in enumerate(lines[1:], 2):
        fields = [field.strip() for field in line.split("\t")]
        if not line.strip():
            continue
        if len(fields) != len(_COLUMNS) or not fields[0] or not fields[2]:
            raise _refused(path, number, "needs a name, a document or nothing, and a concept")
        name, document, concept = fields
        try:
            curie = "" if concept == "none" else normalise(concept)
        except VocabularyError as error:
            raise _refused(path, number, str(error)) from error
        yield (name, document), (curie, f"correction: {path.name}, line {number}")


def _refused(path: Path, line: int, problem: str) -> ComponentUnavailableError:
    return ComponentUnavailableError(f"{path}, line {line}: {problem}", plugin="linker")
