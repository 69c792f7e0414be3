"""PubTator: four corpora's dialects, lines that are wrong, and the real files' counts."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild import Document
from kgbuild.annotation import AnnotatedDocument
from kgbuild.components import PaperFile, Reading
from kgbuild.document import Span, Unread
from kgbuild.readers.pubtator import SPEC, PubTatorReader


def read(raw: bytes | str) -> list[Reading]:
    raw = raw if isinstance(raw, bytes) else raw.encode()
    return list(PubTatorReader().read(PaperFile(name="a.pubtator", open=lambda: io.BytesIO(raw))))


def only(raw: bytes | str) -> AnnotatedDocument:
    (reading,) = read(raw)
    assert isinstance(reading, AnnotatedDocument)
    return reading


def block(*rows: str, title: str = "Ache and X.", abstract: str = "Ache again.") -> str:
    """One document; its mentions are at 0-4, 9-10 and 12-16."""
    return "\n".join([f"7|t|{title}", f"7|a|{abstract}", *(f"7\t{row}" for row in rows), ""])


def problems(document: Document) -> list[tuple[str, str]]:
    return [(unread.problem, unread.place) for unread in document.unread if unread.problem]


def concepts(reading: AnnotatedDocument) -> list[tuple[str, int, str | None]]:
    return [(ln.mention.text, ln.part, ln.concept) for ln in reading.annotations.links]


def test_the_text_is_title_space_abstract_exactly_as_given() -> None:
    (document,) = read("7|t| Ache  and X. \r\n7|a|Again\u2028so.\r\n")
    assert isinstance(document, Document)
    assert document.text == " Ache  and X.  Again\u2028so."
    assert [(s.kind.value, s.span) for s in document.sections] == [
        ("title", Span(0, 14)),
        ("abstract", Span(15, 24)),
    ]
    assert document.id == "pubmed:7"


def test_offsets_count_from_the_space_where_there_is_no_title() -> None:
    reading = only("7|t|\n7|a|Ache.\n7\t1\t5\tAche\tDisease\tD010146\n")
    assert reading.document.text == " Ache."
    assert reading.annotations.mentions[0].text == "Ache"


def test_bc5cdr_is_read() -> None:
    reading = only(
        block(
            "0\t4\tAche\tDisease\tD010146",
            "9\t10\tX\tChemical\t-1",
            "12\t16\tAche\tDisease\tD010146|C535434\tAche|Ache",
            "CID\tD010146\tD010146",
        )
    )
    assert concepts(reading) == [
        ("Ache", 0, "mesh:D010146"),
        ("X", 0, None),
        ("Ache", 0, "mesh:D010146"),
        ("Ache", 1, "mesh:C535434"),
    ]
    assert reading.annotations.links[1].reason == "given as none"
    assert [m.category for m in reading.annotations.mentions] == [
        "biolink:DiseaseOrPhenotypicFeature",
        "biolink:ChemicalEntity",
        "biolink:DiseaseOrPhenotypicFeature",
    ]
    (relation,) = reading.annotations.relations
    assert (relation.subject, relation.predicate) == ("mesh:D010146", "biolink:contributes_to")
    assert not reading.document.unread


def test_biored_is_read_with_its_novelty_and_what_biolink_cannot_say() -> None:
    reading = only(
        block(
            "0\t4\tAche\tDiseaseOrPhenotypicFeature\tD010146,OMIM:1234",
            "9\t10\tX\tGeneOrGeneProduct\t9606",
            "12\t16\tAche\tOrganismTaxon\t9606",
            "Association\tD010146\t9606\tNovel",
            "Comparison\tOMIM:1234\t9606\tNo",
        )
    )
    assert concepts(reading) == [
        ("Ache", 0, "mesh:D010146"),
        ("Ache", 1, "omim:1234"),
        ("X", 0, "ncbigene:9606"),
        ("Ache", 0, "ncbitaxon:9606"),
    ]
    first, second = reading.annotations.relations
    assert (first.subject, first.object) == ("ncbigene:9606", "mesh:D010146")
    assert first.predicate == "biolink:gene_associated_with_condition"
    assert first.conditions == (("novelty", "Novel"),)
    assert second.predicate == "biolink:related_to"
    assert second.conditions == (("novelty", "No"), ("relation", "Comparison"))


def test_pubtator3_is_read() -> None:
    reading = only(
        block(
            "0\t4\tAche\tDisease\tMESH:D010146",
            "9\t10\tX\tVariant\ttmVar:p|SUB|V|600|E;HGVS:p.V600E;CorrespondingGene:673;RS#:113",
            "12\t16\tAche\tGene\t673;674",
            "associate\tDisease|MESH:D010146\tGene|673",
        )
    )
    assert [concept for _, _, concept in concepts(reading)] == [
        "mesh:D010146",
        "dbsnp:rs113",
        "ncbigene:673",
        "ncbigene:674",
    ]
    (relation,) = reading.annotations.relations
    assert (relation.subject, relation.object) == ("ncbigene:673", "mesh:D010146")


def test_evidence_is_the_passages_that_name_either_end() -> None:
    rows = ["9\t10\tX\tChemical\tD1", "12\t16\tAche\tDisease\tD2", "CID\tD1\tD2"]
    (relation,) = only(block(*rows)).annotations.relations
    assert relation.evidence == (Span(0, 11), Span(12, 23))
    rows = ["0\t4\tAche\tDisease\tD2", "9\t10\tX\tChemical\tD1", "CID\tD1\tD2"]
    (relation,) = only(block(*rows)).annotations.relations
    assert relation.evidence == (Span(0, 11),)


def test_a_mention_without_identifier_column_has_no_link() -> None:
    assert only(block("0\t4\tAche\tDisease")).annotations.links == ()


def test_an_unregistered_identifier_is_nil_and_its_relation_keeps_the_mention() -> None:
    rows = (
        "0\t4\tAche\tDisease\tD1",
        "9\t10\tX\tSequenceVariant\tc|DUP||15",
        "Association\tD1\tc|DUP||15",
    )
    reading = only(block(*rows))
    _, variant = reading.annotations.links
    assert variant.reason == "no registered identifier: c|DUP||15"
    assert reading.annotations.relations[0].subject == variant.mention
    assert [u.what for u in reading.document.unread] == ["identifier that is not registered"]


@pytest.mark.parametrize(
    "row",
    [
        "1\t5\tAche\tDisease\tD1",
        "-1\t4\tAche\tDisease\tD1",
        "0\t10000000\tAche\tDisease\tD1",
        "4\t0\tAche\tDisease\tD1",
        "0\t0\t\tDisease\tD1",
    ],
    ids=["off by one", "negative", "out of the text", "backwards", "empty"],
)
def test_a_wrong_offset_costs_that_annotation_and_is_never_moved(row: str) -> None:
    reading = only(block(row, "12\t16\tAche\tDisease\tD1"))
    assert [m.span for m in reading.annotations.mentions] == [Span(12, 16)]
    ((problem, place),) = problems(reading.document)
    assert "offsets" in problem
    assert place == "line 3"


def test_overlapping_mentions_are_kept_and_one_given_twice_is_kept_once() -> None:
    reading = only(
        block(
            "0\t4\tAche\tDisease\tD1",
            "0\t8\tAche and\tDisease\tD1",
            "0\t4\tAche\tDisease\tD1",
            "0\t4\tAche\tDisease\tD2",
        )
    )
    assert [m.span for m in reading.annotations.mentions] == [Span(0, 4), Span(0, 8)]
    assert concepts(reading)[:2] == [("Ache", 0, "mesh:D1"), ("Ache", 1, "mesh:D2")]
    assert [(u.what, u.count) for u in reading.document.unread] == [("annotation given twice", 1)]


def test_a_type_that_is_not_known_is_counted_and_not_kept() -> None:
    reading = only(
        block("0\t4\tAche\tFigure\tD1", "9\t10\tX\tFigure\tD1", "12\t16\tAche\tDisease\tD1")
    )
    assert len(reading.annotations.mentions) == 1
    assert [(u.what, u.count) for u in reading.document.unread] == [
        ("annotation of type 'Figure'", 2)
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("CID\tD1", "neither text nor annotation nor relation"),
        ("0\t4\tAche", "neither text nor annotation nor relation"),
        ("Cures\tD1\tD1", "relation of type 'Cures'"),
        ("CID\tD1\tD9", "relation whose end is not annotated"),
        ("CID\tD1\tD1\tPerhaps", "novelty 'Perhaps'"),
        ("9" * 5000 + "\t4\tAche\tDisease\tD1", "neither text nor annotation nor relation"),
    ],
)
def test_a_line_that_cannot_be_read_is_said(row: str, said: str) -> None:
    reading = only(block("0\t4\tAche\tDisease\tD1", row))
    assert said in {u.problem or u.what for u in reading.document.unread}


def test_a_line_of_another_document_is_not_mixed_in() -> None:
    reading = only(block("0\t4\tAche\tDisease\tD1") + "8\t9\t10\tX\tChemical\tD2\n")
    assert len(reading.annotations.mentions) == 1
    assert problems(reading.document) == [("it names '8'", "line 4")]


def test_a_broken_document_does_not_touch_its_neighbours() -> None:
    raw = block() + "\n9|t|\n9|a|\n\nstray line\n\n" + block("0\t4\tAche\tDisease\tD1")
    first, empty, stray, last = read(raw)
    assert isinstance(first, Document)
    assert isinstance(empty, Unread)
    assert (empty.problem, empty.place) == ("document '9' has no text", "line 4")
    assert isinstance(stray, Unread)
    assert (stray.problem, stray.place) == ("it belongs to no document", "line 7")
    assert isinstance(last, AnnotatedDocument)


def test_documents_need_no_empty_line_between_them_and_may_come_twice() -> None:
    readings = read(block() + block() + "PMC13901|t|T\nmine|t|T\n")
    assert [r.id for r in readings if isinstance(r, Document)][:3] == [
        "pubmed:7",
        "pubmed:7",
        "pmc:PMC13901",
    ]
    own = readings[3]
    assert isinstance(own, Document)
    assert own.id.startswith("kgbuild:document:")
    assert own.unread[0].what == "document name 'mine'"


def test_bytes_that_are_not_utf8_are_replaced_one_for_one_and_said() -> None:
    reading = only(b"7|t|caf\xe9 ache\n7|a|\n7\t5\t9\tache\tDisease\tD1\n")
    assert reading.document.text == "caf\ufffd ache"
    assert problems(reading.document) == [("not UTF-8, replaced by U+FFFD", "line 1")]


def test_offsets_count_code_points() -> None:
    title = "\U0001f9ec e\u0301 α-ache"
    start = title.index("ache")
    reading = only(f"\ufeff7|t|{title}\n7|a|\n7\t{start}\t{start + 4}\tache\tDisease\tD1\n")
    assert reading.annotations.mentions[0].span.of(reading.document.text) == "ache"


def test_nothing_is_read_from_an_empty_file() -> None:
    assert read(b"") == read(b"\n \n\n") == []


@given(st.binary() | st.text().map(lambda text: f"7|t|x\n7|a|y\n7\t{text}".encode()))
def test_any_bytes_give_readings_and_never_a_traceback(raw: bytes) -> None:
    """Law: the reader raises for no input, and every mention is at its offsets."""
    for reading in read(raw):
        if isinstance(reading, AnnotatedDocument):
            for mention in reading.annotations.mentions:
                assert mention.text == mention.span.of(reading.document.text)


@pytest.mark.parametrize(
    ("head", "claimed"),
    [
        (b"354896|t|Lidocaine\n", True),
        (b"\xef\xbb\xbf\n354896|t|x", True),
        (b"354896|a|x", False),
        (b"| a | b |\n|---|---|", False),
        (b"", False),
    ],
)
def test_it_claims_a_file_by_its_first_line(head: bytes, claimed: bool) -> None:
    assert SPEC.accepts("x.txt", head) is claimed


CORPORA = [
    ("bc5cdr/CDR_TrainingSet.PubTator.txt", 490, 9137, 1022, 0),
    ("bc5cdr/CDR_DevelopmentSet.PubTator.txt", 489, 9334, 992, 0),
    ("biored/Train.PubTator", 400, 13351, 4177, 0),  # one claim is there from both sides
    ("biored/Dev.PubTator", 100, 3533, 1162, 0),
    # One of 5145 mentions is not at its offsets: a known error of the original.
    ("ncbi-disease/NCBItrainset_corpus.txt", 593, 5144, 0, 1),
    ("ncbi-disease/NCBIdevelopset_corpus.txt", 100, 787, 0, 0),
]


@pytest.mark.shared
@pytest.mark.parametrize(("name", "documents", "mentions", "relations", "failures"), CORPORA)
def test_real_corpora_are_read_whole(
    shared: Path, name: str, documents: int, mentions: int, relations: int, failures: int
) -> None:
    """The counts are those of the corpora's SOURCE.md files."""
    readings = read((shared / "corpora" / name).read_bytes())
    counts: Counter[str] = Counter()
    for reading in readings:
        assert isinstance(reading, Document | AnnotatedDocument)
        document = reading if isinstance(reading, Document) else reading.document
        counts["failures"] += sum(u.count for u in document.unread if u.problem)
        if isinstance(reading, AnnotatedDocument):
            counts["mentions"] += len(reading.annotations.mentions)
            counts["relations"] += len(reading.annotations.relations)
    assert len(readings) == documents
    assert (counts["mentions"], counts["relations"]) == (mentions, relations)
    assert counts["failures"] == failures


@pytest.mark.shared
def test_the_document_that_ncbi_disease_holds_twice_is_read_twice(shared: Path) -> None:
    raw = (shared / "corpora/ncbi-disease/NCBItrainset_corpus.txt").read_bytes()
    names = [r.document.id for r in read(raw) if isinstance(r, AnnotatedDocument)]
    assert [name for name, count in Counter(names).items() if count > 1] == ["pubmed:8528200"]
