"""What a document's relations become: one assertion for a claim, with each evidence once."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kgbuild import (
    Annotations,
    Assertion,
    Candidate,
    Document,
    Link,
    Mention,
    Relation,
    Source,
    Span,
    Status,
)
from kgbuild.assembly import Assembled, assemble
from kgbuild.reasoning.choosing import FOLDED, READ_AS, VAGUE

SOURCE = Source(component="tests", distribution="tests", version="1")
TEXT = Document(id="pubmed:1", text="Tea eased gout. Gout follows tea. Tea and gout again.")
TEA, GOUT = (
    Mention.at(TEXT, 0, 3, "biolink:ChemicalEntity"),
    Mention.at(TEXT, 10, 14, "biolink:Disease"),
)
LINKS = tuple(
    Link(mention=mention, candidates=(Candidate(concept=concept),))
    for mention, concept in ((TEA, "x:tea"), (GOUT, "x:gout"))
)
SENTENCES = (Span(0, 15), Span(16, 33), Span(34, 53))


def assembled(*relations: Relation) -> Assembled:
    layer = Annotations(mentions=(TEA, GOUT), links=LINKS, relations=relations)
    return assemble(TEXT, [(SOURCE, layer)], lambda curie: curie)


def told(predicate: str, sentence: Span, score: float = 1.0, **more: object) -> Relation:
    relation = Relation(
        subject=TEA, predicate=predicate, object=GOUT, evidence=(sentence,), score=score
    )
    return replace(relation, **more)  # type: ignore[arg-type]


CAUSED = told("biolink:causes", SENTENCES[0], 0.25)

relations = st.builds(
    told,
    st.sampled_from(("biolink:treats", "biolink:preventative_for_condition")),
    st.sampled_from(SENTENCES),
    st.sampled_from((0.25, 0.5, 1.0)),
    negated=st.booleans(),
)


@given(st.lists(relations, max_size=12))
def test_it_is_what_merging_claim_by_claim_gives(said: list[Relation]) -> None:
    """The evidence of a claim is the union by identity; of twins the surest is kept."""
    merged: dict[str, Assertion] = {}
    for relation in sorted(said, key=lambda one: one.score):
        (claim,) = assembled(relation).assertions.values()
        known = merged.get(claim.id)
        merged[claim.id] = known.merged(claim.evidence) if known else claim
    assert assembled(*said).assertions == merged


readings = st.builds(
    told,
    st.sampled_from(
        ("biolink:treats", "biolink:associated_with", "biolink:causes", "biolink:contributes_to")
    ),
    st.sampled_from(SENTENCES),
    st.sampled_from((0.25, 0.5, 1.0)),
    negated=st.booleans(),
)


@given(st.lists(readings, max_size=12, unique_by=lambda one: (one.predicate, one.evidence)))
def test_one_sentence_never_says_contrary_or_less_exact_things(said: list[Relation]) -> None:
    """What it denies aside; whatever the order of the relations."""
    found = assembled(*said).assertions
    assert found == assembled(*reversed(said)).assertions
    places: dict[object, set[str]] = {}
    for claim in found.values():
        for one in claim.evidence if not claim.negated else ():
            places.setdefault(one.spans, set()).add(claim.predicate)
    assert all(len(predicates) == 1 for predicates in places.values())


def test_what_is_folded_or_left_out_is_counted_and_its_evidence_kept() -> None:
    found = assembled(
        told("biolink:causes", SENTENCES[0], 0.25),
        told("biolink:contributes_to", SENTENCES[0], 0.5),
        told("biolink:contributes_to", SENTENCES[1], 0.5),
        told("biolink:associated_with", SENTENCES[0], 1.0),
    )
    scores = {c.predicate: [e.score for e in c.evidence] for c in found.assertions.values()}
    assert scores == {"biolink:causes": [0.5], "biolink:contributes_to": [0.5]}
    assert found.drops == {FOLDED: 1, VAGUE: 1}


def test_what_a_sentence_states_and_what_it_supposes_are_not_compared() -> None:
    supposed = told("biolink:contributes_to", SENTENCES[0], status=Status.SPECULATED)
    found = assembled(CAUSED, supposed)
    assert len(found.assertions) == 2
    assert not found.drops


def test_evidence_says_what_its_component_read_where_that_was_less_exact() -> None:
    other = replace(SOURCE, component="others")
    exact = Annotations(mentions=(TEA, GOUT), links=LINKS, relations=(CAUSED,))
    general = Annotations(relations=(told("biolink:contributes_to", SENTENCES[0], 0.5),))
    [claim] = assemble(TEXT, [(SOURCE, exact), (other, general)], str).assertions.values()
    assert {(e.source.component, e.score, e.conditions) for e in claim.evidence} == {
        ("tests", 0.25, ()),
        ("others", 0.5, ((READ_AS, "biolink:contributes_to"),)),
    }


def test_a_symmetric_claim_has_one_identity_and_its_spans_stay_with_their_concepts() -> None:
    one = told("biolink:associated_with", SENTENCES[0])
    other = replace(one, subject=one.object, object=one.subject, evidence=(SENTENCES[1],))
    (claim,) = assembled(one, other).assertions.values()
    assert (claim.subject, claim.object) == ("x:gout", "x:tea")
    assert {(e.subject_span, e.object_span) for e in claim.evidence} == {(GOUT.span, TEA.span)}
    assert {e.spans for e in claim.evidence} == {SENTENCES[:1], SENTENCES[1:2]}


def test_what_makes_no_claim_is_counted_by_reason() -> None:
    unlinked = Mention.at(TEXT, 21, 28, "biolink:Disease")
    found = assembled(
        told("biolink:treats", SENTENCES[0], object=unlinked),
        told("biolink:treats", SENTENCES[0], object=TEA),
    )
    assert not found.assertions
    assert found.drops == {
        "relation: object not linked": 1,
        "relation: the same concept at both ends": 1,
    }
