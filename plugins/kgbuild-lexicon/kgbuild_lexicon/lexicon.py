"""The lexicon: finds names in text and says what they name.

One Aho-Corasick automaton finds every folded name; what is found counts where it stands as
words of its own, and of overlapping names the leftmost longest is kept. Which names a stretch of
text may be is worked out once for each way it is written, and kept; its candidates are made when
a linker asks for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import ahocorasick_rs

from kgbuild import Candidate, Concept
from kgbuild.terms import Equivalence, TermReport
from kgbuild_lexicon.categories import compatible
from kgbuild_lexicon.name_table import NameTable
from kgbuild_lexicon.names import Likeness, fold, is_symbol, likeness, may_vary, variants
from kgbuild_lexicon.settings import Case

__all__ = ["Lexicon", "Match"]

SCORES = {
    Likeness.EXACT: 1.0,
    Likeness.CASE: 0.98,
    Likeness.SPELLING: 0.95,
    Likeness.PLURAL: 0.95,
}
"""The score of a candidate before it is divided among the concepts that bear the name."""

_REASONS = {
    Likeness.EXACT: "exact {}",
    Likeness.CASE: "{}, other capitals",
    Likeness.SPELLING: "{}, other spelling",
    Likeness.PLURAL: "plural of {}",
}

_KEPT = 1 << 15
"""So many spellings are remembered before the memory is emptied; so many answers to a linker."""

_FEW = 1_000
"""Up to so many patterns the automaton that is fastest to run is small, and soon made."""

_COMBINING = "\u0300"  # the first combining mark; from here on isalnum does not settle it
_AFTER = " .,;:)\n"  # what most often follows a name, so that nothing more need be asked
_BEFORE = " (\n"
_HYPHENS = "-\u2010\u2011"


Match = tuple[int, int, str, str]
"""Start, end, the text between them, its category. A bare tuple: there are millions."""


_Bearer = tuple[Likeness, int, int]
"""A name that a surface may be: how alike they are, the name, its concept."""


class Lexicon:
    r"""Names, and the concepts they name.

    >>> from pathlib import Path; from tempfile import TemporaryDirectory
    >>> from kgbuild_lexicon.loading import load; from kgbuild_lexicon.settings import *
    >>> with TemporaryDirectory() as folder:
    ...     words = Path(folder, "words.tsv")
    ...     _ = words.write_text("id\tname\nmesh:D001241\tAspirin\n")
    ...     lexicon = load(LexiconSettings(files=(words,)))
    >>> [match[:3] for match in lexicon.find("An aspirin a day")]
    [(3, 10, 'aspirin')]
    """

    def __init__(
        self,
        table: NameTable,
        patterns: Iterator[str],
        equivalence: Equivalence,
        parents: dict[str, tuple[str, ...]],
        cases: tuple[Case, ...],
        report: TermReport,
        *,
        plurals: bool,
    ) -> None:
        self.report = report
        self._table = table
        self._equivalence = equivalence
        self._parents = parents
        self._cases = cases
        self._plurals = plurals
        self._categories: dict[str, str | None] = {}
        self._bearers: dict[str, list[_Bearer]] = {}
        self.candidates = lru_cache(maxsize=_KEPT)(self._candidates)
        self._begun: dict[int, dict[str, list[int]]] = {}
        # Standard and overlapping: a longer name that turns out to be no word of its own
        # ("cancer c" in "cancer cells") must not hide the shorter one inside it.
        self._automaton = ahocorasick_rs.AhoCorasick(
            patterns,
            matchkind=ahocorasick_rs.MatchKind.Standard,
            implementation=_quickest(len(table.cut)),
            store_patterns=False,
        )

    # Finding names in text

    def find(self, text: str) -> list[Match]:
        """The names in a text, leftmost longest, in order, without overlap.

        Matches arrive by their ends, or, if they are found by their beginnings, sooner. So the
        best choice so far is a stack: a new match takes the place of those it starts at or
        before, unless an earlier one reaches into it, or a longer one starts where it does.
        """
        folded = fold(text)
        padded = f"{text}\n\n"  # so that what lies just outside the text is no word
        categories = self._categories
        plurals = self._plurals
        cut = self._table.cut
        kept: list[Match] = []
        last = 0  # where the last of them ends
        for pattern, start, end_found in self._automaton.find_matches_as_indexes(
            folded, overlapping=True
        ):
            end = end_found
            if cut[pattern]:
                end = self._whole(pattern, folded, padded, start)
                if not end:
                    continue
            else:
                after = padded[end]
                if after not in _AFTER:
                    if plurals and after in "seSE":
                        end = _plural_end(folded, padded, end)
                    elif after.isalpha() and padded[end - 1].isalnum():
                        continue  # the common case of what _ends_word would say
                    if not _ends_word(padded, end):
                        continue
            if padded[start - 1] not in _BEFORE and not _starts_word(padded, start):
                continue
            surface = padded[start:end]
            try:
                category = categories[surface]
            except KeyError:
                names = self._table.names_of_pattern(pattern)
                category = self._meet(surface, names)
            if category is None:
                continue
            if start < last:
                place = len(kept)
                while place and kept[place - 1][0] >= start:
                    place -= 1
                if place and kept[place - 1][1] > start:
                    continue
                if kept[place][0] == start and kept[place][1] > end:
                    continue
                del kept[place:]
            kept.append((start, end, surface, category))
            last = end
        return kept

    def _whole(self, pattern: int, folded: str, padded: str, start: int) -> int:
        """Where the longest name ends that begins with a pattern here; 0 where none does."""
        for name, names in self._names_begun(pattern).items():
            if folded.startswith(name, start):
                end = start + len(name)
                if self._plurals:
                    end = _plural_end(folded, padded, end)
                if _ends_word(padded, end) and self._meet(padded[start:end], names):
                    return end
        return 0

    def _names_begun(self, pattern: int) -> dict[str, list[int]]:
        """What the names that begin with a pattern fold to, the longest first; kept."""
        if known := self._begun.get(pattern):
            return known
        if len(self._begun) >= _KEPT:
            self._begun.clear()
        begun: dict[str, list[int]] = {}
        numbers = self._table.names_of_pattern(pattern)
        names = list(map(self._table.name, numbers))
        all_folded = fold("\0".join(names)).split("\0")
        for number, name, folded in zip(numbers, names, all_folded, strict=True):
            ways = map(fold, variants(name, plurals=self._plurals)) if may_vary(folded) else ()
            for way in (folded, *ways):
                begun.setdefault(way, []).append(number)
        if len(begun) > 1:
            begun = {way: begun[way] for way in sorted(begun, key=len, reverse=True)}
        return self._begun.setdefault(pattern, begun)

    # What a name names

    def category(self, surface: str) -> str | None:
        """The category of a stretch of text as a whole; None where it is no known name."""
        if surface in self._categories:
            return self._categories[surface]
        return self._remember(surface, self._names_like(surface))

    def _meet(self, surface: str, names: Iterable[int]) -> str | None:
        """The category of a surface in a text, when the names that fold like it are known."""
        if surface in self._categories:
            return self._categories[surface]
        if surface[-1] in "sS":  # it may be a plural as well as a name
            return self.category(surface)
        return self._remember(surface, names)

    def _remember(self, surface: str, names: Iterable[int]) -> str | None:
        if len(self._categories) >= _KEPT:
            self._categories.clear()
            self._bearers.clear()
        bearers = self._bearers[surface] = self._rank(surface, names)
        category = self._table.category(bearers[0][2]) if bearers else None
        return self._categories.setdefault(surface, category)

    def _rank(self, surface: str, names: Iterable[int]) -> list[_Bearer]:
        """Those of the names that the surface may be: the likest, labels, earlier lists first."""
        bearers = []
        for name in names:
            number, concept = self._table.list_and_concept(name)
            alike = self._likeness(self._table.name(name), number, surface)
            if alike is not None:
                bearers.append((alike, name, concept))
        if len(bearers) > 1:
            bearers.sort(key=self._order)
        return bearers

    def _order(self, bearer: _Bearer) -> tuple[Likeness, bool, int, str, int]:
        alike, name, concept = bearer
        number, _ = self._table.list_and_concept(name)
        is_synonym = self._table.name(name) != self._table.label(concept)
        return alike, is_synonym, number, self._table.curie(concept), concept

    def _candidates(self, surface: str, category: str) -> tuple[Candidate, ...]:
        """The concepts that a mention of this category may name, best first."""
        if self.category(surface) is None:
            return ()
        table = self._table
        best: dict[str, _Bearer] = {}
        for bearer in self._bearers[surface]:
            if curie := table.curie(bearer[2]):
                best.setdefault(self._equivalence.preferred(curie), bearer)
        return tuple(
            self._candidate(curie, bearer, len(best))
            for curie, bearer in best.items()
            if compatible(category, table.category(bearer[2]))
        )

    def _candidate(self, curie: str, bearer: _Bearer, shared_by: int) -> Candidate:
        alike, name, concept = bearer
        label = self._table.label(concept)
        kind = "name" if self._table.name(name) == label else "synonym"
        return Candidate(
            concept=curie,
            score=SCORES[alike] / shared_by,
            reason=_REASONS[alike].format(kind),
            label=label,
        )

    def _names_like(self, surface: str) -> list[int]:
        """The names that fold like the surface, or like what it may be the plural of."""
        folded = fold(surface)
        ends = {len(folded)}
        if self._plurals and folded.endswith("s"):
            ends |= {len(folded) - 1, len(folded) - 2 if folded.endswith("es") else 0}
        found = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        names: list[int] = []
        for pattern, start, end in found:
            if start == 0 and self._table.cut[pattern]:
                begun = self._names_begun(pattern)
                for length in ends:
                    names += begun.get(folded[:length], ())
            elif start == 0 and end in ends:
                names += self._table.names_of_pattern(pattern)
        return names

    def _likeness(self, name: str, number: int, surface: str) -> Likeness | None:
        if name == surface:
            return Likeness.EXACT
        case = self._cases[number]
        symbol = case is Case.EXACT or (case is Case.SMART and is_symbol(name))
        return likeness(name, surface, symbol=symbol, any_capitals=case is Case.IGNORE)

    # What is known of a concept

    def concept(self, curie: str) -> Concept | None:
        """What the lists say of a concept, or None."""
        number = self._table.concept_named(curie)
        if number is None:
            return None
        others = (other for other in self._equivalence.members(curie) if other != curie)
        return Concept(
            id=curie,
            label=self._table.label(number),
            category=self._table.category(number),
            synonyms=self._table.synonyms(number),
            exact_matches=tuple(others),
        )

    def parents(self, curie: str) -> tuple[str, ...]:
        """The concepts directly above it, each by the identifier to use, sorted."""
        return self._parents.get(self.preferred(curie), ())

    def preferred(self, curie: str) -> str:
        """The identifier to use for it."""
        return self._equivalence.preferred(curie)


def _quickest(patterns: int) -> ahocorasick_rs.Implementation:
    """The automaton that takes the least time for so many patterns, in little memory."""
    kinds = ahocorasick_rs.Implementation
    return kinds.DFA if patterns <= _FEW else kinds.ContiguousNFA


def _is_word(character: str) -> bool:
    """Whether a character is part of a word: a letter, a digit, or a mark set on one."""
    if character.isalnum():
        return True
    if character < _COMBINING:
        return False
    import unicodedata

    return unicodedata.category(character).startswith("M")


def _starts_word(padded: str, start: int) -> bool:
    """Whether a name may start here: not within a word, not behind a digit and hyphen."""
    before = padded[start - 1]
    if before in _HYPHENS:
        return not padded[start - 2].isdigit() or start < 2
    return not (_is_word(before) and padded[start].isalnum())


def _ends_word(padded: str, end: int) -> bool:
    """Whether a name may end here: not within a word, not before a hyphen and digit."""
    after = padded[end]
    if after in _HYPHENS:
        return not padded[end + 1].isdigit()
    if not _is_word(after):
        return True
    return not (padded[end - 1].isalnum() or not after.isalnum())


def _plural_end(folded: str, padded: str, end: int) -> int:
    """Where the word ends if ``s`` or ``es`` follows and then no letter; else ``end``."""
    if folded.startswith("s", end) and not _is_word(padded[end + 1]):
        return end + 1
    if folded.startswith("es", end) and not _is_word(padded[end + 2]):
        return end + 2
    return end
