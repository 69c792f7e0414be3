"""Write BioC, as XML and as JSON: passages, mentions, and relations of the whole document.

BioC (Comeau et al. 2013, doi 10.1093/database/bat064) leaves the keys of infons to whoever
writes. Here they are BioRED's: ``type`` and ``identifier`` of an annotation; ``entity1``,
``entity2``, ``type`` and ``novel`` of a relation, of a chemical and a disease the chemical first.
Beside these stand what BioRED's names cannot say: ``subject`` where that is ``entity2``,
``category``, ``predicate``, Biolink's qualifiers, conditions (``condition_species``,
``condition_dose`` …), ``score``, and ``evidence`` (spans as ``12-40 52-80``). kgbuild's reader
takes them back; others pass over them. A relation of a graph has ``belief`` too: how far its
claim may be believed, from all texts that speak of it. It is not read back. What several
components read, or several sentences show, is written as often.

Sentences, authors, subject headings and notices are not written. Nothing depends on the clock:
the collection's date is empty.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from kgbuild.annotation import AnnotatedDocument, Mention, Relation
from kgbuild.components import ExporterSpec, Graph
from kgbuild.data.relation_names import biored_name
from kgbuild.document import Document, Section, SectionKind, Span
from kgbuild.exporters import annotated_documents
from kgbuild.exporters.claimed import Believed
from kgbuild.exporters.corpus_spelling import Dialect, End, Spelling, chemical_first, losses
from kgbuild.markup import NOT_XML
from kgbuild.readers.bioc import padding
from kgbuild.readers.bioc_conditions import as_infons
from kgbuild.readers.given_names import work_name
from kgbuild.vocabulary import category_of

if TYPE_CHECKING:
    from lxml import etree

__all__ = [
    "JSON_SPEC",
    "XML_SPEC",
    "BioCJsonExporter",
    "BioCXmlExporter",
    "write_bioc_json",
    "write_bioc_xml",
]

_FACTS = ("date", "journal", "language", "licence")
Infons = dict[str, str]


def write_bioc_xml(
    documents: Iterable[AnnotatedDocument], target: BinaryIO, *, believed: Believed | None = None
) -> Counter[str]:
    """Write a collection that is valid against BioC.dtd, document by document.

    With ``believed``, relations say how far their claims may be believed.
    Returns how many documents, mentions and relations were written, and what BioC could not
    hold, by reason: a character that XML forbids becomes U+FFFD, one for one.
    """
    from lxml import etree

    counts: Counter[str] = Counter()
    with etree.xmlfile(target, encoding="utf-8") as xml:
        xml.write_declaration()
        xml.write_doctype('<!DOCTYPE collection SYSTEM "BioC.dtd">')
        with xml.element("collection"):
            for tag, text in (("source", "kgbuild"), ("date", ""), ("key", "")):
                element = etree.Element(tag)
                element.text = text
                xml.write(element)
            for annotated in documents:
                xml.write("\n")
                xml.write(_document_element(_document(annotated, counts, believed), counts))
            xml.write("\n")
    target.write(b"\n")
    return counts


def write_bioc_json(
    documents: Iterable[AnnotatedDocument], target: BinaryIO, *, believed: Believed | None = None
) -> Counter[str]:
    """Write a collection as JSON, one document a line.

    With ``believed``, relations say how far their claims may be believed.
    Returns how many documents, mentions and relations were written, and what BioC could not
    hold, by reason.
    """
    counts: Counter[str] = Counter()
    target.write(b'{"source": "kgbuild", "date": "", "key": "", "infons": {}, "documents": [')
    for annotated in documents:
        target.write(b",\n" if counts["documents"] else b"\n")
        document = _document(annotated, counts, believed)
        target.write(json.dumps(document, ensure_ascii=False).encode())
    target.write(b"\n]}\n")
    return counts


def _document(
    annotated: AnnotatedDocument, counts: Counter[str], believed: Believed | None
) -> dict[str, Any]:
    """The document as BioC JSON has it; the XML is made from the same."""
    document, annotations = annotated.document, annotated.annotations
    spelling = Spelling(annotations, Dialect.BIORED, counts)
    passages = _passages(document)
    starts = [passage["offset"] for passage in passages]
    ids: dict[Mention, str] = {}
    for mention in sorted(annotations.mentions, key=lambda m: (m.span, m.category, m.parts)):
        ids[mention] = str(len(ids))
        holding = passages[max(0, bisect_right(starts, mention.span.start) - 1)]
        holding["annotations"].append(_annotation(mention, ids[mention], spelling, document))
    counts["documents"] += 1
    counts["mentions"] += len(ids)
    relations = list(_relations(spelling, ids, counts, _beliefs(document, believed)))
    counts["relations"] += len(relations)
    infons = {fact: str(getattr(document, fact)) for fact in _FACTS if getattr(document, fact)}
    if document.exact_matches:
        infons["exact_matches"] = " ".join(document.exact_matches)
    return {
        "id": work_name(document.id),
        "infons": infons,
        "passages": passages,
        "relations": relations,
    }


def _covering(document: Document) -> Iterator[Section]:
    """Sections in order, without overlap, that hold every character but white space."""
    at = 0
    for section in sorted(document.sections, key=lambda s: (s.span.start, -s.span.end)):
        if section.span.start < at:
            continue  # a section inside the one before: its text is written already
        yield from _uncovered(document.text, Span(at, section.span.start))
        yield section
        at = section.span.end
    yield from _uncovered(document.text, Span(at, len(document.text)), always=at == 0)


def _uncovered(text: str, span: Span, *, always: bool = False) -> Iterator[Section]:
    if always or span.of(text).strip():
        yield Section(kind=SectionKind.OTHER, span=span)


def _passages(document: Document) -> list[dict[str, Any]]:
    """The passages; ``before`` tells white space that a reader would not guess from the gap."""
    passages: list[dict[str, Any]] = []
    at = 0
    for section in _covering(document):
        infons = {"type": section.kind.value}
        infons |= {f"heading_{n}": heading for n, heading in enumerate(section.path, start=1)}
        before = document.text[at : section.span.start]
        if before != padding(section.kind, len(before)):
            infons["before"] = before
        at = section.span.end
        passages.append(
            {
                "offset": section.span.start,
                "infons": infons,
                "text": section.span.of(document.text),
                "sentences": [],
                "annotations": [],
                "relations": [],
            }
        )
    return passages


def _annotation(
    mention: Mention, identity: str, spelling: Spelling, document: Document
) -> dict[str, Any]:
    infons: Infons = {}
    identifiers = spelling.identifiers(mention)
    if identifiers is not None:
        infons["identifier"] = identifiers
    infons["type"] = spelling.type_name(mention.category)
    if category_of(infons["type"]) != mention.category:
        infons["category"] = mention.category
    if mention.score != 1.0:
        infons["score"] = repr(mention.score)
    spans = mention.parts or (mention.span,)
    return {
        "id": identity,
        "infons": infons,
        "text": " ".join(span.of(document.text) for span in spans),
        "locations": [{"offset": s.start, "length": s.end - s.start} for s in spans],
    }


def _beliefs(document: Document, believed: Believed | None) -> Callable[[Relation], Infons]:
    """What is to be said of the belief in a relation of the document."""

    def told(relation: Relation) -> Infons:
        belief = believed.of(document.id, relation) if believed else None
        return {} if belief is None else {"belief": repr(belief)}

    return told


def _relations(
    spelling: Spelling,
    ids: dict[Mention, str],
    counts: Counter[str],
    beliefs: Callable[[Relation], Infons],
) -> Iterator[dict[str, Any]]:
    """The stated relations, in order: between two mentions as nodes, else by identifiers."""
    number = 0
    for relation in spelling.stated():
        written = list(_ends(relation, spelling, ids))
        if not written:
            counts["relation whose end has no identifier"] += 1
        for infons, nodes in written:
            said = _said(relation) | beliefs(relation)
            yield {"id": f"R{number}", "infons": {**infons, **said}, "nodes": nodes}
            number += 1


def _ends(
    relation: Relation, spelling: Spelling, ids: dict[Mention, str]
) -> Iterator[tuple[Infons, list[dict[str, str]]]]:
    """Identifiers and nodes. Two mentions are one relation, with identifiers where they have one.

    Concepts (or mentions of several concepts) give one relation for each pair of identifiers.
    """
    subject, object_ = relation.subject, relation.object
    pairs = list(product(spelling.ends(subject), spelling.ends(object_)))
    if isinstance(subject, str) or isinstance(object_, str):
        yield from ((_identified(*pair) | _turned(*pair), []) for pair in pairs)
    elif subject in ids and object_ in ids:
        nodes = [
            {"refid": ids[subject], "role": "subject"},
            {"refid": ids[object_], "role": "object"},
        ]
        yield _identified(*pairs[0]) if len(pairs) == 1 else {}, nodes


def _identified(subject: End, object_: End) -> Infons:
    """The identifiers as BioRED has them, the chemical before the disease."""
    first, second = chemical_first(subject, object_)
    return {"entity1": first.spelt, "entity2": second.spelt}


def _turned(subject: End, object_: End) -> Infons:
    """Which of the two is the subject, where it is not the first."""
    return {"subject": "entity2"} if chemical_first(subject, object_)[0] != subject else {}


def _said(relation: Relation) -> Infons:
    conditions = dict(relation.conditions)
    infons = {"type": biored_name(relation.predicate, relation.qualifiers, relation.conditions)}
    if "novelty" in conditions:
        infons["novel"] = conditions["novelty"]
    infons["predicate"] = relation.predicate
    infons |= dict(relation.qualifiers)
    infons |= as_infons(one for one in relation.conditions if one[0] != "novelty")
    infons["evidence"] = " ".join(f"{span.start}-{span.end}" for span in relation.evidence)
    if relation.score != 1.0:
        infons["score"] = repr(relation.score)
    return infons


def _document_element(document: dict[str, Any], counts: Counter[str]) -> etree._Element:
    """The document as XML, from what the JSON says."""
    from lxml import etree

    def add(parent: etree._Element, tag: str, text: str = "", **attributes: str) -> etree._Element:
        element = etree.SubElement(parent, tag, {k: clean(v) for k, v in attributes.items()})
        if text:
            element.text = clean(text)
        return element

    def clean(text: str) -> str:
        kept, replaced = NOT_XML.subn("\N{REPLACEMENT CHARACTER}", text)
        if replaced:
            counts["character that XML forbids"] += replaced
        return kept

    def add_infons(parent: etree._Element, infons: Infons) -> None:
        for key, value in infons.items():
            add(parent, "infon", value, key=key)

    root = etree.Element("document")
    add(root, "id", document["id"])
    add_infons(root, document["infons"])
    for passage in document["passages"]:
        element = add(root, "passage")
        add_infons(element, passage["infons"])
        add(element, "offset", str(passage["offset"]))
        add(element, "text", passage["text"])
        for annotation in passage["annotations"]:
            child = add(element, "annotation", id=annotation["id"])
            add_infons(child, annotation["infons"])
            for location in annotation["locations"]:
                add(child, "location", **{key: str(value) for key, value in location.items()})
            add(child, "text", annotation["text"])
    for relation in document["relations"]:
        child = add(root, "relation", id=relation["id"])
        add_infons(child, relation["infons"])
        for node in relation["nodes"]:
            add(child, "node", **node)
    return root


class BioCXmlExporter:
    """Writes every document of a graph as BioC XML."""

    def export(self, graph: Graph, target: Path) -> Mapping[str, int]:
        """Write ``target``, document by document."""
        with target.open("wb") as file:
            counts = write_bioc_xml(annotated_documents(graph), file, believed=Believed(graph))
        return losses(counts)


class BioCJsonExporter:
    """Writes every document of a graph as BioC JSON."""

    def export(self, graph: Graph, target: Path) -> Mapping[str, int]:
        """Write ``target``, document by document."""
        with target.open("wb") as file:
            counts = write_bioc_json(annotated_documents(graph), file, believed=Believed(graph))
        return losses(counts)


def _create_xml(settings: Any) -> BioCXmlExporter:
    return BioCXmlExporter()


def _create_json(settings: Any) -> BioCJsonExporter:
    return BioCJsonExporter()


XML_SPEC = ExporterSpec(
    name="bioc-xml",
    summary="BioC XML: texts, mentions with identifiers, relations with their belief.",
    create=_create_xml,
    suffixes=(".bioc.xml",),
)

JSON_SPEC = ExporterSpec(
    name="bioc-json",
    summary="BioC JSON: texts, mentions with identifiers, relations with their belief.",
    create=_create_json,
    suffixes=(".bioc.json",),
)

SPECS = (XML_SPEC, JSON_SPEC)
