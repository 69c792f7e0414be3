"""What this plugin offers; the terminology is opened when a component is made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from kgbuild import (
    LinkerSpec,
    NewVocabulary,
    TerminologySpec,
    Vocabulary,
    VocabularyReport,
    hookimpl,
    tables_fingerprint,
)

if TYPE_CHECKING:
    from kgbuild_linker.linker import Linker
    from kgbuild_linker.preferring import Preferring
    from kgbuild_linker.settings import LinkerSettings, TerminologySettings
    from kgbuild_linker.terminology import Terminology

_RULES = "5"
"""Raised when the code may give other links of the same files."""

_CATEGORIES = frozenset(
    f"biolink:{name}"
    for name in (
        "ChemicalEntity", "Drug", "SmallMolecule", "DiseaseOrPhenotypicFeature", "Disease",
        "PhenotypicFeature", "Gene", "Protein", "OrganismTaxon", "CellLine", "SequenceVariant",
    )
)  # fmt: skip


def _linker_settings() -> type[LinkerSettings]:
    from kgbuild_linker.settings import LinkerSettings

    return LinkerSettings


def _opened(path: Path) -> Terminology:
    """The file as it is now, opened once."""
    status = path.stat() if path.is_file() else None
    return _opened_as(path, status and status.st_mtime_ns, status and status.st_ino)


@lru_cache(maxsize=4)
def _opened_as(path: Path, changed: int | None, node: int | None) -> Terminology:
    from kgbuild_linker.terminology import Terminology

    return Terminology(path)


def _terminology(settings: TerminologySettings) -> Preferring:
    from kgbuild_linker.preferring import Preferring
    from kgbuild_linker.records import Group

    order = {Group[kind.upper()]: prefixes for kind, prefixes in settings.prefer.items()}
    return Preferring(_opened(settings.names), order)


def _add(
    settings: TerminologySettings, wanted: NewVocabulary, tell: Callable[[str], None]
) -> VocabularyReport:
    from kgbuild_linker.adding import add

    return add(settings, wanted, tell)


def _remove(
    settings: TerminologySettings, name: str, tell: Callable[[str], None]
) -> VocabularyReport:
    from kgbuild_linker.adding import remove

    return remove(settings, name, tell)


def _vocabularies(settings: TerminologySettings) -> list[Vocabulary]:
    return _opened(settings.names).vocabularies()


def _linker(settings: LinkerSettings) -> Linker:
    from kgbuild_linker.corrections import read_corrections
    from kgbuild_linker.linker import Linker
    from kgbuild_linker.ranking import load_ranking

    return Linker(
        _opened(settings.names),
        load_ranking(settings.model),
        threshold=settings.threshold,
        corrections=read_corrections(settings.corrections) if settings.corrections else None,
        exact=settings.exact,
    )


def _fingerprint(settings: TerminologySettings) -> str:
    return _digest(settings.names)


def _linker_fingerprint(settings: LinkerSettings) -> str:
    files = [settings.names, settings.model, settings.vectors]
    if settings.corrections:
        files.append(settings.corrections)
    facts = _RULES, tables_fingerprint("kgbuild_linker"), *map(_digest, files)
    return hashlib.sha256("".join(facts).encode()).hexdigest()


def _digest(path: Path) -> str:
    if not path.is_file():
        return ""  # making the component says what is missing
    status = path.stat()
    return _digest_of(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=16)
def _digest_of(path: Path, changed: int, size: int) -> str:
    with path.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


@hookimpl
def kgbuild_linkers() -> Iterable[LinkerSpec]:
    """Offer the linker."""
    yield LinkerSpec(
        name="linker",
        summary="Public identifiers for mentions: MeSH, OMIM, NCBI Gene and Taxonomy, HGVS.",
        create=_linker,
        settings=_linker_settings,
        fingerprint=_linker_fingerprint,
        categories=_CATEGORIES,
    )


@hookimpl
def kgbuild_terminologies() -> Iterable[TerminologySpec]:
    """Offer the names, parents and equivalents that the linker works with."""
    yield TerminologySpec(
        name="linker",
        summary="Names, parents and exact matches from the linker's terminology.",
        create=_terminology,
        settings=_linker_settings,  # one table of the configuration is for both
        fingerprint=_fingerprint,
        vocabularies=_vocabularies,
        add=_add,
        remove=_remove,
    )
