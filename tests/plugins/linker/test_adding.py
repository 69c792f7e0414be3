"""A user's own terminology: the default with what was added, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from kgbuild_linker.adding import add, remove
from kgbuild_linker.keys import keys
from kgbuild_linker.preferring import Preferring
from kgbuild_linker.records import Entry, Group, Name, NameKind
from kgbuild_linker.settings import TerminologySettings
from kgbuild_linker.terminology import Terminology
from kgbuild_linker.writing import write

from kgbuild import ConfigError, InputError, NewVocabulary, VocabularyReport

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "terms"


def entry(curie: str, group: Group, *names: str, **facts: Any) -> Entry:
    named = [Name(name, NameKind.SYNONYM) for name in names[1:]]
    return Entry(curie=curie, label=names[0], group=group, names=named, **facts)


class Own:
    """A default of a few concepts, and what is made of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.base = folder / "base.sqlite"
        self.file = folder / "own.sqlite"
        self.settings = TerminologySettings(terminology=self.file)
        write(self.base, [
            entry("mesh:D003920", Group.DISEASE, "Diabetes Mellitus"),
            entry("mesh:D003924", Group.DISEASE, "Diabetes Mellitus, Type 2", "MODY",
                  parents=["mesh:D003920"], same=["mondo:0005148"], replaced=["mesh:C000009"]),
            entry("mesh:D008687", Group.CHEMICAL, "Metformin"),
            entry("mesh:D009999", Group.DISEASE, "Miasma"),
            entry("ncbigene:3630", Group.GENE, "INS", taxon=9606),
        ], [("MeSH", "a-package", "1", "public domain", "")], {"name": "few"})  # fmt: skip

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def add(self, *files: Path, **options: Any) -> VocabularyReport:
        wanted = NewVocabulary(files=files, **options)
        return add(self.settings, wanted, lambda _: None, base=self.base)

    def remove(self, name: str) -> VocabularyReport:
        return remove(self.settings, name, lambda _: None, base=self.base)

    def names(self) -> Terminology:
        return Terminology(self.file)

    def found(self, name: str) -> set[str]:
        names = self.names()
        return {hit.curie for key in keys(name) for hit in names.find(key)}


@pytest.fixture
def own(tmp_path: Path) -> Own:
    return Own(tmp_path)


def described(names: Terminology) -> list[object]:
    """All that a terminology says, to compare two."""
    curies = [c for (c,) in names._connection.execute("SELECT curie FROM concepts ORDER BY id")]
    keys_ = names._connection.execute("SELECT * FROM keys ORDER BY hash, place").fetchall()
    return [*((names.concept(c), names.parents(c)) for c in curies), keys_, names.vocabularies()]


@pytest.mark.parametrize(
    ("name", "curie", "label", "words", "parents"),
    [
        ("diseases.obo", "mondo:0005015", "diabetes mellitus", "diabetes mellitus", []),
        ("classes.owl", "mondo:0005015", "diabetes mellitus", "diabetes mellitus", []),
        ("graph.json", "mondo:0005015", "diabetes mellitus", "diabetes mellitus", []),
        ("scheme.ttl", "mesh:D003924", "Diabetes Mellitus, Type 2", "T2D", ["mesh:D003920"]),
        ("table.tsv", "mesh:D003924", "Diabetes Mellitus, Type 2", "T2D", ["mesh:D003920"]),
        ("desc2026.xml", "mesh:D003924", "Diabetes Mellitus, Type 2", "Sugar Sickness, Slow",
         ["mesh:D003920"]),
        ("supp2026.xml", "mesh:C000001", "metformoxin", "MFX-1", ["mesh:D008687"]),
        ("Rattus_norvegicus.gene_info", "ncbigene:24464", "Ins1", "preproinsulin", []),
        ("MRCONSO.RRF", "mesh:D003924", "Diabetes Mellitus, Type 2", "NIDDM", ["mesh:D003920"]),
    ],
)  # fmt: skip
def test_a_published_file_adds_its_concepts(own, name, curie, label, words, parents):
    own.add(GOLDEN / name)
    names = own.names()
    assert names.concept(curie).label == label
    assert list(names.parents(curie)) == parents
    assert curie in own.found(words)


def test_what_the_default_has_stays(own):
    own.add(GOLDEN / "diseases.obo")
    names = own.names()
    assert names.concept("mesh:D008687").label == "Metformin"
    assert "mesh:D003924" in own.found("MODY")
    assert names.preferred("mesh:C000009") == "mesh:D003924"
    assert names.concept("mesh:C000009") is None


def test_equivalent_concepts_become_one_by_the_stated_order(own):
    own.add(GOLDEN / "diseases.obo")
    names = own.names()
    assert names.preferred("mondo:0005148") == "mesh:D003924"
    assert names.concept("mesh:D003924").exact_matches == ("doid:9352", "mondo:0005148")
    assert names.concept("mondo:0005148").exact_matches == ("doid:9352", "mesh:D003924")
    assert own.found("T2D") == {"mesh:D003924"}


def test_mappings_alone_make_equivalents_and_successors(own):
    own.add(GOLDEN / "diseases.obo", GOLDEN / "same.sssom.tsv")
    names = own.names()
    assert names.preferred("mondo:0005147") == "mondo:0005015"
    assert names.preferred("mesh:D003920") == "mesh:D003920"
    assert "mondo:0005015" not in names.concept("mesh:D003920").exact_matches


def test_a_file_of_umls_tells_one_part_and_the_others_the_rest(own):
    files = [GOLDEN / f"{name}.RRF" for name in ("MRCONSO", "MRREL", "MRSTY", "MRCUI")]
    report = own.add(*files)
    assert report.vocabularies == ("UMLS",)
    names = own.names()
    assert names.preferred("umls:C0000002") == "mesh:D003924"
    assert names.concept("umls:C0011860").exact_matches == (
        "hp:0005978", "mesh:D003924", "mondo:0005148")  # fmt: skip


def test_history_sends_discontinued_genes_to_their_successors(own):
    own.add(GOLDEN / "Rattus_norvegicus.gene_info", GOLDEN / "gene_history")
    assert own.names().preferred("ncbigene:99") == "ncbigene:24464"
    assert own.names().group("ncbigene:99") is Group.GENE


def test_a_withdrawn_concept_of_the_default_goes_and_leads_to_its_successor(own):
    mapping = "subject_id\tpredicate_id\tobject_id\nmesh:D009999\tIAO:0100001\tmesh:D003920\n"
    own.add(own.write("new.sssom.tsv", mapping))
    names = own.names()
    assert names.concept("mesh:D009999") is None
    assert names.preferred("mesh:D009999") == "mesh:D003920"
    assert own.found("Miasma") == set()


def test_a_whole_release_replaces_what_the_default_has_of_it(own):
    own.add(GOLDEN / "desc2026.xml", replace=True)
    names = own.names()
    assert names.concept("mesh:D009999") is None
    assert own.found("MODY") == set()
    assert names.concept("ncbigene:3630") is not None
    assert names.concept("mesh:D003924").exact_matches == ("mondo:0005148",)


def test_a_release_of_one_species_leaves_the_genes_of_others(own):
    own.add(GOLDEN / "Rattus_norvegicus.gene_info", replace=True)
    assert own.names().concept("ncbigene:3630").label == "INS"


def test_a_newer_release_takes_the_place_of_the_one_added_before(own):
    own.add(own.write("my.tsv", "id\tname\nmondo:1\told fever\n"), name="Mine", version="1")
    own.add(own.write("my.tsv", "id\tname\nmondo:2\tnew fever\n"), name="Mine", version="2")
    assert own.found("old fever") == set()
    assert own.found("new fever") == {"mondo:2"}
    [mine] = [one for one in own.names().vocabularies() if one.name == "Mine"]
    assert mine.version == "my.tsv 2"


def test_what_was_removed_leaves_no_trace(own):
    own.add(GOLDEN / "diseases.obo")
    before = described(own.names())
    own.add(GOLDEN / "Rattus_norvegicus.gene_info")
    own.remove("NCBI Gene")
    assert described(own.names()) == before
    with pytest.raises(ConfigError, match="there are: Diseases for a test"):
        own.remove("NCBI Gene")


def test_versions_and_licences_are_those_of_the_file_or_of_who_adds_it(own):
    own.add(GOLDEN / "diseases.obo")
    own.add(GOLDEN / "table.tsv", licence="in-house")
    said = {one.name: (one.version, one.licence) for one in own.names().vocabularies()}
    assert said["Diseases for a test"] == (
        "diseases.obo 2026-01-06", "http://creativecommons.org/licenses/by/4.0/")  # fmt: skip
    assert said["table"] == ("table.tsv of unknown version", "in-house")
    assert "MeSH" in said


def test_kinds_that_no_mention_is_of_are_known_and_not_offered(own):
    own.add(own.write("my.tsv", "id\tname\tcategory\nfma:1\tleft ear\tAnatomicalEntity\n"))
    assert own.names().concept("fma:1").label == "left ear"
    assert own.found("left ear") == set()


MANY = "|".join(f"frost {n}" for n in range(20_000))
HEADER = "id\tname\tsynonyms\tparents\texact_matches\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("mondo:7\tfrost\n", "wrong number of cells"),
        ("\tfrost\t\t\t\n", "no identifier"),
        ("nosuch:7\tfrost\t\t\t\n", "no registered identifier"),
        ("mondo:7\tfrost\t12.5\t\t\n", "no letters"),
        ("mondo:7\tfrost\tfr\x1bost\t\t\n", "control characters"),
        ("mondo:1\tfrost\t\t\t\n", "duplicate identifier"),
        ("mondo:7\t\t\t\t\n", "a concept without a name"),
        ("mondo:7\tfrost\t\tmondo:8\t\n", "a parent that no vocabulary lists"),
        (f"mondo:7\tfrost\t{'a' * 10_000_000}\t\t\n", "longer than 200 characters"),
        ("mondo:7\tfrost\t\tmondo:1\t\n", "a cycle of is-a"),
        (f"mondo:7\tfrost\t{MANY}\t\t\n", "more than 1000"),
        ("mondo:7\tfrost\t\t\tmondo:1\n", "two listed identifiers of one prefix"),
    ],
)  # fmt: skip
def test_a_bad_line_is_left_out_and_reported(own, line, reason):
    rows = HEADER + "mondo:1\tgood fever\t\tmondo:7\t\n" + line
    report = own.add(own.write("bad.tsv", rows))
    assert any(why.startswith(reason) for why in report.left_out), report.left_out
    assert any(reason in example for example in report.examples)
    assert all(len(example) < 400 for example in report.examples)
    assert own.found("good fever") == {"mondo:1"}


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("bad.tsv", b"id\tname\nmondo:1\tgrippe fi\xe8vre\n", "line 2: is not utf-8"),
        ("bad.obo", b"nothing\n", "line 1: has no"),
        ("bad.json", b'{"graphs": [\n}', "line 2: is no JSON"),
        ("bad.xml", b"<DescriptorRecordSet>\n<a></b>", "line 2: not well-formed"),
        ("cut.xml", b"<mesh>\n<broken", "line 2: not well-formed"),
        ("cut.owl", b'<a:R xmlns:a="http://a/">\n<a:b>\n</a:R>', "line 3: not well-formed"),
        ("page.xml", b"<html>\n<body/></html>", "namespaces are required"),
        ("bad.docx", b"PK", "no format is known"),
    ],
)
def test_what_is_refused_leaves_the_one_in_use_untouched(own, name, content, problem):
    own.add(GOLDEN / "diseases.obo")
    before = own.file.read_bytes()
    good = own.write("good.tsv", "id\tname\nmondo:9\tfine\n")
    with pytest.raises(InputError, match=problem):
        own.add(good, own.write(name, content))
    assert own.file.read_bytes() == before
    assert not list(own.folder.glob("*.partial"))


def test_contradictory_sets_are_reported_and_the_default_s_own_stay(own):
    rows = "mondo:1\tone\t\t\tmondo:0005148\nmondo:0005148\tother\t\t\t\n"
    report = own.add(own.write("my.tsv", HEADER + rows))
    assert report.left_out["two listed identifiers of one prefix are said to be the same"] == 1
    assert own.names().preferred("mondo:0005148") == "mesh:D003924"
    assert own.names().preferred("mondo:1") == "mondo:1"


def test_names_that_are_copied_are_found_as_names_that_are_made(own):
    """The default's keys are copied for what nothing was added to, and made anew for the rest."""
    own.add(own.write("my.tsv", "id\tname\nmondo:1\tfrost fever\n"))
    copied = described(own.names())
    whole = "id\tname\tsynonyms\nmondo:1\tfrost fever\t\nmesh:D003924\t\tMODY\n"
    own.add(own.write("my.tsv", whole))
    made = described(own.names())
    assert copied[:-1] == made[:-1]


def test_what_an_ended_process_left_is_written_over(own):
    own.write("own.sqlite.partial", b"SQLite format 3\0 and then nothing of use" * 500)
    own.add(GOLDEN / "table.tsv")
    assert own.found("T2D") == {"mesh:D003924"}


def test_two_that_add_at_once_are_told_apart(own):
    import fcntl

    partial = own.folder / "own.sqlite.partial"
    with partial.open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(ConfigError, match="another process"):
            own.add(GOLDEN / "table.tsv")
    own.add(GOLDEN / "table.tsv")
    assert own.found("T2D") == {"mesh:D003924"}


def test_a_file_that_something_else_made_is_not_overwritten(own):
    for content in (own.base.read_bytes(), b"my novel, in 400 pages\n" * 400):
        own.file.write_bytes(content)
        with pytest.raises(ConfigError, match="was not made by kgbuild terminology add"):
            own.add(GOLDEN / "table.tsv")
        assert own.file.read_bytes() == content


def test_without_a_file_of_ones_own_nothing_is_added(own):
    wanted = NewVocabulary(files=(GOLDEN / "table.tsv",))
    with pytest.raises(ConfigError, match="components.linker.terminology"):
        add(TerminologySettings(), wanted, lambda _: None, base=own.base)


def test_the_order_in_which_files_are_given_does_not_decide_what_is_the_same(own):
    files = [GOLDEN / "diseases.obo", GOLDEN / "same.sssom.tsv", GOLDEN / "MRCONSO.RRF"]
    own.add(*files)
    names = own.names()
    said = [(names.preferred(c), names.exact_matches(c)) for c in ("mondo:0005148", "hp:0005978")]
    own.file.unlink()
    own.add(*files[::-1])
    names = own.names()
    assert said == [
        (names.preferred(c), names.exact_matches(c)) for c in ("mondo:0005148", "hp:0005978")
    ]


def test_a_user_s_order_decides_which_identifier_is_used(own):
    own.add(GOLDEN / "diseases.obo")
    mine = Preferring(own.names(), {Group.DISEASE: ("mondo",)})
    assert mine.preferred("mesh:D003924") == mine.preferred("doid:9352") == "mondo:0005148"
    assert mine.preferred("mesh:C000009") == "mondo:0005148"
    assert mine.preferred("mesh:D008687") == "mesh:D008687"
    assert mine.preferred("mesh:D003920") == "mesh:D003920"
    assert mine.concept("mondo:0005148").label == "Diabetes Mellitus, Type 2"
    assert mine.parents("mondo:0005148") == ["mesh:D003920"]


def test_references_count_where_they_go_one_to_one(own):
    terms = {1: ["doid:1"], 2: ["doid:2", "doid:3"], 3: ["doid:4"], 4: ["doid:4", "omim:5"]}
    own.add(own.write("my.obo", "".join(
        f"[Term]\nid: mondo:{n}\nname: fever {n}\n" + "".join(f"xref: {one}\n" for one in xrefs)
        for n, xrefs in terms.items()
    )))  # fmt: skip
    matches = {n: own.names().exact_matches(f"mondo:{n}") for n in terms}
    assert matches == {1: ["doid:1"], 2: [], 3: [], 4: ["omim:5"]}
