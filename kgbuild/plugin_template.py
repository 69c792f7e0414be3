"""A new plugin to start from: what ``kgbuild plugins new NAME`` writes.

``examples/kgbuild-hello`` is what it writes for the name ``hello``; a test keeps them equal.
"""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

import kgbuild
from kgbuild.errors import UsageError

__all__ = ["write_plugin"]

_PLUGIN = '''\
"""Find dbSNP numbers such as rs334, and say which variant each of them names."""

import re
from collections.abc import Iterator, Sequence

from kgbuild import Annotations, Candidate, Document, ExtractorSpec, Link, Mention, Task, hookimpl

NUMBER = re.compile(r"\\brs[1-9][0-9]+\\b")
VARIANT = "biolink:SequenceVariant"


def annotate(document: Document) -> Annotations:
    found = [Mention.at(document, *m.span(), VARIANT) for m in NUMBER.finditer(document.text)]
    links = [Link(mention=m, candidates=(Candidate(concept=f"dbsnp:{m.text}"),)) for m in found]
    return Annotations(mentions=tuple(found), links=tuple(links))


class $Class:
    def extract(self, batch: Sequence[Task]) -> list[Annotations]:
        return [annotate(task.document) for task in batch]


@hookimpl
def kgbuild_extractors() -> Iterator[ExtractorSpec]:
    yield ExtractorSpec(
        name="$name",
        summary="Variants by their dbSNP numbers.",
        create=lambda settings: $Class(),
        categories=frozenset({VARIANT}),
    )
'''

_TEST = '''\
"""The plugin keeps the laws of extractors, and is found where it is installed."""

from kgbuild.testing.contracts import ExtractorContract
from kgbuild.testing.installed import PluginContract

from $package.plugin import kgbuild_extractors


class Test$Class(ExtractorContract):
    (spec,) = kgbuild_extractors()
    examples = (
        "Carriers of [rs334](variant:dbsnp:rs334) are protected.",
        "The primers rs, xrs12 and rs0 are no variants.",
    )


class TestInstalled(PluginContract):
    plugin = "$name"
'''

_PYPROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "kgbuild-$name"
version = "0.1.0"
description = "Variants by their dbSNP numbers, for kgbuild"
readme = "README.md"
requires-python = ">=3.11"
keywords = ["kgbuild-plugin"]
dependencies = ["kgbuild>=$this,<$next"]

[project.optional-dependencies]
test = ["kgbuild[test]"]

[project.entry-points.kgbuild]
$name = "$package.plugin"

[tool.setuptools]
packages = ["$package"]

[tool.ruff]
line-length = 100
lint.extend-select = ["I"]
"""

_README = """\
# kgbuild-$name

A plugin for kgbuild. Its extractor finds dbSNP numbers and links them to the variants they name.

    pip install -e '.[test]'
    pytest
    kgbuild plugins show $name

Name it among the extractors in `kgbuild.toml` to use it:

    [pipeline]
    extractors = ["$name"]
"""

_FILES = {
    "README.md": _README,
    "pyproject.toml": _PYPROJECT,
    "$package/__init__.py": '"""A plugin for kgbuild."""\n',
    "$package/plugin.py": _PLUGIN,
    "tests/test_$package.py": _TEST,
}


def write_plugin(name: str, folder: Path) -> list[Path]:
    """Write a plugin of that name into ``folder/kgbuild-NAME``, and return the files.

    It is a distribution ``kgbuild-NAME`` that passes its own tests once it is installed.
    Raises UsageError for a name that is not lower case words joined by hyphens, and where
    ``kgbuild-NAME`` already holds something.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise UsageError(
            f"{name!r} cannot name a plugin", hints=["lower case words, joined by hyphens"]
        )
    new = folder / f"kgbuild-{name}"
    if new.exists() and (not new.is_dir() or any(new.iterdir())):
        raise UsageError(f"{str(new)!r} is not empty", hints=["choose another name or folder"])
    facts = _facts(name)
    written = []
    for path, content in _FILES.items():
        target = new / Template(path).substitute(facts)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Template(content).substitute(facts), encoding="utf-8")
        written.append(target)
    return written


def _facts(name: str) -> dict[str, str]:
    major, minor, *_ = kgbuild.__version__.split(".")
    return {
        "name": name,
        "package": f"kgbuild_{name.replace('-', '_')}",
        "Class": "".join(word.title() for word in name.split("-")),
        "this": f"{major}.{minor}",
        "next": f"{major}.{int(minor) + 1}",
    }
