"""A terminology answers by name and by identifier, and is written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kgbuild_linker.keys import keys, tokens
from kgbuild_linker.records import Entry, Group, Name, NameKind
from kgbuild_linker.settings import DEFAULT
from kgbuild_linker.terminology import Terminology
from kgbuild_linker.writing import write

from kgbuild import ComponentUnavailableError


def found(terminology: Terminology, name: str) -> set[str]:
    return {hit.curie for key in keys(name) for hit in terminology.find(key)}


@pytest.mark.parametrize(
    ("name", "curie"),
    [
        ("BREAST-CANCER", "mesh:D1"),
        ("cancer of the ovary", "mesh:D2"),
        ("kidney injury, acute", "mesh:D5"),
        ("acute renal injuries", "mesh:D5"),
    ],
)
def test_names_are_found_however_they_are_written(terminology, name, curie):
    assert curie in found(terminology, name)


@given(st.text(max_size=40))
def test_keys_do_not_depend_on_case_or_on_hyphens(name):
    ascii_name = name.encode("ascii", "ignore").decode()
    assert keys(ascii_name) == keys(ascii_name.upper().lower())
    assert "".join(tokens(ascii_name)) == keys(ascii_name).spelling


def test_withdrawn_and_foreign_identifiers_lead_to_the_concept(terminology):
    assert terminology.preferred("mesh:D9") == "mesh:D2"
    assert terminology.preferred("mondo:2") == "mesh:D2"
    assert terminology.preferred("mesh:D2") == "mesh:D2"
    assert terminology.concept("mondo:2").exact_matches == ("mesh:D2",)
    assert terminology.concept("mesh:D9") is None


def test_a_disease_that_the_file_has_twice_is_one_concept(tmp_path: Path):
    twice = {"mesh:C563273": "Jaw tumour disease 2", "omim:145001": "Disease 2 of the jaw"}
    entries = [
        *(
            Entry(
                curie=curie, label=label, group=Group.DISEASE, parents=[], same=[f"doid:{place}"],
                names=[Name(label, NameKind.LABEL), Name(f"other {place}", NameKind.SYNONYM)],
            )
            for place, (curie, label) in enumerate(twice.items())
        ),
        Entry(
            curie="omim:9", label="A kind of it", group=Group.DISEASE, parents=["omim:145001"],
            names=[Name("A kind of it", NameKind.LABEL), Name("other 1", NameKind.SYNONYM)],
        ),
    ]  # fmt: skip
    write(tmp_path / "twice.sqlite", entries, [], {"name": "twice"})
    terminology = Terminology(tmp_path / "twice.sqlite")
    assert terminology.preferred("omim:145001") == "mesh:C563273"
    assert terminology.preferred("doid:1") == "mesh:C563273"
    assert terminology.exact_matches("mesh:C563273") == ["doid:0", "doid:1", "omim:145001"]
    assert "other 1" in terminology.concept("mesh:C563273").synonyms
    assert terminology.parents("omim:9") == ["mesh:C563273"]
    [hit, other] = terminology.find(keys("other 1").spelling)
    assert (hit.curie, hit.label, hit.kind) == (
        "mesh:C563273", "Jaw tumour disease 2", NameKind.MAPPED,
    )  # fmt: skip
    assert other.curie == "omim:9"
    assert [hit.curie for hit, _ in terminology.names({Group.DISEASE})] == [
        "mesh:C563273", "omim:9",
    ]  # fmt: skip


def test_ancestors_go_all_the_way_up(terminology):
    assert terminology.ancestors("mesh:D2") == ["mesh:D3", "mesh:D4"]


def test_a_cycle_has_no_edges(tmp_path: Path):
    file = tmp_path / "knot.sqlite"
    knot = {"mesh:D1": ["mesh:D2", "mesh:D3"], "mesh:D2": ["mesh:D1"], "mesh:D3": []}
    entries = [
        Entry(
            curie=curie, label=curie, group=Group.DISEASE, parents=parents,
            names=[Name(curie, NameKind.LABEL)],
        )
        for curie, parents in knot.items()
    ]  # fmt: skip
    write(file, entries, [], {})
    assert Terminology(file).parents("mesh:D1") == ["mesh:D3"]
    assert Terminology(file).ancestors("mesh:D2") == []


def test_the_shipped_file_speaks_bioregistry():
    shipped = Terminology(DEFAULT / "terminology.sqlite")
    main = shipped.preferred("orpha:10")
    assert main != "orpha:10"
    assert "orpha:10" in shipped.exact_matches(main)
    assert shipped.concept("orpha:10").id == "orpha:10"
    assert "mesh:D013285" not in shipped.ancestors("mesh:D013285")


def test_every_concept_is_found_by_its_identifier(terminology):
    for curie in ("mesh:D1", "mesh:D6", "ncbigene:1", "ncbitaxon:9606"):
        assert terminology.concept(curie).id == curie
    assert terminology.concept("a") is None
    assert terminology.concept("zzz:1") is None


def test_a_failed_write_leaves_what_was_there(tmp_path: Path):
    path = tmp_path / "names.sqlite"
    good = Entry(curie="mesh:D1", label="one", group=Group.DISEASE)
    write(path, [good], [], {})
    before = path.read_bytes()

    class BrokenError(Exception):
        pass

    def facts():
        raise BrokenError
        yield

    with pytest.raises(BrokenError):
        write(path, [good], facts(), {})
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["names.sqlite"]


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to be read"])
def test_what_is_no_terminology_is_refused_by_name(tmp_path: Path, content: bytes):
    path = tmp_path / "bad.sqlite"
    path.write_bytes(content)
    with pytest.raises(ComponentUnavailableError, match="bad.sqlite"):
        Terminology(path)
