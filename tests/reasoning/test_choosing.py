"""What is kept of all that one sentence is read to say of a pair."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild.annotation import Status
from kgbuild.assertion import GIVEN, Evidence, Source
from kgbuild.data.relation_names import NAME_CONDITION, relation_of, relation_table
from kgbuild.document import Span
from kgbuild.reasoning.choosing import FOLDED, READ_AS, SURER, UNDIRECTED, VAGUE, Reading, chosen
from kgbuild.reasoning.comparing import Claim, disagreement

CHEMICAL, GENE, DISEASE = (
    "biolink:ChemicalEntity",
    "biolink:Gene",
    "biolink:DiseaseOrPhenotypicFeature",
)
MODEL = Source(component="tests", distribution="tests", version="1")


def evidence(score: float = 0.5, source: Source = MODEL, **more: object) -> Evidence:
    return Evidence(
        document="pubmed:1", version="1", section="abstract", spans=(Span(0, 20),),
        text="A does things to B.", subject_span=Span(0, 1), object_span=Span(17, 18),
        source=source, status=Status.STATED, score=score, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def named(
    name: str, kinds: tuple[str, str] = (CHEMICAL, GENE), score: float = 0.5, source: Source = MODEL
) -> Reading:
    """A reading by the name that a corpus has for it."""
    meaning = relation_of(name, *kinds)
    assert meaning is not None
    claim = Claim("x:a", meaning.predicate, "x:b", qualifiers=tuple(sorted(meaning.qualifiers)))
    said = evidence(score, source, conditions=meaning.conditions)
    return Reading(claim, kinds, (said,))


def told(
    predicate: str, kinds: tuple[str, str] = (CHEMICAL, DISEASE), score: float = 0.5, **more: str
) -> Reading:
    """A reading by its predicate and the values of its qualifiers."""
    terms = tuple(sorted((f"biolink:object_{name}_qualifier", said) for name, said in more.items()))
    if "direction" in more:
        terms = (*terms, ("biolink:qualified_predicate", "biolink:causes"))
    return Reading(
        Claim("x:a", f"biolink:{predicate}", "x:b", qualifiers=terms), kinds, (evidence(score),)
    )


EXPRESSED = told("affects", (CHEMICAL, GENE), direction="increased", aspect="expression")

EXACT = {
    "a mechanism beside a direction": (named("INHIBITOR"), named("Negative_Correlation")),
    "an aspect beside activity or abundance": (EXPRESSED, named("Positive_Correlation")),
    "a direction beside none": (named("INHIBITOR"), named("REGULATOR")),
    "a cause beside what contributes": (told("causes"), told("contributes_to")),
    "a side effect beside what contributes": (told("has_side_effect"), told("contributes_to")),
    "a treatment beside a trial": (told("treats"), told("treats_or_applied_or_studied_to_treat")),
    "prevention beside a trial": (
        told("preventative_for_condition"), told("treats_or_applied_or_studied_to_treat")),
    "a lower likelihood beside a trial": (
        told("associated_with_decreased_likelihood_of"),
        told("treats_or_applied_or_studied_to_treat")),
    "what is bound beside an interaction": (named("DIRECT-REGULATOR"), named("Bind")),
    "a substrate beside an association": (named("SUBSTRATE"), named("Association")),
    "a part beside an association": (named("PART-OF"), named("Association")),
    "a cause beside a gene's association": (
        told("causes", (GENE, DISEASE)), named("Association", (GENE, DISEASE))),
    "an effect of one gene beside a correlation": (
        told("affects", (GENE, GENE), direction="increased", aspect="expression"),
        named("Positive_Correlation", (GENE, GENE))),
}  # fmt: skip


@pytest.mark.parametrize("case", EXACT)
@pytest.mark.parametrize("turned", [False, True])
def test_the_more_exact_claim_is_kept(case: str, turned: bool) -> None:
    exact, general = EXACT[case]
    choice = chosen((general, exact) if turned else (exact, general))
    assert [one.claim for one in choice.kept] == [exact.claim]
    assert sum(choice.drops.values()) == 1


BOTH = {
    "a substrate that inhibits": (named("SUBSTRATE"), named("INHIBITOR")),
    "binding and a direction": (named("DIRECT-REGULATOR"), named("Negative_Correlation")),
    "inhibited, and yet more expressed": (named("INHIBITOR"), EXPRESSED),
    "treated and prevented": (told("treats"), told("preventative_for_condition")),
    "a corpus' own name that no predicate says": (
        named("Cotreatment", (CHEMICAL, CHEMICAL)), named("Association", (CHEMICAL, CHEMICAL))),
    "what a gene does, and a chemical to it": (
        named("Positive_Correlation"),
        Reading(Claim("x:b", "biolink:affects", "x:a", False, EXPRESSED.claim.qualifiers),
                (GENE, CHEMICAL), (evidence(),))),
}  # fmt: skip


@pytest.mark.parametrize("case", BOTH)
def test_different_truths_are_both_kept(case: str) -> None:
    choice = chosen(BOTH[case])
    assert {one.claim for one in choice.kept} == {one.claim for one in BOTH[case]}
    assert not choice.drops


def test_the_general_claims_evidence_counts_for_the_more_exact_one() -> None:
    exact, general = named("INHIBITOR", score=0.3), named("Negative_Correlation", score=0.8)
    choice = chosen([exact, general])
    assert choice.kept[0].chance == pytest.approx(0.8)
    assert choice.drops == {FOLDED: 1}


def test_an_association_makes_nothing_surer() -> None:
    choice = chosen([named("SUBSTRATE", score=0.3), named("Association", score=0.8)])
    assert choice.kept[0].chance == pytest.approx(0.3)
    assert choice.drops == {VAGUE: 1}


def test_what_several_say_more_exactly_counts_for_the_surest() -> None:
    inhibits = named("INHIBITOR", score=0.4)
    expressed = told("affects", (CHEMICAL, GENE), 0.5, direction="decreased", aspect="expression")
    choice = chosen([inhibits, named("Negative_Correlation", score=0.9), expressed])
    chances = {one.claim: round(one.chance, 3) for one in choice.kept}
    assert chances == {inhibits.claim: 0.4, expressed.claim: 0.9}


CONTRARY = {
    "directions": (named("Positive_Correlation"), named("Negative_Correlation"), "affects"),
    "an exact direction and a general one": (
        named("ACTIVATOR"), named("Negative_Correlation"), "affects"),
    "mechanisms": (named("AGONIST"), named("ANTAGONIST"), "affects"),
    "harm and use": (
        told("contributes_to"), told("treats_or_applied_or_studied_to_treat"), "associated_with"),
    "correlations": (
        named("Positive_Correlation", (GENE, GENE)), named("Negative_Correlation", (GENE, GENE)),
        "correlated_with"),
}  # fmt: skip


def scored(reading: Reading, score: float) -> Reading:
    return Reading(reading.claim, reading.kinds, (evidence(score),))


@pytest.mark.parametrize("case", CONTRARY)
def test_of_contrary_claims_the_much_surer_stays(case: str) -> None:
    one, other, _ = CONTRARY[case]
    choice = chosen([scored(one, 0.7), scored(other, 0.4)])
    assert [kept.claim for kept in choice.kept] == [one.claim]
    assert choice.drops == {SURER: 1}


@pytest.mark.parametrize("case", CONTRARY)
def test_of_contrary_claims_that_are_as_sure_what_both_say_stays(case: str) -> None:
    one, other, common = CONTRARY[case]
    choice = chosen([scored(one, 0.5), scored(other, 0.4)])
    [kept] = choice.kept
    assert kept.claim == Claim("x:a", f"biolink:{common}", "x:b")
    [said] = kept.evidence  # the component said both: the surer score, and what it read
    assert said.score == 0.5
    assert [name for name, _ in said.conditions] == [READ_AS, READ_AS]
    assert choice.drops == {UNDIRECTED: 2}


def test_what_both_say_is_not_kept_beside_something_more_exact() -> None:
    """A drug that may do either, and is bound: that it is associated says nothing more."""
    harm, use = told("contributes_to", score=0.5), told("treats", score=0.5)
    marker = told("diagnoses", score=0.5)
    assert [one.claim for one in chosen([harm, use, marker]).kept] == [marker.claim]


def test_a_claim_that_only_a_beaten_one_is_against_stays() -> None:
    less = told("affects", (CHEMICAL, GENE), 0.5, direction="decreased", aspect="expression")
    surer, beaten = named("INHIBITOR", score=0.9), named("INDIRECT-UPREGULATOR", score=0.6)
    choice = chosen([less, surer, beaten])
    assert {one.claim for one in choice.kept} == {less.claim, surer.claim}


def test_the_ends_of_an_association_stand_in_the_order_of_a_symmetric_claim() -> None:
    turned = [
        Reading(Claim("x:b", f"biolink:{name}", "x:a"), (CHEMICAL, DISEASE), (evidence(),))
        for name in ("contributes_to", "treats")
    ]
    [kept] = chosen(turned).kept
    assert (kept.claim.subject, kept.claim.object) == ("x:a", "x:b")
    assert {(e.subject_span, e.object_span) for e in kept.evidence} == {(Span(17, 18), Span(0, 1))}


def test_what_a_file_gave_stays_and_is_surer_than_anything() -> None:
    given_general = named("Negative_Correlation", source=GIVEN, score=1.0)
    choice = chosen([given_general, named("INHIBITOR"), named("ACTIVATOR", score=0.99)])
    assert {one.claim for one in choice.kept} == {given_general.claim, named("INHIBITOR").claim}


# --- laws ----------------------------------------------------------------------------------------


def readings_of(kinds: tuple[str, str]) -> st.SearchStrategy[list[Reading]]:
    """Readings of one place, each claim once, of all that the table has between two kinds."""
    meanings = {row.names[0]: relation_of(row.names[0], *kinds) for row in relation_table()}
    names = sorted(name for name, one in meanings.items() if one and not one.swapped)
    one = st.builds(
        named,
        st.sampled_from(names),
        st.just(kinds),
        st.sampled_from((0.2, 0.4, 0.5, 0.7, 0.95)),
    )
    return st.lists(one, min_size=1, max_size=6, unique_by=lambda reading: reading.claim)


several = st.sampled_from(
    [(CHEMICAL, GENE), (CHEMICAL, DISEASE), (GENE, DISEASE), (GENE, GENE), (CHEMICAL, CHEMICAL)]
).flatmap(readings_of)


@given(several, st.randoms())
def test_the_order_does_not_matter(readings: list[Reading], chance: object) -> None:
    other = list(readings)
    chance.shuffle(other)  # type: ignore[attr-defined]
    assert chosen(other) == chosen(readings)


@given(several)
def test_something_is_kept_and_nothing_of_it_contradicts_or_says_less(
    readings: list[Reading],
) -> None:
    kept = chosen(readings).kept
    assert kept
    for one, other in combinations(kept, 2):
        assert not disagreement(one.claim, other.claim)
        assert not one.says_more(other)
        assert not other.says_more(one)


@given(several)
def test_choosing_again_changes_nothing(readings: list[Reading]) -> None:
    once = chosen(readings)
    assert chosen(once.kept).kept == once.kept
    assert not chosen(once.kept).drops


@given(several)
def test_who_says_more_says_not_less(readings: list[Reading]) -> None:
    for one, other in combinations(readings, 2):
        assert not (one.says_more(other) and other.says_more(one))


def test_a_name_of_a_corpus_is_known_by_its_condition() -> None:
    assert named("Cotreatment", (CHEMICAL, CHEMICAL)).evidence[0].conditions[0][0] == NAME_CONDITION
