"""The members of zip and tar archives, one at a time, never extracted by path.

The member that the archive stands at is held: in memory up to ``KEPT_BYTES``, beyond in a
temporary file without a name. Opened later, a member is found again from the archive's start,
which is right but slow. So memory is flat, even if a caller keeps every member.
"""

from __future__ import annotations

import io
import stat
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count, pairwise
from typing import IO, ClassVar, Self

from kgbuild.errors import InputError, LimitError
from kgbuild.readers.decompression import (
    BUFFER,
    UNREADABLE,
    Limits,
    Opener,
    bounded,
    spooled,
    unreadable,
)

__all__ = ["Member", "Refused", "tar_members", "zip_members"]

KEPT_BYTES = 8 * 1024**2
"""A member up to this size is held in memory, one at a time."""

_MOST_HEADER_BYTES = 1024**2  # a tar's extended headers are read whole: names and dates only
_DIRECTORY_BYTES_PER_MEMBER = 1024  # 46 and a name is usual
_LOCAL_HEADER_BYTES = 30
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its path there, and how to open its bytes."""

    path: str
    open: Opener


@dataclass(frozen=True, slots=True)
class Refused:
    """A member that is not read, and why; ``error`` is an InputError without a file name."""

    path: str
    error: InputError


class _Current:
    """The member that the archive stands at: its bytes, until the archive moves on."""

    def __init__(self, live: IO[bytes], size: int, again: Opener) -> None:
        self._again = again
        with live:
            self._opener: Opener | None = (
                partial(io.BytesIO, live.read()) if size <= KEPT_BYTES else spooled(live)
            )

    def open(self) -> IO[bytes]:
        return (self._opener or self._again)()

    def leave(self) -> None:
        self._opener = None


def leads_out(path: str) -> bool:
    r"""Whether a member's path is absolute or climbs out of the archive (zip-slip).

    >>> leads_out("../x"), leads_out("C:\\x"), leads_out("a/b..xml")
    (True, True, False)
    """
    parts = path.replace("\\", "/").split("/")
    return parts[0] == "" or ".." in parts or parts[0].endswith(":")


_LEADS_OUT = "refused: its path leads out of the archive"


def zip_members(opener: Opener, *, name: str, limits: Limits) -> Iterator[Member | Refused]:
    """The members of a zip, in the order of its directory.

    Raises InputError where the archive itself cannot be read.
    """
    with _open_zip(opener, name, limits) as archive:
        overlapped = _overlapped(archive)
        for info in archive.infolist():
            if info.filename.endswith("/"):  # is_dir() fails on a member without name
                continue
            if problem := _zip_problem(info, overlapped):
                yield Refused(info.filename, problem)
                continue
            member = f"{name}!{info.filename}"
            again = partial(_find_in_zip, opener, name, info, member, limits)
            try:
                live = _open_zip_member(archive, info, member, limits)
                current = _Current(live, info.file_size, again)
            except InputError as error:
                yield Refused(info.filename, error)
                continue
            yield Member(info.filename, current.open)
            current.leave()


class _Directory(io.BufferedReader):
    """Lets ``zipfile`` read the directory of an archive, unless it is too long.

    ``zipfile`` reads it at once and makes an object for each entry, so a hundred megabytes
    of entries would cost a gigabyte before any could be counted.
    """

    most_members = 0  # 0: the directory is read, and all else may pass

    def read(self, size: int | None = -1, /) -> bytes:
        most = self.most_members
        if most and size is not None and size > most * _DIRECTORY_BYTES_PER_MEMBER + BUFFER:
            raise LimitError(f"its list of members is longer than {most:,} members need")
        read = super().read(size)
        if most and read.count(b"PK\x01\x02") > most:
            raise _too_many(most)
        return read


def _too_many(limit: int) -> LimitError:
    return LimitError(f"holds more than {limit:,} members, the limit for one archive")


@contextmanager
def _open_zip(opener: Opener, name: str, limits: Limits) -> Iterator[zipfile.ZipFile]:
    with ExitStack() as opened:
        raw = opened.enter_context(opener())
        if not raw.seekable():
            raw = opened.enter_context(spooled(raw)())
        directory = opened.enter_context(_Directory(raw, BUFFER))  # type: ignore[arg-type]
        directory.most_members = limits.zip_members
        try:
            archive = opened.enter_context(zipfile.ZipFile(directory))
        except InputError:
            raise
        except _UNREADABLE_ZIP as error:
            raise unreadable(error, name) from error
        directory.most_members = 0
        yield archive


# Fuzzed directories make zipfile seek before the start or unpack too few bytes.
_UNREADABLE_ZIP = (*UNREADABLE, ValueError, OverflowError, RuntimeError, struct.error)


def _overlapped(archive: zipfile.ZipFile) -> frozenset[int]:
    """Where members begin whose bytes reach into the next one, as in the densest zip bombs.

    D. Fifield, A better zip bomb, USENIX WOOT 2019. ``zipfile`` itself refuses them only
    since Python 3.11.8.
    """
    starts = sorted((info.header_offset, info.compress_size) for info in archive.infolist())
    return frozenset(
        start
        for (start, size), (following, _) in pairwise(starts)
        if start + _LOCAL_HEADER_BYTES + size > following
    )


def _zip_problem(info: zipfile.ZipInfo, overlapped: frozenset[int]) -> InputError | None:
    mode = info.external_attr >> 16
    if not info.filename:
        return InputError("has no name")
    if leads_out(info.filename):
        return InputError(_LEADS_OUT)
    if info.flag_bits & _ENCRYPTED:
        return InputError("is encrypted: unpack the archive with its password first")
    if stat.S_ISLNK(mode):
        return InputError("is a link, which is not followed")
    if info.header_offset in overlapped:
        return InputError("overlaps another member: perhaps a zip bomb")
    return None


def _open_zip_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, member: str, limits: Limits
) -> IO[bytes]:
    try:
        stream = archive.open(info)
    except _UNREADABLE_ZIP as error:
        raise unreadable(error, member) from error
    return bounded(stream, name=member, limits=limits, packed=lambda: info.compress_size)


def _find_in_zip(
    opener: Opener, name: str, info: zipfile.ZipInfo, member: str, limits: Limits
) -> IO[bytes]:
    with ExitStack() as opened:
        archive = opened.enter_context(_open_zip(opener, name, limits))
        stream = opened.enter_context(_open_zip_member(archive, info, member, limits))
        return bounded(stream, name=member, limits=limits, owned=opened.pop_all())


class _Header(tarfile.TarInfo):
    """A header of a tar that remembers whether the archive's end mark was seen."""

    ended: ClassVar[bool] = False

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        cls.ended = len(buf) == tarfile.BLOCKSIZE and not any(buf)
        header = super().frombuf(buf, encoding, errors)
        if header.type in _EXTENDED and header.size > _MOST_HEADER_BYTES:
            raise LimitError("has an extended header of more than 1 MiB")
        return header


_EXTENDED = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)


class _Tar:
    """A tar read from its start to its end, with the index of the member it stands at."""

    def __init__(self, stream: IO[bytes], name: str, limits: Limits) -> None:
        self._name = name
        self._most = limits.tar_members
        self._header: type[_Header] = type("_HeaderOfOneArchive", (_Header,), {})
        with self._in_our_words():
            self._archive = tarfile.open(fileobj=stream, mode="r|", tarinfo=self._header)  # noqa: SIM115

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        try:
            yield
        except InputError:
            raise
        except (*UNREADABLE, ValueError) as error:
            raise unreadable(error, self._name) from error

    def __iter__(self) -> Iterator[tuple[int, tarfile.TarInfo]]:
        for index in count():
            with self._in_our_words():
                info = self._archive.next()
            if info is None:
                break
            if index >= self._most:
                raise _too_many(self._most)
            yield index, info
            self._archive.members = []  # type: ignore[attr-defined] # else every header is kept, and memory grows
        if not self._header.ended:
            raise InputError("ends without its end mark: the archive was cut short or is damaged")

    def open(self, info: tarfile.TarInfo, member: str, limits: Limits) -> IO[bytes]:
        stream = self._archive.extractfile(info)
        assert stream is not None, "only regular members are opened"
        return bounded(stream, name=member, limits=limits)


def tar_members(opener: Opener, *, name: str, limits: Limits) -> Iterator[Member | Refused]:
    """The members of a tar, in order. ``opener`` gives it decompressed.

    Raises InputError where the rest of the archive cannot be read.
    """
    with opener() as stream:
        archive = _Tar(stream, name, limits)
        for index, info in archive:
            if info.isdir():
                continue
            if problem := _tar_problem(info):
                yield Refused(info.name, problem)
                continue
            member = f"{name}!{info.name}"
            again = partial(_find_in_tar, opener, name, index, member, limits)
            current = _Current(archive.open(info, member, limits), info.size, again)
            yield Member(info.name, current.open)
            current.leave()


def _tar_problem(info: tarfile.TarInfo) -> InputError | None:
    if leads_out(info.name):
        return InputError(_LEADS_OUT)
    if info.issym() or info.islnk():
        return InputError("is a link, which is not followed")
    if info.ischr() or info.isblk() or info.isfifo():
        return InputError("is a device or a pipe, which is not read")
    if info.sparse is not None or not info.isreg():
        return InputError(
            "is not a plain file (a sparse one, or of a type that tar does not define)"
        )
    return None


def _find_in_tar(opener: Opener, name: str, index: int, member: str, limits: Limits) -> IO[bytes]:
    with ExitStack() as opened:
        archive = _Tar(opened.enter_context(opener()), name, limits)
        for at, info in archive:
            if at == index:
                stream = opened.enter_context(archive.open(info, member, limits))
                return bounded(stream, name=member, limits=limits, owned=opened.pop_all())
    raise InputError("is no longer in the archive", file=member)
