"""Read the word lists of a configuration into a lexicon."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from kgbuild import ComponentUnavailableError, InputError
from kgbuild.terms import (
    Equivalence,
    Identifiers,
    Term,
    TermEntry,
    TermMapping,
    TermReport,
    TermSource,
    acyclic,
    digest,
    merged,
    read_terms,
)
from kgbuild_lexicon.lexicon import Lexicon
from kgbuild_lexicon.name_table import NameTable
from kgbuild_lexicon.settings import LexiconSettings, WordList

__all__ = ["fingerprint", "load"]

_MATCHING = b"1"
"""Raised when the code may find, link or name other things by the same lists."""

_log = logging.getLogger(__name__)


def fingerprint(settings: LexiconSettings) -> str:
    """sha256 of how names are matched and what the word lists hold, in their order, as hex.

    Raises ComponentUnavailableError where a file cannot be read.
    """
    whole = hashlib.sha256(_MATCHING)
    for words in settings.files:
        with _refusal():
            whole.update(digest(words.path))
    return whole.hexdigest()


def load(settings: LexiconSettings) -> Lexicon:
    """The lexicon of these lists; ``report`` on it says what was left out and why.

    The same lists are read once: tagger, linker and terminology share the lexicon. Raises
    ComponentUnavailableError, with file and line, where a list cannot be used.
    """
    return _load(settings, fingerprint(settings))


@lru_cache(maxsize=2)
def _load(settings: LexiconSettings, content: str) -> Lexicon:
    report = TermReport()
    lists = _Lists(settings, report)
    for number, words in enumerate(settings.files):
        with _refusal():
            for entry in read_terms(words.file(), report):
                lists.take(entry, number, words)
    lexicon = lists.lexicon()
    if not report.names and not lists.mapped:
        raise ComponentUnavailableError(
            f"{settings.files[0].path}: no names in the word lists: {report.summary()}",
            plugin="lexicon",
            hints=["python -m kgbuild_lexicon FILE shows what was left out"],
        )
    if report.reasons:
        _log.warning("word lists: %s; python -m kgbuild_lexicon FILE lists them", report.summary())
    return lexicon


@contextmanager
def _refusal() -> Iterator[None]:
    """A list that cannot be read is a component that cannot be made."""
    try:
        yield
    except InputError as error:
        raise ComponentUnavailableError(str(error), plugin="lexicon", hints=error.hints) from error


class _Lists:
    """What was read so far."""

    def __init__(self, settings: LexiconSettings, report: TermReport) -> None:
        self._settings = settings
        self._report = report
        self._table = NameTable(report, min_length=settings.min_length, plurals=settings.plurals)
        self._same: list[tuple[str, str]] = []
        self._edges: list[tuple[str, str]] = []
        self._successors: dict[str, str] = {}
        self._identifiers = Identifiers(report)
        self.mapped = False

    def take(self, entry: TermEntry, number: int, words: WordList) -> None:
        """Take one term or mapping."""
        if isinstance(entry, TermMapping):
            self._map(entry, words)
            return
        if isinstance(entry, TermSource):
            return
        curie = self._curie(entry.id, entry.line, words) if entry.id else ""
        if curie is None:
            return
        if entry.obsolete:
            self._retire(entry, curie, words)
            return
        self._table.add(entry, curie, number, words)
        if curie:
            self._relate(entry, curie, words)

    def _map(self, mapping: TermMapping, words: WordList) -> None:
        ends = [self._curie(end, mapping.line, words) for end in mapping[1:]]
        if ends[0] and ends[1]:
            self._same.append((ends[0], ends[1]))
            self.mapped = True

    def _retire(self, term: Term, curie: str, words: WordList) -> None:
        why = "obsolete"
        if term.successor:
            successor = self._curie(term.successor, term.line, words)
            if successor:
                self._succeed(curie, successor)
                why = f"obsolete: replaced by {successor}"
        self._report.leave_out(str(words.path), term.line, curie, why)

    def _relate(self, term: Term, curie: str, words: WordList) -> None:
        matches = (*term.exact_matches, *(term.xrefs if words.xrefs else ()))
        if not (matches or term.parents or term.replaced):
            return

        def others(identifiers: tuple[str, ...]) -> list[str]:
            return self._identifiers.curies(identifiers, words.path, term.line)

        self._edges += ((curie, above) for above in others(term.parents))
        self._same += ((curie, other) for other in others(matches))
        for old in others(term.replaced):
            self._succeed(old, curie)

    def _succeed(self, old: str, new: str) -> None:
        # Two successors: the first by spelling, so that the order of the file does not matter.
        self._successors[old] = min(new, self._successors.get(old, new))

    def _curie(self, identifier: str, line: int, words: WordList) -> str | None:
        return self._identifiers.curie(identifier, words.path, line)

    def lexicon(self) -> Lexicon:
        """The lexicon of what was read."""
        settings, table = self._settings, self._table
        patterns = table.close()
        listed = set(table.curies()) if self._same else frozenset[str]()
        # A concept that is in a list is current, whatever another list says of it.
        successors = {
            old: new for old, new in self._successors.items() if table.concept_named(old) is None
        }
        same = Equivalence(
            self._same, listed=listed, report=self._report, prefer=settings.prefer,
            successors=successors,
        )  # fmt: skip
        edges = ((same.preferred(child), same.preferred(above)) for child, above in self._edges)
        return Lexicon(
            table,
            patterns,
            same,
            acyclic(merged(edges), self._report),
            tuple(words.case for words in settings.files),
            self._report,
            plurals=settings.plurals,
        )
