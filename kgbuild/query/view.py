"""The SPARQL view: an Oxigraph store in the graph's folder, kept in step with the store of record.

The view holds nothing of its own. Its folder is named after the graph's revision and what rules
concluded. A newer one is made beside it and then takes its place, so that a query that is running
keeps the one it has. It is made from the last one where that is cheaper: files are shared by hard
links (Oxigraph never changes a table file), and only what changed since is taken out and put in.
An update equals a rebuild (``tests/query/test_view.py``).
"""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path

from kgbuild.assertion import content_id
from kgbuild.graph import rdf_model, rdf_triples
from kgbuild.graph.rdf_view import quads_of_graph
from kgbuild.graph.reading import StoredGraph
from kgbuild.query.updating import Changes, Update
from kgbuild.reasoning.inferences import stamp

__all__ = ["WHOLE", "linked", "prepare_view", "put_in_place"]

WHOLE = "whole"
"""The file that a view has when it is whole."""


def prepare_view(graph: StoredGraph) -> Path:
    """The folder of the view, brought up to the graph's revision and to what rules concluded."""
    folder = graph.folder / "view"
    with graph.snapshot():
        wanted = folder / f"{graph.revision}-{stamp(graph)}".rstrip("-")
        if _is_whole(wanted):
            return wanted / "oxigraph"
        making = folder / f"making-{os.getpid()}"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        if not _updated(graph, _last(folder, graph.revision), making / "oxigraph"):
            _rebuild(graph, making / "oxigraph")
    (making / WHOLE).write_text(_model_name())
    put_in_place(making, wanted)
    return wanted / "oxigraph"


def put_in_place(making: Path, wanted: Path) -> None:
    """Give a view that is whole its name, and take away the older ones beside it."""
    shutil.rmtree(wanted, ignore_errors=True)
    making.rename(wanted)
    for old in wanted.parent.iterdir():
        if old != wanted and not old.name.startswith("making-"):
            shutil.rmtree(old, ignore_errors=True)


@cache
def _model_name() -> str:
    """A name for the RDF model: a view that another model made is of no use."""
    return content_id(*(Path(m.__file__ or "").read_text() for m in (rdf_model, rdf_triples)))


def _is_whole(view: Path) -> bool:
    try:
        return (view / WHOLE).read_text() == _model_name()
    except OSError:
        return False


def _last(folder: Path, revision: int) -> Path | None:
    """The newest view there is that is not newer than the graph."""
    known = {
        int(number): view
        for view in (folder.iterdir() if folder.is_dir() else ())
        if (number := view.name.partition("-")[0]).isdecimal() and _is_whole(view)
    }
    return max(((n, view) for n, view in known.items() if n <= revision), default=(0, None))[1]


def _rebuild(graph: StoredGraph, target: Path) -> None:
    from pyoxigraph import RdfFormat, Store

    shutil.rmtree(target, ignore_errors=True)
    lines = target.with_suffix(".nq")
    with lines.open("wb") as file:
        file.writelines(quads_of_graph(graph))
    store = Store(str(target))
    store.bulk_load(path=str(lines), format=RdfFormat.N_QUADS)
    store.flush()
    lines.unlink()


def _updated(graph: StoredGraph, last: Path | None, target: Path) -> bool:
    """Whether the view could be made from the last one."""
    if last is None:
        return False
    changes = Changes(graph, int(last.name.partition("-")[0]))
    if changes.many:
        return False
    from pyoxigraph import Store

    try:
        shutil.copytree(last / "oxigraph", target, copy_function=linked)
        store = Store(str(target))
    except OSError:
        return False  # somebody else has put a newer one in its place
    Update(graph, store, changes).run()
    store.flush()
    return True


def linked(source: str, target: str) -> str:
    """Share a table file, which never changes; copy any other, or where links are not known."""
    if source.endswith(".sst"):
        try:
            os.link(source, target)
        except OSError:
            pass
        else:
            return target
    return str(shutil.copy2(source, target))
