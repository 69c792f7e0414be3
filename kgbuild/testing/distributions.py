"""Real little distributions for tests: a folder as pip leaves it, with metadata and modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import dedent

__all__ = ["install"]


def install(
    site: Path,
    name: str,
    *,
    modules: Mapping[str, str],
    entry_points: Mapping[str, str],
    version: str = "1.0",
    summary: str = "",
    requires: Iterable[str] = ("kgbuild",),
) -> Path:
    """Write a distribution into the folder ``site``, as if pip had installed it there.

    ``modules`` maps paths (``shout/plugin.py``) to source; ``entry_points`` maps names to
    modules, in the group ``kgbuild``. Returns ``site``; put it on ``sys.path`` to be found.
    """
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    headers = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    headers += [f"Summary: {summary}"] if summary else []
    headers += [f"Requires-Dist: {requirement}" for requirement in requires]
    (info / "METADATA").write_text("\n".join(headers) + "\n", encoding="utf-8")
    lines = [f"{point} = {value}" for point, value in entry_points.items()]
    (info / "entry_points.txt").write_text("\n".join(["[kgbuild]", *lines, ""]), encoding="utf-8")
    for path, source in modules.items():
        target = site / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(source), encoding="utf-8")
    return site
