"""PubTator and BioC as written: golden files, what cannot be held, and the laws of a round trip."""

from __future__ import annotations

import io
import json
import string
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from lxml import etree

from kgbuild.annotation import (
    AnnotatedDocument,
    Annotations,
    Candidate,
    Link,
    Mention,
    Relation,
    Status,
)
from kgbuild.components import PaperFile
from kgbuild.data.relation_names import Meaning, relation_of
from kgbuild.document import Document, SectionKind, Span
from kgbuild.exporters.bioc import JSON_SPEC, XML_SPEC, write_bioc_json, write_bioc_xml
from kgbuild.exporters.corpus_spelling import Dialect
from kgbuild.exporters.pubtator import SPEC, write_pubtator
from kgbuild.readers import bioc_json, bioc_xml, pubtator
from kgbuild.readers.composition import Composition
from kgbuild.testing.memory_graph import MemoryGraph
from kgbuild.testing.strategies import passages
from kgbuild.vocabulary import CATEGORIES, is_symmetric

GOLDEN = Path(__file__).parents[1] / "golden"
CHEMICAL, DISEASE, GENE, VARIANT, TAXON, CELLS = (
    "biolink:ChemicalEntity",
    "biolink:DiseaseOrPhenotypicFeature",
    "biolink:Gene",
    "biolink:SequenceVariant",
    "biolink:OrganismTaxon",
    "biolink:CellLine",
)
Write = Callable[[Iterable[AnnotatedDocument], BinaryIO], Counter[str]]


def written(
    write: Callable[..., Counter[str]], *documents: AnnotatedDocument, **settings: Any
) -> tuple[bytes, Counter[str]]:
    target = io.BytesIO()
    counts = write(documents, target, **settings)
    return target.getvalue(), counts


def read(module: Any, raw: bytes) -> list[AnnotatedDocument]:
    file = PaperFile(name="a", open=lambda: io.BytesIO(raw))
    return [
        reading if isinstance(reading, AnnotatedDocument) else AnnotatedDocument(document=reading)
        for reading in module.SPEC.create(None).read(file)
    ]


def compose(*texts: tuple[SectionKind, str], name: str = "pubmed:7") -> Document:
    composition = Composition()
    for kind, text in texts:
        composition.add(kind, text)
    return composition.document((name,))


def linked(mention: Mention, *concepts: str | None) -> list[Link]:
    return [
        Link(
            mention=mention,
            candidates=(Candidate(concept=concept, reason="given"),) if concept else (),
            reason="" if concept else "given as none",
            part=part,
        )
        for part, concept in enumerate(concepts)
    ]


def example() -> AnnotatedDocument:
    """Every category, a composite, a NIL, a mention with gaps, relations of each status."""
    document = compose(
        (SectionKind.TITLE, "β-Xanol eases pain and ache in BRAF V600E."),
        (SectionKind.ABSTRACT, "Mice and HeLa cells got xanol; back and neck pain fell."),
    )

    def at(word: str, category: str) -> Mention:
        start = document.text.index(word)
        return Mention.at(document, start, start + len(word), category)

    xanol, later = at("β-Xanol", CHEMICAL), at("xanol", CHEMICAL)
    pains, gene, change = at("pain and ache", DISEASE), at("BRAF", GENE), at("V600E", VARIANT)
    mice, hela = at("Mice", TAXON), at("HeLa", CELLS)
    gap = at("back and neck pain", DISEASE)
    gap = replace(gap, parts=(Span(gap.span.start, gap.span.start + 4), Span(88, 92)), score=0.5)
    links = (
        linked(xanol, "mesh:D000001"),
        linked(pains, "mesh:D000002", None, "omim:100100"),
        linked(gene, "ncbigene:673"),
        linked(change, "hgvs:p.V600E"),
        linked(mice, "ncbitaxon:10090"),
        linked(hela, "cellosaurus:0030"),
        linked(later, None),
        linked(gap, "mesh:D000002"),
    )
    whole = (Span(0, len(document.text)),)

    def related(subject: Any, predicate: str, object_: Any, **more: Any) -> Relation:
        given = {"evidence": whole, **more}
        return Relation(subject=subject, predicate=predicate, object=object_, **given)

    relations = (
        related("mesh:D000001", "biolink:treats", "mesh:D000002"),
        related(
            "mesh:D000002",
            "biolink:associated_with",
            "ncbigene:673",
            conditions=(("novelty", "Novel"),),
        ),
        related("mesh:D000002", "biolink:positively_correlated_with", "mesh:D000001"),
        related("mesh:D000001", "biolink:contributes_to", "omim:100100"),
        related(xanol, "biolink:affects", gene, evidence=(Span(0, 42),)),
        related("mesh:D000001", "biolink:causes", "mesh:D000002", negated=True),
        related("mesh:D000001", "biolink:causes", "mesh:D000002", status=Status.SPECULATED),
    )
    mentions = (xanol, pains, gene, change, mice, hela, later, gap)
    return AnnotatedDocument(
        document=document,
        annotations=Annotations(
            mentions=mentions, links=tuple(ln for few in links for ln in few), relations=relations
        ),
    )


def plain() -> AnnotatedDocument:
    """A document with more sections than PubTator has, and nothing annotated."""
    document = compose(
        (SectionKind.TITLE, "Ache"),
        (SectionKind.ABSTRACT, "No more."),
        (SectionKind.METHODS, "We asked <&> waited."),
        name="doi:10.1000/x",
    )
    facts = {"date": "2004-03", "licence": "CC0", "exact_matches": ("pmc:PMC1",)}
    return AnnotatedDocument(document=replace(document, **facts))  # type: ignore[arg-type]


def test_a_relation_whose_novelty_one_reader_knows_is_written_once() -> None:
    given = example()
    known = given.annotations.relations[1]
    unknown = replace(known, conditions=())
    annotations = replace(given.annotations, relations=(unknown, known))
    raw, counts = written(
        write_pubtator, replace(given, annotations=annotations), dialect=Dialect.BIORED
    )
    told = [line for line in raw.decode().splitlines() if "Association" in line]
    assert len(told) == 1
    assert told[0].endswith("\tNovel")
    assert counts["relation of a document said again"] == 1


def scored_pubtator(raw: str) -> tuple[set[tuple[str, ...]], dict[str, str]]:
    """Relations and the type of each identifier, by the columns alone, as NCBI's scorers have it.

    A line of four or five columns is a relation, one of six a mention; an identifier of a relation
    must be one of a mention.
    """
    relations, types = set(), {}
    for line in raw.splitlines():
        columns = line.split("\t")
        if len(columns) in (4, 5):
            relations.add(tuple(columns[1:]))
        elif len(columns) == 6:
            types |= dict.fromkeys(columns[5].split(","), columns[4])
    assert {end for _, *ends in relations for end in ends[:2]} <= types.keys()
    return relations, types


def in_no_order(relations: set[tuple[str, ...]]) -> set[tuple[str, frozenset[str]]]:
    return {(name, frozenset(ends[:2])) for name, *ends in relations}


def test_a_scorer_finds_the_same_relations_in_pubtator_and_bioc_chemicals_before_diseases() -> None:
    written_relations, types = scored_pubtator(written(write_pubtator, example())[0].decode())
    [document, _] = json.loads(written(write_bioc_json, example(), plain())[0])["documents"]
    infons = [relation["infons"] for relation in document["relations"]]
    in_bioc = {(one["type"], one["entity1"], one["entity2"]) for one in infons}
    assert in_no_order(in_bioc) == in_no_order(written_relations)
    kinds = [(types[one["entity1"]], types[one["entity2"]]) for one in infons]
    assert ("ChemicalEntity", "DiseaseOrPhenotypicFeature") in kinds
    assert ("DiseaseOrPhenotypicFeature", "ChemicalEntity") not in kinds


@pytest.mark.parametrize("dialect", list(Dialect))
def test_pubtator_is_written_as_it_was(kgbuild_golden: Any, dialect: Dialect) -> None:
    raw, _ = written(write_pubtator, example(), plain(), dialect=dialect)
    kgbuild_golden(GOLDEN / "pubtator" / f"{dialect}.pubtator", raw.decode())


def test_bioc_is_written_as_it_was(kgbuild_golden: Any) -> None:
    for write, name in ((write_bioc_xml, "example.xml"), (write_bioc_json, "example.json")):
        kgbuild_golden(GOLDEN / "bioc" / name, written(write, example(), plain())[0].decode())


def test_what_was_written_and_left_out_is_counted() -> None:
    assert written(write_pubtator, example())[1] == {
        "documents": 1,
        "mentions": 8,
        "mention with gaps, written whole": 1,
        "relations": 5,
        "relation that is negated or not stated": 2,
    }
    assert written(write_pubtator, example(), dialect=Dialect.BC5CDR)[1] == {
        "documents": 1,
        "mentions": 8,
        "mention with gaps, written whole": 1,
        "relations": 1,
        "relation that is negated or not stated": 2,
        "relation that the dialect has no name for": 4,
    }
    assert written(write_bioc_xml, example())[1] == {
        "documents": 1,
        "mentions": 8,
        "relations": 5,
        "relation that is negated or not stated": 2,
    }


BIOC_DTD = """
<!ELEMENT collection (source, date, key, infon*, document+)>
<!ELEMENT source (#PCDATA)> <!ELEMENT date (#PCDATA)> <!ELEMENT key (#PCDATA)>
<!ELEMENT infon (#PCDATA)> <!ATTLIST infon key CDATA #REQUIRED>
<!ELEMENT document (id, infon*, passage+, relation*)>
<!ELEMENT id (#PCDATA)>
<!ELEMENT passage (infon*, offset, ((text?, annotation*) | sentence*), relation*)>
<!ELEMENT offset (#PCDATA)> <!ELEMENT text (#PCDATA)>
<!ELEMENT sentence (infon*, offset, text?, annotation*, relation*)>
<!ELEMENT annotation (infon*, location*, text)> <!ATTLIST annotation id CDATA #IMPLIED>
<!ELEMENT location EMPTY>
<!ATTLIST location offset CDATA #REQUIRED length CDATA #REQUIRED>
<!ELEMENT relation (infon*, node*)> <!ATTLIST relation id CDATA #IMPLIED>
<!ELEMENT node EMPTY> <!ATTLIST node refid CDATA #REQUIRED role CDATA "">
"""


def test_the_xml_is_valid_against_biocs_dtd() -> None:
    empty = AnnotatedDocument(document=Document(id="pubmed:8", text=""))
    raw, _ = written(write_bioc_xml, example(), empty)
    dtd = etree.DTD(io.StringIO(BIOC_DTD))
    assert dtd.validate(etree.fromstring(raw)), dtd.error_log


def test_tabs_and_line_breaks_become_spaces_and_offsets_hold() -> None:
    document = compose(
        (SectionKind.TITLE, "An\tache\r\nhere"),
        (SectionKind.ABSTRACT, "It was."),
        (SectionKind.RESULTS, "The ache\nwent."),
    )
    start = document.text.index("ache\nwent")
    mention = Mention.at(document, start, start + 9, DISEASE)
    given_document = AnnotatedDocument(
        document=document, annotations=Annotations(mentions=(mention,))
    )
    (back,) = read(pubtator, written(write_pubtator, given_document)[0])
    assert back.document.text == "An ache  here It was. The ache went."
    assert back.annotations.mentions == (replace(mention, text="ache went"),)


@pytest.mark.parametrize(
    "document",
    [
        compose((SectionKind.ABSTRACT, "An ache."), name="doi:10.1000/x"),
        compose((SectionKind.RESULTS, "An ache."), (SectionKind.TITLE, "Late title")),
        Document(id="pubmed:7", text="An ache."),
        Document(id="pubmed:7", text=" An ache."),
    ],
    ids=["no title", "title below", "no sections", "starts with a space"],
)
@pytest.mark.parametrize(
    ("write", "module"),
    [(write_pubtator, pubtator), (write_bioc_xml, bioc_xml), (write_bioc_json, bioc_json)],
)
def test_a_text_without_a_title_at_its_start_keeps_its_offsets(
    document: Document, write: Write, module: Any
) -> None:
    mention = Mention.at(document, document.text.index("ache"), document.text.index("."), DISEASE)
    annotated = AnnotatedDocument(document=document, annotations=Annotations(mentions=(mention,)))
    (back,) = read(module, written(write, annotated)[0])
    assert back.document.text == document.text.replace("\n", " " if module is pubtator else "\n")
    assert back.document.id == document.id
    assert back.annotations.mentions == (mention,)


def test_characters_that_xml_forbids_are_replaced_one_for_one_and_counted() -> None:
    document = compose((SectionKind.TITLE, "a\x01b\ufffe ache"))
    mention = Mention.at(document, 5, 9, DISEASE)
    annotated = AnnotatedDocument(document=document, annotations=Annotations(mentions=(mention,)))
    raw, counts = written(write_bioc_xml, annotated)
    (back,) = read(bioc_xml, raw)
    assert back.document.text == "a\ufffdb\ufffd ache"
    assert back.annotations.mentions == (mention,)
    assert counts["character that XML forbids"] == 2


def test_a_category_that_biored_lacks_is_written_as_its_kind_and_comes_back_in_bioc() -> None:
    document = compose((SectionKind.TITLE, "flu in liver"))
    mentions = (
        Mention.at(document, 0, 3, "biolink:Disease"),
        Mention.at(document, 7, 12, "biolink:AnatomicalEntity"),
    )
    annotated = AnnotatedDocument(document=document, annotations=Annotations(mentions=mentions))
    lines = written(write_pubtator, annotated)[0].decode().splitlines()
    assert [line.split("\t")[4] for line in lines if "\t" in line] == [
        "DiseaseOrPhenotypicFeature",
        "biolink:AnatomicalEntity",
    ]
    assert read(bioc_json, written(write_bioc_json, annotated)[0])[0].annotations == Annotations(
        mentions=mentions
    )


def test_an_identifier_that_would_be_read_as_another_is_written_as_none_and_counted() -> None:
    document = compose((SectionKind.TITLE, "flu"))
    mention = Mention.at(document, 0, 3, DISEASE)
    annotated = AnnotatedDocument(
        document=document,
        annotations=Annotations(
            mentions=(mention,), links=tuple(linked(mention, "hgvs:c.[1A>C;2G>T]"))
        ),
    )
    raw, counts = written(write_pubtator, annotated)
    assert raw.decode().splitlines()[2].endswith("\t-")
    assert counts["identifier that the format cannot hold"] == 1


def test_a_document_without_annotations_is_written_too() -> None:
    document = compose((SectionKind.TITLE, "Ache"), (SectionKind.ABSTRACT, "No more."))
    for write, module in WAYS:
        (back,) = read(module, written(write, AnnotatedDocument(document=document))[0])
        assert back == AnnotatedDocument(document=document)


def test_bioc_keeps_date_licence_other_identifiers_and_headings() -> None:
    composition = Composition()
    composition.add(SectionKind.TITLE, "Ache")
    composition.add(SectionKind.METHODS, "We asked.", path=("Methods / all", "Design"))
    document = composition.document(
        ("pubmed:7", "pmc:PMC1"), date="2004", journal="J", language="en", licence="CC0"
    )
    for write, module in WAYS[1:]:
        (back,) = read(module, written(write, AnnotatedDocument(document=document))[0])
        assert back.document == document


def test_bioc_keeps_relations_between_mentions_beside_their_identifiers() -> None:
    for write, module in WAYS[1:]:
        raw, _ = written(write, example())
        (back,) = read(module, raw)
        relation = back.annotations.relations[-1]
        assert isinstance(relation.subject, Mention)
        assert isinstance(relation.object, Mention)
        assert (relation.subject.text, relation.object.text) == ("β-Xanol", "BRAF")


def test_json_is_a_collection_even_of_nothing() -> None:
    assert json.loads(written(write_bioc_json)[0])["documents"] == []


def test_the_exporters_write_what_the_functions_write(tmp_path: Path) -> None:
    graph = MemoryGraph(
        documents=[example().document], annotations={"pubmed:7": example().annotations}
    )
    for spec, write in (
        (SPEC, write_pubtator),
        (XML_SPEC, write_bioc_xml),
        (JSON_SPEC, write_bioc_json),
    ):
        target = tmp_path / spec.name
        spec.create(None).export(graph, target)
        assert target.read_bytes() == written(write, graph.annotated("pubmed:7"))[0]


# What a CURIE may look like where a mention of each category is linked.
_NUMBERED = {
    CHEMICAL: st.sampled_from(("mesh:D000001", "mesh:C000002", "chebi:15365", "ncbigene:9")),
    DISEASE: st.sampled_from(("mesh:D000003", "omim:100100", "mondo:0005148")),
    GENE: st.sampled_from(("ncbigene:9606", "ncbigene:9", "hgnc:5")),
    VARIANT: st.sampled_from(("dbsnp:rs9", "hgvs:p.V600E", "hgvs:c.76+5G>A")),
    TAXON: st.sampled_from(("ncbitaxon:9606", "ncbitaxon:9")),
    CELLS: st.sampled_from(("cellosaurus:0030", "cellosaurus:A1B2")),
}
_LINE = passages.map(lambda text: text.translate(str.maketrans("\t\r\n", "   ")))
_XML_TEXT = passages.filter(
    lambda text: all(c in "\t\r\n" or (c >= " " and c not in "\ufffe\uffff") for c in text)
)
_QUALIFIERS = st.sampled_from(((), (("biolink:object_direction_qualifier", "increased"),)))
_NOVELTY = st.sampled_from(((), (("novelty", "Novel"),), (("novelty", "No"),)))
_CONDITIONS = st.sets(
    st.tuples(
        st.sampled_from(("dose", "population", "population_2", "relation", "type", "")), _XML_TEXT
    ),
    max_size=4,
)


@st.composite
def annotated_documents(
    draw: st.DrawFn, *, kinds: tuple[SectionKind, ...] | None = None, exact: bool = True
) -> AnnotatedDocument:
    """A document with mentions, links and relations between linked concepts.

    ``exact`` adds what BioC can hold and PubTator cannot: gaps, scores, evidence, qualifiers.
    """
    text = _XML_TEXT if kinds is None else _LINE
    chosen = kinds or draw(st.lists(st.sampled_from(SectionKind), min_size=1, max_size=3))
    composition = Composition()
    for kind in chosen:
        composition.add(kind, draw(text) + draw(st.sampled_from(string.ascii_letters)))
    document = composition.document((f"pubmed:{draw(st.integers(1, 99))}",))
    mentions = draw(
        st.lists(
            _mentions(document, exact),
            max_size=4,
            unique_by=lambda m: (m.span, m.category, m.parts),
        )
    )
    mentions.sort(key=lambda mention: (mention.span, mention.category, mention.parts))
    links: list[Link] = []
    for mention in mentions:
        concepts = st.none() | _NUMBERED[mention.category]
        links += linked(mention, *draw(st.lists(concepts, max_size=3, unique=True)))
    kinds_of: dict[str, str] = {}
    for link in links:
        if link.concept:
            kinds_of.setdefault(link.concept, link.mention.category)
    relations = (
        draw(st.lists(_relations(document, kinds_of, exact), max_size=3)) if kinds_of else []
    )
    return AnnotatedDocument(
        document=document,
        annotations=Annotations(
            mentions=tuple(mentions),
            links=tuple(links),
            relations=tuple(dict.fromkeys(relations)),
        ),
    )


@st.composite
def _spans(draw: st.DrawFn, document: Document) -> Span:
    start = draw(st.integers(0, len(document.text) - 1))
    return Span(start, draw(st.integers(start + 1, len(document.text))))


@st.composite
def _mentions(draw: st.DrawFn, document: Document, exact: bool) -> Mention:
    span = draw(_spans(document))
    mention = Mention.at(document, span.start, span.end, draw(st.sampled_from(CATEGORIES)))
    if not exact:
        return mention
    parts: tuple[Span, ...] = ()
    if span.end - span.start >= 3 and draw(st.booleans()):
        cut = draw(st.integers(span.start + 1, span.end - 2))
        parts = (Span(span.start, cut), Span(cut + 1, span.end))
    return replace(mention, score=draw(st.floats(0, 1)), parts=parts)


@st.composite
def _relations(
    draw: st.DrawFn, document: Document, kinds_of: dict[str, str], exact: bool
) -> Relation:
    """A relation of any predicate; unless ``exact`` one that BioRED has a name for, and no more."""
    ends = st.sampled_from(sorted(kinds_of))
    some = ("biolink:treats", "biolink:causes", "biolink:interacts_with", "biolink:affects")
    subject, object_ = draw(ends), draw(ends)
    said = Meaning(predicate=draw(st.sampled_from(some)), qualifiers=draw(_QUALIFIERS))
    if not exact:
        said = _biored(draw(st.sampled_from(BIORED)), kinds_of[subject], kinds_of[object_])
    if said.swapped:
        subject, object_ = object_, subject
    return Relation(
        subject=subject,
        predicate=said.predicate,
        object=object_,
        evidence=tuple(draw(st.lists(_spans(document), min_size=1, max_size=2))),
        qualifiers=said.qualifiers,
        conditions=tuple(
            sorted((*said.conditions, *draw(_NOVELTY), *(draw(_CONDITIONS) if exact else ())))
        ),
        score=draw(st.floats(0, 1)) if exact else 1.0,
    )


BIORED = ("Association", "Positive_Correlation", "Negative_Correlation", "Bind", "Cotreatment")


def _biored(name: str, *kinds: str) -> Meaning:
    found = relation_of(name, *kinds)
    assert found
    return found


WAYS: list[tuple[Write, Any]] = [
    (write_pubtator, pubtator),
    (write_bioc_xml, bioc_xml),
    (write_bioc_json, bioc_json),
]


@pytest.mark.parametrize(("write", "module"), WAYS[1:], ids=["xml", "json"])
@given(st.lists(annotated_documents(), min_size=1, max_size=2))
def test_bioc_read_back_is_what_was_written(
    write: Write, module: Any, documents: list[AnnotatedDocument]
) -> None:
    """Law: documents with text, sections, mentions, links and stated relations come back equal."""
    assert read(module, written(write, *documents)[0]) == documents


def test_a_relations_conditions_are_infons_of_bioc_and_pubtator_has_no_place_for_them() -> None:
    given = example()
    told = replace(
        given.annotations.relations[0],
        conditions=(
            ("dose", "10 mg/kg"),
            ("population", "Japanese"),
            ("population", "women"),
            ("species", "ncbitaxon:9606"),
        ),
    )
    document = replace(given, annotations=replace(given.annotations, relations=(told,)))
    [written_document] = json.loads(written(write_bioc_json, document)[0])["documents"]
    [relation] = written_document["relations"]
    assert {k: v for k, v in relation["infons"].items() if k.startswith("condition")} == {
        "condition_dose": "10 mg/kg",
        "condition_population": "Japanese",
        "condition_population_2": "women",
        "condition_species": "ncbitaxon:9606",
    }
    pubtator_lines = written(write_pubtator, document)[0].decode().splitlines()
    assert [line.split("\t")[1:] for line in pubtator_lines if "Correlation" in line] == [
        ["Negative_Correlation", "D000001", "D000002"]
    ]


TITLED = (SectionKind.TITLE, SectionKind.ABSTRACT)


@given(
    st.lists(annotated_documents(kinds=TITLED, exact=False), min_size=1, max_size=2),
    st.sampled_from(Dialect),
)
def test_pubtator_read_back_is_what_was_written(
    documents: list[AnnotatedDocument], dialect: Dialect
) -> None:
    """Law: text, sections, mentions and links come back equal in every dialect.

    In BioRED's, so do the relations, up to the order of the ends and what counts as evidence.
    """
    back = read(pubtator, written(write_pubtator, *documents, dialect=dialect)[0])
    assert [d.document for d in back] == [d.document for d in documents]
    assert [d.annotations.mentions for d in back] == [d.annotations.mentions for d in documents]
    assert [d.annotations.links for d in back] == [d.annotations.links for d in documents]
    if dialect is Dialect.BIORED:
        assert [_claims(d) for d in back] == [_claims(d) for d in documents]


def _claims(annotated: AnnotatedDocument) -> set[tuple[Any, ...]]:
    """What the relations claim, whichever end of a symmetric one stands first.

    One whose novelty is not known is the same as one whose novelty is.
    """
    claims = set()
    for r in annotated.annotations.relations:
        ends = (str(r.subject), str(r.object))
        said = tuple(sorted(ends)) if is_symmetric(r.predicate) else ends
        others = tuple(one for one in r.conditions if one[0] != "novelty")
        claims.add((r.predicate, said, r.qualifiers, others, dict(r.conditions).get("novelty")))
    told = {claim[:-1] for claim in claims if claim[-1]}
    return {claim for claim in claims if claim[-1] or claim[:-1] not in told}


@given(annotated_documents(kinds=TITLED, exact=False))
def test_pubtator_and_bioc_agree(document: AnnotatedDocument) -> None:
    """Law: what PubTator holds, BioC holds; through either it stays the same, bytes included."""
    first, _ = written(write_pubtator, document)
    (held,) = read(pubtator, first)
    assert written(write_pubtator, held)[0] == first
    assume(all(c >= " " and c not in "\ufffe\uffff" for c in held.document.text))
    for write, module in WAYS[1:]:
        (back,) = read(module, written(write, held)[0])
        assert back == held
        assert written(write_pubtator, back)[0] == first


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "dialect"),
    [
        ("biored/Dev.PubTator", Dialect.BIORED),
        ("bc5cdr/CDR_DevelopmentSet.PubTator.txt", Dialect.BC5CDR),
        ("ncbi-disease/NCBIdevelopset_corpus.txt", Dialect.BC5CDR),
    ],
)
def test_real_pubtator_survives_every_format(shared: Path, name: str, dialect: Dialect) -> None:
    given_documents = read(pubtator, (shared / "corpora" / name).read_bytes())
    first, counts = written(write_pubtator, *given_documents, dialect=dialect)
    assert set(counts) <= {"documents", "mentions", "relations"}
    back = read(pubtator, first)
    for mine, theirs in zip(back, given_documents, strict=True):
        assert mine.document.text == theirs.document.text
        assert mine.annotations.mentions == theirs.annotations.mentions
        assert len(mine.annotations.relations) == len(theirs.annotations.relations)
    for write, module in WAYS[1:]:
        assert [
            (d.document.text, d.annotations) for d in read(module, written(write, *back)[0])
        ] == [(d.document.text, d.annotations) for d in back]
