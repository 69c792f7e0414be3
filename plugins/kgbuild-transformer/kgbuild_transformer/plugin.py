"""What this plugin offers. Nothing is read and torch is not imported until the tagger is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kgbuild import ExtractorSpec, hookimpl, relation_table

if TYPE_CHECKING:
    from kgbuild_transformer.relations import TransformerRelations
    from kgbuild_transformer.settings import RelationSettings, TaggerSettings
    from kgbuild_transformer.tagger import TransformerTagger

_CATEGORIES = frozenset(
    f"biolink:{name}"
    for name in (
        # what the shipped weights tag
        "CellLine", "ChemicalEntity", "DiseaseOrPhenotypicFeature", "Gene", "OrganismTaxon",
        "SequenceVariant",
        # what weights of your own may tag besides
        "AnatomicalEntity", "BiologicalProcess", "Cell", "CellularComponent", "Disease", "Drug",
        "MolecularActivity", "NamedThing", "Pathway", "PhenotypicFeature", "Procedure", "Protein",
        "SmallMolecule",
    )
)  # fmt: skip


def _settings() -> type[TaggerSettings]:
    from kgbuild_transformer.settings import TaggerSettings

    return TaggerSettings


def _fingerprint(settings: TaggerSettings) -> str:
    from kgbuild_transformer.fingerprints import tagger_fingerprint

    return tagger_fingerprint(settings)


def _computing(settings: TaggerSettings | RelationSettings) -> str:
    from kgbuild_transformer.fingerprints import computing

    return computing(settings)


def _tagger(settings: TaggerSettings) -> TransformerTagger:
    from kgbuild_transformer.tagger import TransformerTagger

    return TransformerTagger(settings)


def _relation_settings() -> type[RelationSettings]:
    from kgbuild_transformer.settings import RelationSettings

    return RelationSettings


def _relation_fingerprint(settings: RelationSettings) -> str:
    from kgbuild_transformer.fingerprints import relations_fingerprint

    return relations_fingerprint(settings)


def _relations(settings: RelationSettings) -> TransformerRelations:
    from kgbuild_transformer.relations import TransformerRelations

    return TransformerRelations(settings)


def _train(sources: Sequence[Path], target: Path, tell: Callable[[str], None]) -> None:
    from kgbuild_transformer.training import train

    train(sources, target, tell)


def _pretrain(sources: Sequence[Path], target: Path, tell: Callable[[str], None]) -> None:
    from kgbuild_transformer.training import pretrain

    pretrain(sources, target, tell)


@hookimpl
def kgbuild_extractors() -> Iterable[ExtractorSpec]:
    """Offer the tagger, and the relations that are read on top of it."""
    yield ExtractorSpec(
        name="transformer",
        summary="Tag chemicals, diseases, genes, variants, species and cell lines.",
        create=_tagger,
        settings=_settings,
        fingerprint=_fingerprint,
        computes=_computing,
        categories=_CATEGORIES,
        languages=frozenset({"en"}),
        train=_train,
        pretrain=_pretrain,
    )
    yield ExtractorSpec(
        name="transformer-relations",
        summary="Relate linked concepts: over a whole text, or within a sentence.",
        create=_relations,
        settings=_relation_settings,
        fingerprint=_relation_fingerprint,
        computes=_computing,
        predicates=frozenset(row.meaning.predicate for row in relation_table()),
        requires=frozenset({"sentences", "mentions", "links"}),
        languages=frozenset({"en"}),
    )
