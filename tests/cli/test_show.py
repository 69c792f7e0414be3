"""``kgbuild show`` and ``status``: what is hedged, rejected, retracted or unfinished looks so."""

from __future__ import annotations

import json
from typing import Any

import pytest

PAPERS = """\
PMID- 990000001
TI  - One.
AB  - Aspirin treats headache. Lisinopril may cause cough. Ibuprofen did not cause nausea.

PMID- 990000002
TI  - Two.
AB  - Lisinopril might cause cough. Ibuprofen treats headache.

"""
QUALIFIED = """\
PMID- 990000006
TI  - Six.
AB  - Ibuprofen inhibits PTGS2. Ibuprofen activates PTGS2.

"""
RETRACTED = """\
PMID- 990000003
PT  - Journal Article
PT  - Retracted Publication
RIN - J Tests. 2004;1:1. PMID: 990000004
ECI - J Tests. 2004;1:2. PMID: 990000005
TI  - Three.
AB  - Lisinopril causes cough.

PMID- 990000004
PT  - Retraction of Publication
ROF - J Tests. 2003;1:1. PMID: 990000003
TI  - Four.
AB  - We retract it.

"""


def _lines(project: Any, thing: str) -> list[str]:
    code, out, err = project.run("show", thing)
    assert code == 0, err
    return [line.strip() for line in out.splitlines()]


def test_a_hedged_edge_does_not_look_like_a_stated_one(project: Any) -> None:
    project.write("a.nbib", PAPERS)
    project.run("ingest", "papers")
    hedged = next(line for line in _lines(project, "lisinopril") if "cough" in line)
    assert "lisinopril ··· biolink:causes ··· cough  (not stated outright;" in hedged
    assert "2 speculated, belief" in hedged
    stated = next(line for line in _lines(project, "aspirin") if "headache" in line)
    assert "aspirin — biolink:treats — headache  (1 stated, belief" in stated
    denied = next(line for line in _lines(project, "ibuprofen") if "nausea" in line)
    assert "ibuprofen — not biolink:" in denied


def test_claims_that_differ_in_a_qualifier_do_not_look_alike(project: Any) -> None:
    with (project.folder / "terms.tsv").open("a", encoding="utf-8") as terms:
        terms.write("ncbigene:5743\tPTGS2\t\tbiolink:Gene\n")
    project.write("a.nbib", QUALIFIED)
    project.run("ingest", "papers")
    edges = [line for line in _lines(project, "ibuprofen") if "affects" in line]
    said = sorted(line.partition(" — ")[2].partition("  (")[0] for line in edges)
    assert said == [
        "biolink:affects (decreased activity) — PTGS2",
        "biolink:affects (increased activity) — PTGS2",
    ]
    _, top, _ = project.run("top", "assertions")
    assert "ibuprofen — biolink:affects (decreased activity) — PTGS2  (" in top


def test_the_words_that_hedge_or_deny_stand_with_the_sentence(project: Any) -> None:
    project.write("a.nbib", PAPERS)
    project.run("ingest", "papers")
    hedged = [line.partition("speculated, ")[2] for line in _cited(project, "lisinopril")]
    assert hedged == [
        "spacy-rules (cue may): Lisinopril may cause cough.",
        "spacy-rules (cue might): Lisinopril might cause cough.",
    ]
    [denied] = _cited(project, "nausea")
    assert denied.endswith("stated, spacy-rules (cue not): Ibuprofen did not cause nausea.")


def test_the_conditions_that_a_sentence_names_stand_with_it(project: Any) -> None:
    told = "Aspirin (10 mg/kg, orally) treats headache in rats."
    project.write("a.nbib", PAPERS.replace("Aspirin treats headache.", told))
    project.run("ingest", "papers")
    [cited] = _cited(project, "aspirin")
    assert cited.endswith(
        f" spacy-rules (dose 10 mg/kg; route oral; species ncbitaxon:10116): {told}"
    )


def test_a_rejected_edge_says_so(project: Any) -> None:
    project.write("a.nbib", PAPERS)
    project.run("ingest", "papers")
    identity = next(line for line in _lines(project, "aspirin") if "treats" in line).split()[0]
    project.run("review", identity, "--reject", "--reviewer", "ada")
    line = next(line for line in _lines(project, "aspirin") if "treats" in line)
    assert "aspirin ··· biolink:treats ··· headache  (rejected; 1 stated, belief" in line


def test_a_retraction_is_seen_at_the_document_and_at_its_sentences(project: Any) -> None:
    project.write("a.nbib", RETRACTED)
    project.run("ingest", "papers")
    document = _lines(project, "pubmed:990000003")
    assert "RETRACTED: pubmed:990000004" in document
    assert "expression of concern: pubmed:990000005" in document
    assert "this is a retraction of pubmed:990000003" in _lines(project, "pubmed:990000004")
    edge = next(line for line in _lines(project, "lisinopril") if "causes" in line)
    assert "lisinopril ··· biolink:causes ··· cough  (by retracted papers alone; 1 stated" in edge
    identity = edge.split()[0]
    assert "pubmed:990000003 (RETRACTED), abstract" in "\n".join(_lines(project, identity))
    project.write("b.nbib", "PMID- 990000007\nTI  - Seven.\nAB  - Lisinopril causes cough.\n\n")
    project.run("ingest", "papers")
    edge = next(line for line in _lines(project, "lisinopril") if "causes" in line)
    assert "lisinopril — biolink:causes — cough  (2 stated, belief" in edge
    project.run("reason")
    _, path, _ = project.run("paths", "lisinopril", "cough", "--explain")
    assert "pubmed:990000003 (RETRACTED), abstract: Lisinopril causes cough." in path
    assert "pubmed:990000007, abstract: Lisinopril causes cough." in path


def test_a_run_that_was_ended_before_all_was_annotated_is_seen_in_the_status(project: Any) -> None:
    project.write("a.nbib", PAPERS)
    project.ingest_until_ended()
    assert "note: not annotated yet: 2 texts" in project.run("status")[2]
    assert project.run("ingest", "papers")[0] == 0
    assert project.run("status")[2] == ""


def test_the_candidates_of_a_text_are_listed_once_a_name_with_score_and_reason(
    project: Any,
) -> None:
    project.write("a.nbib", PAPERS.replace("One.", "Aspirin in headache."))
    project.run("ingest", "papers")
    code, out, err = project.run("show", "pubmed:990000001", "--candidates")
    assert code == 0, err
    marked, _, listed = out.partition("\nAspirin  biolink:")
    assert "[Aspirin](" in marked
    first = listed.splitlines()[1]
    score, concept = first.split()[:2]
    assert 0 < float(score) <= 1
    assert f"[Aspirin]({concept})" in marked
    assert first.endswith(")")
    assert "Aspirin  biolink:" not in listed


NAMES = """\
990000008|t|Aspirin and zorbliximab in elk.
990000008|a|
990000008\t0\t7\tAspirin\tChemical\tMESH:D001241
990000008\t12\t23\tzorbliximab\tChemical\t-
990000008\t27\t30\telk\tSpecies\t-

"""


def test_the_share_that_is_linked_is_said_kind_by_kind(project: Any) -> None:
    project.write("names.pubtator", NAMES)
    settings = ("--set", "pipeline.trust_annotations=true", "--set", "pipeline.extractors=[]")
    code, out, err = project.run("ingest", "papers", *settings)
    assert code == 0, err
    shown = [line.strip() for line in out.splitlines() if "linked: " in line]
    assert shown == [
        "linked: 1 of 2 ChemicalEntity (50.0%), NIL: 1 given as none",
        "linked: 0 of 1 OrganismTaxon (0.0%), NIL: 1 given as none",
    ]
    _, status, _ = project.run("status")
    assert all(line in status for line in shown)
    _, told, _ = project.run("status", "--json")
    assert json.loads(told)["linked"][0] == {
        "category": "biolink:ChemicalEntity", "linked": 1, "mentions": 2,
        "nil": {"given as none": 1},
    }  # fmt: skip


def test_the_sentences_of_a_claim_stand_as_a_person_reads_them(project: Any) -> None:
    said = "Lisinopril may cause cough. Lisinopril causes cough. Cough was caused by lisinopril."
    for number in (3, 1, 2):
        project.write(f"{number}.nbib", f"PMID- 99000000{number}\nTI  - One.\nAB  - {said}\n\n")
    project.run("ingest", "papers")
    identity = next(line for line in _lines(project, "cough") if "causes" in line).split()[0]
    first, *lines = _lines(project, identity)
    assert "6 stated, 3 speculated" in first
    assert [line.split(", ")[3] for line in lines] == ["stated"] * 6 + ["speculated"] * 3
    places = [(line.split(", ")[0], int(line.split(", ")[2].split("-")[0])) for line in lines[:6]]
    assert places == sorted(places)


def test_a_concept_is_shown_with_its_edges_to_programs_too(project: Any) -> None:
    project.write("a.nbib", PAPERS)
    project.run("ingest", "papers")
    _, out, _ = project.run("show", "lisinopril", "--json")
    [concept] = json.loads(out)
    [edge] = concept["assertions"]
    assert edge["predicate"] == "biolink:causes"
    assert len(edge["evidence"]) == 2
    assert 0 < edge["belief"] < 1


def test_each_section_of_a_document_has_a_line_of_its_own(project: Any) -> None:
    passages = "# Aspirin now", "Aspirin is old.", "## Results", "Aspirin treats headache."
    project.write("a.md", "\n\n".join(passages))
    project.run("ingest", "papers")
    _, out, _ = project.run("query", "SELECT ?d { ?e prov:hadPrimarySource ?d }")
    document = out.splitlines()[1].strip("<>").removeprefix("urn:")
    said = _lines(project, document)
    chemical, disease = "(mesh:D001241)", "(mesh:D006261)"
    assert said[1:] == [
        "read from papers/a.md",
        f"[Aspirin]{chemical} now",
        f"[Aspirin]{chemical} is old.",
        "",
        "Results",
        f"[Aspirin]{chemical} treats [headache]{disease}.",
    ]


@pytest.mark.parametrize(
    "written",
    ["990000001", "PMID: 990000001", "https://pubmed.ncbi.nlm.nih.gov/990000001/", "10.1000/x1"],
)
def test_a_document_is_found_as_people_write_its_identifier(project: Any, written: str) -> None:
    project.write("a.nbib", PAPERS.replace("TI  - One.", "LID - 10.1000/x1 [doi]\nTI  - One."))
    project.run("ingest", "papers")
    assert _lines(project, written)[:2] == ["pubmed:990000001", "same as doi:10.1000/x1"]


def test_a_paper_without_an_identifier_is_named_by_its_file(project: Any) -> None:
    project.write("notes.txt", "Aspirin treats headache.")
    project.run("ingest", "papers")
    [document] = [line.partition(" ")[0] for line in _cited(project, "aspirin")]
    assert document.startswith("kgbuild:document:")
    assert _cited(project, "aspirin") == [
        f"{document} (papers/notes.txt), other, 0-24, stated, spacy-rules: Aspirin treats headache."
    ]
    assert _lines(project, document)[1] == "read from papers/notes.txt"
    [shown] = json.loads(project.run("show", document, "--json")[1])
    assert shown["files"] == ["papers/notes.txt"]
    project.run("reason")
    proof = project.run("explain", "aspirin", "treats", "headache")[1]
    assert f"{document} (papers/notes.txt), other, 0-24, stated: Aspirin" in proof


def _cited(project: Any, concept: str) -> list[str]:
    """The sentences of a concept's only edge."""
    [edge] = _lines(project, concept)[1:]
    return _lines(project, edge.partition(" ")[0])[1:]
