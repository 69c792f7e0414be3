"""All names and concepts in little memory.

200,000 names as Python strings in tuples and dicts would take more than the automaton does.
So the names lie one after the other in one stretch of UTF-8, everything is known by number, and
what belongs together lies together: the names of a row of a list, the names of a pattern.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from kgbuild.terms import Term, TermReport
from kgbuild_lexicon.categories import CATEGORIES, UNSAID, category_named
from kgbuild_lexicon.names import STOP_WORDS, fold, may_vary, variants
from kgbuild_lexicon.patterns import patterns
from kgbuild_lexicon.settings import WordList

__all__ = ["LONGEST", "NameTable"]

LONGEST = 200
"""Names of more characters are left out: nobody writes them, and they cost the most memory."""

_TOGETHER = 1 << 13
"""So many names are stored at a time: to fold them one by one would take longer."""

_NONE = 0xFFFFFFFF
_LETTER = re.compile(r"[^\W\d_]")
_SURE = max(map(len, STOP_WORDS)) + 1  # a name of so many characters is no stop word
_number_of = {category: number for number, category in enumerate(CATEGORIES)}.__getitem__


class NameTable:
    """Names by number: their text, concept and list. Concepts by number: id, category, names.

    First it is filled: ``add`` takes terms, ``close`` ends it and gives the patterns. Then it
    is asked. ``cut`` says of each pattern whether it is the beginning of longer names.
    """

    def __init__(self, report: TermReport, *, min_length: int, plurals: bool) -> None:
        self.cut = b""
        self._report = report
        self._min_length = min_length
        self._sure = max(min_length, _SURE)
        self._plurals = plurals
        self._waiting: list[str] = []
        self._folded: list[bytes] = []
        self._text = bytearray()
        self._name_end = array("I")
        self._row_end = array("I")
        self._row_concept = array("I")
        self._row_list = array("H")
        self._row_next = array("I")
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
        self._concept_row = array("I")
        self._entry_name = array("I")
        self._pattern_end = array("I")

    # Filling the table

    def add(self, term: Term, curie: str, number: int, words: WordList) -> None:
        """Add a term of the ``number``-th list. ``curie`` is its identifier, or empty."""
        names = self._names(term, str(words.path))
        if not curie and not names:
            return
        label = _clean(term.label[: LONGEST * 5])
        category = self._category(term, words)
        concept = self._concept(curie, category, label, number, str(words.path), term.line)
        self._waiting += names
        self._row_end.append(len(self._name_end) + len(self._waiting))
        self._row_concept.append(concept)
        self._row_list.append(number)
        self._row_next.append(self._concept_row[concept])
        self._concept_row[concept] = len(self._row_end) - 1
        if len(self._waiting) > _TOGETHER:
            self._store()

    def _names(self, term: Term, file: str) -> list[str]:
        """The term's names that can be taken; the others are reported."""
        names = dict.fromkeys((term.label, *term.synonyms))
        plain = [
            name
            for name in names
            if self._sure <= len(name) <= LONGEST
            and name[0].isalpha()
            and name[-1] != " "
            and "  " not in name
            and name.isprintable()
        ]
        if len(plain) == len(names):  # as nearly always
            return plain
        return self._taken(dict.fromkeys(map(_clean, names)), file, term.line)

    def _taken(self, names: Iterable[str], file: str, line: int) -> list[str]:
        taken = []
        for name in names:
            if why := self._objection(name):
                if name:
                    self._report.leave_out(file, line, name, why)
            else:
                taken.append(name)
        return taken

    def _category(self, term: Term, words: WordList) -> int:
        if not term.category:
            return _number_of(words.category)
        category = category_named(term.category)
        if category is None:
            why = f"unknown category: {term.category}; its list's is used"
            self._report.leave_out(str(words.path), term.line, term.id, why)
        return _number_of(category or words.category)

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
            self._concept_row.append(_NONE)
            self._concept_label.append(label if curie else "")
        elif curie and self._concept_list[known] == number:
            self._report.leave_out(file, line, curie, "duplicate identifier: names are united")
            # By spelling and not by line, so that the order of the lines does not matter.
            if label and label < (self._concept_label[known] or label + "\0"):
                self._concept_label[known] = label
            unsaid = _number_of(UNSAID)
            if category != unsaid:
                old = self._concept_category[known]
                self._concept_category[known] = category if old == unsaid else min(category, old)
        return known

    def _store(self) -> None:
        """Store the names that wait, and what they and their variants look like folded."""
        names, self._waiting = self._waiting, []
        if not names:
            return
        first = len(self._name_end)
        folded = fold("\0".join(names))
        self._name_end.extend(_ends(names, len(self._text)))
        self._text += "".join(names).encode()
        self._keep(folded, range(first, first + len(names)))
        for number, (name, alike) in enumerate(zip(names, folded.split("\0"), strict=True), first):
            if may_vary(alike):
                for way in variants(name, plurals=self._plurals):
                    self._keep(fold(way), [number])

    def _keep(self, folded: str, numbers: Iterable[int]) -> None:
        """Keep what names fold to, with NUL between them: as bytes, which take the least memory."""
        self._folded.append(folded.encode())
        self._entry_name.extend(numbers)

    def close(self) -> Iterator[str]:
        """What to look for, in the order of the patterns' numbers."""
        self._store()
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
        return self._sort()

    def _sort(self) -> Iterator[str]:
        """Bring the entries into the order of the patterns, and give these."""
        folded = [name for some in self._folded for name in some.decode().split("\0")]
        self._folded = []
        order = sorted(range(len(folded)), key=folded.__getitem__)
        self._entry_name = array("I", map(self._entry_name.__getitem__, order))
        found = patterns([folded[place] for place in order])
        self._pattern_end = array("I", found.ends)
        self.cut = bytes(found.longer)
        # Bytes, read piece by piece: a list of strings would keep the memory of all that was
        # folded just when the automaton takes the most.
        joined = "\0".join(found.beginnings).encode()
        return (piece[0].decode() for piece in re.finditer(b"[^\0]+", joined))

    # Asking it

    def name(self, number: int) -> str:
        """A name's text."""
        start = self._name_end[number - 1] if number else 0
        return self._text[start : self._name_end[number]].decode("utf-8")

    def names_of_pattern(self, pattern: int) -> Sequence[int]:
        """The names that fold to a pattern, or to what begins with it."""
        start = self._pattern_end[pattern - 1] if pattern else 0
        return self._entry_name[start : self._pattern_end[pattern]]

    def list_and_concept(self, name: int) -> tuple[int, int]:
        """The number of the list that a name is from, and that of its concept."""
        row = bisect_right(self._row_end, name)
        return self._row_list[row], self._row_concept[row]

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
        found: set[str] = set()
        row = self._concept_row[concept]
        while row != _NONE:
            start = self._row_end[row - 1] if row else 0
            found.update(map(self.name, range(start, self._row_end[row])))
            row = self._row_next[row]
        return tuple(sorted(found - {self.label(concept)}))


def _clean(name: str) -> str:
    """The name with single spaces, and none around it."""
    if name.isprintable() and "  " not in name:
        return name.strip()
    return " ".join(name.split())


def _joined(texts: list[str]) -> tuple[bytes, array[int]]:
    """All texts in one stretch of UTF-8, and where each ends."""
    return "".join(texts).encode("utf-8", "replace"), array("I", _ends(texts))


def _ends(texts: list[str], start: int = 0) -> Iterator[int]:
    """Where each text ends in UTF-8, if the first starts at ``start``."""
    lengths = (
        len(text) if text.isascii() else len(text.encode("utf-8", "replace")) for text in texts
    )
    ends = accumulate(lengths, initial=start)
    next(ends)
    return ends
