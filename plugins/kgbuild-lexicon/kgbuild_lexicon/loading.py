"""Read the word lists of a configuration into a lexicon."""

from __future__ import annotations

import hashlib
import logging
from functools import lru_cache

from kgbuild import VocabularyError, compress, normalise
from kgbuild_lexicon.equivalence import Equivalence
from kgbuild_lexicon.formats import read
from kgbuild_lexicon.hierarchy import acyclic, merged
from kgbuild_lexicon.lexicon import Lexicon
from kgbuild_lexicon.name_table import NameTable
from kgbuild_lexicon.report import Report
from kgbuild_lexicon.settings import LexiconSettings, WordList
from kgbuild_lexicon.source import read_bytes, refuse
from kgbuild_lexicon.term import Mapping, Term

__all__ = ["fingerprint", "load"]

_log = logging.getLogger(__name__)


def fingerprint(settings: LexiconSettings) -> str:
    """sha256 of what the word lists hold, in their order, in hexadecimal.

    Raises ComponentUnavailableError where a file cannot be read.
    """
    whole = hashlib.sha256()
    for words in settings.files:
        whole.update(hashlib.sha256(read_bytes(words.path)).digest())
    return whole.hexdigest()


def load(settings: LexiconSettings) -> Lexicon:
    """The lexicon of these lists; ``report`` on it says what was left out and why.

    The same lists are read once: tagger, linker and terminology share the lexicon. Raises
    ComponentUnavailableError, with file and line, where a list cannot be used.
    """
    return _load(settings, fingerprint(settings))


@lru_cache(maxsize=2)
def _load(settings: LexiconSettings, content: str) -> Lexicon:
    report = Report()
    lists = _Lists(settings, report)
    for number, words in enumerate(settings.files):
        for entry in read(words, report):
            lists.take(entry, number, words)
    lexicon = lists.lexicon()
    if not report.names and not lists.mapped:
        raise refuse(
            settings.files[0].path,
            f"no names in the word lists: {report.summary()}",
            "python -m kgbuild_lexicon FILE shows what was left out",
        )
    if report.reasons:
        _log.warning("word lists: %s", report.summary())
    return lexicon


class _Lists:
    """What was read so far."""

    def __init__(self, settings: LexiconSettings, report: Report) -> None:
        self._settings = settings
        self._report = report
        self._table = NameTable(report, min_length=settings.min_length, plurals=settings.plurals)
        self._same: list[tuple[str, str]] = []
        self._edges: list[tuple[str, str]] = []
        self._successors: dict[str, str] = {}
        self._heads: dict[str, str] = {}
        self.mapped = False

    def take(self, entry: Term | Mapping, number: int, words: WordList) -> None:
        """Take one term or mapping."""
        if isinstance(entry, Mapping):
            self._map(entry, words)
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

    def _map(self, mapping: Mapping, words: WordList) -> None:
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
        def others(identifiers: tuple[str, ...]) -> list[str]:
            found = (self._curie(other, term.line, words) for other in identifiers)
            return [other for other in found if other]

        self._edges += ((curie, above) for above in others(term.parents))
        self._same += ((curie, other) for other in others(term.exact_matches))
        for old in others(term.replaced):
            self._succeed(old, curie)

    def _succeed(self, old: str, new: str) -> None:
        # Two successors: the first by spelling, so that the order of the file does not matter.
        self._successors[old] = min(new, self._successors.get(old, new))

    def _curie(self, identifier: str, line: int, words: WordList) -> str | None:
        """The identifier as a CURIE, or None and a line in the report."""
        head = identifier.rstrip("0123456789")
        if known := self._heads.get(head):
            return known + identifier[len(head) :]
        curie = self._checked(identifier, line, words)
        # What comes before the digits decides the spelling, so 200,000 are not asked one by one.
        if curie and head != identifier and curie.endswith(":" + identifier.partition(":")[2]):
            self._heads[head] = curie[: len(curie) - len(identifier) + len(head)]
        return curie

    def _checked(self, identifier: str, line: int, words: WordList) -> str | None:
        try:
            return compress(identifier) if "://" in identifier else normalise(identifier)
        except VocabularyError as error:
            why = f"no registered identifier: {error}"
            self._report.leave_out(str(words.path), line, identifier, why)
            return None

    def lexicon(self) -> Lexicon:
        """The lexicon of what was read."""
        settings, table = self._settings, self._table
        patterns = table.close()
        listed = set(table.curies()) if self._same else frozenset[str]()
        # A concept that is in a list is current, whatever another list says of it.
        successors = {
            old: new for old, new in self._successors.items() if table.concept_named(old) is None
        }
        return Lexicon(
            table,
            patterns,
            Equivalence(self._same, successors, listed, settings.prefer, self._report),
            acyclic(merged(self._edges), self._report),
            tuple(words.case for words in settings.files),
            self._report,
            plurals=settings.plurals,
        )
