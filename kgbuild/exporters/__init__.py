"""Built-in exporters: what writes a graph to files, registered as a plugin like any other.

:func:`export_graph` gives the exporter a temporary path beside the target, and the target's
name only when the exporter has returned: nothing half-written is ever seen under it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from kgbuild.annotation import AnnotatedDocument
from kgbuild.components import Exporter, Graph
from kgbuild.errors import UsageError
from kgbuild.faults import reach

__all__ = ["annotated_documents", "check_target", "export_graph", "unwritable"]


def export_graph(
    exporter: Exporter, graph: Graph, target: Path, *, folder: bool
) -> tuple[int, Mapping[str, int]]:
    """Write the graph to the target; return how many bytes that is, and what it could not hold.

    Raises UsageError where the target cannot be written: a folder where a file is meant, a
    folder that is not there or holds something else, a full disk.
    """
    check_target(target, folder=folder)
    partial = target.with_name(f".{target.name}.partial")
    _clear(partial)
    try:
        lost = exporter.export(graph, partial) or {}
        reach("export.before-rename")
        if folder and target.exists():
            _check_replaced(target, partial)
            shutil.rmtree(target)
        os.replace(partial, target)  # noqa: PTH105 - the atomic rename is what this is about
    except OSError as error:
        raise unwritable(target, error) from error
    finally:
        _clear(partial)
    files = [target] if target.is_file() else [path for path in target.rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files), lost


def annotated_documents(graph: Graph) -> Iterator[AnnotatedDocument]:
    """Every document of a graph with its annotations, one after the other."""
    return (graph.annotated(document.id) for document in graph.documents())


def check_target(target: Path, *, folder: bool = False) -> None:
    """Raises UsageError where a file (or a folder) of that name cannot be written."""
    try:
        target.lstat()
    except FileNotFoundError:
        pass
    except OSError as error:  # a name that is too long, or a file where a folder is meant
        raise unwritable(target, error) from error
    if target.is_dir() != folder and target.exists():
        meant = "a folder" if folder else "a file"
        raise UsageError(f"{target}: the format wants {meant}", hints=["name another target"])
    if not target.name:
        raise UsageError(f"{target}: has no name of its own", hints=["name another target"])
    if not target.absolute().parent.is_dir():
        raise UsageError(f"{target.parent}: there is no such folder", hints=["make it first"])


def unwritable(target: Path, error: OSError) -> UsageError:
    """What a user is told where the machine refuses to write a target."""
    return UsageError(
        f"{target}: cannot be written: {error.strerror or error}",
        hints=["free some space, or name another place; nothing was left half-written"],
    )


def _check_replaced(target: Path, partial: Path) -> None:
    """A folder is replaced where it holds an export of this format, and nothing else."""
    others = sorted({path.name for path in target.iterdir()} - {p.name for p in partial.iterdir()})
    if others:
        raise UsageError(
            f"{target}: holds {others[0]!r}, which is not of this export; nothing was written",
            hints=["name a folder that is empty or not there"],
        )


def _clear(partial: Path) -> None:
    if partial.is_dir():
        shutil.rmtree(partial)
    else:
        partial.unlink(missing_ok=True)
