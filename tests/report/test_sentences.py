"""A sentence cut into pieces is the sentence, and what is marked of it is what it names."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kgbuild.reasoning.choosing import READ_AS
from kgbuild.report.claims import each_sentence, pieces_of
from kgbuild.testing.strategies import documents, evidence


@given(st.data())
def test_pieces_put_together_are_the_words_of_the_evidence(data: st.DataObject) -> None:
    told = data.draw(evidence(data.draw(documents())))
    assert "".join(piece.text for piece in pieces_of(told)) == told.text


@given(st.data())
def test_what_is_marked_as_an_end_lies_in_it(data: st.DataObject) -> None:
    document = data.draw(documents())
    told = data.draw(evidence(document))
    for mark, span in (("subject", told.subject_span), ("object", told.object_span)):
        for piece in pieces_of(told):
            if mark in piece.marks:
                assert span is not None
                assert piece.text in span.of(document.text)


@given(st.data(), st.sampled_from(["a", "z"]))
def test_of_a_sentence_who_reads_just_the_claim_is_shown(data: st.DataObject, name: str) -> None:
    """Whatever its component is called, and so whatever its evidence's identity."""
    exact = replace(data.draw(evidence(data.draw(documents()))), conditions=())
    vague = replace(
        exact,
        source=replace(exact.source, component=f"{name}-other"),
        conditions=((READ_AS, "biolink:affects"),),
    )
    assert each_sentence([vague, exact]) == [exact]
