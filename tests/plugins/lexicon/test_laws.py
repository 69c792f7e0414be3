"""Laws of the lexicon, over generated names and texts."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import example, given, settings
from hypothesis import strategies as st
from kgbuild_lexicon.components import LexiconTagger
from kgbuild_lexicon.loading import load
from kgbuild_lexicon.names import fold, spellings
from kgbuild_lexicon.patterns import patterns
from kgbuild_lexicon.settings import LexiconSettings

from kgbuild import Document, Task

if TYPE_CHECKING:
    from kgbuild_lexicon.lexicon import Lexicon

WORDS = st.sampled_from(
    [
        "cat",
        "CAT",
        "cats",
        "IL",
        "IL-2",
        "2",
        "p53",
        "cell",
        "cells",
        "tumor",
        "α",
        "alpha",
        "İzmir",
        "interleukin receptor",
        "interleukin receptor therapy",
    ]
)
GLUE = st.sampled_from([" ", "-", "", "\n", ", ", "\u2011"])
NAMES = st.builds(
    "".join, st.lists(st.one_of(WORDS, st.sampled_from(" -")), min_size=1, max_size=4)
)
TEXTS = st.lists(st.tuples(st.one_of(WORDS, st.text(max_size=3)), GLUE), max_size=12).map(
    lambda parts: "".join(word + glue for word, glue in parts)
)
LISTS = st.lists(st.tuples(st.integers(1, 6), NAMES), min_size=1, max_size=8)


def lexicon_of(rows: list[tuple[int, str]]) -> Lexicon:
    with TemporaryDirectory() as folder:
        words = Path(folder, "words.tsv")
        lines = [f"mesh:D{number}\t{' '.join(name.split()) or 'cat'}\n" for number, name in rows]
        # One name is always there, since a list of nothing is refused.
        words.write_text("id\tname\nmesh:D9\tzebra\n" + "".join(lines), "utf-8")
        return load(LexiconSettings(files=(words,)))  # type: ignore[arg-type]


@given(LISTS, TEXTS)
@settings(max_examples=150, deadline=None)
def test_every_mention_covers_its_own_text(rows: list[tuple[int, str]], text: str) -> None:
    """text[start:end] is the mention's text; mentions are in order and apart."""
    document = Document(id="pubmed:1", text=text)
    (found,) = LexiconTagger(lexicon_of(rows)).extract([Task(document=document)])
    end = 0
    for mention in found.mentions:
        assert mention.span.of(text) == mention.text == mention.text.strip()
        assert end <= mention.span.start < mention.span.end
        end = mention.span.end


@given(LISTS, TEXTS, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_of_the_lines_does_not_matter(
    rows: list[tuple[int, str]], text: str, random: object
) -> None:
    """A list and the same list shuffled find and link the same."""
    shuffled = rows[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = lexicon_of(rows), lexicon_of(shuffled)
    assert one.find(text) == other.find(text)
    for _, _, surface, category in one.find(text):
        assert one.candidates(surface, category) == other.candidates(surface, category)
    for number in range(1, 7):
        assert one.concept(f"mesh:D{number}") == other.concept(f"mesh:D{number}")


@given(LISTS, NAMES, TEXTS, TEXTS)
@example([(1, "cat")], "-cat", "", "cat ")
@settings(max_examples=100, deadline=None)
def test_a_new_name_removes_no_match_of_names_that_stand_elsewhere(
    rows: list[tuple[int, str]], name: str, left: str, right: str
) -> None:
    """A match goes only if the new name, or what it brings about, takes its place.

    So in a text whose second half does not hold the new name, the matches there stay.
    """
    text = f"{left}\n;;;\n{right}"
    border = len(left) + 5
    if fold(" ".join(name.split()) or "cat").lower() in fold(right).lower():
        return
    before = [m for m in lexicon_of(rows).find(text) if m[0] >= border]
    # Number 8 is new: the old concepts keep their names.
    after = [m for m in lexicon_of([*rows, (8, name)]).find(text) if m[0] >= border]
    assert {m[:2] for m in before} <= {m[:2] for m in after}


@given(LISTS, TEXTS)
@settings(max_examples=150, deadline=None)
def test_whatever_is_found_can_be_looked_up(rows: list[tuple[int, str]], text: str) -> None:
    """Tagger and linker agree: what is found is known by itself, with candidates."""
    lexicon = lexicon_of(rows)
    fresh = lexicon_of(rows)
    for _, _, surface, category in lexicon.find(text):
        assert fresh.category(surface) == category
        assert fresh.candidates(surface, category)


@given(st.text())
def test_folding_keeps_length(text: str) -> None:
    """A folded text has as many characters as the text."""
    assert len(fold(text)) == len(text)


ALIKE = st.lists(st.integers(0, 40).map(lambda n: f"{'a' * (n // 2)}{'b' * n}"), max_size=60)


@given(ALIKE.map(sorted))
def test_every_name_begins_as_its_pattern(names: list[str]) -> None:
    """The beginnings part the names; but for one that is no longer name's, each is a name whole."""
    found = patterns(names)
    starts = [0, *found.ends][: len(found.ends)]
    assert found.ends[-1:] == ([len(names)] if names else [])
    assert len(set(found.beginnings)) == len(found.beginnings)
    for beginning, start, end, longer in zip(
        found.beginnings, starts, found.ends, found.longer, strict=True
    ):
        alike = names[start:end]
        assert all(name.startswith(beginning) for name in alike)
        assert longer == any(name != beginning for name in alike)


def test_a_name_among_many_that_begin_alike_is_found_whole() -> None:
    """However many begin alike, a name is found where all of it stands, and only there."""
    start = "receptor of the interleukin family, number "
    rows = [(1, f"{start}{n}") for n in range(100)]
    lexicon = lexicon_of([*rows, (2, "receptor of the interleukin")])
    text = f"A {start}42; a {start}x; a Receptor-of the interleukin"
    found = [surface for _, _, surface, _ in lexicon.find(text)]
    assert found == [f"{start}42", "receptor of the interleukin", "Receptor-of the interleukin"]


def test_a_letter_that_is_like_an_s_or_a_k_makes_no_name_of_a_greek_letter() -> None:
    assert spellings("TNF-EPSILON") == ("TNF-ε", "TNFε")
    assert spellings("TNF-ep\u017filon") == spellings("\u212aappa") == ()
