"""The documentation says what the code does: pages made from it, commands run, links followed."""

from __future__ import annotations

import doctest
import importlib.util
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

from kgbuild.cli import main

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
_spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
assert _spec is not None
assert _spec.loader is not None
generate: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(generate)

needs_plugins = pytest.mark.skipif(
    any(
        importlib.util.find_spec(f"kgbuild_{p}") is None
        for p in ("lexicon", "spacy", "transformer")
    ),
    reason="the plugins of this repository are not installed",
)


@needs_plugins
@pytest.mark.parametrize("name", sorted(generate.pages()))
def test_a_reference_page_is_what_the_code_says(name: str) -> None:
    written = (DOCS / "reference" / name).read_text(encoding="utf-8")
    assert written == generate._NOTE + generate.pages()[name], "run: python docs/generate.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(DOCS)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith(("http:", "https:", "mesh:", "ncbi")):
            assert (page.parent / target).exists(), f"{page}: {target}"


def _blocks(page: Path, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def _commands(block: str) -> list[tuple[str, str]]:
    """The commands of a block with what they are shown to print."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(command, output) for command, _, output in (part.partition("\n") for part in parts)]


RUN = [page for page in PAGES if _blocks(page, "console")]


@needs_plugins
@pytest.mark.parametrize("page", RUN, ids=lambda p: str(p.relative_to(DOCS)))
def test_every_command_runs_and_prints_what_is_shown(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Output is compared line by line; ``...`` stands for anything, also for nothing."""
    folder = tmp_path / "examples"
    shutil.copytree(ROOT / "examples", folder, ignore=shutil.ignore_patterns("kg", "*.egg-info"))
    monkeypatch.chdir(folder)
    for block in _blocks(page, "console"):
        for line, shown in _commands(block):
            command, _, comment = line.partition("  # exits ")
            program, *arguments = shlex.split(command)
            assert program == "kgbuild"
            code = main(arguments)
            said = capsys.readouterr()
            assert code == int(comment or 0), said.err
            if shown.strip():
                got = said.out or said.err
                flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
                fits = doctest.OutputChecker().check_output(shown, f"\n{got}", flags)
                assert fits, f"$ {command}\n{got}\nis not\n{shown}"
    for block in _blocks(page, "python"):
        test = doctest.DocTestParser().get_doctest(block, {}, page.name, str(page), 0)
        result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test)
        assert result.failed == 0


def test_every_page_can_be_reached_from_the_index() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    linked = {str(Path(t)) for t in re.findall(r"\]\(([^)#]+)\)", index)}
    pages = {str(p.relative_to(DOCS)) for p in PAGES if p.parent.name != "decisions"}
    assert pages - {"index.md", "reference/benchmarks.md"} <= linked


@needs_plugins
def test_public_modules_have_examples_that_run() -> None:
    import importlib
    import pkgutil

    import kgbuild

    failed = []
    for module in pkgutil.walk_packages(kgbuild.__path__, "kgbuild."):
        if module.name.endswith("__main__") or ".testing" in module.name:
            continue
        result = doctest.testmod(importlib.import_module(module.name), optionflags=doctest.ELLIPSIS)
        if result.failed:
            failed.append(module.name)
    assert failed == []
