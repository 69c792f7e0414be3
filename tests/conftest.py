"""The few fixtures that every room shares."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real papers and corpora beside the repository; skips where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not (folder / "papers").is_dir():
        pytest.skip("../shared is not here")
    return folder
