"""What a tagger's card says of its mistakes."""

from __future__ import annotations

import json

from kgbuild_model.card import model_card
from kgbuild_model.examples import Example, LabelledSpan
from kgbuild_model.held_out import strictly_scored
from kgbuild_model.mistakes import mistakes, names_of
from kgbuild_model.tagging import ScoredSpan

TEXT = "Aspirin|5 eased the severe asthma of Tom; EGFR and fever."


def at(name: str) -> tuple[int, int]:
    return TEXT.index(name), TEXT.index(name) + len(name)


GOLD = Example(
    id="1",
    text=TEXT,
    convention="own",
    spans=tuple(
        LabelledSpan(*at(name), label)
        for name, label in (
            ("Aspirin|5", "biolink:ChemicalEntity"),
            ("asthma", "biolink:Disease"),
            ("EGFR", "biolink:Gene"),
            ("fever", "biolink:Disease"),
        )
    ),
)
FOUND = [
    ScoredSpan(*at("Aspirin|5"), "biolink:ChemicalEntity", 1.0),
    ScoredSpan(*at("severe asthma"), "biolink:Disease", 0.7),
    ScoredSpan(*at("Tom"), "biolink:Gene", 0.8),
    ScoredSpan(*at("EGFR"), "biolink:ChemicalEntity", 0.9),
]
FACTS = mistakes([(GOLD, FOUND)], {"aspirin|5", "fever"})


def test_mistakes_are_told_apart_and_the_surest_come_first() -> None:
    assert FACTS["recall"] == {"own": {"seen": [1, 2], "unseen": [0, 2]}}
    assert FACTS["sure"] == {"label": 1}
    assert FACTS["wrong"] == {"label": 1, "nothing there": 1, "bounds": 1}
    assert FACTS["missed"] == 1
    assert FACTS["confused"] == [["biolink:Gene", "biolink:ChemicalEntity", 1]]
    assert [(one["score"], one["gold"]) for one in FACTS["surest"]] == [
        (0.9, "biolink:Gene"),
        (0.8, ""),
        (0.7, "biolink:Disease"),
    ]
    assert (
        FACTS["surest"][2]["text"] == "Aspirin|5 eased the [severe asthma] of Tom; EGFR and fever."
    )
    assert json.loads(json.dumps(FACTS)) == FACTS


def test_as_many_mistakes_are_shown_as_asked_for() -> None:
    assert len(mistakes([(GOLD, FOUND)] * 9, set(), most=5)["surest"]) == 5


def test_a_tagger_that_is_right_has_no_mistakes() -> None:
    right = [ScoredSpan(one.start, one.end, one.label, 1.0) for one in GOLD.spans]
    found = mistakes([(GOLD, right)], names_of([GOLD]))
    assert found["recall"] == {"own": {"seen": [4, 4], "unseen": [0, 0]}}
    assert (found["wrong"], found["missed"], found["surest"]) == ({}, 0, [])


def card(**facts: object) -> str:
    return model_card(
        {
            "name": "mine", "labels": [], "encoder": "fast", "measured_on": "", "held_out": {},
            "calibration": {"error": 0.1, "how": ""}, "corpora": [], "notes": [],
        }
        | facts
    )  # fmt: skip


def test_the_card_says_where_it_errs() -> None:
    said = card(mistakes=FACTS)
    assert "| own | 0.5000 | 2 | 0.0000 | 2 |" in said
    assert "| where the gold has another label | 1 | 1 |" in said
    assert "| where the gold has nothing | 1 | 0 |" in said
    assert "Names of the gold that no span touches: 1." in said
    assert "Labels taken for others: Gene for ChemicalEntity (1)." in said
    assert "| Aspirin\\|5 eased the [severe asthma] of Tom; EGFR and fever. | Disease |" in said
    assert "| Gene | nothing | 0.80 |" in said


def test_a_card_without_texts_says_the_rest() -> None:
    said = card(mistakes=mistakes([(GOLD, FOUND)], set(), most=0))
    assert "| where the gold has other bounds | 1 | 0 |" in said
    assert "Tom" not in said
    assert "surest" not in said


def test_a_card_has_what_was_measured_on_other_corpora_and_by_which_command() -> None:
    scores = {"others": strictly_scored([(GOLD, FOUND)], {"biolink:Gene", "biolink:Disease"})}
    elsewhere = {"measured_on": "On others.", "scores": scores, "mistakes": FACTS}
    said = card(elsewhere=elsewhere, measured_by="Measured by a command.")
    assert "| others | 1 | 0.0000 | 0.0000 | 0.0000 | 0.0000 to 0.0000 |" in said
    assert "- others: Disease 0.0000, Gene 0.0000" in said
    assert "Measured by a command." in said
    assert "| own | 0.5000 | 2 | 0.0000 | 2 |" in said
