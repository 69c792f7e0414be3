"""What rules conclude, as records for exporters and views: one for each pair of concepts.

Only conclusions that relate two concepts are here. The layer must be of the graph as it is
now: conclusions of an older graph may rest on sentences that are gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple

from kgbuild.assertion import Derivation, Inference, inference_id
from kgbuild.graph.reading import StoredGraph
from kgbuild.reasoning.layer import DerivedLayer, layer_path, open_layer
from kgbuild.reasoning.supports import Support

__all__ = ["BEHIND", "inferences", "stamp"]

BEHIND = "behind"
"""What stands for the conclusions of an older graph, which are left out."""


def stamp(graph: StoredGraph) -> str:
    """A name for what was concluded: equal names, equal conclusions.

    Empty where nothing was, ``BEHIND`` where it is of an older graph.
    """
    if not layer_path(graph.folder).is_file():
        return ""
    with open_layer(graph.folder) as layer:
        return layer.digest[:12] if layer.revision == graph.revision else BEHIND


def inferences(graph: StoredGraph) -> Iterator[Inference]:
    """The conclusions about two concepts, by identity; none where the layer is behind."""
    if stamp(graph) in ("", BEHIND):
        return
    with open_layer(graph.folder) as layer:
        found = _Inferences(graph, layer)
        for _, number in sorted(found.numbered()):
            yield found.inference(number)


class _Inferences:
    def __init__(self, graph: StoredGraph, layer: DerivedLayer) -> None:
        self._graph = graph.connection
        self._layer = layer

    def numbered(self) -> Iterator[tuple[str, int]]:
        """The identity and the fact's number of each conclusion."""
        for number in self._layer.inferred():
            if identity := self._identity(number):
                yield identity, number

    def _identity(self, number: int) -> str:
        """The identity of the conclusion; empty where it is not of two concepts."""
        fact = self._layer.fact(number)
        if len(fact.arguments) != 2 or not all(map(self._known, fact.arguments)):
            return ""
        return inference_id(fact.arguments[0], fact.relation, fact.arguments[1])

    def _known(self, curie: str) -> bool:
        row = self._graph.execute("SELECT 1 FROM concepts WHERE curie = ?", (curie,)).fetchone()
        return row is not None

    def inference(self, number: int) -> Inference:
        """The conclusion that the fact of that number is."""
        fact = self._layer.fact(number)
        supports = self._layer.supports(number)
        belief, upper = self._layer.bounds(number)
        derivations = {self._derivation(support) for support in supports}
        return Inference(
            subject=fact.arguments[0],
            predicate=fact.relation,
            object=fact.arguments[1],
            belief=belief,
            upper=upper,
            hypothesis=all(self._layer.rules[one.rule].hypothesis for one in supports),
            derivations=tuple(sorted(derivations, key=astuple)),
        )

    def _derivation(self, support: Support) -> Derivation:
        """What a support rests on.

        Left out is what has no identity: a category, which the store itself knows, and a
        conclusion of other than two concepts.
        """
        premises, conclusions = set(), set()
        for premise in support.premises:
            leaves = self._layer.leaves(premise)
            premises |= {self._assertion(number) for number, _ in leaves if number}
            if not leaves:
                conclusions.add(self._identity(premise))
        return Derivation(
            rule=self._layer.rules[support.rule].name,
            premises=tuple(sorted(premises)),
            conclusions=tuple(sorted(conclusions - {""})),
        )

    def _assertion(self, number: int) -> str:
        (identity,) = self._graph.execute(
            "SELECT identity FROM assertions WHERE id = ?", (number,)
        ).fetchone()
        return str(identity)
