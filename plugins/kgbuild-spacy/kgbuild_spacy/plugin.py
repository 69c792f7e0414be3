"""What this plugin offers. spaCy is imported when a component is made, not before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kgbuild import ExtractorSpec, SegmenterSpec, hookimpl, tables_fingerprint
from kgbuild_spacy.vocabulary import PREDICATES

if TYPE_CHECKING:
    from kgbuild_spacy.relations import RuleExtractor
    from kgbuild_spacy.segmenter import SpacySegmenter
    from kgbuild_spacy.settings import RuleSettings, SegmenterSettings

_READING = "2"
"""Raised when this plugin's code finds other relations by the same rules, or leaves out others."""


def _segmenter_settings() -> type[SegmenterSettings]:
    from kgbuild_spacy.settings import SegmenterSettings

    return SegmenterSettings


def _rule_settings() -> type[RuleSettings]:
    from kgbuild_spacy.settings import RuleSettings

    return RuleSettings


def _segmenter(settings: SegmenterSettings) -> SpacySegmenter:
    from kgbuild_spacy.segmenter import create

    return create(settings)


def _extractor(settings: RuleSettings) -> RuleExtractor:
    from kgbuild.statements import read_cues
    from kgbuild_spacy.parsed import read_parsed
    from kgbuild_spacy.relations import RuleExtractor
    from kgbuild_spacy.rules import read_rules

    rules, verbs = read_rules(settings.rules)
    parsed = read_parsed(settings.model, verbs) if settings.model else None
    cues = read_cues(settings.cues) if settings.cues else None
    return RuleExtractor(rules, cues, parsed)


def _spacy_version(settings: SegmenterSettings) -> str:
    from importlib.metadata import version

    return version("spacy")


def _fingerprint(settings: RuleSettings) -> str:
    """The rules that come with the plugin, how they are read, and how kgbuild reads statements."""
    return _READING + tables_fingerprint("kgbuild_spacy", "kgbuild.statements")


@hookimpl
def kgbuild_segmenters() -> Iterable[SegmenterSpec]:
    """Offer spaCy's sentences."""
    yield SEGMENTER


@hookimpl
def kgbuild_extractors() -> Iterable[ExtractorSpec]:
    """Offer relations by rules."""
    yield EXTRACTOR


SEGMENTER = SegmenterSpec(
    name="spacy",
    summary="Sentences by spaCy: its sentencizer, or an installed pipeline.",
    create=_segmenter,
    settings=_segmenter_settings,
    fingerprint=_spacy_version,
)
EXTRACTOR = ExtractorSpec(
    name="spacy-rules",
    summary="Relations between linked mentions by rules, with negation and hedging.",
    create=_extractor,
    settings=_rule_settings,
    fingerprint=_fingerprint,
    predicates=PREDICATES,
    requires=frozenset({"sentences", "mentions", "links"}),
)
