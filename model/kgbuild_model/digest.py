"""What tells one checkpoint from another; computed without torch, so that it is cheap to ask."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from kgbuild_model.errors import CheckpointError

__all__ = ["check_folder", "digest", "digests_of", "weight_files"]


def digest(folder: Path) -> str:
    """A hash of all that a checkpoint's answers depend on: configuration, tokenizer, weights.

    Raises CheckpointError where there are no weights, OSError where another file is missing.
    """
    whole = sha256()
    for path in [folder / "config.json", folder / "tokenizer.json", *weight_files(folder)]:
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                whole.update(chunk)
    return whole.hexdigest()[:16]


def digests_of(files: Iterable[str], root: Path) -> dict[str, str]:
    """The first twelve hex digits of the sha256 of each of the files below ``root``."""
    return {file: sha256((root / file).read_bytes()).hexdigest()[:12] for file in files}


def check_folder(folder: Path) -> None:
    """Raise CheckpointError where there is no such folder."""
    if not folder.is_dir():
        raise CheckpointError(
            f"{folder} is no folder, and no weights of that name ship",
            hint="name fast or accurate, or a folder that kgbuild train wrote",
        )


def weight_files(folder: Path) -> list[Path]:
    """The files that hold a checkpoint's weights, in order. Raises CheckpointError for none."""
    check_folder(folder)
    paths = sorted(folder.glob("weights-*.safetensors"))
    if not paths:
        raise CheckpointError(
            f"{folder} has no weights-1.safetensors",
            hint="pickled weights (.bin, .pt) are not read",
        )
    return paths
