"""What this plugin offers. Nothing is read or imported until a component is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kgbuild import ExtractorSpec, LinkerSpec, TerminologySpec, hookimpl
from kgbuild_lexicon.categories import CATEGORIES

if TYPE_CHECKING:
    from kgbuild_lexicon.components import LexiconLinker, LexiconTagger, LexiconTerminology
    from kgbuild_lexicon.settings import LexiconSettings


def _settings() -> type[LexiconSettings]:
    from kgbuild_lexicon.settings import LexiconSettings

    return LexiconSettings


def _fingerprint(settings: LexiconSettings) -> str:
    from kgbuild_lexicon.loading import fingerprint

    return fingerprint(settings)


def _tagger(settings: LexiconSettings) -> LexiconTagger:
    from kgbuild_lexicon.components import LexiconTagger
    from kgbuild_lexicon.loading import load

    return LexiconTagger(load(settings))


def _linker(settings: LexiconSettings) -> LexiconLinker:
    from kgbuild_lexicon.components import LexiconLinker
    from kgbuild_lexicon.loading import load

    return LexiconLinker(load(settings))


def _terminology(settings: LexiconSettings) -> LexiconTerminology:
    from kgbuild_lexicon.components import LexiconTerminology
    from kgbuild_lexicon.loading import load

    return LexiconTerminology(load(settings))


@hookimpl
def kgbuild_extractors() -> Iterable[ExtractorSpec]:
    """Offer the tagger."""
    yield ExtractorSpec(
        name="lexicon",
        summary="Find the names in your word lists.",
        create=_tagger,
        settings=_settings,
        fingerprint=_fingerprint,
        categories=frozenset(CATEGORIES),
        languages=frozenset(),
    )


@hookimpl
def kgbuild_linkers() -> Iterable[LinkerSpec]:
    """Offer the linker."""
    yield LinkerSpec(
        name="lexicon",
        summary="Look mentions up in your word lists.",
        create=_linker,
        settings=_settings,
        fingerprint=_fingerprint,
    )


@hookimpl
def kgbuild_terminologies() -> Iterable[TerminologySpec]:
    """Offer names, hierarchy and equivalences."""
    yield TerminologySpec(
        name="lexicon",
        summary="Names, parents and exact matches from your word lists.",
        create=_terminology,
        settings=_settings,
        fingerprint=_fingerprint,
    )
