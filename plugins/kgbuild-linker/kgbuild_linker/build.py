"""``python -m kgbuild_linker.build PACKAGES TARGET`` builds the default terminology."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from kgbuild.terms import TermReport, acyclic
from kgbuild_linker.sources import DEFAULT_SOURCES, read_packages
from kgbuild_linker.writing import write

__all__ = ["build"]


def build(packages: Path, target: Path) -> None:
    """Build from the folder that ``pip install --target`` laid the packages out in."""
    vocabulary = read_packages(packages)
    rows = [
        (one.name, one.package, _version(packages, one.package), one.licence,
         _digest(packages, one.files))
        for one in DEFAULT_SOURCES
    ]  # fmt: skip
    report = TermReport()
    write(
        target, vocabulary.entries.values(), rows, {"name": "default"},
        hierarchy=lambda parents: acyclic(parents, report),
    )  # fmt: skip
    for omission in report.omissions:
        sys.stdout.write(f"left out: {omission.why}: {omission.what}\n")
    for (source, reason), count in sorted(vocabulary.left_out.counts.items()):
        example = vocabulary.left_out.examples[source, reason]
        sys.stdout.write(f"left out: {count:,} of {source}: {reason}, e.g. {example}\n")
    size = target.stat().st_size / 1e6
    sys.stdout.write(f"{target}: {len(vocabulary.entries):,} concepts, {size:.1f} MB\n")


def _version(packages: Path, name: str) -> str:
    found = sorted(packages.glob(f"{name.replace('-', '_')}-*.dist-info"))
    if not found:
        raise FileNotFoundError(f"{packages} has no package {name}")
    return found[0].name.split("-")[-2].removesuffix(".dist")


def _digest(packages: Path, files: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update((packages / file).read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
