"""What the encoder's states say against a plain statement, added to what the words say."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("kgbuild_transformer")

from kgbuild_model.weights import weights_folder
from kgbuild_transformer.doubt import PLACES, Doubt, Pieces, places_of, read_doubt, reconsidered
from kgbuild_transformer.fingerprints import weights_digest

from kgbuild import Cue, Span, Status
from kgbuild.statements import Reading

SENTENCE = "tea xx causes gout yy"
ENDS = Span(0, 3), Span(14, 18)
PIECES = Pieces(
    np.array([0, 4, 7, 14, 19]), np.array([3, 6, 13, 18, 21]), np.eye(5, dtype=np.float32)
)
PLAIN = Reading(negated=False, status=Status.STATED, cues=(), doubt=-1.0)


def saying(piece: int, bias: float) -> Doubt:
    """One head that looks at a piece, and what it says at its most is 3 more than the bias."""
    sought = np.zeros((1, 5), np.float32)
    sought[0, piece] = 20
    nothing = np.zeros((PLACES, 1), np.float32)
    return Doubt("", 3, sought, sought, nothing, nothing, np.ones(1, np.float32), bias)


def test_where_the_pieces_stand_to_the_two_mentions() -> None:
    assert places_of(PIECES, *ENDS, []).tolist() == [5, 2, 2, 6, 3]
    assert places_of(PIECES, *ENDS, [Span(4, 6)]).tolist() == [5, 7, 2, 6, 3]


def test_what_the_states_doubt_is_speculated_and_the_word_is_its_cue() -> None:
    found = reconsidered(PLAIN, saying(2, bias=0.0), PIECES, ENDS, [])
    assert found.status is Status.SPECULATED
    assert [cue.span.of(SENTENCE) for cue in found.cues] == ["causes"]


def test_a_mention_is_no_cue() -> None:
    (cue,) = reconsidered(PLAIN, saying(3, bias=0.0), PIECES, ENDS, []).cues
    assert cue.span not in ENDS


def test_words_and_states_are_weighed_together() -> None:
    word = Cue(kind="speculated", span=Span(7, 13))
    doubted = Reading(negated=False, status=Status.SPECULATED, cues=(word,), doubt=1.0)
    assert reconsidered(doubted, saying(2, bias=0.0), PIECES, ENDS, []) == doubted
    assert reconsidered(doubted, saying(2, bias=-5.0), PIECES, ENDS, []).plain
    assert reconsidered(PLAIN, saying(2, bias=-5.0), PIECES, ENDS, []).plain


def test_where_a_cue_was_found_the_states_are_not_asked() -> None:
    denied = Reading(negated=True, status=Status.STATED, cues=(Cue(kind="negated", span=ENDS[0]),))
    assert reconsidered(denied, saying(2, bias=-5.0), PIECES, ENDS, []) is denied


def test_the_weights_are_for_the_fast_tagger_that_ships() -> None:
    folder = weights_folder("fast")
    assert folder is not None
    assert weights_digest(folder) == read_doubt().tagger
