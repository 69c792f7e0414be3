"""The SPARQL view with what is predicted: a copy of the plain one, for who asks for it.

It lies in a folder of its own, so that the plain view never holds a prediction.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from kgbuild.assertion import content_id
from kgbuild.graph.rdf_model import RdfModel
from kgbuild.graph.rdf_view import nquads
from kgbuild.graph.reading import StoredGraph
from kgbuild.prediction.layer import stamp
from kgbuild.query.view import WHOLE, linked, prepare_view, put_in_place

__all__ = ["predicted_view"]


def predicted_view(graph: StoredGraph) -> Path:
    """The folder of a view of the graph and of what is predicted of it as it is now."""
    plain = prepare_view(graph)
    folder = graph.folder / "predicted-view"
    state = content_id(plain.parent.name, (plain.parent / WHOLE).read_text(), stamp(graph))
    wanted = folder / state
    if (wanted / WHOLE).is_file():
        return wanted / "oxigraph"
    from pyoxigraph import RdfFormat, Store

    making = folder / f"making-{os.getpid()}"
    shutil.rmtree(making, ignore_errors=True)
    shutil.copytree(plain, making / "oxigraph", copy_function=linked)
    store = Store(str(making / "oxigraph"))
    for prediction in graph.predictions():
        lines = nquads(RdfModel().prediction(prediction))
        store.load(lines, format=RdfFormat.N_QUADS)
    store.flush()
    del store
    (making / WHOLE).touch()
    put_in_place(making, wanted)
    return wanted / "oxigraph"
