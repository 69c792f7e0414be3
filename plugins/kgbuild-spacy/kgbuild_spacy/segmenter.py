"""spaCy's sentences."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from kgbuild import Document, Span
from kgbuild_spacy.pipelines import blank, installed
from kgbuild_spacy.settings import SegmenterSettings

if TYPE_CHECKING:
    from spacy.language import Language


class SpacySegmenter:
    """Finds sentences with a spaCy pipeline, each section for itself."""

    def __init__(self, pipeline: Language) -> None:
        self._pipeline = pipeline

    def segment(self, document: Document) -> list[Span]:
        """The sentences, in order, without overlap, none across a section border."""
        text = document.text
        return [
            trimmed.shift(stretch.start)
            for stretch in _stretches(document)
            for sentence in self._pipeline(stretch.of(text)).sents
            for trimmed in _trimmed(sentence.text, sentence.start_char)
        ]


def _stretches(document: Document) -> Iterator[Span]:
    """The text cut at every section's start and end, without stretches of white space."""
    borders = {0, len(document.text)}
    for section in document.sections:
        borders |= {section.span.start, section.span.end}
    stretches = (Span(start, end) for start, end in pairwise(sorted(borders)))
    return (stretch for stretch in stretches if stretch.of(document.text).strip())


def _trimmed(sentence: str, start: int) -> Iterator[Span]:
    if kept := sentence.strip():
        start += len(sentence) - len(sentence.lstrip())
        yield Span(start, start + len(kept))


def create(settings: SegmenterSettings) -> SpacySegmenter:
    """A segmenter. Raises ComponentUnavailableError where the pipeline cannot be had."""
    if not settings.model:
        pipeline = blank()
        pipeline.add_pipe("sentencizer")
        return SpacySegmenter(pipeline)
    pipeline = installed(settings.model)
    if not {"parser", "senter", "sentencizer"} & set(pipeline.pipe_names):
        pipeline.add_pipe("sentencizer")
    return SpacySegmenter(pipeline)
