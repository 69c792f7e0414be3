"""The laws of belief, and what they mean for a few sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild.annotation import Status
from kgbuild.assertion import Assertion, Evidence, Review, Source, Verdict
from kgbuild.document import Notice, NoticeKind, Span
from kgbuild.errors import ContractError
from kgbuild.reasoning.belief import BeliefModel, Statement, against, belief, standing, weigh

SCORES = st.floats(0, 1)
MODELS = st.builds(BeliefModel, shared_error=SCORES, repetition=SCORES)
STATEMENTS = st.lists(
    st.builds(
        Statement,
        words=st.sampled_from("abcdef"),
        document=st.sampled_from(["d1", "d2", "d3", "d4"]),
        weight=SCORES,
        linked=SCORES,
    ),
    max_size=8,
)
EPSILON = 1e-9


def evidence(
    text: str, document: str = "pubmed:1", score: float = 0.8, **facts: object
) -> Evidence:
    made = Evidence(
        document=document,
        version="0",
        section="abstract",
        spans=(Span(0, len(text)),),
        text=text,
        subject_span=None,
        object_span=None,
        source=Source(component="rules", distribution="tests", version="1"),
        score=score,
    )
    return replace(made, **facts)  # type: ignore[arg-type]


def claim(*told: Evidence, negated: bool = False, **facts: object) -> Assertion:
    made = Assertion(
        subject="mesh:D1", predicate="biolink:treats", object="mesh:D2", negated=negated
    ).merged(told)
    return replace(made, **facts)  # type: ignore[arg-type]


@given(STATEMENTS, MODELS)
def test_belief_is_a_probability(statements, model):
    assert 0.0 <= weigh(statements, model) <= 1.0


@given(STATEMENTS, SCORES, SCORES, MODELS)
def test_independent_evidence_never_lowers_belief(statements, score, linked, model):
    """Law: words that nobody has used, in a document that said nothing yet, cannot harm."""
    more = [*statements, Statement("new words", "new", score, linked)]
    assert weigh(more, model) >= weigh(statements, model) - EPSILON


@given(STATEMENTS, SCORES, SCORES, st.sampled_from(["d1", "d2", "d3", "d4"]), MODELS)
def test_another_sentence_of_a_known_document_never_lowers_belief(
    statements, score, linked, document, model
):
    more = [*statements, Statement("new words", document, score, linked)]
    assert weigh(more, model) >= weigh(statements, model) - EPSILON


@given(STATEMENTS.filter(bool), st.data(), MODELS)
def test_a_copy_never_raises_belief(statements, data, model):
    """Law: the words of a statement once more, wherever they stand, add nothing."""
    told = data.draw(st.sampled_from(statements))
    document = data.draw(st.sampled_from(["d1", "d2", "elsewhere"]))
    copied = [*statements, told._replace(document=document)]
    assert weigh(copied, model) <= weigh(statements, model) + EPSILON


@given(STATEMENTS, STATEMENTS, MODELS)
def test_evidence_is_sub_additive(ours, theirs, model):
    """Law: two bodies of evidence together are worth no more than the sum of the two."""
    assert weigh([*ours, *theirs], model) <= weigh(ours, model) + weigh(theirs, model) + EPSILON


def test_what_a_paper_repeats_counts_less_than_what_another_says():
    told, again = Statement("A treats B.", "d1", 0.5), Statement("B is treated by A.", "d1", 0.5)
    assert weigh([told]) < weigh([told, again]) < weigh([told, again._replace(document="d2")])


@given(STATEMENTS, SCORES, MODELS)
def test_what_one_paper_says_is_never_surer_than_its_names(statements, linked, model):
    """Law: a paper may repeat itself as often as it likes, its names mean what they mean."""
    told = [one._replace(document="d1", linked=linked) for one in statements]
    assert weigh(told, model) <= linked + EPSILON


@given(STATEMENTS, SCORES)
def test_a_surer_link_never_lowers_belief(statements, linked):
    surer = [one._replace(linked=max(one.linked, linked)) for one in statements]
    assert weigh(surer) >= weigh(statements) - EPSILON


def test_papers_that_link_a_name_alike_are_witnesses_of_their_own():
    told = [Statement(f"A treats B, said {n}.", f"d{n}", 0.9, 0.5) for n in range(2)]
    assert weigh(told[:1]) < 0.5 < weigh(told)


@given(STATEMENTS, st.randoms(use_true_random=False))
def test_the_order_of_evidence_does_not_matter(statements, random):
    shuffled = statements[:]
    random.shuffle(shuffled)
    assert weigh(shuffled) == weigh(statements)


@given(SCORES, SCORES)
def test_a_claim_and_its_denial_are_never_both_likely(ours, theirs):
    assert against(ours, theirs) + against(theirs, ours) <= 1 + EPSILON
    assert 0.0 <= against(ours, theirs) <= ours + EPSILON or ours * theirs == 1


def test_a_preprint_and_its_article_are_one_witness():
    sentences = ["A treats B.", "We saw that A treats B."]
    article = [evidence(text) for text in sentences]
    preprint = [evidence(text, document="doi:10.1/p") for text in sentences]
    alone = belief(claim(*article))
    assert belief(claim(*article, *preprint)) == alone
    other = evidence("B was relieved by A.", document="pubmed:2")
    assert belief(claim(*article, other)) > alone


def test_two_components_over_one_sentence_count_once():
    told = evidence("A treats B.", score=0.6)
    other = replace(told, source=Source(component="model", distribution="tests", version="1"))
    assert belief(claim(told, other)) == belief(claim(told))


def test_abstract_and_full_text_count_once():
    abstract = evidence("A treats B.", score=0.6)
    full = replace(abstract, version="1", section="results")
    assert belief(claim(abstract, full)) == belief(claim(abstract))


def test_one_document_alone_never_convinces():
    told = [evidence(f"Sentence {n}.", score=1.0) for n in range(50)]
    assert belief(claim(*told)) == pytest.approx(0.95)


def test_hedged_evidence_counts_less():
    found = [belief(claim(evidence("A treats B.", status=status))) for status in Status]
    assert (
        found[0]
        == max(found)
        > belief(claim(evidence("A treats B.", status=Status.HYPOTHESIS)))
        > 0
    )


def test_a_denial_lowers_belief():
    ours, theirs = claim(evidence("A treats B.")), claim(evidence("It does not."), negated=True)
    assert belief(ours, theirs) < belief(ours)
    assert belief(ours, theirs) == belief(theirs, ours)


def test_retracted_documents_count_for_nothing_and_doubted_ones_for_less():
    told = claim(evidence("A treats B."))
    retraction = Notice(kind=NoticeKind.RETRACTION, about="pubmed:9")
    concern = Notice(kind=NoticeKind.CONCERN, about="an editorial")
    correction = Notice(kind=NoticeKind.CORRECTION, about="pubmed:8")

    def believed(*notices: Notice) -> float:
        return belief(told, standings={"pubmed:1": standing(notices)})

    assert believed(retraction) == believed(retraction, concern) == 0.0
    assert 0 < believed(concern) < believed(correction) == belief(told)
    notice = replace(retraction, incoming=False)  # the document is the notice itself
    assert believed(notice) == belief(told)


def test_evidence_in_the_methods_counts_less_than_in_the_results():
    told = [claim(evidence("A treats B.", section=name)) for name in ("methods", "results")]
    assert belief(told[0]) < belief(told[1]) == belief(claim(evidence("A treats B.")))


def test_reviews_decide():
    told = evidence("A treats B.", score=0.3)
    accepted = Review(verdict=Verdict.ACCEPTED, reviewer="ada")
    rejected = Review(verdict=Verdict.REJECTED, reviewer="bob")
    assert belief(claim(told, reviews=(accepted,))) > 0.99
    assert belief(claim(told, reviews=(accepted, rejected))) == 0.0


def test_scores_are_calibrated_by_component():
    model = BeliefModel(calibration={"rules": (1.0, -2.0)})
    assert belief(claim(evidence("A treats B.")), model=model) < belief(
        claim(evidence("A treats B."))
    )


@pytest.mark.parametrize("score", [float("nan"), -0.1, 1.0000001, float("inf")])
def test_a_score_that_is_no_probability_is_refused(score):
    with pytest.raises(ContractError, match=r"a score is in \[0, 1\]"):
        belief(claim(evidence("A treats B.", score=score)))
