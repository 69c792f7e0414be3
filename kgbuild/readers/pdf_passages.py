"""Passages from the lines of a PDF: paragraphs whole again, headings, captions, references.

A PDF says nothing of its structure, so each rule here is a guess with a stated ground: sizes
and places of lines, and the words that papers use for headings.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from kgbuild.document import SectionKind
from kgbuild.readers.composition import kind_of_heading

if TYPE_CHECKING:
    from kgbuild.readers.pdf_layout import Line

__all__ = ["Passage", "Running", "find_running", "passages_of", "title_of"]

_INF = float("inf")

# How many lines at the top and at the bottom of a page may be its running head and foot.
_EDGE = 3

_PAGE_NUMBER = re.compile(
    r"(?:page\s*)?[-–]?\s*(?:\d{1,4}|[ivxl]{1,6})\s*[-–]?(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.!?:;][\"”’')\]]*(?:\s*\[?\d+(?:[,–-]\d+)*\]?)?$")
_LIST_MARK = re.compile(r"^(?:\[\d+\]|\d+[.)]|[•▪◦●])\s")
_BULLETS = ("•", "▪", "◦", "●")
_CAPTION = re.compile(
    r"^(?:supplement(?:ary|al) )?(fig(?:ure|\.)?|table)\s*S?\d+[a-z]?(?:\s*[.:|–—]|\s+(?-i:[A-Z]))",
    re.IGNORECASE,
)
_NUMBER = r"(?:(?:\d+(?:\.\d+)*|[ivx]+)[.)]?\s+)?"
_KNOWN_HEADING = re.compile(
    _NUMBER + r"(?:abstract|summary|introduction|background|objectives?|aims?|results?"
    r"|(?:(?:patients|subjects|materials?) and )?methods?(?: and materials)?"
    r"|case (?:report|presentation)"
    r"|(?:results and )?discussion|(?:discussion and )?conclusions?|acknowledge?ments?|funding"
    r"|conflicts? of interests?|competing interests?|author(?:s['’]|['’]s)? contributions?"
    r"|abbreviations?|appendix(?: \w)?|support(?:ing)? information|supplementary (?:data|material)"
    r"|references|bibliography|literature cited|keywords)[:.]?",
    re.IGNORECASE,
)
_REFERENCES = re.compile(
    _NUMBER + r"(?:references?(?: list)?|bibliography|literature cited)[:.]?", re.IGNORECASE
)
_ABSTRACT = re.compile(r"abstract\s*[.:]?", re.IGNORECASE)
_RUN_IN_ABSTRACT = re.compile(r"abstract\s*[.:—–-]\s*(?=\w)", re.IGNORECASE)
_KEYWORDS = re.compile(r"key\s?words?\b|index terms\b", re.IGNORECASE)

# What a compound ends in: these keep the hyphen before them.
_COMPOUND_ENDS = frozenset(
    """activated associated based binding containing controlled deficient dependent derived
    driven expressing free independent induced inhibiting like linked mediated negative
    positive producing reactive related resistant sensitive specific stimulated term treated
    type up wide""".split()  # noqa: SIM905 - a list of words reads better as words
)
_BROKEN = re.compile(r"([^\s(\[/]+)(?:-|\u00ad|\u2010)$")
_WORD = re.compile(r"[\s)\],.;:/]")
_JUNK_TITLE = re.compile(
    r"microsoft|untitled|\.(?:docx?|pdf|indd|tex|dvi|txt)\b|[\\/]|^\S*$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A passage in the making. ``references`` is how many references it stands for."""

    kind: SectionKind
    text: str
    path: tuple[str, ...] = ()
    references: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The pages without their running heads and feet, and how many lines those were."""

    pages: tuple[tuple[Line, ...], ...]
    removed: int


def find_running(pages: Sequence[Sequence[Line]]) -> Running:
    """Take out lines that recur at the edge of pages, and page numbers.

    A line recurs when it stands at the same height (within 3 points) on a third of the pages
    and at least on two, digits aside, so that heads of left and right pages are both found.
    """
    places = Counter(key for lines in pages for key in {_edge_key(line) for line in _edge(lines)})
    enough = max(2, len(pages) / 3)

    def runs(line: Line) -> bool:
        here = _edge_key(line)
        if sum(character.isalpha() for character in line.text) < 3:
            # Rows of numbers in a table that goes on over pages are alike, digits aside.
            return _PAGE_NUMBER.fullmatch(line.text) is not None
        near = sum(places[here[0], here[1] + shift] for shift in (-1, 0, 1))
        return near >= enough or _PAGE_NUMBER.fullmatch(line.text) is not None

    kept, removed = [], 0
    for lines in pages:
        drop = {id(line) for line in _edge(lines) if runs(line)}
        kept.append(tuple(line for line in lines if id(line) not in drop))
        removed += len(drop)
    return Running(pages=tuple(kept), removed=removed)


def _edge(lines: Sequence[Line]) -> list[Line]:
    by_height = sorted(lines, key=lambda line: -line.top)
    return by_height[:_EDGE] + by_height[_EDGE:][-_EDGE:]


def _edge_key(line: Line) -> tuple[str, int]:
    return re.sub(r"\d+", "#", line.text), round(line.bottom / 3)


def title_of(page: Sequence[Line], named: str) -> tuple[str, tuple[Line, ...]]:
    """The title and its lines: the largest on page one, else what the file is named.

    The largest lines count when they are a seventh larger than the page's text and stand in
    its upper two thirds; ``named`` is the Title of the file's metadata, which counts unless
    it is a word processor's.
    """
    if page:
        usual, lowest = median(line.size for line in page), min(line.bottom for line in page)
        floor = lowest + (max(line.top for line in page) - lowest) / 3
        upper = [line for line in page if line.bottom > floor and len(line.text) > 3]
        largest = max((line.size for line in upper), default=0.0)
        if largest > 1.14 * usual:
            lines = _neighbours([line for line in upper if line.size > 0.95 * largest])
            title = " ".join(line.text for line in lines)
            if len(title.split()) > 2:
                return title, lines
    named = " ".join(named.split())
    return ("" if _JUNK_TITLE.search(named) else named), ()


def _neighbours(lines: list[Line]) -> tuple[Line, ...]:
    found = lines[:1]
    for line in lines[1:]:
        if found[-1].bottom - line.top > 1.5 * line.size:
            break
        found.append(line)
    return tuple(found)


def passages_of(lines: Sequence[Line]) -> Iterator[Passage]:
    """The passages of a document's lines, headings and references told apart.

    References end at the next heading or caption, or where the letters grow again.
    """
    words = _words(lines)
    usual = median(line.size for line in lines) if lines else 0.0
    kind, path = SectionKind.OTHER, tuple[str, ...]()
    references: float | None = None
    for group in _paragraphs(lines):
        text = _joined([line.text for line in group], words)
        if _REFERENCES.fullmatch(text):
            references = _INF
        elif _is_heading(group, text, usual):
            references, path = None, (text,)
            kind = SectionKind.ABSTRACT if _ABSTRACT.fullmatch(text) else kind_of_heading(text)
            yield Passage(kind=SectionKind.HEADING, text=text)
        elif references and group[0].size < 1.1 * references and not _CAPTION.match(text):
            references = min(references, group[0].size)
            yield Passage(kind=SectionKind.OTHER, text="", references=1)
        else:
            if references:
                references, kind, path = None, SectionKind.OTHER, ()
            abstract = _RUN_IN_ABSTRACT.match(text)
            if abstract and group[0].page == lines[0].page:
                text, kind, path = text[abstract.end() :], SectionKind.ABSTRACT, ()
            elif kind is SectionKind.ABSTRACT and _KEYWORDS.match(text):
                kind = SectionKind.OTHER
            yield Passage(kind=_kind(text, kind), text=text, path=path)


def _kind(text: str, section: SectionKind) -> SectionKind:
    caption = _CAPTION.match(text)
    if caption:
        return SectionKind.TABLE if caption[1].lower() == "table" else SectionKind.FIGURE
    return SectionKind.TABLE if "\t" in text else section


def _is_heading(group: Sequence[Line], text: str, usual: float) -> bool:
    """A paragraph of few words that papers use for headings, or set larger or bold."""
    if _KNOWN_HEADING.fullmatch(text):
        return True
    if len(text.split()) > 14 or "\t" in text or not text[0].isalnum() or _CAPTION.match(text):
        return False
    if _SENTENCE_END.search(text) or "@" in text or not any(c.isalpha() for c in text):
        return False
    return group[0].size > 1.1 * usual or all(line.bold for line in group)


def _paragraphs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    gaps = [
        a.bottom - b.top for a, b in pairwise(lines) if a.page == b.page and a.bottom > b.bottom
    ]
    usual = median(gaps) if gaps else 0.0
    group: list[Line] = []
    for line in lines:
        if group and _begins(group[-1], line, usual):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _begins(last: Line, line: Line, usual_gap: float) -> bool:
    """Whether a paragraph begins with this line."""
    if "\t" in last.text or "\t" in line.text:
        return True
    if abs(last.size - line.size) > 0.12 * max(last.size, line.size):
        return True
    ended = _SENTENCE_END.search(last.text) is not None
    left, right = last.column
    short = last.right < right - 0.15 * (right - left)
    if last.page != line.page or last.column != line.column or line.bottom > last.bottom:
        marked = _LIST_MARK.match(line.text) or _CAPTION.match(line.text)
        return ended or short or marked is not None
    if last.bottom - line.top > usual_gap + 0.4 * line.size:
        return True
    if _LIST_MARK.match(line.text) and (ended or short or line.text.startswith(_BULLETS)):
        return True
    if _KNOWN_HEADING.fullmatch(last.text) or (short and last.bold != line.bold):
        return True
    indented = line.left - last.left > 0.8 * line.size and line.left < left + 5 * line.size
    return ended and (short or indented)


def _words(lines: Sequence[Line]) -> Counter[str]:
    """How often each word stands whole in the document, hyphens included, in small letters."""
    found: Counter[str] = Counter()
    for line in lines:
        whole = line.text.split()
        if whole and whole[-1].endswith(("-", "\u00ad")):
            whole.pop()
        found.update(word.strip("()[]{}.,;:!?\"'“”‘’").lower() for word in whole)
    return found


def _joined(lines: Sequence[str], words: Counter[str]) -> str:
    """The lines as one text, words mended that a line's end had broken."""
    parts = [lines[0]]
    for line in lines[1:]:
        before = _BROKEN.search(parts[-1])
        if before is None:
            parts.append(" ")
        elif not _keeps_hyphen(before[1], _WORD.split(line, maxsplit=1)[0], words):
            parts[-1] = parts[-1][:-1]
        parts.append(line)
    return "".join(parts).replace("\u00ad", "")


def _keeps_hyphen(left: str, right: str, words: Counter[str]) -> bool:
    """Whether the hyphen at a line's end belongs to the word.

    It does where the word stands with it in the document more often than without. Where
    neither stands, it does where either side is no plain word (``COX-2-``, ``α2-``,
    ``IL-``/``6``, ``Non-``/``Hodgkin``) and before what compounds end in (``-induced``).
    A broken word's second half is taken to be of small letters.

    >>> _keeps_hyphen("inflam", "mation", Counter()), _keeps_hyphen("COX-2", "induced", Counter())
    (False, True)
    """
    with_hyphen, without = words[f"{left}-{right}".lower()], words[(left + right).lower()]
    if with_hyphen != without:
        return with_hyphen > without
    plain = re.fullmatch("[A-Za-z]?[a-zß-öø-ÿ]+", left) and re.match("[a-zß-öø-ÿ]", right)
    return not plain or right.lower() in _COMPOUND_ENDS
