"""Laws of the store: an update equals a rebuild; order, batches and workers do not matter."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgbuild.config import Configuration, load_configuration
from kgbuild.exporters.rdf import SPECS
from kgbuild.graph.reading import load
from kgbuild.graph.store import GraphStore
from kgbuild.host import Host
from kgbuild.ingest import Summary, ingest
from kgbuild.workers import HostOptions, InProcess, annotators

HOST = Host.load(only_builtins=True)
[QUADS] = [spec for spec in SPECS if spec.name == "n-quads"]

Paper = tuple[int, int]
"""A document's number, and which of its texts."""

Step = tuple[str, tuple[Paper, ...]]
"""A file, and the papers that it holds from now on; none take it away."""

TEXTS = (
    ("Aspirin and headache.", "One."),
    ("Aspirin, and headache.", "A longer abstract: the text that counts."),
    ("Headache.", ""),
)


def pubtator(paper: Paper) -> str:
    """A document of one of three texts, with the mentions and the relation that it allows."""
    number, text = paper
    title, abstract = TEXTS[text]
    identifier = 990000000 + number
    lines = [f"{identifier}|t|{title}", f"{identifier}|a|{abstract}"]
    for word, kind, concept in (
        ("Aspirin", "Chemical", "D001241"),
        ("eadache", "Disease", "D006261"),
    ):
        if (start := title.find(word)) >= 0:
            row = (identifier, start, start + len(word), word, kind, concept)
            lines.append("\t".join(map(str, row)))
    if "Aspirin" in title:
        lines.append(f"{identifier}\tCID\tD001241\tD006261")
    return "\n".join(lines) + "\n\n"


papers = st.tuples(st.integers(0, 3), st.integers(0, 2))
files = st.sampled_from(("a.pubtator", "b.pubtator", "sub/c.pubtator"))
steps = st.lists(st.tuples(files, st.lists(papers, max_size=3).map(tuple)), min_size=1, max_size=6)


def written(folder: Path, step: Step) -> None:
    name, held = step
    path = folder / "papers" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if held:
        path.write_text("".join(map(pubtator, held)), encoding="utf-8")
    else:
        path.unlink(missing_ok=True)


def configured(folder: Path, batch: int, workers: int = 0) -> Configuration:
    overrides = (f"run.batch_size={batch}", f"run.workers={workers}")
    return load_configuration(
        folder, overrides=("pipeline.trust_annotations=true", *overrides), environment={}
    )


def read_all(folder: Path, kg: str, paths: Sequence[str] = ("",), batch: int = 64) -> bytes:
    """Ingest the papers at these paths, one after the other; the graph as N-Quads."""
    for path in paths:
        assert run(folder, kg, path, batch).failures == []
    return quads(folder, kg)


def run(folder: Path, kg: str, path: str, batch: int, reader: str | None = None) -> Summary:
    configuration = configured(folder, batch)
    with GraphStore.create(folder / kg) as store:
        return ingest(
            [str(folder / "papers" / path)],
            store=store, host=HOST, configuration=configuration,
            annotators=InProcess(HOST, configuration), reader=reader, prune=True,
        )  # fmt: skip


def quads(folder: Path, kg: str) -> bytes:
    target = folder / f"{kg}.nq"
    with load(folder / kg) as graph:
        QUADS.create(QUADS.settings_class()()).export(graph, target)
    return target.read_bytes()


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder in memory where there is one: each example writes some hundred pages."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def emptied(place: Path) -> Path:
    for found in place.iterdir():
        shutil.rmtree(found) if found.is_dir() else found.unlink()
    (place / "papers" / "sub").mkdir(parents=True)
    return place


@settings(max_examples=25)
@given(sequence=steps, batch=st.sampled_from((1, 2, 64)), slips=st.booleans())
def test_after_any_sequence_of_changes_the_graph_is_as_if_built_anew(
    place: Path, sequence: list[Step], batch: int, slips: bool
) -> None:
    """Add, change, remove and add again; a document may be in two files, in other words.

    A run with a reader that can read none of the files changes nothing in between.
    """
    folder = emptied(place)
    updated = b""
    for step in sequence:
        written(folder, step)
        updated = read_all(folder, "updated", batch=batch)
        if slips:
            run(folder, "updated", "", batch, reader="jats")
            assert quads(folder, "updated") == updated
    assert read_all(folder, "anew") == updated


@settings(max_examples=15)
@given(
    held=st.fixed_dictionaries(
        {name: st.lists(papers, max_size=3).map(tuple) for name in ("a.pubtator", "b.pubtator")}
    ),
    order=st.permutations(["a.pubtator", "b.pubtator", "sub"]),
    batch=st.sampled_from((1, 2, 64)),
)
def test_the_order_of_files_and_the_size_of_batches_do_not_matter(
    place: Path, held: Mapping[str, tuple[Paper, ...]], order: list[str], batch: int
) -> None:
    folder = emptied(place)
    for name, some in held.items():
        written(folder, (name, some or ((0, 0),)))
    written(folder, ("sub/c.pubtator", ((1, 1), (2, 0))))
    assert read_all(folder, "ordered", order, batch) == read_all(folder, "at-once")


@pytest.mark.parametrize("workers", [1, 3])
def test_the_number_of_workers_does_not_matter(tmp_path: Path, workers: int) -> None:
    for number in range(4):
        held = tuple((paper, (paper + number) % 3) for paper in range(number, number + 3))
        written(tmp_path, (f"{number}.pubtator", held))
    configuration = configured(tmp_path, batch=2, workers=workers)
    running = annotators(HOST, configuration, HostOptions(only_builtins=True, root=tmp_path))
    try:
        with GraphStore.create(tmp_path / "workers") as store:
            ingest(
                [str(tmp_path / "papers")],
                store=store, host=HOST, configuration=configuration, annotators=running,
            )  # fmt: skip
    finally:
        running.close()
    assert quads(tmp_path, "workers") == read_all(tmp_path, "alone")
