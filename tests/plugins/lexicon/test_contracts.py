"""The lexicon's three components keep kgbuild's contracts."""

from __future__ import annotations

from pathlib import Path

from kgbuild_lexicon import plugin

from kgbuild.testing.contracts import ExtractorContract, LinkerContract, TerminologyContract

WORDS = Path(__file__).with_name("words.tsv")
SETTINGS = {"files": [str(WORDS)]}
MISSING = {"files": [str(WORDS.with_name("no-such-list.tsv"))]}

EXAMPLES = (
    "[Aspirin](chemical:mesh:D001241) inhibits [COX-2](gene:ncbigene:5743) in [rats]"
    "(biolink:OrganismTaxon:ncbitaxon:10116), not COX-21 and not the cox of a boat.",
    "[Migraines](disease:mesh:D008881) are not relieved by paraaspirin.",
)


class TestTagger(ExtractorContract):
    spec = next(iter(plugin.kgbuild_extractors()))
    settings = SETTINGS
    missing = MISSING
    examples = EXAMPLES


class TestLinker(LinkerContract):
    spec = next(iter(plugin.kgbuild_linkers()))
    settings = SETTINGS
    missing = MISSING
    examples = EXAMPLES


class TestTerminology(TerminologyContract):
    spec = next(iter(plugin.kgbuild_terminologies()))
    settings = SETTINGS
    missing = MISSING
    known = ("mesh:D001241", "ncbigene:5743", "ncbitaxon:10116")
