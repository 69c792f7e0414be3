"""Where a text names its concepts, and whether what relates two of them is a finding of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

from kgbuild import Meaning, Mention, Task, broad_category
from kgbuild.statements import novelty


class Naming:
    """The sentences of one text that name each concept, found when the first pair is asked of."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def novelty(self, meaning: Meaning, pair: tuple[Mention, Mention]) -> str:
        """BioRED's ``Novel`` or ``No`` for a relation between two linked mentions of sentences."""
        first, second = pair
        kinds = broad_category(first.category), broad_category(second.category)
        named = self._naming(first), self._naming(second)
        return novelty(meaning, kinds, *named, len(self._task.document.sentences))

    def _naming(self, mention: Mention) -> list[int]:
        """The numbers of the sentences that name what a mention names, ascending."""
        concepts = self._concepts[mention]
        return sorted({n for concept in concepts for n in self._sentences[concept]})

    @cached_property
    def _concepts(self) -> dict[Mention, list[str]]:
        found: dict[Mention, list[str]] = {}
        for link in self._task.annotations.links:
            if link.concept is not None:
                found.setdefault(link.mention, []).append(link.concept)
        return found

    @cached_property
    def _sentences(self) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {}
        for mention, number in self._numbered():
            for concept in self._concepts[mention]:
                found.setdefault(concept, set()).add(number)
        return found

    def _numbered(self) -> Iterator[tuple[Mention, int]]:
        """The linked mentions that a sentence has whole, with its number."""
        sentences = self._task.document.sentences
        starts = [sentence.start for sentence in sentences]
        for mention in self._concepts:
            number = bisect_right(starts, mention.span.start) - 1
            if number >= 0 and mention.span.end <= sentences[number].end:
                yield mention, number
