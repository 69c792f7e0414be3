"""Identifiers as a vocabulary spells them, to CURIEs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kgbuild.errors import VocabularyError
from kgbuild.terms.report import TermReport
from kgbuild.vocabulary import compress, normalise

__all__ = ["Identifiers"]


class Identifiers:
    """Turns identifiers into CURIEs; what is none goes into the report.

    >>> Identifiers(TermReport()).curie("http://purl.obolibrary.org/obo/MONDO_0005148", Path("x"))
    'mondo:0005148'
    """

    def __init__(self, report: TermReport) -> None:
        self._report = report
        self._heads: dict[str, str] = {}

    def curie(self, identifier: str, file: Path, line: int = 0) -> str | None:
        """The identifier as a CURIE, or None and a line in the report."""
        head = identifier.rstrip("0123456789")
        if known := self._heads.get(head):
            return known + identifier[len(head) :]
        curie = self._checked(identifier, file, line)
        # What comes before the digits decides the spelling, so 200,000 are not asked one by one.
        tail = identifier[len(head) :]
        if curie and tail and curie.endswith(tail):
            self._heads[head] = curie[: len(curie) - len(tail)]
        return curie

    def curies(self, identifiers: Iterable[str], file: Path, line: int = 0) -> list[str]:
        """Those that are CURIEs."""
        found = (self.curie(one, file, line) for one in identifiers)
        return [one for one in found if one]

    def _checked(self, identifier: str, file: Path, line: int) -> str | None:
        try:
            return compress(identifier) if "://" in identifier else normalise(identifier)
        except VocabularyError as error:
            why = f"no registered identifier: {error}"
            self._report.leave_out(str(file), line, identifier, why)
            return None
