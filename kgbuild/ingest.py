"""Papers in, graph kept: read what is new, then annotate what the pipeline has not seen.

Two phases, each of whole batches, so that a run may end at any moment and lose nothing but its
last batch:

1. *Reading.* Files whose size and times have not changed are not opened; those whose bytes
   have not changed are not read. What is read goes into the store as texts.
2. *Annotating.* Every text that counts and that this pipeline has not seen goes through it.
   What a run before has done of the same stages is used again.

So the graph depends on the files and the configuration alone: an update equals a rebuild.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kgbuild.annotation import AnnotatedDocument, Annotations
from kgbuild.components import Failure, Withdrawal
from kgbuild.config import Configuration
from kgbuild.document import Document, Unread
from kgbuild.errors import ContractError, InputError
from kgbuild.faults import reach
from kgbuild.graph.linking import LinkedKind
from kgbuild.graph.reading import load
from kgbuild.graph.rows import AnnotationRows, compact
from kgbuild.graph.store import GraphStore, Pending
from kgbuild.host import Host
from kgbuild.papers import Readers, limits_of
from kgbuild.readers.paper_files import COMPONENT, Entry, FoundFile, find_papers, shown
from kgbuild.workers import Annotators

__all__ = ["Progress", "Summary", "ingest"]

_BATCH_DOCUMENTS = 2_048
"""Documents of one transaction, unless they are long. Keys are hashes, so that nearly every page of
a table of texts changes in every transaction: the fewer there are, the less is written."""
_BATCH_CHARACTERS = 8_000_000
_BATCH_STEPS = 4 * _BATCH_DOCUMENTS
_COMMIT_SECONDS = 2.0
_COMMIT_ROWS = 50_000
"""Rows of annotations that wait for one transaction: few, as with documents."""
_FROM_STDIN = "standard input "


@dataclass(slots=True)
class Summary:
    """What a run did, what it left out, and why."""

    files_read: int = 0
    files_unchanged: int = 0
    files_missing: int = 0
    documents_read: int = 0
    texts_new: int = 0
    texts_gone: int = 0
    documents_annotated: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    failures_total: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    linked: list[LinkedKind] = field(default_factory=list)
    drops: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    interrupted: bool = False
    strict: bool = False

    def leave_out(self, reason: str, count: int = 1) -> None:
        """Count something that was not read by rule."""
        self.left_out[reason] = self.left_out.get(reason, 0) + count

    def fail(self, failure: Failure) -> None:
        """Count a failure; the first hundred are kept to be shown. Raises it if strict."""
        self.failures_total += 1
        if len(self.failures) < 100:
            self.failures.append(failure)
        if self.strict:
            raise ContractError(
                f"{failure.error}: {failure.message}",
                component=failure.component,
                document=failure.document or f"{failure.file} {failure.place}".strip(),
            )

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self)


Progress = Callable[[str, int, int | None], None]
"""Told the phase ("reading", "annotating"), how many documents are done, and how many there
are, where that is known."""


def ingest(
    paths: Sequence[str],
    *,
    store: GraphStore,
    host: Host,
    configuration: Configuration,
    annotators: Annotators,
    reader: str | None = None,
    prune: bool = False,
    progress: Progress | None = None,
) -> Summary:
    """Read papers into the store and annotate what is new; return what was done.

    ``reader`` forces one reader for every file; ``prune`` forgets files below the paths that
    are no longer there. One bad file or document fails alone; with a strict host the first one
    ends the run, and what is whole is kept. Raises InputError for a path that does
    not exist and UnknownComponentError for a reader that does not, before anything is read. On
    KeyboardInterrupt what is whole is kept.
    """
    summary = Summary(strict=host.strict)
    tell = progress or _untold
    reading = _Reading(store, host, configuration, summary, reader, tell, annotators.start)
    began = time.monotonic()
    started = datetime.now(UTC).isoformat(timespec="seconds")
    run = store.begin_run(
        started, compact(list(paths)), configuration.settings.model_dump_json(exclude={"run"})
    )
    try:
        reading.read(paths, prune=prune)
        _annotate(store, configuration, annotators, summary, tell)
        with load(store.folder) as graph:
            summary.counts, summary.drops = dict(graph.counts()), dict(graph.drops())
            summary.linked = graph.linked_kinds()
    except KeyboardInterrupt:
        summary.interrupted = True
        raise
    finally:
        summary.seconds = time.monotonic() - began
        finished = datetime.now(UTC).isoformat(timespec="seconds")
        store.end_run(run, finished, compact(summary.as_json()))
    return summary


def _untold(phase: str, done: int, total: int | None) -> None:
    """Nobody is told."""


# --- reading ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _Batch:
    """Steps to be done in one transaction, and how much they weigh."""

    steps: list[Callable[[], None]] = field(default_factory=list)
    documents: int = 0
    characters: int = 0

    @property
    def full(self) -> bool:
        return (
            self.documents >= _BATCH_DOCUMENTS
            or self.characters >= _BATCH_CHARACTERS
            or len(self.steps) >= _BATCH_STEPS
        )


class _Reading:
    """The first phase: files to texts in the store. ``before`` is called before one is read."""

    def __init__(
        self,
        store: GraphStore,
        host: Host,
        configuration: Configuration,
        summary: Summary,
        reader: str | None,
        progress: Progress,
        before: Callable[[], None],
    ) -> None:
        self._store = store
        self._before = before
        self._configuration = configuration
        self._summary = summary
        self._progress = progress
        self._readers = Readers(host, configuration, reader)
        self._batch = _Batch()
        self._gathered: list[tuple[Document, Annotations]] = []
        self._gathered_from = ""

    def read(self, paths: Sequence[str], *, prune: bool) -> None:
        seen: set[str] = set()
        unread: list[str] = []
        try:
            for found in find_papers(paths, limits=limits_of(self._configuration)):
                if isinstance(found, Failure):
                    key = _relative(found.file, self._store.folder)
                    unread.append(key)
                    self._fail_file(key, found)
                elif isinstance(found, Unread):
                    self._summary.leave_out(found.what, found.count)
                else:
                    key = self._key(found)
                    seen.add(key)
                    self._file(key, found)
            self._missing(paths, seen, unread, prune=prune)
        finally:
            self._flush()

    def _key(self, found: FoundFile) -> str:
        """What a file is called in the store: relative to the graph's parent where it can be."""
        if found.signature is None:
            return f"{_FROM_STDIN}{found.digest()[:16]}"
        return shown(_relative(found.path, self._store.folder))

    def _file(self, key: str, found: FoundFile) -> None:
        state = self._store.file_state(key)
        signature = compact(found.signature)
        same_readers = state is not None and state.reader == self._readers.stamp
        known = state is not None and state.whole and same_readers
        if known and state is not None and state.signature == signature:
            self._summary.files_unchanged += 1
            return
        try:
            digest = found.digest()
            if known and state is not None and state.digest == digest:
                self._step(lambda: self._store.keep_signature(key, signature))
                self._summary.files_unchanged += 1
                return
            if state is not None and state.digest == digest and not same_readers:
                refusal = self._refusal(key, found)
                if refusal:
                    self._fail_file(key, refusal)
                    return
            self._read_file(key, found, digest)
            if found.changed():
                # It was being written to: what was read may be half of it. Once more.
                found = found.again()
                self._read_file(key, found, found.digest())
                if found.changed():
                    raise InputError("changes while it is read", file=found.name)
        except InputError as error:
            self._fail_file(key, Failure.of(error, COMPONENT, file=found.name))

    def _refusal(self, key: str, found: FoundFile) -> Failure | None:
        """Why a reader that was named for this run is none for a file that others have read.

        Its bytes are what they were: a slip of the command must not take away what they gave.
        """
        if not (self._readers.forced and self._store.has_read_from(key)):
            return None
        entries = (entry for entry in found.entries() if isinstance(entry, Entry))
        refusals = filter(None, map(self._readers.refusal, entries))
        refusal = next(refusals, None)
        if refusal is None:
            return None
        return replace(refusal, message=f"{refusal.message}; what was read of it before stays")

    def _read_file(self, key: str, found: FoundFile, digest: str) -> None:
        self._before()
        signature, stamp = compact(found.signature), self._readers.stamp
        self._step(lambda: self._store.begin_file(key, digest, signature, stamp))
        for entry in found.entries():
            if isinstance(entry, Failure):
                self._fail(entry, key)
            elif isinstance(entry, Unread):
                self._summary.leave_out(entry.what, entry.count)
            else:
                self._entry(key, entry)
        self._summary.files_read += 1

        def end() -> None:
            self._summary.texts_gone += self._store.end_file(key)

        self._step(end)

    def _entry(self, key: str, entry: Entry) -> None:
        for reading in self._readers.readings(entry):
            if isinstance(reading, Failure):
                self._fail(reading, key)
            elif isinstance(reading, Unread):
                self._summary.leave_out(reading.what, reading.count)
            elif isinstance(reading, Withdrawal):
                self._withdraw(key, reading.document)
            else:
                self._document(key, reading)

    def _withdraw(self, key: str, document: str) -> None:
        self._step(lambda: self._store.keep_withdrawal(key, document))

    def _document(self, key: str, read: AnnotatedDocument) -> None:
        self._summary.documents_read += 1
        self._gathered.append((read.document, read.annotations))
        self._gathered_from = key
        self._batch.documents += 1
        self._batch.characters += len(read.document.text)
        if self._batch.full:
            self._flush()

    def _close_gathered(self) -> None:
        """Make one step of the documents that have come from one file in a row."""
        if self._gathered:
            key, documents = self._gathered_from, self._gathered
            self._gathered = []

            def keep() -> None:
                self._summary.texts_new += self._store.keep_versions(key, documents)

            self._batch.steps.append(keep)

    def _fail(self, failure: Failure, key: str) -> None:
        self._summary.fail(failure)
        self._step(lambda: self._store.keep_failure(_kept(failure, key)))

    def _fail_file(self, key: str, failure: Failure) -> None:
        self._summary.fail(failure)
        self._step(lambda: self._store.keep_file_failure(_kept(failure, key)))

    def _step(self, step: Callable[[], None]) -> None:
        self._close_gathered()
        self._batch.steps.append(step)
        if self._batch.full:
            self._flush()

    def _flush(self) -> None:
        """Do the steps that have gathered, in one transaction."""
        self._close_gathered()
        batch, self._batch = self._batch, _Batch()
        if batch.steps:
            with self._store.batch():
                for step in batch.steps:
                    step()
            reach("ingest.read-batch")
            self._progress("reading", self._summary.documents_read, None)

    def _missing(
        self, paths: Sequence[str], seen: set[str], unread: Sequence[str], *, prune: bool
    ) -> None:
        """Count the files below the paths that were read before and are no longer there.

        What cannot be read now, or lies in a folder that cannot, is not gone.
        """
        below = [shown(_relative(path, self._store.folder)) for path in paths if path != "-"]
        for key in self._store.known_paths():
            if (
                key not in seen
                and any(_is_below(key, above) for above in below)
                and not any(_is_below(key, above) for above in unread)
            ):
                self._summary.files_missing += 1
                if prune:
                    self._step(lambda key=key: self._forget(key))  # type: ignore[misc]

    def _forget(self, key: str) -> None:
        self._summary.texts_gone += self._store.forget_file(key)


def _relative(path: str | os.PathLike[str], folder: Path) -> str:
    base = folder.absolute().parent
    whole = os.path.abspath(path)  # noqa: PTH100 - links are not resolved: a name is a name
    name = os.path.relpath(whole, base)
    return whole if name == ".." or name.startswith("../") else name


def _is_below(key: str, above: str) -> bool:
    if above == ".":
        return not key.startswith(("/", _FROM_STDIN))
    return key == above or key.startswith(f"{above.rstrip('/')}/")


def _kept(failure: Failure, key: str) -> Failure:
    """The failure as it is kept: by the file's key, with the member of an archive as place."""
    _, _, member = failure.file.partition("!")
    place = ", ".join(part for part in (member, failure.place) if part)
    return replace(failure, file=key, place=place)


# --- annotating ------------------------------------------------------------------------------


def _annotate(
    store: GraphStore,
    configuration: Configuration,
    annotators: Annotators,
    summary: Summary,
    progress: Progress,
) -> None:
    """The second phase: every text that counts and that the pipeline has not seen."""
    stages = annotators.stages
    total = store.count_pending(stages)
    if not total:
        return
    progress("annotating", 0, total)
    waiting: list[AnnotationRows] = []
    size, began = 0, time.monotonic()
    try:
        for rows in annotators.run(_batches(store, stages, configuration)):
            waiting += rows
            size += sum(one.size for one in rows)
            late = time.monotonic() - began > _COMMIT_SECONDS
            if late or size >= _COMMIT_ROWS:
                ready, waiting, size, began = waiting, [], 0, time.monotonic()
                _keep(store, ready, summary)
                progress("annotating", summary.documents_annotated, total)
    finally:
        if waiting:
            _keep(store, waiting, summary)
            progress("annotating", summary.documents_annotated, total)


def _batches(
    store: GraphStore, stages: Sequence[str], configuration: Configuration
) -> Iterator[list[Pending]]:
    after, size = 0, configuration.settings.run.batch_size
    while batch := store.pending(stages, limit=size, after=after):
        after = batch[-1].version
        yield batch


def _keep(store: GraphStore, rows: Sequence[AnnotationRows], summary: Summary) -> None:
    with store.batch():
        store.keep_annotations(rows)
    reach("ingest.annotated-batch")
    summary.documents_annotated += len(rows)
    for one in rows:
        for failure in one.failures:
            summary.fail(replace(failure, file=store.file_of(one.version)))
