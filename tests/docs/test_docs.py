"""The documentation says what the code does: pages made from it, commands run, links followed."""

from __future__ import annotations

import doctest
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kgbuild.cli import main
from kgbuild.config import Settings, tables_in
from kgbuild.host import KINDS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
_spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
assert _spec is not None
assert _spec.loader is not None
generate: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(generate)

GENERATED = {DOCS / "reference" / name for name in generate.pages()}

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


@needs_plugins
def test_every_setting_says_what_it_is_for() -> None:
    """Of the host and of every component in this repository, those of its inner tables too."""
    host = generate._host()
    classes = [offer.spec.settings_class() for kind in KINDS for offer in host.specs(kind).values()]
    assert {
        "LexiconSettings",
        "LinkerSettings",
        "RuleSettings",
        "TaggerSettings",
        "RdfSettings",
    } <= {model.__name__ for model in classes}
    waiting, unsaid = [Settings, *classes], []
    while waiting:
        model = waiting.pop()
        for key, field in model.model_fields.items():
            inner = tables_in(field.annotation)
            waiting += inner
            if not (field.description or (model is Settings and inner)):
                unsaid.append(f"{model.__name__}.{key}")
    assert unsaid == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith(("http:", "https:", "mesh:", "ncbi")):
            assert (page.parent / target).exists(), f"{page}: {target}"


BLOCK = re.compile(r'^```(\w+)(?: title="([^"\n]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"[|<>&;$`*]")


def _commands(block: str) -> list[tuple[str, str]]:
    """The commands of a block with what they are shown to print."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(command, output) for command, _, output in (part.partition("\n") for part in parts)]


def _run(command: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Run a command: kgbuild in this process, anything else by the shell."""
    if command.startswith("kgbuild ") and not SHELL.search(command):
        code = main(shlex.split(command)[1:])
        said = capsys.readouterr()
        return code, said.out or said.err
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, stdin=subprocess.DEVNULL,
        env={**os.environ, "PATH": path},
    )  # fmt: skip
    return done.returncode, done.stdout or done.stderr


def _check(command: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    command, _, comment = command.partition("  # exits ")
    code, said = _run(command, capsys)
    assert code == int(comment or 0), said
    if shown.strip():
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        fits = doctest.OutputChecker().check_output(shown, f"\n{said}", flags)
        assert fits, f"$ {command}\n{said}\nis not\n{shown}"


RUN = [
    page for page in PAGES if re.search(r"^```console|^>>> ", page.read_text("utf-8"), re.MULTILINE)
]


@needs_plugins
@pytest.mark.parametrize("page", RUN, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_command_runs_and_prints_what_is_shown(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page is a script that begins in a copy of examples/ in which nothing was ingested.

    Its blocks are run in their order: commands, examples in Python, and files, which are blocks
    with a title. Output is compared line by line; ``...`` stands for anything, also for nothing.
    """
    folder = tmp_path / "examples"
    hidden = shutil.ignore_patterns("kg", ".*", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT / "examples", folder, ignore=hidden)
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {"__name__": "__page__"}
    for language, title, body in BLOCK.findall(page.read_text("utf-8")):
        if title:
            Path(title).parent.mkdir(parents=True, exist_ok=True)
            Path(title).write_text(body, encoding="utf-8")
        elif language == "console":
            for command, shown in _commands(body):
                _check(command, shown, capsys)
        elif language == "python" and page not in GENERATED:
            example = doctest.DocTestParser().get_doctest(body, names, page.name, str(page), 0)
            runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
            assert runner.run(example, clear_globs=False).failed == 0
            names = example.globs


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_command_is_shown_that_is_not_run(page: Path) -> None:
    """But for those under a line that says why they are not: ``<!-- not run: … -->``."""
    text = re.sub(r"<!-- not run: .+? -->\n+(?:```.*?^```$|(?: {4}.*\n|\n)+)", "",
                  page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)  # fmt: skip
    if page not in GENERATED:
        fenced = [body for language, _, body in BLOCK.findall(text) if language != "console"]
        assert not re.search(r"^(?:\$ )?kgbuild [a-z]", "\n".join(fenced), re.MULTILINE)
        assert not re.search(r"^ {4,}(?:\$ )?kgbuild [a-z]", text, re.MULTILINE)


def test_every_page_can_be_reached_from_the_index() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    linked = {str(Path(t)) for t in re.findall(r"\]\(([^)#]+)\)", index)}
    pages = {str(p.relative_to(DOCS)) for p in DOCS.rglob("*.md")}
    assert pages - {"index.md"} <= linked


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
