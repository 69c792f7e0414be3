"""The few fixtures that every room shares."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest

# How fast a machine draws examples is no property of the code: a busy one is slow.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real papers and corpora beside the repository; skips where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not (folder / "papers").is_dir():
        pytest.skip("../shared is not here")
    return folder
