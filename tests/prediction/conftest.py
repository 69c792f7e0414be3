"""The made-up world as a graph, once for all tests of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kgbuild.graph.reading import StoredGraph
from kgbuild.testing.library import Library
from kgbuild.testing.world import World, papers_of


@pytest.fixture(scope="session")
def world() -> World:
    return World(chemicals=60, genes=60, diseases=30, pathways=10, seed=3)


@pytest.fixture(scope="session")
def shelf(world: World, tmp_path_factory: pytest.TempPathFactory) -> Library:
    library = Library(tmp_path_factory.mktemp("world") / "kg")
    for year, papers in papers_of(world):
        library.add(papers, date=year)
    return library


@pytest.fixture
def graph(shelf: Library) -> Iterator[StoredGraph]:
    with shelf.open() as opened:
        yield opened
