"""The walls: what the host may import, and when."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "torch", "spacy", "rdflib", "networkx", "numpy", "pydantic", "lxml", "pyoxigraph", "jinja2",
)  # fmt: skip


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys; from kgbuild.cli import main; main(sys.argv[1:]);"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    )
    assert run.stderr.strip() == "[]"


def test_every_verb_has_help_with_an_example() -> None:
    from click.testing import CliRunner

    from kgbuild.cli import VERBS, kgbuild

    for verb in VERBS:
        result = CliRunner().invoke(kgbuild, [verb, "--help"])
        assert result.exit_code == 0, verb
        assert "Example: kgbuild" in result.output or "Commands:" in result.output, verb
