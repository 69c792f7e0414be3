"""What this plugin offers. Nothing is read and torch is not imported until the tagger is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kgbuild import ExtractorSpec, hookimpl

if TYPE_CHECKING:
    from kgbuild_transformer.settings import TaggerSettings
    from kgbuild_transformer.tagger import TransformerTagger

_CATEGORIES = frozenset(
    {
        "biolink:CellLine",
        "biolink:ChemicalEntity",
        "biolink:DiseaseOrPhenotypicFeature",
        "biolink:Gene",
        "biolink:OrganismTaxon",
        "biolink:SequenceVariant",
    }
)


def _settings() -> type[TaggerSettings]:
    from kgbuild_transformer.settings import TaggerSettings

    return TaggerSettings


def _fingerprint(settings: TaggerSettings) -> str:
    from kgbuild_transformer.tagger import fingerprint

    return fingerprint(settings)


def _tagger(settings: TaggerSettings) -> TransformerTagger:
    from kgbuild_transformer.tagger import TransformerTagger

    return TransformerTagger(settings)


@hookimpl
def kgbuild_extractors() -> Iterable[ExtractorSpec]:
    """Offer the tagger."""
    yield ExtractorSpec(
        name="transformer",
        summary="Tag chemicals, diseases, genes, variants, species and cell lines.",
        create=_tagger,
        settings=_settings,
        fingerprint=_fingerprint,
        categories=_CATEGORIES,
        languages=frozenset({"en"}),
    )
