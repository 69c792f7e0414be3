"""An empty library, in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgbuild.testing.library import Library


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "kg")
