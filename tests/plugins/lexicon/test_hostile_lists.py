"""Word lists that are broken or meant ill: taken in part with a report, or refused with a place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from kgbuild_lexicon.__main__ import main
from kgbuild_lexicon.lexicon import Lexicon
from kgbuild_lexicon.loading import fingerprint, load
from kgbuild_lexicon.settings import LexiconSettings

from kgbuild import ComponentUnavailableError

Make = Callable[..., Lexicon]
GOOD = "mesh:D001241\taspirin\t\n"
HEADER = "id\tname\tsynonyms\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("mesh:D2\tone cell too many\t\t\n", "wrong number of cells"),
        ("mesh:D2\n", "wrong number of cells"),
        ("\tnameless\t\n", "no identifier"),
        ("mesh D2\tfrost\t\n", "no registered identifier"),
        ("nosuchprefix:1\tfrost\t\n", "no registered identifier"),
        ("mesh:D2\tfrost\tx\n", "too short"),
        ("mesh:D2\tfrost\tthe\n", "stop word"),
        ("mesh:D2\tfrost\tAND\n", "stop word"),
        ("mesh:D2\tfrost\t12.5\n", "no letters"),
        ("mesh:D2\tfrost\tfr\x1bost\n", "control characters"),
        ("mesh:D001241\tASA\t\n", "duplicate identifier"),
        (f"mesh:D2\tfrost\t{'a' * 10_000_000}\n", "longer than 200 characters"),
    ],
)
def test_a_bad_line_is_left_out_and_reported(lexicon_from: Make, line: str, reason: str) -> None:
    lexicon = lexicon_from("words.tsv", HEADER + GOOD + line)
    assert [match[2] for match in lexicon.find("aspirin")] == ["aspirin"]
    assert dict(lexicon.report.reasons) == {reason: 1}
    (omission,) = lexicon.report.omissions
    assert omission.line == 3
    assert len(str(omission)) < 400


@pytest.mark.parametrize(
    ("name", "content", "place", "problem"),
    [
        ("words.tsv", "mesh:D1\taspirin\n", "line 1", "no column"),
        ("words.tsv", "", "line 1", "no column"),
        ("words.tsv", b"id\tname\nmesh:D1\tM\xe9ni\xe8re\n", "line 2", "utf-8"),
        ("words.tsv", b"id\tname\nmesh:D1\ta\0b\n", "line 2", "NUL"),
        ("words.tsv", "id\tname\nmesh:D1\tthe\n", "", "no names"),
        ("words.tsv.gz", b"\x1f\x8b\x08\x00 this is not gzip", "", "cannot be read"),
        ("words.obo", "format-version: 1.2\n", "line 1", r"no \[Term\]"),
        ("words.ttl", "<http://a.org/b> a <<<\n", "line 1", "Parser error"),
        ("words.rdf", "<rdf:RDF", "line 1", "not well-formed XML"),
        ("words.jsonld", '{"@context": "http://127.0.0.1:9/c.jsonld"}', "", "remote contexts"),
        ("words.jsonld", "{", "", "error"),
        ("words.docx", "PK", "", "no format"),
        ("maps.sssom.tsv", "subject_id\tobject_id\n", "line 1", "predicate_id"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused_with_its_place(
    lexicon_from: Make, name: str, content: str | bytes, place: str, problem: str
) -> None:
    with pytest.raises(ComponentUnavailableError, match=problem) as caught:
        lexicon_from(name, content)
    assert name in str(caught.value)
    assert place in str(caught.value)


def test_a_missing_list_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.tsv"):
        with pytest.raises(ComponentUnavailableError, match=path.name):
            load(LexiconSettings.model_validate({"files": [path]}))


def test_a_remote_json_ld_context_is_not_fetched_and_the_hint_says_so(lexicon_from: Make) -> None:
    with pytest.raises(ComponentUnavailableError) as caught:
        lexicon_from("words.jsonld", '{"@context": "http://127.0.0.1:9/c", "@id": "x:y"}')
    assert any("not loaded from the network" in hint for hint in caught.value.hints)


@pytest.mark.parametrize("kind", ["SYSTEM", "PUBLIC 'x'"])
def test_external_entities_are_not_read(lexicon_from: Make, tmp_path: Path, kind: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("aspirin")
    content = f"""<!DOCTYPE rdf:RDF [<!ENTITY s {kind} "{secret.as_uri()}">]>
        <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
         xmlns:skos="http://www.w3.org/2004/02/skos/core#">
        <skos:Concept rdf:about="http://id.nlm.nih.gov/mesh/D1">
        <skos:prefLabel>&s;</skos:prefLabel></skos:Concept></rdf:RDF>"""
    with pytest.raises(ComponentUnavailableError):
        lexicon_from("words.rdf", content)


def test_a_cycle_of_is_a_is_cut_and_reported(lexicon_from: Make) -> None:
    stanza = "[Term]\nid: mondo:{}\nname: name {}\nis_a: mondo:{}\n\n"
    pairs = [(1, 2), (2, 3), (3, 1), (4, 1), (5, 5)]
    text = "".join(stanza.format(f"{a:07}", f"x{a}", f"{b:07}") for a, b in pairs)
    lexicon = lexicon_from("words.obo", text)
    assert lexicon.parents("mondo:0000001") == ()
    assert lexicon.parents("mondo:0000004") == ("mondo:0000001",)
    assert lexicon.parents("mondo:0000005") == ()
    assert lexicon.report.reasons["a cycle of is-a"] == 2


def test_an_obsolete_term_sends_to_its_successor_and_a_ring_to_itself(lexicon_from: Make) -> None:
    stanza = "[Term]\nid: mondo:{:07}\nname: old {}\nis_obsolete: true\nreplaced_by: mondo:{:07}\n"
    old = "".join(stanza.format(a, a, b) for a, b in [(1, 2), (2, 3), (8, 9), (9, 8)])
    lexicon = lexicon_from("words.obo", old + "[Term]\nid: mondo:0000003\nname: new one\n")
    assert lexicon.preferred("mondo:0000001") == "mondo:0000003"
    assert lexicon.preferred("mondo:0000008") == "mondo:0000008"
    assert lexicon.concept("mondo:0000001") is None
    assert lexicon.find("old 1") == []
    assert lexicon.report.reasons["obsolete"] == 4


def test_a_contradictory_mapping_merges_nothing_and_is_reported(lexicon_from: Make) -> None:
    rows = "".join(f"mesh:D{a}\tskos:exactMatch\tmondo:0000001\n" for a in (1, 2))
    lexicon = lexicon_from(
        "words.tsv",
        "id\tname\nmesh:D1\tfrost\nmesh:D2\tflood\n",
        "maps.sssom.tsv",
        "#mapping_set_id: x\nsubject_id\tpredicate_id\tobject_id\n" + rows,
    )
    assert lexicon.preferred("mesh:D1") == "mesh:D1"
    assert lexicon.preferred("mondo:0000001") == "mondo:0000001"
    assert any("said to be the same" in o.why for o in lexicon.report.omissions)


def test_a_hundred_thousand_synonyms_of_one_concept_are_taken(lexicon_from: Make) -> None:
    names = "|".join(f"frost number {n}" for n in range(100_000))
    lexicon = lexicon_from("words.tsv", f"{HEADER}mesh:D1\tfrost\t{names}\n")
    assert lexicon.report.names == 100_001
    assert [m[2] for m in lexicon.find("frost number 99999")] == ["frost number 99999"]


def test_the_report_can_be_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = tmp_path / "words.tsv"
    words.write_text(HEADER + GOOD)
    assert main([str(words)]) == 0
    words.write_text(HEADER + GOOD + "mesh:D2\tfrost\tof\n")
    assert main([str(words)]) == 1
    assert "line 3: of: stop word" in capsys.readouterr().out
    assert main([str(tmp_path / "none.tsv")]) == 2
    assert "hint:" in capsys.readouterr().err


def test_the_fingerprint_follows_the_content_and_not_the_place(tmp_path: Path) -> None:
    def of(name: str, content: str) -> str:
        (tmp_path / name).write_text(content)
        return fingerprint(LexiconSettings.model_validate({"files": [tmp_path / name]}))

    assert of("a.tsv", HEADER + GOOD) == of("b.tsv", HEADER + GOOD)
    assert of("a.tsv", HEADER + GOOD) != of("a.tsv", HEADER + GOOD + "\n")


def test_the_fingerprint_tells_code_that_matches_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.tsv").write_text(HEADER + GOOD)
    settings = LexiconSettings.model_validate({"files": [tmp_path / "a.tsv"]})
    before = fingerprint(settings)
    monkeypatch.setattr("kgbuild_lexicon.loading._MATCHING", b"next")
    assert fingerprint(settings) != before


def test_a_changed_list_is_read_again(tmp_path: Path) -> None:
    words = tmp_path / "words.tsv"
    settings = LexiconSettings.model_validate({"files": [words]})
    words.write_text(HEADER + GOOD)
    assert load(settings).find("frost") == []
    words.write_text(HEADER + GOOD + "mesh:D2\tfrost\t\n")
    assert [m[2] for m in load(settings).find("frost")] == ["frost"]
