"""What one document says, of a graph on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgbuild.errors import NotInGraphError
from kgbuild.testing.library import Library, Said


def test_what_a_document_says_has_its_evidence_alone(tmp_path: Path) -> None:
    library = Library(tmp_path / "kg")
    both, one = Said("C1", "treats", "D1"), Said("C1", "causes", "D2")
    library.add({"pubmed:1": [both, one], "pubmed:2": [both]})
    with library.open() as graph:
        told = {c.predicate: [e.document for e in c.evidence] for c in graph.said_in("pubmed:1")}
        assert told == {"biolink:treats": ["pubmed:1"], "biolink:causes": ["pubmed:1"]}
        (claim,) = graph.said_in("pubmed:2")
        assert len(graph.assertion(claim.id).evidence) == 2


def test_a_document_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    library = Library(tmp_path / "kg")
    library.add({"pubmed:1": [Said("C1", "treats", "D1")]})
    with library.open() as graph, pytest.raises(NotInGraphError):
        next(graph.said_in("pubmed:9"))
