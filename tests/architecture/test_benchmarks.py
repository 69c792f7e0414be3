"""Every benchmark is in the list that ``make bench`` runs, and in the docs."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

import kgbuild
from kgbuild.assertion import assertion_id

ROOT = Path(__file__).parents[2]
HELPERS = {"machine", "run"}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    for name in ("run", "machine"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import run as module  # type: ignore[import-not-found]

    monkeypatch.setattr(module, "RESULTS", tmp_path)
    return module


def files() -> set[str]:
    found = {file.stem for file in (ROOT / "benchmarks").glob("[a-z]*.py")}
    return found - HELPERS


def test_every_benchmark_is_run(run: ModuleType) -> None:
    assert {one.name for one in run.BENCHMARKS} == files()


def test_every_benchmark_is_in_the_docs() -> None:
    text = (ROOT / "docs/reference/benchmarks.md").read_text("utf-8")
    assert not [name for name in files() if f"`python benchmarks/{name}.py" not in text]


def test_the_options_of_every_benchmark_are_its_own(run: ModuleType) -> None:
    for one in run.BENCHMARKS:
        text = (ROOT / "benchmarks" / f"{one.name}.py").read_text("utf-8")
        for option in f"{one.whole} {one.quick}".split():
            assert not option.startswith("--") or f'"{option}"' in text, (one.name, option)


def test_a_graph_that_is_written_row_by_row_is_one(run: ModuleType, tmp_path: Path) -> None:
    import reasoning  # type: ignore[import-not-found]

    ends = ("mesh:C1", reasoning.KINDS["C"]), ("mesh:D1", reasoning.KINDS["D"])
    identity = assertion_id("mesh:C1", "biolink:treats", "mesh:D1")
    told = [(identity, "mesh:C1", "biolink:treats", "mesh:D1", None)]
    reasoning.fill(tmp_path, ends, told)
    with kgbuild.load(tmp_path) as graph:
        [assertion] = graph.assertions()
    assert assertion.id == identity
    assert [one.text for one in assertion.evidence] == [reasoning.SENTENCE]


def test_what_is_lacking_is_named(run: ModuleType) -> None:
    one = run.Benchmark(name="store", modules=("no_such_module",), files=(Path("/no/such"),))
    outcome = run.run(one, quick=True, minutes=1)
    assert outcome == "skipped: needs the module no_such_module, /no/such"


@pytest.mark.parametrize(
    ("body", "minutes", "outcome"),
    [
        ("print('ok')", 1, "ran"),
        ("raise SystemExit(3)", 1, "failed: exit code 3"),
        ("import threading; threading.Event().wait()", 0.01, "failed: ended after 0.01 minutes"),
    ],
)
def test_an_outcome_is_told(
    run: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    body: str,
    minutes: float,
    outcome: str,
) -> None:
    (tmp_path / "made.py").write_text(body, "utf-8")
    monkeypatch.setattr(run, "HERE", tmp_path)
    assert run.run(run.Benchmark(name="made"), quick=True, minutes=minutes) == outcome
    assert (tmp_path / "made.txt").read_text("utf-8").startswith("$ python benchmarks/made.py")


@pytest.mark.parametrize(
    ("counted", "told"),
    [
        ((0, 100), "0 of 100 (0.0%, 0.0 to 3.6)"),
        ((2, 80), "2 of 80 (2.5%, 0.3 to 8.7)"),
        ((60, 60), "60 of 60 (100.0%, 94.0 to 100.0)"),
        ((0, 0), "0 of 0"),
    ],
)
def test_a_share_has_its_exact_interval(
    run: ModuleType, counted: tuple[int, int], told: str
) -> None:
    """At either bound so few, or so many, have a chance of 2.5%, or there is none beyond."""
    from _shares import share  # type: ignore[import-not-found]

    assert share(*counted) == told
