"""An ingest that is killed, interrupted or out of space resumes to the same bytes."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

SENTENCES = (
    "Aspirin treats headache.",
    "Lisinopril causes cough.",
    "Lisinopril may cause headache.",
    "Aspirin did not cause cough.",
)


@pytest.fixture
def folder(small_project: Path) -> Path:
    configuration = small_project / "kgbuild.toml"
    told = configuration.read_text("utf-8")
    configuration.write_text(told.replace("[run]", "[run]\nbatch_size = 4"), "utf-8")
    for number in range(30):
        drawn = random.Random(number)
        papers = "".join(
            f"PMID- {1000 * number + place}\nTI  - Paper {number}.{place}.\n"
            f"AB  - {' '.join(drawn.sample(SENTENCES, 3))}\n\n"
            for place in range(20)
        )
        (small_project / "papers" / f"{number:02}.nbib").write_text(papers)
    return small_project


READY = """
import sys
from kgbuild import cli

begin = cli.kgbuild.main

def told(*given, **named):
    print(flush=True)
    return begin(*given, **named)

cli.kgbuild.main = told
sys.exit(cli.main())
"""
"""Prints a line within `main`: until then Python itself is at work, not kgbuild."""


def started(
    folder: Path, *arguments: str, limit: int | None = None, ready: bool = False
) -> subprocess.Popen[bytes]:
    def limited() -> None:
        if limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.Popen(
        [sys.executable, *(("-c", READY) if ready else ("-m", "kgbuild")), *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=limited,  # noqa: PLW1509 - no thread runs here
        start_new_session=True,
    )


def run(folder: Path, *arguments: str, limit: int | None = None) -> tuple[int, str]:
    process = started(folder, *arguments, limit=limit)
    out, err = process.communicate(timeout=120)
    return process.returncode, (out + err).decode()


def exported(folder: Path, kg: str) -> bytes:
    code, said = run(folder, "export", f"{kg}.nq", "--kg", kg)
    assert code == 0, said
    return (folder / f"{kg}.nq").read_bytes()


def disturbed(folder: Path, kg: str, kills: int, seed: int, sign: int) -> list[int]:
    """Send a signal at random moments, resuming after each; how each run ended."""
    drawn = random.Random(seed)
    codes = []
    for _ in range(kills):
        interrupted = sign == signal.SIGINT
        process = started(folder, "ingest", "papers", "--kg", kg, ready=interrupted)
        if interrupted:
            process.stdout.readline()
        try:
            process.wait(timeout=drawn.uniform(0.05, 1.2))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, sign)
        _, err = process.communicate(timeout=60)
        assert b"Traceback" not in err, err.decode()
        if process.returncode == 130:
            assert b"interrupted: what was finished is kept; run the same command again" in err
        codes.append(process.returncode)
    return codes


def resumed(folder: Path, kg: str) -> bytes:
    code, said = run(folder, "ingest", "papers", "--kg", kg)
    assert code == 0, said
    return exported(folder, kg)


@pytest.mark.parametrize(
    "kills", [6, pytest.param(100, marks=pytest.mark.slow)], ids=["6 kills", "100 kills"]
)
def test_kills_at_random_moments_lose_nothing(folder: Path, kills: int) -> None:
    expected = resumed(folder, "whole")
    done = 0
    while done < kills:  # a graph takes a few kills until it is whole; then a new one is begun
        together = min(6, kills - done)
        codes = disturbed(folder, f"kg{done}", together, done, signal.SIGKILL)
        assert set(codes) <= {0, -signal.SIGKILL}
        assert resumed(folder, f"kg{done}") == expected
        done += together


def test_an_interruption_says_how_to_go_on_and_loses_nothing(folder: Path) -> None:
    expected = resumed(folder, "whole")
    codes = disturbed(folder, "kg", 4, 7, signal.SIGINT)
    assert set(codes) <= {0, 130, -signal.SIGINT}
    assert resumed(folder, "kg") == expected


def test_an_interruption_while_kgbuild_is_imported_is_told_in_a_line(tmp_path: Path) -> None:
    """The signal comes in place of click, which the command line imports first.

    Its handler is set anew: a suite in the background of a shell is started without one.
    """
    (tmp_path / "click.py").write_text(
        "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "signal.raise_signal(signal.SIGINT)\n"
    )
    run = subprocess.run(
        [Path(sys.executable).with_name("kgbuild"), "--version"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True,
    )  # fmt: skip
    assert (run.returncode, run.stdout) == (130, "")
    assert run.stderr == "interrupted: nothing was begun\n"


def test_an_interruption_that_a_library_makes_another_error_of_is_told_in_a_line(
    tmp_path: Path,
) -> None:
    (tmp_path / "pydantic.py").write_text(
        "import signal\n"
        "try:\n    signal.raise_signal(signal.SIGINT)\n"
        "except KeyboardInterrupt:\n    raise RuntimeError('Error calling __set_name__')\n"
    )
    run = subprocess.run(
        [Path(sys.executable).with_name("kgbuild"), "config", "show"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert "Traceback" not in run.stderr
    assert run.stderr.endswith(
        "interrupted: what was finished is kept; run the same command again\n"
    )
    assert run.returncode == 130


SLOW = """
import sys, time
from kgbuild import ExtractorSpec, hookimpl

class Slow:
    def extract(self, batch):
        print("at work", file=sys.stderr, flush=True)
        time.sleep(60)
        print("done", file=sys.stderr, flush=True)

@hookimpl
def kgbuild_extractors():
    yield ExtractorSpec(name="slow", summary="Takes a minute.", create=lambda settings: Slow())
"""


def with_a_worker_at_work(folder: Path) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
    """An ingest whose worker has begun and takes a minute, and what it says from there on."""
    (folder / "slow.py").write_text(SLOW)
    host = started(
        folder, "ingest", "papers/00.nbib", "--plugin", "slow.py", "--workers", "1",
        "--set", 'pipeline.extractors=["slow"]', "--set", "pipeline.linkers=[]",
        "--set", "pipeline.terminologies=[]",
    )  # fmt: skip
    assert host.stderr is not None
    while (line := host.stderr.readline()) and line != b"at work\n":
        pass
    assert line, "the worker did not begin"
    return host, host.stderr


def test_a_worker_does_not_outlive_a_host_that_was_killed(folder: Path) -> None:
    """Its end is seen by its standard error, which is closed then."""
    host, said = with_a_worker_at_work(folder)
    host.kill()
    assert b"done" not in said.read()
    host.communicate()


def test_a_terminated_run_ends_its_workers_and_says_how_to_go_on(folder: Path) -> None:
    host, said = with_a_worker_at_work(folder)
    host.terminate()
    told = said.read().decode().strip()
    assert told == "interrupted: what was finished is kept; run the same command again"
    host.communicate()
    assert host.returncode == 130


def test_an_interruption_is_the_host_s_alone_from_the_first_moment_of_a_worker(
    folder: Path,
) -> None:
    """The signal comes while Python starts in the worker, before any line of kgbuild's."""
    (folder / "sitecustomize.py").write_text(
        "import signal, sys\n"
        "if '--multiprocessing-fork' in sys.orig_argv:\n"
        "    signal.raise_signal(signal.SIGINT)\n"
        "    open('interrupted', 'w').close()\n"
    )
    run = subprocess.run(
        [sys.executable, "-m", "kgbuild", "ingest", "papers/00.nbib", "--workers", "1"],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)}, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "Traceback" not in run.stderr
    assert "20 annotated" in run.stdout
    assert (folder / "interrupted").exists()


@pytest.mark.parametrize("limit", [100_000, 400_000, 900_000])
def test_a_full_disk_is_said_clearly_and_loses_nothing(folder: Path, limit: int) -> None:
    expected = resumed(folder, "whole")
    code, said = run(folder, "ingest", "papers", "--kg", "kg", limit=limit)
    assert code != 0
    assert "Traceback" not in said
    assert "error:" in said
    assert "hint:" in said
    assert resumed(folder, "kg") == expected


def test_a_full_disk_leaves_no_half_export(folder: Path) -> None:
    run(folder, "ingest", "papers")
    code, said = run(folder, "export", "graph.nq", limit=50_000)
    assert code != 0
    assert "Traceback" not in said
    assert not (folder / "graph.nq").exists()
    assert not list(folder.glob(".graph.nq*"))


def test_two_ingests_at_once_leave_one_whole_graph(folder: Path) -> None:
    expected = resumed(folder, "whole")
    processes = [started(folder, "ingest", "papers", "--kg", "kg") for _ in range(2)]
    ends = [process.communicate(timeout=60) for process in processes]
    refused = [
        err.decode()
        for process, (_, err) in zip(processes, ends, strict=True)
        if process.returncode
    ]
    assert all("being written to by" in said for said in refused)
    assert resumed(folder, "kg") == expected


def test_a_file_that_vanishes_while_others_are_read_costs_only_itself(folder: Path) -> None:
    process = started(folder, "ingest", "papers")
    (folder / "papers" / "29.nbib").unlink()
    _, err = process.communicate(timeout=60)
    assert process.returncode in (0, 1), err.decode()
    code, said = run(folder, "ingest", "papers")
    assert code == 0, said
