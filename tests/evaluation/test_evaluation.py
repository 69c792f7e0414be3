"""Scores: worked by hand, and their laws."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild import (
    AnnotatedDocument,
    Annotations,
    Candidate,
    Document,
    Link,
    Mention,
    Relation,
    Span,
)
from kgbuild.evaluation import (
    Convention,
    Counts,
    Task,
    convention_of,
    evaluate,
    names_of,
    with_preferred,
)
from kgbuild.testing.builders import make_document

TEXT = "Aspirin causes asthma. Metformin treats diabetes in mice."
CHEMICAL, DISEASE, SPECIES = (
    "biolink:ChemicalEntity",
    "biolink:DiseaseOrPhenotypicFeature",
    "biolink:OrganismTaxon",
)


def paper(identity: str = "pubmed:1") -> Document:
    return make_document(TEXT, id=identity)[0]


def mention(name: str, category: str) -> Mention:
    start = TEXT.index(name)
    return Mention(span=Span(start, start + len(name)), text=name, category=category)


ASPIRIN, ASTHMA = mention("Aspirin", CHEMICAL), mention("asthma", DISEASE)
METFORMIN, DIABETES = mention("Metformin", CHEMICAL), mention("diabetes", DISEASE)
MICE = mention("mice", SPECIES)


def link(one: Mention, *concepts: str) -> tuple[Link, ...]:
    return tuple(
        Link(mention=one, candidates=(Candidate(concept=c),), part=part)
        for part, c in enumerate(concepts)
    )


def said(
    *mentions: Mention, links: tuple[Link, ...] = (), relations: tuple[Relation, ...] = ()
) -> AnnotatedDocument:
    return AnnotatedDocument(
        document=paper(),
        annotations=Annotations(mentions=mentions, links=links, relations=relations),
    )


def test_mentions_are_right_where_place_and_type_are() -> None:
    gold = said(ASPIRIN, ASTHMA, METFORMIN, DIABETES)
    wide = mention("treats diabetes", DISEASE)
    given = said(ASPIRIN, replace(ASTHMA, category=CHEMICAL), METFORMIN, wide)
    result = evaluate([(gold, given)], Task.MENTIONS)
    assert result.whole == Counts(right=2, spurious=2, missed=2)
    assert result.types == {CHEMICAL: Counts(2, 1, 0), DISEASE: Counts(0, 1, 2)}
    assert result.confusion == {(DISEASE, CHEMICAL): 1}
    assert [(m.kind, m.text) for m in result.mistakes] == [
        ("missed", "asthma"),
        ("missed", "diabetes"),
        ("spurious", "asthma"),
        ("spurious", "treats diabetes"),
    ]


def test_types_that_the_gold_does_not_mark_are_not_scored() -> None:
    result = evaluate(
        [(said(ASTHMA, DIABETES), said(ASTHMA, DIABETES, ASPIRIN, MICE))], Task.MENTIONS
    )
    assert result.whole == Counts(right=2)


def test_a_narrower_category_counts_as_its_broad_one() -> None:
    narrow = replace(ASTHMA, category="biolink:Disease")
    assert evaluate([(said(ASTHMA), said(narrow))], Task.MENTIONS).whole.f1 == 1.0


def test_seen_and_unseen_names_are_scored_apart() -> None:
    gold = said(ASPIRIN, ASTHMA, METFORMIN)
    result = evaluate([(gold, said(ASPIRIN))], Task.MENTIONS, names_of([said(ASPIRIN, ASTHMA)]))
    assert result.parts == {"seen": Counts(1, 0, 1), "unseen": Counts(0, 0, 1)}


def test_links_are_the_set_of_a_documents_identifiers() -> None:
    gold = said(
        ASPIRIN, ASTHMA, links=link(ASPIRIN, "mesh:D1") + link(ASTHMA, "mesh:D2", "mesh:D3")
    )
    again = mention("causes", DISEASE)
    given = said(
        ASPIRIN,
        ASTHMA,
        again,
        links=link(ASPIRIN, "mesh:D9") + link(ASTHMA, "mesh:D2") + link(again, "mesh:D2"),
    )
    result = evaluate([(gold, given)], Task.LINKS)
    assert result.types == {CHEMICAL: Counts(0, 1, 1), DISEASE: Counts(1, 0, 1)}


def relation(subject: str, object_: str, predicate: str) -> Relation:
    return Relation(subject=subject, predicate=predicate, object=object_, evidence=(Span(0, 22),))


def test_relations_are_pairs_of_identifiers_with_and_without_the_type() -> None:
    links = link(ASPIRIN, "mesh:D001241") + link(ASTHMA, "mesh:D001249")
    gold = said(
        ASPIRIN,
        ASTHMA,
        links=links,
        relations=(relation("mesh:D001241", "mesh:D001249", "biolink:associated_with"),),
    )
    other = said(
        ASPIRIN,
        ASTHMA,
        links=links,
        relations=(relation("mesh:D001249", "mesh:D001241", "biolink:positively_correlated_with"),),
    )
    result = evaluate([(gold, other)], Task.RELATIONS)
    assert result.whole == Counts(0, 1, 1)
    assert result.parts == {"pair": Counts(1, 0, 0)}
    negated = said(
        ASPIRIN,
        ASTHMA,
        links=links,
        relations=(replace(gold.annotations.relations[0], negated=True),),
    )
    assert evaluate([(gold, negated)], Task.RELATIONS).whole == Counts(missed=1)


DRUG, HARM, OTHER = "mesh:D001241", "mesh:D001249", "mesh:D003920"
NAMED = link(ASPIRIN, DRUG) + link(ASTHMA, HARM) + link(DIABETES, OTHER)


def related(*relations: Relation) -> AnnotatedDocument:
    return said(ASPIRIN, ASTHMA, DIABETES, links=NAMED, relations=relations)


def test_where_gold_marks_novelty_relations_are_scored_with_it_too() -> None:
    said_so = relation(DRUG, HARM, "biolink:associated_with")
    novel, known = (replace(said_so, conditions=(("novelty", told),)) for told in ("Novel", "No"))
    result = evaluate([(related(novel), related(known))], Task.RELATIONS)
    assert result.whole == Counts(right=1)
    assert result.parts["novelty"] == Counts(0, 1, 1)
    assert evaluate([(related(novel), related(novel))], Task.RELATIONS).parts["novelty"].f1 == 1
    assert "novelty" not in evaluate([(related(said_so), related(novel))], Task.RELATIONS).parts


def test_cid_counts_from_the_chemical_to_the_disease_and_nothing_else() -> None:
    gold = related(relation(DRUG, HARM, "biolink:contributes_to"))
    given = related(
        relation(DRUG, HARM, "biolink:causes"),
        relation(DRUG, OTHER, "biolink:treats"),
        relation(HARM, OTHER, "biolink:associated_with"),
    )
    assert convention_of([gold]) is Convention.CID
    result = evaluate([(gold, given)], Task.RELATIONS)
    assert (result.convention, result.whole) == (Convention.CID, Counts(right=1))
    # By BioRED's convention the two others are answers as well.
    as_biored = evaluate([(gold, given)], Task.RELATIONS, convention=Convention.BIORED)
    assert as_biored.whole == Counts(right=1, spurious=2)


def test_gold_of_several_types_counts_as_biored_does() -> None:
    gold = related(
        relation(DRUG, HARM, "biolink:contributes_to"),
        relation(HARM, OTHER, "biolink:associated_with"),
    )
    turned = related(relation(OTHER, HARM, "biolink:associated_with"))
    result = evaluate([(gold, turned)], Task.RELATIONS)
    assert result.convention is Convention.BIORED
    assert result.types == {
        "Association": Counts(right=1),
        "Positive_Correlation": Counts(missed=1),
    }


def test_biolinks_convention_minds_qualifiers_and_direction() -> None:
    gold = related(relation(DRUG, HARM, "biolink:affects"))
    lowered = replace(
        gold.annotations.relations[0],
        qualifiers=(("biolink:object_direction_qualifier", "decreased"),),
    )
    turned = relation(HARM, DRUG, "biolink:affects")
    result = evaluate(
        [(gold, related(lowered, turned))], Task.RELATIONS, convention=Convention.BIOLINK
    )
    assert result.whole == Counts(spurious=2, missed=1)
    assert set(result.types) == {"affects", "affects decreased"}
    both = evaluate([(gold, gold)], Task.RELATIONS, convention=Convention.BIOLINK)
    assert both.whole == Counts(right=1)


def test_a_withdrawn_identifier_is_right_where_its_successor_is_meant() -> None:
    gold = related(relation(DRUG, HARM, "biolink:contributes_to"))
    newer = with_preferred(gold, lambda curie: "mesh:D999999" if curie == DRUG else curie)
    assert evaluate([(gold, newer)], Task.RELATIONS).whole == Counts(spurious=1, missed=1)
    assert evaluate([(gold, newer)], Task.LINKS).whole == Counts(right=2, spurious=1, missed=1)

    def mapped(curie: str) -> str:
        return "mesh:D999999" if curie == DRUG else curie

    pair = with_preferred(gold, mapped), with_preferred(newer, mapped)
    assert evaluate([pair], Task.RELATIONS).whole == Counts(right=1)
    assert evaluate([pair], Task.LINKS).whole == Counts(right=3)


def test_pairs_without_their_type_have_an_interval_of_their_own() -> None:
    gold = related(relation(DRUG, HARM, "biolink:associated_with"))
    other = related(relation(DRUG, HARM, "biolink:positively_correlated_with"))
    result = evaluate([(gold, other), (gold, gold)] * 20, Task.RELATIONS)
    low, high = result.part_intervals["pair"]
    assert (low, high) == (1.0, 1.0)
    assert result.interval[0] < 0.5 < result.interval[1]


def test_a_type_has_an_interval_of_its_own_over_all_documents() -> None:
    """A type that few documents have is less sure than one that as many answers of all have."""
    both, drug = said(ASPIRIN, ASTHMA), said(ASPIRIN)
    result = evaluate([(both, both), (both, drug), *[(drug, drug)] * 18], Task.MENTIONS)
    assert result.type_intervals["biolink:ChemicalEntity"] == (1.0, 1.0)
    low, high = result.type_intervals["biolink:DiseaseOrPhenotypicFeature"]
    assert low < result.types["biolink:DiseaseOrPhenotypicFeature"].f1 < high


documents = st.lists(
    st.frozensets(st.sampled_from([ASPIRIN, ASTHMA, METFORMIN, DIABETES, MICE])).map(
        lambda m: said(*m)
    ),
    max_size=6,
)


@given(documents)
def test_gold_against_itself_is_perfect(gold: list[AnnotatedDocument]) -> None:
    """Law: nothing is spurious or missed when the prediction is the gold."""
    result = evaluate([(one, one) for one in gold], Task.MENTIONS)
    assert (result.whole.spurious, result.whole.missed, result.mistakes) == (0, 0, ())


@given(documents, documents)
def test_swapping_gold_and_prediction_swaps_spurious_and_missed(
    one: list[AnnotatedDocument], two: list[AnnotatedDocument]
) -> None:
    """Law: with the same types on both sides, precision and recall change places."""
    everything = said(ASPIRIN, ASTHMA, MICE)
    pairs = [*zip(one, two, strict=False), (everything, everything)]
    forth = evaluate(pairs, Task.MENTIONS).whole
    back = evaluate([(b, a) for a, b in pairs], Task.MENTIONS).whole
    assert (forth.right, forth.spurious, forth.missed) == (back.right, back.missed, back.spurious)


@given(documents)
def test_the_order_of_documents_does_not_matter(gold: list[AnnotatedDocument]) -> None:
    """Law: counts are sums."""
    pairs = [(one, said(ASPIRIN)) for one in gold]
    forth, back = evaluate(pairs, Task.MENTIONS), evaluate(pairs[::-1], Task.MENTIONS)
    assert (forth.whole, forth.types) == (back.whole, back.types)
    assert forth.whole == sum(forth.types.values(), Counts())


def test_the_interval_holds_the_figure_and_narrows_with_more_documents() -> None:
    right, wrong = (said(ASPIRIN), said(ASPIRIN)), (said(ASPIRIN), said())
    few, many = (evaluate([right, right, wrong] * n, Task.MENTIONS) for n in (3, 60))
    for result in (few, many):
        low, high = result.interval
        assert low <= result.whole.f1 <= high
    assert many.interval[1] - many.interval[0] < few.interval[1] - few.interval[0]


@pytest.mark.parametrize("task", list(Task))
def test_nothing_at_all_scores_zero_and_does_not_fail(task: Task) -> None:
    assert evaluate([], task).whole.f1 == 0.0
