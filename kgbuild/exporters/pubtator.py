"""Write PubTator: title, abstract, mentions with identifiers, relations between identifiers.

A line cannot hold a tab or a line break, so each becomes one space: offsets hold. A text with
more sections than title and abstract is written as one abstract line. A mention with gaps is
written whole. Scores, beliefs, second candidates, evidence, qualifiers and conditions (species,
dose …) have no place in PubTator: a relation has four columns (five with BioRED's novelty), and a
strict reader refuses more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from kgbuild.annotation import AnnotatedDocument
from kgbuild.components import ExporterSpec, Graph
from kgbuild.document import Document, SectionKind
from kgbuild.exporters import annotated_documents
from kgbuild.exporters.corpus_spelling import Dialect, Spelling, losses
from kgbuild.readers.given_names import work_name

__all__ = ["SPEC", "Dialect", "PubTatorExporter", "write_pubtator"]

_ONE_LINE = str.maketrans("\t\n\r", "   ")


def write_pubtator(
    documents: Iterable[AnnotatedDocument],
    target: BinaryIO,
    *,
    dialect: Dialect = Dialect.BIORED,
) -> Counter[str]:
    """Write the documents as they come, each followed by an empty line.

    Returns how many documents and mentions were written, and what PubTator could not hold,
    by reason. Offsets count code points of title, one space, abstract.
    """
    counts: Counter[str] = Counter()
    for annotated in documents:
        target.writelines(f"{line}\n".encode() for line in _lines(annotated, dialect, counts))
        target.write(b"\n")
        counts["documents"] += 1
    return counts


def _lines(annotated: AnnotatedDocument, dialect: Dialect, counts: Counter[str]) -> Iterator[str]:
    document, annotations = annotated.document, annotated.annotations
    name = work_name(document.id)
    text = document.text.translate(_ONE_LINE)
    cut = _title_end(document)
    yield f"{name}|t|{text[:cut]}"
    yield f"{name}|a|{text[cut + 1 :]}"
    spelling = Spelling(annotations, dialect, counts)
    for mention in sorted(annotations.mentions, key=lambda m: (m.span, m.category, m.parts)):
        span = mention.span
        columns = [name, str(span.start), str(span.end), span.of(text)]
        columns.append(spelling.type_name(mention.category))
        identifiers = spelling.identifiers(mention)
        yield "\t".join(columns if identifiers is None else [*columns, identifiers])
        counts["mentions"] += 1
        if mention.parts:
            counts["mention with gaps, written whole"] += 1
    for relation in spelling.relations():
        columns = [name, relation.name, relation.subject, relation.object]
        yield "\t".join([*columns, relation.novelty] if relation.novelty else columns)
        counts["relations"] += 1


def _title_end(document: Document) -> int:
    """Where the title ends: one white space stands between it and the rest.

    Without such a title the first passage's line holds the whole text, or nothing where the
    text starts with the space itself: in either case no offset moves.
    """
    text = document.text
    for section in document.sections:
        end = section.span.end
        if section.kind is SectionKind.TITLE and section.span.start == 0:
            return end if text[end : end + 1].isspace() else len(text)
    return 0 if text[:1].isspace() else len(text)


class PubTatorExporter:
    """Writes every document of a graph as PubTator in BioRED's dialect."""

    def export(self, graph: Graph, target: Path) -> Mapping[str, int]:
        """Write ``target``, document by document."""
        with target.open("wb") as file:
            counts = write_pubtator(annotated_documents(graph), file)
        return losses(counts)


def _create(settings: Any) -> PubTatorExporter:
    return PubTatorExporter()


SPEC = ExporterSpec(
    name="pubtator",
    summary="PubTator: texts, mentions with identifiers, relations (BioRED's dialect).",
    create=_create,
    suffixes=(".pubtator",),
)
