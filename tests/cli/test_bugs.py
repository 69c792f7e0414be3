"""What a bug of ours looks like: its traceback, and an exit code that is nothing else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kgbuild.cli import ExitCode, status

if TYPE_CHECKING:
    import pytest


def test_a_bug_shows_its_traceback_and_has_its_own_exit_code(
    kgbuild_project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(folder: object) -> None:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr(status, "load", broken)
    outcome = kgbuild_project({}).run("status")
    assert outcome.exit_code == ExitCode.BUG
    assert "Traceback" in outcome.stderr
    assert "ZeroDivisionError: of ours" in outcome.stderr
