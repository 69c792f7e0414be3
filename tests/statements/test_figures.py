"""How often a pair is read wrongly: the development sentences, and the test set as a whole."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from kgbuild.statements import read_cues


def _module(name: str) -> ModuleType:
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


MARKED = _module("marked")
LATER = [
    *("third", "fourth", "fifth", "sixth", "seventh"),
    *("eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth"),
    *("fifteenth", "sixteenth", "seventeenth", "twentieth", "twenty_first", "twenty_second"),
    *("twenty_third", "twenty_fourth", "twenty_fifth", "twenty_sixth", "twenty_seventh"),
    *("twenty_eighth", "twenty_ninth", "thirtieth", "thirty_first", "thirty_second"),
    *("thirty_third", "thirty_fourth", "thirty_fifth", "thirty_sixth"),
    *("thirty_seventh", "thirty_eighth", "fortieth", "forty_first"),
    *("outside_judge", "rarer_wording", "long_prose", "after_mending", "long_abstracts"),
]
"""Sets written one after the other, each when the one before had mended the cues.

The eighteenth and nineteenth hold wording that was sought out to have no cue: they are for the
weights to be learnt from, and are not mended.
"""

CUES = read_cues(None)


def plain(one: MARKED.Marked) -> bool:
    return CUES.between(one.text, *one.pair, one.others).plain


def wrong(name: str) -> tuple[float, float]:
    """The share of what is not plain that is read as plain, and the reverse."""
    sentences = MARKED.marked(name)
    stated = [plain(one) for one in sentences if one.expected == "plain"]
    others = [plain(one) for one in sentences if one.expected != "plain"]
    return sum(others) / len(others), stated.count(False) / max(1, len(stated))


def test_the_test_set_has_two_hundred_of_each() -> None:
    expected = [one.expected == "plain" for one in MARKED.marked("held_out")]
    assert (expected.count(True), expected.count(False)) == (200, 200)


@pytest.mark.parametrize("name", ["development", "reach", "held_out", *LATER, "wording"])
def test_few_denials_and_doubts_are_read_as_plain_and_few_plain_ones_are_lost(name: str) -> None:
    spurious, lost = wrong(name)
    assert spurious < 0.02
    assert lost <= 0.05


def test_of_wording_that_has_no_cue_most_is_doubted_and_little_that_is_plain() -> None:
    for name in ("eighteenth", "nineteenth"):
        spurious, lost = wrong(name)
        assert spurious < 0.4
        assert lost < 0.1


def test_of_wording_that_was_made_difficult_little_is_read_wrongly() -> None:
    spurious, lost = wrong("thirty_ninth")
    assert spurious < 0.02
    assert lost <= 0.1


def test_the_order_of_the_two_mentions_does_not_matter() -> None:
    """Law: a pair is a pair."""
    for one in MARKED.marked("development"):
        first, second = one.pair
        forth = CUES.between(one.text, first, second, one.others)
        assert forth == CUES.between(one.text, second, first, one.others)


def test_cues_lie_in_the_sentence_and_outside_both_mentions() -> None:
    for one in MARKED.marked("development"):
        for cue in CUES.between(one.text, *one.pair, one.others).cues:
            assert 0 <= cue.span.start < cue.span.end <= len(one.text)
            assert cue.kind in {
                "negated",
                "speculated",
                "hypothesis",
                "question",
                "background",
                "reported",
            }
