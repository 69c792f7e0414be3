"""All names and concepts in little memory.

200,000 names as Python strings in tuples and dicts would take more than the automaton does.
So the names lie one after the other in one stretch of UTF-8, everything is known by number, and
"the names of this concept" and "the names of this pattern" are chains through arrays.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

from kgbuild.terms import Term, TermReport
from kgbuild_lexicon.categories import CATEGORIES, UNSAID, category_named
from kgbuild_lexicon.names import STOP_WORDS, fold, ies_plural, is_symbol, spellings
from kgbuild_lexicon.settings import WordList

__all__ = ["LONGEST", "NameTable"]

LONGEST = 200
"""Names of more characters are left out: nobody writes them, and they cost the most memory."""

_NONE = 0xFFFFFFFF
_LETTER = re.compile(r"[^\W\d_]")


class NameTable:
    """Names by number: their text, concept and list. Concepts by number: id, category, names.

    First it is filled: ``add`` takes terms, ``close`` ends it and gives the patterns. Then it
    is asked.
    """

    def __init__(self, report: TermReport, *, min_length: int, plurals: bool) -> None:
        self._report = report
        self._min_length = min_length
        self._plurals = plurals
        self._pattern_numbers: dict[str, int] = {}
        self._text = bytearray()
        self._name_end = array("I")
        self._name_concept = array("I")
        self._name_list = array("H")
        self._name_next = array("I")
        self._concept_number: dict[str, int] = {}
        self._concept_ids: list[str] = []
        self._curie_text = b""
        self._curie_end = array("I")
        self._by_curie = array("I")
        self._concept_list = array("H")
        self._concept_category = array("B")
        self._concept_label: list[str] = []
        self._label_text = b""
        self._label_end = array("I")
        self._concept_names = array("I")
        self._pattern_entries = array("I")
        self._entry_name = array("I")
        self._entry_next = array("I")

    # Filling the table

    def add(self, term: Term, curie: str, number: int, words: WordList) -> None:
        """Add a term of the ``number``-th list. ``curie`` is its identifier, or empty."""
        file = str(words.path)
        category = self._category(term, words)
        taken = []
        for name in dict.fromkeys((term.label, *term.synonyms)):
            clean = name if name.isascii() and "  " not in name else _clean(name)
            clean = clean.strip()
            if why := self._objection(clean):
                if clean:
                    self._report.leave_out(file, term.line, clean, why)
            else:
                taken.append(clean)
        label = " ".join(term.label[: LONGEST * 5].split()).encode("utf-8", "replace").decode()
        if not curie and not taken:
            return
        concept = self._concept(curie, category, label, number, file, term.line)
        for name in dict.fromkeys(taken):
            stored = self._store(name, concept, number)
            self._enter(fold(name), stored)
            if self._plurals and (plural := ies_plural(name)) and not is_symbol(name):
                self._enter(fold(plural), stored)
            for other in spellings(name):
                self._enter(fold(other), stored)

    def _category(self, term: Term, words: WordList) -> int:
        if not term.category:
            return CATEGORIES.index(words.category)
        category = category_named(term.category)
        if category is None:
            why = f"unknown category: {term.category}; its list's is used"
            self._report.leave_out(str(words.path), term.line, term.id, why)
        return CATEGORIES.index(category or words.category)

    def _objection(self, name: str) -> str:
        """Why a name cannot be taken; empty where it can."""
        if len(name) < self._min_length:
            return "too short"
        if len(name) > LONGEST:
            return f"longer than {LONGEST} characters"
        if not _LETTER.search(name):
            return "no letters"
        if name.lower() in STOP_WORDS:
            return "stop word"
        return "" if name.isprintable() else "control characters"

    def _concept(
        self, curie: str, category: int, label: str, number: int, file: str, line: int
    ) -> int:
        """The concept's number; a second row for it adds names, and settles label and category."""
        # Bare names have no identifier: one nameless concept for each category carries them.
        key = curie or f" {category}"
        known = self._concept_number.get(key)
        if known is None:
            known = self._concept_number[key] = len(self._concept_ids)
            self._concept_ids.append(curie)
            self._concept_list.append(number)
            self._concept_category.append(category)
            self._concept_names.append(_NONE)
            self._concept_label.append(label if curie else "")
        elif curie and self._concept_list[known] == number:
            self._report.leave_out(file, line, curie, "duplicate identifier: names are united")
            # By spelling and not by line, so that the order of the lines does not matter.
            if label and label < (self._concept_label[known] or label + "\0"):
                self._concept_label[known] = label
            unsaid = CATEGORIES.index(UNSAID)
            if category != unsaid:
                old = self._concept_category[known]
                self._concept_category[known] = category if old == unsaid else min(category, old)
        return known

    def _store(self, name: str, concept: int, number: int) -> int:
        """Add a name to a concept; its number."""
        stored = len(self._name_end)
        self._text += name.encode("utf-8", "replace")
        self._name_end.append(len(self._text))
        self._name_concept.append(concept)
        self._name_list.append(number)
        self._name_next.append(self._concept_names[concept])
        self._concept_names[concept] = stored
        return stored

    def _enter(self, pattern: str, name: int) -> None:
        patterns = self._pattern_numbers
        number = patterns.setdefault(pattern, len(patterns))
        if number == len(self._pattern_entries):
            self._pattern_entries.append(_NONE)
        self._entry_name.append(name)
        self._entry_next.append(self._pattern_entries[number])
        self._pattern_entries[number] = len(self._entry_name) - 1

    def close(self) -> list[str]:
        """The distinct folded names, in the order of their numbers: what to look for."""
        patterns = list(self._pattern_numbers)
        ids = self._concept_ids
        self._report.concepts = len(ids) - ids.count("")
        self._report.names = len(self._entry_name)
        # No string of the many made while filling may stay: each would keep its neighbours'
        # memory. So identifiers and labels, too, become bytes.
        self._curie_text, self._curie_end = _joined(ids)
        self._label_text, self._label_end = _joined(self._concept_label)
        self._by_curie = array("I", sorted(range(len(ids)), key=ids.__getitem__))
        self._concept_ids = []
        self._concept_label = []
        self._concept_number = {}
        self._pattern_numbers = {}
        return patterns

    # Asking it

    def name(self, number: int) -> str:
        """A name's text."""
        start = self._name_end[number - 1] if number else 0
        return self._text[start : self._name_end[number]].decode("utf-8")

    def names_of_pattern(self, pattern: int) -> Iterator[int]:
        """The names that fold to a pattern."""
        entry = self._pattern_entries[pattern]
        while entry != _NONE:
            yield self._entry_name[entry]
            entry = self._entry_next[entry]

    def list_of(self, name: int) -> int:
        """The number of the list that a name is from."""
        return self._name_list[name]

    def concept_of(self, name: int) -> int:
        """The number of a name's concept."""
        return self._name_concept[name]

    def concept_named(self, curie: str) -> int | None:
        """The number of a concept, or None."""
        place = bisect_left(self._by_curie, curie, key=self.curie)
        if curie and place < len(self._by_curie) and self.curie(self._by_curie[place]) == curie:
            return self._by_curie[place]
        return None

    def curies(self) -> Iterator[str]:
        """The identifiers of the concepts, in the order of their numbers."""
        return (curie for curie in map(self.curie, range(len(self._curie_end))) if curie)

    def curie(self, concept: int) -> str:
        """A concept's identifier; empty for bare names."""
        start = self._curie_end[concept - 1] if concept else 0
        return self._curie_text[start : self._curie_end[concept]].decode()

    def category(self, concept: int) -> str:
        """A concept's category."""
        return CATEGORIES[self._concept_category[concept]]

    def label(self, concept: int) -> str:
        """A concept's label; empty where it has none."""
        start = self._label_end[concept - 1] if concept else 0
        return self._label_text[start : self._label_end[concept]].decode()

    def synonyms(self, concept: int) -> tuple[str, ...]:
        """A concept's other names, sorted."""
        found = set()
        name = self._concept_names[concept]
        while name != _NONE:
            found.add(self.name(name))
            name = self._name_next[name]
        return tuple(sorted(found - {self.label(concept)}))


def _clean(name: str) -> str:
    return " ".join(name.split())


def _joined(texts: list[str]) -> tuple[bytes, array[int]]:
    """All texts in one stretch of UTF-8, and where each ends."""
    ends = accumulate(len(text) if text.isascii() else len(text.encode()) for text in texts)
    return "".join(texts).encode(), array("I", ends)
