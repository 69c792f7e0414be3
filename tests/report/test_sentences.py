"""A sentence cut into pieces is the sentence, and what is marked of it is what it names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kgbuild.report.claims import pieces_of
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
