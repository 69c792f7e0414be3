"""Readers of word lists, one format a module; each yields terms or mappings."""

from __future__ import annotations

from collections.abc import Iterator

from kgbuild_lexicon.report import Report
from kgbuild_lexicon.settings import Format, WordList
from kgbuild_lexicon.source import refuse
from kgbuild_lexicon.term import Mapping, Term

__all__ = ["format_of", "read"]

_SUFFIXES = {
    ".tsv": Format.TSV,
    ".txt": Format.NAMES,
    ".obo": Format.OBO,
    ".ttl": Format.RDF,
    ".nt": Format.RDF,
    ".rdf": Format.RDF,
    ".owl": Format.RDF,
    ".xml": Format.RDF,
    ".jsonld": Format.RDF,
}


def format_of(words: WordList) -> Format:
    """The format that is set, or that the file's suffix says. Raises ComponentUnavailableError."""
    if words.format is not Format.AUTO:
        return words.format
    name = words.path.name.lower().removesuffix(".gz")
    if name.endswith(".sssom.tsv"):
        return Format.SSSOM
    found = _SUFFIXES.get(name[name.rfind(".") :]) if "." in name else None
    if found is None:
        choice = ", ".join(f for f in Format if f is not Format.AUTO)
        raise refuse(
            words.path,
            f"no format is known for its suffix; known: {', '.join(_SUFFIXES)}, .sssom.tsv",
            f"set its format to one of {choice}",
        )
    return found


def read(words: WordList, report: Report) -> Iterator[Term | Mapping]:
    """What a word list holds, in its own order. Raises ComponentUnavailableError."""
    # Imported one by one: a user of tables needs no RDF parser.
    form = format_of(words)
    if form is Format.TSV:
        from kgbuild_lexicon.formats import tsv

        return tsv.read(words, report)
    if form is Format.OBO:
        from kgbuild_lexicon.formats import obo

        return obo.read(words, report)
    if form is Format.RDF:
        from kgbuild_lexicon.formats import rdf

        return rdf.read(words, report)
    if form is Format.SSSOM:
        from kgbuild_lexicon.formats import sssom

        return sssom.read(words, report)
    from kgbuild_lexicon.formats import bare_names

    return bare_names.read(words, report)
