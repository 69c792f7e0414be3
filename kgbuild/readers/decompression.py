"""Bytes from strangers: decompressed as they are read, within limits, with errors that say why.

Nothing here holds more than a buffer in memory, whatever the input says of itself.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast

from kgbuild.errors import InputError, LimitError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["HEAD", "Limits", "Opener", "bounded", "decompressing", "is_compressed", "spooled"]

HEAD = 4096
"""How many bytes readers see of a file before one of them claims it."""

BUFFER = 128 * 1024

Opener = Callable[[], IO[bytes]]
"""Opens the same bytes anew, from the start."""

_GZIP = b"\x1f\x8b\x08"
_BZIP2 = tuple(b"BZh%d1AY&SY" % level for level in range(1, 10))
_XZ = b"\xfd7zXZ\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may cost. Sizes are in bytes, decompressed unless said otherwise.

    The defaults let pass what publishers and PMC really ship: MEDLINE compresses about 10:1,
    PMC's bulk archives hold half a million articles and unpack to some 50 GB. gzip cannot
    compress beyond 1,032:1, and only a bomb comes near.
    """

    file_bytes: int = 16 * 1024**3
    """One file, or one member of an archive."""
    archive_bytes: int = 256 * 1024**3
    """All that a compressed tar unpacks to."""
    ratio: int = 200
    """Decompressed to compressed, judged beyond ``ratio_free_bytes``."""
    ratio_free_bytes: int = 10 * 1024**2
    tar_members: int = 2_000_000
    zip_members: int = 100_000
    """A zip's list of members is held in memory; a tar's is not."""
    depth: int = 2
    """Archives in archives: 2 allows an archive in an archive."""
    xz_memory: int = 128 * 1024**2
    """The window that an xz file may ask for; ``xz -9`` asks for 65 MiB."""


class _XzStream(io.RawIOBase):
    """xz with a limit on memory, which ``lzma.LZMAFile`` does not offer."""

    def __init__(self, packed: IO[bytes], memory: int) -> None:
        self._packed = packed
        self._memory = memory
        self._unused = b""
        self._decoder = self._new_decoder()

    def _new_decoder(self) -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=self._memory)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill the buffer; 0 at the end of the last stream."""
        view = memoryview(buffer).cast("B")
        while True:
            if self._decoder.eof and not self._next_stream():
                return 0
            fresh = b""
            if self._decoder.needs_input:
                fresh = self._unused or self._packed.read(BUFFER)
                self._unused = b""
                if not fresh:
                    raise EOFError
            if produced := self._decoder.decompress(fresh, len(view)):
                view[: len(produced)] = produced
                return len(produced)

    def _next_stream(self) -> bool:
        # Streams may follow one another, with zeros between them (xz format, section 2.2).
        rest = self._decoder.unused_data.lstrip(b"\0")
        while not rest:
            fresh = self._packed.read(BUFFER)
            if not fresh:
                return False
            rest = fresh.lstrip(b"\0")
        self._decoder, self._unused = self._new_decoder(), rest
        return True


def is_compressed(head: bytes) -> bool:
    """Whether the bytes begin as gzip, bzip2 or xz does."""
    return head.startswith((_GZIP, *_BZIP2, _XZ))


class _Bounded(io.RawIOBase):
    """A stream that counts what it gives, and says what is wrong in words of our own."""

    def __init__(
        self,
        stream: IO[bytes],
        *,
        name: str,
        most: int,
        ratio: int,
        ratio_free: int,
        packed: Callable[[], int] | None,
        owned: ExitStack,
    ) -> None:
        self._stream = stream
        self._name = name
        self._most = most
        self._ratio = ratio
        self._ratio_free = ratio_free
        self._packed = packed
        self._owned = owned
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill the buffer. Raises InputError, or LimitError at a limit."""
        try:
            # One read at a time: what stands before damage is given before the error is raised.
            got: int = self._stream.readinto1(buffer)  # type: ignore[attr-defined]
        except UNREADABLE as error:
            raise unreadable(error, self._name) from error
        self._given += got
        if self._given > self._most:
            raise LimitError(
                f"unpacks to more than {_size(self._most)}, the limit for one file", file=self._name
            )
        if self._packed and self._given > self._ratio_free + self._ratio * self._packed():
            raise LimitError(
                f"unpacks to more than {self._ratio} times its size: perhaps a decompression bomb",
                file=self._name,
            )
        return got

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._owned.close()


def bounded(
    stream: IO[bytes],
    *,
    name: str,
    limits: Limits,
    most: int = 0,
    packed: Callable[[], int] | None = None,
    owned: ExitStack | None = None,
) -> IO[bytes]:
    """The stream, stopped at the limits; ``packed`` says how many compressed bytes it took.

    ``most`` overrides ``limits.file_bytes``. ``owned`` is closed with the stream.
    """
    if owned is None:
        owned = ExitStack()
        owned.callback(stream.close)
    raw = _Bounded(
        stream,
        name=name,
        most=most or limits.file_bytes,
        ratio=limits.ratio,
        ratio_free=limits.ratio_free_bytes,
        packed=packed,
        owned=owned,
    )
    return io.BufferedReader(raw, BUFFER)


def decompressing(opener: Opener, *, name: str, limits: Limits, most: int = 0) -> Opener:
    """An opener of the decompressed bytes: gzip, bzip2 and xz by content, others as they are."""

    def open_decompressed() -> IO[bytes]:
        raw = opener()
        owned = ExitStack()
        owned.callback(raw.close)
        try:
            head = _beginning(raw)
        except BaseException:
            owned.close()
            raise
        if not is_compressed(head):
            return bounded(raw, name=name, limits=limits, most=most, owned=owned)
        counted = _Counted(raw)
        stream = _decoder(io.BufferedReader(counted, BUFFER), head, limits)
        owned.callback(stream.close)
        packed = counted.so_far
        return bounded(stream, name=name, limits=limits, most=most, packed=packed, owned=owned)

    return open_decompressed


def _beginning(raw: IO[bytes]) -> bytes:
    if isinstance(raw, io.BufferedReader):  # it may be unable to seek back
        return raw.peek(HEAD)
    head = raw.read(HEAD)
    raw.seek(0)
    return head


def _decoder(raw: IO[bytes], head: bytes, limits: Limits) -> IO[bytes]:
    if head.startswith(_GZIP):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=raw, mode="rb"))
    if head.startswith(_BZIP2):
        return bz2.BZ2File(raw, "rb")
    return io.BufferedReader(_XzStream(raw, limits.xz_memory), BUFFER)


class _Counted(io.RawIOBase):
    """A stream that knows how much was taken from it, even one that cannot tell."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        got: int = self._stream.readinto(buffer)  # type: ignore[attr-defined]
        self._given += got
        return got

    def so_far(self) -> int:
        return self._given


class _Spool:
    """Bytes in a temporary file without a name, which goes when nobody reads it any more."""

    def __init__(self, stream: IO[bytes]) -> None:
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the finalizer
        weakref.finalize(self, file.close)
        while chunk := stream.read(BUFFER):
            file.write(chunk)
        file.flush()
        self.descriptor = file.fileno()

    def open(self) -> IO[bytes]:
        return io.BufferedReader(_View(self), BUFFER)


class _View(io.RawIOBase):
    """A reading of a spool with a position of its own."""

    def __init__(self, spool: _Spool) -> None:
        self._spool = spool
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_CUR:
            offset += self._position
        elif whence == os.SEEK_END:
            offset += os.fstat(self._spool.descriptor).st_size
        if offset < 0:
            raise ValueError(f"negative seek position {offset}")
        self._position = offset
        return offset

    def readinto(self, buffer: WriteableBuffer) -> int:
        got = os.preadv(self._spool.descriptor, [buffer], self._position)
        self._position += got
        return got


def spooled(stream: IO[bytes]) -> Opener:
    """The stream's bytes on disk, to be read as often as needed.

    For standard input, and for large members of archives.
    """
    return _Spool(stream).open


UNREADABLE = (
    EOFError,
    OSError,  # gzip.BadGzipFile and bzip2's errors are OSErrors too
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
    NotImplementedError,  # zipfile: a method of compression that it does not know
)
"""What the standard library raises on bytes that cannot be read."""


def unreadable(error: Exception, name: str) -> InputError:
    """The error in words that tell a person what is wrong with the file."""
    said = str(error)
    if isinstance(error, EOFError):
        problem = "the compressed data end too early: the file was cut short"
    elif "CRC" in said or "Incorrect length" in said:
        problem = f"the checksum does not match: the file is damaged ({said})"
    elif isinstance(error, gzip.BadGzipFile):
        problem = "something that is not gzip follows the compressed data"
    elif "Memory usage limit" in said:
        return LimitError("asks for more memory to decompress than the limit allows", file=name)
    elif isinstance(error, OSError) and error.strerror:
        problem = f"cannot be read: {error.strerror}"
    else:
        problem = f"cannot be decompressed: {said}"
    return InputError(problem, file=name)


def _size(size: int) -> str:
    for unit, factor in (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024)):
        if size >= factor:
            return f"{size / factor:.4g} {unit}"
    return f"{size} bytes"
