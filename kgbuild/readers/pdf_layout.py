"""The lines of a PDF page in reading order, from where pdfium says its characters lie.

A page is read by columns where white space runs down it between full lines of text, that is
by an X-Y cut (Nagy and Seth, 1984) held to gutters: lines across the gutter divide the page
into bands, and in each band the left column comes before the right. Elsewhere the order in
which the page is drawn is kept, since it knows more of tables than geometry does, unless it
jumps about the page; then lines are read from the top.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import pypdfium2.raw as pdfium

__all__ = ["Line", "lines_of"]

# pdfium writes U+0002 for a hyphen at the end of a line and joins the next line to it.
_LINE_END_HYPHEN = 0x02
_LINE_ENDS = frozenset({0x0A, 0x0D})
_NOT_A_CHARACTER = frozenset({0x00, 0xFFFE, 0xFFFF})
_LIGATURES = str.maketrans(
    # The last is the bullet of the font Symbol, which has no meaning outside it.
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\uf0b7": "•"}
)
# A number or bullet set apart from what it counts is not a cell.
_MARK = re.compile(r"^(\d+(?:\.\d+)*[.)]?|\[\d+\]|[•▪◦●*–-])\t(?=[^\t]*[^\W\d_][^\t]*$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a column, in points from the lower left corner of the page.

    ``size`` is the height of its characters. ``column`` is the left and right edge of the
    text that it stands in. Cells that lie apart on one line are divided by tabs.
    """

    text: str
    left: float
    right: float
    bottom: float
    top: float
    bold: bool
    page: int
    column: tuple[float, float] = (0.0, 0.0)

    @property
    def size(self) -> float:
        """The height of the line's characters, in points."""
        return self.top - self.bottom

    def level_with(self, other: Line) -> bool:
        """Whether the two share most of their height: one baseline, or raised from it."""
        shared = min(self.top, other.top) - max(self.bottom, other.bottom)
        return shared > 0.5 * min(self.size, other.size)


def lines_of(text: pdfium.FPDF_TEXTPAGE, page: int) -> list[Line]:
    """The lines of a page's text in reading order; ``page`` counts from 1."""
    runs = _runs(_words(text, page))
    return [replace(line, text=_cleaned(line.text)) for line in _ordered(runs)]


def _cleaned(text: str) -> str:
    # Quartz writes some hyphens twice, as two characters of one glyph.
    return _MARK.sub(r"\1 ", text.replace("-\u2010", "-"))


def _words(text: pdfium.FPDF_TEXTPAGE, page: int) -> Iterator[tuple[Line, bool]]:
    """The words, in the order in which they are drawn, and whether a space is before them."""
    start, letters, spaced = 0, list[int](), False
    count = pdfium.FPDFText_CountChars(text)
    for index in range(count + 1):
        code = pdfium.FPDFText_GetUnicode(text, index) if index < count else ord("\n")
        hyphen = code == _LINE_END_HYPHEN
        if hyphen:
            letters.append(ord("-"))
        if hyphen or chr(code).isspace():
            if letters:
                yield _word(text, start, index - (not hyphen), letters, page), spaced
                letters, spaced = [], False
            spaced = spaced or (code not in _LINE_ENDS and not hyphen)
        elif code not in _NOT_A_CHARACTER:
            if not letters:
                start = index
            letters.append(code)


def _word(text: pdfium.FPDF_TEXTPAGE, first: int, last: int, letters: list[int], page: int) -> Line:
    begin, end = _box(text, first), _box(text, last)
    written = "".join(map(chr, letters))
    if any(0xD800 <= code < 0xE000 for code in letters):
        written = written.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return Line(
        text=written.translate(_LIGATURES),
        left=begin.left,
        right=max(begin.right, end.right),
        bottom=begin.bottom,
        top=begin.top,
        bold=_is_bold(text, first),
        page=page,
    )


def _box(text: pdfium.FPDF_TEXTPAGE, index: int) -> pdfium.FS_RECTF:
    box = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(text, index, box)
    return box


def _is_bold(text: pdfium.FPDF_TEXTPAGE, index: int) -> bool:
    name = ctypes.create_string_buffer(128)
    pdfium.FPDFText_GetFontInfo(text, index, name, len(name), ctypes.c_int())
    return b"bold" in name.value.lower()


def _runs(words: Iterable[tuple[Line, bool]]) -> list[Line]:
    """Words that follow each other on one line without a gap that could be a gutter."""
    runs: list[Line] = []
    for word, spaced in words:
        last = runs[-1] if runs else None
        gap = word.left - last.right if last else 0.0
        if last and last.level_with(word) and -0.5 * last.size < gap < 0.85 * last.size:
            runs[-1] = _joined(last, word, " " if spaced else _between(last, word, gap))
        else:
            runs.append(word)
    return runs


def _between(last: Line, word: Line, gap: float) -> str:
    """Nothing where there is no gap, but a raised number must not stick to a word."""
    raised = word.size < 0.8 * last.size and word.text[0].isdigit()
    return "" if gap < 0.08 * last.size and not raised else " "


def _joined(first: Line, second: Line, between: str) -> Line:
    higher = first if first.size >= second.size else second
    return replace(
        first,
        text=first.text + between + second.text,
        right=max(first.right, second.right),
        bottom=higher.bottom,
        top=higher.top,
    )


def _ordered(runs: list[Line]) -> list[Line]:
    gutter = _gutter(runs)
    if gutter is None:
        return _single(runs)
    ordered: list[Line] = []
    left, right, across = list[Line](), list[Line](), list[Line]()
    for run in sorted(runs, key=lambda r: -(r.top + r.bottom)):
        if run.right <= gutter[1] and run.left < gutter[0]:
            side = left
        elif run.left >= gutter[0]:
            side = right
        else:
            side = across
        if side is across:
            ordered += _band(left, right)
            ordered += _in_column([run])
            left, right = [], []
        else:
            side.append(run)
    return ordered + _band(left, right)


def _band(left: list[Line], right: list[Line]) -> list[Line]:
    return _ordered_again(left) + _ordered_again(right)


def _ordered_again(column: list[Line]) -> list[Line]:
    """A column may itself be two; the runs come from the top."""
    return _ordered(column) if _gutter(column) else _in_column(_from_the_top(column))


def _single(runs: list[Line]) -> list[Line]:
    upward = sum(1 for a, b in pairwise(runs) if b.bottom > a.top)
    return _in_column(_from_the_top(runs) if upward > len(runs) / 3 else runs)


def _from_the_top(runs: list[Line]) -> list[Line]:
    """By baseline from the top, and from the left on one baseline."""
    rows: list[list[Line]] = []
    for run in sorted(runs, key=lambda r: -(r.top + r.bottom)):
        if rows and rows[-1][0].level_with(run):
            rows[-1].append(run)
        else:
            rows.append([run])
    return [run for row in rows for run in sorted(row, key=lambda r: r.left)]


def _in_column(runs: list[Line]) -> list[Line]:
    """Lines of neighbouring runs on one baseline, each knowing the edges of the column."""
    if not runs:
        return []
    lines: list[Line] = []
    for run in runs:
        last = lines[-1] if lines else None
        if last and last.level_with(run) and run.left >= last.right - 0.5 * last.size:
            apart = run.left - last.right > 1.5 * last.size
            lines[-1] = _joined(last, run, "\t" if apart else " ")
        else:
            lines.append(run)
    rights = sorted(line.right for line in lines)
    edges = (min(line.left for line in lines), rights[int(0.9 * (len(rights) - 1))])
    return [replace(line, column=edges) for line in lines]


def _gutter(runs: list[Line]) -> tuple[float, float] | None:
    """The left and right edge of the white space between two columns of text, or None.

    At most 15 in 100 lines may cross it, and the lines beside it must be text: five or more
    on each side, next to each other, most of them nearly as wide as their column (the cells
    of a table are not).
    """
    if len(runs) < 10:
        return None
    start, end = min(r.left for r in runs), max(r.right for r in runs)
    bins = [0] * (int(end - start) + 2)
    for run in runs:
        for position in range(int(run.left - start), int(run.right - start) + 1):
            bins[position] += 1
    margin = int(0.2 * len(bins))
    narrow = 0.5 * median(run.size for run in runs)
    best: tuple[float, float, float] | None = None
    for first, last in _stretches(bins, 0.15 * len(runs)):
        inside = margin < (first + last) / 2 < len(bins) - margin
        if inside and last - first >= narrow:
            crossing = sum(bins[first : last + 1]) / (last - first + 1)
            found = (crossing, start + first, start + last + 1)
            if _divides(runs, found[1], found[2]) and (best is None or found < best):
                best = found
    return best[1:] if best else None


def _stretches(bins: Sequence[int], most: float) -> Iterator[tuple[int, int]]:
    first: int | None = None
    for position, count in enumerate(bins):
        if count <= most and first is None:
            first = position
        elif count > most and first is not None:
            yield first, position - 1
            first = None


def _divides(runs: list[Line], start: float, end: float) -> bool:
    left = [run for run in runs if run.right <= end and run.left < start]
    right = [run for run in runs if run.left >= start]
    if min(len(left), len(right)) < 5 or not (_is_text(left) and _is_text(right)):
        return False
    top = min(max(r.top for r in left), max(r.top for r in right))
    bottom = max(min(r.bottom for r in left), min(r.bottom for r in right))
    shorter = min(max(r.top for r in s) - min(r.bottom for r in s) for s in (left, right))
    return top - bottom > 0.3 * shorter


def _is_text(runs: list[Line]) -> bool:
    rights = sorted(run.right for run in runs)
    width = rights[int(0.9 * (len(rights) - 1))] - min(run.left for run in runs)
    return median(run.right - run.left for run in runs) > 0.55 * width
