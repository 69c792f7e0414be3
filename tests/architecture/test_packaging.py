"""What is installed is whole: every file that a part reads is packaged with it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = sorted(file.parent for file in ROOT.glob("plugins/*/pyproject.toml"))


@pytest.mark.parametrize("part", [ROOT, ROOT / "model", *PLUGINS], ids=lambda part: part.name)
def test_every_file_beside_the_code_is_packaged(part: Path) -> None:
    tables = tomllib.loads((part / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    packages = [path for path in part.glob("kgbuild*") if (path / "__init__.py").is_file()]
    assert packages
    for package in packages:
        wanted = {
            path
            for path in package.rglob("*")
            if path.is_file() and path.suffix not in (".py", ".pyc")
        }
        patterns = tables.get("package-data", {}).get(package.name, [])
        packaged = {path for pattern in patterns for path in package.glob(pattern)}
        assert wanted <= packaged, sorted(str(path) for path in wanted - packaged)
