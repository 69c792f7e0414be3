"""GraphML and Cytoscape JSON, from the NetworkX view. The whole graph is held in memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kgbuild.components import ExporterSpec, Graph
from kgbuild.markup import as_xml

__all__ = ["SPECS"]


class GraphMLExporter:
    """Writes one GraphML file with labels, categories, predicates and counts of evidence."""

    def export(self, graph: Graph, target: Path) -> None:
        """Write ``target``."""
        import networkx as nx

        from kgbuild.graph.networkx_view import as_networkx

        view = as_networkx(graph, negated=True)
        for _, facts in view.nodes(data=True):
            facts.update({name: as_xml(value) for name, value in facts.items()})
        nx.write_graphml_xml(view, target, named_key_ids=True)


class CytoscapeExporter:
    """Writes one Cytoscape JSON file (``cyjs``), as Cytoscape and cytoscape.js read it."""

    def export(self, graph: Graph, target: Path) -> None:
        """Write ``target``."""
        import networkx as nx

        from kgbuild.graph.networkx_view import as_networkx

        elements = nx.cytoscape_data(as_networkx(graph, negated=True))
        target.write_text(json.dumps(elements, ensure_ascii=False, sort_keys=True), "utf-8")


def _create_graphml(settings: Any) -> GraphMLExporter:
    return GraphMLExporter()


def _create_cytoscape(settings: Any) -> CytoscapeExporter:
    return CytoscapeExporter()


SPECS = (
    ExporterSpec(
        name="graphml",
        summary="GraphML: concepts and assertions, for Gephi, yEd, igraph.",
        create=_create_graphml,
        suffixes=(".graphml",),
    ),
    ExporterSpec(
        name="cytoscape",
        summary="Cytoscape JSON: concepts and assertions.",
        create=_create_cytoscape,
        suffixes=(".cyjs",),
    ),
)
