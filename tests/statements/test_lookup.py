"""Lists that are tried only where their first letters stand find what one expression finds."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kgbuild import Span
from kgbuild.statements import MENTION, lowered, read_cues
from kgbuild.statements.lookup import Listed, Lookup, openings

MARK = re.compile(r"[\[<][CDGVLS]:([^\]>]+)[\]>]")
PIECES = (
    *("no", "not", "a", "ab+", "abc", "b?", " ", ": ", "-", "(?:a|no)", "(?:of )?", "(?:|b)"),
    *(
        "(?<=: )",
        "(?<!a )",
        "(?!b)",
        "(?=a)",
        "^",
        r"\b",
        r"\w+",
        r"\w* ",
        "[ab]",
        "[ab]?",
        "[a-c]",
    ),
    *(r"\ue000+", f"{MENTION}", r"(?:n|\.)", "(?:a ){0,2}", "(?:no|b)+", "(?P<odd>a)?", "c{2}"),
    *("b??", r"\A", r"\Z", "[^a]*", r"[)\]]", r"\(?", "(?s:a.)", "a{0}", "(?:a(?:b|c)?){1,2}"),
)
patterns = st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join)
lists = st.lists(patterns, min_size=1, max_size=5).map("|".join)
texts = st.text(f"abcno:. -(){MENTION}", max_size=24)


def whole(pattern: str) -> str:
    return rf"(?<!\w)(?:{pattern})(?!\w)"


def fits(pattern: str) -> bool:
    """Whether it is a pattern, and none that finds nothing at all."""
    try:
        return not re.compile(whole(pattern)).search("")
    except re.error:
        return False


@given(lists.filter(fits), texts, st.integers(0, 24), st.integers(0, 24))
def test_a_list_finds_what_its_expression_finds(
    pattern: str, text: str, start: int, end: int
) -> None:
    lookup, stretch = Lookup(), Span(start, max(start, min(end, len(text))))
    lookup.listed(whole("no|abc"))
    listed = lookup.listed(whole(pattern))
    expected = [
        Span(*one.span()) for one in re.finditer(whole(pattern), text) if one.start() < one.end()
    ]
    everywhere = Span(0, len(text))
    assert [span for span in listed.each(text, everywhere) if span.start < span.end] == expected
    found = re.compile(whole(pattern)).finditer(text, stretch.start, stretch.end)
    within = [Span(*one.span()) for one in found if one.start() < one.end()]
    assert [span for span in listed.each(text, stretch) if span.start < span.end] == within


@given(patterns.filter(fits), texts)
def test_what_is_found_begins_with_one_of_the_openings(pattern: str, text: str) -> None:
    begun = openings(pattern)
    for found in re.finditer(whole(pattern), text):
        place = found.start()
        edge = "^" in begun and (place == 0 or text[:place].endswith(": "))
        if place < found.end():
            assert edge or text.startswith(tuple(begun), place)


def test_a_list_that_may_begin_with_anything_is_sought_all_the_same() -> None:
    lookup, text = Lookup(), "in hek2 cells and a cell line"
    cells, none = (lookup.listed(whole(words)) for words in (r"[a-z]+\d cells|cell line", "(?!)"))
    found = [span.of(text) for span in cells.each(text, Span(0, len(text)))]
    assert found == ["hek2 cells", "cell line"]
    assert cells in lookup.within("nothing")
    assert none.first(text, Span(0, len(text))) is None


def test_the_cues_that_ship_find_what_their_expressions_find() -> None:
    cues = read_cues(None)
    listed = [one for one in vars(cues).values() if isinstance(one, Listed)]
    listed += [one for status in cues._statuses for one in status._listed.values()]
    for line in (Path(__file__).parent / "development.txt").read_text("utf-8").splitlines()[:100]:
        text = lowered(MARK.sub(lambda mark: MENTION * len(mark[1]), line.partition(" | ")[2]))
        for one in listed:
            pattern = one._pattern
            for stretch in (Span(0, len(text)), Span(len(text) // 3, 2 * len(text) // 3)):
                found = pattern.search(text, stretch.start, stretch.end)
                expected = Span(*found.span()) if found else None
                assert one.first(text, stretch) == expected, (pattern.pattern[:80], text)


def test_the_first_letters_of_the_cues_that_ship_are_plain() -> None:
    cues = read_cues(None)
    for status in cues._statuses:
        for name, one in status._listed.items():
            assert one._lookup is not None or name == "title", (status.kind, name)
