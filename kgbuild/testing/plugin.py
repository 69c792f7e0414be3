"""Fixtures for pytest, available wherever kgbuild is installed.

``kgbuild_host`` loads a host, ``kgbuild_project`` makes a folder and runs commands in it,
``kgbuild_golden`` compares with a file that ``--update-golden`` rewrites.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

__all__ = ["kgbuild_golden"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--update-golden``."""
    parser.getgroup("kgbuild").addoption(
        "--update-golden",
        action="store_true",
        help="rewrite the golden files with what the tests made; review them with git",
    )


@pytest.fixture
def kgbuild_golden(request: pytest.FixtureRequest) -> Callable[[Path, str | bytes], None]:
    """Compare with a golden file: ``kgbuild_golden(path, content)``.

    A difference fails the test; ``--update-golden`` rewrites the file instead.
    """
    update = request.config.getoption("--update-golden")

    def compare(path: Path, content: str | bytes) -> None:
        given = content.encode() if isinstance(content, str) else content
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(given)
        if not path.is_file():
            pytest.fail(f"no golden file {path}: run pytest with --update-golden, and review it")
        expected = path.read_bytes()
        if isinstance(content, str):
            assert content == expected.decode()
        else:
            assert given == expected

    return compare
