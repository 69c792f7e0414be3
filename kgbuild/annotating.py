"""Papers in, annotated documents out, in the order of the files, without a graph.

The workers are those of an ingest, so a plugin can only hurt itself here too. Results that are
done before their turn wait; how many may wait is limited, so memory does not grow.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence

from kgbuild.annotation import AnnotatedDocument
from kgbuild.components import Failure
from kgbuild.config import Configuration
from kgbuild.graph.rows import AnnotationRows, decode_annotated
from kgbuild.graph.store import Pending
from kgbuild.host import Host
from kgbuild.papers import read_papers
from kgbuild.workers import Annotators

__all__ = ["annotate_papers"]

_WAITING = 4
"""Batches for each worker that may wait for the result of one before them."""


def annotate_papers(
    paths: Sequence[str],
    *,
    host: Host,
    configuration: Configuration,
    annotators: Annotators,
    tell: Callable[[Failure], None],
    left_out: Counter[str],
    reader: str | None = None,
) -> Iterator[AnnotatedDocument]:
    """Read papers and yield each document with its annotations; ``tell`` hears of each failure.

    ``left_out`` counts what extractors did not look at, by reason.
    What is yielded depends on the papers and the configuration alone, not on the number of
    workers or the size of batches. A document of which a component fails comes without what that
    would have added. Raises InputError for a path that does not exist, and what
    ``annotators.start`` raises, before anything is read.
    """
    annotators.start()
    run, extractors = configuration.settings.run, configuration.settings.pipeline.extractors
    queue: deque[Pending] = deque()
    done: dict[int, AnnotationRows] = {}

    def batches() -> Iterator[list[Pending] | None]:
        batch: list[Pending] = []
        for pending in _read(paths, host, configuration, reader, tell):
            queue.append(pending)
            batch.append(pending)
            if len(batch) == run.batch_size:
                yield batch
                batch = []
            while not batch and len(queue) > _WAITING * run.batch_size * max(1, run.workers):
                yield None
        if batch:
            yield batch

    for rows in annotators.run(batches()):
        done |= {one.version: one for one in rows}
        while queue and queue[0].version in done:
            first = queue.popleft()
            made = done.pop(first.version)
            for failure in made.failures:
                tell(failure)
            for _, reason, count in made.drops:
                if reason.partition(": ")[0] in extractors:
                    left_out[reason] += count
            yield decode_annotated(first.document, made)


def _read(
    paths: Sequence[str],
    host: Host,
    configuration: Configuration,
    reader: str | None,
    tell: Callable[[Failure], None],
) -> Iterator[Pending]:
    """The documents of the papers, numbered."""
    number = 0
    for reading in read_papers(paths, host, configuration, reader):
        if isinstance(reading, Failure):
            tell(reading)
        elif isinstance(reading, AnnotatedDocument):
            number += 1
            yield Pending(
                version=number,
                pipeline=(),
                document=reading.document,
                given=reading.annotations,
                layers=(),
            )
