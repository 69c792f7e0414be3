"""Which denials are of a pair, and which of something that is said beside it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgbuild import Span
from kgbuild.statements import Reading, read_cues

CUES = read_cues(None)
NAMES = ("tea", "gout", "zinc", "beer", "malt")


def of_tea_and_gout(sentence: str) -> Reading:
    """How a sentence speaks of tea and gout; the other names are mentions too."""
    text = sentence.lower()
    places = {name: Span(text.index(name), text.index(name) + len(name))
              for name in NAMES if name in text}  # fmt: skip
    return CUES.between(sentence, places["tea"], places["gout"], sorted(places.values()))


@pytest.mark.parametrize(
    "sentence",
    [
        "Tea did not cause gout.",
        "Tea lowered zinc, but had no effect on gout.",
        "Tea, beer, and malt were not related to gout.",
        "Gout was lowered by zinc, but not by tea.",
        "Zinc, but not tea, lowered gout.",
        "We found no association between zinc or tea and gout.",
        "There was no evidence that tea causes gout.",
        "Failure of tea to prevent gout in two men.",
        "Patients on tea did not develop gout.",
        "With tea, gout did not improve.",
        "Zinc relieved gout, whereas tea had no effect.",
        "The association of tea with gout was not confirmed.",
        "The effect of tea on gout, though large at first, was not significant.",
        "The gout was due to zinc rather than to tea.",
        "Zinc cells were given tea, and gout was not seen.",
        "The rate of gout on tea did not differ from that on placebo.",
        "Tea did not alter the response of zinc cells to gout.",
    ],
)
def test_what_is_denied_of_the_two_is_a_denial(sentence: str) -> None:
    assert of_tea_and_gout(sentence).negated


@pytest.mark.parametrize(
    "sentence",
    [
        "Zinc did not alter the binding of tea to gout.",
        "Beer failed to block the rise of gout by tea.",
        "Zinc had no effect on gout and on tea.",
        "These mice were unable to suppress gout after tea.",
    ],
)
def test_what_a_third_does_not_do_to_the_two_is_none_of_them(sentence: str) -> None:
    assert not of_tea_and_gout(sentence).negated


@pytest.mark.parametrize(
    "sentence",
    [
        "Zinc inhibits tea but does not inhibit gout.",
        "Zinc lowered tea without any effect on gout.",
        "Tea lowered zinc, whereas beer did not affect gout.",
        "Tea lowered beer, although zinc did not, and gout was seen.",
        "Gout was seen with tea, while zinc was inactive.",
        "Gout levels rose, while tea levels were normal.",
        "Tea inhibited malt, whereas gout did not have an effect on beer.",
    ],
)
def test_what_is_denied_in_another_clause_is_none_of_the_two(sentence: str) -> None:
    assert not of_tea_and_gout(sentence).negated


@pytest.mark.parametrize(
    "sentence",
    [
        "Neither tea nor gout were affected by zinc.",
        "Tea and gout had no effect on zinc.",
        "Zinc, but not tea or gout, was seen.",
    ],
)
def test_names_of_one_list_are_not_denied_of_each_other(sentence: str) -> None:
    assert not of_tea_and_gout(sentence).negated


@pytest.mark.parametrize(
    "sentence",
    ["Tea and gout did not interact.", "No link between tea and gout was seen."],
)
def test_names_of_one_list_are_where_it_says_so(sentence: str) -> None:
    assert of_tea_and_gout(sentence).negated


@pytest.mark.parametrize(
    "sentence",
    [
        "The gout antagonist tea, but not zinc, lowered beer.",
        "Gout antagonists, with the exception of tea, lowered beer.",
        "Zinc, but not the gout antagonist tea, lowered beer.",
        "An analogue of tea lacking malt did not affect gout.",
        "Zinc lowered tea in wild types, but not in gout-deficient mice.",
        "Tea-deficient mice did not develop gout.",
    ],
)
def test_what_only_tells_a_kind_or_a_lack_is_not_denied(sentence: str) -> None:
    assert not of_tea_and_gout(sentence).negated


@pytest.mark.parametrize(
    "sentence",
    [
        "There was no difference in gout between tea and zinc.",
        "Gout was similar in standard mice and in tea.",
        "Tea lowered malt in patients with an inadequate response to gout.",
        "Zinc was converted to inactive tea in gout.",
        "Tea helped, irrespective of gout.",
        "Tea is not the only cause of gout.",
        "The impact of tea on gout is not well understood.",
        "There are no previously published cases of gout caused by tea.",
        "Since tea was well studied, and no such data are available for gout, zinc was given.",
        "Tea was the first, but by no means the only, remedy for gout.",
        "Tea alone does not always cause gout.",
        "Changes in tea are not sufficient to cause gout.",
        "Tea does not completely prevent gout.",
        "There should be no contraindication to the use of tea to treat gout.",
        "Zinc helps by a path that is not shared by tea in gout.",
        "The uptake of tea was almost unchanged compared to gout.",
    ],
)
def test_comparisons_circumstances_and_what_is_unknown_deny_nothing(sentence: str) -> None:
    reading = of_tea_and_gout(sentence)
    assert not reading.negated
    assert not reading.plain


@pytest.mark.parametrize(
    "sentence",
    [
        "Zinc had no effect on tea-induced gout.",
        "A strong negative correlation between tea and gout was found.",
        "Tea is a negative regulator of gout.",
        "Tea levels were higher in gout patients and unaffected relatives of theirs.",
    ],
)
def test_what_is_stated_beside_a_word_of_denial_is_plain(sentence: str) -> None:
    assert of_tea_and_gout(sentence).plain


@pytest.mark.parametrize(
    "sentence",
    [
        "Tea was given to a man with no risk factors for gout.",
        "Two women with no prior history of gout had received tea.",
        "Men who denied gout had taken tea.",
        "Tea was measured in cells not expressing gout.",
        "Men with tea had signs not typical of gout.",
        "For a model of gout we bred mice that do not express the tea.",
        "Families with no gout are linked to tea.",
    ],
)
def test_what_those_lack_of_whom_a_thing_is_told_is_no_denial(sentence: str) -> None:
    assert not of_tea_and_gout(sentence).negated


@pytest.mark.parametrize(
    "sentence",
    [
        "Tea rose under conditions where no gout was detectable.",
        "Men stayed on tea and had no recurrence of gout.",
        "While zinc activated tea, beer did not activate gout.",
        "When tea persisted despite a low dose, a change to gout was made.",
        "Tea-fed chicks moved little, and no movement was seen with gout.",
        "Although zinc impaired tea, it did not affect gout.",
        "Zinc lowered beer or tea and did not change gout.",
        "The difference in structure of tea did not account for gout.",
        "Tea increased by a third with no further increase in gout.",
        "Tea may explain the ineffectiveness of gout.",
        "Tea-negative cells do not grow after meals nor do zinc cells with much gout.",
    ],
)
def test_a_denial_of_a_subject_of_its_own_is_none_of_the_two(sentence: str) -> None:
    assert not of_tea_and_gout(sentence).negated


@pytest.mark.parametrize(
    "sentence",
    [
        "The effect of tea on gout was not affected by the rate of infusion.",
        "The inhibition of gout by tea could not be reversed by zinc.",
        "The addition of tea to gout was not of benefit.",
        "Zinc, but not tea, impaired platelet function in men with gout.",
        "The absence of tea plays a part in gout.",
        "While no sign of tea was found, much gout was seen.",
        "The results do not support an association between tea and traits among gout users.",
        "Zinc was seen in men with beer, but not in men with tea given gout.",
        "Ratios of tea/gout did not rise.",
        "Zinc did not affect the inhibition of tea by gout antagonists.",
        "Tea-deficient mice show none of the signs of gout.",
        "Tea, gout and zinc were absent after beer.",
    ],
)
def test_what_a_third_is_denied_in_or_on_the_two_is_none_of_them(sentence: str) -> None:
    assert not of_tea_and_gout(sentence).negated


def test_drugs_that_help_equally_help() -> None:
    assert of_tea_and_gout("Zinc and tea were equally effective in relieving gout.").plain


def test_a_denial_of_something_else_shows_nothing_even_where_it_is_hedged() -> None:
    reading = of_tea_and_gout("These data suggest that tea and gout do not lower zinc.")
    assert (reading.negated, reading.aside) == (False, True)


@pytest.mark.parametrize("words", ["aly", "this in ", "and, ", ", which ", "nor tea, ", "(beer) "])
def test_text_that_repeats_itself_is_read_in_no_time(words: str) -> None:
    for sentence in (f"Tea, {words * 300} did not cause gout.", f"Tea did not {words * 300} gout."):
        text = sentence.lower()
        places = Span(0, 3), Span(text.rindex("gout"), text.rindex("gout") + 4)
        CUES.between(text, *places)


LIKELY = ("Tea did not cause gout.", "Tea had no effect on gout.", "Tea does not lower gout.")


@pytest.mark.parametrize("surer", LIKELY)
@pytest.mark.parametrize(
    "sentence",
    [
        "Tea was higher in the zinc group than in the no-gout group.",
        "Tea rose after zinc in the first week, and in the second no changes were found in gout.",
    ],
)
def test_a_short_denial_is_likelier_of_the_two_than_one_that_rules_do_not_tell(
    surer: str, sentence: str
) -> None:
    found, other = of_tea_and_gout(surer), of_tea_and_gout(sentence)
    assert (found.negated, other.negated) == (True, True)
    assert (found.likely or 0) > (other.likely or 0)


WORDS = ("not", "no", "did", "cause", "lower", "zinc", "but", ",", "effect", "on", "was", "and")


@given(st.lists(st.sampled_from(WORDS), max_size=9))
def test_only_what_is_denied_of_the_two_has_a_chance_of_being_so(words: list[str]) -> None:
    reading = of_tea_and_gout(" ".join(["Tea", *words, "gout."]))
    assert (reading.likely is not None) == reading.negated
    assert 0 <= (reading.likely or 0) <= 1


def test_cues_alone_weigh_no_denial() -> None:
    reading = read_cues(None, weighed=False).between(
        "Tea did not cause gout.", Span(0, 3), Span(18, 22)
    )
    assert (reading.negated, reading.likely) == (True, None)
