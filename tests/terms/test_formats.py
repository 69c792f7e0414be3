"""Each format of vocabularies, on small files that are true to it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kgbuild import InputError
from kgbuild.terms import Term, TermEntry, TermFile, TermFormat, TermReport, read_terms

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "terms"
FILES = sorted(path.name for path in GOLDEN.iterdir() if path.suffix != ".expected")


def read(path: Path, **options: object) -> tuple[list[TermEntry], TermReport]:
    report = TermReport()
    return list(read_terms(TermFile(path=path, **options), report)), report  # type: ignore[arg-type]


def written(path: Path) -> str:
    """What a reader makes of a file, without what is empty."""
    entries, report = read(path)
    lines = []
    for entry in entries:
        said = {k: v for k, v in entry._asdict().items() if v}
        lines.append(f"{type(entry).__name__} {json.dumps(said, ensure_ascii=False)}")
    lines += [str(one).replace(f"{path.parent}/", "") for one in report.omissions]
    return "\n".join([*lines, ""])


@pytest.mark.parametrize("name", FILES)
def test_a_format_says_what_it_should(
    name: str, kgbuild_golden: Callable[[Path, str], None]
) -> None:
    kgbuild_golden(GOLDEN / f"{name}.expected", written(GOLDEN / name))


@pytest.mark.parametrize("name", FILES)
def test_a_file_may_be_compressed(name: str, tmp_path: Path) -> None:
    packed = tmp_path / f"{name}.gz"
    packed.write_bytes(gzip.compress((GOLDEN / name).read_bytes()))
    assert read(packed)[0] == read(GOLDEN / name)[0]


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_anywhere_is_read_in_part_or_refused_by_name(name: str, tmp_path: Path) -> None:
    content = (GOLDEN / name).read_bytes()
    cut = tmp_path / name
    for end in range(0, len(content), max(1, len(content) // 40)):
        cut.write_bytes(content[:end])
        problem = ""
        try:
            read(cut)
        except InputError as error:
            problem = str(error)
        assert not problem or name in problem


@pytest.mark.parametrize(
    ("name", "content", "place", "problem"),
    [
        ("desc.xml", b"<DescriptorRecordSet>\n<DescriptorRecord>\n</Descr>", "line 3", "XML"),
        ("graph.json", b'{"graphs": [\n{"nodes": [}]}', "line 2", "no JSON"),
        ("graph.json", b'{"graphs": [{"nodes": [{"lbl":\n"\xe9"}]}]}', "line 2", "no JSON"),
        ("graph.json", b'{"nodes": []}', "line 1", "no OBO Graph"),
        ("MRDOC.RRF", b"a|b|\n", "", "MRCONSO.RRF"),
        ("x.gene_info", b"#tax_id\tGeneID\n", "line 1", "no column Symbol"),
        ("MRSTY.RRF", b"C1|T047|B|\xff|A||\n", "line 1", "utf-8"),
        ("table.tsv", b"id\tname\nmesh:D1\t" + b"x" * (65 << 20), "line 2", "more than 64 MiB"),
        (
            "table.tsv.gz",
            gzip.compress(b"id\tname\nmesh:D1\tcut off\n" * 99, mtime=0)[:-20],
            "",
            "read",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(
    tmp_path: Path, name: str, content: bytes, place: str, problem: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=problem) as caught:
        read(path)
    assert name in str(caught.value)
    assert caught.value.place == place


@pytest.mark.parametrize("kind", ["SYSTEM", "PUBLIC 'x'"])
def test_mesh_reads_no_other_file(tmp_path: Path, kind: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("aspirin")
    record = "<DescriptorUI>D1</DescriptorUI><DescriptorName><String>&s;</String></DescriptorName>"
    path = tmp_path / "desc.xml"
    path.write_text(
        f'<!DOCTYPE DescriptorRecordSet [<!ENTITY s {kind} "{secret.as_uri()}">]>\n'
        f"<DescriptorRecordSet><DescriptorRecord>{record}</DescriptorRecord></DescriptorRecordSet>"
    )
    assert "aspirin" not in repr(read(path))


def test_labels_in_other_languages_are_read_when_they_are_asked_for() -> None:
    entries, _ = read(GOLDEN / "MRCONSO.RRF", languages=("de",))
    assert [one.label for one in entries if isinstance(one, Term)] == ["Typ-2-Diabetes"]


def test_a_format_can_be_said(tmp_path: Path) -> None:
    path = tmp_path / "words.lst"
    path.write_text("id\tname\nmesh:D1\tfrost\n")
    with pytest.raises(InputError, match="no format is known"):
        read(path)
    assert read(path, format=TermFormat.TSV)[0] == [Term(2, "mesh:D1", "frost")]


@pytest.mark.shared
def test_the_human_gene_table_is_read(shared: Path) -> None:
    table = shared / "terminologies" / "entrez-gene-2016" / "Homo_sapiens.gene_info.gz"
    entries, _ = read(table)
    assert len(entries) > 40_000
