"""Run the pipeline in processes of its own, so that a plugin can only hurt itself.

A plugin that crashes, exits, hangs or eats memory ends its worker, not the run. Its batch is
tried again one document at a time; the guilty document gets a failure that names the component
that was at work, and the others go on. Results are the same with any number of workers, since
each document's result depends on that document alone.

Workers are spawned, not forked: a fork of a process with threads can deadlock.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from functools import cached_property
from multiprocessing.connection import Connection, wait
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, Protocol

from kgbuild.components import Failure
from kgbuild.config import Configuration
from kgbuild.errors import ComponentUnavailableError, KgbuildError, UsageError
from kgbuild.garbage import collect_seldom
from kgbuild.graph.rows import AnnotationRows, compact, encode_spans
from kgbuild.graph.store import Pending
from kgbuild.host import Host
from kgbuild.pipeline import Pipeline
from kgbuild.plan import Plan

__all__ = ["Annotators", "HostOptions", "InProcess", "WorkerPool", "annotators"]

_FAREWELL = 1.0
"""Seconds in which a worker whose host has gone may end by itself; :meth:`WorkerPool.close` gives
it as long."""
_AHEAD = 2
"""Batches that wait at each worker, so that none is idle while the next is on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostOptions:
    """What a worker needs to load the same plugins as the host: see ``Host.load``."""

    disable: tuple[str, ...] = ()
    only_builtins: bool = False
    files: tuple[Path, ...] = ()
    strict: bool = False
    root: Path | None = None

    def load(self) -> Host:
        """Load the plugins. Raises as ``Host.load``."""
        return Host.load(
            disable=self.disable,
            only_builtins=self.only_builtins,
            files=self.files,
            strict=self.strict,
            root=self.root,
            warn=_to_stderr,
        )


def _to_stderr(warning: KgbuildError) -> None:
    sys.stderr.write(f"{warning.report('warning')}\n")


class Annotators(Protocol):
    """Whoever takes batches of versions through the pipeline."""

    stages: tuple[str, ...]

    def start(self) -> None:
        """Make the components, unless that is done. Raises what assembling the pipeline raises."""
        ...

    def run(self, batches: Iterable[Sequence[Pending] | None]) -> Iterator[list[AnnotationRows]]:
        """The rows of each batch, in the order in which they are done.

        None among the batches means that the next one is to wait for the result of another.
        """
        ...

    def close(self) -> None:
        """End it."""
        ...


def annotators(host: Host, configuration: Configuration, options: HostOptions) -> Annotators:
    """Workers, or this process, as the configuration says; nothing is made before it is wanted.

    Raises what :meth:`kgbuild.plan.Plan.of` raises, and UsageError where no worker could begin.
    """
    run = configuration.settings.run
    if run.workers == 0:
        return InProcess(host, configuration)
    return WorkerPool(host, configuration, options)


class InProcess:
    """The pipeline in this process: for debugging a plugin, and where a spawn is too dear."""

    def __init__(self, host: Host, configuration: Configuration) -> None:
        self._host = host
        self._configuration = configuration
        self.stages = Plan.of(host, configuration).stages

    @cached_property
    def _pipeline(self) -> Pipeline:
        return Pipeline.assemble(self._host, self._configuration)

    def start(self) -> None:
        """Make the components, unless that is done. Raises what assembling the pipeline raises."""
        _ = self._pipeline

    def run(self, batches: Iterable[Sequence[Pending] | None]) -> Iterator[list[AnnotationRows]]:
        """The rows of each batch, in order."""
        for batch in filter(None, batches):
            # What a plugin prints must not mix with the host's results.
            with redirect_stdout(sys.stderr):
                rows = self._pipeline.annotate(batch)
            yield rows

    def close(self) -> None:
        """Nothing to end."""


@dataclass(slots=True)
class _Worker:
    process: multiprocessing.process.BaseProcess
    connection: Connection
    component: Any
    """Shared memory that holds the name of the component at work."""
    ready: bool = False
    """Whether its pipeline is made; until then it is given nothing to do."""
    batches: deque[Sequence[Pending]] = field(default_factory=deque)
    since: float = 0.0

    def at_work(self) -> str:
        name: bytes = self.component.value
        return name.decode(errors="replace") or "pipeline"


class WorkerPool:
    """Some workers, each with a pipeline of its own; :meth:`close` ends them.

    The first is started by :meth:`start`, each other when all before it have enough to do, so
    that one changed paper costs one process and an ingest that changes nothing none.
    """

    def __init__(self, host: Host, configuration: Configuration, options: HostOptions) -> None:
        self.stages = Plan.of(host, configuration).stages
        self._configuration = configuration
        self._options = options
        self._most = configuration.settings.run.workers
        self._timeout = configuration.settings.run.timeout
        self._context = multiprocessing.get_context("spawn")
        self._workers: list[_Worker] = []
        _check_main()

    def start(self) -> None:
        """Start the first worker, unless that is done. Raises what assembling raised there."""
        if not self._workers:
            self._workers.append(self._spawn())
            self._greet(self._workers[0])

    def _spawn(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        component = self._context.Array("c", 128)
        process = self._context.Process(
            target=_serve,
            args=(theirs, component, self._configuration, self._options),
            daemon=True,
        )
        with _without_interruption():
            process.start()
        theirs.close()
        return _Worker(process, ours, component)

    def _greet(self, worker: _Worker) -> None:
        """Wait until the worker's pipeline is made. Raises what assembling it raised there."""
        try:
            greeting: KgbuildError | None = worker.connection.recv()
        except (EOFError, ConnectionError) as error:
            worker.process.join()
            raise ComponentUnavailableError(
                f"ended its process while it was made ({_how(worker.process.exitcode)})",
                plugin=worker.at_work(),
                hints=[
                    "kgbuild plugins check NAME tries a plugin alone",
                    "a script of yours needs: if __name__ == '__main__'",
                ],
            ) from error
        if greeting is not None:
            raise greeting
        worker.ready = True

    def run(self, batches: Iterable[Sequence[Pending] | None]) -> Iterator[list[AnnotationRows]]:
        """The rows of each batch, in the order in which they are done."""
        self.start()
        source = iter(batches)
        again: deque[Sequence[Pending]] = deque()
        while True:
            self._hand_out(source, again)
            if not any(worker.batches for worker in self._workers):
                return
            yield from self._collect(again)

    def _hand_out(
        self, source: Iterator[Sequence[Pending] | None], again: deque[Sequence[Pending]]
    ) -> None:
        for worker in self._workers:
            while worker.ready and len(worker.batches) < _AHEAD:
                batch = again.popleft() if again else next(source, None)
                if batch is None:
                    return
                if not worker.batches:
                    worker.since = time.monotonic()
                worker.batches.append(batch)
                try:
                    worker.connection.send(batch)
                except (BrokenPipeError, ConnectionError):
                    break  # it has died; _collect finds out and says so
        if len(self._workers) < self._most and all(worker.ready for worker in self._workers):
            self._workers.append(self._spawn())

    def _collect(self, again: deque[Sequence[Pending]]) -> Iterator[list[AnnotationRows]]:
        """Wait for news of any worker: a pipeline that is made, a batch that is done, a death."""
        busy = [worker for worker in self._workers if worker.batches]
        starting = [worker for worker in self._workers if not worker.ready]
        deadline = min(worker.since for worker in busy) + self._timeout
        ready = wait(
            [worker.connection for worker in (*busy, *starting)],
            max(0.0, deadline - time.monotonic()),
        )
        for worker in starting:
            if worker.connection in ready:
                self._greet(worker)
        for worker in busy:
            if worker.connection in ready:
                try:
                    outcome: list[AnnotationRows] | KgbuildError = worker.connection.recv()
                except (EOFError, ConnectionError):
                    worker.process.join()
                    how = f"its process ended ({_how(worker.process.exitcode)})"
                    yield from self._replace(worker, how, again)
                    continue
                if isinstance(outcome, KgbuildError):
                    raise outcome
                worker.batches.popleft()
                worker.since = time.monotonic()
                yield outcome
            elif time.monotonic() - worker.since > self._timeout:
                worker.process.kill()
                worker.process.join()
                how = f"it took more than {self._timeout:g} seconds and was ended"
                yield from self._replace(worker, how, again)

    def _replace(
        self, worker: _Worker, how: str, again: deque[Sequence[Pending]]
    ) -> Iterator[list[AnnotationRows]]:
        """Put a new worker in the place of one that died, and share out what it left undone."""
        guilty, *waiting = worker.batches
        worker.connection.close()
        if len(guilty) == 1:
            yield [_failed(guilty[0], self.stages, worker.at_work(), how)]
        else:
            again.extend([one] for one in guilty)
        again.extend(waiting)
        fresh = self._spawn()
        self._workers[self._workers.index(worker)] = fresh
        self._greet(fresh)

    def close(self) -> None:
        """End the workers; what they were doing is lost and done again next time."""
        for worker in self._workers:
            worker.connection.close()
            if not worker.ready:
                worker.process.kill()
        for worker in self._workers:
            worker.process.join(timeout=1)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()


@contextmanager
def _without_interruption() -> Iterator[None]:
    """Hold Ctrl-C back; a process that is started within never hears of it.

    It reaches the whole group of processes, and the host decides what is kept. A worker cannot see
    to that itself: it would show a traceback for what comes while Python still imports.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _check_main() -> None:
    """Raise UsageError where a new process could not begin as this one did: by running its file."""
    file = getattr(sys.modules["__main__"], "__file__", None)
    if file is not None and not Path(file).exists():
        raise UsageError(
            f"worker processes cannot be started by a script from {file}",
            hints=["save the script in a file, or set run.workers to 0"],
        )


def _how(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return f"signal {signal.Signals(-exit_code).name}"
    return f"exit code {exit_code}"


def _failed(pending: Pending, stages: tuple[str, ...], component: str, how: str) -> AnnotationRows:
    failure = Failure(
        file="", component=component, error="WorkerDied", message=how, document=pending.document.id
    )
    return AnnotationRows(
        version=pending.version,
        pipeline=compact(stages),
        sentences=encode_spans(()),
        sources=[], mentions=[], links=[], relations=[], assertions=[], evidence=[],
        concepts=[], names=[], policy_reviews=[], drops=[], failures=[failure],
    )  # fmt: skip


def _serve(
    connection: Connection, component: Any, configuration: Configuration, options: HostOptions
) -> None:
    """A worker's life: make the pipeline, then answer batches until the host hangs up."""
    # What a plugin prints must not mix with the host's results.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    collect_seldom()

    def observe(name: str) -> None:
        component.value = name.encode()[:127]

    try:
        pipeline = Pipeline.assemble(options.load(), configuration, observe=observe)
    except KgbuildError as error:
        _sent(connection, error)
        return
    if not _sent(connection, None):
        return
    # Batches are taken off the pipe at once: were both sides to write and neither to read,
    # the pipe would fill and both would wait for ever.
    waiting: SimpleQueue[Sequence[Pending] | None] = SimpleQueue()
    Thread(target=_receive, args=(connection, waiting), daemon=True).start()
    while (batch := waiting.get()) is not None:
        if not _sent(connection, _outcome(pipeline, batch)):
            return


def _sent(connection: Connection, message: list[AnnotationRows] | KgbuildError | None) -> bool:
    """Tell the host; whether it has heard, or has hung up meanwhile."""
    try:
        connection.send(message)
    except (BrokenPipeError, ConnectionError):
        return False
    return True


def _outcome(pipeline: Pipeline, batch: Sequence[Pending]) -> list[AnnotationRows] | KgbuildError:
    """The rows of a batch, or the error that ends a strict run: the host raises it there."""
    try:
        return pipeline.annotate(batch)
    except KgbuildError as error:
        return error


def _receive(connection: Connection, waiting: SimpleQueue[Sequence[Pending] | None]) -> None:
    """Move batches from the pipe to the queue; None says that the host has hung up.

    Nobody waits for what is done then: a batch that takes long is not finished.
    """
    while True:
        try:
            waiting.put(connection.recv())
        except (EOFError, ConnectionError):
            waiting.put(None)
            time.sleep(_FAREWELL)
            os._exit(0)
