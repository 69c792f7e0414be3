"""What papers hold, read and checked, without a store: files to documents.

A bad file or record fails alone: it comes as a :class:`~kgbuild.components.Failure` in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kgbuild.annotation import AnnotatedDocument
from kgbuild.assertion import Source
from kgbuild.components import Failure, PaperFile, Reader, ReaderSpec, Reading, Withdrawal
from kgbuild.config import Configuration
from kgbuild.document import Document, Unread
from kgbuild.errors import InputError, KgbuildError, LimitError
from kgbuild.graph.rows import compact
from kgbuild.host import Host, check_reading, staying
from kgbuild.pipeline import stopped
from kgbuild.readers.paper_files import Entry, Limits, find_papers

__all__ = ["Readers", "limits_of", "plan", "read_papers"]


def read_papers(
    paths: Iterable[str], host: Host, configuration: Configuration, reader: str | None = None
) -> Iterator[AnnotatedDocument | Failure | Unread | Withdrawal]:
    """What the papers hold, read and checked, without a store.

    A failure that names a document is of a part of it: the document itself came before.
    """
    readers = Readers(host, configuration, reader)
    for entry in _entries(paths, configuration):
        if isinstance(entry, Failure | Unread):
            yield entry
        else:
            yield from readers.readings(entry)


def plan(
    paths: Sequence[str], host: Host, configuration: Configuration, reader: str | None = None
) -> Iterator[tuple[str, str]]:
    """What an ingest would read: each file with its reader, or with why it would not be read."""
    for entry in _entries(paths, configuration):
        if isinstance(entry, Failure | Unread):
            yield _planned(entry)
            continue
        try:
            choice = host.reader_for(entry.base_name, entry.head, reader)
        except InputError as error:
            choice = error.message
        yield entry.file.name, choice


def limits_of(configuration: Configuration) -> Limits:
    """The limits on files that the configuration sets."""
    limits = configuration.settings.limits
    return Limits(
        file_bytes=limits.file_bytes,
        archive_bytes=limits.archive_bytes,
        ratio=limits.ratio,
        zip_members=limits.zip_members,
        tar_members=limits.tar_members,
    )


class Readers:
    """The readers of a run, made when a file first wants them."""

    def __init__(self, host: Host, configuration: Configuration, forced: str | None) -> None:
        self._host = host
        self._configuration = configuration
        self.forced = forced
        if forced:
            host.spec("reader", forced)
        self._made: dict[str, tuple[ReaderSpec, Reader]] = {}
        self._largest = configuration.settings.limits.document_characters
        self.stamp = self._stamp()
        """What stands for all readers and their settings: when it changes, files are read anew."""

    def _stamp(self) -> str:
        settings = self._configuration.settings
        return compact(
            [
                self.forced,
                [
                    [name, offer.provider, settings.component(name)]
                    for name, offer in self._host.specs("reader").items()
                ],
            ]
        )

    def readings(self, entry: Entry) -> Iterator[AnnotatedDocument | Failure | Unread | Withdrawal]:
        """What a reader makes of an entry, checked; what it cannot read comes as a Failure.

        In a strict run a reader that raises anything but InputError, or breaks its promise,
        ends the run: raises PluginError.
        """
        name = "readers"
        try:
            name = self._host.reader_for(entry.base_name, entry.head, self.forced)
            spec, made = self._reader(name)
            nothing = True
            for reading in _read(name, made, entry.file):
                nothing = False
                checked = self._checked(spec, reading, entry.file)
                yield checked
                if isinstance(checked, AnnotatedDocument):
                    yield from _broken_parts(entry.file, name, checked.document)
            if nothing:
                raise InputError("no document in it")
        except Exception as error:  # isolation point: calling a reader
            if self._host.strict and not isinstance(error, InputError):
                raise stopped(self._source(name), entry.file.name, error) from error
            yield Failure.of(error, name, file=entry.file.name)

    def refusal(self, entry: Entry) -> Failure | None:
        """Why nothing can be read of an entry; None where anything can."""
        failure: Failure | None = None
        for reading in self.readings(entry):
            if isinstance(reading, Failure):
                failure = failure or reading
            elif not isinstance(reading, Unread):
                return None
        return failure

    def _reader(self, name: str) -> tuple[ReaderSpec, Reader]:
        """The reader of that name, made when it is first wanted."""
        if name not in self._made:
            given = self._configuration.settings.component(name)
            place = self._configuration.origins.get(f"components.{name}", "")
            spec = self._host.spec("reader", name)
            assert isinstance(spec, ReaderSpec)
            self._made[name] = spec, self._host.create("reader", name, given, place=place)
        return self._made[name]

    def _source(self, name: str) -> Source:
        return self._host.source("reader", name, self._configuration.settings.component(name))

    def _checked(
        self, spec: ReaderSpec, reading: Any, file: PaperFile
    ) -> AnnotatedDocument | Failure | Unread | Withdrawal:
        try:
            check_reading(spec, reading)
            self._check_size(reading, file)
        except KgbuildError as error:
            if self._host.strict and not isinstance(error, InputError):
                raise
            return Failure.of(error, spec.name, file=file.name)
        if isinstance(reading, Unread) and reading.problem:
            return _unread_failure(file, spec.name, reading)
        if isinstance(reading, Document):
            return AnnotatedDocument(document=reading)
        assert isinstance(reading, AnnotatedDocument | Unread | Withdrawal)
        return reading

    def _check_size(self, reading: Any, file: PaperFile) -> None:
        document = reading.document if isinstance(reading, AnnotatedDocument) else reading
        if isinstance(document, Document) and len(document.text) > self._largest:
            raise LimitError(
                f"{document.id} has {len(document.text):,} characters;"
                f" the limit is {self._largest:,}",
                file=file.name,
                hints=["raise limits.document_characters"],
            )


def _read(name: str, reader: Reader, file: PaperFile) -> Iterator[Reading]:
    with staying(name):
        yield from reader.read(file)


def _entries(
    paths: Iterable[str], configuration: Configuration
) -> Iterator[Entry | Failure | Unread]:
    """Everything there is to read at the paths, and what cannot be read or is left out."""
    for found in find_papers(paths, limits=limits_of(configuration)):
        if isinstance(found, Failure | Unread):
            yield found
        else:
            yield from found.entries()


def _planned(found: Failure | Unread) -> tuple[str, str]:
    if isinstance(found, Failure):
        return found.file, found.message
    return found.place, f"left out: {found.what}"


def _broken_parts(file: PaperFile, reader: str, document: Document) -> Iterator[Failure]:
    """A failure for each part of a document that is broken; the document itself is kept."""
    for unread in document.unread:
        if unread.problem:
            yield _unread_failure(file, reader, unread, document.id)


def _unread_failure(file: PaperFile, reader: str, unread: Unread, document: str = "") -> Failure:
    times = f" ({unread.count:,} times)" if unread.count > 1 else ""
    return Failure(
        file=file.name,
        component=reader,
        error="UnreadPart" if document else "UnreadRecord",
        message=f"{unread.what}: {unread.problem}{times}",
        document=document,
        place=unread.place,
    )
