"""How sure the links of a claim's ends are stands beside its evidence, and its belief heeds it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

import kgbuild
from kgbuild import Annotations, Candidate, Document, Link, Mention, Relation, Source, Span
from kgbuild.assembly import assemble
from kgbuild.graph import schema
from kgbuild.graph.store import GraphStore, database_path
from kgbuild.reasoning.belief import belief

SOURCE = Source(component="tests", distribution="tests", version="1")
TEXT = Document(id="pubmed:1", text="Tea eased gout and rash. Tea is a drink.")
TEA, GOUT, AGAIN = (
    Mention.at(TEXT, 0, 3, "biolink:ChemicalEntity"),
    Mention.at(TEXT, 10, 23, "biolink:Disease"),
    Mention.at(TEXT, 25, 28, "biolink:ChemicalEntity"),
)


def linked(mention: Mention, concept: str, score: float, part: int = 0) -> Link:
    return Link(mention=mention, candidates=(Candidate(concept=concept, score=score),), part=part)


def link_scores(subject: Mention | str, object_: Mention | str, *links: Link) -> dict[str, float]:
    """The link score of each claim, by its object."""
    told = Relation(
        subject=subject, predicate="biolink:treats", object=object_, evidence=(Span(0, 24),)
    )
    layer = Annotations(mentions=(TEA, GOUT, AGAIN), links=links, relations=(told,))
    found = assemble(TEXT, [(SOURCE, layer)], lambda curie: curie).assertions.values()
    return {claim.object: claim.evidence[0].link_score for claim in found}


def test_both_ends_of_a_claim_have_to_be_linked_rightly() -> None:
    links = linked(TEA, "x:tea", 0.5), linked(GOUT, "x:gout", 0.8), linked(AGAIN, "x:tea", 1.0)
    assert link_scores(TEA, GOUT, *links) == {"x:gout": 0.4}


def test_each_concept_of_a_name_has_a_score_of_its_own() -> None:
    links = linked(TEA, "x:tea", 1.0), linked(GOUT, "x:gout", 0.8), linked(GOUT, "x:rash", 0.3, 1)
    assert link_scores(TEA, GOUT, *links) == {"x:gout": 0.8, "x:rash": 0.3}


def test_a_concept_without_a_place_is_as_sure_as_the_surest_link_to_it() -> None:
    links = linked(TEA, "x:tea", 0.5), linked(AGAIN, "x:tea", 0.75)
    assert link_scores("x:tea", "x:elsewhere", *links) == {"x:elsewhere": 0.75}


def test_an_unsure_link_lowers_belief() -> None:
    told = Relation(subject=TEA, predicate="biolink:treats", object=GOUT, evidence=(Span(0, 24),))
    believed = []
    for score in (1.0, 0.5):
        links = linked(TEA, "x:tea", score), linked(GOUT, "x:gout", 1.0)
        layer = Annotations(mentions=(TEA, GOUT), links=links, relations=(told,))
        (claim,) = assemble(TEXT, [(SOURCE, layer)], lambda curie: curie).assertions.values()
        believed.append(belief(claim))
    assert believed == pytest.approx([0.95, 0.475])


def test_an_older_graph_is_given_the_scores_that_its_links_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(schema, "CURRENT", 7)
        GraphStore.create(tmp_path / "old").close()
    connection = sqlite3.connect(database_path(tmp_path / "old"))
    connection.executescript(
        """
        INSERT INTO assertions VALUES (1, 'identity', 11, 'biolink:treats', 12, 0, NULL);
        INSERT INTO mentions VALUES (7, 0, 0, 3, 'c', 1.0, 1, NULL),
            (7, 1, 10, 14, 'd', 1.0, 1, NULL), (7, 2, 25, 28, 'c', 1.0, 1, NULL);
        INSERT INTO links VALUES (7, 0, 0, 0, 11, 0.5, '', '', 'x:tea', 1),
            (7, 1, 0, 0, 12, 0.8, '', '', 'x:gout', 1),
            (7, 1, 0, 1, NULL, 0.2, '', '', 'x:rash', 1),
            (7, 2, 0, 0, 11, 0.75, '', '', 'x:tea', 1);
        INSERT INTO evidence VALUES
            (1, 1, 7, 1, 0, 24, 0, 3, 10, 14, 'abstract', 'stated', 1.0, NULL, NULL, NULL),
            (2, 1, 7, 1, 0, 24, NULL, NULL, 10, 14, 'abstract', 'stated', 1.0, NULL, NULL, NULL),
            (3, 1, 8, 1, 0, 24, 0, 3, 10, 14, 'abstract', 'stated', 1.0, NULL, NULL, NULL);
        """
    )
    connection.commit()
    connection.close()
    with kgbuild.load(tmp_path / "old") as graph:
        scores = graph.connection.execute("SELECT link_score FROM evidence ORDER BY id").fetchall()
    assert scores == [(0.5 * 0.8,), (0.75 * 0.8,), (1.0,)]
