"""Find the files of literature among the paths that a person gives.

A path is a file, a folder (read with all below it, sorted by name), an archive (zip, tar,
compressed tar), a compressed file (gzip, bzip2, xz) or ``-`` for standard input. Two steps:

    for found in find_papers(["papers/"]):      # files on disk: listed, not opened
        if isinstance(found, FoundFile) and found.signature is new:
            for entry in found.entries():       # what readers read: members, decompressed

Nothing is skipped in silence: what is not read comes as a Failure, and what is left out by
rule as an Unread. The rules: names that begin with a dot are hidden; a folder named ``kg``
below a given folder is taken for a graph; a folder reached twice through links is read once.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import sys
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import IO, NamedTuple

from kgbuild.components import Failure, PaperFile
from kgbuild.document import Unread
from kgbuild.errors import InputError, LimitError, nearest
from kgbuild.readers.archives import Member, Refused, tar_members, zip_members
from kgbuild.readers.decompression import (
    BUFFER,
    HEAD,
    UNREADABLE,
    Limits,
    Opener,
    bounded,
    decompressing,
    is_compressed,
    spooled,
    unreadable,
)

__all__ = ["Entry", "FoundFile", "Limits", "Signature", "find_papers"]

COMPONENT = "paper files"
"""Who failures here are said to come from."""

STDIN = "-"
_STDIN_NAME = "standard input"
_GRAPH_FOLDER = "kg"
_COMPRESSIONS = (".gz", ".bz2", ".xz")
_TARS = (".tar", ".tgz", ".tbz2", ".txz", *(f".tar{suffix}" for suffix in _COMPRESSIONS))
_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")


class Signature(NamedTuple):
    """What tells a changed file from an unchanged one without reading it."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file as a reader sees it: a file on disk, or a member of an archive, decompressed.

    ``base_name`` is its name without ``.gz``, ``head`` its first 4,096 bytes: what
    ``ReaderSpec.accepts`` is asked with. ``file.open()`` may be called again at any time; for
    a large member of an archive it is quick until the next entry is asked for.
    """

    file: PaperFile
    base_name: str
    head: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A file on disk, or standard input, which has no signature and never counts as changed.

    ``name`` is shown to people, with characters that cannot be printed escaped.
    """

    name: str
    path: str
    signature: Signature | None
    limits: Limits
    opener: Opener | None = None

    def entries(self) -> Iterator[Entry | Failure | Unread]:
        """What there is to read in it: itself, or the members of an archive.

        Never raises for a bad file: what cannot be read comes as a Failure. Opening an entry
        or reading on in it may raise InputError.
        """
        return _contents(self.name, self._open, self.limits, depth=0)

    def digest(self) -> str:
        """sha256 of the file's bytes as they lie on disk. Raises InputError."""
        with self._open() as raw:
            try:
                return hashlib.file_digest(raw, "sha256").hexdigest()  # type: ignore[arg-type]
            except UNREADABLE as error:
                raise unreadable(error, self.name) from error

    def changed(self) -> bool:
        """Whether the file is another than when it was found, or gone: ask after reading."""
        if self.signature is None:
            return False
        try:
            return _signature(os.stat(self.path)) != self.signature  # noqa: PTH116
        except OSError:
            return True

    def again(self) -> FoundFile:
        """The same file as it is now, to be read once more. Raises InputError if it is gone."""
        if self.signature is None:
            return self
        try:
            return replace(self, signature=_signature(os.stat(self.path)))  # noqa: PTH116
        except OSError as error:
            raise unreadable(error, self.name) from error

    def _open(self) -> IO[bytes]:
        return self.opener() if self.opener else _open_regular(self.path, self.name)


def find_papers(
    paths: Iterable[str | os.PathLike[str]],
    *,
    limits: Limits | None = None,
    stdin: Callable[[], IO[bytes]] = lambda: sys.stdin.buffer,
) -> Iterator[FoundFile | Failure | Unread]:
    """The files at the paths, in the order given, folders sorted by name (by code point).

    Files are listed and their signatures taken; none is opened. Raises InputError at once,
    before anything is yielded, for a path that does not exist.
    """
    given = [os.fspath(path) for path in paths]
    for path in given:
        if path != STDIN:
            _check_exists(path)
    return _found(given, limits or Limits(), stdin)


def shown(path: str) -> str:
    r"""A file's name for people: on one line, and different for different files.

    >>> print(shown("a\nb.xml"), shown("caf\udce9.txt"))
    a\nb.xml caf\udce9.txt
    """
    if path.isprintable() and "\\" not in path:
        return path
    return "".join(
        c if c.isprintable() and c != "\\" else c.encode("unicode_escape").decode() for c in path
    )


def _check_exists(path: str) -> None:
    try:
        os.lstat(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        folder, name = os.path.split(path)
        try:
            beside = sorted(os.listdir(folder or "."))  # noqa: PTH208
        except (OSError, ValueError):
            beside = []
        raise InputError(
            (reason or "cannot be found").lower(),
            file=shown(path),
            hints=nearest(name, beside) or ("give files or folders that exist, or - for stdin",),
        ) from error


def _found(
    paths: list[str], limits: Limits, stdin: Callable[[], IO[bytes]]
) -> Iterator[FoundFile | Failure | Unread]:
    folders_read: set[tuple[int, int]] = set()
    for path in paths:
        if path == STDIN:
            yield from _standard_input(stdin, limits)
        else:
            yield from _below(path, limits, folders_read)


def _standard_input(
    stdin: Callable[[], IO[bytes]], limits: Limits
) -> Iterator[FoundFile | Failure]:
    try:
        opener = spooled(bounded(stdin(), name=_STDIN_NAME, limits=limits))
    except (InputError, OSError) as error:
        yield _failure(_STDIN_NAME, error)
        return
    yield FoundFile(name=_STDIN_NAME, path=STDIN, signature=None, limits=limits, opener=opener)


def _below(
    given: str, limits: Limits, folders_read: set[tuple[int, int]]
) -> Iterator[FoundFile | Failure | Unread]:
    """The file at a path, or those below a folder. A stack: folders nest deeper than Python."""
    waiting: list[Iterator[str]] = [iter((given,))]
    while waiting:
        path = next(waiting[-1], None)
        if path is None:
            waiting.pop()
            continue
        try:
            state = os.stat(path)  # noqa: PTH116 - a Path for each of 10,000 files costs more than the stat
        except OSError as error:
            yield _failure(shown(path), error, _link_problem(path, error))
            continue
        if left_out := _left_out(path, state, given):
            yield left_out
        elif stat.S_ISDIR(state.st_mode):
            folder = (state.st_dev, state.st_ino)
            if folder in folders_read:
                yield Unread(what="folder that was read already", place=shown(path))
                continue
            folders_read.add(folder)
            try:
                waiting.append(_listed(path))
            except OSError as error:
                yield _failure(shown(path), error)
        else:
            yield _file(path, state, limits)


def _listed(folder: str) -> Iterator[str]:
    names = os.listdir(folder)  # noqa: PTH208
    names.sort()
    return (os.path.join(folder, name) for name in names)  # noqa: PTH118


def _left_out(path: str, state: os.stat_result, given: str) -> Unread | None:
    if path is given:
        return None
    name = os.path.basename(path)  # noqa: PTH119
    is_folder = stat.S_ISDIR(state.st_mode)
    if name.startswith("."):
        return Unread(what="hidden folder" if is_folder else "hidden file", place=shown(path))
    if is_folder and name == _GRAPH_FOLDER:
        return Unread(what="graph's folder", place=shown(path))
    return None


def _file(path: str, state: os.stat_result, limits: Limits) -> FoundFile | Failure:
    name = shown(path)
    if not stat.S_ISREG(state.st_mode):
        return _failure(name, InputError(_special(state.st_mode)))
    if state.st_size == 0:
        return _failure(name, InputError("is empty"))
    return FoundFile(name=name, path=path, signature=_signature(state), limits=limits)


def _special(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "is a pipe, which may never end: pass it to standard input, as -"
    kind = "a socket" if stat.S_ISSOCK(mode) else "a device"
    return f"is {kind}, which is not read"


def _signature(state: os.stat_result) -> Signature:
    return Signature(state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)


def _link_problem(path: str, error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "is a symbolic link that leads back to itself"
    if error.errno == errno.ENOENT:
        return (
            "is a symbolic link to nothing"
            if os.path.islink(path)  # noqa: PTH114
            else "vanished before it was read"
        )
    return ""


def _failure(name: str, error: Exception, problem: str = "") -> Failure:
    if isinstance(error, OSError):
        problem = problem or f"cannot be read: {error.strerror}"
        error = InputError(problem)
    return Failure.of(error, COMPONENT, file=name)


def _open_regular(path: str, name: str) -> IO[bytes]:
    # O_NONBLOCK: the file may have become a pipe since it was listed; opening must not wait.
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise InputError(
            _link_problem(path, error) or f"cannot be read: {error.strerror}", file=name
        ) from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise InputError("is no longer a plain file", file=name)
    return os.fdopen(descriptor, "rb", BUFFER)


def _contents(
    name: str, opener: Opener, limits: Limits, *, depth: int
) -> Iterator[Entry | Failure | Unread]:
    """What a file holds: itself, or the members of an archive and of archives in it."""
    try:
        with opener() as raw:
            packed = raw.read(HEAD)
        if problem := _misnamed(name, packed):
            raise InputError(problem)
        decompressed = decompressing(opener, name=name, limits=limits)
        head = packed
        if is_compressed(packed):
            with decompressed() as stream:
                head = _beginning(stream)
        archive = _archive_kind(name, head)
        if archive and depth >= limits.depth:
            raise LimitError(f"is an archive nested more than {limits.depth} deep")
        if archive == "zip":
            yield from _members(zip_members(opener, name=name, limits=limits), name, limits, depth)
            return
        if archive == "tar":
            tar = decompressing(opener, name=name, limits=limits, most=limits.archive_bytes)
            yield from _members(tar_members(tar, name=name, limits=limits), name, limits, depth)
            return
        if not head:
            raise InputError("is empty")
    except (InputError, OSError) as error:
        yield _failure(name, error)
        return
    file = PaperFile(name=name, open=decompressed)
    yield Entry(file=file, base_name=_without_compression(name), head=head)


def _beginning(stream: IO[bytes]) -> bytes:
    """Its first bytes. What is damaged behind some of them is for the reader to find."""
    head = b""
    while len(head) < HEAD:
        try:
            piece = stream.read1(HEAD - len(head))  # type: ignore[attr-defined]
        except InputError:
            if head:
                break
            raise
        if not piece:
            break
        head += piece
    return head


def _members(
    members: Iterator[Member | Refused], name: str, limits: Limits, depth: int
) -> Iterator[Entry | Failure | Unread]:
    for member in members:
        place = f"{name}!{shown(member.path)}"
        if isinstance(member, Refused):
            yield _failure(place, member.error)
        elif any(part.startswith(".") and part != "." for part in member.path.split("/")):
            yield Unread(what="hidden file", place=place)
        else:
            yield from _contents(place, member.open, limits, depth=depth + 1)


def _archive_kind(name: str, head: bytes) -> str:
    """``zip``, ``tar`` or nothing. By suffix: a .docx is a zip too, but not one of papers."""
    lowered = name.lower()
    if lowered.endswith(".zip") or (name == _STDIN_NAME and head.startswith(_ZIP_MAGIC)):
        return "zip"
    if lowered.endswith(_TARS) or (name == _STDIN_NAME and any(head) and _is_tar(head)):
        return "tar"
    return ""


def _is_tar(head: bytes) -> bool:
    """Whether it begins with a header whose checksum is right, or, empty, with the end mark."""
    try:
        tarfile.TarInfo.frombuf(head[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return head[: tarfile.BLOCKSIZE] == bytes(tarfile.BLOCKSIZE)
    return True


def _misnamed(name: str, packed: bytes) -> str:
    """What is wrong where the content is not what the suffix promises; else nothing."""
    lowered = name.lower()
    if lowered.endswith(".zip"):
        right = packed.startswith(_ZIP_MAGIC)
    elif lowered.endswith(".tar"):
        right = _is_tar(packed) or is_compressed(packed)
    elif lowered.endswith((*_COMPRESSIONS, *_TARS)):
        right = is_compressed(packed)
    else:
        return ""
    suffix = os.path.splitext(lowered)[1]  # noqa: PTH122
    return "" if right or not packed else f"is named {suffix}, but holds {_looks_like(packed)}"


def _looks_like(head: bytes) -> str:
    begin = head.lstrip()[:64].lower()
    if begin.startswith((b"<!doctype html", b"<html", b"<head")):
        return "an HTML page: perhaps a download's error message"
    if is_compressed(head) or b"\0" in head:
        return "something else"
    return "plain text: rename it if it is a paper"


def _without_compression(name: str) -> str:
    stem, suffix = os.path.splitext(name)  # noqa: PTH122
    return stem if suffix.lower() in _COMPRESSIONS else name
