"""BioC, as XML and as JSON: offsets, sentences, relations, broken documents, real files."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from kgbuild import Document
from kgbuild.annotation import AnnotatedDocument, Mention
from kgbuild.components import PaperFile, Reading
from kgbuild.document import Span, Unread
from kgbuild.errors import InputError
from kgbuild.readers import bioc_json, bioc_xml, pubtator
from kgbuild.readers.bioc_json import BioCJsonReader
from kgbuild.readers.bioc_xml import BioCXmlReader

Json = dict[str, Any]


def file(raw: bytes | str) -> PaperFile:
    raw = raw if isinstance(raw, bytes) else raw.encode()
    return PaperFile(name="a.bioc", open=lambda: io.BytesIO(raw))


def read_json(raw: Any) -> list[Reading]:
    written = raw if isinstance(raw, bytes | str) else json.dumps(raw)
    return list(BioCJsonReader().read(file(written)))


def read_xml(raw: bytes | str) -> list[Reading]:
    return list(BioCXmlReader().read(file(raw)))


def as_xml(documents: list[Json]) -> bytes:
    """The same documents as XML, so that one test asks both readers."""
    root = etree.Element("collection")
    for tag in ("source", "date", "key"):
        etree.SubElement(root, tag)
    for document in documents:
        _add(root, "document", document)
    return etree.tostring(root, encoding="utf-8", doctype='<!DOCTYPE collection SYSTEM "BioC.dtd">')


NAMED: tuple[str, ...] = ("refid", "role", "length")


def _add(parent: etree._Element, tag: str, record: Json) -> None:
    attributes: dict[str, str] = {k: str(record[k]) for k in NAMED if k in record}
    if tag in ("annotation", "relation"):
        attributes["id"] = record.get("id", "")
    if tag == "location":
        attributes["offset"] = str(record["offset"])
    element = etree.SubElement(parent, tag, attributes)
    for key, value in record.items():
        if key == "infons":
            for name, text in value.items():
                etree.SubElement(element, "infon", key=name).text = text
        elif isinstance(value, list):
            for part in value:
                _add(element, key.removesuffix("s"), part)
        elif key not in attributes:
            etree.SubElement(element, key).text = str(value)


@pytest.fixture(params=["xml", "json"])
def read(request: pytest.FixtureRequest) -> Any:
    """``read(*documents)``: what the reader of either form makes of BioC documents."""
    if request.param == "xml":
        return lambda *documents: read_xml(as_xml(list(documents)))
    return lambda *documents: read_json({"documents": list(documents)})


def bioc(*passages: Json, name: str = "7", **more: Any) -> Json:
    return {"id": name, "infons": {}, "passages": list(passages), **more}


def passage(offset: int, text: str, *annotations: Json, kind: str = "", **more: Any) -> Json:
    infons = {"type": kind} if kind else {}
    return {"offset": offset, "infons": infons, "text": text, "annotations": [*annotations], **more}


def note(*places: tuple[int, int], text: str, kind: str = "Disease", **infons: str) -> Json:
    locations = [{"offset": offset, "length": length} for offset, length in places]
    given = {"type": kind, **infons}
    return {"id": text, "infons": given, "locations": locations, "text": text}


def annotated(readings: list[Reading]) -> AnnotatedDocument:
    (reading,) = readings
    assert isinstance(reading, AnnotatedDocument)
    return reading


def said(document: Document) -> list[str]:
    return [unread.problem or unread.what for unread in document.unread]


def mentions(reading: AnnotatedDocument) -> list[tuple[int, str]]:
    return [(m.span.start, m.text) for m in reading.annotations.mentions]


def test_passages_are_laid_out_so_that_offsets_index_the_text(read: Any) -> None:
    reading = annotated(
        read(
            bioc(
                passage(0, "Ache.", kind="title"),
                passage(6, "Pain.", kind="abstract"),
                passage(
                    15, "Cramp.", note((15, 5), text="Cramp", identifier="D1"), kind="paragraph"
                ),
            )
        )
    )
    assert reading.document.text == "Ache. Pain.\n\n\n\nCramp."
    assert [s.kind.value for s in reading.document.sections] == ["title", "abstract", "other"]
    assert mentions(reading) == [(15, "Cramp")]
    assert not reading.document.unread


def test_a_passage_whose_offset_is_taken_moves_with_its_annotations(read: Any) -> None:
    reading = annotated(
        read(bioc(passage(0, "Ache and pain."), passage(3, "Cramp.", note((3, 5), text="Cramp"))))
    )
    assert mentions(reading) == [(15, "Cramp")]
    assert said(reading.document) == ["passage offset inside the passage before it"]


def test_a_passage_ten_million_characters_on_is_not_padded(read: Any) -> None:
    at = 10_000_000
    reading = annotated(
        read(bioc(passage(0, "Ache."), passage(at, "Cramp.", note((at, 5), text="Cramp"))))
    )
    assert reading.document.text == "Ache.\nCramp."
    assert mentions(reading) == [(6, "Cramp")]


def test_offsets_that_count_bytes_are_read_as_such_and_said(read: Any) -> None:
    text = "α-ache, β-pain"
    ache = note((3, 4), text="ache")
    pain = note((12, 4), text="pain")
    reading = annotated(read(bioc(passage(0, text, ache, pain))))
    assert mentions(reading) == [(2, "ache"), (10, "pain")]
    assert said(reading.document) == ["passage whose offsets count bytes, read as such"]


def test_one_wrong_offset_among_bytes_leaves_characters(read: Any) -> None:
    text = "α-ache, β-pain"
    reading = annotated(
        read(
            bioc(
                passage(
                    0,
                    text,
                    note((3, 4), text="ache"),
                    note((1, 4), text="pain"),
                    note((10, 4), text="pain"),
                )
            )
        )
    )
    assert mentions(reading) == [(10, "pain")]
    assert sum(unread.count for unread in reading.document.unread) == 2
    assert set(said(reading.document)) == {"the text at its offsets is not the annotation's text"}


def test_a_mention_with_gaps_has_parts(read: Any) -> None:
    reading = annotated(
        read(
            bioc(
                passage(0, "breast and ovarian cancer", note((0, 6), (19, 6), text="breast cancer"))
            )
        )
    )
    (mention,) = reading.annotations.mentions
    assert mention.parts == (Span(0, 6), Span(19, 25))
    assert mention.text == "breast and ovarian cancer"


@pytest.mark.parametrize("place", [(1, 4), (-1, 4), (0, 10_000_000), (0, 0), (10**30, 4)], ids=str)
def test_a_wrong_location_costs_that_annotation(read: Any, place: tuple[int, int]) -> None:
    right = note((9, 4), text="pain")
    reading = annotated(read(bioc(passage(0, "Ache and pain.", note(place, text="Ache"), right))))
    assert mentions(reading) == [(9, "pain")]
    assert len(reading.document.unread) == 1
    assert reading.document.unread[0].what == "annotation"
    assert reading.document.unread[0].problem
    assert reading.document.unread[0].place


def test_scores_are_read_and_what_is_no_score_is_one(read: Any) -> None:
    reading = annotated(
        read(
            bioc(
                passage(
                    0,
                    "Ache, pain, cramp.",
                    note((0, 4), text="Ache", score="0.25"),
                    note((6, 4), text="pain", score="NaN"),
                    note((12, 5), text="cramp", score="1e9"),
                )
            )
        )
    )
    assert [m.score for m in reading.annotations.mentions] == [0.25, 1.0, 1.0]


def drugprot() -> Json:
    """DrugProt's form: title, tab, abstract; sentences; relations between annotations."""
    inside = [
        {
            "offset": 0,
            "text": "X blocks Y.",
            "annotations": [
                note((0, 1), text="X", kind="CHEMICAL", identifier="x"),
                note((9, 1), text="Y", kind="GENE-Y", identifier="y, the kinase"),
            ],
            "relations": [
                {
                    "id": "",
                    "infons": {"type": "INHIBITOR"},
                    "nodes": [{"refid": "Y", "role": "tail"}, {"refid": "X", "role": "head"}],
                }
            ],
        },
        {"offset": 12, "text": "So there."},
    ]
    return bioc({"offset": 0, "infons": {}, "text": "X blocks Y.\tSo there.", "sentences": inside})


def test_drugprot_has_title_sentences_and_relations_between_mentions(read: Any) -> None:
    reading = annotated(read(drugprot()))
    document = reading.document
    assert document.text == "X blocks Y.\tSo there."
    assert document.title == "X blocks Y."
    assert document.sentences == (Span(0, 11), Span(12, 21))
    (relation,) = reading.annotations.relations
    assert isinstance(relation.subject, Mention)
    assert isinstance(relation.object, Mention)
    assert (relation.subject.text, relation.object.text) == ("X", "Y")
    assert relation.predicate == "biolink:affects"
    assert dict(relation.qualifiers) == {
        "biolink:qualified_predicate": "biolink:causes",
        "biolink:object_aspect_qualifier": "activity",
        "biolink:object_direction_qualifier": "decreased",
        "biolink:causal_mechanism_qualifier": "inhibition",
    }
    assert relation.evidence == (Span(0, 11),)
    assert [link.reason for link in reading.annotations.links] == [
        "no registered identifier: x",
        "no registered identifier: y, the kinase",
    ]


def test_text_that_only_sentences_hold_is_put_together(read: Any) -> None:
    sentences = [{"offset": 0, "text": "One."}, {"offset": 6, "text": "Two."}]
    (document,) = read(bioc({"offset": 0, "infons": {}, "sentences": sentences}))
    assert isinstance(document, Document)
    assert document.text == "One.  Two."
    assert document.sentences == (Span(0, 4), Span(6, 10))


def test_sentences_that_do_not_match_or_overlap_are_left_out(read: Any) -> None:
    wrong = [{"offset": 0, "text": "One."}, {"offset": 6, "text": "Two."}]
    (document,) = read(bioc({**passage(0, "One. Two."), "sentences": wrong}))
    assert isinstance(document, Document)
    assert document.sentences == (Span(0, 4),)
    over = [{"offset": 0, "text": "One. T"}, {"offset": 5, "text": "Two."}]
    (document,) = read(bioc({**passage(0, "One. Two."), "sentences": over}))
    assert isinstance(document, Document)
    assert document.sentences == ()
    assert said(document) == ["they overlap"]


@pytest.mark.parametrize(
    "infons",
    [
        {"type": "CID", "entity1": "D1", "entity2": "D2"},
        {"relation": "CID", "Chemical": "D1", "Disease": "D2"},
    ],
)
def test_relations_between_identifiers_are_read(read: Any, infons: dict[str, str]) -> None:
    reading = annotated(
        read(
            bioc(
                passage(
                    0,
                    "X, ache.",
                    note((0, 1), text="X", kind="Chemical", identifier="D1"),
                    note((3, 4), text="ache", identifier="D2"),
                ),
                relations=[{"id": "R1", "infons": infons, "nodes": []}],
            )
        )
    )
    (relation,) = reading.annotations.relations
    assert (relation.subject, relation.object) == ("mesh:D1", "mesh:D2")
    assert relation.evidence == (Span(0, 8),)


def test_pubtator3_json_is_read_with_its_roles_and_facts() -> None:
    role = {"identifier": "MESH:D1", "type": "Chemical"}
    other = {"identifier": "673", "type": "Gene"}
    document = bioc(
        passage(
            0,
            "X and Y",
            note((0, 1), text="X", kind="Chemical", identifier="MESH:D1"),
            note((6, 1), text="Y", kind="Gene", identifier="673"),
            kind="title",
        ),
        relations=[
            {"id": "R1", "infons": {"role1": role, "role2": other, "type": "Association"}},
        ],
        journal="J Invent",
        date="2020-01-02T00:00:00Z",
    )
    reading = annotated(read_json({"PubTator3": [document]}))
    (relation,) = reading.annotations.relations
    assert (relation.subject, relation.object) == ("mesh:D1", "ncbigene:673")
    assert reading.document.journal == "J Invent"


def test_pmc_names_sections_and_references_are_no_text(read: Any) -> None:
    front = passage(0, "Ache.")
    front["infons"] = {"section_type": "TITLE", "article-id_pmc": "13901", "article-id_pmid": "7"}
    methods = passage(6, "We asked.")
    methods["infons"] = {"section_type": "METHODS", "type": "paragraph"}
    heading = passage(20, "Asking")
    heading["infons"] = {"section_type": "METHODS", "type": "title_2"}
    reference = passage(40, "Doe J, 1999")
    reference["infons"] = {"section_type": "REF", "type": "ref"}
    (document,) = read(bioc(front, methods, heading, reference, name="13901"))
    assert isinstance(document, Document)
    assert [s.kind.value for s in document.sections] == ["title", "methods", "heading"]
    assert (document.id, document.exact_matches) == ("pubmed:7", ("pmc:PMC13901",))
    assert [u.what for u in document.unread] == ["reference"]


def test_a_document_that_is_broken_is_set_aside_alone(read: Any) -> None:
    good, empty = bioc(passage(0, "Ache.")), bioc()
    wrong = bioc(passage(0, "Ache."))
    wrong["passages"][0]["offset"] = "near the top"
    first, second, third, last = read(good, empty, wrong, good)
    assert isinstance(first, Document)
    assert isinstance(second, Unread)
    assert "no text" in second.problem
    assert isinstance(third, Unread)
    assert "offset" in third.problem
    assert third.place
    assert isinstance(last, Document)


def test_relations_and_types_that_are_not_known_are_counted(read: Any) -> None:
    relations = [
        {"id": "1", "infons": {"type": "Cures"}, "nodes": [{"refid": "X", "role": ""}] * 2},
        {"id": "2", "infons": {"type": "CID"}, "nodes": [{"refid": "X", "role": ""}] * 3},
        {"id": "3", "infons": {"type": "CID"}, "nodes": [{"refid": "Z", "role": ""}] * 2},
    ]
    noted = [note((0, 1), text="X"), note((2, 1), text="Y", kind="Mood")]
    reading = annotated(read(bioc(passage(0, "X Y", *noted), relations=relations)))
    assert said(reading.document) == [
        "annotation of type 'Mood'",
        "relation of type 'Cures'",
        "it has 3 ends, not 2",
        "relation whose end is not annotated",
    ]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda d: {"source": "PMC", "documents": [d], "infons": {}},
        lambda d: [{"bioctype": "BioCCollection", "documents": [d]}, "tail"],
        lambda d: {"PubTator3": [d]},
        lambda d: d,
        lambda d: [d],
    ],
    ids=["collection", "list of collections", "PubTator 3", "document", "list of documents"],
)
def test_json_is_read_out_of_every_wrapper(wrap: Any) -> None:
    (document,) = read_json(wrap(bioc(passage(0, "Ache."))))
    assert isinstance(document, Document)
    assert document.text == "Ache."


def test_json_lines_are_read() -> None:
    line = json.dumps(bioc(passage(0, "Ache.")))
    assert len(read_json(f"\ufeff{line}\n{line}\r\n\n{line}")) == 3


GOOD = json.dumps(bioc(passage(0, "Ache.")))


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ('{"id": "8", "passages": [{"offset": NaN, "text": "x"}]}', "NaN"),
        ('{"id": "8", "passages": [,]}', "not valid JSON"),
        ('{"id": "8", "passages": {}}', "the passages is not a list"),
        ('{"id": "8", "passages": [7]}', "the passage is not an object"),
        ('{"id": "8", "passages": [{"text": "x"}]}', "the offset is not a whole number"),
        ('{"id": "8", "passages": [{"offset": true, "text": "x"}]}', "not a whole number"),
        ('{"id": ["8"], "passages": []}', "the id is not a text"),
        ('{"id": "8", "passages": [{"offset": 0, "text": 5}]}', "the text is not a text"),
        ('{"id": ' + "9" * 5000 + ', "passages": []}', "not valid JSON"),
        ("7", "the document is not an object"),
    ],
)
def test_a_json_document_that_is_broken_is_set_aside_alone(bad: str, problem: str) -> None:
    first, second, last = read_json(f'{{"documents": [{GOOD}, {bad}, {GOOD}]}}')
    assert isinstance(first, Document)
    assert isinstance(last, Document)
    assert isinstance(second, Unread)
    assert problem in second.problem
    assert second.place.startswith("character ")


@pytest.mark.parametrize(
    "raw",
    [
        f'{{"documents": [{GOOD}, {GOOD[:40]}',
        f'{{"documents": [{GOOD}',
        f'{{"documents": [{GOOD}, {{"a": "no end]}}',
        f'{{"documents": [{GOOD}] what',
        f'{{"documents": [{GOOD}, {"[" * 200}',
        f'[{{"documents": [{GOOD}]}}, {"[" * 100_000}',
    ],
    ids=["inside a document", "after one", "inside a text", "junk", "deep", "very deep"],
)
def test_json_that_breaks_off_loses_nothing_before_and_says_where(raw: str) -> None:
    kept, error = until_error(BioCJsonReader().read(file(raw)))
    assert [type(reading) for reading in kept] == [Document]
    assert re.match(r"a\.bioc, character \d+: not valid JSON", str(error))


def until_error(readings: Iterator[Reading]) -> tuple[list[Reading], InputError]:
    """What is read before the reader gives up, and why it does."""
    kept: list[Reading] = []
    with pytest.raises(InputError) as caught:
        while True:
            kept.append(next(readings))
    return kept, caught.value


def test_a_truncated_xml_loses_nothing_before_and_says_where() -> None:
    raw = as_xml([bioc(passage(0, "Ache.")), bioc(passage(0, "Pain."))])
    kept, error = until_error(BioCXmlReader().read(file(raw[:-60])))
    assert [reading.text for reading in kept if isinstance(reading, Document)] == ["Ache."]
    assert re.match(r"a\.bioc.*line \d+: not well-formed XML", str(error))


def test_entities_are_not_expanded() -> None:
    raw = (
        '<!DOCTYPE collection [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY a "aaaa">]>'
        "<collection><source/><document><id>7</id><passage><offset>0</offset>"
        "<text>A &x; &a; &lt;b&gt;.</text></passage></document></collection>"
    )
    (document,) = read_xml(raw)
    assert isinstance(document, Document)
    assert document.text == "A &x; &a; <b>."


def test_json_bytes_that_are_not_utf8_are_replaced_one_for_one_and_said() -> None:
    cafe = passage(0, "caf? ache", note((5, 4), text="ache"))
    raw = json.dumps({"documents": [bioc(cafe)]}).encode().replace(b"?", b"\xe9")
    reading = annotated(read_json(raw))
    assert reading.document.text == "caf\ufffd ache"
    assert said(reading.document) == ["not UTF-8, replaced by U+FFFD"]


def test_lone_surrogates_and_nuls_in_json_are_replaced_one_for_one() -> None:
    noted = note((3, 4), text="ac\ud800e", identifier="\ud800")
    reading = annotated(read_json([bioc(passage(0, "\0\ud800 ac\ud800e", noted))]))
    assert reading.document.text == "\ufffd\ufffd ac\ufffde"
    assert mentions(reading) == [(3, "ac\ufffde")]
    assert reading.annotations.links[0].reason == "no registered identifier: \ufffd"


@given(st.binary() | st.text().map(lambda text: f'{{"documents": [{text}'.encode()))
def test_json_of_any_bytes_ends_in_readings_or_a_named_error(raw: bytes) -> None:
    """Law: whatever the bytes, the reader yields or raises InputError, and nothing else."""
    with suppress(InputError):
        read_json(raw)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda values: (
        st.lists(values, max_size=3)
        | st.dictionaries(
            st.sampled_from(("id", "offset", "text", "infons", "annotations", "locations", "nodes"))
            | st.sampled_from(("passages", "relations", "sentences", "length", "type")),
            values,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(st.lists(_VALUES, max_size=3))
def test_json_documents_of_any_shape_are_each_read_or_set_aside(values: list[Any]) -> None:
    """Law: each element of ``documents`` gives exactly one reading, whatever it is."""
    assert len(read_json(json.dumps({"documents": values}))) == len(values)


@pytest.mark.parametrize(
    ("head", "xml", "in_json"),
    [
        (b'<?xml version="1.0"?><!DOCTYPE collection SYSTEM "BioC.dtd"><collection>', True, False),
        (b"<collection>\n  <source></source>\n  <date>2021</date>", True, False),
        (b'<collection xmlns="http://www.loc.gov/MARC21/slim"><record>', False, False),
        (b"<PubmedArticleSet><PubmedArticle>", False, False),
        (b'{"source": "", "documents": [{"id": "1"', False, True),
        (b'[{"bioctype": "BioCCollection", "documents": [', False, True),
        (b'{"pmid": "1", "title": "x", "abstract": "y"}', False, False),
        (b'"documents": 1', False, False),
    ],
)
def test_each_form_claims_its_own(head: bytes, xml: bool, in_json: bool) -> None:
    assert bioc_xml.SPEC.accepts("a", head) is xml
    assert bioc_json.SPEC.accepts("a", head) is in_json
    assert not pubtator.SPEC.accepts("a", head)


CORPORA = [
    ("biored/Train.BioC.XML", 400, 13351, 4177, 0, 0),  # one claim is there from both sides
    ("biored/Dev.BioC.XML", 100, 3533, 1162, 0, 0),
    ("biored/Dev.BioC.JSON", 100, 3533, 1162, 0, 0),
    # 3 of 729 mentions have gaps that the file does not mark: their texts are not at their offsets.
    ("euadr/euadr.bioc.xml", 38, 726, 166, 367, 3),
    ("drugprot-part/drugprot_dev_half1.bioc.xml", 350, 8887, 1759, 3561, 0),
    ("drugprot-part/drugprot_dev_half2_first113.bioc.xml", 113, 2976, 568, 1170, 0),
]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "documents", "mentions", "relations", "sentences", "failures"), CORPORA
)
def test_real_corpora_are_read_whole(
    shared: Path,
    name: str,
    documents: int,
    mentions: int,
    relations: int,
    sentences: int,
    failures: int,
) -> None:
    """The counts are those of the corpora's SOURCE.md files."""
    raw = (shared / "corpora" / name).read_bytes()
    readings = read_json(raw) if name.endswith("JSON") else read_xml(raw)
    counts: Counter[str] = Counter()
    for reading in readings:
        assert isinstance(reading, Document | AnnotatedDocument)
        document = reading if isinstance(reading, Document) else reading.document
        counts["failures"] += sum(u.count for u in document.unread if u.problem)
        counts["sentences"] += len(document.sentences)
        if isinstance(reading, AnnotatedDocument):
            counts["mentions"] += len(reading.annotations.mentions)
            counts["relations"] += len(reading.annotations.relations)
    assert len(readings) == documents
    assert (counts["mentions"], counts["relations"]) == (mentions, relations)
    assert (counts["sentences"], counts["failures"]) == (sentences, failures)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["Train.BioC.XML", "Dev.BioC.XML", "Dev.BioC.JSON"])
def test_biored_says_the_same_in_every_format(shared: Path, name: str) -> None:
    folder = shared / "corpora" / "biored"
    raw = (folder / name).read_bytes()
    bioc_readings = read_json(raw) if name.endswith("JSON") else read_xml(raw)
    plain = folder / f"{name.partition('.')[0]}.PubTator"
    lines = list(pubtator.PubTatorReader().read(file(plain.read_bytes())))
    assert [_told(reading) for reading in bioc_readings] == [_told(reading) for reading in lines]


def _told(reading: Reading) -> tuple[Any, ...]:
    """All but the places where something is counted as unread, which are the file's."""
    assert isinstance(reading, Document | AnnotatedDocument)
    document = reading if isinstance(reading, Document) else reading.document
    notes = None if isinstance(reading, Document) else reading.annotations
    unread = [(u.what, u.count, u.problem) for u in document.unread]
    return document.id, document.text, document.sections, unread, notes
