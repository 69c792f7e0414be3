"""The strongest proof of a fact as a picture: SVG, without a layout engine.

A row for each node of the tree, indented by its depth and tied to what it proves; sentences in
quotes. Widths are estimated from the number of characters, so that the same proof gives the same
bytes everywhere.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field

from kgbuild.markup import escaped
from kgbuild.reasoning.proof_views import Name, Node, headline, place, reason_of, said

__all__ = ["as_svg"]

_LINE, _GAP, _INDENT, _EDGE = 17, 12, 24, 16
_WIDE = 92
"""Characters in a line."""

_COLOURS = {"derived": "#7a3e00", "stated": "#111", "given": "#555", "sentence": "#0b4f6c"}
_PICTURE = """\
<svg xmlns="http://www.w3.org/2000/svg" class="proof" viewBox="0 0 {wide} {high}" font-size="13">
<style>@media (prefers-color-scheme:dark){{.proof .paper{{fill:#16181b}}
.proof .tie{{stroke:#8d949c}}.proof .derived{{fill:#f0b27a}}.proof .stated{{fill:#e4e6e8}}
.proof .given{{fill:#b3b9c0}}.proof .sentence{{fill:#8fd0ec}}}}</style>
<title>{title}</title><rect class="paper" width="{wide}" height="{high}" fill="#fff"/>
<text class="stated" x="{edge}" y="26" font-family="sans-serif" font-size="15" fill="#111">\
{title}</text>
{rows}
</svg>
"""


@dataclass(frozen=True, slots=True)
class _Row:
    """A node of the tree: its lines, the first of them bold; ``above`` is the row it proves."""

    depth: int
    above: int
    kind: str
    lines: list[str] = field(default_factory=list)


def as_svg(explained: Node, name: Name) -> str:
    """The strongest proof, as a picture that stands alone: no script, every text escaped."""
    rows: list[_Row] = []
    for proof in explained["proofs"][:1]:
        _gather(proof["tree"], name, 0, -1, rows)
    tops, height = [], _EDGE + 2 * _LINE
    for row in rows:
        tops.append(height)
        height += _LINE * len(row.lines) + _GAP
    bottoms = [top + _LINE * len(row.lines) for row, top in zip(rows, tops, strict=True)]
    drawn = [
        part
        for row, top in zip(rows, tops, strict=True)
        for part in _drawn(row, top, bottoms[row.above] if row.above >= 0 else None)
    ]
    return _PICTURE.format(
        wide=2 * _EDGE + _INDENT * max(row.depth for row in rows) + 7 * _WIDE,
        high=height,
        edge=_EDGE,
        title=escaped(headline(explained, name)),
        rows="\n".join(drawn),
    )


def _gather(node: Node, name: Name, depth: int, above: int, rows: list[_Row]) -> None:
    own = len(rows)
    rows.append(_Row(depth, above, node["by"], _folded(said(node, name), reason_of(node))))
    for evidence in node.get("evidence", ()):
        lines = _folded(f"“{evidence['text']}”", place(evidence))
        rows.append(_Row(depth + 1, own, "sentence", lines))
    for premise in node.get("premises", ()):
        _gather(premise, name, depth + 1, own, rows)
    rows += [
        _Row(depth + 1, own, "given", [f"nowhere: {said(absent, name)}"])
        for absent in node.get("absent", ())
    ]


def _folded(*texts: str) -> list[str]:
    return [line for text in texts for line in textwrap.wrap(text, _WIDE) or [""]]


def _drawn(row: _Row, top: int, above: int | None) -> Iterator[str]:
    """The lines of a row, and the line up to the bottom of what it proves."""
    x = _EDGE + _INDENT * row.depth
    if above is not None:
        left, middle = x - _INDENT + 5, top + _LINE // 2
        dash = ' stroke-dasharray="3 3"' if row.kind == "given" else ""
        path = f"M{left} {above + 2}V{middle}H{x - 4}"
        yield f'<path class="tie" d="{path}" fill="none" stroke="#999"{dash}/>'
    family = "Georgia, serif" if row.kind == "sentence" else "sans-serif"
    for number, line in enumerate(row.lines):
        style = "" if number else ' font-weight="bold"' if row.kind in ("derived", "stated") else ""
        kind = row.kind if number == 0 or row.kind == "sentence" else "given"
        y = top + _LINE * (number + 1) - 4
        yield (
            f'<text class="{kind}" x="{x}" y="{y}" font-family="{family}"'
            f' fill="{_COLOURS[kind]}"{style}>'
            f"{escaped(line)}</text>"
        )
