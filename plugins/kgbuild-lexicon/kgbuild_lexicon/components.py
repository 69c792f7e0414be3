"""The lexicon as kgbuild's components: extractor, linker, terminology."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kgbuild import Annotations, Concept, Document, Link, Mention, Span, Task
from kgbuild.terms import TermReport
from kgbuild_lexicon.lexicon import Lexicon

__all__ = ["LexiconLinker", "LexiconTagger", "LexiconTerminology"]


class LexiconTagger:
    """Extractor: every name of the lists that stands in a document, leftmost longest."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    @property
    def report(self) -> TermReport:
        """What was left out of the word lists."""
        return self._lexicon.report

    def extract(self, batch: Sequence[Task]) -> Iterator[Annotations]:
        """The mentions of each document, in the order of the text."""
        for task in batch:
            yield Annotations(mentions=self._mentions(task.document.text))

    def _mentions(self, text: str) -> tuple[Mention, ...]:
        return tuple(
            [
                Mention(span=Span(start, end), text=surface, category=category)
                for start, end, surface, category in self._lexicon.find(text)
            ]
        )


class LexiconLinker:
    """Linker: looks up the text of any mention, whoever found it."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def link(self, document: Document, mentions: Sequence[Mention]) -> Iterable[Link]:
        """A link for each mention whose text is a name of a concept of a like category."""
        find = self._lexicon.candidates
        return [
            Link(mention=mention, candidates=candidates)
            for mention in mentions
            if (candidates := find(mention.text, mention.category))
        ]


class LexiconTerminology:
    """Terminology: what the lists say of concepts."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def concept(self, curie: str) -> Concept | None:
        """What the lists say of a concept, or None."""
        return self._lexicon.concept(curie)

    def parents(self, curie: str) -> Sequence[str]:
        """The concepts directly above it, sorted."""
        return self._lexicon.parents(curie)

    def preferred(self, curie: str) -> str:
        """The identifier to use: by the order of prefixes in the settings, then the listed one."""
        return self._lexicon.preferred(curie)
