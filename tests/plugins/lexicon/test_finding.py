"""What counts as a name in a text: words, symbols, plurals, spellings, offsets."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from kgbuild_lexicon.lexicon import Lexicon
from kgbuild_lexicon.names import fold

Make = Callable[..., Lexicon]


def texts(lexicon: Lexicon, text: str) -> list[str]:
    for start, end, surface, _ in lexicon.find(text):
        assert text[start:end] == surface
    return [match[2] for match in lexicon.find(text)]


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("CAT", "CAT activity in the cat and Cat", ["CAT"]),
        ("cat", "The cat. Cat hair, CAT activity", ["cat", "Cat"]),
        ("MS", "MS, ms and Ms", ["MS"]),
        ("Met", "Met receptor; we met Met", ["Met", "Met"]),
        ("p53", "p53 but not P53", ["p53"]),
        ("mTOR", "mTOR, not MTOR or mtor", ["mTOR"]),
        ("IL-2", "IL-2, IL-21, IL-2-dependent, anti-IL-2", ["IL-2", "IL-2", "IL-2"]),
        ("IL", "IL-2 and IL", ["IL"]),
        ("fluorouracil", "5-fluorouracil or fluorouracil", ["fluorouracil"]),
        ("WASF1", "WASF1s", []),
        ("ASPIRIN", "aspirin Aspirin ASPIRIN", ["aspirin", "Aspirin", "ASPIRIN"]),
        ("aspirin", "aspirin-induced, paraspirin, aspirin", ["aspirin", "aspirin"]),
        ("TNF", "TNFα is not TNF", ["TNF"]),
        (
            "TNF-alpha",
            "TNF-α, TNFα, TNF-alpha, TNF\u2011alpha",
            ["TNF-α", "TNFα", "TNF-alpha", "TNF\u2011alpha"],
        ),
        (
            "beta blocker",
            "beta-blocker, β-blocker, β blockers",
            ["beta-blocker", "β-blocker", "β blockers"],
        ),
        ("breast cancer", "breast\ncancer and BREAST CANCER", ["breast\ncancer", "BREAST CANCER"]),
        ("Crohn's disease", "Crohn’s disease", ["Crohn’s disease"]),
        ("Ca2+", "Ca2+ and Ca2+channel", ["Ca2+", "Ca2+"]),
        ("cafe", "cafe\u0301 and cafe", ["cafe"]),
    ],
)
def test_names_are_found_where_they_stand_as_words(
    lexicon_of: Make, name: str, text: str, found: list[str]
) -> None:
    assert texts(lexicon_of(f"mesh:D1 {name}"), text) == found


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("tumor", "tumors", ["tumors"]),
        ("virus", "viruses", ["viruses"]),
        ("therapy", "Therapies", ["Therapies"]),
        ("assay", "assaies", []),
        ("patient", "PATIENTS", ["PATIENTS"]),
        ("CAT", "CATs", []),
        ("patient", "patients'", ["patients"]),
        ("cat", "cats scatter", ["cats"]),
    ],
)
def test_words_have_plurals_and_symbols_have_none(
    lexicon_of: Make, name: str, text: str, found: list[str]
) -> None:
    assert texts(lexicon_of(f"mesh:D1 {name}"), text) == found


def test_plurals_can_be_switched_off(lexicon_of: Make) -> None:
    lexicon = lexicon_of("mesh:D1 tumor|therapy", plurals=False)
    assert texts(lexicon, "tumors, therapies, tumor") == ["tumor"]


def test_case_can_be_set_for_a_list(lexicon_of: Make) -> None:
    assert texts(lexicon_of("mesh:D1 Lead|p53", case="exact"), "lead Lead P53") == ["Lead"]
    assert texts(lexicon_of("mesh:D1 Lead|p53", case="ignore"), "LEAD Lead P53") == [
        "LEAD",
        "Lead",
        "P53",
    ]


@pytest.mark.parametrize(
    "before", ["İ", "İstanbul ", "ß ŉ ﬁ ", "😀 ", "\u05d0\u05d1 ", "e\u0301 ", "ΣΑΣ ", "ǰ "]
)
def test_offsets_count_code_points_of_the_text_as_it_is(lexicon_of: Make, before: str) -> None:
    text = f"{before} Aspirin"
    (match,) = lexicon_of("mesh:D1 aspirin").find(text)
    assert match[:2] == (len(text) - 7, len(text))


def test_folding_keeps_the_length_of_every_character() -> None:
    assert [c for c in map(chr, range(0x110000)) if len(fold(c)) != 1] == []
    whole = "".join(map(chr, range(0x20000)))
    assert len(fold(whole)) == len(whole)


def test_the_leftmost_longest_name_is_kept(lexicon_of: Make) -> None:
    lexicon = lexicon_of("mesh:D1 breast cancer", "mesh:D2 cancer", "mesh:D3 cancer cell line")
    assert texts(lexicon, "breast cancer cell lines; cancer cell line; cancer") == [
        "breast cancer",
        "cancer cell line",
        "cancer",
    ]


def test_a_longer_name_that_is_no_word_hides_nothing(lexicon_of: Make) -> None:
    lexicon = lexicon_of("mesh:D1 cancer", "mesh:D2 cancer c", "mesh:D3 lung cancer CELL")
    assert texts(lexicon, "cancer cells; lung cancer cell") == ["cancer", "lung cancer cell"]


def test_a_new_term_in_one_line_changes_no_other_line(lexicon_of: Make) -> None:
    text = "cancer cells of the lung\nlung cancer"
    few = [m[:2] for m in lexicon_of("mesh:D1 cancer", "mesh:D2 lung").find(text)]
    more = [m[:2] for m in lexicon_of("mesh:D1 cancer", "mesh:D2 lung", "mesh:D3 cells").find(text)]
    assert set(few) < set(more)
