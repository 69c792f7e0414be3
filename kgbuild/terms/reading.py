"""Which format a vocabulary is in, and the terms that it holds."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from kgbuild.terms.report import TermReport
from kgbuild.terms.source import head, refuse
from kgbuild.terms.term import TermEntry, TermFile, TermFormat

__all__ = ["format_of", "read_terms"]

_ENDINGS = {
    ".sssom.tsv": TermFormat.SSSOM,
    ".tsv": TermFormat.TSV,
    ".txt": TermFormat.NAMES,
    ".obo": TermFormat.OBO,
    ".ttl": TermFormat.RDF,
    ".nt": TermFormat.RDF,
    ".rdf": TermFormat.RDF,
    ".owl": TermFormat.RDF,
    ".skos": TermFormat.RDF,
    ".xml": TermFormat.RDF,
    ".jsonld": TermFormat.RDF,
    ".json": TermFormat.OBO_GRAPH,
    ".rrf": TermFormat.UMLS,
    "gene_info": TermFormat.NCBI_GENE,
    "gene_history": TermFormat.NCBI_GENE,
}
_MODULES = {
    TermFormat.OBO_GRAPH: "obo_graph",
    TermFormat.NCBI_GENE: "ncbi_gene",
    TermFormat.NAMES: "bare_names",
}
_MESH_ROOTS = (b"<DescriptorRecordSet", b"<SupplementalRecordSet")


def format_of(file: TermFile) -> TermFormat:
    """The format that is set, or that the file's name says; XML by its root. Raises InputError."""
    if file.format is not TermFormat.AUTO:
        return file.format
    name = file.path.name.lower().removesuffix(".gz")
    found = next((form for ending, form in _ENDINGS.items() if name.endswith(ending)), None)
    if found is None:
        choice = ", ".join(form for form in TermFormat if form is not TermFormat.AUTO)
        problem = f"no format is known for its name; known endings: {', '.join(_ENDINGS)}"
        hint = f"set its format to one of {choice}"
        if name.endswith((".csv", ".xlsx", ".xls", ".ods")):
            hint = "save the table as text parted by tabs, with the ending .tsv"
        raise refuse(file.path, problem, hint)
    if name.endswith(".xml") and any(root in head(file.path) for root in _MESH_ROOTS):
        return TermFormat.MESH
    return found


def read_terms(file: TermFile, report: TermReport) -> Iterator[TermEntry]:
    """What a vocabulary says, in its own order and with its own identifiers, one at a time.

    What is left out goes into the report. Raises InputError, with the line where it is known,
    for a file that cannot be used at all; what was yielded before does not count then.
    """
    form = format_of(file)
    # Imported one by one: who reads tables needs no XML and no RDF parser.
    module = import_module(f"kgbuild.terms.formats.{_MODULES.get(form, form.value)}")
    entries: Iterator[TermEntry] = module.read(file, report)
    return entries
