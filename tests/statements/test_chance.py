"""What only the figures of a sentence doubt."""

from __future__ import annotations

import pytest

from kgbuild import Span
from kgbuild.statements import Reading, read_cues

CUES = read_cues(None, weighed=False)


def read(sentence: str) -> Reading:
    tea, gout = (Span(sentence.index(name), sentence.index(name) + len(name)) for name in PAIR)
    return CUES.between(sentence, tea, gout)


PAIR = "tea", "gout"


@pytest.mark.parametrize(
    ("sentence", "figure"),
    [
        ("The odds of gout after tea were 1.02 (95% CI 0.71-1.46).", "1.02 (95% CI 0.71-1.46"),
        ("The rate of gout with tea was 11% and without 12% (P = .74).", "P = .74"),
        ("Of gout with tea: hazard ratio 1.1, 95% CI, 0.8 to 1.5.", "1.1, 95% CI, 0.8 to 1.5"),
        ("Serum tea in gout was 7.1 mg/l against 7.0 (p > 0.05).", "p > 0.05"),
        ("More tea was drunk by those with gout (12%, 11%; NS).", "NS"),
        ("Of tea drinkers with gout 31% wheezed, and 30% of controls.", "31% wheezed, and 30"),
    ],
)
def test_a_figure_that_chance_may_have_made_is_no_plain_statement(
    sentence: str, figure: str
) -> None:
    reading = read(sentence)
    assert (reading.status, reading.negated) == ("speculated", False)
    assert [cue.span.of(sentence) for cue in reading.cues] == [figure]


@pytest.mark.parametrize(
    "sentence",
    [
        "The odds of gout after tea were raised (OR 5.4, 95% CI 2.1-13.9).",
        "The risk of gout with tea was lowered (RR 0.62, 0.40-0.95).",
        "More tea was drunk by those with gout (p < 0.05).",
        "The tea allele was associated with gout (P = 5.7 x 10(-6)).",
        "The rate of gout was 24% with tea and 6% with placebo.",
        # of something else
        "The tea raised the risk of gout (p = 0.001) but not that of fever (p = 0.4).",
        "The tea cured gout, with no difference by age (p = 0.6).",
        "The tea allele was found in gout (first locus, p = 0.06; second locus, p = 0.001).",
    ],
)
def test_other_figures_leave_it_as_it_is(sentence: str) -> None:
    assert read(sentence).plain
