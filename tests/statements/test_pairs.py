"""How a sentence speaks of a pair of mentions, read without knowing the words that relate them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgbuild import Span
from kgbuild.errors import ConfigError
from kgbuild.statements import MENTION, Reading, lowered, read_cues

CUES = read_cues(None)
NEGATION = ("pseudo", "between", "clause", "before", "adjacent", "behind", "denied", "after")


def place(sentence: str, name: str) -> Span:
    start = sentence.index(name)
    return Span(start, start + len(name))


def said(sentence: str, one: str, other: str) -> Reading:
    return CUES.between(sentence, place(sentence, one), place(sentence, other))


@pytest.mark.parametrize(
    ("sentence", "status", "negated", "cue"),
    [
        ("Aspirin did not cause asthma.", "stated", True, "not"),
        ("Aspirin failed to prevent asthma.", "stated", True, "failed to"),
        ("Aspirin may cause asthma.", "speculated", False, "may"),
        ("Whether aspirin causes asthma was studied.", "question", False, "Whether"),
    ],
)
def test_the_cue_lies_on_the_words_that_say_so(
    sentence: str, status: str, negated: bool, cue: str
) -> None:
    one = "spirin"
    for pair in ((one, "asthma"), ("asthma", one)):
        reading = said(sentence, *pair)
        assert (reading.status, reading.negated) == (status, negated)
        assert [c.span.of(sentence) for c in reading.cues] == [cue]
        assert not reading.plain


def test_without_a_cue_it_is_plain() -> None:
    assert said("Aspirin caused asthma.", "asthma", "Aspirin").plain


def test_names_are_not_read_as_cues() -> None:
    sentence = "Aspirin and the No protein increase May-Hegglin anomaly."
    others = (place(sentence, "No"),)
    pair = place(sentence, "Aspirin"), place(sentence, "May-Hegglin anomaly")
    assert CUES.between(sentence, *pair, others).plain


def test_patients_are_read_also_where_they_are_tagged() -> None:
    sentence = "No patient developed asthma while on aspirin."
    others = (place(sentence, "patient"),)
    pair = place(sentence, "asthma"), place(sentence, "aspirin")
    assert CUES.between(sentence, *pair, others).negated


def test_a_contracted_not_is_a_denial() -> None:
    sentence = "Aspirin doesn't cause asthma."
    (cue,) = said(sentence, "Aspirin", "asthma").cues
    assert cue.span.of(sentence) == "n't"


def test_nucleotides_are_no_denial() -> None:
    assert said("A 22 nt fragment of PTEN causes asthma.", "PTEN", "asthma").plain


def test_what_an_opening_doubts_is_not_what_follows() -> None:
    assert said("Contrary to earlier reports, aspirin caused asthma.", "aspirin", "asthma").plain


def test_a_title_that_names_two_things_states_nothing() -> None:
    reading = said("Effect of aspirin on asthma: a randomised trial.", "aspirin", "asthma")
    assert reading.status == "question"
    assert said("Fatal asthma after aspirin: a case report.", "aspirin", "asthma").plain


def test_a_class_of_words_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "cues.toml"
    lists = "".join(f"{name} = []\n" for name in NEGATION)
    file.write_text(
        f"status = []\n[negation]\n{lists}".replace("between = []", "between = ['<odd>']")
    )
    with pytest.raises(ConfigError, match="odd"):
        read_cues(file)


def test_what_no_cue_says_is_doubted_by_the_words_together() -> None:
    sentence = "Outcomes of interest were death and stroke among new users of dabigatran."
    reading = said(sentence, "stroke", "dabigatran")
    assert reading.status == "speculated"
    (cue,) = reading.cues
    assert cue.span.of(sentence) in {"Outcomes", "interest", "death", "new", "users"}


def test_what_is_said_of_the_first_matters_where_the_second_goes_on() -> None:
    sentence = "Aspirin was ineffective, and the asthma progressed."
    assert said(sentence, "Aspirin", "asthma").negated


@pytest.mark.parametrize(
    ("sentence", "denied", "plain"),
    [
        ("Zinc, but not tea, cured gout.", "tea", "zinc"),
        ("Unlike zinc, tea did not cure gout.", "tea", None),
        ("It was not tea but zinc that cured gout.", "tea", "zinc"),
        ("Tea did not cure gout, whereas zinc did.", "tea", "zinc"),
        ("Neither beer nor tea cured gout, but zinc did.", "tea", "zinc"),
        ("In patients without beer, zinc cured gout.", None, "zinc"),
        ("None of those on tea whose gout was treated for a year improved.", "tea", None),
        ("The effect of tea on gout, if there is any, was not significant.", "tea", None),
        ("The effect of tea on gout was small, and was not confirmed.", "tea", None),
        ("Tea was no better than zinc alone, which cured gout.", None, "zinc"),
        ("Zinc cures gout even where beer is not drunk.", None, "zinc"),
        ("Zinc cured gout in patients where tea had failed.", None, "zinc"),
    ],
)
def test_a_cue_reaches_what_it_is_said_of_and_no_more(
    sentence: str, denied: str | None, plain: str | None
) -> None:
    names = ["zinc", "tea", "beer", "gout"]
    text = sentence.lower()
    places = [place(text, name) for name in names if name in text]
    gout = place(text, "gout")
    if denied:
        assert CUES.between(text, place(text, denied), gout, places).negated
    if plain:
        assert CUES.between(text, place(text, plain), gout, places).plain


@pytest.mark.parametrize(
    "behind",
    [
        "but this has not been replicated",
        "but the difference may be due to chance",
        "a finding that could reflect confounding",
    ],
)
def test_a_statement_may_be_taken_back_afterwards(behind: str) -> None:
    sentence = f"Gout was more frequent after tea, {behind}."
    assert said(sentence, "Gout", "tea").status == "speculated"


def test_a_lack_that_causes_a_thing_is_no_denial() -> None:
    assert said("Absence of dystrophin causes dystrophy.", "dystrophin", "dystrophy").plain
    assert said("Lack of CFTR underlies fibrosis.", "CFTR", "fibrosis").plain
    assert said("Absence of asthma was noted on aspirin.", "asthma", "aspirin").negated


@pytest.mark.parametrize(
    "sentence",
    [
        "Tea, but not zinc, cured gout.",
        "Tea cured gout, whereas zinc had no effect.",
        "Cells took up tea, but zinc was not absorbed.",
    ],
)
def test_two_of_a_kind_that_are_set_apart_are_not_denied_of_each_other(sentence: str) -> None:
    text = sentence.lower()
    pair = place(text, "tea"), place(text, "zinc")
    reading = CUES.between(text, *pair, alike=True)
    assert (reading.status, reading.negated, reading.aside) == ("speculated", False, True)


@pytest.mark.parametrize(
    "sentence",
    [
        "Tea had no effect on zinc.",
        "Zinc was not lowered by tea.",
        "No correlation of tea with zinc was found.",
    ],
)
def test_two_of_a_kind_may_be_denied_of_each_other(sentence: str) -> None:
    text = sentence.lower()
    assert CUES.between(text, place(text, "tea"), place(text, "zinc"), alike=True).negated


@pytest.mark.parametrize(
    "sentence",
    [
        "Zinc was given for gout resistant to tea.",
        "The mice had gout even in the absence of tea.",
        "In gout, tea was as effective as zinc.",
        "Tea was tried in non-tropical gout.",
        "Tea-negative gout was treated with zinc.",
    ],
)
def test_circumstances_and_comparisons_are_neither_denials_nor_plain(sentence: str) -> None:
    text = sentence.lower()
    reading = CUES.between(text, place(text, "tea"), place(text, "gout"))
    assert not reading.negated
    assert not reading.plain
    assert reading.cues


def test_what_is_asked_is_not_denied() -> None:
    reading = said("Whether tea does not cause gout was studied.", "tea", "gout")
    assert (reading.status, reading.negated) == ("question", False)


def test_people_who_are_no_kin_are_no_denial() -> None:
    sentence = "Five unrelated patients had gout that was due to tea."
    assert said(sentence, "gout", "tea").plain


def test_negations_that_cannot_be_counted_make_no_plain_edge() -> None:
    reading = said("There is no evidence that tea does not cause gout.", "tea", "gout")
    assert not reading.plain
    assert reading.cues


def of_asthma(sentence: str) -> Reading:
    return said(sentence.lower(), "aspirin", "asthma")


@pytest.mark.parametrize(
    "sentence",
    [
        "The effects of aspirin on asthma and mortality were evaluated.",
        "Links of aspirin with asthma, fever and mortality were not found.",
        "The attack was due to asthma, which aspirin did not relieve.",
        "Despite a week of aspirin, the asthma went on.",
        "Aspirin in asthma.",
        "Children with asthma were receiving aspirin.",
        "In the hands of others, aspirin cured asthma.",
        "We asked if zinc, iron, and aspirin relieve asthma.",
        "Aspirin cured gout without side effects such as rash, asthma or fever.",
    ],
)
def test_what_governs_the_pair_from_afar_reaches_it(sentence: str) -> None:
    assert not of_asthma(sentence).plain


@pytest.mark.parametrize(
    "sentence",
    [
        "Treatment of asthma with aspirin helped and attacks were not seen again.",
        "No drug except aspirin cured asthma.",
        "Zinc did not help, and aspirin cured asthma.",
        "Aspirin never failed to relieve asthma.",
        "There is no doubt that aspirin causes asthma.",
        "In a trial of 112 children aspirin relieved asthma.",
    ],
)
def test_a_denial_of_something_else_and_a_denied_denial_leave_it_plain(sentence: str) -> None:
    assert of_asthma(sentence).plain


@pytest.mark.parametrize(
    ("sentence", "one", "other"),
    [
        ("Scurvy is due to a lack of ascorbate.", "Scurvy", "ascorbate"),
        ("It has mutations, and the resulting absence of CD59 gives anemia.", "CD59", "anemia"),
    ],
)
def test_what_is_lacking_is_not_denied(sentence: str, one: str, other: str) -> None:
    assert not said(sentence, one, other).negated


def test_a_rationale_is_no_finding() -> None:
    sentence = "This provides a strong rationale for cisplatin in asthma."
    reading = said(sentence, "cisplatin", "asthma")
    assert reading.status == "speculated"


def test_a_denial_that_was_tagged_as_a_name_is_still_read() -> None:
    sentence = "Inhibition of zinc by aspirin was nil, and no asthma came of aspirin."
    names = [place(sentence, name) for name in ("nil", "no ", "zinc", "asthma")]
    named = [Span(one.start, one.start + len(one.of(sentence).strip())) for one in names]
    pair = place(sentence, "zinc"), place(sentence, "aspirin")
    assert CUES.between(sentence, *pair, named).negated


@pytest.mark.parametrize(
    "sentence",
    [
        "Aspirin and asthma: no association in 65,000 pregnancies.",
        "Aspirin provoked asthma in 0 of 20 volunteers.",
        "That aspirin causes asthma is a belief for which no support was found.",
        "The asthma, first ascribed to aspirin, proved to be viral.",
        "In one embodiment aspirin is used in asthma.",
        "Under this model, aspirin causes asthma.",
        "A 60-year-old man with asthma on long-term aspirin presented with pain.",
        "Aspirin aggravates asthma, or so it would seem.",
    ],
)
def test_verdicts_models_and_histories_are_not_plain(sentence: str) -> None:
    assert not of_asthma(sentence).plain


def test_a_rule_is_doubted_where_the_other_words_speak_clearly() -> None:
    text = lowered("The classical opinion of old had @@@@ down as what causes @@@@, of course.")
    text = text.replace("@", MENTION)
    first, second = (Span(at, at + 4) for at in (text.index(MENTION), text.rindex(MENTION) - 3))
    reading = CUES.read(text, first, second)
    assert reading
    assert not reading.plain


@pytest.mark.parametrize(
    ("sentence", "plain"),
    [
        (
            "The effect of aspirin on asthma, and on weight in lean and fat rats, was studied.",
            False,
        ),
        ("The role of aspirin in asthma and in that of relatives remains unclear.", False),
        ("Relief of asthma by the drug aspirin, which was studied in rats, is strong.", True),
        ("Aspirin in asthma caused relief, and weight was measured.", True),
    ],
)
def test_the_verb_of_a_long_subject_tells_whether_it_is_asked(sentence: str, plain: bool) -> None:
    assert said(sentence, "spirin", "asthma").plain is plain


@pytest.mark.parametrize("joined", ["asthma caused by aspirin", "(aspirin)-induced asthma"])
def test_what_is_done_to_an_effect_leaves_its_cause_stated(joined: str) -> None:
    assert said(f"We studied whether rest reduces {joined}.", "aspirin", "asthma").plain
    assert not said(f"We suspected {joined}.", "aspirin", "asthma").plain
