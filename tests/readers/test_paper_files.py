"""Finding papers: folders, archives, compressed files, and everything that is wrong with them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import socket
import stat
import struct
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild.components import Failure
from kgbuild.document import Unread
from kgbuild.errors import InputError, LimitError
from kgbuild.readers import archives
from kgbuild.readers.paper_files import Entry, FoundFile, Limits, find_papers, shown

PAPER = b"<article>Aspirin relieves headache.</article>\n"
SMALL = Limits(file_bytes=100_000, ratio=20, ratio_free_bytes=1000, tar_members=5, zip_members=5)


def everything(*paths: Path | str, limits: Limits | None = None) -> list[object]:
    """What is found, files replaced by their entries."""
    return list(_everything(*paths, limits=limits))


def _everything(*paths: Path | str, limits: Limits | None) -> Iterator[object]:
    for found in find_papers(paths, limits=limits):
        if isinstance(found, FoundFile):
            yield from found.entries()
        else:
            yield found


def contents(*paths: Path | str, limits: Limits | None = None) -> dict[str, bytes]:
    """The bytes of each entry by its name below the given path; nothing else may be found."""
    read = {}
    for found in _everything(*paths, limits=limits):
        assert isinstance(found, Entry), found
        with found.file.open() as stream:
            read[below(found.file.name, paths[0])] = stream.read()
    return read


def below(name: str, given_path: Path | str) -> str:
    return name.removeprefix(f"{given_path}").lstrip("/")


def only_failure(path: Path | str, limits: Limits | None = None) -> Failure:
    (failure,) = everything(path, limits=limits)
    assert isinstance(failure, Failure), failure
    return failure


def first_entry(path: Path | str, limits: Limits | None = None) -> Entry:
    entry = everything(path, limits=limits)[0]
    assert isinstance(entry, Entry), entry
    return entry


def read_all(entry: Entry) -> bytes:
    with entry.file.open() as stream:
        return stream.read()


def zip_of(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def zip_bytes(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def tar_of(path: Path, members: dict[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            header = tarfile.TarInfo(name)
            header.size = len(content)
            archive.addfile(header, io.BytesIO(content))
    return path


def tar_with(path: Path, *headers: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w") as archive:
        for header in headers:
            archive.addfile(header)
        last = tarfile.TarInfo("last.xml")
        last.size = len(PAPER)
        archive.addfile(last, io.BytesIO(PAPER))
    return path


# --- folders ---------------------------------------------------------------------------------


def test_folders_are_read_to_the_bottom_sorted_by_name(tmp_path: Path) -> None:
    for name in ("b.xml", "a/z.xml", "a/b/c.xml", "B.xml", "é.xml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    assert list(contents(tmp_path)) == ["B.xml", "a/b/c.xml", "a/z.xml", "b.xml", "é.xml"]


def test_paths_come_in_the_order_given(tmp_path: Path) -> None:
    for name in ("a.xml", "b.xml"):
        (tmp_path / name).write_bytes(PAPER)
    found = everything(tmp_path / "b.xml", tmp_path / "a.xml")
    names = [Path(entry.file.name).name for entry in found if isinstance(entry, Entry)]
    assert names == ["b.xml", "a.xml"]


def test_hidden_files_and_the_graph_are_left_out_and_named(tmp_path: Path) -> None:
    for name in (".DS_Store", ".git/config", "kg/graph.sqlite", "paper.xml", "kg.xml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(PAPER)
    found = everything(tmp_path)
    left_out = [(one.what, below(one.place, tmp_path)) for one in found if isinstance(one, Unread)]
    assert left_out == [
        ("hidden file", ".DS_Store"),
        ("hidden folder", ".git"),
        ("graph's folder", "kg"),
    ]
    assert sum(isinstance(one, Entry) for one in found) == 2


def test_a_hidden_folder_that_is_asked_for_is_read(tmp_path: Path) -> None:
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "paper.xml").write_bytes(PAPER)
    assert contents(tmp_path / ".hidden") == {"paper.xml": PAPER}


def test_folders_nested_deeper_than_python_recurses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(1500):
        Path("d").mkdir()
        os.chdir("d")
    Path("paper.xml").write_bytes(PAPER)
    try:
        assert list(contents(tmp_path).values()) == [PAPER]
    finally:  # pytest's own clearing up recurses
        Path("paper.xml").unlink()
        for _ in range(1500):
            os.chdir("..")
            Path("d").rmdir()


def test_listing_opens_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        (tmp_path / f"{number}.xml").write_bytes(PAPER)

    def open_nothing(*given: object) -> int:
        raise AssertionError(given)

    monkeypatch.setattr(os, "open", open_nothing)
    assert len(list(find_papers([tmp_path]))) == 3


def test_a_missing_path_stops_before_anything_is_yielded(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    with pytest.raises(InputError, match="no such file") as caught:
        find_papers([tmp_path, tmp_path / "paper"])
    assert caught.value.hints == ("did you mean 'papers'?",)
    with pytest.raises(InputError, match="null"):
        find_papers(["a\0b"])


# --- what is no plain file -------------------------------------------------------------------


def test_an_empty_file_fails_alone(tmp_path: Path) -> None:
    (tmp_path / "a.xml").touch()
    (tmp_path / "b.xml").write_bytes(PAPER)
    failure, entry = everything(tmp_path)
    assert isinstance(failure, Failure)
    assert (failure.message, failure.error) == ("is empty", "InputError")
    assert isinstance(entry, Entry)


def test_a_pipe_never_blocks(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "is a pipe" in only_failure(tmp_path).message
    assert "standard input" in only_failure(tmp_path / "pipe").message


def test_a_file_that_became_a_pipe_never_blocks(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(PAPER)
    (found,) = find_papers([path])
    path.unlink()
    os.mkfifo(path)
    assert isinstance(found, FoundFile)
    (failure,) = found.entries()
    assert isinstance(failure, Failure)
    assert failure.message == "is no longer a plain file"


def test_a_socket_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("s")
        assert only_failure("s").message == "is a socket, which is not read"


def test_a_device_is_not_read() -> None:
    assert only_failure("/dev/null").message == "is a device, which is not read"


def test_a_dangling_link_is_named(tmp_path: Path) -> None:
    (tmp_path / "link.xml").symlink_to("nowhere.xml")
    assert only_failure(tmp_path).message == "is a symbolic link to nothing"


def test_a_link_to_itself_is_named(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    assert only_failure(tmp_path).message == "is a symbolic link that leads back to itself"


def test_a_link_to_a_folder_above_does_not_loop(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "sub" / "paper.xml").write_bytes(PAPER)
    entry, left_out = everything(tmp_path)
    assert isinstance(entry, Entry)
    assert isinstance(left_out, Unread)
    assert left_out.what == "folder that was read already"


def test_links_to_files_are_followed(tmp_path: Path) -> None:
    (tmp_path / "outside.xml").write_bytes(PAPER)
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "link.xml").symlink_to(tmp_path / "outside.xml")
    assert contents(tmp_path / "papers") == {"link.xml": PAPER}


@contextmanager
def not_as_root() -> Iterator[None]:
    """Root may read everything, and tests may run as root."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(was)


def test_unreadable_files_and_folders_fail_alone() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "a.xml").write_bytes(PAPER)
        (folder / "a.xml").chmod(0)
        (folder / "b").mkdir(mode=0)
        (folder / "c.xml").write_bytes(PAPER)
        with not_as_root():
            file, subfolder, entry = everything(folder)
        (folder / "b").chmod(0o700)
    assert isinstance(file, Failure)
    assert isinstance(subfolder, Failure)
    assert file.message == subfolder.message == "cannot be read: Permission denied"
    assert isinstance(entry, Entry)


def test_a_file_that_vanishes_fails_alone(tmp_path: Path) -> None:
    for name in ("a.xml", "b.xml"):
        (tmp_path / name).write_bytes(PAPER)
    first, second = find_papers([tmp_path])
    (tmp_path / "a.xml").unlink()
    assert isinstance(first, FoundFile)
    assert isinstance(second, FoundFile)
    (failure,) = first.entries()
    assert isinstance(failure, Failure)
    assert failure.message == "vanished before it was read"
    assert first.changed()
    assert not second.changed()
    with pytest.raises(InputError):
        first.again()
    with pytest.raises(InputError):
        first.digest()


def test_a_file_that_vanishes_between_listing_and_its_turn_is_named(tmp_path: Path) -> None:
    for name in ("a.xml", "b.xml"):
        (tmp_path / name).write_bytes(PAPER)
    finding = find_papers([tmp_path])
    next(finding)
    (tmp_path / "b.xml").unlink()
    failure = next(finding)
    assert isinstance(failure, Failure)
    assert failure.message == "vanished before it was read"


def test_a_file_that_grows_counts_as_changed_until_found_again(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(PAPER)
    (found,) = find_papers([path])
    assert isinstance(found, FoundFile)
    before = found.digest()
    with path.open("ab") as stream:
        stream.write(b"more")
    assert found.changed()
    again = found.again()
    assert not again.changed()
    assert again.signature != found.signature
    assert again.digest() != before


def test_a_replaced_file_of_the_same_size_and_time_counts_as_changed(tmp_path: Path) -> None:
    path, other = tmp_path / "a.xml", tmp_path / "b.xml"
    path.write_bytes(b"one")
    other.write_bytes(b"two")
    os.utime(path, ns=(1, 1))
    os.utime(other, ns=(1, 1))
    (found,) = find_papers([path])
    other.replace(path)
    assert isinstance(found, FoundFile)
    assert found.changed()


# --- names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        (b"two\nlines.xml", "two\\nlines.xml"),
        (b"caf\xe9.xml", "caf\\udce9.xml"),
        (b"-rf.xml", "-rf.xml"),
        (b"\xe2\x80\xaeabc.xml", "\\u202eabc.xml"),
        (b"\x1b[31mred.xml", "\\x1b[31mred.xml"),
        (b"back\\slash.xml", "back\\\\slash.xml"),
        ("naïve β.xml".encode(), "naïve β.xml"),
        (b"n" * 251 + b".xml", "n" * 251 + ".xml"),
        (b"a.zip!b.xml", "a.zip!b.xml"),
    ],
)
def test_odd_file_names_are_read_and_shown_on_one_line(
    tmp_path: Path, name: bytes, seen: str
) -> None:
    (tmp_path / os.fsdecode(name)).write_bytes(PAPER)
    assert contents(tmp_path) == {seen: PAPER}


@given(st.text(), st.text())
def test_different_names_are_shown_differently(one: str, other: str) -> None:
    """shown is injective, printable and encodable."""
    assert (shown(one) == shown(other)) == (one == other)
    assert shown(one).isprintable()
    assert shown(one).encode().decode() == shown(one)


def test_a_file_named_with_a_dash_is_not_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("-").write_bytes(PAPER)
    assert contents("./-") == {"": PAPER}


# --- compression -----------------------------------------------------------------------------

COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


@pytest.mark.parametrize("suffix", COMPRESSIONS)
def test_compressed_files_are_decompressed_and_named_without_suffix(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"a.xml{suffix}"
    path.write_bytes(COMPRESSIONS[suffix](PAPER * 500))
    entry = first_entry(path)
    assert entry.file.name == str(path)
    assert entry.base_name == str(tmp_path / "a.xml")
    assert entry.head == (PAPER * 500)[:4096]
    assert read_all(entry) == read_all(entry) == PAPER * 500


@pytest.mark.parametrize("suffix", COMPRESSIONS)
def test_concatenated_members_are_one_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.xml{suffix}"
    path.write_bytes(COMPRESSIONS[suffix](PAPER) * 3)
    assert contents(path) == {"": PAPER * 3}


@pytest.mark.parametrize("suffix", [".gz", ".xz"])
def test_zeros_after_the_end_are_padding(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.xml{suffix}"
    path.write_bytes(COMPRESSIONS[suffix](PAPER) + bytes(512))
    assert contents(path) == {"": PAPER}


@pytest.mark.parametrize("suffix", COMPRESSIONS)
def test_compressed_content_under_a_bare_name_is_decompressed(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(COMPRESSIONS[suffix](PAPER))
    assert contents(path) == {"": PAPER}


@pytest.mark.parametrize("suffix", COMPRESSIONS)
def test_a_file_cut_short_says_so(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.xml{suffix}"
    whole = COMPRESSIONS[suffix](os.urandom(300_000))
    path.write_bytes(whole[: len(whole) // 2])
    found = everything(path)[0]
    if isinstance(found, Failure):  # bzip2 and xz come in blocks: not even the head is there
        assert "cut short" in found.message
        return
    assert isinstance(found, Entry)
    with pytest.raises(InputError, match="cut short"):
        read_all(found)


def test_a_wrong_checksum_says_so(tmp_path: Path) -> None:
    whole = bytearray(gzip.compress(os.urandom(300_000)))
    whole[-6] ^= 0xFF
    (tmp_path / "a.xml.gz").write_bytes(whole)
    with pytest.raises(InputError, match="checksum does not match"):
        read_all(first_entry(tmp_path))


def test_garbage_after_gzip_is_named_after_the_paper_was_read(tmp_path: Path) -> None:
    (tmp_path / "a.xml.gz").write_bytes(gzip.compress(PAPER * 20_000) + b"garbage")
    read = 0
    problem = "something that is not gzip follows"
    with first_entry(tmp_path).file.open() as stream, pytest.raises(InputError, match=problem):
        while chunk := stream.read1(65_536):  # type: ignore[attr-defined]
            read += len(chunk)
    assert read == len(PAPER) * 20_000


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (b"<!DOCTYPE html><title>404 Not Found</title>", "an HTML page"),
        (b"\n <html><body>Sign in", "an HTML page"),
        (b"Aspirin relieves headache.", "plain text"),
        (b"\0\1\2", "something else"),
    ],
)
@pytest.mark.parametrize("suffix", [".gz", ".xz", ".zip", ".tar", ".tgz", ".tar.gz"])
def test_what_is_not_what_its_suffix_says_is_looked_at(
    tmp_path: Path, content: bytes, seen: str, suffix: str
) -> None:
    (tmp_path / f"a{suffix}").write_bytes(content)
    assert seen in only_failure(tmp_path).message


def test_a_gzip_bomb_is_stopped_while_it_unpacks(tmp_path: Path) -> None:
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(30_000_000)))
    entry = first_entry(tmp_path)
    given_out = 0
    with entry.file.open() as stream, pytest.raises(LimitError, match="200 times its size"):
        while chunk := stream.read(65_536):
            given_out += len(chunk)
    assert given_out < 20_000_000


@pytest.mark.parametrize("suffix", COMPRESSIONS)
def test_the_limit_on_bytes_names_itself(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.xml{suffix}"
    path.write_bytes(COMPRESSIONS[suffix](os.urandom(300_001)))
    with pytest.raises(LimitError, match=r"more than 293 KiB, the limit for one file") as caught:
        read_all(first_entry(path, limits=Limits(file_bytes=300_000)))
    assert caught.value.file == str(path)


def test_an_xz_window_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xml.xz"
    path.write_bytes(lzma.compress(PAPER, preset=9))
    failure = only_failure(path, limits=Limits(xz_memory=10_000_000))
    assert failure.error == "LimitError"
    assert "memory" in failure.message


# --- archives --------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip"])
def test_members_of_archives_are_entries(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"papers{suffix}"
    members = {"b.xml": PAPER, "dir/a.xml": PAPER * 2, "dir/c.xml.gz": gzip.compress(b"gz")}
    if suffix == ".zip":
        zip_of(path, members)
    else:
        mode = {"z": "w:gz", "2": "w:bz2"}.get(suffix[-1], "w")
        tar_of(path, members, "w:xz" if suffix.endswith("xz") else mode)
    read = contents(path)
    assert read == {"!b.xml": PAPER, "!dir/a.xml": PAPER * 2, "!dir/c.xml.gz": b"gz"}


@pytest.mark.parametrize("make", [zip_of, tar_of])
def test_members_can_be_opened_again_and_after_the_archive_moved_on(
    tmp_path: Path, make: Callable[[Path, dict[str, bytes]], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "KEPT_BYTES", 1000)
    members = {"a.xml": b"small", "b.xml": os.urandom(5000), "c.xml": b"last"}
    path = make(tmp_path / ("p.zip" if make is zip_of else "p.tar.gz"), members)
    entries = everything(path)
    for _ in range(2):
        assert [read_all(entry) for entry in entries if isinstance(entry, Entry)] == [
            *members.values()
        ]


def test_a_stream_stays_good_while_the_archive_moves_on(tmp_path: Path) -> None:
    path = tar_of(tmp_path / "p.tar.gz", {"a.xml": PAPER, "b.xml": b"last"})
    walking = _everything(path, limits=None)
    first = next(walking)
    assert isinstance(first, Entry)
    stream = first.file.open()
    assert len(list(walking)) == 1
    assert stream.read() == PAPER


def test_an_archive_in_an_archive_is_read_and_one_deeper_is_not(tmp_path: Path) -> None:
    deepest = zip_bytes({"c.xml": PAPER})
    inner = zip_bytes({"b.xml": PAPER, "deepest.zip": deepest})
    path = tar_of(tmp_path / "outer.tar.gz", {"inner.zip": inner, "a.xml": PAPER})
    first, second, third = everything(path)
    assert isinstance(first, Entry)
    assert first.file.name == f"{path}!inner.zip!b.xml"
    assert read_all(first) == PAPER
    assert isinstance(second, Failure)
    assert (second.file, second.error) == (f"{path}!inner.zip!deepest.zip", "LimitError")
    assert isinstance(third, Entry)


BAD_PATHS = ["../up.xml", "/etc/passwd", "a/../../up.xml", "C:\\x.xml", "..\\up.xml"]


@pytest.mark.parametrize("name", BAD_PATHS)
@pytest.mark.parametrize("make", [zip_of, tar_of])
def test_paths_that_lead_out_are_refused_and_nothing_is_written(
    tmp_path: Path, name: str, make: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    path = make(folder / ("p.zip" if make is zip_of else "p.tar"), {name: PAPER, "good.xml": PAPER})
    before = sorted(tmp_path.rglob("*"))
    first, second = everything(path)
    assert isinstance(first, Failure)
    assert "leads out of the archive" in first.message
    assert isinstance(second, Entry)
    assert sorted(tmp_path.rglob("*")) == before


def tar_header(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.type, header.linkname = kind, target
    return header


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        (tarfile.SYMTYPE, "is a link"),
        (tarfile.LNKTYPE, "is a link"),
        (tarfile.CHRTYPE, "is a device"),
        (tarfile.BLKTYPE, "is a device"),
        (tarfile.FIFOTYPE, "is a device or a pipe"),
    ],
)
def test_links_and_devices_in_a_tar_are_refused(tmp_path: Path, kind: bytes, problem: str) -> None:
    path = tar_with(tmp_path / "p.tar", tar_header("odd", kind, "/etc/passwd"))
    failure, entry = everything(path)
    assert isinstance(failure, Failure)
    assert problem in failure.message
    assert isinstance(entry, Entry)


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("link.xml")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert "is a link" in only_failure(path).message


def patched(path: Path, changes: Callable[[bytearray], None]) -> Path:
    raw = bytearray(path.read_bytes())
    changes(raw)
    path.write_bytes(raw)
    return path


def test_an_encrypted_member_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    def encrypt(raw: bytearray) -> None:
        raw[6] |= 1
        raw[raw.index(b"PK\x01\x02") + 8] |= 1

    path = patched(zip_of(tmp_path / "p.zip", {"a.xml": PAPER, "b.xml": PAPER}), encrypt)
    failure, entry = everything(path)
    assert isinstance(failure, Failure)
    assert failure.file.endswith("!a.xml")
    assert "is encrypted" in failure.message
    assert isinstance(entry, Entry)


def test_a_damaged_member_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    def damage(raw: bytearray) -> None:
        raw[raw.index(PAPER) + 5] ^= 0xFF

    path = zip_of(tmp_path / "p.zip", {"a.xml": PAPER, "b.xml": b"good"}, zipfile.ZIP_STORED)
    failure, entry = everything(patched(path, damage))
    assert isinstance(failure, Failure)
    assert "checksum does not match" in failure.message
    assert isinstance(entry, Entry)
    assert read_all(entry) == b"good"


def test_an_unknown_compression_method_is_named(tmp_path: Path) -> None:
    def change(raw: bytearray) -> None:
        raw[8:10] = raw[raw.index(b"PK\x01\x02") + 10 :][:2] = b"\x63\x00"
        at = raw.index(b"PK\x01\x02") + 10
        raw[at : at + 2] = b"\x63\x00"

    path = patched(zip_of(tmp_path / "p.zip", {"a.xml": PAPER}), change)
    assert "compression" in only_failure(path).message


def test_overlapping_members_are_refused(tmp_path: Path) -> None:
    """Both entries of the directory point to the first member: the densest bombs do this."""

    def overlap(raw: bytearray) -> None:
        first = raw.index(b"PK\x01\x02")
        second = raw.index(b"PK\x01\x02", first + 4)
        raw[second + 42 : second + 46] = struct.pack("<L", 10)

    path = zip_of(tmp_path / "p.zip", {"a.xml": PAPER, "b.xml": PAPER})
    failures = everything(patched(path, overlap))
    messages = [failure.message for failure in failures if isinstance(failure, Failure)]
    assert "overlaps another member: perhaps a zip bomb" in messages
    assert not any(
        isinstance(found, Entry) and found.file.name.endswith("a.xml") for found in failures
    )


def test_a_zip_bomb_is_stopped(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "p.zip", {"bomb.xml": bytes(90_000), "good.xml": PAPER})
    failure, entry = everything(path, limits=SMALL)
    assert isinstance(failure, Failure)
    assert failure.error == "LimitError"
    assert "20 times its size" in failure.message
    assert isinstance(entry, Entry)


def test_a_tar_bomb_is_stopped(tmp_path: Path) -> None:
    path = tar_of(tmp_path / "p.tar.gz", {"bomb.xml": bytes(30_000_000)})
    failure = only_failure(path)
    assert (failure.error, "200 times" in failure.message) == ("LimitError", True)


@pytest.mark.parametrize("make", [zip_of, tar_of])
def test_too_many_members_are_stopped(
    tmp_path: Path, make: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    path = make(
        tmp_path / ("p.zip" if make is zip_of else "p.tar"), {f"{n}.xml": PAPER for n in range(6)}
    )
    last = everything(path, limits=Limits(tar_members=5, zip_members=5))[-1]
    assert isinstance(last, Failure)
    assert last.error == "LimitError"
    assert "more than 5 members" in last.message


def test_a_zip_directory_of_a_million_members_is_not_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zip_of(tmp_path / "p.zip", {f"{n}.xml": b"" for n in range(30)})
    monkeypatch.setattr(zipfile, "ZipInfo", None)  # a single entry made would raise TypeError
    assert "more than 5 members" in only_failure(path, limits=SMALL).message


def test_a_zip_without_its_end_is_named(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "p.zip", {"a.xml": PAPER})
    path.write_bytes(path.read_bytes()[:-30])
    assert "not a zip file" in only_failure(path).message


def test_an_archive_without_files_gives_nothing(tmp_path: Path) -> None:
    assert everything(zip_of(tmp_path / "p.zip", {})) == []
    assert everything(tar_of(tmp_path / "p.tar", {}, "w")) == []


def test_empty_hidden_and_folder_members(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "p.zip", {"d/": b"", "__MACOSX/._a.xml": b"x", "empty.xml": b""})
    hidden, empty = everything(path)
    assert isinstance(hidden, Unread)
    assert hidden.what == "hidden file"
    assert isinstance(empty, Failure)
    assert empty.message == "is empty"


@pytest.mark.parametrize("keep", [0.5, 0.9])
def test_what_stands_before_a_cut_in_a_tar_is_read(tmp_path: Path, keep: float) -> None:
    path = tar_of(tmp_path / "p.tar.gz", {f"{n}.xml": os.urandom(20_000) for n in range(10)})
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * keep)])
    *entries, failure = everything(path)
    assert len(entries) >= 10 * keep - 2
    assert isinstance(failure, Failure)
    assert "cut short" in failure.message


def test_a_tar_that_ends_between_members_is_said_to_be_cut(tmp_path: Path) -> None:
    path = tar_of(tmp_path / "p.tar", {"a.xml": b"a" * 512, "b.xml": b"b" * 512}, "w")
    path.write_bytes(path.read_bytes()[:1024])
    entry, failure = everything(path)
    assert isinstance(entry, Entry)
    assert isinstance(failure, Failure)
    assert "without its end mark" in failure.message


def test_a_damaged_header_in_a_tar_does_not_pass_for_its_end(tmp_path: Path) -> None:
    path = tar_of(tmp_path / "p.tar", {"a.xml": b"a" * 512, "b.xml": b"b" * 512}, "w")
    patched(path, lambda raw: raw.__setitem__(1024 + 148, 0x39))
    entry, failure = everything(path)
    assert isinstance(entry, Entry)
    assert isinstance(failure, Failure)


def test_an_extended_header_of_a_tar_is_not_read_beyond_reason(tmp_path: Path) -> None:
    header = tarfile.TarInfo("././@LongLink")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 2 * 1024**2
    path = tmp_path / "p.tar"
    path.write_bytes(header.tobuf(tarfile.GNU_FORMAT) + bytes(2 * 1024**2 + 1024))
    assert "extended header" in only_failure(path).message


def test_a_sparse_member_is_not_unpacked(tmp_path: Path) -> None:
    header = tarfile.TarInfo("sparse.xml")
    header.type = tarfile.GNUTYPE_SPARSE
    raw = bytearray(header.tobuf(tarfile.GNU_FORMAT))
    raw[483:495] = b"77777777777\0"  # its size when unpacked: 8 GiB
    raw[148:156] = b" " * 8
    raw[148:156] = b"%06o\0 " % sum(raw)
    path = tmp_path / "p.tar"
    path.write_bytes(raw + bytes(1024))
    assert "sparse" in only_failure(path).message


def test_archives_by_content_only_are_not_opened(tmp_path: Path) -> None:
    """A .docx is a zip, but not one of papers."""
    (tmp_path / "a.docx").write_bytes(zip_bytes({"word/document.xml": PAPER}))
    entry = first_entry(tmp_path)
    assert entry.base_name.endswith("a.docx")
    assert entry.head.startswith(b"PK")


@given(st.binary(max_size=600), st.sampled_from([".zip", ".tar", ".gz", ".tar.gz", ".xz", ".bz2"]))
def test_no_bytes_make_finding_raise(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, suffix: str
) -> None:
    """Whatever a file holds, entries() gives records, and reading raises InputError at most."""
    path = tmp_path_factory.mktemp("fuzz") / f"a{suffix}"
    magics = {".zip": b"PK\x03\x04", ".gz": b"\x1f\x8b\x08", ".xz": b"\xfd7zXZ\0"}
    path.write_bytes(magics.get(suffix, b"") + raw)
    for found in everything(path):
        if isinstance(found, Entry):
            try:
                read_all(found)
            except InputError:
                continue


@given(st.data())
def test_no_damage_makes_an_archive_raise(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """An archive with bytes changed anywhere gives entries and failures, never an exception."""
    suffix = data.draw(st.sampled_from([".zip", ".tar"]))
    path = tmp_path_factory.mktemp("damage") / f"a{suffix}"
    members = {"a.xml": PAPER, "b/c.xml": PAPER * 3}
    raw = bytearray(
        (zip_of(path, members) if suffix == ".zip" else tar_of(path, members, "w")).read_bytes()
    )
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw)
    for found in everything(path, limits=SMALL):
        if isinstance(found, Entry):
            try:
                read_all(found)
            except InputError:
                continue


# --- standard input --------------------------------------------------------------------------


def from_stdin(raw: bytes, limits: Limits | None = None) -> list[object]:
    (found,) = find_papers(["-"], limits=limits, stdin=lambda: io.BytesIO(raw))
    return list(found.entries()) if isinstance(found, FoundFile) else [found]


@pytest.mark.parametrize("wrap", [lambda raw: raw, *COMPRESSIONS.values()])
def test_standard_input_is_read_compressed_or_not(wrap: Callable[[bytes], bytes]) -> None:
    (entry,) = from_stdin(wrap(PAPER))
    assert isinstance(entry, Entry)
    assert (entry.file.name, entry.head) == ("standard input", PAPER)
    assert read_all(entry) == read_all(entry) == PAPER


def test_standard_input_may_be_an_archive(tmp_path: Path) -> None:
    for raw in (
        zip_bytes({"a.xml": PAPER}),
        tar_of(tmp_path / "p.tar", {"a.xml": PAPER}, "w").read_bytes(),
        tar_of(tmp_path / "p.tgz", {"a.xml": PAPER}).read_bytes(),
    ):
        (entry,) = from_stdin(raw)
        assert isinstance(entry, Entry)
        assert entry.file.name == "standard input!a.xml"


def test_standard_input_that_is_empty_or_too_long_is_a_failure() -> None:
    (empty,) = from_stdin(b"")
    (too_long,) = from_stdin(bytes(200_000), limits=SMALL)
    assert isinstance(empty, Failure)
    assert isinstance(too_long, Failure)
    assert (empty.message, too_long.error) == ("is empty", "LimitError")


def test_standard_input_has_a_digest_and_never_changes() -> None:
    (found,) = find_papers(["-"], stdin=lambda: io.BytesIO(PAPER))
    assert isinstance(found, FoundFile)
    assert found.signature is None
    assert not found.changed()
    assert found.digest() == found.again().digest()
